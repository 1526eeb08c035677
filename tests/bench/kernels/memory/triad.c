// SPDX-License-Identifier: MIT
// a[i] = b[i] + k * c[i] over three 2 MiB arrays of 64-bit integers: two load streams and a store stream.
// A few pages between the arrays keep them from colliding in a direct-mapped TLB; far-1m and far-64m are about that.
#include "tests/bench/kernels/kernel.h"

#define WORDS (2u << 20 >> 3)

static uint64_t *a, *b, *c;

static void prepare(void) {
    uint64_t seed = 32;

    a = arena_alloc(WORDS * 8 + 17 * PAGE_SIZE);
    b = arena_alloc(WORDS * 8 + 17 * PAGE_SIZE);
    c = arena_alloc(WORDS * 8);
    for (unsigned i = 0; i < WORDS; i++) {
        b[i] = random_next(&seed);
        c[i] = random_next(&seed);
    }
}

static NOINLINE void triad(uint64_t k) {
    for (unsigned i = 0; i < WORDS; i++)
        a[i] = b[i] + k * c[i];
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        triad(n | 1);
        sum = sum_add(sum, a[n * 4099 % WORDS] + a[WORDS - 1 - n]);
    }
    return sum;
}

const Kernel kernel = {"triad-2m", 300, prepare, run};
