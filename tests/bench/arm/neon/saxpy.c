// SPDX-License-Identifier: MIT
// Single precision in vectors: y += a * x, and the dot product of both.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define COUNT 2048
static float *x, *y;

static void prepare(void) {
    x = arena_alloc(COUNT * sizeof *x);
    y = arena_alloc(COUNT * sizeof *y);
    for (int i = 0; i < COUNT; i++) x[i] = (float)(i % 17 - 8) / 16;
}

static NOINLINE void scale(float a) {
    for (int i = 0; i < COUNT; i += 8) {
        vst1q_f32(y + i, vfmaq_n_f32(vld1q_f32(y + i), vld1q_f32(x + i), a));
        vst1q_f32(y + i + 4, vfmaq_n_f32(vld1q_f32(y + i + 4), vld1q_f32(x + i + 4), a));
    }
}
static NOINLINE float dot(void) {
    float32x4_t even = vdupq_n_f32(0), odd = even;
    for (int i = 0; i < COUNT; i += 8) {
        even = vfmaq_f32(even, vld1q_f32(x + i), vld1q_f32(y + i));
        odd = vfmaq_f32(odd, vld1q_f32(x + i + 4), vld1q_f32(y + i + 4));
    }
    return vaddvq_f32(vaddq_f32(even, odd));
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        scale(n & 1 ? 0.25f : -0.125f);
        sum = sum_double(sum, dot());
    }
    return sum;
}

const Kernel kernel = {"saxpy", 6000, prepare, run};
