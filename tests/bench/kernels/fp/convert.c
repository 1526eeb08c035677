// SPDX-License-Identifier: MIT
// Conversions among integer, float and double, comparisons, absolute values and sign tricks: the FP unit's odd jobs.
#include "tests/bench/kernels/kernel.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 25;
    double largest = -1, smallest = 1e30;

    for (unsigned n = 0; n < iterations; n++) {
        int64_t r = (int64_t)random_next(&seed) >> 20;
        double d = (double)r * 0.125;
        float f = (float)d;
        if (d > largest)
            largest = d;
        if (f < smallest)
            smallest = f;
        sum += (int64_t)d + (uint64_t)(int32_t)(f * 0x1p-20f);
        sum ^= (uint64_t)(int64_t)__builtin_fabs(d - (double)f) << 7;
        sum += __builtin_copysign(3.0, d) < 0 ? 5 : (unsigned)(float)(n & 1023);
    }
    return sum_double(sum_double(sum, largest), smallest);
}

const Kernel kernel = {"convert", 4000000, NULL, run};
