// SPDX-License-Identifier: MIT
// Sixty-four pages that the paging kernels touch again after each flush.
#ifndef TESTS_BENCH_METAL_TOUCH_H
#define TESTS_BENCH_METAL_TOUCH_H

#include "tests/bench/metal/metal.h"

#define TOUCHED 64

static uint64_t (*touched)[PAGE_SIZE / 8];

static inline void touch_prepare(void) {
    touched = arena_alloc(TOUCHED * PAGE_SIZE);
    for (unsigned i = 0; i < TOUCHED; i++)
        touched[i][i] = i * 3;
}

static inline uint64_t touch_pages(void) {
    uint64_t sum = 0;

    for (unsigned i = 0; i < TOUCHED; i++)
        sum += touched[i][i]++;
    return sum;
}

#endif
