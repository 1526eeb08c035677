// SPDX-License-Identifier: MIT
// Performance monitors: the cycle counter, event counters, overflow and its interrupt, levels left out, what EL0 may. DDI 0487, D11.11.
#include "tests/golden/a64/lib/test.h"

#define GICD(offset) (*(volatile uint32_t *)(0x08000000ul + (offset)))
#define GICC(offset) (*(volatile uint32_t *)(0x08010000ul + (offset)))
enum { IAR = 0xc, EOIR = 0x10, PMU = 23 };
enum { E = 1, P = 2, C = 4, LC = 0x40 };
#define CYCLES (1ul << 31)

static volatile uint32_t acknowledged;
static void take(Word vector) {
    acknowledged = GICC(IAR);
    msr(pmintenclr_el1, UINT32_MAX);
    GICC(EOIR) = acknowledged;
}

static void spin(Word ticks) {
    for (Word end = mrs(cntvct_el0) + ticks; mrs(cntvct_el0) < end;) {}
}

static void test_cycles(void) {
    check_equal("PMUVer", mrs(id_aa64dfr0_el1) >> 8 & 15, 1);
    check_equal("six counters", mrs(pmcr_el0) >> 11 & 31, 6);
    check_equal("CPU_CYCLES is there", mrs(pmceid0_el0) >> 0x11 & 1, 1);
    msr(pmcr_el0, P | C | LC);
    msr(pmccfiltr_el0, 0);
    msr(pmcntenset_el0, CYCLES);
    spin(100);
    check_equal("stands while PMCR.E is 0", mrs(pmccntr_el0), 0);
    msr(pmcr_el0, E | LC);
    Word before = mrs(pmccntr_el0);
    spin(100);
    Word after = mrs(pmccntr_el0);
    check("runs", after > before);
    msr(pmcntenclr_el0, CYCLES);
    before = mrs(pmccntr_el0);
    spin(100);
    check_equal("stands while it is not enabled", mrs(pmccntr_el0), before);
    msr(pmccfiltr_el0, CYCLES); // P: not at EL1
    msr(pmcntenset_el0, CYCLES);
    spin(100);
    check_equal("stands at a level left out", mrs(pmccntr_el0), before);
    msr(pmcntenclr_el0, CYCLES);
    msr(pmccfiltr_el0, 0);
}

static void test_events(void) {
    msr(pmevtyper0_el0, 0); // SW_INCR
    msr(pmevtyper1_el0, 0x3ff);
    msr(pmevcntr0_el0, 0xfffffffe);
    msr(pmcntenset_el0, 3);
    msr(pmovsclr_el0, UINT32_MAX);
    msr(pmswinc_el0, 1);
    check_equal("one increment", mrs(pmevcntr0_el0), 0xffffffff);
    check_equal("no overflow yet", mrs(pmovsset_el0), 0);
    msr(pmswinc_el0, 3);
    check_equal("32 bits", mrs(pmevcntr0_el0), 0);
    check_equal("overflow", mrs(pmovsset_el0), 1);
    check_equal("an event there is none of", mrs(pmevcntr1_el0), 0);
    msr(pmselr_el0, 0);
    msr(pmxevcntr_el0, 77);
    check_equal("selected", mrs(pmevcntr0_el0), 77);
    msr(pmselr_el0, 31);
    msr(pmxevtyper_el0, 1ul << 30);
    check_equal("31 selects the cycle counter's filter", mrs(pmccfiltr_el0), 1ul << 30);
    msr(pmselr_el0, 17);
    check_equal("a counter there is none of", mrs(pmxevcntr_el0), 0);
    msr(pmccfiltr_el0, 0);
    msr(pmcntenclr_el0, UINT32_MAX);
    check_no_trap("no exception");
}

static void wait_for_one(void) {
    for (Word end = mrs(cntvct_el0) + mrs(cntfrq_el0); trap.count < 1 && mrs(cntvct_el0) < end;) {}
}

static void test_interrupt(void) {
    GICD(0) = 1;
    GICD(0x100) = 1u << PMU;
    GICC(4) = 0xff;
    GICC(0) = 1;
    irq_hook = take;
    trap_clear();
    msr(pmovsclr_el0, UINT32_MAX);
    msr(pmevtyper2_el0, 0x11);
    msr(pmevcntr2_el0, (uint32_t)-100000);
    msr(pmintenset_el1, 4);
    msr(pmcntenset_el0, 4);
    __asm__ volatile("msr daifclr, #2" : : : "memory");
    wait_for_one();
    __asm__ volatile("msr daifset, #2" : : : "memory");
    check("an overflow interrupts", trap.count == 1 && acknowledged == PMU);
    check_equal("and says which", mrs(pmovsclr_el0), 4);
    trap_clear();
    msr(pmcntenclr_el0, UINT32_MAX);
}

static Word read_cycles(Word unused) { return mrs(pmccntr_el0); }
static Word write_cycles(Word value) {
    msr(pmccntr_el0, value);
    return 0;
}
static Word read_enables(Word unused) { return mrs(pmcntenset_el0); }

static void test_el0(void) {
    msr(pmuserenr_el0, 0);
    el0_run(read_cycles, 0);
    check_equal("EL0 traps", trap.esr >> 26, EC_SYSREG);
    check_equal("once", trap.count, 1);
    trap_clear();
    msr(pmccntr_el0, 1234);
    msr(pmuserenr_el0, 4); // CR
    check_equal("CR lets it read", el0_run(read_cycles, 0), 1234);
    check_equal("without a trap", trap.count, 0);
    el0_run(write_cycles, 9);
    check_equal("but not write", trap.count, 1);
    trap_clear();
    el0_run(read_enables, 0);
    check_equal("nor see the rest", trap.count, 1);
    trap_clear();
    msr(pmuserenr_el0, 1); // EN
    el0_run(write_cycles, 99);
    check_equal("EN lets it do all", el0_run(read_cycles, 0), 99);
    msr(pmcntenset_el0, 8);
    check_equal("all", el0_run(read_enables, 0), 8);
    check_equal("without a trap", trap.count, 0);
}

void test_main(void) {
    test_cycles();
    test_events();
    test_interrupt();
    test_el0();
}
