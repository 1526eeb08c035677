// SPDX-License-Identifier: MIT
// Page tables for the bare-metal tests, in all modes: Sv32 has two levels of 1024 entries, the others three to five of
// 512. Privileged architecture, chapter 12. Tables come from a fixed pool, and are never freed.
#include "tests/golden/riscv/lib/test.h"

#define TABLES 64
#define INDEX_BITS (XLEN == 32 ? 10 : 9)
#define ENTRIES (1 << INDEX_BITS)
#define PROGRAM_BASE 0x80000000ul

static Word table[TABLES][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static int tables_used;

static Word *table_new(void) {
    if (tables_used == TABLES) {
        check("test library has page tables left", 0);
        tables_used--;
    }
    return table[tables_used++];
}

Word pte_make(const volatile void *target, Word flags) {
    return (Word)target >> 12 << 10 | flags;
}

Space space_new(int levels) {
    return (Space){table_new(), levels};
}

Word *space_leaf(const Space *space, Word vaddr, int level) {
    Word *at = space->root;

    for (int l = space->levels - 1;; l--) {
        Word *pte = &at[vaddr >> (12 + INDEX_BITS * l) & (ENTRIES - 1)];
        if (l == level)
            return pte;
        if (!(*pte & PTE_V))
            *pte = pte_make(table_new(), PTE_V);
        at = (Word *)(*pte >> 10 << 12);
    }
}

void space_map(const Space *space, Word vaddr, const volatile void *target, Word flags) {
    *space_leaf(space, vaddr, 0) = pte_make(target, flags);
}

void space_map_program(const Space *space, Word flags) {
    // big pages of the second level: 4 MiB in Sv32, 2 MiB else; 16 MiB in all
    Word step = (Word)PAGE_SIZE << INDEX_BITS;

    for (Word at = PROGRAM_BASE; at < PROGRAM_BASE + (16 << 20); at += step)
        *space_leaf(space, at, 1) = pte_make((void *)at, flags);
}

Word space_satp(const Space *space, Word asid) {
#if XLEN == 32
    return 1ul << 31 | asid << 22 | (Word)space->root >> 12;
#else
    return (Word)(space->levels + 5) << 60 | asid << 44 | (Word)space->root >> 12;
#endif
}

int space_supported(int levels) {
    Space probe = {table[0], levels};
    Word wanted = space_satp(&probe, 0), got;

    csr_write(satp, wanted);
    got = csr_read(satp);
    csr_write(satp, 0);
    return got == wanted;
}
