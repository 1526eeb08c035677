// SPDX-License-Identifier: MIT
// Printing, checks and exceptions of the AArch64 test library.
#include "tests/golden/a64/lib/test.h"

#define UART (*(volatile uint32_t *)0x09000000)
enum { PSCI_SYSTEM_OFF = 0x84000008 };

volatile Trap trap;
void (*volatile irq_hook)(Word vector);
void (*volatile step_hook)(Word pc, Word esr);
int (*volatile fault_hook)(Word esr, Frame *frame);
Frame *volatile trap_frame;
static unsigned shown, failed;

void *memset(void *to, int c, size_t n) {
    for (char *p = to; n--;) *p++ = (char)c;
    return to;
}

void *memcpy(void *to, const void *from, size_t n) {
    const char *q = from;
    for (char *p = to; n--;) *p++ = *q++;
    return to;
}

static void put(char c) { UART = (uint8_t)c; }
void print_text(const char *text) {
    for (; *text; text++) put(*text);
}
static void print_hex(uint64_t value) {
    print_text("0x");
    for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}
static void print_decimal(unsigned value) {
    if (value >= 10) print_decimal(value / 10);
    put((char)('0' + value % 10));
}

void check(const char *name, int good) {
    shown++;
    failed += !good;
    print_text(good ? "PASS " : "FAIL ");
    print_text(name);
    print_text("\n");
}

void check_equal(const char *name, uint64_t got, uint64_t wanted) {
    if (got == wanted) {
        check(name, 1);
        return;
    }
    shown++;
    failed++;
    print_text("FAIL ");
    print_text(name);
    print_text(": got ");
    print_hex(got);
    print_text(", wanted ");
    print_hex(wanted);
    print_text("\n");
}

void trap_clear(void) { trap.count = 0; }

static void check_trap_is(const char *name, int good) {
    if (!good) {
        print_text("FAIL ");
        print_text(name);
        print_text(": ");
        print_decimal((unsigned)trap.count);
        print_text(" exceptions, vector ");
        print_decimal((unsigned)trap.vector);
        print_text(" esr ");
        print_hex(trap.esr);
        print_text(" pc ");
        print_hex(trap.pc);
        print_text(" far ");
        print_hex(trap.far);
        print_text("\n");
        shown++;
        failed++;
    } else {
        check(name, 1);
    }
    trap_clear();
}
void check_trap(const char *name, Word ec, Word iss, Word pc) {
    check_trap_is(name, trap.count == 1 && trap.esr >> 26 == ec && (trap.esr & 0x1ffffff) == iss && trap.pc == pc);
}
void check_no_trap(const char *name) { check_trap_is(name, trap.count == 0); }

// `frame` is what start.S saved; it resumes there.
void exception_take(Word vector, Frame *frame) {
    Word esr = mrs(esr_el1), ec = esr >> 26;
    trap_frame = frame;
    if ((vector & 3) != 0) {
        trap = (Trap){vector, esr, frame->pc, mrs(far_el1), frame->spsr, trap.count + 1};
        if (irq_hook) irq_hook(vector);
        else frame->spsr |= 3 << 6;
        return;
    }
    if (ec == EC_SVC && (esr & 0xffff) == 0x600d) {
        frame->pc = (Word)el0_return;
        frame->spsr = 5 | 15 << 6;
        return;
    }
    if (fault_hook && fault_hook(esr, frame)) return;
    if (step_hook && (ec == EC_STEP_EL0 || ec == EC_STEP || ec == EC_BREAKPOINT_EL0)) {
        step_hook(frame->pc, esr);
        frame->spsr |= 1ul << 21; // PSTATE.SS
        return;
    }
    trap = (Trap){vector, esr, frame->pc, mrs(far_el1), frame->spsr, trap.count + 1};
    if (ec == EC_BRANCH_TARGET || ec == EC_FETCH || ec == EC_FETCH_EL0 || ec == EC_PC_ALIGN || ec == EC_ILLEGAL) frame->pc = frame->x[30];
    else if (ec != EC_SVC) frame->pc += 4;
    frame->spsr &= ~(1ul << 20 | 3ul << 10); // PSTATE.IL, BTYPE
}

static uint64_t pages[256][512] __attribute__((aligned(PAGE_SIZE)));
uint64_t *page_new(void) {
    static unsigned used;
    return pages[used++];
}

__attribute__((weak)) void secondary_main(void) {}

void test_start(void) {
    test_main();
    print_text("done ");
    print_decimal(shown);
    print_text(" checks, ");
    print_decimal(failed);
    print_text(" failed\n");
    register Word call __asm__("x0") = PSCI_SYSTEM_OFF;
    if (mrs(currentel) == 8) __asm__ volatile("smc #0" : "+r"(call) : : "memory"); // firmware is called from EL2 so
    hvc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;) {}
}

void mmu_on(const uint64_t *low, const uint64_t *high) {
    msr(mair_el1, 0xff);
    msr(tcr_el1, 25 | 25ul << 16 | 2ul << 30 | 2ul << 32 | 1ul << 36);
    msr(ttbr0_el1, low);
    msr(ttbr1_el1, high);
    tlbi_all();
    msr(sctlr_el1, mrs(sctlr_el1) | 1);
    isb();
}
