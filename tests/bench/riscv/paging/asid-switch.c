// SPDX-License-Identifier: MIT
// Two address spaces with their own ASIDs, switched by writing satp without a flush, 64 pages touched in each.
#include "tests/bench/metal/touch.h"

static uint64_t space[2];

static void prepare(void) {
    touch_prepare();
    space[1] = mmu_second_space(2);
    space[0] = (csr_read(satp) & ~((uint64_t)0xffff << 44)) | (uint64_t)1 << 44;
    csr_write(satp, space[0]);
    __asm__ volatile("sfence.vma" : : : "memory");
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        csr_write(satp, space[n & 1]);
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"asid-switch", 40000, prepare, run};
