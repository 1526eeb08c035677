// SPDX-License-Identifier: MIT
// Sieve of Eratosthenes, a byte a number: short loops of strided stores.
#include "tests/bench/kernels/kernel.h"

#define LIMIT (256u << 10)

static uint8_t *composite;

static void prepare(void) {
    composite = arena_alloc(LIMIT);
}

static unsigned count_primes(void) {
    unsigned count = 0;

    for (unsigned i = 0; i < LIMIT; i++)
        composite[i] = 0;
    for (unsigned i = 2; i < LIMIT; i++) {
        if (composite[i])
            continue;
        count++;
        for (unsigned j = i * 2; j < LIMIT; j += i)
            composite[j] = 1;
    }
    return count;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        sum = sum_add(sum, count_primes());
    return sum_add(sum, composite[LIMIT - 1] + 2 * composite[7919]);
}

const Kernel kernel = {"sieve", 110, prepare, run};
