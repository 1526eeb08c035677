// SPDX-License-Identifier: MIT
// For tests at EL2, which a program that includes this keeps: vectors of EL1 and EL2 that note what they see, `el1` and `el0` to run a
// function there, `is` to say what one exception should have been. Its program has `-M virt,virtualization=on`.
#pragma once
#include "tests/golden/a64/lib/test.h"

enum { EL0T = 0, EL1H = 5, EL2H = 9, MASKED = 15 << 6 };
enum { TWI = 13, TSC = 19, TACR = 21, TTLB = 25, TVM = 26, TRVM = 30, RW = 31, IMO = 4, VI = 7, TID3 = 18, HCD = 29 };
#define BIT(n) (1ul << (n))
enum { EC_HVC = 0x16, EC_SMC = 0x17, ACCESS_X0 = 1 << 24 | 3 << 22 | 1 << 15 }; // a double word to or from x0

// What was seen last, at EL1 (vectors of EL1) and EL2.
typedef struct { Word esr, elr, far, spsr, vector, count; } Seen;
volatile Seen seen1, seen2;
extern char vectors1[], vectors2[];
Word run_at(Word (*function)(Word), Word argument, Word pstate);

// Vectors of EL2: hvc #0x600d ends run_at, and svc #0x600d where it comes to EL2; all else is noted and goes on behind the instruction (an
// interrupt: masked, and no longer routed).
__asm__(".text\n.macro v2 n\n.balign 128\n stp x2, x3, [sp, #-64]!\n stp x4, x5, [sp, #16]\n mov x5, #\\n\n b common2\n.endm\n"
        ".balign 2048\n.global vectors2\nvectors2:\n.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n v2 \\n\n.endr\n"
        "common2:\n"
        " tst x5, #3\n b.ne 4f\n mrs x2, esr_el2\n ldr x3, =0x5a00600d\n cmp x2, x3\n b.eq leave2\n"
        " ldr x3, =0x5600600d\n cmp x2, x3\n b.eq leave2\n"
        "4: mrs x2, esr_el2\n ldr x4, =seen2\n mrs x3, elr_el2\n stp x2, x3, [x4]\n mrs x2, far_el2\n mrs x3, spsr_el2\n stp x2, x3, [x4, #16]\n"
        " str x5, [x4, #32]\n ldr x2, [x4, #40]\n add x2, x2, #1\n str x2, [x4, #40]\n"
        " ldr x2, [x4]\n lsr x2, x2, #26\n mrs x3, elr_el2\n"
        " tst x5, #3\n b.ne 2f\n"
        " cmp x2, #0x15\n b.eq 1f\n cmp x2, #0x16\n b.eq 1f\n cmp x2, #0x0e\n b.eq 3f\n cmp x2, #0x20\n b.eq 3f\n add x3, x3, #4\n msr elr_el2, x3\n"
        "1: ldp x4, x5, [sp, #16]\n ldp x2, x3, [sp], #64\n eret\n"
        "2: mrs x3, spsr_el2\n orr x3, x3, #0xc0\n msr spsr_el2, x3\n mrs x3, hcr_el2\n bic x3, x3, #0x10\n bic x3, x3, #0x8000000\n msr hcr_el2, x3\n b 1b\n"
        "3: adr x3, hvc_out\n msr elr_el2, x3\n mrs x3, spsr_el2\n bic x3, x3, #(1 << 20)\n msr spsr_el2, x3\n b 1b\n"
        "leave2: add sp, sp, #64\n ldp x19, x20, [sp], #16\n ldp x29, x30, [sp], #16\n ret\n"
        // run_at(function, argument, pstate)
        ".global run_at\nrun_at: stp x29, x30, [sp, #-16]!\n stp x19, x20, [sp, #-16]!\n"
        " msr elr_el2, x0\n msr spsr_el2, x2\n mov x0, x1\n adr x30, hvc_out\n tst x2, #0xc\n b.ne 1f\n adr x30, svc_out\n1: eret\n"
        "hvc_out: hvc #0x600d\n"
        "svc_out: svc #0x600d\n"
        // Vectors of EL1: the same; svc #0x600d passes it on.
        ".macro v1 n\n.balign 128\n stp x2, x3, [sp, #-64]!\n stp x4, x5, [sp, #16]\n mov x5, #\\n\n b common1\n.endm\n"
        ".balign 2048\n.global vectors1\nvectors1:\n.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n v1 \\n\n.endr\n"
        "common1:\n mrs x2, esr_el1\n tst x5, #3\n b.ne 1f\n\n ldr x3, =0x5600600d\n cmp x2, x3\n b.ne 1f\n add sp, sp, #64\n hvc #0x600d\n"
        "1: ldr x4, =seen1\n mrs x3, elr_el1\n stp x2, x3, [x4]\n mrs x2, far_el1\n mrs x3, spsr_el1\n stp x2, x3, [x4, #16]\n"
        " str x5, [x4, #32]\n ldr x2, [x4, #40]\n add x2, x2, #1\n str x2, [x4, #40]\n"
        " ldr x2, [x4]\n lsr x2, x2, #26\n mrs x3, elr_el1\n tst x5, #3\n b.ne 3f\n cmp x2, #0x15\n b.eq 2f\n cmp x2, #0x0e\n b.eq 4f\n"
        " add x3, x3, #4\n msr elr_el1, x3\n"
        "2: ldp x4, x5, [sp, #16]\n ldp x2, x3, [sp], #64\n eret\n"
        "3: mrs x3, spsr_el1\n orr x3, x3, #0xc0\n msr spsr_el1, x3\n b 2b\n"
        "4: msr elr_el1, x30\n mrs x3, spsr_el1\n bic x3, x3, #(1 << 20)\n msr spsr_el1, x3\n b 2b\n");
static uint8_t stack0[4096] __attribute__((aligned(16))), stack1[4096] __attribute__((aligned(16)));

static Word hcr = BIT(RW);
static Word el1(Word (*f)(Word), Word x) { return run_at(f, x, EL1H | MASKED); }
static Word el0(Word (*f)(Word), Word x) { return run_at(f, x, EL0T | MASKED); }
static void set_hcr(Word bits) {
    hcr = BIT(RW) | bits;
    msr(hcr_el2, hcr);
    isb();
}
static void clear(void) { seen1.count = seen2.count = 0; }

static void is(const char *name, unsigned level, Word ec, Word iss, Word pc, Word vector) {
    volatile Seen *s = level == 1 ? &seen1 : &seen2, *other = level == 1 ? &seen2 : &seen1;
    int good = s->count == 1 && !other->count && s->esr == (ec << 26 | BIT(25) | iss) && s->elr == pc && s->vector == vector;
    if (good) check(name, 1);
    else check_equal(name, s->count ? s->esr : other->esr | other->count << 56, ec << 26 | BIT(25) | iss);
    clear();
}
__attribute__((unused)) static void none(const char *name) {
    check_equal(name, seen1.count + seen2.count, 0);
    clear();
}
__attribute__((unused)) static Word iss(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2, unsigned read) {
    return op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1 | read;
}

static void levels_begin(void) {
    msr(vbar_el2, vectors2);
    msr(vbar_el1, vectors1);
    msr(sp_el1, stack1 + sizeof stack1);
    msr(sp_el0, stack0 + sizeof stack0);
    msr(cptr_el2, 0x33ff);
    msr(cpacr_el1, 3 << 20);
    msr(cntkctl_el1, 0x303);
    msr(cnthctl_el2, 3);
    msr(sctlr_el1, 0x30d00800 | 1 << 16 | 1 << 18);
    set_hcr(0);
}
