// SPDX-License-Identifier: MIT
// Two address spaces with their own ASIDs, switched by writing TTBR0_EL1 without a flush, 64 pages touched in each.
#include "tests/bench/metal/touch.h"

static uint64_t space[2];

static void prepare(void) {
    touch_prepare();
    space[1] = mmu_second_space(2);
    space[0] = sys_read(ttbr0_el1) | 1ull << 48;
    sys_write(ttbr0_el1, space[0]);
    flush_all();
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        sys_write(ttbr0_el1, space[n & 1]);
        __asm__ volatile("isb" : : : "memory");
        sum = sum_add(sum, touch_pages());
    }
    return sum;
}

const Kernel kernel = {"asid-switch", 40000, prepare, run};
