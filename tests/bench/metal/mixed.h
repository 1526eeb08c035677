// SPDX-License-Identifier: MIT
// Data stores to a page that also holds the code being run, which leave the code as it was: XOR_IMMEDIATE of the argument, and RET.
#ifndef TESTS_BENCH_METAL_MIXED_H
#define TESTS_BENCH_METAL_MIXED_H

#include "tests/bench/metal/metal.h"

static uint32_t *page;

static void prepare(void) {
    page = arena_alloc(PAGE_SIZE);
    page[0] = XOR_IMMEDIATE;
    page[1] = RET;
    sync_code(page, 8);
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))page;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        page[512 + n % 500] += n;
        sum += function(page[512 + n % 499]);
    }
    return sum;
}

#endif
