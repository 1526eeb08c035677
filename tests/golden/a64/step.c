// SPDX-License-Identifier: MIT
// Software step of EL0 and of EL1: an exception behind each instruction, branches and system calls among them, and none behind one that
// faults. DDI 0487, D2.11.
// peer-fails: none while the OS lock is set
// peer-fails: steps at EL1
#include "tests/golden/a64/lib/test.h"

#define SS (1ul << 21)
enum { MDSCR_SS = 1, MDSCR_KDE = 1 << 13, STEPS = 16 };
extern char walk[], el0_leave[];
static volatile Word seen[STEPS], last_esr;
static volatile unsigned steps;

static void note(Word pc, Word esr) {
    if (steps < STEPS) seen[steps] = pc;
    steps++;
    last_esr = esr;
}

__asm__(".text\n.balign 4\n.global walk\nwalk:\n"
        " add x0, x0, #1\n"       // 0
        " cbnz x0, 1f\n"          // 4
        " brk #1\n"               // 8
        "1: str x0, [sp, #-16]!\n" // 12
        " svc #7\n"               // 16
        " ldr x1, [sp], #16\n"    // 20
        " .inst 0\n"              // 24: undefined
        " nop\n"                  // 28: runs in the step of the one before
        " mov x0, x1\n"           // 32
        " ret\n");                // 36

static void test_el0(void) {
    static const unsigned wanted[] = {0, 4, 12, 16, 20, 24, 32, 36};
    trap_clear();
    steps = 0;
    msr(mdscr_el1, MDSCR_SS);
    Word result = el0_run((Word(*)(Word))walk, 41);
    msr(mdscr_el1, 0);
    check_equal("the program's result", result, 42);
    for (unsigned i = 0; i < 8; i++) check_equal("a step", seen[i] - (Word)walk, wanted[i]);
    check_equal("a step out of it", seen[8], (Word)el0_leave);
    check_equal("no more", steps, 9);
    check_equal("syndrome", last_esr, (Word)EC_STEP_EL0 << 26 | 1 << 25 | 1 << 24 | 0x22);
    check_equal("two exceptions of its own", trap.count, 2);
    check_equal("a fault leaves the step open", trap.spsr & SS, SS);
}

static void test_locked(void) { // OS lock: no debug exceptions
    trap_clear();
    steps = 0;
    msr(oslar_el1, 1);
    msr(mdscr_el1, MDSCR_SS);
    el0_run((Word(*)(Word))walk, 1);
    msr(mdscr_el1, 0);
    msr(oslar_el1, 0);
    check_equal("none while the OS lock is set", steps, 0);
}

static void test_el1(void) {
    extern char here[], there[];
    steps = 0;
    msr(mdscr_el1, MDSCR_SS | MDSCR_KDE);
    check_equal("none while PSTATE.D is set", steps, 0);
    __asm__ volatile("msr daifclr, #8\n.global here\nhere: nop\n nop\n msr daifset, #8\n.global there\nthere: nop" : : : "memory");
    msr(mdscr_el1, 0);
    check_equal("steps at EL1", steps, 3);
    check("EL1 too", seen[0] == (Word)here && seen[1] == (Word)here + 4 && seen[2] == (Word)here + 8);
    check_equal("syndrome at the same level", last_esr >> 26, EC_STEP);
    check("until it masks", (Word)there == (Word)here + 12);
}

void test_main(void) {
    step_hook = note;
    msr(oslar_el1, 0);
    isb();
    test_el0();
    test_locked();
    test_el1();
}
