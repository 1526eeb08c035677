// SPDX-License-Identifier: MIT
// The bare-metal benchmark's own small library: printing, the memory functions a compiler calls unasked, and guest_main. Console, clock
// and power switch are the machine's (machine.h).
#include "tests/bench/metal/metal.h"

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
    uint64_t rate = TICKS_A_SECOND;

    print_text(kernel.name);
    print_text(" ");
    print_number(kernel.iterations, 10, 1);
    print_text(" ");
    print_number(ticks / rate, 10, 1);
    print_text(".");
    print_number(ticks % rate * 1000000 / rate, 10, 6);
    print_text(" ");
    print_number(sum, 16, 16);
    print_text("\n");
}

static uint64_t prepare(unsigned unused) {
    (void)unused;
    if (kernel.prepare)
        kernel.prepare();
    return 0;
}

#ifdef USER
#define RUN run_user
#else
static uint64_t run_here(uint64_t (*function)(unsigned argument), unsigned argument) { return function(argument); }
#define RUN run_here
#endif

// Entered once, by crt.S. Translation is on for what runs in RUN.
_Noreturn void guest_main(void) {
    RUN(prepare, 0);
    print_text("start ");
    print_text(kernel.name);
    print_text("\n");
    uint64_t start = read_ticks();
    uint64_t sum = RUN(kernel.run, kernel.iterations);
    uint64_t end = read_ticks();
    print_result(end - start, sum);
    machine_off(0);
}
