// SPDX-License-Identifier: MIT
// A TLBI of one page, then all 64 again: what copy-on-write and munmap of a page cost the others.
#include "tests/bench/metal/touch.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        flush_page(touched[n % TOUCHED]);
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"tlbi-page", 40000, touch_prepare, run};
