// SPDX-License-Identifier: MIT
// What bare-metal system kernels may use besides kernel.h: the page tables, the console, and their machine (machine.h of the guest's
// folder, which the compiler's -I finds).
#ifndef TESTS_BENCH_METAL_METAL_H
#define TESTS_BENCH_METAL_METAL_H

#include "tests/bench/kernels/kernel.h"
#include "machine.h"

// Makes the tables, before translation is on; returns the root to run under (0 when built with -DNO_MMU).
uint64_t mmu_start(void);

// The leaf PTE of a 4 KiB page in the tables mmu_start made, making tables on the way. The caller fences.
uint64_t *mmu_leaf(uint64_t vaddr);

// A second root that shares every table of the first, with the given ASID.
uint64_t mmu_second_space(unsigned asid);

// Physical address of a mapped address.
uint64_t mmu_paddr(const void *vaddr);

// With -DUSER kernels run in user mode, as applications do: function(argument) there, on the same stack or one below. Anything that
// traps is fatal.
uint64_t run_user(uint64_t (*function)(unsigned argument), unsigned argument);

void print_text(const char *text);
_Noreturn void trap_fatal(uint64_t cause, uint64_t pc, uint64_t value);

#endif
