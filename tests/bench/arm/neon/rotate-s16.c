// SPDX-License-Identifier: MIT
// Fixed point as in codecs: pairs of 16 bits rotated by angles of 1.15 bits and added with saturation, then rounded and narrowed to pixels.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define SAMPLES 4096
static int16_t *samples, *angles;
static uint8_t *pixels;

static void prepare(void) {
    uint64_t seed = 99;
    samples = arena_alloc(SAMPLES * 2);
    angles = arena_alloc(SAMPLES * 2);
    pixels = arena_alloc(SAMPLES);
    for (int i = 0; i < SAMPLES; i++) samples[i] = (int16_t)(random_next(&seed) >> 40), angles[i] = (int16_t)(random_next(&seed) >> 40);
}

static NOINLINE void rotate(void) {
    for (int i = 0; i < SAMPLES; i += 16) {
        int16x8_t a = vld1q_s16(samples + i), b = vld1q_s16(samples + i + 8), sine = vld1q_s16(angles + i), cosine = vld1q_s16(angles + i + 8);
        int16x8_t x = vqsubq_s16(vqrdmulhq_s16(a, cosine), vqrdmulhq_s16(b, sine));
        int16x8_t y = vqaddq_s16(vqrdmulhq_s16(a, sine), vqrdmulhq_s16(b, cosine));
        vst1q_s16(samples + i, vqaddq_s16(x, vshrq_n_s16(y, 1)));
        vst1q_s16(samples + i + 8, vqsubq_s16(y, vshrq_n_s16(a, 2)));
        vst1_u8(pixels + i, vqrshrun_n_s16(x, 6));
        vst1_u8(pixels + i + 8, vqmovun_s16(y));
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        rotate();
        samples[n % SAMPLES] ^= (int16_t)n;
        sum = sum_add(sum, pixels[n * 7 % SAMPLES] << 16 | (uint16_t)samples[n * 5 % SAMPLES]);
    }
    return sum;
}

const Kernel kernel = {"rotate-s16", 6000, prepare, run};
