// SPDX-License-Identifier: MIT
// What bare-metal system kernels may use besides kernel.h: the page tables, and CSRs by name.
#ifndef TESTS_BENCH_RISCV_RUNTIME_H
#define TESTS_BENCH_RISCV_RUNTIME_H

#include "tests/bench/kernels/kernel.h"

#define csr_read(csr) ({ uint64_t csr_v_; __asm__ volatile("csrr %0, " #csr : "=r"(csr_v_) : : "memory"); csr_v_; })
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" : : "rK"((uint64_t)(bits)) : "memory")

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 };

// Called once in M-mode; returns the satp to run under (0 when built with -DNO_MMU).
uint64_t mmu_start(void);

// The leaf PTE of a 4 KiB page in the tables mmu_start made, making tables on the way. The caller fences.
uint64_t *mmu_leaf(uint64_t vaddr);

// A second root that shares every table of the first, as satp with the given ASID.
uint64_t mmu_second_space(unsigned asid);

// Physical address of a mapped address.
uint64_t mmu_paddr(const void *vaddr);

void print_text(const char *text);
_Noreturn void machine_off(int code);
_Noreturn void trap_fatal(uint64_t cause, uint64_t pc, uint64_t value);

#endif
