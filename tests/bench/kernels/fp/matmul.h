// SPDX-License-Identifier: MIT
// What matrix products share: operands made from SEED, and rounds of multiply() that feed a result back.
#ifndef TESTS_BENCH_KERNELS_FP_MATMUL_H
#define TESTS_BENCH_KERNELS_FP_MATMUL_H

#include "tests/bench/kernels/kernel.h"

#define N 96

static double (*a)[N], (*b)[N], (*c)[N];

static void prepare(void) {
    uint64_t seed = SEED;

    a = arena_alloc(sizeof(double[N][N]));
    b = arena_alloc(sizeof(double[N][N]));
    c = arena_alloc(sizeof(double[N][N]));
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(random_next(&seed) >> 40) / 16777216.0 - 0.5;
            b[i][j] = (double)(random_next(&seed) >> 40) / 16777216.0 - 0.5;
        }
}

static void multiply(void); // c = a * b

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        multiply();
        a[n % N][n % 5] += c[n % 7][n % N];
        sum = sum_double(sum, c[n % N][n % 7]);
    }
    return sum;
}

#endif
