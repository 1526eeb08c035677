// SPDX-License-Identifier: MIT
// peer-fails: and the first register is as it was
// Vectors that saturate, and when FPSR.QC says so; structures of one lane, and what a fault in the middle of one leaves. DDI 0487, C7.2.
#include "tests/golden/a64/lib/test.h"

typedef struct Vector {
    uint64_t d[2];
} Vector;

static Vector d, n, m;
static Word qc(void) { return mrs(fpsr) >> 27 & 1; }

// v0 from v0, v1 and v2, which are d, n and m; QC begins at zero.
#define RUN(text)                                                                                                              \
    do {                                                                                                                       \
        msr(fpsr, 0);                                                                                                          \
        __asm__ volatile("ldr q0, [%0]\n ldr q1, [%1]\n ldr q2, [%2]\n " text "\n str q0, [%0]"                                \
                         : : "r"(&d), "r"(&n), "r"(&m) : "v0", "v1", "v2", "memory");                                        \
    } while (0)
#define CHECK(text, low, high, saturates)                                                                                      \
    do {                                                                                                                       \
        RUN(text);                                                                                                             \
        check_equal(text, d.d[0], low);                                                                                        \
        check_equal("  upper half", d.d[1], high);                                                                             \
        check_equal("  QC", qc(), saturates);                                                                                  \
    } while (0)

static void test_sums(void) {
    n = (Vector){{0x7f80017f10ff0080, 0x8000000000000000}};
    m = (Vector){{0x0180ff0110017f80, 0x8000000000000000}};
    CHECK("sqadd v0.16b, v1.16b, v2.16b", 0x7f80007f20007f80, 0x8000000000000000, 1);
    CHECK("uqadd v0.16b, v1.16b, v2.16b", 0x80ffff8020ff7fff, 0xff00000000000000, 1);
    CHECK("sqsub v0.8b, v1.8b, v2.8b", 0x7e00027e00fe8100, 0, 0);
    CHECK("uqsub v0.8h, v1.8h, v2.8h", 0x7e00000000fe0000, 0, 1);
    CHECK("sqadd v0.2d, v1.2d, v2.2d", 0x7fffffffffffffff, 0x8000000000000000, 1);
    n.d[0] = m.d[0] = 1;
    CHECK("sqadd v0.8b, v1.8b, v2.8b", 2, 0, 0); // the upper half does not count
    CHECK("sqadd v0.4s, v1.4s, v2.4s", 2, 0x8000000000000000, 1);
    __asm__ volatile("sqadd v0.2s, v1.2s, v2.2s" : : : "v0");
    check_equal("QC stays", qc(), 1);
}

static void test_products(void) {
    n = (Vector){{0x8000400000017fff, 0x8000000080000000}};
    m = (Vector){{0x8000000140007fff, 0x8000000000000001}};
    CHECK("sqdmulh v0.4h, v1.4h, v2.4h", 0x7fff000000007ffe, 0, 1);
    CHECK("sqrdmulh v0.4h, v1.4h, v2.4h", 0x7fff000100017ffe, 0, 1);
    CHECK("sqrdmulh v0.4s, v1.4s, v2.4s", 0x7fffbfff0000c001, 0x7fffffffffffffff, 1);
    CHECK("sqdmulh v0.8h, v1.8h, v2.h[0]", 0x80013fff00007ffe, 0x8001000080010000, 0);
    d = (Vector){{0x7fffffff00000001, 0x7ffffffe}};
    CHECK("sqdmlal v0.4s, v1.4h, v2.4h", 0x7fffffff7ffe0003, 0x7fffffff7fffffff, 1);
    n.d[0] = 0x80000000, m.d[0] = 0x80000000;
    CHECK("sqdmull v0.2d, v1.2s, v2.2s", 0x7fffffffffffffff, 0, 1);
    CHECK("sqdmlsl v0.2d, v1.2s, v2.s[0]", 0, 0, 1);
}

static void test_narrow(void) {
    n = (Vector){{0x00007fff00ff0100, 0xffff8000ff7f007f}};
    d = (Vector){{0x1122334455667788, 0}};
    CHECK("sqxtn v0.8b, v1.8h", 0xff80807f007f7f7f, 0, 1);
    CHECK("sqxtun v0.8b, v1.8h", 0x0000007f00ffffff, 0, 1);
    CHECK("uqxtn2 v0.16b, v1.8h", 0x0000007f00ffffff, 0xffffff7f00ffffff, 1);
    CHECK("sqxtn v0.2s, v1.2d", 0x800000007fffffff, 0, 1);
    CHECK("sqrshrun v0.8b, v1.8h, #4", 0x0000000800ff1010, 0, 1);
    CHECK("sqshrn v0.4h, v1.4s, #16", 0xffffff7f000000ff, 0, 0);
    CHECK("uqrshrn v0.2s, v1.2d, #32", 0xffff800100007fff, 0, 0);
    CHECK("uqshl v0.8h, v1.8h, #1", 0x0000fffe01fe0200, 0xffffffffffff00fe, 1);
    CHECK("sqshlu v0.4h, v1.4h, #9", 0x0000ffffffffffff, 0, 1);
    n = (Vector){{0x8001ff7f80000000, 1}};
    CHECK("sqabs v0.4h, v1.4h", 0x7fff00817fff0000, 0, 1);
    CHECK("sqneg v0.2s, v1.2s", 0x7ffe00817fffffff, 0, 1);
}

static uint8_t bytes[2 * PAGE_SIZE] __attribute__((aligned(2 * PAGE_SIZE)));
static const Word beyond = 0xffffff8000000000ul;

static void test_lanes(void) {
    for (unsigned k = 0; k < 32; k++) bytes[k] = (uint8_t)(k + 1);
    d = n = m = (Vector){{0, 0}};
    uint64_t *p = (uint64_t *)bytes;
    __asm__ volatile("ldr q0, [%0]\n ldr q1, [%1]\n ldr q2, [%2]\n ld3 {v0.h, v1.h, v2.h}[5], [%3]\n str q0, [%0]\n str q1, [%1]\n str q2, [%2]"
                     : : "r"(&d), "r"(&n), "r"(&m), "r"(p) : "v0", "v1", "v2", "memory");
    check_equal("ld3 of a lane, first", d.d[1], 0x02010000);
    check_equal("second", n.d[1], 0x04030000);
    check_equal("third", m.d[1], 0x06050000);
    uint8_t *to = &bytes[64];
    __asm__ volatile("ld2r {v31.4s, v0.4s}, [%0], #8\n str q31, [%3]\n str q0, [%2]\n mov v1.16b, v0.16b\n mov v2.16b, v31.16b\n"
                     "st4 {v31.b, v0.b, v1.b, v2.b}[10], [%1], %4"
                     : "+&r"(p), "+&r"(to) : "r"(&d), "r"(&n), "r"(24ul) : "v0", "v1", "v2", "v31", "memory");
    check_equal("write-back of both", (Word)p - (Word)bytes + (Word)(to - bytes), 8 + 64 + 24);
    check_equal("ld2r, first", n.d[1], 0x0403020104030201);
    check_equal("and second", d.d[0], 0x0807060508070605);
    check_equal("st4 of a lane", *(uint32_t *)&bytes[64], 0x03070703);
}

// The second element of two lies where nothing is mapped.
static void test_fault(void) {
    uint64_t *root = page_new(), *upper = page_new(), *middle = page_new(), *leaves = page_new();
    for (Word k = 0; k < 2; k++) root[k] = k << 30 | 1ul | 1ul << 10;
    upper[0] = (uint64_t)middle | 3, middle[0] = (uint64_t)leaves | 3, leaves[0] = (uint64_t)bytes | 3 | 1ul << 10;
    mmu_on(root, upper);
    trap_clear();
    d = n = (Vector){{1, 2}};
    __asm__ volatile("ldr q3, [%0]\n ldr q4, [%1]\n ld2 {v3.s, v4.s}[0], [%2]\n str q3, [%0]\n str q4, [%1]"
                     : : "r"(&d), "r"(&n), "r"(beyond + PAGE_SIZE - 4) : "v3", "v4", "memory");
    check_equal("the second element faults", trap.far, beyond + PAGE_SIZE);
    check_equal("and the first register is as it was", d.d[0], 1);
    check_equal("one exception", trap.count, 1);
    trap_clear();
}

void test_main(void) {
    test_sums();
    test_products();
    test_narrow();
    test_lanes();
    test_fault();
}
