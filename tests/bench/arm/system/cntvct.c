// SPDX-License-Identifier: MIT
// Reading the clock: the virtual counter, never running backwards.
#include "tests/bench/metal/metal.h"

static uint64_t run(unsigned iterations) {
    uint64_t last = sys_read(cntvct_el0), backwards = 0;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t now = sys_read(cntvct_el0);
        backwards += now < last;
        last = now;
    }
    return backwards;
}

const Kernel kernel = {"cntvct", 6000000, NULL, run};
