// SPDX-License-Identifier: MIT
// A full sfence.vma, then 64 pages again.
#include "tests/bench/metal/touch.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        __asm__ volatile("sfence.vma" : : : "memory");
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"sfence-all", 40000, touch_prepare, run};
