// SPDX-License-Identifier: MIT
// run: xlen=64,32
// peer-fails: instret
// minstret counts retired instructions exactly (Privileged 3.1.10): over branches, calls, loops, blocks that a long run is cut
// into, fences and waits; an instruction that traps does not retire (3.3.1), nor does an interrupt. What is written is what the next
// instruction reads ("Zicsr": the explicit write is done instead of the update). mcountinhibit (3.1.12) stops and starts it. Time and
// mcycle go on by themselves.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul
#define FUNCTION(name, text) \
    Word name(Word);         \
    __asm__(".text\n.option push\n.option norvc\n.balign 4\n" #name ":\n" text "\n ret\n.option pop\n")

// What is counted from one reading to the next, the first one itself and `text` between.
#define COUNT(name, text) FUNCTION(name, "csrr t0, instret\n" text "\n csrr t4, instret\n sub a0, t4, t0\n")

COUNT(nothing, "");
COUNT(straight, "nop\n nop\n addi t1, a0, 1\n nop\n nop");
COUNT(long_run, ".rept 777\n addi t1, t1, 1\n .endr");
COUNT(loop, "li t1, 1000\n 1: addi t2, t2, 3\n addi t1, t1, -1\n bnez t1, 1b");
COUNT(branches, "beqz zero, 1f\n nop\n 1: bnez zero, 1b\n bnez sp, 2f\n nop\n nop\n 2: j 3f\n nop\n 3: beqz sp, 1b\n nop");
COUNT(calls, "mv t5, ra\n jal 2f\n j 3f\n 1: ret\n 2: mv t6, ra\n jal 1b\n mv ra, t6\n ret\n 3: mv ra, t5");
COUNT(memory, "addi sp, sp, -16\n sw t1, 0(sp)\n sw t1, 4(sp)\n lw t1, 0(sp)\n amoadd.w t1, t1, (sp)\n lr.w t1, (sp)\n"
              "sc.w t1, t1, (sp)\n lw t1, 3(sp)\n addi sp, sp, 16");
COUNT(fences, "fence\n fence.i\n nop\n sfence.vma\n nop\n csrw sscratch, t1\n csrr t1, satp\n csrw satp, t1\n nop");
COUNT(clean_float, "fcvt.s.w fa0, t1\n fadd.s fa0, fa0, fa0\n fadd.s fa0, fa0, fa0");
COUNT(waits, "nop\n wfi\n nop\n wfi");
COUNT(other_views, "csrr t1, minstret\n csrr t2, cycle\n csrr t1, time\n csrr t1, instret\n csrr t1, mcycle");
FUNCTION(two_views, "csrr t0, minstret\n csrr t4, instret\n sub a0, t4, t0");

// ---- writes
FUNCTION(written, "li t0, 1000\n csrw minstret, t0\n csrr a0, minstret");
FUNCTION(written_later, "li t0, 1000\n csrw minstret, t0\n nop\n nop\n nop\n csrr a0, minstret");
FUNCTION(swapped, "li t0, 500\n csrw minstret, t0\n nop\n csrrw t1, minstret, a0\n csrr t2, minstret\n sub a0, t2, a0\n slli a0, a0, 16\n"
                  "or a0, a0, t1");
FUNCTION(bits_set, "csrwi minstret, 0\n csrr t0, minstret\n csrrsi t1, minstret, 16\n csrr a0, minstret");      // 1 | 16
FUNCTION(bits_cleared, "li t0, 0x1ff\n csrw minstret, t0\n nop\n csrrci t1, minstret, 31\n csrr a0, minstret"); // 0x200 & ~31
FUNCTION(overflow, "li t0, -2\n csrw minstret, t0\n nop\n nop\n csrr t1, minstret\n csrr t2, minstret\n slli t2, t2, 8\n or a0, t1, t2");
#if XLEN == 32
// Low half first, so that nothing carries in between; the high half's write takes the place of an increment too.
FUNCTION(carry, "csrwi minstret, 0\n csrwi minstreth, 5\n li t0, -3\n csrw minstret, t0\n nop\n csrr t1, minstreth\n nop\n csrr t2, minstreth\n"
                "csrr t3, minstret\n slli t2, t2, 8\n slli t3, t3, 16\n or a0, t1, t2\n or a0, a0, t3");
FUNCTION(high_half, "csrwi minstret, 7\n csrwi minstreth, 9\n csrr a0, minstret\n csrr t1, minstreth\n slli t1, t1, 8\n or a0, a0, t1");
#endif

// ---- mcountinhibit: the instruction that stops it is the last one counted, the one that starts it is not
FUNCTION(stopped, "csrr t0, minstret\n csrsi mcountinhibit, 4\n nop\n nop\n csrr t1, minstret\n nop\n csrr t2, minstret\n"
                  "csrci mcountinhibit, 4\n nop\n csrr t3, minstret\n sub t1, t1, t0\n sub t2, t2, t0\n sub t3, t3, t0\n"
                  "slli t2, t2, 8\n slli t3, t3, 16\n or a0, t1, t2\n or a0, a0, t3");
FUNCTION(written_stopped, "csrsi mcountinhibit, 4\n li t0, 70\n csrw minstret, t0\n nop\n csrr t1, minstret\n csrci mcountinhibit, 4\n"
                          "nop\n nop\n csrr a0, minstret\n slli a0, a0, 8\n or a0, a0, t1");

// ---- traps: counted up to the handler's first instruction, and from there to the one behind the trap
void count_trap(void), count_interrupt(void);
__asm__(".text\n.option push\n.option norvc\n.balign 4\n"
        "count_trap: csrr t1, minstret\n csrw mepc, t5\n csrw mtvec, t3\n mret\n"
        ".balign 4\n"
        "count_interrupt: csrw mie, zero\n csrw mtvec, t3\n mret\n.option pop\n");
enum { HANDLER = 4, INTERRUPT_HANDLER = 3 };
#define TRAPPING(name, text)                                                                                                       \
    FUNCTION(name, "la t3, trap_entry\n la t5, 98f\n csrr t0, instret\n nop\n" text "\n98: csrr t4, instret\n sub a0, t1, t0\n" \
                   "sub t4, t4, t1\n slli t4, t4, 16\n or a0, a0, t4\n")

TRAPPING(on_ecall, "nop\n ecall");
TRAPPING(on_ebreak, "nop\n ebreak");
TRAPPING(on_illegal, "nop\n .word 0xffffffff");
TRAPPING(on_illegal_csr, "nop\n csrw instret, a0");
TRAPPING(on_load, "lw t2, 0(sp)\n lw t2, 0(a0)\n nop\n nop");
TRAPPING(on_store, "addi a0, a0, 4\n sw t2, 0(a0)\n nop\n nop");
TRAPPING(on_amo, "nop\n amoadd.w t2, t2, (a0)\n nop\n nop");
TRAPPING(on_lr, "nop\n lr.w t2, (a0)\n nop");
TRAPPING(on_fetch, "jr a0\n nop");
TRAPPING(behind_branch, "bnez zero, 98f\n lw t2, 0(sp)\n beqz sp, 98f\n lw t2, 0(a0)\n nop");
TRAPPING(behind_count, "csrr t6, instret\n lw t2, 0(a0)\n nop\n nop");
TRAPPING(in_loop, "li t6, 5\n 1: addi t6, t6, -1\n bnez t6, 1b\n lw t2, 0(a0)\n nop");

// An interrupt comes when it comes, and adds what its handler does.
FUNCTION(interrupted, "la t3, trap_entry\n li t6, 51\n csrr t0, instret\n sw t6, 0(a0)\n 1: addi t6, t6, -1\n bnez t6, 1b\n csrr t4, instret\n"
                      "sub a0, t4, t0\n");

static void check_count(const char *name, Word (*function)(Word), Word between) {
    check_equal(name, function(0), between + 1);
}

static void check_value(const char *name, Word (*function)(Word), Word wanted) {
    check_equal(name, function(0x1234), wanted);
}

// `before`: from the first reading up to the instruction that traps, which is not among them.
static void check_trapping(const char *name, Word (*function)(Word), Word argument, int mode, Word before) {
    csr_write(mtvec, (Word)count_trap);
    check_equal(name, mode_run(function, argument, mode), before | HANDLER << 16);
}

static void test_straight(void) {
    check_count("instret: the first look", straight, 5);
    check_count("instret: nothing between", nothing, 0);
    check_count("instret: straight", straight, 5);
    check_count("instret: long run", long_run, 777);
    check_count("instret: loop", loop, 1 + 3 * 1000);
    check_count("instret: branches", branches, 6);
    check_count("instret: calls", calls, 9);
    check_count("instret: memory", memory, 9);
    check_count("instret: fences", fences, 9);
    check_count("instret: other counters", other_views, 5);
    check_equal("instret: minstret and instret are one", two_views(0), 1);
    csr_clear(mstatus, MSTATUS_FS);
    csr_set(mstatus, 0x4000); // clean
    check_count("instret: the instruction that makes FS dirty", clean_float, 3);
    csr_set(mie, 8); // pending, but MIE is off: WFI goes on
    MSIP(0) = 1;
    check_count("instret: wfi", waits, 4);
    MSIP(0) = 0;
    csr_clear(mie, 8);
}

static void test_writes(void) {
    check_value("instret: written", written, 1000);
    check_value("instret: counts on from what was written", written_later, 1003);
    check_value("instret: csrrw", swapped, 501);
    check_value("instret: csrrsi", bits_set, 17);
    check_value("instret: csrrci", bits_cleared, 0x200);
    check_value("instret: overflow", overflow, 0 | 1 << 8);
#if XLEN == 32
    check_value("instret: carry", carry, 5 | 6 << 8 | 1 << 16);
    check_value("instret: high half", high_half, 7 | 9 << 8);
#endif
    check_value("instret: stopped and started", stopped, 2 | 2 << 8 | 3 << 16);
    check_value("instret: written while stopped", written_stopped, 70 | 72 << 8);
}

static void test_machine_traps(void) {
    static Word place[4];

    check_trapping("instret: ecall", on_ecall, 0, M_MODE, 3);
    check_trapping("instret: ebreak", on_ebreak, 0, M_MODE, 3);
    check_trapping("instret: illegal instruction", on_illegal, 0, M_MODE, 3);
    check_trapping("instret: write of a read-only counter", on_illegal_csr, 0, M_MODE, 3);
    check_trapping("instret: ecall from S", on_ecall, 0, S_MODE, 3);
    check_trapping("instret: ecall from U", on_ecall, 0, U_MODE, 3);
    check_trapping("instret: misaligned AMO", on_amo, (Word)place + 2, M_MODE, 3);
    check_trapping("instret: misaligned LR", on_lr, (Word)place + 1, U_MODE, 3);
    check_trapping("instret: load access fault", on_load, 0, M_MODE, 3);
    check_trapping("instret: fetch access fault", on_fetch, 0, M_MODE, 3);
    csr_write(mtvec, (Word)count_interrupt);
    csr_set(mie, 8);
    csr_set(mstatus, MSTATUS_MIE);
    check_equal("instret: interrupt", interrupted((Word)&MSIP(0)), 2 + 102 + INTERRUPT_HANDLER);
    csr_clear(mstatus, MSTATUS_MIE);
    MSIP(0) = 0;
}

static void test_page_faults(void) {
    Space space = space_new(XLEN == 64 ? 3 : 2);

    space_map_program(&space, PTE_RWX);
    csr_write(satp, space_satp(&space, 1));
    sfence_all();
    check_trapping("instret: load page fault", on_load, BASE, S_MODE, 3);
    check_trapping("instret: store page fault", on_store, BASE, S_MODE, 3);
    check_trapping("instret: AMO page fault", on_amo, BASE, S_MODE, 3);
    check_trapping("instret: fetch page fault", on_fetch, BASE, S_MODE, 3);
    check_trapping("instret: fault behind branches not taken", behind_branch, BASE, S_MODE, 5);
    check_trapping("instret: fault behind a reading", behind_count, BASE, S_MODE, 3);
    check_trapping("instret: fault behind a loop", in_loop, BASE, S_MODE, 13);
    csr_write(satp, 0);
    sfence_all();
}

// mcycle and time go on whatever becomes of minstret.
static void test_others(void) {
    csr_set(mcountinhibit, 4);
    Word cycle = csr_read(mcycle);
    uint64_t time = time_now();
    while (time_now() < time + 10)
        ;
    check("mcycle goes on without minstret", csr_read(mcycle) != cycle);
    csr_write(mcountinhibit, 1);
    cycle = csr_read(mcycle);
    straight(0);
    check_equal("mcycle stops", csr_read(mcycle), cycle);
    check_count("instret: without mcycle", straight, 5);
    csr_write(mcountinhibit, -1);
    check_equal("mcountinhibit has two bits", csr_read(mcountinhibit), 5);
    csr_write(mcountinhibit, 0);
}

void test_main(void) {
    csr_write(mcounteren, 7);
    csr_write(scounteren, 7);
    test_straight();
    test_writes();
    test_machine_traps();
    test_page_faults();
    test_others();
}
