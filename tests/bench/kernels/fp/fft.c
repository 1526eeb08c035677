// SPDX-License-Identifier: MIT
// In-place radix-2 FFT of 1024 complex doubles: strided loads and stores around butterflies.
#include "tests/bench/kernels/kernel.h"

#define LOG 10
#define N (1 << LOG)

typedef struct {
    double re, im;
} Complex;

static Complex *data, *root;

static Complex times(Complex a, Complex b) {
    return (Complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// root[k] = exp(-2 pi i k / N), by halving the angle with square roots and multiplying up.
static void prepare(void) {
    uint64_t seed = 22;
    double cosine = -1;

    data = arena_alloc(N * sizeof *data);
    root = arena_alloc(N / 2 * sizeof *root);
    root[0] = (Complex){1, 0};
    for (int step = N / 4; step; step /= 2) {
        cosine = __builtin_sqrt((1 + cosine) / 2);
        root[step] = (Complex){cosine, -__builtin_sqrt(1 - cosine * cosine)};
    }
    for (int k = 1; k < N / 2; k++)
        root[k] = (k & (k - 1)) ? times(root[k & (k - 1)], root[k & -k]) : root[k];
    for (int i = 0; i < N; i++)
        data[i] = (Complex){(double)(random_next(&seed) >> 44) / 1048576.0, 0};
}

static NOINLINE void transform(void) {
    for (unsigned i = 1, j = 0; i < N; i++) {
        unsigned bit = N >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            Complex kept = data[i];
            data[i] = data[j];
            data[j] = kept;
        }
    }
    for (unsigned half = 1, stride = N / 2; half < N; half *= 2, stride /= 2)
        for (unsigned start = 0; start < N; start += 2 * half)
            for (unsigned k = 0; k < half; k++) {
                Complex *a = &data[start + k], *b = a + half, t = times(*b, root[k * stride]);
                *b = (Complex){a->re - t.re, a->im - t.im};
                *a = (Complex){a->re + t.re, a->im + t.im};
            }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        transform();
        for (int i = 0; i < N; i++) {
            data[i].re *= 0.03125;
            data[i].im *= 0.03125;
        }
        sum = sum_double(sum, data[n % N].re + data[n * 7 % N].im);
    }
    return sum;
}

const Kernel kernel = {"fft", 1500, prepare, run};
