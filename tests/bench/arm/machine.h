// SPDX-License-Identifier: MIT
// The Arm virt board for metal/: where things are, VMSAv8-64 descriptors (Arm ARM DDI 0487, D8.3), the clock, system registers by name.
#ifndef TESTS_BENCH_ARM_MACHINE_H
#define TESTS_BENCH_ARM_MACHINE_H

#include <stdint.h>

#define sys_read(name) ({ uint64_t sys_v_; __asm__ volatile("mrs %0, " #name : "=r"(sys_v_) : : "memory"); sys_v_; })
#define sys_write(name, value) __asm__ volatile("msr " #name ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

#define PTE_PAGE 3ull
#define PTE_DEVICE (1ull << 2) // MAIR entry 1
#define PTE_EL0 (1ull << 6)
#define PTE_READ_ONLY (1ull << 7)
#define PTE_SHARED (3ull << 8)
#define PTE_AF (1ull << 10)
#define PTE_NG (1ull << 11)

#define RAM_BASE 0x40000000u
#define UART_PAGE 0x09000000u
#define DEVICE_PAGES UART_PAGE
#ifdef USER // what EL0 may write, EL1 may not execute
#define PAGE_USER PTE_EL0
#define PAGE_TEXT PTE_READ_ONLY
#else
#define PAGE_USER 0
#define PAGE_TEXT 0
#endif
extern char text_end[];
#define PAGE_OF_PROGRAM(vaddr) (PTE_PAGE | PTE_SHARED | PTE_AF | PAGE_USER | ((vaddr) < (uintptr_t)text_end ? PAGE_TEXT : 0))
#define PAGE_OF_DEVICE (PTE_PAGE | PTE_DEVICE | PTE_AF | PAGE_USER)
#define PAGE_OF_ARENA (PTE_PAGE | PTE_SHARED | PTE_AF | PTE_NG | PAGE_USER)

static inline uint64_t pte_leaf(uint64_t paddr, uint64_t flags) { return paddr | flags; }
static inline uint64_t pte_table(const void *table) { return (uintptr_t)table | 3; }
static inline uint64_t pte_paddr(uint64_t pte) { return pte & 0xfffffffff000; }
static inline uint64_t mmu_root(const void *table, unsigned asid) { // TTBR0_EL1
    return (uint64_t)asid << 48 | (uintptr_t)table;
}

#define TICKS_A_SECOND sys_read(cntfrq_el0)
static inline uint64_t read_ticks(void) {
    __asm__ volatile("isb" : : : "memory");
    return sys_read(cntvct_el0);
}

static inline void print_char(char c) { *(volatile uint32_t *)(uintptr_t)UART_PAGE = (uint8_t)c; } // a PL011

static inline _Noreturn void machine_off(int code) { // PSCI SYSTEM_OFF, which has no exit code
    register uint64_t function __asm__("x0") = 0x84000008;

    (void)code;
    for (;;)
        __asm__ volatile("hvc #0" : "+r"(function) : : "memory");
}

// TLBI with its barriers: all of this regime, and one page for all ASIDs.
static inline void flush_all(void) { __asm__ volatile("dsb ishst\n tlbi vmalle1is\n dsb ish\n isb" : : : "memory"); }
static inline void flush_page(const void *vaddr) {
    __asm__ volatile("dsb ishst\n tlbi vaae1is, %0\n dsb ish\n isb" : : "r"((uintptr_t)vaddr >> 12) : "memory");
}

// Makes stores to [from, from + size) visible to instruction fetches, as after JIT compilation (B2.2.5).
static inline void sync_code(const void *from, uint64_t size) {
    uintptr_t end = (uintptr_t)from + size;

    for (uintptr_t at = (uintptr_t)from & -64ull; at < end; at += 64)
        __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
    __asm__ volatile("dsb ish" : : : "memory");
    for (uintptr_t at = (uintptr_t)from & -64ull; at < end; at += 64)
        __asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
    __asm__ volatile("dsb ish\n isb" : : : "memory");
}

#endif
