// SPDX-License-Identifier: MIT
// run: xlen=64,32
// peer-fails: order MSI, MTI, SEI, SSI, STI
// Timer and software interrupts in M-mode, their order, vectored mode, delegation to S-mode, WFI with and without
// interrupts enabled, interrupts that must end a loop without memory accesses. Privileged 3.1.6-3.1.9, 3.3.3.
#include "tests/golden/riscv/lib/test.h"

#define MSI 3
#define MTI 7
#define SSI 1
#define STI 5
#define SEI 9
#define BIT(n) (1ul << (n))
#if XLEN == 64
#define STORE "sd "
#define LOAD "ld "
#else
#define STORE "sw "
#define LOAD "lw "
#endif

static volatile Word taken[16], order[16], orders;

static void hook(Word cause) {
    unsigned number = cause & 15;

    taken[number]++;
    if (orders < 16)
        order[orders++] = number;
    if (number == MSI)
        MSIP(0) = 0;
    else if (number == MTI)
        timer_set(0, ~0ull);
    else
        csr_clear(mip, BIT(number));
}

static void reset(void) {
    csr_clear(mstatus, MSTATUS_MIE);
    csr_write(mie, 0);
    csr_write(mideleg, 0);
    csr_clear(mip, BIT(SSI) | BIT(STI) | BIT(SEI));
    MSIP(0) = 0;
    timer_set(0, ~0ull);
    orders = 0;
    for (int i = 0; i < 16; i++)
        taken[i] = 0;
    trap_clear();
}

static void test_pending(void) {
    reset();
    check_equal("nothing pending", csr_read(mip) & (BIT(MSI) | BIT(MTI)), 0);
    MSIP(0) = 1;
    for (int i = 0; i < 1000 && !(csr_read(mip) & BIT(MSI)); i++)
        ;
    check("msip sets mip.MSIP", csr_read(mip) & BIT(MSI));
    MSIP(0) = 0;
    for (int i = 0; i < 1000 && csr_read(mip) & BIT(MSI); i++)
        ;
    check("and clears it", !(csr_read(mip) & BIT(MSI)));
    timer_set(0, 0);
    check("mtimecmp in the past sets mip.MTIP", csr_read(mip) & BIT(MTI));
    timer_set(0, ~0ull);
    check("in the future clears it", !(csr_read(mip) & BIT(MTI)));
    csr_write(mip, ~0ul);
    check_equal("mip.MTIP and MSIP are read-only", csr_read(mip) & (BIT(MSI) | BIT(MTI)), 0);
    csr_write(mip, 0);
    check_no_trap("disabled interrupts are not taken");
}

static void test_timer(void) {
    uint64_t start, end;

    reset();
    csr_set(mie, BIT(MTI));
    csr_set(mstatus, MSTATUS_MIE);
    start = time_now();
    timer_set(0, start + 100000); // 10 ms
    while (!taken[MTI])
        ; // no store, no device: only the interrupt ends this loop
    end = time_now();
    check("timer interrupt ends an empty loop", taken[MTI] == 1);
    check("not before its time", end - start >= 100000);
    check_equal("mcause", trap.cause, IRQ | MTI);
    check_equal("mtval", trap.tval, 0);
    check("mstatus.MPIE and MIE in the handler", (trap.status & (MSTATUS_MPIE | MSTATUS_MIE)) == MSTATUS_MPIE);
    for (int i = 0; i < 20; i++) {
        Word before = taken[MTI];
        timer_set(0, time_now() + 1000);
        while (taken[MTI] == before)
            ;
    }
    check_equal("twenty more", taken[MTI], 21);
}

static void test_wfi(void) {
    uint64_t start;

    reset();
    csr_set(mie, BIT(MTI));
    start = time_now();
    timer_set(0, start + 50000);
    while (!(csr_read(mip) & BIT(MTI)))
        __asm__ volatile("wfi");
    check("WFI wakes with MIE = 0 and takes no trap", trap.count == 0 && time_now() - start >= 50000);
    timer_set(0, ~0ull);
    csr_set(mstatus, MSTATUS_MIE);
    start = time_now();
    timer_set(0, start + 50000);
    while (!taken[MTI])
        __asm__ volatile("wfi");
    check("WFI wakes into the handler", trap.count == 1 && time_now() - start >= 50000);
    reset();
    MSIP(0) = 1;
    csr_set(mie, BIT(MSI));
    __asm__ volatile("wfi");
    check_no_trap("WFI with an interrupt pending goes on");
}

static void test_order(void) {
    reset();
    csr_set(mie, BIT(MSI) | BIT(MTI) | BIT(SSI) | BIT(STI) | BIT(SEI));
    timer_set(0, 0);
    MSIP(0) = 1;
    csr_set(mip, BIT(SSI) | BIT(STI) | BIT(SEI));
    while (!(csr_read(mip) & BIT(MSI)))
        ;
    csr_set(mstatus, MSTATUS_MIE);
    while (orders < 5)
        ;
    csr_clear(mstatus, MSTATUS_MIE);
    check("order MSI, MTI, SEI, SSI, STI",
          order[0] == MSI && order[1] == MTI && order[2] == SEI && order[3] == SSI && order[4] == STI);
}

void vector_table(void);
__asm__(
    ".text\n.option push\n.option norvc\n.balign 256\n"
    "vector_table:\n"
    "    j trap_entry\n    j vector_bad\n    j vector_bad\n    j vector_msi\n"
    "    j vector_bad\n    j vector_bad\n    j vector_bad\n    j vector_mti\n"
    "vector_bad: j vector_bad\n"
    "vector_msi: csrw mscratch, t0\n"      // scratch use only: this handler ends at once
    "    la t0, vector_number\n"
    "    " STORE "sp, 8(t0)\n"
    "    li sp, 3\n"
    "    j 1f\n"
    "vector_mti: csrw mscratch, t0\n"
    "    la t0, vector_number\n"
    "    " STORE "sp, 8(t0)\n"
    "    li sp, 7\n"
    "1:  sw sp, 0(t0)\n"
    "    li sp, 0x88\n"
    "    csrc mie, sp\n"
    "    " LOAD "sp, 8(t0)\n"
    "    csrr t0, mscratch\n"
    "    mret\n"
    ".option pop\n"
    ".data\n.balign 8\nvector_number: .dword 0, 0\n.text\n");
extern volatile uint32_t vector_number[];

static void test_vectored(void) {
    Word scratch = csr_read(mscratch), old = csr_read(mtvec);

    reset();
    csr_write(mtvec, (Word)vector_table | 1);
    check_equal("mtvec takes vectored mode", csr_read(mtvec), (Word)vector_table | 1);
    for (int number = MSI; number <= MTI; number += MTI - MSI) {
        vector_number[0] = 0;
        csr_write(mie, BIT(number));
        if (number == MSI)
            MSIP(0) = 1;
        else
            timer_set(0, 0);
        csr_set(mstatus, MSTATUS_MIE);
        while (!vector_number[0])
            ;
        csr_clear(mstatus, MSTATUS_MIE);
        csr_write(mscratch, scratch);
        check_equal(number == MSI ? "vector 3" : "vector 7", vector_number[0], number);
    }
    csr_write(mtvec, (Word)vector_table | 1);
    __asm__ volatile(".half 0"); // an exception goes to the base
    csr_write(mtvec, old);
    check("exceptions go to the base", trap.count == 1 && trap.cause == ILLEGAL);
}

// Delegated interrupts are taken in S-mode, by mideleg and sie, whatever mie's M bits are; M-mode holds them back.
Word delegated(Word);
extern volatile Word delegated_cause;
__asm__(
    ".text\n.balign 4\n"
    "delegated:\n"                         // enables sstatus.SIE and waits; returns how often it looked
    "    li a0, 0\n"
    "    csrsi sstatus, 2\n"
    "1:  addi a0, a0, 1\n"
    "    la t0, delegated_cause\n"
    "    " LOAD "t1, 0(t0)\n"
    "    beqz t1, 1b\n"
    "    ret\n"
    ".balign 4\n"
    ".global delegated_entry\n"
    "delegated_entry:\n"
    "    csrr t2, scause\n"
    "    la t0, delegated_cause\n"
    "    " STORE "t2, 0(t0)\n"
    "    csrci sip, 2\n"
    "    li t2, 0x20\n"
    "    csrc sie, t2\n"
    "    sret\n"
    ".data\n.balign 8\ndelegated_cause: .dword 0\n.text\n");
extern char delegated_entry[];

// a0 rounds with sstatus.SIE off and on again, by an immediate and by a register in turn, an interrupt pending in every third. Returns in
// how many the next instruction did not find what was due; a wrong view of sstatus counts too.
Word restored(Word);
__asm__(
    ".text\n.balign 4\n"
    "restored:\n"
    "    li a1, 0\n"
    "    li a2, 0\n"
    "    la t0, delegated_cause\n"
    "1:  csrci sstatus, 2\n"
    "    " STORE "zero, 0(t0)\n"
    "    beqz a2, 2f\n"
    "    addi a2, a2, -1\n"
    "    j 3f\n"
    "2:  li a2, 2\n"
    "    csrsi sip, 2\n"
    "3:  li t3, 2\n"
    "    andi t4, a0, 1\n"
    "    bnez t4, 4f\n"
    "    csrrs t5, sstatus, t3\n"
    "    j 5f\n"
    "4:  csrrsi t5, sstatus, 2\n"
    "5:  " LOAD "t1, 0(t0)\n"
    "    snez t1, t1\n"
    "    addi t4, a2, -2\n"
    "    seqz t4, t4\n"                   // one was pending
    "    xor t1, t1, t4\n"
    "    add a1, a1, t1\n"
    "    andi t5, t5, 2\n"
    "    add a1, a1, t5\n"
    "    csrr t5, sstatus\n"
    "    andi t5, t5, 2\n"
    "    addi t5, t5, -2\n"
    "    sub a1, a1, t5\n"
    "    addi a0, a0, -1\n"
    "    bnez a0, 1b\n"
    "    mv a0, a1\n"
    "    ret\n");

static void test_delegation(void) {
    reset();
    csr_write(mideleg, BIT(SSI) | BIT(STI) | BIT(SEI));
    csr_write(stvec, (Word)delegated_entry);
    csr_write(sie, BIT(SSI));
    csr_set(mip, BIT(SSI));
    csr_set(mstatus, MSTATUS_MIE);
    for (volatile int i = 0; i < 100; i++)
        ;
    check_no_trap("M-mode does not take a delegated interrupt");
    delegated_cause = 0;
    mode_run(delegated, 0, S_MODE);
    check_equal("scause of a software interrupt", delegated_cause, IRQ | SSI);
    check_no_trap("taken in S-mode");
    delegated_cause = 0;
    csr_set(mip, BIT(STI));
    csr_write(sie, BIT(STI));
    mode_run(delegated, 0, S_MODE);
    check_equal("scause of a timer interrupt", delegated_cause, IRQ | STI);
    csr_clear(mip, BIT(STI));
    csr_write(sie, BIT(SSI));
    check_equal("SIE off and on: interrupts late or lost", mode_run(restored, 1000, S_MODE), 0);
    csr_set(mip, BIT(STI));
    check_equal("sip shows what is delegated", csr_read(sip) & BIT(STI), BIT(STI));
    csr_write(mideleg, 0);
    check_equal("and nothing else", csr_read(sip), 0);
    check_equal("nor does sie", csr_read(sie), 0);
    csr_clear(sstatus, MSTATUS_SIE);
    reset();
}

// In U- and S-mode machine interrupts are taken whatever mstatus.MIE says.
static Word wait_taken(Word number) {
    Word turns = 0;

    while (!taken[number])
        turns++;
    return turns > 0;
}

static void test_lower_modes(void) {
    for (int mode = U_MODE; mode <= S_MODE; mode++) {
        reset();
        csr_set(mie, BIT(MTI));
        timer_set(0, time_now() + 20000);
        mode_run(wait_taken, MTI, mode);
        check(mode == U_MODE ? "U-mode is interrupted with MIE = 0" : "S-mode is interrupted with MIE = 0",
              taken[MTI] == 1 && (trap.status & MSTATUS_MPP) >> 11 == (Word)mode);
    }
}

void test_main(void) {
    trap_hook = hook;
    test_pending();
    test_timer();
    test_wfi();
    test_order();
    test_vectored();
    test_delegation();
    test_lower_modes();
}
