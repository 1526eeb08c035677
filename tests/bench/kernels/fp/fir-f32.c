// SPDX-License-Identifier: MIT
// Single precision: a 32-tap filter, a scaled vector sum and a biquad section over a block of samples.
#include "tests/bench/kernels/kernel.h"

#define SAMPLES 1024
#define TAPS 32

static float *in, *out, *accumulated, tap[TAPS];

static void prepare(void) {
    uint64_t seed = 24;

    in = arena_alloc((SAMPLES + TAPS) * sizeof *in);
    out = arena_alloc(SAMPLES * sizeof *out);
    accumulated = arena_alloc(SAMPLES * sizeof *accumulated);
    for (int i = 0; i < SAMPLES + TAPS; i++)
        in[i] = (float)(random_next(&seed) >> 48) / 65536.0f - 0.5f;
    for (int i = 0; i < TAPS; i++)
        tap[i] = (float)(i % 5 - 2) / 16.0f;
}

static NOINLINE void filter_fir(void) {
    for (int i = 0; i < SAMPLES; i++) {
        float sum = 0;
        for (int t = 0; t < TAPS; t++)
            sum += tap[t] * in[i + t];
        out[i] = sum;
    }
}

static NOINLINE void filter_biquad(void) {
    float x1 = 0, x2 = 0, y1 = 0, y2 = 0;

    for (int i = 0; i < SAMPLES; i++) {
        float x = out[i], y = 0.25f * x + 0.5f * x1 + 0.25f * x2 + 0.3f * y1 - 0.2f * y2;
        x2 = x1, x1 = x, y2 = y1, y1 = y;
        accumulated[i] = accumulated[i] * 0.75f + y;
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        filter_fir();
        filter_biquad();
        in[n % SAMPLES] = accumulated[n * 7 % SAMPLES];
        sum = sum_double(sum, accumulated[n % SAMPLES]);
    }
    return sum;
}

const Kernel kernel = {"fir-f32", 1000, prepare, run};
