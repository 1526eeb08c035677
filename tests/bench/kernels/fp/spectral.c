// SPDX-License-Identifier: MIT
// Power iteration on the matrix 1 / ((i+j)(i+j+1)/2 + i + 1): integer to double conversions and divisions.
#include "tests/bench/kernels/kernel.h"

#define N 100

static double u[N], v[N], w[N];

static inline double element(int i, int j) {
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static NOINLINE void multiply(const double *x, double *y, int transposed) {
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int j = 0; j < N; j++)
            sum += (transposed ? element(j, i) : element(i, j)) * x[j];
        y[i] = sum;
    }
}

static uint64_t run(unsigned iterations) {
    double uv = 0, vv = 0;

    for (int i = 0; i < N; i++)
        u[i] = 1;
    for (unsigned n = 0; n < iterations; n++) {
        multiply(u, w, 0);
        multiply(w, v, 1);
        multiply(v, w, 0);
        multiply(w, u, 1);
        for (int i = N - 1; i >= 0; i--) // keeps the numbers near 1
            u[i] /= u[0];
    }
    for (int i = 0; i < N; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    return sum_double(0, __builtin_sqrt(uv / vv));
}

const Kernel kernel = {"spectral", 450, NULL, run};
