// SPDX-License-Identifier: MIT
// Two arrays exactly APART bytes from each other, walked together: their pages collide in any direct-mapped TLB without sub-tags.
#ifndef TESTS_BENCH_KERNELS_MEMORY_FAR_H
#define TESTS_BENCH_KERNELS_MEMORY_FAR_H

#include "tests/bench/kernels/kernel.h"

#define WORDS (512u << 10 >> 3)

static uint64_t *a, *b;

static void prepare(void) {
    a = arena_alloc(APART + WORDS * 8);
    b = a + APART / 8;
    for (unsigned i = 0; i < WORDS; i++) {
        a[i] = i;
        b[i] = ~(uint64_t)i;
    }
}

static NOINLINE void exchange(void) {
    for (unsigned i = 0; i < WORDS; i++) {
        uint64_t kept = a[i];
        a[i] = b[i] + 3;
        b[i] = kept;
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        exchange();
        sum = sum_add(sum, a[n * 1031 % WORDS] ^ b[n * 521 % WORDS]);
    }
    return sum;
}

#endif
