// SPDX-License-Identifier: MIT
// Hash mixing (xorshift generator, multiply-xor avalanche): long dependent ALU chains, 64-bit multiplies.
#include "tests/bench/kernels/kernel.h"

static inline uint64_t avalanche(uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 29;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ x >> 32;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 7;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t x = random_next(&seed);
        sum += avalanche(x) ^ (uint32_t)avalanche(sum + n);
    }
    return sum;
}

const Kernel kernel = {"mix", 80000000, NULL, run};
