// SPDX-License-Identifier: MIT
// The RISC-V virt board for metal/: where things are, Sv39 PTEs (RISC-V privileged architecture, 12.4), the clock and CSRs by name.
#ifndef TESTS_BENCH_RISCV_MACHINE_H
#define TESTS_BENCH_RISCV_MACHINE_H

#include <stdint.h>

#define csr_read(csr) ({ uint64_t csr_v_; __asm__ volatile("csrr %0, " #csr : "=r"(csr_v_) : : "memory"); csr_v_; })
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" : : "rK"((uint64_t)(bits)) : "memory")

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 };

#define RAM_BASE 0x80000000u
#define UART_PAGE 0x10000000u
#define FINISHER_PAGE 0x100000u
#define DEVICE_PAGES UART_PAGE, FINISHER_PAGE
#ifdef USER
#define PAGE_USER PTE_U
#else
#define PAGE_USER 0
#endif
#define PAGE_OF_PROGRAM(vaddr) (PTE_V | PTE_A | PTE_D | PTE_R | PTE_W | PTE_X | PTE_G | PAGE_USER)
#define PAGE_OF_DEVICE (PTE_V | PTE_A | PTE_D | PTE_R | PTE_W | PTE_G | PAGE_USER)
#define PAGE_OF_ARENA (PTE_V | PTE_A | PTE_D | PTE_R | PTE_W | PTE_X | PAGE_USER)

static inline uint64_t pte_leaf(uint64_t paddr, uint64_t flags) { return paddr >> 12 << 10 | flags; }
static inline uint64_t pte_table(const void *table) { return (uintptr_t)table >> 12 << 10 | PTE_V; }
static inline uint64_t pte_paddr(uint64_t pte) { return pte >> 10 << 12; }
static inline uint64_t mmu_root(const void *table, unsigned asid) { // satp
    return (uint64_t)8 << 60 | (uint64_t)asid << 44 | (uintptr_t)table >> 12;
}

#define TICKS_A_SECOND 10000000u
static inline uint64_t read_ticks(void) { return csr_read(time); }

// Makes stores to [from, from + size) visible to instruction fetches of this hart; the granularity is all memory here (Zifencei).
static inline void sync_code(const void *from, uint64_t size) {
    (void)from, (void)size;
    __asm__ volatile("fence.i" : : : "memory");
}

static inline void print_char(char c) { // a 16550
    volatile uint8_t *uart = (volatile uint8_t *)(uintptr_t)UART_PAGE;

    while (!(uart[5] & 0x20)) // LSR: THRE
        ;
    uart[0] = c;
}

static inline _Noreturn void machine_off(int code) { // the test finisher
    *(volatile uint32_t *)(uintptr_t)FINISHER_PAGE = code ? (uint32_t)code << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}

#endif
