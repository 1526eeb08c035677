// SPDX-License-Identifier: MIT
// A slow second opinion on rounding, made differently from tcg/fp: the exact result is kept as an integer times a power
// of two, and the answer is found by bisecting the format's codes, whose order is their values' order, with exact
// comparisons only. Finite, non-zero operands; every rounding direction; tininess before and after rounding.
#ifndef TESTS_LIB_FP_ORACLE_H
#define TESTS_LIB_FP_ORACLE_H

#include "tcg/fp/fp.h"

typedef unsigned __int128 OracleInt;

typedef struct OracleFormat {
    int exp_bits, frac_bits;
} OracleFormat;

// (mag, and a little more if `more`) * 2^scale
typedef struct Exact {
    bool sign, more;
    OracleInt mag;
    int scale;
} Exact;

static inline int exact_length(OracleInt mag) {
    int length = 0;
    for (; mag; mag >>= 1)
        length++;
    return length;
}

// The value of a code without sign. The code of infinity stands for the power of two that would follow.
static inline Exact exact_of_code(OracleFormat f, uint64_t code) {
    int exp = code >> f.frac_bits & ((1 << f.exp_bits) - 1), bias = (1 << (f.exp_bits - 1)) - 1;
    uint64_t frac = code & ((1ull << f.frac_bits) - 1);
    return (Exact){
        .sign = code >> (f.exp_bits + f.frac_bits) & 1,
        .mag = exp ? frac | 1ull << f.frac_bits : frac,
        .scale = (exp ? exp : 1) - bias - f.frac_bits,
    };
}

// Sign of |a| - |b|; b has no "more".
static inline int exact_compare(Exact a, Exact b) {
    int la = exact_length(a.mag), lb = exact_length(b.mag);
    if (la == 0 || lb == 0)
        return (la != 0) - (lb != 0);
    if (la + a.scale != lb + b.scale)
        return la + a.scale < lb + b.scale ? -1 : 1;
    OracleInt ma = a.mag << (128 - la), mb = b.mag << (128 - lb);
    return ma == mb ? a.more : ma < mb ? -1 : 1;
}

static inline Exact exact_add(Exact a, Exact b) {
    if (exact_compare(a, b) < 0) {
        Exact swap = a;
        a = b;
        b = swap;
    }
    int up = 126 - exact_length(a.mag); // a's top at bit 125, b aligned with it, what falls off remembered
    a.mag <<= up;
    a.scale -= up;
    int shift = b.scale - a.scale;
    OracleInt mag = shift >= 0 ? b.mag << shift : shift > -128 ? b.mag >> -shift : 0;
    bool lost = shift < 0 && (shift <= -128 || mag << -shift != b.mag);
    a.mag = a.sign == b.sign ? a.mag + mag : a.mag - mag - lost;
    a.more = lost;
    return a;
}

static inline Exact exact_mul(Exact a, Exact b) {
    return (Exact){.sign = a.sign ^ b.sign, .mag = a.mag * b.mag, .scale = a.scale + b.scale};
}

static inline Exact exact_div(Exact a, Exact b) {
    int up = 128 - exact_length(a.mag);
    a.mag <<= up;
    return (Exact){.sign = a.sign ^ b.sign, .more = a.mag % b.mag != 0, .mag = a.mag / b.mag,
                   .scale = a.scale - up - b.scale};
}

static inline Exact exact_sqrt(Exact a) {
    int up = 127 - exact_length(a.mag);
    up += (a.scale - up) & 1;
    a.mag <<= up;
    a.scale -= up;
    OracleInt root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        OracleInt next = root | (OracleInt)1 << bit;
        if (next * next <= a.mag)
            root = next;
    }
    return (Exact){.more = root * root != a.mag, .mag = root, .scale = a.scale / 2};
}

// The rounded code without sign, infinity's meaning "beyond the largest".
static inline uint64_t oracle_round_code(OracleFormat f, Exact x, int rounding, bool *inexact) {
    uint64_t low = 0, high = ((1ull << f.exp_bits) - 1) << f.frac_bits;
    if (exact_compare(x, exact_of_code(f, high)) >= 0) {
        *inexact = true;
        return high;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(exact_compare(x, exact_of_code(f, middle)) >= 0 ? &low : &high) = middle;
    }
    Exact floor = exact_of_code(f, low);
    *inexact = exact_compare(x, floor) != 0;
    Exact halfway = {.mag = 2 * floor.mag + 1, .scale = floor.scale - 1};
    int beyond = exact_compare(x, halfway);
    bool up = rounding == FP_RNE   ? beyond > 0 || (beyond == 0 && low % 2)
              : rounding == FP_RMM ? beyond >= 0
              : rounding == FP_RDN ? x.sign
              : rounding == FP_RUP ? !x.sign
              : rounding == FP_RTO ? low % 2 == 0
                                   : false;
    return *inexact && up ? low + 1 : low;
}

// x is not zero. `flags` receives NX, UF, OF.
static inline uint64_t oracle_round(OracleFormat f, Exact x, FpEnv env, uint8_t *flags) {
    bool inexact, ignored;
    uint64_t inf = ((1ull << f.exp_bits) - 1) << f.frac_bits, sign = (uint64_t)x.sign << (f.exp_bits + f.frac_bits);
    uint64_t code = oracle_round_code(f, x, env.rounding, &inexact);
    *flags = inexact ? FP_NX : 0;
    if (code == inf) {
        // Which modes stop at the largest number: those that never move away from zero on this side.
        bool stops = env.rounding == FP_RTZ || env.rounding == FP_RTO || env.rounding == (x.sign ? FP_RUP : FP_RDN);
        *flags = FP_OF | FP_NX;
        return sign | (inf - stops);
    }
    bool tiny = exact_compare(x, exact_of_code(f, 1ull << f.frac_bits)) < 0;
    if (tiny && !(env.policy & FP_TINY_BEFORE)) {
        // As if the exponent had no lower bound: round the same digits where the format has normal numbers.
        int lift = f.frac_bits + 2;
        x.scale += lift;
        tiny = oracle_round_code(f, x, env.rounding, &ignored) < (uint64_t)(1 + lift) << f.frac_bits;
    }
    if (tiny && inexact)
        *flags |= FP_UF;
    return sign | code;
}

#endif
