// SPDX-License-Identifier: MIT
// 32-bit integer matrix product, the textbook triple loop: two loads, a multiply, an add.
#include "tests/bench/kernels/kernel.h"

#define N 96

static int32_t (*a)[N], (*b)[N], (*c)[N];

static void prepare(void) {
    uint64_t seed = 2;

    a = arena_alloc(sizeof(int32_t[N][N]));
    b = arena_alloc(sizeof(int32_t[N][N]));
    c = arena_alloc(sizeof(int32_t[N][N]));
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = random_next(&seed) & 1023;
            b[i][j] = random_next(&seed) & 1023;
        }
}

static NOINLINE void multiply(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            uint32_t dot = 0;
            for (int k = 0; k < N; k++)
                dot += (uint32_t)a[i][k] * (uint32_t)b[k][j];
            c[i][j] = dot;
        }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        a[n % N][0] ^= n;
        multiply();
        sum = sum_add(sum, c[n % N][n % 7]);
    }
    return sum;
}

const Kernel kernel = {"matmul-i32", 160, prepare, run};
