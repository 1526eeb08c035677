// SPDX-License-Identifier: MIT
// A guest without a will of its own: it reads and writes the machine's memory as the serial port tells it, so that a test on the host
// can drive devices as a driver would, and as no driver would. Built by tests/lib/poke/__init__.py for the `virt` boards; numbers are
// little-endian.
//   'w' SIZE ADDRESS VALUE   one store of 1, 2, 4 or 8 bytes        'r' SIZE ADDRESS    one load; answers 8 bytes
//   'W' ADDRESS N FILE       N bytes of the file "FILE", a number of 8 digits, into memory, by semihosting: the port is slow
//   'R' ADDRESS N            answers N bytes
//   'S' ROUNDS               spins: two instructions a round, then answers 1 byte
#include <stdint.h>

#ifdef __riscv
__asm__(".section .text.start, \"ax\"\n.global _start\n_start: la sp, stack_top\n j serve\n");
#define RECEIVED   (*(volatile uint8_t *)0x10000005ul & 1)    // 16550: LSR.DR
#define CAN_SEND   (*(volatile uint8_t *)0x10000005ul & 0x20) // LSR.THRE
#define DATA       (*(volatile uint8_t *)0x10000000ul)
#else
__asm__(".section .text.start, \"ax\"\n.global _start\n_start: ldr x0, =stack_top\n mov sp, x0\n b serve\n");
#define RECEIVED   (!(*(volatile uint32_t *)0x09000018ul & 0x10)) // PL011: FR.RXFE
#define CAN_SEND   (!(*(volatile uint32_t *)0x09000018ul & 0x20)) // FR.TXFF
#define DATA       (*(volatile uint32_t *)0x09000000ul)
#endif

static uint8_t stack[8192] __attribute__((used, aligned(16), section(".bss.stack")));
__asm__(".global stack_top\n.set stack_top, stack + 8192\n");

#ifdef __riscv
static void start_fifo(void) { *(volatile uint8_t *)0x10000002ul = 1; } // FCR
static intptr_t call_host(intptr_t number, void *arguments) {
    register intptr_t a0 __asm__("a0") = number;
    register void *a1 __asm__("a1") = arguments;
    __asm__ volatile(".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
                     : "+r"(a0) : "r"(a1) : "memory");
    return a0;
}
#else
static void start_fifo(void) { *(volatile uint32_t *)0x0900002cul = 0x70; } // LCR_H
static intptr_t call_host(intptr_t number, void *arguments) {
    register intptr_t x0 __asm__("x0") = number;
    register void *x1 __asm__("x1") = arguments;
    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
}
#endif
enum { SYS_OPEN = 1, SYS_CLOSE = 2, SYS_READ = 6, MODE_RB = 1 };

static uint8_t take(void) {
    while (!RECEIVED) continue;
    return (uint8_t)DATA;
}

static void give(uint8_t byte) {
    while (!CAN_SEND) continue;
    DATA = byte;
}

static uint64_t number(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint64_t)take() << 8 * i;
    return value;
}

static void store(unsigned size, uint64_t at, uint64_t value) {
    if (size == 1) *(volatile uint8_t *)at = (uint8_t)value;
    if (size == 2) *(volatile uint16_t *)at = (uint16_t)value;
    if (size == 4) *(volatile uint32_t *)at = (uint32_t)value;
    if (size == 8) *(volatile uint64_t *)at = value;
}

static uint64_t load(unsigned size, uint64_t at) {
    if (size == 1) return *(volatile uint8_t *)at;
    if (size == 2) return *(volatile uint16_t *)at;
    if (size == 4) return *(volatile uint32_t *)at;
    return *(volatile uint64_t *)at;
}

static void read_file(void *to, uint64_t n, uint64_t file) {
    char name[9] = "00000000";
    for (int i = 7; i >= 0; i--, file /= 10) name[i] = (char)('0' + file % 10);
    uintptr_t open[3] = {(uintptr_t)name, MODE_RB, 8};
    uintptr_t handle = (uintptr_t)call_host(SYS_OPEN, open);
    for (uint64_t left; n; n = left) { // a call may read less; it answers what is left
        left = (uintptr_t)call_host(SYS_READ, (uintptr_t[]){handle, (uintptr_t)to, n});
        if (left >= n) break;
        to = (uint8_t *)to + (n - left);
    }
    call_host(SYS_CLOSE, &handle);
}

#ifdef __riscv
static void spin(uint64_t n) { __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n)); }
#else
static void spin(uint64_t n) { __asm__ volatile("1: subs %0, %0, #1\n b.ne 1b" : "+r"(n) : : "cc"); }
#endif

__attribute__((used, noreturn)) static void serve(void) {
    start_fifo();
    give('!');
    for (;;) {
        uint8_t what = take();
        unsigned size = what == 'w' || what == 'r' ? take() : 0;
        volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)number(8);
        if (what == 'S') {
            spin((uintptr_t)at);
            give('s');
            continue;
        }
        uint64_t value = what == 'w' ? number(8) : what == 'r' ? load(size, (uintptr_t)at) : number(4);
        if (what == 'w') store(size, (uintptr_t)at, value);
        for (int i = 0; what == 'r' && i < 8; i++) give((uint8_t)(value >> 8 * i));
        if (what == 'W') read_file((void *)at, value, number(4));
        for (; what == 'R' && value; value--) give(*at++);
    }
}
