// SPDX-License-Identifier: MIT
// Mandelbrot set: arithmetic and one compare a step, all in registers.
#include "tests/bench/kernels/kernel.h"

#define SIDE 64
#define LIMIT 200

static NOINLINE unsigned escape_time(double cr, double ci) {
    double x = 0, y = 0;
    unsigned n = 0;

    for (; n < LIMIT; n++) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4)
            break;
        y = 2 * x * y + ci;
        x = xx - yy + cr;
    }
    return n;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++)
                sum = sum_add(sum, escape_time(j * 3.0 / SIDE - 2.1 - n * 1e-4, i * 2.4 / SIDE - 1.2));
    return sum;
}

const Kernel kernel = {"mandelbrot", 40, NULL, run};
