// SPDX-License-Identifier: MIT
// Page tables for a bare-metal benchmark: three levels of 512 entries (Sv39, or VMSAv8-64 with 39 bits), 4 KiB pages only, the program
// and the devices mapped to themselves, the arena at ARENA_BASE with its physical pages in scattered order. Called from crt.S with
// translation off, and from kernels later: the tables live in .bss, where virtual and physical address are the same. What entries look
// like is the machine's. With -DNO_MMU nothing is translated and the arena is where RAM is.
#include "tests/bench/metal/metal.h"

#define PROGRAM_SIZE (16u << 20)
#define ARENA_PADDR (RAM_BASE + PROGRAM_SIZE)
#ifdef NO_MMU
#define ARENA_BASE ARENA_PADDR
#else
#define ARENA_BASE 0x1000000000u
#endif
#define ARENA_PAGES (ARENA_SIZE / PAGE_SIZE)
#define SCATTER 40507u // odd and no multiple of 3, so page -> page * SCATTER is a permutation of 24576 pages

#define TABLES 96

static uint64_t table[TABLES][512] __attribute__((aligned(PAGE_SIZE)));
static unsigned tables_used;

static uint64_t *table_alloc(void) {
    if (tables_used == TABLES) {
        print_text("out of page tables\n");
        machine_off(1);
    }
    return table[tables_used++];
}

uint64_t *mmu_leaf(uint64_t vaddr) {
    uint64_t *at = table[0];

    for (int level = 2; level > 0; level--) {
        uint64_t *pte = &at[vaddr >> (12 + 9 * level) & 511];
        if (!*pte)
            *pte = pte_table(table_alloc());
        at = (uint64_t *)pte_paddr(*pte);
    }
    return &at[vaddr >> 12 & 511];
}

static void map_pages(uint64_t vaddr, uint64_t paddr, uint64_t size, uint64_t flags) {
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        *mmu_leaf(vaddr + at) = pte_leaf(paddr + at, flags);
}

uint64_t mmu_start(void) {
    table_alloc();
#ifdef NO_MMU
    return 0;
#endif
    static const uint64_t device[] = {DEVICE_PAGES};
    for (unsigned i = 0; i < sizeof device / sizeof *device; i++)
        map_pages(device[i], device[i], PAGE_SIZE, PAGE_OF_DEVICE);
    for (uint64_t at = RAM_BASE; at < RAM_BASE + PROGRAM_SIZE; at += PAGE_SIZE)
        map_pages(at, at, PAGE_SIZE, PAGE_OF_PROGRAM(at));
    for (uint64_t page = 0; page < ARENA_PAGES; page++)
        map_pages(ARENA_BASE + page * PAGE_SIZE, ARENA_PADDR + page * SCATTER % ARENA_PAGES * PAGE_SIZE, PAGE_SIZE,
                  PAGE_OF_ARENA);
    return mmu_root(table[0], 0);
}

uint64_t mmu_second_space(unsigned asid) {
    uint64_t *root = table_alloc();

    for (int i = 0; i < 512; i++)
        root[i] = table[0][i];
    return mmu_root(root, asid);
}

uint64_t mmu_paddr(const void *vaddr) {
#ifdef NO_MMU
    return (uintptr_t)vaddr;
#endif
    uint64_t at = (uintptr_t)vaddr;

    return pte_paddr(*mmu_leaf(at)) | at % PAGE_SIZE;
}

void *arena_alloc(size_t size) {
    static uint64_t used;
    uint64_t at = ARENA_BASE + used;

    used += (size + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
    if (used > ARENA_SIZE) {
        print_text("arena used up\n");
        machine_off(1);
    }
    return (void *)at;
}
