// SPDX-License-Identifier: MIT
// Euclid's algorithm on 64-bit and signed 32-bit numbers: the divider and its special cases.
#include "tests/bench/kernels/kernel.h"

static uint64_t gcd64(uint64_t a, uint64_t b) {
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int32_t gcd32(int32_t a, int32_t b) {
    while (b) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 8;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t a = random_next(&seed) >> 8, b = random_next(&seed) >> 12;
        sum = sum_add(sum, gcd64(a * 6, b * 6));
        sum = sum_add(sum, (uint32_t)gcd32((int32_t)(a >> 28) * 10, -(int32_t)(b >> 28) * 5));
    }
    return sum;
}

const Kernel kernel = {"gcd", 2000000, NULL, run};
