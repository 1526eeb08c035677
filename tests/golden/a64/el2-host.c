// SPDX-License-Identifier: MIT
// HCR_EL2.TGE: EL2 is a host whose programs are EL0. Exceptions and interrupts of EL0 go to EL2, there is no EL1 to return to, no first stage
// of its regime, no virtual interrupt, and CPACR_EL1 traps nothing. DDI 0487, D1.3.1, D19.2.48.
// args: -M virt,virtualization=on
#include "tests/golden/a64/lib/levels.h"

enum { TGE = 27, EC_FP_TRAP = 0x07 };
PROBE(probe_svc, "svc #5");
PROBE(probe_brk, "brk #8");
PROBE(probe_undefined, ".inst 0");
PROBE(probe_fp, ".inst 0x1e604000"); // fmov d0, d0
PROBE(probe_ctr, "mrs x0, ctr_el0");
PROBE(probe_wfi, "wfi");

static void test_exceptions(void) {
    el0(probe_svc, 0);
    is("svc", 2, EC_SVC, 5, (Word)probe_svc + 4, 8);
    el0(probe_brk, 0);
    is("brk", 2, EC_BRK, 8, (Word)probe_brk, 8);
    el0(probe_undefined, 0);
    is("undefined", 2, EC_UNKNOWN, 0, (Word)probe_undefined, 8);
    el0(probe_ldr, 1ul << 49);
    check("an address out of range", seen2.count == 1 && !seen1.count && seen2.esr >> 26 == EC_DATA_EL0 && seen2.vector == 8);
    check_equal("  far", seen2.far, 1ul << 49);
    clear();
}

static void test_controls(void) {
    Word cpacr = mrs(cpacr_el1), sctlr = mrs(sctlr_el1);
    msr(cpacr_el1, 0);
    isb();
    el0(probe_fp, 0);
    none("CPACR_EL1 traps nothing");
    msr(cptr_el2, 0x33ff | BIT(10));
    isb();
    el0(probe_fp, 0);
    is("CPTR_EL2 does", 2, EC_FP_TRAP, 0x1e00000, (Word)probe_fp, 8);
    msr(cptr_el2, 0x33ff);
    msr(cpacr_el1, cpacr);
    msr(sctlr_el1, sctlr & ~(BIT(15) | BIT(16)));
    isb();
    el0(probe_ctr, 0);
    is("without UCT", 2, EC_SYSREG, iss(3, 3, 0, 0, 1, 1), (Word)probe_ctr, 8);
    el0(probe_wfi, 0);
    is("without nTWI", 2, EC_WFX, 0x1e00000, (Word)probe_wfi, 8);
    msr(tcr_el1, 25); // whose tables there are none of
    msr(ttbr0_el1, 0);
    msr(sctlr_el1, sctlr | 1);
    __asm__ volatile("dsb ish\n tlbi alle1\n dsb ish\n isb" : : : "memory");
    el0(probe_svc, 0);
    is("SCTLR_EL1.M counts for nothing", 2, EC_SVC, 5, (Word)probe_svc + 4, 8);
    msr(sctlr_el1, sctlr);
    isb();
}

static void test_returns(void) {
    run_at(probe_svc, 0, EL1H | MASKED);
    check("return to EL1", seen2.count == 1 && seen2.esr >> 26 == EC_ILLEGAL && seen2.vector == 4);
    clear();
}

static void test_interrupts(void) {
    set_hcr(BIT(TGE) | BIT(IMO) | BIT(VI));
    run_at(probe_svc, 0, EL0T);
    is("no virtual interrupt", 2, EC_SVC, 5, (Word)probe_svc + 4, 8);
    set_hcr(BIT(TGE));
    msr(cnthp_cval_el2, 0);
    msr(cnthp_ctl_el2, 1);
    volatile uint32_t *gicd = (uint32_t *)0x08000000, *gicc = (uint32_t *)0x08010000;
    gicd[0] = 1;
    gicd[0x100 / 4] = BIT(26);
    gicc[1] = 0xff;
    gicc[0] = 1;
    isb();
    for (volatile unsigned i = 0; i < 100000 && !(mrs(isr_el1) & BIT(7)); i++) {}
    run_at(probe_svc, 0, EL0T | MASKED); // what EL0 masks counts for nothing; the vector ends TGE
    check("an interrupt goes to EL2 without IMO", seen2.count == 1 && seen2.vector == 9);
    clear();
    check_equal("  which", gicc[3], 26);
    msr(cnthp_ctl_el2, 0);
    isb();
    gicc[4] = 26;
}

void test_main(void) {
    levels_begin();
    msr(sctlr_el1, mrs(sctlr_el1) | BIT(15));
    set_hcr(BIT(TGE));
    test_exceptions();
    test_controls();
    test_returns();
    test_interrupts();
    set_hcr(0);
    el0(probe_svc, 0);
    is("without TGE", 1, EC_SVC, 5, (Word)probe_svc + 4, 8);
}
