// SPDX-License-Identifier: MIT
// Reading the clock: the `time` counter, never running backwards.
#include "tests/bench/metal/metal.h"

static uint64_t run(unsigned iterations) {
    uint64_t last = csr_read(time), backwards = 0;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t now = csr_read(time);
        backwards += now < last;
        last = now;
    }
    return backwards;
}

const Kernel kernel = {"rdtime", 6000000, NULL, run};
