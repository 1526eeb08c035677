// SPDX-License-Identifier: MIT
// Soft-float arithmetic: add, sub, mul, div, sqrt, fma for binary16, binary32 and binary64.
// Called by the IR interpreter, by JIT helpers where the host's FPU cannot be used, and by tests as the oracle.
// Sums and fused sums share one 128-bit adder; see parts.h for the unpacked form and the sticky convention.
// IEEE 754-2008 clause 5.4.1 (operations), 6.1-6.3 (infinities, NaNs, the sign of zero).
#include "tcg/fp/parts.h"

// A finite non-zero addend: frac * 2^(exp - 126), bit 126 set, so that a sum of two still fits.
typedef struct Wide {
    bool sign;
    int exp;
    FpU128 frac;
} Wide;

FP_INLINE Wide widen(FpParts p) {
    return (Wide){p.sign, p.exp, (FpU128)p.frac << 63};
}

// Rounds frac * 2^(exp - 126), frac not zero but otherwise anything.
FP_INLINE uint64_t round_wide(FpFormat f, bool sign, int exp, FpU128 frac, FpEnv *env) {
    uint64_t high = frac >> 64;
    int shift = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)frac);
    frac <<= shift;
    return fp_round_pack(f, sign, exp + 1 - shift, (uint64_t)(frac >> 64) | ((uint64_t)frac != 0), env);
}

FP_INLINE FpU128 shift_right_jam_wide(FpU128 frac, int shift) {
    if (shift > 127)
        return frac != 0;
    return frac >> shift | ((frac & (((FpU128)1 << shift) - 1)) != 0);
}

// IEEE 754 6.3: x + x keeps its sign, an exact cancellation is +0 except when rounding down.
FP_INLINE uint64_t zero_sum(FpFormat f, bool sign_a, bool sign_b, FpEnv *env) {
    return fp_signed(f, sign_a == sign_b ? sign_a : env->rounding == FP_RDN, 0);
}

// Low bits are lost, and jammed, only if b is shifted by two or more; then the difference cancels at most one bit,
// so the sticky bit stays far below the rounding point.
FP_INLINE uint64_t add_wide(FpFormat f, Wide a, Wide b, FpEnv *env) {
    if (a.exp < b.exp || (a.exp == b.exp && a.frac < b.frac)) {
        Wide swap = a;
        a = b;
        b = swap;
    }
    b.frac = shift_right_jam_wide(b.frac, a.exp - b.exp);
    FpU128 sum = a.sign == b.sign ? a.frac + b.frac : a.frac - b.frac;
    if (sum == 0)
        return zero_sum(f, a.sign, b.sign, env);
    return round_wide(f, a.sign, a.exp, sum, env);
}

FP_INLINE uint64_t add_parts(FpFormat f, FpParts a, FpParts b, FpEnv *env) {
    if (a.kind == FP_FINITE && b.kind == FP_FINITE)
        return add_wide(f, widen(a), widen(b), env);
    if (fp_is_nan(a) || fp_is_nan(b))
        return fp_pick_nan(f, (FpParts[]){a, b}, 2, env);
    if (a.kind == FP_INF && b.kind == FP_INF && a.sign != b.sign)
        return fp_invalid(f, env);
    if (a.kind == FP_INF || b.kind == FP_INF)
        return fp_signed(f, a.kind == FP_INF ? a.sign : b.sign, fp_inf(f));
    if (a.kind == FP_ZERO && b.kind == FP_ZERO)
        return zero_sum(f, a.sign, b.sign, env);
    FpParts p = a.kind == FP_ZERO ? b : a;
    return fp_round_pack(f, p.sign, p.exp, p.frac, env);
}

FP_INLINE uint64_t add(FpFormat f, uint64_t a, uint64_t b, FpEnv *env) {
    FpParts pa = fp_unpack(f, a, env), pb = fp_unpack(f, b, env);
    return add_parts(f, pa, pb, env);
}

FP_INLINE uint64_t sub(FpFormat f, uint64_t a, uint64_t b, FpEnv *env) {
    FpParts pa = fp_unpack(f, a, env), pb = fp_unpack(f, b, env);
    pb.sign ^= !fp_is_nan(pb); // a NaN propagates with the sign it came with
    return add_parts(f, pa, pb, env);
}

// A product with a factor that is zero or infinite, neither being NaN; only inf * 0 is invalid.
FP_INLINE uint64_t mul_special(FpFormat f, FpParts a, FpParts b, FpEnv *env) {
    bool inf = a.kind == FP_INF || b.kind == FP_INF, zero = a.kind == FP_ZERO || b.kind == FP_ZERO;
    if (inf && zero)
        return fp_invalid(f, env);
    return fp_signed(f, a.sign ^ b.sign, inf ? fp_inf(f) : 0);
}

FP_INLINE uint64_t mul(FpFormat f, uint64_t a, uint64_t b, FpEnv *env) {
    FpParts pa = fp_unpack(f, a, env), pb = fp_unpack(f, b, env);
    if (pa.kind == FP_FINITE && pb.kind == FP_FINITE)
        return round_wide(f, pa.sign ^ pb.sign, pa.exp + pb.exp, (FpU128)pa.frac * pb.frac, env);
    if (fp_is_nan(pa) || fp_is_nan(pb))
        return fp_pick_nan(f, (FpParts[]){pa, pb}, 2, env);
    return mul_special(f, pa, pb, env);
}

FP_INLINE uint64_t div_finite(FpFormat f, FpParts a, FpParts b, FpEnv *env) {
    bool below_one = a.frac < b.frac; // one more bit, so that the quotient has exactly 64
    FpU128 dividend = (FpU128)a.frac << (63 + below_one);
    uint64_t quotient = dividend / b.frac;
    bool sticky = dividend != (FpU128)quotient * b.frac;
    return fp_round_pack(f, a.sign ^ b.sign, a.exp - b.exp - below_one, quotient | sticky, env);
}

FP_INLINE uint64_t divide(FpFormat f, uint64_t a, uint64_t b, FpEnv *env) {
    FpParts pa = fp_unpack(f, a, env), pb = fp_unpack(f, b, env);
    bool sign = pa.sign ^ pb.sign;
    if (pa.kind == FP_FINITE && pb.kind == FP_FINITE)
        return div_finite(f, pa, pb, env);
    if (fp_is_nan(pa) || fp_is_nan(pb))
        return fp_pick_nan(f, (FpParts[]){pa, pb}, 2, env);
    if (pa.kind == pb.kind) // inf / inf or 0 / 0
        return fp_invalid(f, env);
    if (pa.kind == FP_ZERO || pb.kind == FP_INF)
        return fp_signed(f, sign, 0);
    if (pb.kind == FP_ZERO && pa.kind == FP_FINITE)
        env->flags |= FP_DZ;
    return fp_signed(f, sign, fp_inf(f));
}

// floor(sqrt(n)) for n >= 2^126. Newton's step doubles the number of good bits, k, of a root of n's top 2k bits; a
// step never lands below the true root (arithmetic mean >= geometric mean), so the last one is corrected downwards.
static uint64_t sqrt_integer(FpU128 n) {
    uint64_t top = n >> 64, root = top >> 60 >= 9 ? 3 : 2;
    for (int k = 2; k < 32; k *= 2)
        root = (root << (k - 1)) + (top >> (65 - 3 * k)) / root;
    FpU128 last = ((FpU128)root << 31) + (n >> 33) / root;
    root = last > UINT64_MAX ? UINT64_MAX : (uint64_t)last;
    while ((FpU128)root * root > n)
        root--;
    return root;
}

FP_INLINE uint64_t square_root(FpFormat f, uint64_t a, FpEnv *env) {
    FpParts p = fp_unpack(f, a, env);
    if (fp_is_nan(p))
        return fp_pick_nan(f, &p, 1, env);
    if (p.kind == FP_ZERO)
        return fp_signed(f, p.sign, 0);
    if (p.sign)
        return fp_invalid(f, env);
    if (p.kind == FP_INF)
        return fp_inf(f);
    FpU128 n = (FpU128)p.frac << (63 + (p.exp & 1)); // an odd exponent lends the fraction a factor of two
    uint64_t root = sqrt_integer(n);
    bool sticky = (FpU128)root * root != n;
    return fp_round_pack(f, false, p.exp >> 1, root | sticky, env);
}

// The product of two 53-bit numbers leaves low bits free: halving it to put its top at bit 126 loses nothing.
FP_INLINE Wide mul_exact(FpParts a, FpParts b) {
    Wide product = {a.sign ^ b.sign, a.exp + b.exp, (FpU128)a.frac * b.frac};
    if (product.frac >> 127) {
        product.frac >>= 1;
        product.exp++;
    }
    return product;
}

// inf * 0 + NaN: the NaN decides nothing; the product is invalid already (Arm FPMulAdd; RISC-V F, fused multiply-add).
FP_INLINE uint64_t fma_nan(FpFormat f, FpParts a, FpParts b, FpParts c, FpEnv *env) {
    bool inf_by_zero = (a.kind == FP_INF && b.kind == FP_ZERO) || (a.kind == FP_ZERO && b.kind == FP_INF);
    if (inf_by_zero) {
        env->flags |= FP_NV;
        if (c.kind == FP_QNAN)
            return fp_default_nan(f);
    }
    return fp_pick_nan(f, (FpParts[]){c, a, b}, 3, env);
}

FP_INLINE uint64_t fused_mul_add(FpFormat f, uint64_t a, uint64_t b, uint64_t c, FpEnv *env) {
    FpParts pa = fp_unpack(f, a, env), pb = fp_unpack(f, b, env), pc = fp_unpack(f, c, env);
    if (fp_is_nan(pa) || fp_is_nan(pb) || fp_is_nan(pc))
        return fma_nan(f, pa, pb, pc, env);
    if (pa.kind == FP_FINITE && pb.kind == FP_FINITE) {
        Wide product = mul_exact(pa, pb);
        if (pc.kind == FP_FINITE)
            return add_wide(f, product, widen(pc), env);
        if (pc.kind == FP_ZERO)
            return round_wide(f, product.sign, product.exp, product.frac, env);
        return fp_signed(f, pc.sign, fp_inf(f));
    }
    bool zero = pa.kind == FP_ZERO || pb.kind == FP_ZERO;
    if (zero && (pa.kind == FP_INF || pb.kind == FP_INF))
        return fp_invalid(f, env);
    FpParts product = {.kind = zero ? FP_ZERO : FP_INF, .sign = pa.sign ^ pb.sign};
    return add_parts(f, product, pc, env);
}

#define DEFINE(fN, T, F)                                                                                   \
    T fN##_add(T a, T b, FpEnv *env) { return add(F, a, b, env); }                                         \
    T fN##_sub(T a, T b, FpEnv *env) { return sub(F, a, b, env); }                                         \
    T fN##_mul(T a, T b, FpEnv *env) { return mul(F, a, b, env); }                                         \
    T fN##_div(T a, T b, FpEnv *env) { return divide(F, a, b, env); }                                      \
    T fN##_sqrt(T a, FpEnv *env) { return square_root(F, a, env); }                                        \
    T fN##_fma(T a, T b, T c, FpEnv *env) { return fused_mul_add(F, a, b, c, env); }
DEFINE(f16, uint16_t, FP_F16)
DEFINE(f32, uint32_t, FP_F32)
DEFINE(f64, uint64_t, FP_F64)
