// SPDX-License-Identifier: MIT
// A full TLBI, then 64 pages again.
#include "tests/bench/metal/touch.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        flush_all();
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"tlbi-all", 40000, touch_prepare, run};
