// SPDX-License-Identifier: MIT
// The bare-metal benchmark's own small library: console on the 16550 of the virt board, power-off through its test
// finisher, time from the `time` CSR (10 MHz), the memory functions a compiler calls unasked, and guest_main.
#include "tests/bench/riscv/runtime.h"

#define UART ((volatile uint8_t *)0x10000000)
#define FINISHER ((volatile uint32_t *)0x100000)
#define UART_LSR 5
#define LSR_THRE 0x20
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u
#define TICKS_A_SECOND 10000000u

void *memcpy(void *to, const void *from, size_t n) {
    char *t = to;
    const char *f = from;

    for (; n >= 8 && ((uintptr_t)t | (uintptr_t)f) % 8 == 0; n -= 8, t += 8, f += 8)
        *(uint64_t *)t = *(const uint64_t *)f;
    while (n--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int byte, size_t n) {
    char *t = to;

    while (n--)
        *t++ = byte;
    return to;
}

static void print_char(char c) {
    while (!(UART[UART_LSR] & LSR_THRE))
        ;
    UART[0] = c;
}

void print_text(const char *text) {
    for (; *text; text++)
        print_char(*text);
}

static void print_number(uint64_t value, unsigned base, unsigned least_digits) {
    char digits[24];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    for (; n < least_digits; n++)
        digits[n] = '0';
    while (n)
        print_char(digits[--n]);
}

void machine_off(int code) {
    *FINISHER = code ? (uint32_t)code << 16 | FINISHER_FAIL : FINISHER_PASS;
    for (;;)
        ;
}

void trap_fatal(uint64_t cause, uint64_t pc, uint64_t value) {
    print_text("unexpected trap: cause ");
    print_number(cause, 16, 1);
    print_text(" pc ");
    print_number(pc, 16, 1);
    print_text(" value ");
    print_number(value, 16, 1);
    print_text("\n");
    machine_off(1);
}

static void print_result(uint64_t ticks, uint64_t sum) {
    print_text(kernel.name);
    print_text(" ");
    print_number(kernel.iterations, 10, 1);
    print_text(" ");
    print_number(ticks / TICKS_A_SECOND, 10, 1);
    print_text(".");
    print_number(ticks % TICKS_A_SECOND / 10, 10, 6);
    print_text(" ");
    print_number(sum, 16, 16);
    print_text("\n");
}

// Entered in S-mode, once.
_Noreturn void guest_main(void) {
    if (kernel.prepare)
        kernel.prepare();
    print_text("start ");
    print_text(kernel.name);
    print_text("\n");
    uint64_t start = csr_read(time);
    uint64_t sum = kernel.run(kernel.iterations);
    uint64_t end = csr_read(time);
    print_result(end - start, sum);
    machine_off(0);
}
