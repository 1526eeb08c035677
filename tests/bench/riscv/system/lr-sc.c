// SPDX-License-Identifier: MIT
// Compare-and-swap loops and a spin lock as compilers and kernels write them with LR/SC, without contention.
#include "tests/bench/metal/metal.h"

static uint64_t *word;
static uint32_t *lock;

static void prepare(void) {
    word = arena_alloc(PAGE_SIZE);
    lock = arena_alloc(PAGE_SIZE);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t seen = word[0];
        while (!__atomic_compare_exchange_n(&word[0], &seen, seen * 3 + n, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            ;
        uint32_t expected = 0;
        while (!__atomic_compare_exchange_n(lock, &expected, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            expected = 0;
        word[1] += word[0] ^ n;
        __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
        sum += word[1];
    }
    return sum;
}

const Kernel kernel = {"lr-sc", 6000000, prepare, run};
