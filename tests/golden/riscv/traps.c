// SPDX-License-Identifier: MIT
// run: xlen=64,32
// peer-fails: mret in S
// peer-fails: mepc bit 0 is zero
// peer-fails: ecall from M cannot be delegated
// peer-fails: sfence.w.inval in U
// peer-fails: sfence.inval.ir in U
// Exceptions and privileged instructions: ecall, ebreak, illegal instructions and what tval shows, delegation to S-mode
// and sret, counters and CSRs closed to lower modes, TVM, TW and TSR, MPP's legal values, FS. Privileged 3.1 and 12.1.
#include "tests/golden/riscv/lib/test.h"

// One instruction each, at the function's address, 4 bytes.
#define PROBE(name, text) \
    Word name(Word);      \
    __asm__(".text\n.option push\n.option norvc\n.balign 4\n" #name ":\n " text "\n ret\n.option pop\n")
PROBE(probe_ecall, "ecall");
PROBE(probe_ebreak, "ebreak");
PROBE(probe_illegal, ".word 0xffffffff");
PROBE(probe_mret, "mret");
PROBE(probe_sret, "sret");
PROBE(probe_wfi, "wfi");
PROBE(probe_sfence, "sfence.vma");
PROBE(probe_w_inval, ".insn 0x18000073"); // sfence.w.inval
PROBE(probe_inval_ir, ".insn 0x18100073"); // sfence.inval.ir
PROBE(probe_sinval, ".insn 0x16000073"); // sinval.vma
PROBE(probe_wrs_nto, ".insn 0x00d00073");
PROBE(probe_wrs_sto, ".insn 0x01d00073");
PROBE(probe_satp, "csrr a0, satp");
PROBE(probe_mstatus, "csrr a0, mstatus");
PROBE(probe_sstatus, "csrr a0, sstatus");
PROBE(probe_write_cycle, "csrw 0xc00, a0");
PROBE(probe_read_cycle, "csrr a0, 0xc00");
PROBE(probe_read_instret, "csrr a0, 0xc02");
PROBE(probe_no_csr, "csrr a0, 0x5ff");
PROBE(probe_hartid, "csrw mhartid, a0");
PROBE(probe_hartid_set, "csrrs a0, mhartid, zero");
PROBE(probe_fadd, "fadd.s fa0, fa0, fa0");
PROBE(probe_frm, "csrr a0, frm");
PROBE(probe_flw, "flw fa0, 0(sp)");
PROBE(probe_nop, "nop");
#define ILLEGAL_WORD(pc) (*(uint32_t *)(pc))

static void check_illegal(const char *name, Word (*probe)(Word), int mode) {
    trap_clear();
    mode_run(probe, 0, mode);
    // tval is the instruction or zero: both are allowed
    int good = trap.count == 1 && trap.cause == ILLEGAL && trap.pc == (Word)probe
               && ((uint32_t)trap.tval == ILLEGAL_WORD(probe) || trap.tval == 0);
    check(name, good);
    trap_clear();
}

static void check_legal(const char *name, Word (*probe)(Word), int mode) {
    trap_clear();
    mode_run(probe, 0, mode);
    check_no_trap(name);
}

static void test_basic(void) {
    mode_run(probe_ecall, 0, M_MODE);
    check_trap("ecall in M", ECALL_M, (Word)probe_ecall, 0);
    mode_run(probe_ecall, 0, S_MODE);
    check_trap("ecall in S", ECALL_S, (Word)probe_ecall, 0);
    mode_run(probe_ecall, 0, U_MODE);
    check_trap("ecall in U", ECALL_U, (Word)probe_ecall, 0);
    mode_run(probe_ebreak, 0, U_MODE);
    check("ebreak", trap.count == 1 && trap.cause == BREAKPOINT && trap.pc == (Word)probe_ebreak
          && (trap.tval == 0 || trap.tval == trap.pc));
    trap_clear();
    check_illegal("illegal instruction", probe_illegal, M_MODE);
    check_illegal("illegal instruction in U", probe_illegal, U_MODE);
    check_illegal("no such CSR", probe_no_csr, M_MODE);
    check_illegal("write to a read-only CSR", probe_hartid, M_MODE);
    check_legal("csrrs with x0 does not write", probe_hartid_set, M_MODE);
    __asm__ volatile(".option push\n .option arch, +c\n .half 0\n .option pop");
    check("the all-zero halfword is illegal", trap.count == 1 && trap.cause == ILLEGAL);
    trap_clear();
}

static void test_privileges(void) {
    check_illegal("mret in S", probe_mret, S_MODE);
    check_illegal("sret in U", probe_sret, U_MODE);
    check_illegal("mstatus from S", probe_mstatus, S_MODE);
    check_illegal("sstatus from U", probe_sstatus, U_MODE);
    check_illegal("satp from U", probe_satp, U_MODE);
    check_illegal("sfence.vma in U", probe_sfence, U_MODE);
    check_illegal("sinval.vma in U", probe_sinval, U_MODE);
    check_illegal("sfence.w.inval in U", probe_w_inval, U_MODE);
    check_illegal("sfence.inval.ir in U", probe_inval_ir, U_MODE);
    check_legal("sfence.w.inval in S", probe_w_inval, S_MODE);
    check_legal("sfence.inval.ir in S", probe_inval_ir, S_MODE);
    check_legal("wrs.nto without a reservation ends", probe_wrs_nto, U_MODE);
    check_legal("wrs.sto ends", probe_wrs_sto, U_MODE);
    check_illegal("write to cycle", probe_write_cycle, M_MODE);
    csr_write(mcounteren, 0);
    csr_write(scounteren, 0);
    check_illegal("cycle from S, mcounteren off", probe_read_cycle, S_MODE);
    csr_write(mcounteren, 1);
    check_legal("cycle from S, mcounteren on", probe_read_cycle, S_MODE);
    check_illegal("cycle from U, scounteren off", probe_read_cycle, U_MODE);
    check_illegal("instret from S, its bit off", probe_read_instret, S_MODE);
    csr_write(scounteren, 5);
    csr_write(mcounteren, 5);
    check_legal("cycle from U, both on", probe_read_cycle, U_MODE);
    check_legal("instret from U, both on", probe_read_instret, U_MODE);
    csr_set(mstatus, MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR);
    check_illegal("satp with TVM", probe_satp, S_MODE);
    check_illegal("sfence.vma with TVM", probe_sfence, S_MODE);
    check_illegal("sinval.vma with TVM", probe_sinval, S_MODE);
    check_legal("sfence.w.inval with TVM", probe_w_inval, S_MODE);
    check_illegal("sret with TSR", probe_sret, S_MODE);
    check_illegal("wfi with TW", probe_wfi, S_MODE);
    csr_clear(mstatus, MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR);
    check_legal("satp without TVM", probe_satp, S_MODE);
    check_legal("sfence.vma without TVM", probe_sfence, S_MODE);
}

static void test_status(void) {
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, (Word)2 << 11);
    check("MPP never holds 2", (csr_read(mstatus) & MSTATUS_MPP) >> 11 != 2);
    csr_write(mepc, 0x80000003ul);
    check_equal("mepc bit 0 is zero", csr_read(mepc), 0x80000002ul);
    csr_write(sscratch, 0x12345678ul);
    Word old = 0;
    __asm__ volatile("csrrwi %0, sscratch, 21" : "=r"(old));
    check_equal("csrrwi old value", old, 0x12345678ul);
    __asm__ volatile("csrrsi %0, sscratch, 10" : "=r"(old));
    check_equal("csrrsi old value", old, 21);
    __asm__ volatile("csrrci %0, sscratch, 17" : "=r"(old));
    check_equal("csrrci old value", old, 31);
    check_equal("csrrci new value", csr_read(sscratch), 14);
    check("misa says I, M, A, S, U", (csr_read(misa) & 0x141101ul) == 0x141101ul);
    csr_write(sstatus, ~0ul);
    check_equal("sstatus does not reach M fields", csr_read(sstatus) & (MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP), 0);
    csr_write(sstatus, MSTATUS_FS & 0x2000);
}

// sstatus as a view: SD follows FS, one instruction gives the old value and changes its bits alone.
static void test_sstatus_view(void) {
    Word sd = (Word)1 << (XLEN - 1), old, shown = MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR;

    csr_write(mstatus, MSTATUS_FS | MSTATUS_SIE | MSTATUS_SUM);
    __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(old));
    check_equal("sstatus before SIE is cleared", old & (shown | sd), MSTATUS_FS | MSTATUS_SIE | MSTATUS_SUM | sd);
    check_equal("and after", csr_read(sstatus) & (shown | sd), MSTATUS_FS | MSTATUS_SUM | sd);
    __asm__ volatile("csrrsi %0, sstatus, 2" : "=r"(old));
    check_equal("before it is set", old & (shown | sd), MSTATUS_FS | MSTATUS_SUM | sd);
    __asm__ volatile("csrrc %0, sstatus, %1" : "=r"(old) : "r"(0x4000ul | MSTATUS_SUM)); // FS: dirty to initial
    check_equal("with SIE", old & (shown | sd), MSTATUS_FS | MSTATUS_SUM | MSTATUS_SIE | sd);
    check_equal("FS initial: no SD", csr_read(sstatus) & (shown | sd), 0x2000 | MSTATUS_SIE);
    check_equal("as mstatus has it", csr_read(mstatus) & (shown | sd), 0x2000 | MSTATUS_SIE);
    csr_write(sstatus, 0);
    check_equal("all off", csr_read(sstatus) & (shown | sd), 0);
}

static void test_fp_status(void) {
    csr_clear(mstatus, MSTATUS_FS);
    check_illegal("FP arithmetic with FS off", probe_fadd, M_MODE);
    check_illegal("FP load with FS off", probe_flw, M_MODE);
    check_illegal("frm with FS off", probe_frm, M_MODE);
    csr_set(mstatus, 0x2000);
    check_equal("FS initial", csr_read(mstatus) & MSTATUS_FS, 0x2000);
    check_legal("FP arithmetic", probe_fadd, M_MODE);
    check_equal("FS dirty after arithmetic", csr_read(mstatus) & MSTATUS_FS, 0x6000);
    check("SD follows FS", csr_read(mstatus) >> (XLEN - 1));
    csr_clear(mstatus, 0x4000);
    __asm__ volatile("csrw fflags, zero");
    check_equal("FS dirty after writing fflags", csr_read(mstatus) & MSTATUS_FS, 0x6000);
}

// A trap delegated to S-mode: recorded by this handler, which steps over the instruction and returns.
volatile Word seen[4];
extern char supervisor_entry[];
__asm__(
    ".text\n.balign 4\n"
    "supervisor_entry:\n"
    "    la t0, seen\n"
#if XLEN == 64
    "    csrr t1, scause\n    sd t1, 0(t0)\n    csrr t1, sepc\n    sd t1, 8(t0)\n"
    "    csrr t2, stval\n    sd t2, 16(t0)\n    csrr t2, sstatus\n    sd t2, 24(t0)\n"
#else
    "    csrr t1, scause\n    sw t1, 0(t0)\n    csrr t1, sepc\n    sw t1, 4(t0)\n"
    "    csrr t2, stval\n    sw t2, 8(t0)\n    csrr t2, sstatus\n    sw t2, 12(t0)\n"
#endif
    "    addi t1, t1, 4\n"
    "    csrw sepc, t1\n"
    "    sret\n");

static void test_delegation(void) {
    csr_write(stvec, (Word)supervisor_entry);
    csr_write(medeleg, 1 << ILLEGAL | 1 << BREAKPOINT);
    mode_run(probe_illegal, 0, U_MODE);
    check("illegal instruction delegated from U", seen[0] == ILLEGAL && seen[1] == (Word)probe_illegal);
    check("SPP says U", !(seen[3] & MSTATUS_SPP));
    mode_run(probe_ebreak, 0, S_MODE);
    check("breakpoint delegated from S", seen[0] == BREAKPOINT && seen[1] == (Word)probe_ebreak);
    check("SPP says S", seen[3] & MSTATUS_SPP);
    check_no_trap("M-mode saw none of them");
    mode_run(probe_illegal, 0, M_MODE);
    check("M-mode's own traps are never delegated", trap.count == 1 && trap.cause == ILLEGAL);
    trap_clear();
    csr_write(medeleg, 0);
    mode_run(probe_ebreak, 0, S_MODE);
    check("delegation withdrawn", trap.count == 1 && trap.cause == BREAKPOINT);
    trap_clear();
    csr_write(medeleg, 1 << ECALL_M);
    check_equal("ecall from M cannot be delegated", csr_read(medeleg) & 1 << ECALL_M, 0);
    csr_write(medeleg, 0);
}

static void test_counters(void) {
    Word before = csr_read(minstret), cycles = csr_read(mcycle);

    for (volatile int i = 0; i < 100; i++)
        ;
    check("minstret grows", csr_read(minstret) - before >= 200);
    check("mcycle grows", csr_read(mcycle) != cycles);
    check_legal("nop", probe_nop, U_MODE);
}

void test_main(void) {
    test_basic();
    test_privileges();
    test_status();
    test_sstatus_view();
    test_fp_status();
    test_delegation();
    test_counters();
}
