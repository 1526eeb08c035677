// SPDX-License-Identifier: MIT
// SHA-256 by its instructions, as libraries use them (FIPS 180-4).
#pragma GCC target("arch=armv8-a+crypto")
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define BLOCKS 32
static uint32_t *words, *constant;

static void prepare(void) {
    uint64_t seed = 79;
    words = arena_alloc(BLOCKS * 64);
    constant = arena_alloc(256);
    for (int i = 0; i < BLOCKS * 16; i++) words[i] = (uint32_t)random_next(&seed);
    for (int i = 0; i < 64; i++) constant[i] = (uint32_t)random_next(&seed);
}

static NOINLINE void hash(uint32x4_t state[2], const uint32_t *block) {
    uint32x4_t m[4], abcd = state[0], efgh = state[1];
    for (int k = 0; k < 4; k++) m[k] = vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(vld1q_u32(block + 4 * k))));
    for (int k = 0; k < 16; k++) {
        uint32x4_t w = vaddq_u32(m[k % 4], vld1q_u32(constant + 4 * k)), before = abcd;
        abcd = vsha256hq_u32(abcd, efgh, w);
        efgh = vsha256h2q_u32(efgh, before, w);
        if (k < 12) m[k % 4] = vsha256su1q_u32(vsha256su0q_u32(m[k % 4], m[(k + 1) % 4]), m[(k + 2) % 4], m[(k + 3) % 4]);
    }
    state[0] = vaddq_u32(state[0], abcd);
    state[1] = vaddq_u32(state[1], efgh);
}

static uint64_t run(unsigned iterations) {
    uint32x4_t state[2] = {vdupq_n_u32(1), vdupq_n_u32(2)};
    for (unsigned n = 0; n < iterations; n++)
        for (int b = 0; b < BLOCKS; b++) hash(state, words + 16 * b);
    return sum_add(vgetq_lane_u64(vreinterpretq_u64_u32(state[0]), 0), vgetq_lane_u64(vreinterpretq_u64_u32(state[1]), 1));
}

const Kernel kernel = {"sha256-ce", 12000, prepare, run};
