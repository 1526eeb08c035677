// SPDX-License-Identifier: MIT
// Dense double-precision matrix product, the textbook triple loop.
#include "tests/bench/kernels/kernel.h"

#define N 96

static double (*a)[N], (*b)[N], (*c)[N];

static void prepare(void) {
    uint64_t seed = 20;

    a = arena_alloc(sizeof(double[N][N]));
    b = arena_alloc(sizeof(double[N][N]));
    c = arena_alloc(sizeof(double[N][N]));
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(random_next(&seed) >> 40) / 16777216.0 - 0.5;
            b[i][j] = (double)(random_next(&seed) >> 40) / 16777216.0 - 0.5;
        }
}

static NOINLINE void multiply(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double dot = 0;
            for (int k = 0; k < N; k++)
                dot += a[i][k] * b[k][j];
            c[i][j] = dot;
        }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        multiply();
        a[n % N][n % 5] += c[n % 7][n % N];
        sum = sum_double(sum, c[n % N][n % 7]);
    }
    return sum;
}

const Kernel kernel = {"matmul-f64", 30, prepare, run};
