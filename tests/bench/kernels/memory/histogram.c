// SPDX-License-Identifier: MIT
// Counting bytes into 64 Ki counters: load, address from data, load, add, store to the same place.
#include "tests/bench/kernels/kernel.h"

#define SIZE (256u << 10)

static uint16_t *data;
static uint32_t *count;

static void prepare(void) {
    uint64_t seed = 35;

    data = arena_alloc(SIZE * sizeof *data);
    count = arena_alloc(65536 * sizeof *count);
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = random_next(&seed) & random_next(&seed);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        for (unsigned i = 0; i < SIZE; i++)
            count[data[i]] += i;
        sum = sum_add(sum, count[n * 7919 & 65535]);
    }
    return sum;
}

const Kernel kernel = {"histogram", 350, prepare, run};
