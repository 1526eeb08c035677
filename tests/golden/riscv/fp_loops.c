// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Loops in which the rounding mode and the flags change from round to round, long enough to become regions: each result is that of the
// mode set last, each flag stands from the operation that raises it. Unprivileged, F and D.
#include "tests/golden/riscv/lib/test.h"

#define ROUNDS 6000
enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };

static double above[6] = {1, 1, 1, 0, 1e308, 1e-308}, below[6] = {2, 3, 0, 0, 1e-10, 1e10};
static const Word raised[6] = {0, NX, DZ, NV, OF | NX, UF | NX};

static double divide(double a, double b, int mode) {
    double q;
    switch (mode) {
    case 0: __asm__ volatile("fdiv.d %0, %1, %2, rne" : "=f"(q) : "f"(a), "f"(b)); break;
    case 1: __asm__ volatile("fdiv.d %0, %1, %2, rtz" : "=f"(q) : "f"(a), "f"(b)); break;
    case 2: __asm__ volatile("fdiv.d %0, %1, %2, rdn" : "=f"(q) : "f"(a), "f"(b)); break;
    default: __asm__ volatile("fdiv.d %0, %1, %2, rup" : "=f"(q) : "f"(a), "f"(b));
    }
    return q;
}

static int same(double a, double b) {
    union { double d; uint64_t bits; } x = {a}, y = {b};
    return x.bits == y.bits;
}

static void test_rounding(void) {
    double by_mode[4], third = 3;
    Word errors = 0;
    for (int mode = 0; mode < 4; mode++)
        by_mode[mode] = divide(1, third, mode);
    check("the modes differ", !same(by_mode[0], by_mode[3]) && !same(by_mode[2], by_mode[3]));
    for (int i = 0; i < ROUNDS; i++) {
        double q;
        csr_write(frm, i & 3);
        __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(q) : "f"(1.0), "f"(third));
        errors += !same(q, by_mode[i & 3]);
        csr_write(frm, (i + 1) & 3); // and one that only a part of the rounds takes
        if (i % 5 == 0) {
            __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(q) : "f"(1.0), "f"(third));
            errors += !same(q, by_mode[(i + 1) & 3]);
        }
    }
    csr_write(frm, 0);
    check_equal("each result is of the mode set last", errors, 0);
    errors = 0;
    for (int i = 0; i < ROUNDS; i++) { // a static mode is not the register's, nor does it change that
        double q, down;
        csr_write(frm, 3);
        __asm__ volatile("fdiv.d %1, %2, %3, rdn\n fdiv.d %0, %2, %3" : "=&f"(q), "=&f"(down) : "f"(1.0), "f"(third));
        errors += !same(q, by_mode[3]) + !same(down, by_mode[2]);
    }
    csr_write(frm, 0);
    check_equal("static and dynamic in turn", errors, 0);
}

static void test_flags(void) {
    Word errors = 0, all = 0;
    for (int i = 0, k = 0; i < ROUNDS; i++, k = k == 5 ? 0 : k + 1) {
        double q;
        csr_write(fflags, 0);
        __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(q) : "f"(above[k]), "f"(below[k]) : "memory");
        errors += csr_read(fflags) != raised[k];
    }
    check_equal("flags of each operation", errors, 0);
    errors = 0;
    for (int i = 0, k = 0; i < ROUNDS; i++, k = k == 5 ? 0 : k + 1) {
        double q;
        if (k == 0) {
            csr_write(fflags, 0);
            all = 0;
        }
        __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(q) : "f"(above[k]), "f"(below[k]) : "memory");
        all |= raised[k];
        errors += csr_read(fflags) != all;
    }
    check_equal("flags add up", errors, 0);
    csr_write(fflags, 0);
    for (int i = 0; i < ROUNDS; i++) { // raised once in many rounds, looked at behind the loop
        double q;
        __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(q) : "f"(1.0), "f"(i == ROUNDS / 2 ? 0.0 : 2.0));
    }
    check_equal("a flag raised in the middle", csr_read(fflags), DZ);
    csr_write(fflags, NV);
    for (int i = 0; i < ROUNDS; i++) {
        double q;
        __asm__ volatile("fadd.d %0, %1, %2" : "=f"(q) : "f"(1.0), "f"(2.0));
    }
    check_equal("a flag set by hand stays", csr_read(fflags), NV);
}

void test_main(void) {
    test_rounding();
    test_flags();
    check_no_trap("loops of FP");
}
