// SPDX-License-Identifier: MIT
// Loops in which FPCR's rounding mode and FPSR's flags change from round to round, long enough to become regions. DDI 0487, A1.5, C5.2.
#include "tests/golden/a64/lib/test.h"

#define ROUNDS 6000
enum { IOC = 1, DZC = 2, OFC = 4, UFC = 8, IXC = 16 };

// Bits of doubles, since this library is compiled without FP: 1, 1, 1, 0, 1e308, 1e-308 over 2, 3, 0, 0, 1e-10, 1e10.
static const Word one = 0x3ff0000000000000, two = 0x4000000000000000, three = 0x4008000000000000;
static const Word above[6] = {one, one, one, 0, 0x7fe1ccf385ebc8a0, 0x000730d67819e8d2};
static const Word below[6] = {two, three, 0, 0, 0x3ddb7cdfd9d7bdbb, 0x4202a05f20000000};
static const Word raised[6] = {0, IXC, DZC, IOC, OFC | IXC, UFC | IXC};

static inline Word divide(Word a, Word b) {
    Word q;
    __asm__ volatile("fmov d30, %1\n fmov d31, %2\n fdiv d30, d30, d31\n fmov %0, d30" : "=r"(q) : "r"(a), "r"(b));
    return q;
}

static void set_mode(Word mode) { msr(fpcr, mode << 22); } // nearest, up, down, to zero

static void test_rounding(void) {
    Word by_mode[4], errors = 0;
    for (Word mode = 0; mode < 4; mode++) {
        set_mode(mode);
        by_mode[mode] = divide(one, three);
    }
    check_equal("nearest", by_mode[0], 0x3fd5555555555555);
    check_equal("up", by_mode[1], 0x3fd5555555555556);
    check_equal("down", by_mode[2], 0x3fd5555555555555);
    for (Word i = 0; i < ROUNDS; i++) {
        set_mode(i & 3);
        errors += divide(one, three) != by_mode[i & 3];
        set_mode((i + 1) & 3); // and one that only a part of the rounds takes
        if (i % 5 == 0) errors += divide(one, three) != by_mode[(i + 1) & 3];
    }
    set_mode(0);
    check_equal("each result is of the mode set last", errors, 0);
}

static void test_flags(void) {
    Word errors = 0, all = 0;
    for (Word i = 0, k = 0; i < ROUNDS; i++, k = k == 5 ? 0 : k + 1) {
        msr(fpsr, 0);
        divide(above[k], below[k]);
        errors += mrs(fpsr) != raised[k];
    }
    check_equal("flags of each operation", errors, 0);
    errors = 0;
    for (Word i = 0, k = 0; i < ROUNDS; i++, k = k == 5 ? 0 : k + 1) {
        if (k == 0) {
            msr(fpsr, 0);
            all = 0;
        }
        divide(above[k], below[k]);
        all |= raised[k];
        errors += mrs(fpsr) != all;
    }
    check_equal("flags add up", errors, 0);
    msr(fpsr, 0);
    for (Word i = 0; i < ROUNDS; i++) divide(one, i == ROUNDS / 2 ? 0 : two); // raised once, looked at behind the loop
    check_equal("a flag raised in the middle", mrs(fpsr), DZC);
    msr(fpsr, IOC);
    for (Word i = 0; i < ROUNDS; i++) divide(one, two);
    check_equal("a flag set by hand stays", mrs(fpsr), IOC);
}

void test_main(void) {
    test_rounding();
    test_flags();
    check_no_trap("loops of FP");
}
