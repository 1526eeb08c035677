// SPDX-License-Identifier: MIT
// Longest Collatz chain: arithmetic and unpredictable branches in registers, no memory.
#include "tests/bench/kernels/kernel.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (uint64_t start = 1; start < iterations; start++) {
        uint64_t x = start;
        unsigned steps = 0;
        while (x != 1) {
            x = x & 1 ? 3 * x + 1 : x / 2;
            steps++;
        }
        sum = sum_add(sum, steps);
    }
    return sum;
}

const Kernel kernel = {"collatz", 1000000, NULL, run};
