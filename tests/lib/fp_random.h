// SPDX-License-Identifier: MIT
// Operands for floating-point tests: random, but drawn to where mistakes live (zeros, subnormals, the ends of the
// exponent range, neighbouring exponents, fractions of all zeros, all ones or a single bit, NaNs and infinities).
// Deterministic; MYNA_FP_COUNT in the environment sets how many operand sets a test draws (default 10000).
#ifndef TESTS_LIB_FP_RANDOM_H
#define TESTS_LIB_FP_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t fp_random_state = 0x9e3779b97f4a7c15;

static inline uint64_t fp_random(void) { // xorshift64*
    fp_random_state ^= fp_random_state >> 12;
    fp_random_state ^= fp_random_state << 25;
    fp_random_state ^= fp_random_state >> 27;
    return fp_random_state * 0x2545f4914f6cdd1d;
}

static inline long fp_random_count(void) {
    const char *text = getenv("MYNA_FP_COUNT");
    return text ? atol(text) : 10000;
}

static inline uint64_t fp_random_fraction(int bits) {
    uint64_t mask = (1ull << bits) - 1, r = fp_random();
    switch (r >> 61) {
    case 0: return 0;
    case 1: return mask;
    case 2: return 1ull << (r % bits);
    case 3: return mask ^ 1ull << (r % bits);
    case 4: return mask << (r % bits) & mask;
    case 5: return r & mask & 7;
    default: return r & mask;
    }
}

static inline uint64_t fp_random_value(int exp_bits, int frac_bits) {
    uint64_t max = (1ull << exp_bits) - 1, bias = max >> 1, r = fp_random(), exp;
    switch (r & 7) {
    case 0: exp = 0; break;
    case 1: exp = (r >> 8) % (frac_bits + 3); break;     // around the subnormals
    case 2: exp = max - (r >> 8) % 4; break;             // huge, infinite, NaN
    case 3: exp = (bias >> 1) + (r >> 8) % 4 - 2; break; // products near the smallest normal
    case 4: case 5: exp = bias + (r >> 8) % 8 - 4; break;
    default: exp = r >> 8;
    }
    return (r >> 60 & 1) << (exp_bits + frac_bits) | (exp & max) << frac_bits | fp_random_fraction(frac_bits);
}

static inline uint64_t fp_random_f16(void) { return fp_random_value(5, 10); }
static inline uint64_t fp_random_f32(void) { return fp_random_value(8, 23); }
static inline uint64_t fp_random_f64(void) { return fp_random_value(11, 52); }

// Integers of every length, often just beside a power of two.
static inline uint64_t fp_random_int(void) {
    uint64_t r = fp_random();
    uint64_t value = fp_random() >> (r & 63);
    return r >> 62 == 0 ? (1ull << (r >> 8 & 63)) + (r >> 16) % 3 - 1 : r >> 62 == 1 ? -value : value;
}

#endif
