// SPDX-License-Identifier: MIT
// Soft-float conversions: between float formats, to and from integers, and to an integral value in the same format.
// Called by the IR interpreter, JIT helpers and tests. One function, to_integer, cuts the fraction off for all.
// IEEE 754-2008 5.4.2, 5.8, 5.9; RISC-V F (table "Domains of float-to-integer conversions"), Zfa; Arm FPToFixed.
#include "tcg/fp/parts.h"

// Format to format. Arm's FZ16 does not concern conversions (FPUnpackCV, FPRoundCV).
FP_INLINE uint64_t convert(FpFormat from, FpFormat to, uint64_t bits, FpEnv *env) {
    FpEnv local = *env;
    local.policy &= ~FP_FLUSH_16;
    FpParts p = fp_unpack(from, bits, &local);
    uint64_t result;
    if (p.kind == FP_FINITE)
        result = fp_round_pack(to, p.sign, p.exp, p.frac, &local);
    else if (fp_is_nan(p))
        result = fp_pick_nan(to, &p, 1, &local);
    else
        result = fp_signed(to, p.sign, p.kind == FP_INF ? fp_inf(to) : 0);
    env->flags |= local.flags;
    return result;
}

// The magnitude of a finite number below 2^64 rounded to an integer; the caller decides what inexact means.
FP_INLINE uint64_t to_integer(FpParts p, int rounding, bool *inexact) {
    uint64_t whole = 0, rest = 0; // rest is a 0.64 fixed-point fraction
    if (p.exp >= 0) {
        whole = p.frac >> (63 - p.exp);
        rest = p.exp == 63 ? 0 : p.frac << (p.exp + 1);
    } else {
        rest = fp_shift_right_jam(p.frac, -1 - p.exp);
    }
    *inexact = rest != 0;
    return whole + fp_rounds_up(rounding, p.sign, whole & 1, rest, 1ull << 63);
}

FP_INLINE uint64_t round_int(FpFormat f, uint64_t bits, bool exact, FpEnv *env) {
    FpParts p = fp_unpack(f, bits, env);
    if (fp_is_nan(p))
        return fp_pick_nan(f, &p, 1, env);
    if (p.kind == FP_ZERO)
        return fp_signed(f, p.sign, 0);
    if (p.kind == FP_INF || p.exp >= f.frac_bits)
        return bits;
    bool inexact;
    uint64_t whole = to_integer(p, env->rounding, &inexact);
    if (inexact && exact)
        env->flags |= FP_NX;
    if (whole == 0)
        return fp_signed(f, p.sign, 0);
    int shift = __builtin_clzll(whole);
    return fp_round_pack(f, p.sign, 63 - shift, whole << shift, env); // exact
}

// To an integer whose magnitude is at most `most_negative` below zero and `most_positive` above. The result is in
// two's complement.
FP_INLINE uint64_t to_int(FpFormat f, uint64_t bits, uint64_t most_negative, uint64_t most_positive, FpEnv *env) {
    FpParts p = fp_unpack(f, bits, env);
    if (p.kind == FP_ZERO)
        return 0;
    if (fp_is_nan(p)) {
        env->flags |= FP_NV;
        return env->policy & FP_NAN_TO_ZERO ? 0 : most_positive;
    }
    uint64_t limit = p.sign ? most_negative : most_positive;
    bool inexact = false, fits = p.kind == FP_FINITE && p.exp <= 63;
    uint64_t whole = fits ? to_integer(p, env->rounding, &inexact) : 0;
    if (!fits || whole > limit) {
        env->flags |= FP_NV;
        whole = limit;
    } else if (inexact) {
        env->flags |= FP_NX;
    }
    return p.sign ? -whole : whole;
}

FP_INLINE uint64_t from_int(FpFormat f, bool sign, uint64_t whole, FpEnv *env) {
    if (whole == 0)
        return 0;
    int shift = __builtin_clzll(whole);
    return fp_round_pack(f, sign, 63 - shift, whole << shift, env);
}

FP_INLINE uint64_t from_signed(FpFormat f, int64_t a, FpEnv *env) {
    return from_int(f, a < 0, a < 0 ? -(uint64_t)a : (uint64_t)a, env);
}

int32_t f64_to_i32_modulo(uint64_t a, FpEnv *env) {
    FpEnv truncate = {.rounding = FP_RTZ, .policy = env->policy};
    f64_to_i32(a, &truncate);
    env->flags |= truncate.flags;
    FpParts p = fp_unpack(FP_F64, a, &truncate);
    if (p.kind != FP_FINITE || p.exp < 0 || p.exp >= 63 + 32) // from 2^95 on, the low 32 bits are zero
        return 0;
    uint32_t low = p.exp <= 63 ? p.frac >> (63 - p.exp) : p.frac << (p.exp - 63);
    return p.sign ? -low : low;
}

#define DEFINE(fN, T, F)                                                                                      \
    T fN##_round_int(T a, bool exact, FpEnv *env) { return round_int(F, a, exact, env); }                     \
    int32_t fN##_to_i32(T a, FpEnv *env) { return to_int(F, a, 1ull << 31, INT32_MAX, env); }                 \
    uint32_t fN##_to_u32(T a, FpEnv *env) { return to_int(F, a, 0, UINT32_MAX, env); }                        \
    int64_t fN##_to_i64(T a, FpEnv *env) { return to_int(F, a, 1ull << 63, INT64_MAX, env); }                 \
    uint64_t fN##_to_u64(T a, FpEnv *env) { return to_int(F, a, 0, UINT64_MAX, env); }                        \
    T fN##_from_i32(int32_t a, FpEnv *env) { return from_signed(F, a, env); }                                 \
    T fN##_from_u32(uint32_t a, FpEnv *env) { return from_int(F, false, a, env); }                            \
    T fN##_from_i64(int64_t a, FpEnv *env) { return from_signed(F, a, env); }                                 \
    T fN##_from_u64(uint64_t a, FpEnv *env) { return from_int(F, false, a, env); }
DEFINE(f16, uint16_t, FP_F16)
DEFINE(f32, uint32_t, FP_F32)
DEFINE(f64, uint64_t, FP_F64)

uint32_t f16_to_f32(uint16_t a, FpEnv *env) { return convert(FP_F16, FP_F32, a, env); }
uint64_t f16_to_f64(uint16_t a, FpEnv *env) { return convert(FP_F16, FP_F64, a, env); }
uint16_t f32_to_f16(uint32_t a, FpEnv *env) { return convert(FP_F32, FP_F16, a, env); }
uint64_t f32_to_f64(uint32_t a, FpEnv *env) { return convert(FP_F32, FP_F64, a, env); }
uint16_t f64_to_f16(uint64_t a, FpEnv *env) { return convert(FP_F64, FP_F16, a, env); }
uint32_t f64_to_f32(uint64_t a, FpEnv *env) { return convert(FP_F64, FP_F32, a, env); }
uint32_t bf16_to_f32(uint16_t a, FpEnv *env) { return convert(FP_BF16, FP_F32, a, env); }
uint16_t f32_to_bf16(uint32_t a, FpEnv *env) { return convert(FP_F32, FP_BF16, a, env); }
