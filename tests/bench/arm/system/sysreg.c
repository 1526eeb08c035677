// SPDX-License-Identifier: MIT
// System register accesses that a kernel's entry and exit paths are made of: masking interrupts, thread and exception registers.
#include "tests/bench/metal/metal.h"

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t flags = sys_read(daif);
        __asm__ volatile("msr daifset, #2" : : : "memory");
        sys_write(tpidr_el1, sum + n);
        sys_write(elr_el1, n * 4);
        sum += sys_read(elr_el1) + sys_read(tpidr_el1) + (sys_read(daif) & 128) + sys_read(sp_el0);
        sys_write(daif, flags);
    }
    return sum;
}

const Kernel kernel = {"sysreg", 1500000, NULL, run};
