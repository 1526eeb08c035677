// SPDX-License-Identifier: MIT
// Dense double-precision matrix product, the textbook triple loop.
#define SEED 20
#include "tests/bench/kernels/fp/matmul.h"

static NOINLINE void multiply(void) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double dot = 0;
            for (int k = 0; k < N; k++)
                dot += a[i][k] * b[k][j];
            c[i][j] = dot;
        }
}

const Kernel kernel = {"matmul-f64", 30, prepare, run};
