// SPDX-License-Identifier: MIT
// Exceptions and who may what: svc, brk, undefined instructions, system registers closed to EL0 and the controls that open them, FP
// traps, misaligned pc, illegal returns, PSTATE over exceptions. DDI 0487, D1.3.
// peer-fails: dc zva of a device
#include "tests/golden/a64/lib/test.h"

PROBE(probe_svc, "svc #0x123");
PROBE(probe_brk, "brk #0x456");
PROBE(probe_undefined, ".inst 0");
PROBE(probe_hlt, "hlt #1");
PROBE(probe_sctlr, "mrs x0, sctlr_el1");
PROBE(probe_no_reg, "mrs x0, s3_0_c15_c15_7");
PROBE(probe_write_midr, ".inst 0xd5180000"); // msr midr_el1, x0
PROBE(probe_el2, "mrs x0, s3_4_c1_c1_0");    // hcr_el2
PROBE(probe_ctr, "mrs x0, ctr_el0");
PROBE(probe_cntvct, "mrs x0, cntvct_el0");
PROBE(probe_daif, "mrs x0, daif");
PROBE(probe_daifset, "msr daifset, #2");
PROBE(probe_eret, "eret");
PROBE(probe_tlbi, "tlbi vmalle1");
PROBE(probe_ic, "ic ivau, x0");
PROBE(probe_zva, "dc zva, x0");
PROBE(probe_wfi, "wfi");
PROBE(probe_ldr_q, "ldr q0, [x0]");
PROBE(probe_fpsr, "mrs x0, fpsr");
PROBE(probe_tpidr, "msr tpidr_el0, x0\n mrs x0, tpidr_el0");
PROBE(probe_tpidrro, "msr tpidrro_el0, x0");
PROBE(probe_spsel, "msr spsel, #0");

static Word sysreg_iss(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2, unsigned rt, unsigned read) {
    return op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | rt << 5 | crm << 1 | read;
}
static Word buffer[32] __attribute__((aligned(64)));

static void test_basic(void) {
    probe_svc(0);
    check_trap("svc in EL1", EC_SVC, 0x123, (Word)probe_svc + 4);
    check_equal("vector of EL1", trap.vector, VECTOR_SYNC);
    el0_run(probe_svc, 0);
    check_trap("svc in EL0", EC_SVC, 0x123, (Word)probe_svc + 4);
    check_equal("vector of EL0", trap.vector, VECTOR_EL0_SYNC);
    check_equal("spsr of EL0", trap.spsr & 0x3cf, 0);
    probe_brk(0);
    check_trap("brk", EC_BRK, 0x456, (Word)probe_brk);
    probe_undefined(0);
    check_trap("undefined", EC_UNKNOWN, 0, (Word)probe_undefined);
    probe_hlt(0);
    check_trap("hlt", EC_UNKNOWN, 0, (Word)probe_hlt);
    check("IL of 32-bit instructions", trap.esr >> 25 & 1);
    probe_no_reg(0);
    check_trap("no such register", EC_UNKNOWN, 0, (Word)probe_no_reg);
    probe_write_midr(0);
    check_trap("read-only register", EC_UNKNOWN, 0, (Word)probe_write_midr);
    probe_el2(0);
    check_trap("register of EL2", EC_UNKNOWN, 0, (Word)probe_el2);
}

static void undefined_at_el0(const char *name, Word (*probe)(Word)) {
    trap_clear();
    el0_run(probe, (Word)buffer);
    check_trap(name, EC_UNKNOWN, 0, (Word)probe);
}

static void test_el0(void) {
    undefined_at_el0("sctlr_el1 in EL0", probe_sctlr);
    undefined_at_el0("tlbi in EL0", probe_tlbi);
    undefined_at_el0("msr spsel in EL0", probe_spsel);
    undefined_at_el0("msr tpidrro_el0 in EL0", probe_tpidrro);
    undefined_at_el0("eret in EL0", probe_eret);
    check_equal("tpidr_el0 in EL0", el0_run(probe_tpidr, 77), 77);
    check_no_trap("tpidr_el0 does not trap");
}

// Each control of SCTLR_EL1 or CNTKCTL_EL1: closed, then open.
static void controlled(const char *name, Word (*probe)(Word), Word bit, Word ec, Word iss) {
    Word sctlr = mrs(sctlr_el1);
    msr(sctlr_el1, sctlr & ~bit);
    isb();
    trap_clear();
    el0_run(probe, (Word)buffer);
    check_trap(name, ec, iss, (Word)probe);
    msr(sctlr_el1, sctlr | bit);
    isb();
    el0_run(probe, (Word)buffer);
    check_no_trap("  allowed");
    msr(sctlr_el1, sctlr);
    isb();
}

static void test_controls(void) {
    controlled("ctr_el0 without UCT", probe_ctr, 1 << 15, EC_SYSREG, sysreg_iss(3, 3, 0, 0, 1, 0, 1));
    controlled("daif without UMA", probe_daif, 1 << 9, EC_SYSREG, sysreg_iss(3, 3, 4, 2, 1, 0, 1));
    controlled("daifset without UMA", probe_daifset, 1 << 9, EC_SYSREG, sysreg_iss(0, 3, 4, 2, 6, 31, 0));
    controlled("ic ivau without UCI", probe_ic, 1 << 26, EC_SYSREG, sysreg_iss(1, 3, 7, 5, 1, 0, 0));
    controlled("dc zva without DZE", probe_zva, 1 << 14, EC_SYSREG, sysreg_iss(1, 3, 7, 4, 1, 0, 0));
    msr(cntkctl_el1, 0);
    el0_run(probe_cntvct, 0);
    check_trap("cntvct_el0 without EL0VCTEN", EC_SYSREG, sysreg_iss(3, 3, 14, 0, 2, 0, 1), (Word)probe_cntvct);
    msr(cntkctl_el1, 2);
    el0_run(probe_cntvct, 0);
    check_no_trap("cntvct_el0");
    Word sctlr = mrs(sctlr_el1);
    msr(sctlr_el1, sctlr & ~(1ul << 16));
    isb();
    el0_run(probe_wfi, 0);
    check_trap("wfi without nTWI", EC_WFX, 0x1e00000, (Word)probe_wfi);
    msr(sctlr_el1, sctlr);
    isb();
}

// DC ZVA: the block that an address is in, and what faults names the address itself.
void *memset(void *to, int c, size_t n);
static void test_zero_block(void) {
    static uint8_t block[256] __attribute__((aligned(128)));
    unsigned zeros = 0, others = 0;
    memset(block, 0x55, sizeof block);
    probe_zva((Word)block + 64 + 37);
    for (unsigned k = 0; k < sizeof block; k++) {
        zeros += k / 64 == 1 && !block[k];
        others += k / 64 != 1 && block[k] == 0x55;
    }
    check("dc zva", zeros == 64 && others == 192);
    check_no_trap("  no trap");
    probe_zva(0x0900002b); // the serial line
    check_equal("dc zva of a device, FAR", trap.far, 0x0900002b);
    check_trap("dc zva of a device", EC_DATA, 0x40 | 0x21, (Word)probe_zva);
}

static Word sp0_read(void) {
    Word x;
    __asm__ volatile("mov x1, sp\n msr spsel, #0\n mov sp, x1\n mrs %0, sp_el0\n msr spsel, #1" : "=r"(x) : : "x1", "memory");
    return x;
}
static void test_sp_el0(void) {
    msr(sp_el0, 0x1230);
    check_equal("sp_el0", mrs(sp_el0), 0x1230);
    Word x;
    __asm__ volatile("msr spsel, #0\n mov %0, sp\n msr spsel, #1" : "=r"(x) : : "memory");
    check_equal("  in use", x, 0x1230);
    sp0_read();
    check("sp_el0 while it is in use", trap.count == 1 && trap.esr >> 26 == EC_UNKNOWN && trap.vector == 0);
    trap_clear();
}

static void test_fp(void) {
    msr(cpacr_el1, 0);
    isb();
    probe_ldr_q((Word)buffer);
    check_trap("SIMD load in EL1, FPEN 0", EC_FP, 0x1e00000, (Word)probe_ldr_q);
    probe_fpsr(0);
    check_trap("fpsr in EL1, FPEN 0", EC_FP, 0x1e00000, (Word)probe_fpsr);
    msr(cpacr_el1, 1 << 20);
    isb();
    probe_ldr_q((Word)buffer);
    check_no_trap("SIMD load in EL1, FPEN 1");
    el0_run(probe_ldr_q, (Word)buffer);
    check_trap("SIMD load in EL0, FPEN 1", EC_FP, 0x1e00000, (Word)probe_ldr_q);
    msr(cpacr_el1, 3 << 20);
    isb();
    el0_run(probe_ldr_q, (Word)buffer);
    check_no_trap("SIMD load in EL0, FPEN 3");
}

PROBE(probe_return, "msr elr_el1, x0\n msr spsr_el1, x1\n eret");
static Word flags_el0(Word unused) {
    Word flags;
    __asm__ volatile("cmp %1, %2\n svc #1\n mrs %0, nzcv" : "=r"(flags) : "r"(5ul), "r"(6ul) : "cc");
    return flags;
}

static void test_returns(void) {
    el0_run(probe_exec, (Word)buffer | 2);
    check("misaligned pc", trap.count == 1 && trap.esr >> 26 == EC_PC_ALIGN && trap.pc == ((Word)buffer | 2) &&
                               trap.far == ((Word)buffer | 2));
    trap_clear();
    probe_exec((Word)buffer | 1);
    check("odd pc", trap.count == 1 && trap.esr >> 26 == EC_PC_ALIGN && trap.pc == ((Word)buffer | 1));
    trap_clear();
    register Word x0 __asm__("x0"), x1 __asm__("x1");
    x0 = (Word)probe_svc;
    x1 = 9 | 15 << 6; // EL2h
    __asm__ volatile("bl probe_return" : "+r"(x0), "+r"(x1) : : "x30", "memory");
    check_trap("illegal return to EL2", EC_ILLEGAL, 0, (Word)probe_svc);
    check("IL in spsr", trap.spsr >> 20 & 1);
    check_equal("flags over svc", el0_run(flags_el0, 0), 0x80000000);
    check_equal("spsr holds the flags", trap.spsr & 0xf0000000, 0x80000000);
    trap_clear();
}

static void test_stack_pointers(void) {
    Word sp, sp0;
    msr(sp_el0, 0x1234560);
    __asm__ volatile("mov %0, sp\n msr spsel, #0\n mov %1, sp\n mov x9, #0x5000\n mov sp, x9\n msr spsel, #1\n mov x9, sp\n cmp x9, %0"
                     : "=&r"(sp), "=&r"(sp0) : : "x9", "cc");
    check_equal("sp with spsel 0", sp0, 0x1234560);
    check_equal("sp_el0 kept", mrs(sp_el0), 0x5000);
    check_equal("spsel", mrs(spsel), 1);
    check_equal("currentel", mrs(currentel), 4);
    check_equal("daif", mrs(daif), 15 << 6);
}

void test_main(void) {
    test_basic();
    test_el0();
    test_controls();
    test_zero_block();
    test_sp_el0();
    test_fp();
    test_returns();
    test_stack_pointers();
}
