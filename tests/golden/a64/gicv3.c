// SPDX-License-Identifier: MIT
// args: -M gic-version=3 -smp 2
// The GICv3 by its system registers: a timer, software interrupts to oneself and to another core, priorities, what is not there and who
// may not. IHI 0069H, 12.2.
#include "tests/golden/a64/lib/test.h"

#define GICD(offset) (*(volatile uint32_t *)(0x08000000ul + (offset)))
#define GICR(core, offset) (*(volatile uint32_t *)(0x080a0000ul + 0x20000 * (core) + (offset)))
#define PMR     S3_0_C4_C6_0
#define IAR1    S3_0_C12_C12_0
#define EOIR1   S3_0_C12_C12_1
#define HPPIR1  S3_0_C12_C12_2
#define RPR     S3_0_C12_C11_3
#define SGI1R   S3_0_C12_C11_5
#define CTLR    S3_0_C12_C12_4
#define SRE     S3_0_C12_C12_5
#define IGRPEN1 S3_0_C12_C12_7
#define read(r)         mrs_(r)
#define mrs_(r)         mrs(r)
#define write(r, value) write_(r, value)
#define write_(r, value) msr(r, value)
enum { SGI = 0x10000, VIRTUAL = 27, PSCI_CPU_ON = 0xc4000003 };
extern char _start[];

static volatile uint32_t acknowledged;
static volatile Word other;

static void take(Word vector) {
    acknowledged = (uint32_t)read(IAR1);
    msr(cntv_ctl_el0, 0);
    write(EOIR1, acknowledged);
}
static void unmask(void) { __asm__ volatile("msr daifclr, #2\n isb" : : : "memory"); }
static void mask(void) { __asm__ volatile("msr daifset, #2" : : : "memory"); }

static void start(Word core) {
    GICR(core, 0x14) = 0;
    GICR(core, SGI + 0x80) = 0xffffffff;
    GICR(core, SGI + 0x100) = 1u << VIRTUAL | 0xffff;
    write(SRE, 1);
    write(PMR, 0xff);
    write(IGRPEN1, 1);
    isb();
}

static void test_basics(void) {
    check_equal("ID_AA64PFR0_EL1.GIC", mrs(id_aa64pfr0_el1) >> 24 & 15, 1);
    check_equal("SRE", read(SRE), 7);
    check_equal("five bits of priority", read(CTLR) >> 8 & 7, 4);
    check_equal("PMR keeps five", read(PMR), 0xf8);
    check_equal("nothing is pending", read(HPPIR1), 1023);
    check_equal("nothing is active", read(RPR), 0xff);
    check_equal("spurious", read(IAR1), 1023);
}

static void test_timer(void) {
    msr(cntv_tval_el0, 1000);
    msr(cntv_ctl_el0, 1);
    unmask();
    for (Word end = mrs(cntvct_el0) + mrs(cntfrq_el0); trap.count < 1 && mrs(cntvct_el0) < end;) {}
    mask();
    check("the timer interrupts", trap.count == 1 && trap.vector == VECTOR_IRQ && acknowledged == VIRTUAL);
    trap_clear();
}

static void test_software(void) {
    write(SGI1R, 5ul << 24 | 1);
    isb();
    check_equal("pending at once", read(HPPIR1), 5);
    unmask();
    mask();
    check("software interrupt", trap.count == 1 && acknowledged == 5);
    trap_clear();
    GICR(0, SGI + 0x400) = 0x00400080; // priorities of 0 and 2
    write(SGI1R, 1);
    isb();
    check_equal("0 is taken", read(IAR1), 0);
    check_equal("at its priority", read(RPR), 0x80);
    write(SGI1R, 2ul << 24 | 1);
    isb();
    check_equal("2 preempts it", read(IAR1), 2);
    check_equal("at its own", read(RPR), 0x40);
    write(EOIR1, 2);
    write(EOIR1, 0);
    check_equal("both ended", read(RPR), 0xff);
    write(PMR, 0x40);
    write(SGI1R, 2ul << 24 | 1);
    unmask();
    check_no_trap("the mask holds back");
    write(PMR, 0x48);
    isb();
    mask();
    check("and lets through", trap.count == 1 && acknowledged == 2);
    trap_clear();
    write(PMR, 0xff);
}

void secondary_main(void) {
    start(1);
    other = 1;
    while (read(HPPIR1) == 1023) {}
    other = read(IAR1) + 100;
    write(EOIR1, other - 100);
    for (;;) __asm__ volatile("wfi");
}

static void wait_other(Word value) {
    for (Word end = mrs(cntvct_el0) + 10 * mrs(cntfrq_el0); other != value && mrs(cntvct_el0) < end;) {}
}

static void test_other_core(void) {
    check_equal("CPU_ON", hvc_call(PSCI_CPU_ON, 1, (Word)_start, 0), 0);
    wait_other(1);
    write(SGI1R, 1ul << 40 | 9ul << 24); // all but this one
    wait_other(109);
    check_equal("the other core takes it", other, 109);
    check_equal("this one does not", read(HPPIR1), 1023);
}

PROBE(probe_none, "mrs x0, S3_0_C12_C8_5"); // ICC_AP0R1_EL1
PROBE(probe_readonly, "msr S3_0_C12_C12_0, x0"); // ICC_IAR1_EL1
PROBE(probe_el0, "mrs x0, S3_0_C12_C12_0");

static void test_faults(void) {
    trap_clear();
    probe_none(0);
    check_trap("a register there is none of", EC_UNKNOWN, 0, (Word)probe_none);
    probe_readonly(0);
    check_trap("IAR cannot be written", EC_UNKNOWN, 0, (Word)probe_readonly);
    el0_run(probe_el0, 0);
    check_equal("EL0 may not", trap.count, 1);
    check_equal("undefined", trap.esr >> 26, EC_UNKNOWN);
}

void test_main(void) {
    GICD(0) = 0x12;
    start(0);
    irq_hook = take;
    test_basics();
    test_timer();
    test_software();
    test_other_core();
    test_faults();
}
