// SPDX-License-Identifier: MIT
// run: xlen=64,32
// also: regions -accel tcg,tier2-threshold=1
// also: steps -accel tcg,one-insn-per-tb=on
// FP registers in a loop that may live in the host's: exact at each of its accesses should it fault, in any round, and wherever interrupts
// come; what a handler changes in them is what the loop goes on with. Unprivileged, D; privileged, 3.1.
#include "tests/golden/riscv/lib/test.h"

enum { SITES = 4, REGS = 6, END = 0x88000000u, MTI = 7, TOTAL = 2000, LONG = 20000, A1 = 11, A5 = 15 };
static uint64_t scratch[SITES][LONG] __attribute__((aligned(64)));
static uint64_t saved[REGS];
static Word total, wrong, faults, interrupts, bump, random = 1;
extern char fp_head[], fp_site0[], fp_1[], fp_site1[], fp_2[], fp_3[], fp_site2[], fp_4[], fp_site3[], fp_5[], fp_branch[], fp_end[];

// fa0 counts rounds. fa1 = 2 fa0, fa2 = fa1 - fa0, fa3 = 2 fa0 + 1 (fused), fa4 is the count in single precision, fa5 its square; between
// them stand accesses at p[0] to p[3], which move on by eight bytes. Returns fa5.
static NOINLINE double run_loop(Word *const p, Word rounds) {
    register Word a1 __asm__("a1") = p[0], a2 __asm__("a2") = p[1], a3 __asm__("a3") = p[2], a4 __asm__("a4") = p[3], a5 __asm__("a5") = rounds;
    register double result __asm__("fa5");
    total = rounds;
    __asm__ volatile(
        "li t0, 1\n fcvt.d.w fs0, t0\n fcvt.s.w fs2, t0\n fadd.d fs1, fs0, fs0\n"
        "fsub.d fa0, fs0, fs0\n fmv.d fa1, fa0\n fmv.d fa2, fa0\n fmv.d fa3, fs0\n fsub.s fa4, fs2, fs2\n fmv.d fa5, fa0\n"
        ".option push\n.option norvc\n"
        "fp_head:   fadd.d fa0, fa0, fs0\n"
        "fp_site0:  lw t0, 0(%1)\n"
        "fp_1:      fadd.d fa1, fa0, fa0\n"
        "fp_site1:  sw zero, 0(%2)\n"
        "fp_2:      fsub.d fa2, fa1, fa0\n"
        "fp_3:      fmadd.d fa3, fa0, fs1, fs0\n"
        "fp_site2:  fld ft0, 0(%3)\n"
        "fp_4:      fadd.s fa4, fa4, fs2\n"
        "fp_site3:  fsd fa0, 0(%4)\n"
        "fp_5:      fmul.d fa5, fa0, fa0\n"
        "           addi %1, %1, 8\n addi %2, %2, 8\n addi %3, %3, 8\n addi %4, %4, 8\n addi %5, %5, -1\n"
        "fp_branch: bnez %5, fp_head\n"
        "fp_end:\n.option pop\n"
        : "=f"(result), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
        : : "t0", "fa0", "fa1", "fa2", "fa3", "fa4", "ft0", "fs0", "fs1", "fs2", "memory");
    return result;
}

static uint64_t bits_of(double x) {
    union { double d; uint64_t u; } both = {x};
    return both.u;
}

static uint64_t boxed(float x) {
    union { float f; uint32_t u; } both = {x};
    return both.u | ~0ull << 32;
}

// What each register holds before the instruction at pc, with `left` rounds to go.
static NOINLINE void check_state(Word pc, Word left) {
    const char *at = (const char *)pc;
    Word done = total - left - (at == fp_branch);
#define COUNT(label) (int)(done + (at > (label)))
    int a = COUNT(fp_head), b = COUNT(fp_1), c = COUNT(fp_2), d = COUNT(fp_3), e = COUNT(fp_4), f = COUNT(fp_5);
    uint64_t right[REGS] = {bits_of(a), bits_of(2.0 * b), bits_of(c), bits_of(2.0 * d + 1), boxed((float)e), bits_of((double)f * f)};
    for (int k = 0; k < REGS; k++)
        wrong += saved[k] != right[k];
}

// Around what a handler computes.
#define EACH(op) op " fa0, 0(%0)\n " op " fa1, 8(%0)\n " op " fa2, 16(%0)\n " op " fa3, 24(%0)\n " op " fa4, 32(%0)\n " op " fa5, 40(%0)"
#define SAVE() __asm__ volatile(EACH("fsd") : : "r"(saved) : "memory")
#define RESTORE() __asm__ volatile(EACH("fld") : : "r"(saved) : "memory")

static int on_fault(Word cause, Word *frame) {
    SAVE();
    Word pc = csr_read(mepc);
    faults++;
    check_state(pc, frame[A5]);
    if (bump) { // mends the address, and counts a thousand rounds more
        for (int k = 0; k < SITES; k++)
            if (frame[A1 + k] >= END) frame[A1 + k] = (Word)scratch[k];
        saved[0] = bits_of((double)(total - frame[A5] + 1 + 1000));
    } else {
        csr_write(mepc, fp_end);
    }
    RESTORE();
    return 1;
}

static void set_timer(void) {
    random = random * 1103515245 + 12345;
    timer_set(0, time_now() + 20 + (random >> 16 & 255));
}

static void on_timer(Word cause) {
    SAVE();
    const char *pc = (const char *)csr_read(mepc);
    if (pc >= fp_head && pc < fp_end) {
        check_state((Word)pc, trap_frame[A5]);
        interrupts++;
    }
    set_timer();
    trap_clear(); // there are many
    RESTORE();
}

// One of them runs off memory after n rounds; none if n is greater than there are.
static double run_off(int site, Word n, Word rounds) {
    Word p[SITES];
    for (int k = 0; k < SITES; k++)
        p[k] = k == site && n < rounds ? END - 8 * n : (Word)scratch[k];
    return run_loop(p, rounds);
}

void test_main(void) {
    Word n = 0, expected = 0;
    fault_hook = on_fault;
    for (int site = 0; site < SITES; site++)
        for (n = 0; n < TOTAL; n += 1 + n / 8, expected++)
            run_off(site, n, TOTAL);
    check_equal("each fault comes", faults, expected);
    check_equal("with all FP registers as they were there", wrong, 0);
    bump = 1;
    wrong = 0;
    Word sums = 0;
    for (int site = 1; site < SITES - 1; site++)
        for (n = 1; n < TOTAL - 1; n += 1 + n / 2)
            sums += run_off(site, n, TOTAL) != (TOTAL + 1000.0) * (TOTAL + 1000.0);
    check_equal("what a handler changes is gone on with", sums, 0);
    bump = 0;
    wrong = 0;
    trap_hook = on_timer;
    csr_write(mie, 1 << MTI);
    set_timer();
    csr_set(mstatus, MSTATUS_MIE);
    for (int turn = 0; turn < 20 || (interrupts < 20 && turn < 400); turn++)
        sums += run_off(0, LONG, LONG) != (double)LONG * LONG;
    csr_clear(mstatus, MSTATUS_MIE);
    check("interrupts came", interrupts > 0);
    check_equal("and disturbed nothing", sums, 0);
    check_equal("and saw all FP registers as they were", wrong, 0);
}
