// SPDX-License-Identifier: MIT
// Atomic operations without contention as ARMv8.0 code has them: exclusive loads and stores in a loop, with and without ordering.
#include "tests/bench/metal/metal.h"

static uint64_t *word;

static void prepare(void) { word = arena_alloc(PAGE_SIZE); }

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    uint32_t *half = (uint32_t *)&word[8];

    for (unsigned n = 0; n < iterations; n++) {
        sum += __atomic_fetch_add(&word[0], n, __ATOMIC_RELAXED);
        sum ^= __atomic_fetch_add(half, n, __ATOMIC_SEQ_CST);
        sum += __atomic_exchange_n(&word[1], sum, __ATOMIC_ACQ_REL);
    }
    return sum + word[0] + *half;
}

const Kernel kernel = {"atomics", 6000000, prepare, run};
