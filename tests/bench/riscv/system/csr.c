// SPDX-License-Identifier: MIT
// CSR accesses that a kernel's entry and exit paths are made of: swap, set, clear and read without side effects.
#include "tests/bench/metal/metal.h"

#define SSTATUS_SUM 0x40000u
#define SSTATUS_SIE 2u

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        uint64_t old;
        __asm__ volatile("csrrw %0, sscratch, %1" : "=r"(old) : "r"(sum + n));
        csr_set(sstatus, SSTATUS_SUM);
        csr_write(sepc, n * 4);
        sum += old + csr_read(sepc) + (csr_read(sstatus) & SSTATUS_SUM) + csr_read(scause);
        csr_clear(sstatus, SSTATUS_SUM | SSTATUS_SIE);
    }
    return sum;
}

const Kernel kernel = {"csr", 1500000, NULL, run};
