// SPDX-License-Identifier: MIT
// FEAT_FCMA, FEAT_FHM, FEAT_BF16, FEAT_JSCVT, FEAT_FRINTTS. DDI 0487, C7.2; the pseudocode is FPMulAdd, FPMulAddH, BFDotAdd, FPToFixedJS and
// FPRoundIntN.
#include "cpu/arm/fp16.h"

static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }
static bool indexed(uint64_t bits) { return bits >> 24 & 1; }
static bool upper(uint64_t bits) { return bits >> 30 & 1; }

// ---- complex numbers: even lanes are real, odd ones imaginary
static uint64_t fma_lane(unsigned size, uint64_t a, uint64_t b, uint64_t c, FpEnv *e) {
    return size == 1 ? fp16_fma(false, false, a, b, c, e) : arm_fp_fma(size == 3, false, false, a, b, c, e);
}
static uint64_t add_lane(unsigned size, uint64_t a, uint64_t b, FpEnv *e) {
    return size == 1 ? fp16_two(FP_ADD, a, b, e) : arm_fp2(FP_ADD, size == 3, a, b, e);
}
uint64_t arm_simd_complex(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned size = bits >> 22 & 3, pairs = (upper(bits) ? 8u : 4u) >> size, l = bits >> 21 & 1, h = bits >> 11 & 1;
    unsigned index = size == 1 ? h << 1 | l : h;
    bool adds = !indexed(bits) && (bits >> 13 & 7) == 7;
    unsigned turn = adds ? (bits >> 12 & 1 ? 3 : 1) : bits >> (indexed(bits) ? 13 : 11) & 3; // quarters
    uint64_t minus = 1ull << ((8 << size) - 1);
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < pairs; i++) {
        unsigned with = indexed(bits) ? index : i, odd = turn & 1;
        uint64_t x = lane(&b, size, 2 * with + odd), y = lane(&b, size, 2 * with + !odd), factor = lane(&a, size, 2 * i + odd);
        x ^= turn == 1 || turn == 2 ? minus : 0; // for the real part
        y ^= turn >= 2 ? minus : 0;
        for (unsigned k = 0; k < 2; k++) {
            uint64_t term = k ? y : x, old = lane(adds ? &a : &d, size, 2 * i + k);
            set_lane(&r, size, 2 * i + k, adds ? add_lane(size, old, term, &e) : fma_lane(size, factor, term, old, &e));
        }
    }
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- FMLAL, FMLSL: halves multiplied into single precision
static uint32_t widen(uint16_t a, const FpEnv *e) {
    uint32_t sign = (uint32_t)(a & 0x8000) << 16, exp = a >> 10 & 31, fraction = a & 0x3ff;
    if (exp == 31) return sign | 0xffu << 23 | fraction << 13;
    if (exp) return sign | (exp + 112) << 23 | fraction << 13;
    if (!fraction || (e->policy & FP_FLUSH_16)) return sign;
    unsigned up = (unsigned)__builtin_clz(fraction) - 21;
    return sign | (113 - up) << 23 | (fraction << up & 0x3ff) << 13;
}
uint64_t arm_simd_fhm(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned n = upper(bits) ? 4 : 2, h = bits >> 11 & 1, l = bits >> 21 & 1, m = bits >> 20 & 1;
    bool second = bits >> 29 & 1, minus = bits >> (indexed(bits) ? 14 : 23) & 1;
    Vec a = vec(s, rn(bits)), b = vec(s, indexed(bits) ? rm(bits) & 15 : rm(bits)), d = vec(s, rd(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (second ? n : 0) + i;
        uint32_t x = widen(a.h[at] ^ (minus ? 0x8000 : 0), &e), y = widen(b.h[indexed(bits) ? h << 2 | l << 1 | m : at], &e);
        r.s[i] = f32_fma(x, y, d.s[i], &e);
    }
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- bfloat16. Sums of products round to odd, overflow to infinity, flush subnormals and raise nothing, whatever FPCR says
static uint32_t to_odd(uint32_t r, FpEnv *e) {
    bool overflow = e->flags & FP_OF;
    e->flags = 0;
    return overflow ? (r & 1u << 31) | 0x7f800000 : r;
}
static uint32_t bf_wide(uint16_t a) { return (uint32_t)a << 16; }
static uint32_t bf_dot(uint32_t sum, uint32_t a, uint32_t b) { // pairs
    FpEnv e = {FP_RTO, 0, FP_POLICY_ARM | FP_DEFAULT_NAN | FP_FLUSH_IN | FP_FLUSH_OUT};
    uint32_t low = to_odd(f32_mul(a << 16, b << 16, &e), &e), high = to_odd(f32_mul(a & 0xffff0000, b & 0xffff0000, &e), &e);
    low = to_odd(f32_add(low, high, &e), &e);
    return to_odd(f32_add(sum, low, &e), &e);
}
static void bf_multiply_long(ArmState *s, uint64_t bits, const Vec *a, const Vec *d, Vec *r) { // BFMLALB, BFMLALT
    unsigned top = bits >> 30 & 1, index = (bits >> 11 & 1) << 2 | (bits >> 21 & 1) << 1 | (bits >> 20 & 1);
    Vec b = vec(s, indexed(bits) ? rm(bits) & 15 : rm(bits));
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < 4; i++)
        r->s[i] = f32_fma(bf_wide(a->h[2 * i + top]), bf_wide(b.h[indexed(bits) ? index : 2 * i + top]), d->s[i], &e);
    arm_fp_done(s, &e);
}
uint64_t arm_simd_bf16(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned index = (bits >> 11 & 1) << 1 | (bits >> 21 & 1);
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    if ((bits >> 22 & 3) == 3) {
        bf_multiply_long(s, bits, &a, &d, &r);
    } else if (!indexed(bits) && (bits >> 11 & 15) == 13) { // BFMMLA
        for (unsigned i = 0; i < 4; i++) {
            unsigned x = i & 2, y = 2 * (i & 1);
            r.s[i] = bf_dot(bf_dot(d.s[i], a.s[x], b.s[y]), a.s[x + 1], b.s[y + 1]);
        }
    } else {
        for (unsigned i = 0; i < (upper(bits) ? 4u : 2u); i++) r.s[i] = bf_dot(d.s[i], a.s[i], b.s[indexed(bits) ? index : i]);
    }
    set_vec(s, rd(bits), r);
    return 0;
}
uint64_t arm_bf16_convert(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool scalar = bits >> 28 & 1, second = !scalar && upper(bits);
    Vec a = vec(s, rn(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    if (second) r.d[0] = s->v[rd(bits)][0];
    for (unsigned i = 0; i < (scalar ? 1u : 4u); i++) r.h[(second ? 4 : 0) + i] = f32_to_bf16(a.s[i], &e);
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- FJCVTZS: modulo 2^32, and Z if nothing was lost, not even the sign of a zero
uint64_t arm_fp_javascript(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    FpEnv e = arm_fp_env(s);
    uint64_t a = s->v[rn(bits)][0];
    bool exact = !(e.policy & FP_FLUSH_IN) || a << 1 == 0 || a << 1 >> 53;
    if (!exact) a &= 1ull << 63;
    e.flags = exact ? 0 : FP_ID;
    uint32_t r = (uint32_t)f64_to_i32_modulo(a, &e);
    exact = exact && !(e.flags & (FP_NV | FP_NX)) && a != 1ull << 63;
    arm_fp_done(s, &e);
    return r | (uint64_t)exact << 32;
}

// ---- FRINT32Z, 32X, 64Z, 64X: what does not fit an integer becomes the least one
static uint64_t round_limited(bool wide, bool to64, uint64_t a, unsigned mode, FpEnv *e) {
    FpEnv to = {(uint8_t)mode, 0, e->policy};
    uint64_t r = arm_fp_round(wide, a, mode, true, &to), sign = wide ? 1ull << 63 : 1ull << 31, magnitude = r & (sign - 1);
    uint64_t limit = wide ? (1023ull + (to64 ? 63 : 31)) << 52 : (127ull + (to64 ? 63 : 31)) << 23;
    bool fits = r & sign ? magnitude <= limit : magnitude < limit;
    e->flags |= fits ? to.flags : FP_NV | (to.flags & FP_ID);
    return fits ? r : limit | sign;
}
uint64_t arm_fp_round_limit(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool scalar = bits >> 28 & 1, wide = bits >> 22 & 1;
    bool to64 = scalar ? bits >> 16 & 1 : bits >> 12 & 1, current = scalar ? bits >> 15 & 1 : bits >> 29 & 1;
    unsigned size = 2 + wide, n = scalar ? 1 : (upper(bits) ? 16u : 8u) >> size;
    Vec a = vec(s, rn(bits)), r = {0};
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n; i++)
        set_lane(&r, size, i, round_limited(wide, to64, lane(&a, size, i), current ? e.rounding : FP_RTZ, &e));
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}
