// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Control flow that return predictors, block links and inline caches get wrong: deep recursion, returns elsewhere,
// coroutines, jump tables, tail calls, jumps over page borders, odd targets, every branch both ways.
#include "tests/golden/riscv/lib/test.h"

static NOINLINE Word recurse(Word n) {
    return n == 0 ? 7 : recurse(n - 1) * 3 + n;
}

static Word recurse_expected(Word n) {
    Word value = 7;

    for (Word i = 1; i <= n; i++)
        value = value * 3 + i;
    return value;
}

// Two coroutines that return into each other by swapping ra: no return goes where the last call came from.
Word ping_pong(Word turns);
__asm__(
    ".text\n.balign 4\n"
    "ping_pong:\n"
    "    mv t2, ra\n"
    "    li a1, 0\n"
    "    la t0, pong\n"
    "ping:\n"
    "    addi a1, a1, 1\n"
    "    addi a0, a0, -1\n"
    "    beqz a0, 1f\n"
    "    jalr t0, 0(t0)\n"  // calls pong's continuation, t0 = ours
    "    j ping\n"
    "pong:\n"
    "    slli a1, a1, 1\n"
    "    jalr t0, 0(t0)\n"
    "    addi a1, a1, 3\n"
    "    jalr t0, 0(t0)\n"
    "    j pong\n"
    "1:  mv a0, a1\n"
    "    mv ra, t2\n"
    "    ret\n");

static Word ping_pong_expected(Word turns) {
    Word a = 0;
    int phase = 0;

    for (;;) {
        a++;
        if (--turns == 0)
            return a;
        if (phase)
            a += 3;
        else
            a *= 2;
        phase = !phase;
    }
}

// Called, but returns past its caller: drops one frame, as longjmp does.
Word skip_frame(Word n);
__asm__(
    ".text\n.balign 4\n"
    "skip_frame:\n"
    "    mv t2, ra\n"
    "    li a1, 0\n"
    "1:  jal ra, skip_inner\n"
    "    addi a1, a1, 100\n"   // never reached
    "skip_back:\n"
    "    addi a1, a1, 1\n"
    "    addi a0, a0, -1\n"
    "    bnez a0, 1b\n"
    "    mv a0, a1\n"
    "    jr t2\n"
    "skip_inner:\n"
    "    mv t3, ra\n"
    "    jal ra, skip_innermost\n"
    "    addi a1, a1, 1000\n"  // never reached
    "    jr t3\n"
    "skip_innermost:\n"
    "    la t1, skip_back\n"
    "    jr t1\n");

// Every conditional branch taken and not, on equal, smaller and larger operands, signed and not.
static Word branch_bits(Word a, Word b) {
    Word bits = 0;

#define BRANCH(op, bit)                                                                                   \
    __asm__ volatile(op " %1, %2, 1f\n j 2f\n1: ori %0, %0, " #bit "\n2:" : "+r"(bits) : "r"(a), "r"(b))
    BRANCH("beq", 1);
    BRANCH("bne", 2);
    BRANCH("blt", 4);
    BRANCH("bge", 8);
    BRANCH("bltu", 16);
    BRANCH("bgeu", 32);
    return bits;
}

static Word branch_expected(Word a, Word b) {
    return (a == b) | (a != b) << 1 | ((long)a < (long)b) << 2 | ((long)a >= (long)b) << 3 | (a < b) << 4
           | (a >= b) << 5;
}

static void test_branches(void) {
    static const Word value[] = {0, 1, 2, ~0ul, ~1ul, 1ul << (XLEN - 1), (1ul << (XLEN - 1)) - 1, 0x80000000ul};
    Word errors = 0;

    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++)
            errors += branch_bits(value[i], value[j]) != branch_expected(value[i], value[j]);
    check_equal("branches", errors, 0);
}

static NOINLINE Word add_three(Word x) { return x + 3; }
static NOINLINE Word times_five(Word x) { return x * 5; }
static NOINLINE Word flip(Word x) { return ~x; }
static NOINLINE Word rotate(Word x) { return x << 7 | x >> (XLEN - 7); }

static void test_indirect(void) {
    static Word (*const function[])(Word) = {add_three, times_five, flip, rotate};
    Word value = 1, wanted = 1, pick = 1;

    for (int i = 0; i < 5000; i++) {
        pick = pick * 1103515245u + 12345;
        unsigned which = pick >> 16 & 3;
        value = function[which](value);
        wanted = which == 0 ? wanted + 3 : which == 1 ? wanted * 5 : which == 2 ? ~wanted
               : (wanted << 7 | wanted >> (XLEN - 7));
    }
    check_equal("calls through a table", value, wanted);
}

// Straight code over a page border, entered and left by direct jumps, and an instruction across the border.
static uint16_t border[2 * PAGE_SIZE / 2] __attribute__((aligned(PAGE_SIZE)));

static void test_border(void) {
    uint16_t *at = border + PAGE_SIZE / 2 - 5;
    Word errors = 0;

    at[0] = 0x0505;                    // c.addi a0, 1
    at[1] = 0x0505;
    at[2] = 0x0505;
    at[3] = 0x0505;
    at[4] = 0x0513, at[5] = 0x0645;    // addi a0, a0, 100, split by the border
    at[6] = 0x0505;
    at[7] = 0x8082;                    // c.jr ra
    fence_i();
    for (int start = 0; start < 5; start++)
        for (int i = 0; i < 20; i++)
            errors += ((Word (*)(Word))(at + start))(i) != (Word)(i + 105 - start);
    check_equal("code over a page border", errors, 0);
}

static void test_targets(void) {
    Word got;

    // jalr clears bit 0 of its target
    __asm__ volatile("la t0, 1f\n addi t0, t0, 1\n li %0, 1\n jalr t1, 0(t0)\n li %0, 2\n1:" : "=&r"(got) : : "t0", "t1");
    check_equal("jalr clears bit 0", got, 1);
    // rd = rs1: the target is read before the link is written
    __asm__ volatile("la t0, 1f\n li %0, 1\n jalr t0, 0(t0)\n li %0, 2\n1:" : "=&r"(got) : : "t0");
    check_equal("jalr with rd = rs1", got, 1);
    __asm__ volatile("la t0, 1f\n jalr zero, 4(t0)\n.option push\n.option norvc\n1: li %0, 9\n li %0, 5\n.option pop"
                     : "=&r"(got) : : "t0");
    check_equal("jalr with an offset", got, 5);
}

void test_main(void) {
    for (Word n = 1; n <= 100; n += 33)
        check_equal("recursion", recurse(n), recurse_expected(n));
    for (Word n = 1; n <= 150; n += 50)
        check_equal("deep recursion again", recurse(n), recurse_expected(n));
    for (Word n = 1; n <= 1000; n += 333)
        check_equal("coroutines", ping_pong(n), ping_pong_expected(n));
    check_equal("returns past the caller", skip_frame(1000), 1000);
    test_branches();
    test_indirect();
    test_border();
    test_targets();
    check_no_trap("control flow");
}
