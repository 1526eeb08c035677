// SPDX-License-Identifier: MIT
// Solves a dense linear system by LU factorisation with partial pivoting: column operations in the manner of LINPACK.
#include "tests/bench/kernels/kernel.h"

#define N 100

static double (*a)[N], *b;  // a[column][row]
static int pivot[N];

static void prepare(void) {
    a = arena_alloc(sizeof(double[N][N]));
    b = arena_alloc(N * sizeof *b);
}

static void fill(uint64_t *seed) {
    for (int i = 0; i < N; i++)
        b[i] = 0;
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) {
            a[j][i] = (double)(random_next(seed) >> 40) / 16777216.0 - 0.5;
            b[i] += a[j][i];
        }
}

static NOINLINE void add_scaled(int n, double factor, const double *x, double *y) {
    for (int i = 0; i < n; i++)
        y[i] += factor * x[i];
}

static NOINLINE int find_pivot(const double *column, int from) {
    int best = from;

    for (int i = from + 1; i < N; i++)
        if (__builtin_fabs(column[i]) > __builtin_fabs(column[best]))
            best = i;
    return best;
}

static void swap(double *x, double *y) {
    double kept = *x;

    *x = *y;
    *y = kept;
}

static NOINLINE void factorise(void) {
    for (int k = 0; k < N - 1; k++) {
        int p = pivot[k] = find_pivot(a[k], k);
        swap(&a[k][p], &a[k][k]);
        double factor = -1 / a[k][k];
        for (int i = k + 1; i < N; i++)
            a[k][i] *= factor;
        for (int j = k + 1; j < N; j++) {
            swap(&a[j][p], &a[j][k]);
            add_scaled(N - k - 1, a[j][k], &a[k][k + 1], &a[j][k + 1]);
        }
    }
}

static NOINLINE void solve(void) {
    for (int k = 0; k < N - 1; k++) {
        swap(&b[pivot[k]], &b[k]);
        add_scaled(N - k - 1, b[k], &a[k][k + 1], &b[k + 1]);
    }
    for (int k = N - 1; k >= 0; k--) {
        b[k] /= a[k][k];
        add_scaled(k, -b[k], a[k], b);
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 23;

    for (unsigned n = 0; n < iterations; n++) {
        fill(&seed);
        factorise();
        solve();
        sum = sum_double(sum, b[n % N]);
    }
    return sum;
}

const Kernel kernel = {"lu", 60, prepare, run};
