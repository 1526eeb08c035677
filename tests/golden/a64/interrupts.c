// SPDX-License-Identifier: MIT
// The virtual and the physical timer through the GIC to an IRQ, masks, WFI, and a software interrupt to oneself. DDI 0487, D11; IHI 0048B.
#include "tests/golden/a64/lib/test.h"

#define GICD(offset) (*(volatile uint32_t *)(0x08000000ul + (offset)))
#define GICC(offset) (*(volatile uint32_t *)(0x08010000ul + (offset)))
enum { IAR = 0xc, EOIR = 0x10, VIRTUAL = 27, PHYSICAL = 30 };

static volatile uint32_t acknowledged;

static void take(Word vector) {
    acknowledged = GICC(IAR);
    msr(cntv_ctl_el0, 0);
    msr(cntp_ctl_el0, 0);
    GICC(EOIR) = acknowledged;
}

static void unmask(void) { __asm__ volatile("msr daifclr, #2" : : : "memory"); }
static void mask(void) { __asm__ volatile("msr daifset, #2" : : : "memory"); }

static void start(void) {
    GICD(0) = 1;
    GICD(0x100) = 1u << VIRTUAL | 1u << PHYSICAL | 1;
    GICC(4) = 0xff;
    GICC(0) = 1;
    irq_hook = take;
}

static void wait_for(Word count) {
    for (Word end = mrs(cntvct_el0) + mrs(cntfrq_el0); trap.count < count && mrs(cntvct_el0) < end;) {}
}

static void test_timers(void) {
    check_equal("frequency", mrs(cntfrq_el0), 62500000);
    Word before = mrs(cntvct_el0);
    check("the counter runs", mrs(cntvct_el0) - before < mrs(cntfrq_el0));
    msr(cntv_tval_el0, 1000);
    msr(cntv_ctl_el0, 1);
    unmask();
    wait_for(1);
    check("virtual timer", trap.count == 1 && trap.vector == VECTOR_IRQ && acknowledged == VIRTUAL);
    check_equal("no other exception", trap.count, 1);
    trap_clear();
    msr(cntp_cval_el0, mrs(cntpct_el0) + 1000);
    msr(cntp_ctl_el0, 1);
    wait_for(1);
    check("physical timer", trap.count == 1 && acknowledged == PHYSICAL);
    trap_clear();
    msr(cntv_cval_el0, 0); // long past
    msr(cntv_ctl_el0, 3);  // masked by itself
    check_equal("istatus", mrs(cntv_ctl_el0), 7);
    check_no_trap("imask");
    mask();
    msr(cntv_ctl_el0, 1);
    check_no_trap("PSTATE.I");
    check_equal("isr_el1", mrs(isr_el1), 1 << 7);
    unmask();
    check("taken when unmasked", trap.count == 1);
    mask();
    trap_clear();
}

static void test_wfi(void) {
    msr(cntv_tval_el0, 100000);
    msr(cntv_ctl_el0, 1);
    __asm__ volatile("wfi" : : : "memory"); // wakes though masked
    check("wfi waits for the timer", mrs(cntv_ctl_el0) == 5);
    unmask();
    mask();
    check("and the interrupt is taken afterwards", trap.count == 1 && acknowledged == VIRTUAL);
    trap_clear();
}

static void test_software(void) {
    GICD(0xf00) = 2u << 24; // to itself
    unmask();
    mask();
    check("software interrupt", trap.count == 1 && acknowledged == 0);
    trap_clear();
    GICC(4) = 0; // priority mask
    GICD(0xf00) = 2u << 24;
    unmask();
    check_no_trap("priority mask");
    mask();
    GICC(4) = 0xff;
    unmask();
    mask();
    check("let through", trap.count == 1);
}

static Word spin(Word unused) { // EL0 has no masks
    for (Word end = mrs(cntvct_el0) + 62500000; trap.count == 0 && mrs(cntvct_el0) < end;) {}
    return trap.vector;
}

static void test_el0(void) {
    trap_clear();
    msr(cntkctl_el1, 3);
    msr(cntv_tval_el0, 2000);
    msr(cntv_ctl_el0, 1);
    check_equal("interrupt of EL0", el0_run(spin, 0), VECTOR_EL0_IRQ);
    check_equal("one", trap.count, 1);
}

void test_main(void) {
    start();
    test_timers();
    test_wfi();
    test_software();
    test_el0();
}
