// SPDX-License-Identifier: MIT
// The same product with fused multiply-add, four columns at a time, as a compiler that may contract emits it.
#include "tests/bench/kernels/kernel.h"

#define N 96

static double (*a)[N], (*b)[N], (*c)[N];

static void prepare(void) {
    uint64_t seed = 21;

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
        for (int j = 0; j < N; j += 4) {
            double d0 = 0, d1 = 0, d2 = 0, d3 = 0;
            for (int k = 0; k < N; k++) {
                double left = a[i][k];
                d0 = __builtin_fma(left, b[k][j], d0);
                d1 = __builtin_fma(left, b[k][j + 1], d1);
                d2 = __builtin_fma(left, b[k][j + 2], d2);
                d3 = __builtin_fma(left, b[k][j + 3], d3);
            }
            c[i][j] = d0, c[i][j + 1] = d1, c[i][j + 2] = d2, c[i][j + 3] = d3;
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

const Kernel kernel = {"matmul-fma", 50, prepare, run};
