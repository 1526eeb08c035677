// SPDX-License-Identifier: MIT
// 4x4 matrices of single precision times vectors, by lanes: what 3D programs do to their points.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define POINTS 1024
static float *in, *out;

static void prepare(void) {
    in = arena_alloc(POINTS * 4 * sizeof *in);
    out = arena_alloc(POINTS * 4 * sizeof *out);
    for (int i = 0; i < POINTS * 4; i++) in[i] = (float)(i % 31 - 15) / 8;
}

static NOINLINE void transform(const float32x4_t m[4]) {
    for (int i = 0; i < POINTS * 4; i += 4) {
        float32x4_t p = vld1q_f32(in + i), r = vmulq_laneq_f32(m[0], p, 0);
        r = vfmaq_laneq_f32(r, m[1], p, 1);
        r = vfmaq_laneq_f32(r, m[2], p, 2);
        r = vfmaq_laneq_f32(r, m[3], p, 3);
        vst1q_f32(out + i, vminq_f32(vmaxq_f32(r, vdupq_n_f32(-1)), vdupq_n_f32(1)));
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        float32x4_t m[4];
        for (int k = 0; k < 4; k++) m[k] = vdupq_n_f32((float)((int)(n + (unsigned)k) % 5 - 2) / 16);
        transform(m);
        sum = sum_double(sum, out[n * 13 % (POINTS * 4)]);
    }
    return sum;
}

const Kernel kernel = {"matrix-f32", 1000, prepare, run};
