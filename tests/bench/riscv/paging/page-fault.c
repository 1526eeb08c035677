// SPDX-License-Identifier: MIT
// Demand paging: 64 pages without a valid PTE, each first touch faults, the handler fills the PTE in and returns.
#include "tests/bench/metal/touch.h"

static uint64_t *leaf[TOUCHED], faults;

// A leaf function, so that it saves only what it uses.
__attribute__((interrupt("supervisor"), aligned(4))) static void fault_entry(void) {
    uint64_t at = csr_read(stval);

    *leaf[(at - (uintptr_t)touched) / PAGE_SIZE % TOUCHED] |= PTE_V;
    __asm__ volatile("sfence.vma %0, zero" : : "r"(at) : "memory");
    faults++;
}

static void prepare(void) {
    touch_prepare();
    for (unsigned i = 0; i < TOUCHED; i++)
        leaf[i] = mmu_leaf((uintptr_t)touched[i]);
    csr_write(stvec, (uintptr_t)fault_entry);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        for (unsigned i = 0; i < TOUCHED; i++)
            *leaf[i] &= ~(uint64_t)PTE_V;
        __asm__ volatile("sfence.vma" : : : "memory");
        sum = sum_add(sum, touch_pages());
    }
    return sum_add(sum, faults);
}

const Kernel kernel = {"page-fault", 2500, prepare, run};
