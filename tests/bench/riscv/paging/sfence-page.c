// SPDX-License-Identifier: MIT
// sfence.vma of one page, then all 64 again: what copy-on-write and munmap of a page cost the others.
#include "tests/bench/metal/touch.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        __asm__ volatile("sfence.vma %0, zero" : : "r"(touched[n % TOUCHED]) : "memory");
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"sfence-page", 40000, touch_prepare, run};
