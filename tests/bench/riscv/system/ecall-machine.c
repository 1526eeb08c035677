// SPDX-License-Identifier: MIT
// A trap to M-mode and back, as a supervisor calls its firmware: ecall, the handler in crt.S, mret.
#include "tests/bench/metal/metal.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        __asm__ volatile("ecall" : "+r"(sum) : : "memory");
        sum += n ^ 5;
    }
    return sum;
}

const Kernel kernel = {"ecall-machine", 1500000, NULL, run};
