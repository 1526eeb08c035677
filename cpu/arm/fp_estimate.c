// SPDX-License-Identifier: MIT
// Estimates of reciprocals and of reciprocal square roots, FRECPX, FCVTXN. DDI 0487, C7.2 and the pseudocode of FPRecipEstimate,
// FPRSqrtEstimate, FPRecpX: eight bits of result from nine of the operand.
#include "cpu/arm/fp16.h"

typedef struct Format {
    unsigned fraction, exponent; // bits
} Format;
static const Format formats[4] = {{0, 0}, {10, 5}, {23, 8}, {52, 11}};

typedef struct Number {
    bool sign;
    int exp;           // biased
    uint64_t fraction; // at the top of 52 bits
} Number;

static int exp_ones(unsigned size) { return (1 << formats[size].exponent) - 1; }
static Number split(unsigned size, uint64_t a) {
    Format f = formats[size];
    return (Number){a >> (f.fraction + f.exponent) & 1, (int)(a >> f.fraction) & exp_ones(size), (a & ((1ull << f.fraction) - 1)) << (52 - f.fraction)};
}
static uint64_t join(unsigned size, Number n) {
    Format f = formats[size];
    return (uint64_t)n.sign << (f.fraction + f.exponent) | (uint64_t)n.exp << f.fraction | n.fraction >> (52 - f.fraction);
}
static bool is_nan(unsigned size, Number n) { return n.exp == exp_ones(size) && n.fraction; }
static uint64_t infinity(unsigned size, bool sign) { return join(size, (Number){sign, exp_ones(size), 0}); }

// A NaN through the format's own rules: x + x.
static uint64_t propagate(unsigned size, uint64_t a, FpEnv *e) {
    return size == 1 ? f16_add((uint16_t)a, (uint16_t)a, e) : size == 2 ? f32_add((uint32_t)a, (uint32_t)a, e) : f64_add(a, a, e);
}
static bool flushes(unsigned size, const FpEnv *e) { return e->policy & (size == 1 ? FP_FLUSH_16 : FP_FLUSH_IN); }
// A subnormal operand that counts as zero says so, but in half precision.
static Number operand(unsigned size, uint64_t a, FpEnv *e) {
    Number n = split(size, a);
    if (n.exp || !n.fraction || !flushes(size, e)) return n;
    if (size != 1) e->flags |= FP_ID;
    return (Number){n.sign, 0, 0};
}

static uint64_t estimate(unsigned a) { // a / 512 in 0.5 to 1: 256 to 511
    unsigned b = (1u << 19) / (2 * a + 1);
    return (b + 1) / 2;
}
static uint64_t root_estimate(unsigned a) { // 128 to 511
    a = a < 256 ? 2 * a + 1 : ((a >> 1 << 1) + 1) * 2;
    unsigned b = 512;
    while (a * (b + 1) * (b + 1) < 1u << 28) b++;
    return (b + 1) / 2;
}

static uint64_t overflow(unsigned size, bool sign, FpEnv *e) {
    bool to_infinity = e->rounding == FP_RNE || (e->rounding == FP_RUP && !sign) || (e->rounding == FP_RDN && sign);
    e->flags |= FP_OF | FP_NX;
    return infinity(size, sign) - !to_infinity;
}

uint64_t fp_reciprocal(unsigned size, uint64_t a, FpEnv *e) {
    Number n = operand(size, a, e);
    int bias = exp_ones(size) >> 1;
    if (is_nan(size, n)) return propagate(size, a, e);
    if (n.exp == exp_ones(size)) return join(size, (Number){n.sign, 0, 0});
    if (!n.exp && !n.fraction) {
        e->flags |= FP_DZ;
        return infinity(size, n.sign);
    }
    if (!n.exp && !(n.fraction >> 50)) return overflow(size, n.sign, e); // below a quarter of the least normal number
    if (n.exp >= 2 * bias - 1 && (size == 1 ? e->policy & FP_FLUSH_16 : e->policy & FP_FLUSH_OUT)) {
        e->flags |= FP_UF;
        return join(size, (Number){n.sign, 0, 0});
    }
    if (!n.exp) {
        bool first = n.fraction >> 51;
        n.exp = first ? 0 : -1;
        n.fraction = n.fraction << (first ? 1 : 2) & ((1ull << 52) - 1);
    }
    n.exp = 2 * bias - 1 - n.exp;
    n.fraction = (estimate(256 | (unsigned)(n.fraction >> 44)) & 255) << 44;
    if (n.exp <= 0) { // a subnormal result
        n.fraction = (n.fraction | 1ull << 52) >> (n.exp ? 2 : 1);
        n.exp = 0;
    }
    return join(size, n);
}

uint64_t fp_root_reciprocal(unsigned size, uint64_t a, FpEnv *e) {
    Number n = operand(size, a, e);
    int bias = exp_ones(size) >> 1;
    if (is_nan(size, n)) return propagate(size, a, e);
    if (!n.exp && !n.fraction) {
        e->flags |= FP_DZ;
        return infinity(size, n.sign);
    }
    if (n.sign) {
        e->flags |= FP_NV;
        return join(size, (Number){false, exp_ones(size), 1ull << 51});
    }
    if (n.exp == exp_ones(size)) return 0;
    if (!n.exp) {
        for (; !(n.fraction >> 51); n.exp--) n.fraction = n.fraction << 1 & ((1ull << 52) - 1);
        n.fraction = n.fraction << 1 & ((1ull << 52) - 1);
    }
    unsigned scaled = n.exp & 1 ? 128 | (unsigned)(n.fraction >> 45) : 256 | (unsigned)(n.fraction >> 44);
    n.exp = (3 * bias - 1 - n.exp) / 2;
    n.fraction = (root_estimate(scaled) & 255) << 44;
    return join(size, n);
}

uint64_t fp_reciprocal_exponent(unsigned size, uint64_t a, FpEnv *e) {
    Number n = operand(size, a, e);
    if (is_nan(size, n)) return propagate(size, a, e);
    return join(size, (Number){n.sign, n.exp ? ~n.exp & exp_ones(size) : exp_ones(size) - 1, 0});
}

// ---- the group
static uint32_t u_reciprocal(uint32_t a, bool root) {
    if (root) return a >> 30 ? (uint32_t)root_estimate(a >> 23) << 23 : UINT32_MAX;
    return a >> 31 ? (uint32_t)estimate(a >> 23) << 23 : UINT32_MAX;
}
static void narrow_to_odd(const ArmState *s, uint64_t bits, const Vec *a, Vec *r, FpEnv *e) { // FCVTXN
    unsigned n = bits >> 28 & 1 ? 1 : 2, from = n == 2 && (bits >> 30 & 1) ? 2 : 0;
    if (from) r->d[0] = s->v[bits & 31][0];
    e->rounding = FP_RTO;
    for (unsigned i = 0; i < n; i++) r->s[from + i] = f64_to_f32(a->d[i], e);
}
uint64_t arm_fp_estimate(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned op = bits >> 12 & 31, size = 2 + (bits >> 22 & 1);
    unsigned n = bits >> 28 & 1 ? 1 : (bits >> 30 & 1 ? 16u : 8u) >> size;
    bool u = bits >> 29 & 1;
    Vec a = vec(s, bits >> 5 & 31), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n && op != 22; i++) {
        uint64_t x = lane(&a, size, i);
        x = op == 28 ? u_reciprocal((uint32_t)x, u) : op == 31 ? fp_reciprocal_exponent(size, x, &e)
                     : u ? fp_root_reciprocal(size, x, &e) : fp_reciprocal(size, x, &e);
        set_lane(&r, size, i, x);
    }
    if (op == 22) narrow_to_odd(s, bits, &a, &r, &e);
    arm_fp_done(s, &e);
    set_vec(s, bits & 31, r);
    return 0;
}
