// SPDX-License-Identifier: MIT
// Atomic memory operations without contention: amoadd, amoswap and amomax on 32 and 64 bits.
#include "tests/bench/metal/metal.h"

static uint64_t *word;

static void prepare(void) {
    word = arena_alloc(PAGE_SIZE);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, old;
    uint32_t *half = (uint32_t *)&word[8];

    for (unsigned n = 0; n < iterations; n++) {
        sum += __atomic_fetch_add(&word[0], n, __ATOMIC_RELAXED);
        sum ^= __atomic_fetch_add(half, n, __ATOMIC_SEQ_CST);
        sum += __atomic_exchange_n(&word[1], sum, __ATOMIC_ACQ_REL);
        __asm__ volatile("amomax.d %0, %2, %1" : "=r"(old), "+A"(word[2]) : "r"(sum));
        sum ^= old;
    }
    return sum + word[0] + *half;
}

const Kernel kernel = {"atomics", 30000000, prepare, run};
