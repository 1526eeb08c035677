// SPDX-License-Identifier: MIT
// FEAT_FP16: arithmetic of half precision, scalar and vector, in soft floating point. DDI 0487, C7.2; the pseudocode is that of the wider
// formats (fp_helper.c). FPCR.FZ16 flushes in silence on input and with Underflow on output.
#include "cpu/arm/fp16.h"

enum { SIGN = 0x8000, INFINITY_ = 0x7c00, QUIET = 0x200, TWO = 0x4000, THREE_HALVES = 0x3e00 };
#define DOUBLE_SIGN (1ull << 63)

static bool is_nan(uint64_t a) { return (a & 0x7fff) > INFINITY_; }
static bool is_quiet(uint64_t a) { return is_nan(a) && (a & QUIET); }
static bool is_infinity(uint64_t a) { return (a & 0x7fff) == INFINITY_; }
static bool is_zero(uint64_t a, const FpEnv *e) {
    return !(a & 0x7fff) || ((e->policy & FP_FLUSH_16) && (a & 0x7fff) < 0x400);
}
static bool zero_times_infinity(uint64_t a, uint64_t b, const FpEnv *e) {
    return (is_zero(a, e) && is_infinity(b)) || (is_infinity(a) && is_zero(b, e));
}

// ---- by way of binary64, which holds any half and any product of two
uint64_t fp16_exact(uint64_t a, const FpEnv *e) {
    uint64_t sign = (a & SIGN) << 48, fraction = a & 0x3ff;
    unsigned exp = a >> 10 & 31;
    if (exp == 31) return sign | 0x7ffull << 52 | fraction << 42;
    if (exp) return sign | (uint64_t)(exp + 1008) << 52 | fraction << 42;
    if (!fraction || (e->policy & FP_FLUSH_16)) return sign;
    unsigned up = (unsigned)__builtin_clz((unsigned)fraction) - 21;
    return sign | (uint64_t)(1009 - up) << 52 | (fraction << up & 0x3ff) << 42;
}
uint64_t fp16_round(uint64_t a, FpEnv *e) {
    uint64_t magnitude = a & ~DOUBLE_SIGN;
    if ((e->policy & FP_FLUSH_16) && magnitude && magnitude < 1009ull << 52) { // below 2^-14 before rounding
        e->flags |= FP_UF;
        return a >> 48 & SIGN;
    }
    FpEnv plain = {e->rounding, 0, e->policy & ~(FP_FLUSH_16 | FP_FLUSH_IN | FP_FLUSH_OUT)};
    uint64_t r = f64_to_f16(a, &plain);
    e->flags |= plain.flags;
    return r;
}

// 2 - a * b and (3 - a * b) / 2, rounded once: rounding to odd in between keeps what the last rounding asks for.
static uint64_t newton_step(bool root, uint64_t a, uint64_t b, FpEnv *e) {
    a ^= SIGN; // FPNeg, of NaNs too
    if (is_nan(a) || is_nan(b)) return f16_fma((uint16_t)a, (uint16_t)b, TWO, e);
    if (zero_times_infinity(a, b, e)) return root ? THREE_HALVES : TWO;
    FpEnv odd = {FP_RTO, 0, FP_POLICY_ARM};
    uint64_t x = fp16_exact(a, e), y = fp16_exact(b, e), r = f64_fma(x, y, root ? 0x4008ull << 48 : 1ull << 62, &odd);
    if (root) r = f64_mul(r, 0x3feull << 52, &odd);
    if (r << 1 == 0) r = e->rounding == FP_RDN ? DOUBLE_SIGN : 0; // an exact difference of zero
    return fp16_round(r, e);
}

// FPMaxNum, FPMinNum: a number is preferred to a quiet NaN.
static uint64_t max_number(bool min, uint64_t a, uint64_t b, FpEnv *e) {
    uint64_t weakest = INFINITY_ | (min ? 0 : SIGN);
    bool qa = is_quiet(a), qb = is_quiet(b);
    if (qa && !qb) a = weakest;
    else if (qb && !qa) b = weakest;
    return min ? f16_minimum((uint16_t)a, (uint16_t)b, e) : f16_maximum((uint16_t)a, (uint16_t)b, e);
}
static uint64_t compare(unsigned op, uint64_t a, uint64_t b, FpEnv *e) {
    if (op == FP_ACGE || op == FP_ACGT) a &= 0x7fff, b &= 0x7fff;
    FpRelation r = f16_compare((uint16_t)a, (uint16_t)b, op != FP_CMEQ, e);
    bool holds = op == FP_CMEQ ? r == FP_EQUAL : r == FP_GREATER || (r == FP_EQUAL && (op == FP_CMGE || op == FP_ACGE));
    return holds ? 0xffff : 0;
}

uint64_t fp16_two(unsigned op, uint64_t a_, uint64_t b_, FpEnv *e) {
    uint16_t a = (uint16_t)a_, b = (uint16_t)b_;
    switch (op) {
    case FP_MUL: return f16_mul(a, b, e);
    case FP_DIV: return f16_div(a, b, e);
    case FP_ADD: return f16_add(a, b, e);
    case FP_SUB: return f16_sub(a, b, e);
    case FP_MAX: return f16_maximum(a, b, e);
    case FP_MIN: return f16_minimum(a, b, e);
    case FP_MAXNM: case FP_MINNM: return max_number(op == FP_MINNM, a, b, e);
    case FP_NMUL: return f16_mul(a, b, e) ^ SIGN;
    case FP_MULX: return zero_times_infinity(a, b, e) ? TWO | ((a ^ b) & SIGN) : f16_mul(a, b, e);
    case FP_ABD: return f16_sub(a, b, e) & 0x7fff;
    case FP_RECPS: case FP_RSQRTS: return newton_step(op == FP_RSQRTS, a, b, e);
    default: return compare(op, a, b, e);
    }
}
uint64_t fp16_fma(bool negate_product, bool negate_addend, uint64_t a, uint64_t b, uint64_t c, FpEnv *e) {
    return f16_fma((uint16_t)(a ^ (negate_product ? SIGN : 0)), (uint16_t)b, (uint16_t)(c ^ (negate_addend ? SIGN : 0)), e);
}
static uint64_t round_integral(uint64_t a, unsigned mode, bool exact, FpEnv *e) {
    FpEnv to = {(uint8_t)mode, 0, e->policy};
    uint64_t r = f16_round_int((uint16_t)a, exact, &to);
    e->flags |= to.flags;
    return r;
}
// bits: 16, 32 or 64.
static uint64_t to_int(uint64_t a, unsigned bits, bool u, unsigned mode, unsigned fraction, FpEnv *e) {
    FpEnv to = {e->rounding, 0, e->policy};
    uint64_t r = arm_fp_to_int(true, fp16_exact(a, e), bits < 32 ? 32 : bits, u, mode, fraction, &to);
    if (bits == 16) {
        int64_t x = u ? (int64_t)(uint32_t)r : (int32_t)r, least = u ? 0 : -0x8000, most = u ? 0xffff : 0x7fff;
        if (x < least || x > most) to.flags = FP_NV;
        r = (uint64_t)(x < least ? least : x > most ? most : x) & 0xffff;
    }
    e->flags |= to.flags;
    return r;
}
static uint64_t from_int(uint64_t a, unsigned bits, bool u, unsigned fraction, FpEnv *e) {
    FpEnv odd = {FP_RTO, 0, FP_POLICY_ARM};
    uint64_t x = u ? a << (64 - bits) >> (64 - bits) : (uint64_t)((int64_t)(a << (64 - bits)) >> (64 - bits));
    uint64_t r = u ? f64_from_u64(x, &odd) : f64_from_i64((int64_t)x, &odd);
    return fp16_round(r ? r - ((uint64_t)fraction << 52) : 0, e);
}

// ---- scalars
static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }
static uint64_t reg(const ArmState *s, unsigned r) { return s->v[r][0] & 0xffff; }
static void set_reg(ArmState *s, unsigned r, uint64_t value) { set_vec(s, r, (Vec){.d = {value, 0}}); }

uint64_t arm_fp16_one(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    static const uint8_t modes[8] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ, FP_RMM, 0, 0, 0};
    ArmState *s = arm_state(v);
    unsigned op = bits >> 15 & 63;
    uint64_t a = reg(s, rn(bits));
    FpEnv e = arm_fp_env(s);
    if (op == 1) a &= 0x7fff;
    else if (op == 2) a ^= SIGN;
    else if (op == 3) a = f16_sqrt((uint16_t)a, &e);
    else if (op) a = round_integral(a, op >= 14 ? e.rounding : modes[op & 7], op == 14, &e);
    set_reg(s, rd(bits), a);
    arm_fp_done(s, &e);
    return 0;
}
uint64_t arm_fp16_two(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    FpEnv e = arm_fp_env(s);
    set_reg(s, rd(bits), fp16_two(bits >> 12 & 15, reg(s, rn(bits)), reg(s, rm(bits)), &e));
    arm_fp_done(s, &e);
    return 0;
}
uint64_t arm_fp16_three(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool o1 = bits >> 21 & 1, o0 = bits >> 15 & 1;
    FpEnv e = arm_fp_env(s);
    set_reg(s, rd(bits), fp16_fma(o0 != o1, o1, reg(s, rn(bits)), reg(s, rm(bits)), reg(s, bits >> 10 & 31), &e));
    arm_fp_done(s, &e);
    return 0;
}
uint64_t arm_fp16_compare(Vcpu *v, uint64_t bits, uint64_t with_zero, uint64_t otherwise) {
    if (otherwise != UINT64_MAX) return otherwise;
    ArmState *s = arm_state(v);
    FpEnv e = arm_fp_env(s);
    FpRelation r = f16_compare((uint16_t)reg(s, rn(bits)), with_zero ? 0 : (uint16_t)reg(s, rm(bits)), bits >> 4 & 1, &e);
    arm_fp_done(s, &e);
    return r == FP_EQUAL ? NZCV_Z | NZCV_C : r == FP_LESS ? NZCV_N : r == FP_GREATER ? NZCV_C : NZCV_C | NZCV_V;
}
static unsigned fraction(uint64_t bits) { return bits >> 21 & 1 ? 0 : 64 - (bits >> 10 & 63); }
uint64_t arm_fp16_to_x(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    static const uint8_t modes[4] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ};
    ArmState *s = arm_state(v);
    unsigned op = bits >> 16 & 7, mode = op >= 4 ? FP_RMM : modes[bits >> 19 & 3];
    FpEnv e = arm_fp_env(s);
    uint64_t r = to_int(reg(s, rn(bits)), bits >> 31 & 1 ? 64 : 32, op & 1, mode, fraction(bits), &e);
    arm_fp_done(s, &e);
    return r;
}
uint64_t arm_fp16_from_x(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    ArmState *s = arm_state(v);
    FpEnv e = arm_fp_env(s);
    set_reg(s, rd(bits), from_int(value, bits >> 31 & 1 ? 64 : 32, bits >> 16 & 1, fraction(bits), &e));
    arm_fp_done(s, &e);
    return 0;
}

// ---- vectors
static unsigned lanes(uint64_t bits) { return bits >> 28 & 1 ? 1 : bits >> 30 & 1 ? 8 : 4; }

// Opcode, U and a as operations of simd.h; -1: fmla, fmls.
static int vector_op(unsigned op, bool u, bool a, bool *pairwise) {
    *pairwise = u && (op == 0 || op == 6 || (op == 2 && !a));
    switch (op) {
    case 0: return a ? FP_MINNM : FP_MAXNM;
    case 2: return u ? (a ? FP_ABD : FP_ADD) : a ? FP_SUB : FP_ADD;
    case 3: return u ? FP_MUL : FP_MULX;
    case 4: return !u ? FP_CMEQ : a ? FP_CMGT : FP_CMGE;
    case 5: return a ? FP_ACGT : FP_ACGE;
    case 6: return a ? FP_MIN : FP_MAX;
    case 7: return u ? FP_DIV : a ? FP_RSQRTS : FP_RECPS;
    default: return -1;
    }
}
uint64_t arm_fp16_vector(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned n = lanes(bits);
    bool less = bits >> 23 & 1, pairwise;
    int op = vector_op(bits >> 11 & 7, bits >> 29 & 1, less, &pairwise);
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n; i++) {
        const Vec *from = 2 * i < n ? &a : &b;
        unsigned at = 2 * i < n ? 2 * i : 2 * i - n;
        uint16_t x = pairwise ? from->h[at] : a.h[i], y = pairwise ? from->h[at + 1] : b.h[i];
        r.h[i] = (uint16_t)(op < 0 ? fp16_fma(less, false, x, y, d.h[i], &e) : fp16_two((unsigned)op, x, y, &e));
    }
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

static uint64_t misc_lane(unsigned op, bool u, bool high, uint64_t a, FpEnv *e) {
    static const uint8_t fixed[2][2] = {{FP_RNE, FP_RUP}, {FP_RDN, FP_RTZ}};
    switch (op) {
    case 12: return fp16_two(u ? FP_CMGE : FP_CMGT, a, 0, e);
    case 13: return u ? fp16_two(FP_CMGE, 0, a, e) : fp16_two(FP_CMEQ, a, 0, e);
    case 14: return fp16_two(FP_CMGT, 0, a, e);
    case 15: return u ? a ^ SIGN : a & 0x7fff;
    case 24: return round_integral(a, u ? FP_RMM : fixed[0][high], false, e);
    case 25: return round_integral(a, u ? e->rounding : fixed[1][high], u && !high, e);
    case 26: return to_int(a, 16, u, fixed[0][high], 0, e);
    case 27: return to_int(a, 16, u, fixed[1][high], 0, e);
    case 28: return to_int(a, 16, u, FP_RMM, 0, e);
    case 29: return !high ? from_int(a, 16, u, 0, e) : u ? fp_root_reciprocal(1, a, e) : fp_reciprocal(1, a, e);
    default: return u ? f16_sqrt((uint16_t)a, e) : fp_reciprocal_exponent(1, a, e);
    }
}
uint64_t arm_fp16_misc(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    Vec a = vec(s, rn(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < lanes(bits); i++) r.h[i] = (uint16_t)misc_lane(bits >> 12 & 31, bits >> 29 & 1, bits >> 23 & 1, a.h[i], &e);
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// Halves of the lanes against each other, then of what is left; of a pair just once.
static uint64_t reduce(unsigned op, const uint16_t *a, unsigned n, FpEnv *e) {
    return n == 1 ? a[0] : fp16_two(op, reduce(op, a, n / 2, e), reduce(op, a + n / 2, n / 2, e), e);
}
uint64_t arm_fp16_across(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool less = bits >> 23 & 1;
    unsigned op = bits >> 12 & 3, how = op == 1 ? FP_ADD : op == 0 ? (less ? FP_MINNM : FP_MAXNM) : less ? FP_MIN : FP_MAX;
    Vec a = vec(s, rn(bits));
    FpEnv e = arm_fp_env(s);
    set_reg(s, rd(bits), reduce(how, a.h, bits >> 28 & 1 ? 2 : lanes(bits), &e));
    arm_fp_done(s, &e);
    return 0;
}

uint64_t arm_fp16_indexed(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned op = bits >> 12 & 15, index = (bits >> 11 & 1) << 2 | (bits >> 21 & 1) << 1 | (bits >> 20 & 1);
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits) & 15), d = vec(s, rd(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < lanes(bits); i++) {
        uint16_t x = a.h[i], y = b.h[index];
        r.h[i] = (uint16_t)(op == 9 ? fp16_two(bits >> 29 & 1 ? FP_MULX : FP_MUL, x, y, &e) : fp16_fma(op == 5, false, x, y, d.h[i], &e));
    }
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// Fixed point: SCVTF, UCVTF, FCVTZS, FCVTZU by immediate.
uint64_t arm_fp16_shift(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned fraction_bits = 32 - (bits >> 16 & 31), op = bits >> 11 & 31;
    bool u = bits >> 29 & 1;
    Vec a = vec(s, rn(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < lanes(bits); i++)
        r.h[i] = (uint16_t)(op == 28 ? from_int(a.h[i], 16, u, fraction_bits, &e) : to_int(a.h[i], 16, u, FP_RTZ, fraction_bits, &e));
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}
