// SPDX-License-Identifier: MIT
// EL2: where exceptions of each level go and what they say, traps of HCR_EL2 and its like, interrupts that are EL2's and virtual ones, which
// returns are legal, EL2's own translation, the second stage, the virtual counter. DDI 0487, D1.3, D1.4, D8.1, D19.
// peer-fails: ID_AA64PFR0_EL1.EL2
// peer-fails: TPMCR
// args: -M virt,virtualization=on
#include "tests/golden/a64/lib/levels.h"

PROBE(probe_svc, "svc #5");
PROBE(probe_hvc, "hvc #6");
PROBE(probe_smc, "smc #7");
PROBE(probe_brk, "brk #8");
PROBE(probe_undefined, ".inst 0");
PROBE(probe_currentel, "mrs x0, currentel");
PROBE(probe_hcr, "mrs x0, hcr_el2");
PROBE(probe_midr, "mrs x0, midr_el1");
PROBE(probe_mpidr, "mrs x0, mpidr_el1");
PROBE(probe_read_ttbr, "mrs x0, ttbr0_el1");
PROBE(probe_write_ttbr, "msr ttbr0_el1, x0");
PROBE(probe_write_vbar, "msr vbar_el1, x0");
PROBE(probe_actlr, "mrs x0, actlr_el1");
PROBE(probe_pfr0, "mrs x0, id_aa64pfr0_el1");
PROBE(probe_cpacr, "mrs x0, cpacr_el1");
PROBE(probe_mdscr, "mrs x0, mdscr_el1");
PROBE(probe_oslar, "msr oslar_el1, x0");
PROBE(probe_cntpct, "mrs x0, cntpct_el0");
PROBE(probe_cntp, "mrs x0, cntp_ctl_el0");
PROBE(probe_cntvct, "mrs x0, cntvct_el0");
PROBE(probe_pmcr, "mrs x0, pmcr_el0");
PROBE(probe_tlbi, "tlbi vmalle1");
PROBE(probe_wfi, "wfi");
PROBE(probe_fp, ".inst 0x1e604000"); // fmov d0, d0
PROBE(probe_ldrsb, "ldrsb w7, [x0]");
PROBE(probe_ldar, "ldar w3, [x0]");
PROBE(probe_post, "ldr x1, [x0], #8");
PROBE(probe_isr, "mrs x0, isr_el1");
PROBE(probe_pc, "br x0");
PROBE(probe_unmask, "msr daifclr, #2\n nop\n msr daifset, #2");

static void test_levels(void) {
    check_equal("starts at EL2", mrs(currentel), 8);
    check_equal("ID_AA64PFR0_EL1.EL2", mrs(id_aa64pfr0_el1) >> 8 & 15, 1);
    check_equal("EL1", el1(probe_currentel, 0), 4);
    el0(probe_svc, 0);
    is("svc of EL0", 1, EC_SVC, 5, (Word)probe_svc + 4, 8);
    el1(probe_svc, 0);
    is("svc of EL1", 1, EC_SVC, 5, (Word)probe_svc + 4, 4);
    probe_svc(0);
    is("svc of EL2", 2, EC_SVC, 5, (Word)probe_svc + 4, 4);
    el1(probe_hvc, 0);
    is("hvc of EL1", 2, EC_HVC, 6, (Word)probe_hvc + 4, 8);
    check_equal("  spsr", seen2.spsr & 0x3ff, EL1H | MASKED);
    probe_hvc(0);
    is("hvc of EL2", 2, EC_HVC, 6, (Word)probe_hvc + 4, 4);
    el0(probe_hvc, 0);
    is("hvc of EL0", 1, EC_UNKNOWN, 0, (Word)probe_hvc, 8);
    el1(probe_undefined, 0);
    is("undefined at EL1", 1, EC_UNKNOWN, 0, (Word)probe_undefined, 4);
    probe_undefined(0);
    is("undefined at EL2", 2, EC_UNKNOWN, 0, (Word)probe_undefined, 4);
    el1(probe_hcr, 0);
    is("EL2's register at EL1", 1, EC_UNKNOWN, 0, (Word)probe_hcr, 4);
    probe_brk(0);
    is("brk at EL2", 2, EC_BRK, 8, (Word)probe_brk, 4);
    el1(probe_brk, 0);
    is("brk at EL1", 1, EC_BRK, 8, (Word)probe_brk, 4);
    msr(mdcr_el2, mrs(mdcr_el2) | BIT(8));
    isb();
    el1(probe_brk, 0);
    is("brk with TDE", 2, EC_BRK, 8, (Word)probe_brk, 8);
    msr(mdcr_el2, mrs(mdcr_el2) & ~BIT(8));
    set_hcr(BIT(HCD));
    probe_hvc(0);
    is("hvc with HCD", 2, EC_UNKNOWN, 0, (Word)probe_hvc, 4);
    set_hcr(0);
}

static void trapped(const char *name, Word (*probe)(Word), Word bits, Word what) {
    el1(probe, 0);
    none("  not trapped");
    set_hcr(bits);
    el1(probe, 0);
    is(name, 2, EC_SYSREG, what, (Word)probe, 8);
    set_hcr(0);
}

static void test_traps(void) {
    trapped("TVM", probe_write_ttbr, BIT(TVM), iss(3, 0, 2, 0, 0, 0));
    trapped("TRVM", probe_read_ttbr, BIT(TRVM), iss(3, 0, 2, 0, 0, 1));
    set_hcr(BIT(TVM));
    el1(probe_read_ttbr, 0);
    el1(probe_write_vbar, (Word)vectors1);
    none("TVM leaves reads and others");
    trapped("TACR", probe_actlr, BIT(TACR), iss(3, 0, 1, 0, 1, 1));
    trapped("TID3", probe_pfr0, BIT(TID3), iss(3, 0, 0, 4, 0, 1));
    trapped("TTLB", probe_tlbi, BIT(TTLB), iss(1, 0, 8, 7, 0, 0) | 31 << 5);
    set_hcr(BIT(TWI));
    el1(probe_wfi, 0);
    is("TWI", 2, EC_WFX, 0x1e00000, (Word)probe_wfi, 8);
    set_hcr(BIT(TSC));
    el1(probe_smc, 0);
    is("TSC", 2, EC_SMC, 7, (Word)probe_smc, 8);
    set_hcr(0);
    msr(cptr_el2, 0x33ff | BIT(31));
    isb();
    el1(probe_cpacr, 0);
    is("TCPAC", 2, EC_SYSREG, iss(3, 0, 1, 0, 2, 1), (Word)probe_cpacr, 8);
    msr(cptr_el2, 0x33ff | BIT(10));
    isb();
    el1(probe_fp, 0);
    is("TFP at EL1", 2, EC_FP, 0x1e00000, (Word)probe_fp, 8);
    probe_fp(0);
    is("TFP at EL2", 2, EC_FP, 0x1e00000, (Word)probe_fp, 4);
    msr(cptr_el2, 0x33ff);
    isb();
    el1(probe_fp, 0);
    none("FP is let through");
    Word mdcr = mrs(mdcr_el2);
    msr(mdcr_el2, mdcr | BIT(9) | BIT(10) | BIT(5));
    isb();
    el1(probe_mdscr, 0);
    is("TDA", 2, EC_SYSREG, iss(2, 0, 0, 2, 2, 1), (Word)probe_mdscr, 8);
    el1(probe_oslar, 0);
    is("TDOSA", 2, EC_SYSREG, iss(2, 0, 1, 0, 4, 0), (Word)probe_oslar, 8);
    el1(probe_pmcr, 0);
    is("TPMCR", 2, EC_SYSREG, iss(3, 3, 9, 12, 0, 1), (Word)probe_pmcr, 8);
    msr(mdcr_el2, mdcr);
    msr(cnthctl_el2, 0);
    isb();
    el1(probe_cntpct, 0);
    is("EL1PCTEN", 2, EC_SYSREG, iss(3, 3, 14, 0, 1, 1), (Word)probe_cntpct, 8);
    el1(probe_cntp, 0);
    is("EL1PCEN", 2, EC_SYSREG, iss(3, 3, 14, 2, 1, 1), (Word)probe_cntp, 8);
    el1(probe_cntvct, 0);
    none("the virtual counter is EL1's");
    msr(cnthctl_el2, 3);
    isb();
}

static void test_identity(void) {
    Word midr = mrs(midr_el1);
    msr(vpidr_el2, 0x1234);
    msr(vmpidr_el2, 0x80000077);
    isb();
    check_equal("MIDR_EL1 at EL1", el1(probe_midr, 0), 0x1234);
    check_equal("MPIDR_EL1 at EL1", el1(probe_mpidr, 0), 0x80000077);
    check_equal("MIDR_EL1 at EL2", mrs(midr_el1), midr);
    msr(vpidr_el2, midr);
    msr(vmpidr_el2, mrs(mpidr_el1));
    Word before = mrs(cntvct_el0);
    msr(cntvoff_el2, 1ul << 40);
    isb();
    check_equal("CNTVOFF_EL2", (el1(probe_cntvct, 0) - before + BIT(40)) >> 36, 0);
    msr(cntvoff_el2, 0);
    msr(sp_el1, 0x1230);
    check_equal("SP_EL1", mrs(sp_el1), 0x1230);
    msr(sp_el1, stack1 + sizeof stack1);
}

static void test_returns(void) {
    struct { const char *name; Word mode; } rows[] = {{"return to EL3", 13}, {"return to EL0 with its own stack", 1}, {"a reserved mode", 6}};
    for (unsigned i = 0; i < 3; i++) {
        run_at(probe_svc, 0, rows[i].mode | MASKED);
        is(rows[i].name, 2, EC_ILLEGAL, 0, (Word)probe_svc, 4);
    }
}

static void test_interrupts(void) {
    set_hcr(BIT(IMO) | BIT(VI));
    check_equal("ISR_EL1 of EL1", el1(probe_isr, 0), BIT(7));
    el1(probe_unmask, 0);
    check("a virtual interrupt", seen1.count == 1 && seen1.vector == 5 && seen1.elr == (Word)probe_unmask + 4 && !seen2.count);
    clear();
    probe_unmask(0);
    none("which is not EL2's");
    set_hcr(BIT(VI));
    el1(probe_unmask, 0);
    none("nor without IMO");
    set_hcr(BIT(IMO));
    msr(cnthp_cval_el2, 0);
    msr(cnthp_ctl_el2, 1);
    isb();
    check_equal("CNTHP_CTL_EL2", mrs(cnthp_ctl_el2), 5);
    volatile uint32_t *gicd = (uint32_t *)0x08000000, *gicc = (uint32_t *)0x08010000;
    gicd[0] = 1;
    gicd[0x100 / 4] = BIT(26);
    gicc[1] = 0xff;
    gicc[0] = 1;
    for (volatile unsigned i = 0; i < 100000 && !(mrs(isr_el1) & BIT(7)); i++) {}
    check_equal("ISR_EL1 of EL2", mrs(isr_el1), BIT(7));
    none("masked at EL2");
    el1(probe_currentel, 0);
    check("taken from EL1, though masked there", seen2.count == 1 && seen2.vector == 9 && !seen1.count);
    clear();
    set_hcr(BIT(IMO));
    __asm__ volatile("msr daifclr, #2\n nop\n msr daifset, #2" : : : "memory");
    check("taken at EL2", seen2.count == 1 && seen2.vector == 5);
    clear();
    check_equal("which interrupt", gicc[3], 26);
    msr(cnthp_ctl_el2, 0);
    isb();
    gicc[4] = 26;
    set_hcr(0);
}

// EL2's first stage: one table, no EL0.
static void test_mmu(void) {
    uint64_t *root = page_new(), *other = page_new(), *words = page_new();
    for (Word k = 0; k < 2; k++) root[k] = k << 30 | 1 | BIT(10) | BIT(6);
    root[2] = (uint64_t)other | 3;
    uint64_t *pages = page_new();
    other[0] = (uint64_t)pages | 3;
    pages[0] = (uint64_t)words | 3 | BIT(10) | BIT(6);
    pages[1] = (uint64_t)words | 3 | BIT(10) | BIT(6) | BIT(7);
    pages[2] = (uint64_t)words | 3 | BIT(10) | BIT(6) | BIT(54);
    words[0] = 0xd65f03c0; // ret
    words[1] = 0x77;
    msr(mair_el2, 0xff);
    msr(tcr_el2, BIT(31) | BIT(23) | 2 << 16 | 25);
    msr(ttbr0_el2, root);
    __asm__ volatile("dsb ish\n tlbi alle2\n dsb ish\n isb" : : : "memory");
    msr(sctlr_el2, mrs(sctlr_el2) | 1);
    isb();
    Word base = 2ul << 30;
    check_equal("a page", probe_ldr(base + 8), 0x77);
    probe_str(base);
    words[0] = 0xd65f03c0;
    none("which is written");
    probe_str(base + 4096);
    is("a page that is read only", 2, EC_DATA, 0x40 | 15, (Word)probe_str, 4);
    probe_ldr(base + 3 * 4096);
    is("no page", 2, EC_DATA, 7, (Word)probe_ldr, 4);
    check_equal("  far", seen2.far, base + 3 * 4096);
    probe_ldr(~0ul << 40);
    is("the upper half", 2, EC_DATA, 4, (Word)probe_ldr, 4);
    Word par;
    __asm__ volatile("at s1e2r, %1\n isb\n mrs %0, par_el1" : "=r"(par) : "r"(base + 8) : "memory");
    check_equal("at s1e2r", par & 0xfffffffff001, (Word)words);
    el1(probe_ldr, (Word)words);
    none("EL1 has its own regime");
    msr(sctlr_el2, mrs(sctlr_el2) & ~1ul);
    isb();
}

// The second stage: 39 bits of intermediate addresses from level 1 on.
static void test_stage2(void) {
    uint64_t *root = page_new(), *middle = page_new(), *pages = page_new(), *words = page_new(), *first = page_new();
    for (Word k = 0; k < 2; k++) root[k] = k << 30 | 1 | BIT(10) | 0xc0;
    root[2] = (uint64_t)middle | 3;
    middle[0] = (uint64_t)pages | 3;
    pages[0] = (uint64_t)words | 3 | BIT(10) | 0xc0;
    pages[1] = (uint64_t)words | 3 | BIT(10) | 0x40;
    pages[2] = (uint64_t)words | 3 | BIT(10) | 0xc0 | BIT(54);
    pages[4] = (uint64_t)words | 3 | 0xc0;
    words[0] = 0xd65f03c0; // ret
    words[1] = 0x88;
    Word base = 2ul << 30;
    msr(vtcr_el2, BIT(31) | 2 << 16 | 1 << 6 | 25);
    msr(vttbr_el2, (Word)root | 5ul << 48);
    set_hcr(BIT(0));
    __asm__ volatile("dsb ish\n tlbi alle1\n dsb ish\n isb" : : : "memory");
    check_equal("two stages, a page", el1(probe_ldr, base + 8), 0x88);
    el1(probe_str, base + 16);
    el1(probe_exec, base);
    none("written and run");
    check_equal("  which is that one", words[2], base + 16);
    el1(probe_str, base + 4096);
    is("S2AP", 2, EC_DATA_EL0, ACCESS_X0 | 0x40 | 15, (Word)probe_str, 8);
    check_equal("  far", seen2.far, base + 4096);
    check_equal("  hpfar", mrs(hpfar_el2), base + 4096 >> 8);
    el1(probe_exec, base + 8192);
    is("S2 XN", 2, EC_FETCH_EL0, 15, base + 8192, 8);
    el1(probe_ldr, base + 3 * 4096);
    is("no page of the second stage", 2, EC_DATA_EL0, ACCESS_X0 | 7, (Word)probe_ldr, 8);
    el1(probe_ldr, base + 4 * 4096);
    is("access flag", 2, EC_DATA_EL0, ACCESS_X0 | 11, (Word)probe_ldr, 8);
    el1(probe_ldrsb, base + 3 * 4096 + 5);
    is("ldrsb w7", 2, EC_DATA_EL0, 1 << 24 | 1 << 21 | 7 << 16 | 7, (Word)probe_ldrsb, 8);
    el1(probe_ldar, base + 3 * 4096);
    is("ldar w3", 2, EC_DATA_EL0, 1 << 24 | 2 << 22 | 3 << 16 | 1 << 14 | 7, (Word)probe_ldar, 8);
    el1(probe_post, base + 3 * 4096);
    is("a load that writes back", 2, EC_DATA_EL0, 7, (Word)probe_post, 8);
    el1(probe_ldr, 1ul << 39);
    check("beyond its input", seen2.count == 1 && seen2.esr >> 26 == EC_DATA_EL0 && (seen2.esr & 0x3c) == 4);
    clear();
    // EL1's own tables lie in intermediate addresses too
    for (Word k = 0; k < 3; k++) first[k] = k << 30 | 1 | BIT(10);
    first[5] = base | 1 | BIT(10);           // 5 GiB: what base is
    first[6] = (base + 3 * 4096) | 3;        // a table that the second stage does not know
    msr(mair_el1, 0xff);
    msr(tcr_el1, 25 | 1ul << 23 | 2ul << 32);
    msr(ttbr0_el1, first);
    msr(sctlr_el1, mrs(sctlr_el1) | 1);
    isb();
    check_equal("two walks", el1(probe_ldr, (5ul << 30) + 8), 0x88);
    el1(probe_ldr, (6ul << 30) + 0x1000);
    is("in the first stage's walk", 2, EC_DATA_EL0, 0x80 | 7, (Word)probe_ldr, 8);
    check_equal("  hpfar", mrs(hpfar_el2), base + 3 * 4096 >> 8);
    Word par;
    __asm__ volatile("at s12e1r, %1\n isb\n mrs %0, par_el1" : "=r"(par) : "r"((5ul << 30) + 8) : "memory");
    check_equal("at s12e1r", par & 0xfffffffff001, (Word)words);
    __asm__ volatile("at s1e1r, %1\n isb\n mrs %0, par_el1" : "=r"(par) : "r"((5ul << 30) + 8) : "memory");
    check_equal("at s1e1r", par & 0xfffffffff001, base);
    pages[0] = 0;
    __asm__ volatile("dsb ish\n tlbi ipas2e1is, %0\n dsb ish\n tlbi vmalle1is\n dsb ish\n isb" : : "r"(base >> 12) : "memory");
    el1(probe_ldr, (5ul << 30) + 8);
    is("taken away", 2, EC_DATA_EL0, ACCESS_X0 | 7, (Word)probe_ldr, 8);
    msr(sctlr_el1, mrs(sctlr_el1) & ~1ul);
    set_hcr(0);
    msr(vttbr_el2, 0);
}

void test_main(void) {
    levels_begin();
    test_levels();
    test_traps();
    test_identity();
    test_returns();
    test_interrupts();
    test_mmu();
    test_stage2();
}
