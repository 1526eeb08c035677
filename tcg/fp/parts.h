// SPDX-License-Identifier: MIT
// How tcg/fp takes a number apart and puts it together; private to this folder.
//
// Every operation is written once, over FpParts: unpack the operands, settle NaNs, infinities and zeros, compute an
// exact (or sticky) 64-bit fraction, and let fp_round_pack be the only place that rounds. Formats are values; being
// always inlined with a constant FpFormat, each public function still compiles to code with constant shifts.
//
// Sticky ("jam") convention: where bits are lost on the right, bit 0 is set instead. Fractions keep at least ten bits
// below the result's last place, so an odd fraction is never mistaken for an exact or a halfway value.
#ifndef TCG_FP_PARTS_H
#define TCG_FP_PARTS_H

#include "tcg/fp/fp.h"

#define FP_INLINE static inline __attribute__((always_inline))

typedef unsigned __int128 FpU128;

typedef struct FpFormat {
    int exp_bits, frac_bits;
} FpFormat;

#define FP_F16 ((FpFormat){5, 10})
#define FP_BF16 ((FpFormat){8, 7})
#define FP_F32 ((FpFormat){8, 23})
#define FP_F64 ((FpFormat){11, 52})

typedef enum FpKind { FP_ZERO, FP_FINITE, FP_INF, FP_QNAN, FP_SNAN } FpKind;

typedef struct FpParts {
    FpKind kind;
    bool sign;
    int exp;       // FINITE: the value is frac * 2^(exp - 63)
    uint64_t frac; // FINITE: bit 63 is set; NaN: the payload, its quiet bit at 62
} FpParts;

FP_INLINE int fp_exp_max(FpFormat f) { return (1 << f.exp_bits) - 1; }
FP_INLINE int fp_bias(FpFormat f) { return fp_exp_max(f) >> 1; }
FP_INLINE uint64_t fp_sign_bit(FpFormat f) { return 1ull << (f.exp_bits + f.frac_bits); }
FP_INLINE uint64_t fp_inf(FpFormat f) { return (uint64_t)fp_exp_max(f) << f.frac_bits; }
FP_INLINE uint64_t fp_quiet_bit(FpFormat f) { return 1ull << (f.frac_bits - 1); }
FP_INLINE uint64_t fp_default_nan(FpFormat f) { return fp_inf(f) | fp_quiet_bit(f); }
FP_INLINE uint64_t fp_signed(FpFormat f, bool sign, uint64_t magnitude) {
    return sign ? magnitude | fp_sign_bit(f) : magnitude;
}

FP_INLINE bool fp_is_f16(FpFormat f) { return f.exp_bits == 5; }

// A subnormal operand as the flush modes see it.
FP_INLINE uint64_t fp_flush_input(FpFormat f, uint64_t bits, FpEnv *env) {
    if (!(env->policy & (fp_is_f16(f) ? FP_FLUSH_16 : FP_FLUSH_IN)))
        return bits;
    uint64_t magnitude = bits & (fp_sign_bit(f) - 1);
    if (magnitude == 0 || magnitude >> f.frac_bits != 0)
        return bits;
    if (!fp_is_f16(f))
        env->flags |= FP_ID;
    return bits & fp_sign_bit(f);
}

FP_INLINE FpParts fp_unpack(FpFormat f, uint64_t bits, FpEnv *env) {
    bits = fp_flush_input(f, bits, env);
    int exp = bits >> f.frac_bits & fp_exp_max(f);
    uint64_t frac = bits << (63 - f.frac_bits) & INT64_MAX;
    FpParts p = {.sign = (bits & fp_sign_bit(f)) != 0, .exp = exp - fp_bias(f), .frac = frac};
    if (exp == fp_exp_max(f)) {
        p.kind = frac == 0 ? FP_INF : frac >> 62 ? FP_QNAN : FP_SNAN;
    } else if (exp != 0) {
        p.kind = FP_FINITE;
        p.frac |= 1ull << 63;
    } else if (frac != 0) {
        int shift = __builtin_clzll(frac);
        p.kind = FP_FINITE;
        p.exp = 1 - fp_bias(f) - shift;
        p.frac = frac << shift;
    }
    return p;
}

FP_INLINE bool fp_is_nan(FpParts p) { return p.kind >= FP_QNAN; }

// A NaN operand as a result: quiet, and shortened to the format.
FP_INLINE uint64_t fp_pack_nan(FpFormat f, FpParts nan) {
    return fp_signed(f, nan.sign, fp_default_nan(f) | nan.frac >> (63 - f.frac_bits));
}

FP_INLINE uint64_t fp_invalid(FpFormat f, FpEnv *env) {
    env->flags |= FP_NV;
    return fp_default_nan(f);
}

// The result of an operation with at least one NaN among its operands, given in the order of precedence.
FP_INLINE uint64_t fp_pick_nan(FpFormat f, const FpParts *operand, int count, FpEnv *env) {
    const FpParts *pick = 0;
    for (int i = count - 1; i >= 0; i--) {
        if (operand[i].kind == FP_QNAN)
            pick = &operand[i];
    }
    for (int i = count - 1; i >= 0; i--) {
        if (operand[i].kind == FP_SNAN) {
            pick = &operand[i];
            env->flags |= FP_NV;
        }
    }
    return env->policy & FP_DEFAULT_NAN ? fp_default_nan(f) : fp_pack_nan(f, *pick);
}

FP_INLINE uint64_t fp_shift_right_jam(uint64_t frac, int shift) {
    if (shift > 63)
        return frac != 0;
    return frac >> shift | ((frac & ((1ull << shift) - 1)) != 0);
}

// Whether the magnitude goes up to the next value when `rest` is cut off; `half` is what rest is worth at a tie.
FP_INLINE bool fp_rounds_up(int rounding, bool sign, bool odd, uint64_t rest, uint64_t half) {
    switch (rounding) {
    case FP_RTZ: return false;
    case FP_RDN: return sign && rest != 0;
    case FP_RUP: return !sign && rest != 0;
    case FP_RMM: return rest >= half;
    case FP_RTO: return !odd && rest != 0;
    default: return rest > half || (rest == half && odd);
    }
}

FP_INLINE uint64_t fp_overflow(FpFormat f, bool sign, FpEnv *env) {
    bool to_inf = env->rounding == FP_RNE || env->rounding == FP_RMM || env->rounding == (sign ? FP_RDN : FP_RUP);
    env->flags |= FP_OF | FP_NX;
    return fp_signed(f, sign, to_inf ? fp_inf(f) : fp_inf(f) - 1);
}

// Whether the value, whose biased exponent is below 1, counts as tiny. After rounding, "as if the exponent range were
// unbounded" (IEEE 754 7.5), only a value within one rounding of the smallest normal number is not.
FP_INLINE bool fp_is_tiny(FpFormat f, bool sign, int biased, uint64_t frac, const FpEnv *env) {
    int drop = 63 - f.frac_bits;
    if (env->policy & FP_TINY_BEFORE || biased < 0)
        return true;
    uint64_t kept = frac >> drop, rest = frac & ((1ull << drop) - 1);
    kept += fp_rounds_up(env->rounding, sign, kept & 1, rest, 1ull << (drop - 1));
    return kept >> (f.frac_bits + 1) == 0;
}

// Rounds frac * 2^(exp - 63), bit 63 of frac set and bit 0 sticky, to the format, and raises what that raises.
FP_INLINE uint64_t fp_round_pack(FpFormat f, bool sign, int exp, uint64_t frac, FpEnv *env) {
    int drop = 63 - f.frac_bits, biased = exp + fp_bias(f);
    bool tiny = false;
    if (__builtin_expect(biased <= 0, 0)) {
        if (env->policy & (fp_is_f16(f) ? FP_FLUSH_16 : FP_FLUSH_OUT)) {
            env->flags |= FP_UF;
            return fp_signed(f, sign, 0);
        }
        tiny = fp_is_tiny(f, sign, biased, frac, env);
        frac = fp_shift_right_jam(frac, 1 - biased);
        biased = 1;
    } else if (__builtin_expect(biased >= fp_exp_max(f), 0)) {
        return fp_overflow(f, sign, env);
    }
    uint64_t kept = frac >> drop, rest = frac & ((1ull << drop) - 1);
    kept += fp_rounds_up(env->rounding, sign, kept & 1, rest, 1ull << (drop - 1));
    // The hidden bit, if there is one, adds 1 to the exponent field; a carry out of the fraction adds another.
    uint64_t bits = ((uint64_t)(biased - 1) << f.frac_bits) + kept;
    if (bits >= fp_inf(f))
        return fp_overflow(f, sign, env);
    if (rest != 0)
        env->flags |= tiny ? FP_NX | FP_UF : FP_NX;
    return fp_signed(f, sign, bits);
}

#endif
