// SPDX-License-Identifier: MIT
// Soft-float comparison, minimum and maximum, and classification: what needs no rounding, done on the bit patterns.
// Called by the IR interpreter, JIT helpers and tests. Signed magnitudes order as integers do, NaNs and zeros apart.
// IEEE 754-2008 5.11 (comparisons), 754-2019 9.6 (minimum, minimumNumber and their like); RISC-V F and Zfa.
#include "tcg/fp/parts.h"

FP_INLINE uint64_t magnitude(FpFormat f, uint64_t bits) { return bits & (fp_sign_bit(f) - 1); }
FP_INLINE bool is_nan(FpFormat f, uint64_t bits) { return magnitude(f, bits) > fp_inf(f); }
FP_INLINE bool is_snan(FpFormat f, uint64_t bits) { return is_nan(f, bits) && !(bits & fp_quiet_bit(f)); }

// An integer that orders as the number does; -0 is one below +0.
FP_INLINE int64_t order_key(FpFormat f, uint64_t bits) {
    int64_t key = magnitude(f, bits);
    return bits & fp_sign_bit(f) ? ~key : key;
}

FP_INLINE FpRelation compare(FpFormat f, uint64_t a, uint64_t b, bool signalling, FpEnv *env) {
    a = fp_flush_input(f, a, env);
    b = fp_flush_input(f, b, env);
    if (is_nan(f, a) || is_nan(f, b)) {
        if (signalling || is_snan(f, a) || is_snan(f, b))
            env->flags |= FP_NV;
        return FP_UNORDERED;
    }
    if (a == b || magnitude(f, a | b) == 0)
        return FP_EQUAL;
    return order_key(f, a) < order_key(f, b) ? FP_LESS : FP_GREATER;
}

FP_INLINE bool is_less_equal(FpRelation r) { return r == FP_LESS || r == FP_EQUAL; }

FP_INLINE uint64_t nan_of_two(FpFormat f, uint64_t a, uint64_t b, FpEnv *env) {
    return fp_pick_nan(f, (FpParts[]){fp_unpack(f, a, env), fp_unpack(f, b, env)}, 2, env);
}

FP_INLINE uint64_t pick_extreme(FpFormat f, uint64_t a, uint64_t b, bool max) {
    return (order_key(f, a) < order_key(f, b)) != max ? a : b;
}

// minimum, maximum: a NaN wins.
FP_INLINE uint64_t extreme(FpFormat f, uint64_t a, uint64_t b, bool max, FpEnv *env) {
    a = fp_flush_input(f, a, env);
    b = fp_flush_input(f, b, env);
    return is_nan(f, a) || is_nan(f, b) ? nan_of_two(f, a, b, env) : pick_extreme(f, a, b, max);
}

// minimumNumber, maximumNumber: a number wins, even over a signalling NaN, which still raises FP_NV.
FP_INLINE uint64_t extreme_number(FpFormat f, uint64_t a, uint64_t b, bool max, FpEnv *env) {
    a = fp_flush_input(f, a, env);
    b = fp_flush_input(f, b, env);
    if (is_nan(f, a) && is_nan(f, b))
        return nan_of_two(f, a, b, env);
    if (is_snan(f, a) || is_snan(f, b))
        env->flags |= FP_NV;
    if (is_nan(f, a))
        return b;
    return is_nan(f, b) ? a : pick_extreme(f, a, b, max);
}

FP_INLINE uint32_t classify(FpFormat f, uint64_t bits) {
    bool negative = bits & fp_sign_bit(f);
    if (is_nan(f, bits))
        return is_snan(f, bits) ? FP_CLASS_SNAN : FP_CLASS_QNAN;
    if (magnitude(f, bits) == fp_inf(f))
        return negative ? FP_CLASS_NEG_INF : FP_CLASS_POS_INF;
    if (magnitude(f, bits) == 0)
        return negative ? FP_CLASS_NEG_ZERO : FP_CLASS_POS_ZERO;
    if (magnitude(f, bits) >> f.frac_bits == 0)
        return negative ? FP_CLASS_NEG_SUBNORMAL : FP_CLASS_POS_SUBNORMAL;
    return negative ? FP_CLASS_NEG_NORMAL : FP_CLASS_POS_NORMAL;
}

#define DEFINE(fN, T, F)                                                                                             \
    FpRelation fN##_compare(T a, T b, bool signalling, FpEnv *env) { return compare(F, a, b, signalling, env); }     \
    bool fN##_eq(T a, T b, FpEnv *env) { return compare(F, a, b, false, env) == FP_EQUAL; }                          \
    bool fN##_lt(T a, T b, FpEnv *env) { return compare(F, a, b, true, env) == FP_LESS; }                            \
    bool fN##_le(T a, T b, FpEnv *env) { return is_less_equal(compare(F, a, b, true, env)); }                        \
    bool fN##_ltq(T a, T b, FpEnv *env) { return compare(F, a, b, false, env) == FP_LESS; }                          \
    bool fN##_leq(T a, T b, FpEnv *env) { return is_less_equal(compare(F, a, b, false, env)); }                      \
    T fN##_min_number(T a, T b, FpEnv *env) { return extreme_number(F, a, b, false, env); }                          \
    T fN##_max_number(T a, T b, FpEnv *env) { return extreme_number(F, a, b, true, env); }                           \
    T fN##_minimum(T a, T b, FpEnv *env) { return extreme(F, a, b, false, env); }                                    \
    T fN##_maximum(T a, T b, FpEnv *env) { return extreme(F, a, b, true, env); }                                     \
    uint32_t fN##_classify(T a) { return classify(F, a); }
DEFINE(f16, uint16_t, FP_F16)
DEFINE(f32, uint32_t, FP_F32)
DEFINE(f64, uint64_t, FP_F64)
