// SPDX-License-Identifier: MIT
// ChaCha20's rounds, four blocks at once (RFC 8439, 2.3): additions, exclusive ors and rotations by SHL and SRI.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define ROTATE(x, n) vsriq_n_u32(vshlq_n_u32(x, n), x, 32 - (n))
static inline void quarter(uint32x4_t *a, uint32x4_t *b, uint32x4_t *c, uint32x4_t *d) {
    *a = vaddq_u32(*a, *b), *d = veorq_u32(*d, *a), *d = vreinterpretq_u32_u16(vrev32q_u16(vreinterpretq_u16_u32(*d)));
    *c = vaddq_u32(*c, *d), *b = veorq_u32(*b, *c), *b = ROTATE(*b, 12);
    *a = vaddq_u32(*a, *b), *d = veorq_u32(*d, *a), *d = ROTATE(*d, 8);
    *c = vaddq_u32(*c, *d), *b = veorq_u32(*b, *c), *b = ROTATE(*b, 7);
}

static NOINLINE void blocks(uint32x4_t x[16]) {
    for (int round = 0; round < 10; round++) {
        for (int k = 0; k < 4; k++) quarter(&x[k], &x[4 + k], &x[8 + k], &x[12 + k]);
        for (int k = 0; k < 4; k++) quarter(&x[k], &x[4 + (k + 1) % 4], &x[8 + (k + 2) % 4], &x[12 + (k + 3) % 4]);
    }
}

static uint64_t run(unsigned iterations) {
    uint32x4_t x[16];
    uint64_t sum = 0;
    for (int k = 0; k < 16; k++) x[k] = vdupq_n_u32((uint32_t)k * 0x9e3779b9u);
    for (unsigned n = 0; n < iterations; n++) {
        x[12] = vaddq_u32(x[12], vdupq_n_u32(n));
        blocks(x);
        sum = sum_add(sum, vgetq_lane_u32(x[n & 15], 1));
    }
    return sum;
}

const Kernel kernel = {"chacha", 84000, NULL, run};
