// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Floating point: results and flags operation by operation, all five rounding modes static and dynamic, NaN boxing and
// the canonical NaN, conversions at their limits, minimum and maximum, classes, reserved rounding modes.
// Unprivileged, chapters F and D.
#include "tests/golden/riscv/lib/test.h"

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };
enum { RNE, RTZ, RDN, RUP, RMM };

#define NAN64 0x7ff8000000000000u
#define INF64 0x7ff0000000000000u
#define ONE64 0x3ff0000000000000u
#define MAX64 0x7fefffffffffffffu
#define MIN64 0x0010000000000000u
#define SNAN64 0x7ff0000000000001u
#define MINUS ((uint64_t)1 << 63)
#define NAN32 0x7fc00000u
#define INF32 0x7f800000u
#define ONE32 0x3f800000u
#define SNAN32 0x7f800001u

// RV32 has no fmv between D and integer registers: everything goes through memory.
#define OP64(text, a, b, c)                                                                                     \
    ({                                                                                                          \
        volatile uint64_t in_[3] = {a, b, c}, out_;                                                             \
        __asm__ volatile("fld fa0, 0(%1)\n fld fa1, 8(%1)\n fld fa2, 16(%1)\n csrw fflags, zero\n" text "\n"    \
                         "fsd fa0, 0(%0)" : : "r"(&out_), "r"(in_) : "fa0", "fa1", "fa2", "t0", "memory");      \
        out_;                                                                                                   \
    })
#define OP32(text, a, b, c)                                                                                     \
    ({                                                                                                          \
        volatile uint32_t in_[3] = {a, b, c}, out_;                                                             \
        __asm__ volatile("flw fa0, 0(%1)\n flw fa1, 4(%1)\n flw fa2, 8(%1)\n csrw fflags, zero\n" text "\n"     \
                         "fsw fa0, 0(%0)" : : "r"(&out_), "r"(in_) : "fa0", "fa1", "fa2", "t0", "memory");      \
        out_;                                                                                                   \
    })
#define TO_INT(text, a)                                                                                         \
    ({                                                                                                          \
        volatile uint64_t in_ = a;                                                                              \
        Word out_;                                                                                              \
        __asm__ volatile("fld fa0, 0(%1)\n csrw fflags, zero\n" text : "=r"(out_) : "r"(&in_) : "fa0", "fa1",   \
                         "memory");                                                                             \
        out_;                                                                                                   \
    })
#define CHECK(name, operation, wanted, flags)                       \
    do {                                                            \
        check_equal(name, operation, wanted);                       \
        check_equal(name " flags", csr_read(fflags), flags);        \
    } while (0)

static void test_double(void) {
    CHECK("1 + 2^-60", OP64("fadd.d fa0, fa0, fa1", ONE64, 0x3c30000000000000u, 0), ONE64, NX);
    CHECK("inf - inf", OP64("fsub.d fa0, fa0, fa1", INF64, INF64, 0), NAN64, NV);
    CHECK("0 * inf", OP64("fmul.d fa0, fa0, fa1", 0, INF64, 0), NAN64, NV);
    CHECK("1 / 0", OP64("fdiv.d fa0, fa0, fa1", ONE64, 0, 0), INF64, DZ);
    CHECK("-1 / 0", OP64("fdiv.d fa0, fa0, fa1", ONE64 | MINUS, 0, 0), INF64 | MINUS, DZ);
    CHECK("0 / 0", OP64("fdiv.d fa0, fa0, fa1", 0, 0, 0), NAN64, NV);
    CHECK("1 / 3", OP64("fdiv.d fa0, fa0, fa1", ONE64, 0x4008000000000000u, 0), 0x3fd5555555555555u, NX);
    CHECK("max * 2", OP64("fadd.d fa0, fa0, fa1", MAX64, MAX64, 0), INF64, OF | NX);
    CHECK("max * 2 to zero", OP64("fadd.d fa0, fa0, fa1, rtz", MAX64, MAX64, 0), MAX64, OF | NX);
    CHECK("min / 3", OP64("fdiv.d fa0, fa0, fa1", MIN64, 0x4008000000000000u, 0), 0x0005555555555555u, UF | NX);
    CHECK("min / 2 is exact", OP64("fdiv.d fa0, fa0, fa1", MIN64, 0x4000000000000000u, 0), MIN64 / 2, 0);
    CHECK("sqrt -1", OP64("fsqrt.d fa0, fa0", ONE64 | MINUS, 0, 0), NAN64, NV);
    CHECK("sqrt -0", OP64("fsqrt.d fa0, fa0", MINUS, 0, 0), MINUS, 0);
    CHECK("sqrt 2", OP64("fsqrt.d fa0, fa0", 0x4000000000000000u, 0, 0), 0x3ff6a09e667f3bcdu, NX);
    CHECK("quiet NaN in", OP64("fadd.d fa0, fa0, fa1", ONE64, NAN64 | MINUS | 5, 0), NAN64, 0);
    CHECK("signalling NaN in", OP64("fadd.d fa0, fa0, fa1", SNAN64, ONE64, 0), NAN64, NV);
    CHECK("x - x", OP64("fsub.d fa0, fa0, fa1", ONE64, ONE64, 0), 0, 0);
    CHECK("x - x downwards", OP64("fsub.d fa0, fa0, fa1, rdn", ONE64, ONE64, 0), MINUS, 0);
    // tininess is detected after rounding: the first is still tiny at full precision, the second no longer
    CHECK("tiny after rounding", OP64("fmul.d fa0, fa0, fa1", 0x3fefffffffffffffu, MIN64, 0), MIN64, UF | NX);
    CHECK("tiny before rounding only", OP64("fmul.d fa0, fa0, fa1", ONE64 + 1, MIN64 - 1, 0), MIN64, NX);
    CHECK("fma is fused", OP64("fmadd.d fa0, fa0, fa1, fa2", 0x3ff0000000000001u, 0x3ff0000000000001u,
                               0xbff0000000000002u), 0x3970000000000000u, 0);
    CHECK("fma: inf * 0 + NaN is invalid", OP64("fmadd.d fa0, fa0, fa1, fa2", INF64, 0, NAN64), NAN64, NV);
    CHECK("fnmadd", OP64("fnmadd.d fa0, fa0, fa1, fa2", ONE64, ONE64, ONE64), 0xc000000000000000u, 0);
    CHECK("fnmsub", OP64("fnmsub.d fa0, fa0, fa1, fa2", ONE64, ONE64, 0x4000000000000000u), ONE64, 0);
}

static void test_single(void) {
    CHECK("single 1 / 3", OP32("fdiv.s fa0, fa0, fa1", ONE32, 0x40400000, 0), 0x3eaaaaab, NX);
    CHECK("single 0 / 0", OP32("fdiv.s fa0, fa0, fa1", 0, 0, 0), NAN32, NV);
    CHECK("single overflow", OP32("fmul.s fa0, fa0, fa1", 0x7f7fffff, 0x40000000, 0), INF32, OF | NX);
    CHECK("single denormal", OP32("fmul.s fa0, fa0, fa1", 0x00800000, 0x3f000000, 0), 0x00400000, 0);
    CHECK("single denormal, inexact", OP32("fmul.s fa0, fa0, fa1", 0x00800001, 0x3f000000, 0), 0x00400000, UF | NX);
    CHECK("single fma", OP32("fmadd.s fa0, fa0, fa1, fa2", 0x3f800001, 0x3f800001, 0xbf800002), 0x28800000, 0);
    CHECK("single NaN", OP32("fadd.s fa0, fa0, fa1", SNAN32, 0, 0), NAN32, NV);
    CHECK("double to single overflows", OP64("fcvt.s.d fa0, fa0\n fcvt.d.s fa0, fa0", MAX64, 0, 0), INF64, OF | NX);
    CHECK("double to single of a NaN", OP64("fcvt.s.d fa0, fa0\n fcvt.d.s fa0, fa0", SNAN64 | MINUS, 0, 0), NAN64, NV);
}

static void test_rounding(void) {
    static const uint64_t up = 0x3ff0000000000001u, half = 0x3ca0000000000000u; // 1 + 2^-53 is a tie
    static const uint64_t positive[] = {ONE64, ONE64, ONE64, up, up};
    static const uint64_t negative[] = {ONE64 | MINUS, ONE64 | MINUS, up | MINUS, ONE64 | MINUS, up | MINUS};

    for (Word mode = RNE; mode <= RMM; mode++) {
        csr_write(frm, mode);
        CHECK("dynamic rounding", OP64("fadd.d fa0, fa0, fa1", ONE64, half, 0), positive[mode], NX);
        CHECK("dynamic rounding, negative", OP64("fsub.d fa0, fa0, fa1", ONE64 | MINUS, half, 0), negative[mode], NX);
        check_equal("static rounding ignores frm", OP64("fadd.d fa0, fa0, fa1, rup", ONE64, half, 0), up);
    }
    csr_write(frm, RNE);
    check_equal("static rmm", OP64("fadd.d fa0, fa0, fa1, rmm", ONE64, half, 0), up);
    check_equal("static rdn", OP64("fsub.d fa0, fa0, fa1, rdn", ONE64 | MINUS, half, 0), up | MINUS);
    check_equal("rmm to integer", TO_INT("fcvt.w.d %0, fa0, rmm", 0x4004000000000000u), 3);
    check_equal("rne to integer", TO_INT("fcvt.w.d %0, fa0, rne", 0x4004000000000000u), 2);
    csr_write(frm, 5);
    trap_clear();
    __asm__ volatile(".option push\n .option norvc\n fadd.d fa0, fa0, fa1\n .option pop" : : : "fa0");
    check("reserved frm traps", trap.count == 1 && trap.cause == ILLEGAL);
    trap_clear();
    check_equal("reserved frm is kept", csr_read(frm), 5);
    csr_write(frm, RNE);
    csr_write(fcsr, 0xff);
    check("fcsr holds frm and fflags", csr_read(frm) == 7 && csr_read(fflags) == 31);
    csr_write(fcsr, 0);
}

static void test_convert(void) {
    CHECK("2^31 to w", TO_INT("fcvt.w.d %0, fa0, rtz", 0x41e0000000000000u), 0x7fffffff, NV);
    CHECK("-2^31 to w", TO_INT("fcvt.w.d %0, fa0, rtz", 0xc1e0000000000000u), (Word)(int32_t)0x80000000, 0);
    CHECK("NaN to w", TO_INT("fcvt.w.d %0, fa0, rtz", NAN64), 0x7fffffff, NV);
    CHECK("-inf to w", TO_INT("fcvt.w.d %0, fa0, rtz", INF64 | MINUS), (Word)(int32_t)0x80000000, NV);
    CHECK("-1 to wu", TO_INT("fcvt.wu.d %0, fa0, rtz", ONE64 | MINUS), 0, NV);
    CHECK("-0.5 to wu", TO_INT("fcvt.wu.d %0, fa0, rtz", 0xbfe0000000000000u), 0, NX);
    CHECK("2^32 to wu", TO_INT("fcvt.wu.d %0, fa0, rtz", 0x41f0000000000000u), (Word)-1, NV);
    CHECK("2^32 - 1 to wu", TO_INT("fcvt.wu.d %0, fa0, rtz", 0x41efffffffe00000u), (Word)(int32_t)-1, 0);
    CHECK("1.5 to w", TO_INT("fcvt.w.d %0, fa0, rtz", 0x3ff8000000000000u), 1, NX);
#if XLEN == 64
    CHECK("2^63 to l", TO_INT("fcvt.l.d %0, fa0, rtz", 0x43e0000000000000u), ~MINUS, NV);
    CHECK("2^63 to lu", TO_INT("fcvt.lu.d %0, fa0, rtz", 0x43e0000000000000u), MINUS, 0);
    CHECK("NaN to lu", TO_INT("fcvt.lu.d %0, fa0, rtz", NAN64 | MINUS), ~(Word)0, NV);
    CHECK("2^63 + 1 from lu", OP64("li t0, -1\n srli t0, t0, 1\n addi t0, t0, 2\n fcvt.d.lu fa0, t0", 0, 0, 0),
          0x43e0000000000000u, NX);
    CHECK("-1 from l to single", OP64("li t0, -1\n fcvt.s.l fa0, t0\n fcvt.d.s fa0, fa0", 0, 0, 0), ONE64 | MINUS, 0);
#endif
    CHECK("-1 from w", OP64("li t0, -1\n fcvt.d.w fa0, t0", 0, 0, 0), ONE64 | MINUS, 0);
    CHECK("-1 from wu", OP64("li t0, -1\n fcvt.d.wu fa0, t0", 0, 0, 0), 0x41efffffffe00000u, 0);
}

static void test_compare(void) {
    CHECK("min of -0 and 0", OP64("fmin.d fa0, fa0, fa1", 0, MINUS, 0), MINUS, 0);
    CHECK("max of -0 and 0", OP64("fmax.d fa0, fa0, fa1", MINUS, 0, 0), 0, 0);
    CHECK("min with a quiet NaN", OP64("fmin.d fa0, fa0, fa1", NAN64, ONE64, 0), ONE64, 0);
    CHECK("max with a signalling NaN", OP64("fmax.d fa0, fa0, fa1", SNAN64, ONE64, 0), ONE64, NV);
    CHECK("min of two NaNs", OP64("fmin.d fa0, fa0, fa1", NAN64 | 1, NAN64 | MINUS, 0), NAN64, 0);
    CHECK("feq with a quiet NaN", TO_INT("fmv.d fa1, fa0\n feq.d %0, fa0, fa1", NAN64), 0, 0);
    CHECK("flt with a quiet NaN", TO_INT("fmv.d fa1, fa0\n flt.d %0, fa0, fa1", NAN64), 0, NV);
    CHECK("fle with a quiet NaN", TO_INT("fmv.d fa1, fa0\n fle.d %0, fa0, fa1", NAN64), 0, NV);
    CHECK("feq with a signalling NaN", TO_INT("fmv.d fa1, fa0\n feq.d %0, fa0, fa1", SNAN64), 0, NV);
    CHECK("-0 equals 0", TO_INT("fneg.d fa1, fa0\n feq.d %0, fa0, fa1", 0), 1, 0);
    static const uint64_t sample[] = {INF64 | MINUS, ONE64 | MINUS, MINUS | 1, MINUS, 0, 1, ONE64, INF64, SNAN64, NAN64};
    Word errors = 0;
    for (int i = 0; i < 10; i++)
        errors += TO_INT("fclass.d %0, fa0", sample[i]) != 1u << i;
    check_equal("the ten classes", errors, 0);
    check_equal("fclass raises nothing", csr_read(fflags), 0);
    CHECK("sign injection moves NaNs whole", OP64("fsgnjn.d fa0, fa0, fa0", SNAN64, 0, 0), SNAN64 | MINUS, 0);
    CHECK("fsgnjx", OP64("fsgnjx.d fa0, fa0, fa1", ONE64 | MINUS, MINUS, 0), ONE64, 0);
}

// A single-precision operand that is not NaN-boxed reads as the canonical NaN; moves and stores take the low bits.
static void test_boxing(void) {
    uint64_t loose = 0x123456783f800000u, boxed = 0xffffffff3f800000u;

    check_equal("flw boxes", OP64("flw fa0, 0(%1)", boxed & 0xffffffffu, 0, 0), boxed);
    check_equal("arithmetic on an unboxed value", OP64("fadd.s fa0, fa0, fa1", loose, boxed, 0), 0xffffffff7fc00000u);
    check_equal("arithmetic boxes its result", OP64("fadd.s fa0, fa0, fa1", boxed, boxed, 0), 0xffffffff40000000u);
    check_equal("fsgnj.s of an unboxed value", OP64("fsgnj.s fa0, fa0, fa0", loose, 0, 0), 0xffffffff7fc00000u);
    check_equal("fmv.x.w takes the low bits", TO_INT("fmv.x.w %0, fa0", loose), 0x3f800000u);
    check_equal("fclass.s of an unboxed value", TO_INT("fclass.s %0, fa0", loose), 1 << 9);
    check_equal("fcvt.d.s of an unboxed value", OP64("fcvt.d.s fa0, fa0", loose, 0, 0), NAN64);
    check_equal("fmv.w.x boxes", OP64("li t0, 0x3f800000\n fmv.w.x fa0, t0", 0, 0, 0), boxed);
    check_equal("fsw takes the low bits", OP64("fsw fa0, 8(%1)\n fld fa0, 8(%1)", loose, ~0ull, 0), boxed);
}

// Flags gather until written; an interpreter or a JIT that keeps them elsewhere must still show them at once.
static void test_sticky(void) {
    csr_write(fflags, 0);
    __asm__ volatile("fdiv.d fa0, %0, %1" : : "f"(1.0), "f"(0.0) : "fa0");
    __asm__ volatile("fdiv.d fa0, %0, %1" : : "f"(1.0), "f"(3.0) : "fa0");
    __asm__ volatile("fsqrt.d fa0, %0" : : "f"(-1.0) : "fa0");
    check_equal("flags gather", csr_read(fflags), DZ | NX | NV);
    Word old;
    __asm__ volatile("csrrci %0, fflags, 1" : "=r"(old));
    check("csrrci on fflags", old == (DZ | NX | NV) && csr_read(fflags) == (DZ | NV));
    csr_write(fflags, UF);
    check_equal("written flags are kept", csr_read(fflags), UF);
    __asm__ volatile("fadd.d fa0, %0, %0" : : "f"(1.0) : "fa0");
    check_equal("an exact operation adds none", csr_read(fflags), UF);
    csr_write(fflags, 0);
}

// What is in an FP register when a callee that reads CSRs returns is what it left there, and what is loaded after it too.
static void test_calls(void) {
    static const double in[3] = {1.5, 2.5, 4.0};
    volatile double out[3];
    int right = 1;
    for (int i = 0; i < 50; i++) {
        __asm__ volatile("la t2, 1f\n j 2f\n"
                         "1: fadd.d fa0, fa0, fa0\n csrr t1, fcsr\n csrr t1, mip\n ret\n"
                         "2: fld fa0, 0(%1)\n jalr t2\n fsd fa0, 0(%0)\n fld fa0, 8(%1)\n jalr t2\n fsd fa0, 8(%0)\n"
                         "fld fa0, 16(%1)\n jalr t2\n fsd fa0, 16(%0)"
                         : : "r"(out), "r"(in) : "fa0", "t1", "t2", "ra", "memory");
        right &= out[0] == 3 && out[1] == 5 && out[2] == 8;
    }
    check("floating point across calls", right);
}

void test_main(void) {
    csr_write(fcsr, 0);
    test_calls();
    test_double();
    test_single();
    test_rounding();
    test_convert();
    test_compare();
    test_boxing();
    test_sticky();
    check_no_trap("floating point");
}
