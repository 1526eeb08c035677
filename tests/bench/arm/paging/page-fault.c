// SPDX-License-Identifier: MIT
// Demand paging: 64 pages without a valid descriptor, each first touch faults, the handler fills the descriptor in and returns.
#include "tests/bench/metal/touch.h"

static uint64_t *leaf[TOUCHED], faults;
extern char fault_vectors[];

// The vector of a synchronous exception from EL1 with its own stack (DDI 0487, D1.3.1); saves what a C function may use.
__asm__(
    ".pushsection .text\n"
    ".balign 2048\n"
    "fault_vectors:\n"
    ".balign 0x200\n"
    ".org fault_vectors + 0x200\n"
    "    stp x0, x1, [sp, -176]!\n"
    "    stp x2, x3, [sp, 16]\n    stp x4, x5, [sp, 32]\n    stp x6, x7, [sp, 48]\n"
    "    stp x8, x9, [sp, 64]\n    stp x10, x11, [sp, 80]\n    stp x12, x13, [sp, 96]\n"
    "    stp x14, x15, [sp, 112]\n    stp x16, x17, [sp, 128]\n    stp x18, x30, [sp, 144]\n"
    "    bl fault_take\n"
    "    ldp x2, x3, [sp, 16]\n    ldp x4, x5, [sp, 32]\n    ldp x6, x7, [sp, 48]\n"
    "    ldp x8, x9, [sp, 64]\n    ldp x10, x11, [sp, 80]\n    ldp x12, x13, [sp, 96]\n"
    "    ldp x14, x15, [sp, 112]\n    ldp x16, x17, [sp, 128]\n    ldp x18, x30, [sp, 144]\n"
    "    ldp x0, x1, [sp], 176\n"
    "    eret\n"
    ".popsection\n");

void fault_take(void) {
    uint64_t at = sys_read(far_el1), page = (at - (uintptr_t)touched) / PAGE_SIZE;

    if (page >= TOUCHED)
        trap_fatal(sys_read(esr_el1), sys_read(elr_el1), at);
    *leaf[page] |= 1;
    __asm__ volatile("dsb ishst\n isb" : : : "memory"); // no entry was cached of an invalid descriptor
    faults++;
}

static void prepare(void) {
    touch_prepare();
    for (unsigned i = 0; i < TOUCHED; i++)
        leaf[i] = mmu_leaf((uintptr_t)touched[i]);
    sys_write(vbar_el1, (uintptr_t)fault_vectors);
    __asm__ volatile("isb");
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        for (unsigned i = 0; i < TOUCHED; i++)
            *leaf[i] &= ~1ull;
        flush_all();
        sum = sum_add(sum, touch_pages());
    }
    return sum_add(sum, faults);
}

const Kernel kernel = {"page-fault", 2500, prepare, run};
