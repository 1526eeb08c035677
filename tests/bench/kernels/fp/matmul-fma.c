// SPDX-License-Identifier: MIT
// The same product with fused multiply-add, four columns at a time, as a compiler that may contract emits it.
#define SEED 21
#include "tests/bench/kernels/fp/matmul.h"

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

const Kernel kernel = {"matmul-fma", 50, prepare, run};
