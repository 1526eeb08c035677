// SPDX-License-Identifier: MIT
// A load and a store at random pages of 64 MiB: nothing but TLB misses and page walks.
#include "tests/bench/kernels/kernel.h"

#define PAGES (64u << 20 >> 12)

static uint64_t (*pages)[PAGE_SIZE / 8];

static void prepare(void) {
    pages = arena_alloc((size_t)PAGES * PAGE_SIZE);
    for (unsigned i = 0; i < PAGES; i++)
        pages[i][i % 512] = i;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 33;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t r = random_next(&seed);
        uint64_t *word = &pages[r % PAGES][(r >> 20) % 512];
        sum += *word ^ n;
        *word = sum;
    }
    return sum;
}

const Kernel kernel = {"random-page", 1500000, prepare, run};
