// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Every translation mode: leaves at each level, misaligned big pages, addresses that are not canonical, accessed and
// dirty bits (Svade faults or Svadu updates), changes seen after sfence.vma, satp's WARL mode. Privileged 12.3-12.6.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul
#define MENVCFG_ADUE ((uint64_t)1 << 61)

static Word frame[4][PAGE_SIZE / sizeof(Word)] __attribute__((aligned(PAGE_SIZE)));
static const char *const mode_name[] = {0, 0, "Sv32", "Sv39", "Sv48", "Sv57"};

static void check_in(int levels, const char *what, int good) {
    char name[80], *out = name;

    for (const char *in = mode_name[levels]; *in;)
        *out++ = *in++;
    *out++ = ' ';
    for (const char *in = what; *in && out < name + 79;)
        *out++ = *in++;
    *out = 0;
    check(name, good);
}

static int trapped(Word cause, Word tval) {
    int good = trap.count == 1 && trap.cause == cause && trap.tval == tval;

    trap_clear();
    return good;
}

// A big page at every level above 0, its offset bits passed through; then the same with low PPN bits set.
static void test_big_pages(const Space *space) {
    for (int level = 1; level < space->levels; level++) {
        int shift = 12 + (XLEN == 32 ? 10 : 9) * level;
        Word size = shift < XLEN ? (Word)1 << shift : 0, offset = (Word)frame[1] % size;
        Word at = XLEN == 32 ? 0xc0000000ul : level == 1 ? BASE + (16ul << 20) : size * 3; // free in every mode
        if (level == space->levels - 1)
            at = XLEN == 32 ? 0xc0000000ul : size * 5;
        Word target = (Word)frame[1] & ~(size - 1);
        *space_leaf(space, at, level) = pte_make((void *)target, PTE_RW);
        sfence_all();
        frame[1][0] = 1000 + level;
        check_in(space->levels, "big page", (int32_t)mode_run(probe_lw, at + offset, S_MODE) == 1000 + level
                 && trap.count == 0);
        trap_clear();
        *space_leaf(space, at, level) = pte_make((void *)(target | PAGE_SIZE), PTE_RW);
        sfence_all();
        mode_run(probe_lw, at + offset, S_MODE);
        check_in(space->levels, "misaligned big page faults", trapped(LOAD_PAGE, at + offset));
        *space_leaf(space, at, level) = 0;
    }
    sfence_all();
}

#if XLEN == 64
static void test_canonical(const Space *space) {
    int bits = 12 + 9 * space->levels;
    Word top = -((Word)1 << (bits - 1)), beyond = (Word)1 << (bits - 1);

    space_map(space, top & (((Word)1 << bits) - 1), frame[2], PTE_RW);
    sfence_all();
    frame[2][1] = 4242;
    check_in(space->levels, "negative address", mode_run(probe_load, top + 8, S_MODE) == 4242 && trap.count == 0);
    trap_clear();
    mode_run(probe_load, beyond + 8, S_MODE);
    check_in(space->levels, "not canonical faults", trapped(LOAD_PAGE, beyond + 8));
    mode_run(probe_store, beyond, S_MODE);
    check_in(space->levels, "not canonical store faults", trapped(STORE_PAGE, beyond));
    mode_run(probe_exec, beyond, S_MODE);
    check_in(space->levels, "not canonical fetch faults", trapped(FETCH_PAGE, beyond));
    *space_leaf(space, BASE, 0) = pte_make(frame[0], PTE_RW) | (Word)1 << 60;
    sfence_all();
    mode_run(probe_load, BASE, S_MODE);
    check_in(space->levels, "reserved PTE bit faults", trapped(LOAD_PAGE, BASE));
}
#endif

// With `update`, hardware sets A and D; without, their absence faults.
static void test_accessed_dirty(const Space *space, int update) {
    Word *pte = space_leaf(space, BASE, 0), clean = pte_make(frame[0], PTE_V | PTE_R | PTE_W | PTE_X);

    *pte = clean;
    sfence_all();
    mode_run(probe_load, BASE, S_MODE);
    check_in(space->levels, update ? "load sets A alone" : "load without A faults",
             update ? trap.count == 0 && *pte == (clean | PTE_A) : trapped(LOAD_PAGE, BASE) && *pte == clean);
    *pte = clean | PTE_A;
    sfence_all();
    mode_run(probe_load, BASE, S_MODE);
    trap_clear();
    mode_run(probe_store, BASE, S_MODE);
    check_in(space->levels, update ? "store after a load sets D" : "store without D faults",
             update ? trap.count == 0 && *pte == (clean | PTE_A | PTE_D)
                    : trapped(STORE_PAGE, BASE) && *pte == (clean | PTE_A));
    frame[0][0] = 0x00008067;
    fence_i();
    *pte = clean;
    sfence_all();
    mode_run(probe_exec, BASE, S_MODE);
    check_in(space->levels, update ? "fetch sets A" : "fetch without A faults",
             update ? trap.count == 0 && *pte == (clean | PTE_A) : trapped(FETCH_PAGE, BASE) && *pte == clean);
    *pte = clean & ~PTE_W;
    sfence_all();
    mode_run(probe_store, BASE, S_MODE);
    check_in(space->levels, "a forbidden store sets nothing", trapped(STORE_PAGE, BASE) && *pte == (clean & ~PTE_W));
    trap_clear();
}

static int adue_set(int on) {
#if XLEN == 64
    uint64_t wanted = on ? MENVCFG_ADUE : 0;

    csr_clear(0x30a, MENVCFG_ADUE);
    csr_set(0x30a, wanted);
    return (csr_read(0x30a) & MENVCFG_ADUE) == wanted;
#else
    csr_clear(0x31a, MENVCFG_ADUE >> 32);
    if (on)
        csr_set(0x31a, MENVCFG_ADUE >> 32);
    return !(csr_read(0x31a) & MENVCFG_ADUE >> 32) == !on;
#endif
}

static void test_remap(const Space *space) {
    Word errors = 0;

    frame[0][3] = 10, frame[1][3] = 11;
    for (int i = 0; i < 100; i++) {
        space_map(space, BASE, frame[i & 1], PTE_RW);
        if (i & 2)
            __asm__ volatile("sfence.vma %0, zero" : : "r"(BASE + 24) : "memory");
        else
            sfence_all();
        errors += mode_run(probe_lw, BASE + 3 * sizeof(Word), S_MODE) != (Word)(10 + (i & 1));
    }
    check_in(space->levels, "remapping is seen after sfence.vma", errors == 0 && trap.count == 0);
    trap_clear();
}

static void test_mode(int levels) {
    Space space = space_new(levels);

    space_map_program(&space, PTE_RWX);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    frame[3][2] = 99;
    space_map(&space, BASE, frame[3], PTE_RW);
    sfence_all();
    check_in(levels, "4 KiB page", mode_run(probe_lw, BASE + 2 * sizeof(Word), S_MODE) == 99 && trap.count == 0);
    trap_clear();
    test_big_pages(&space);
#if XLEN == 64
    test_canonical(&space);
#endif
    if (adue_set(0))
        test_accessed_dirty(&space, 0);
    if (adue_set(1))
        test_accessed_dirty(&space, 1);
    test_remap(&space);
    csr_write(satp, 0);
    sfence_all();
}

void test_main(void) {
    int tested = 0;

    for (int levels = XLEN == 32 ? 2 : 3; levels <= (XLEN == 32 ? 2 : 5); levels++)
        if (space_supported(levels)) {
            test_mode(levels);
            tested++;
        }
    check("a translation mode exists", tested > 0);
#if XLEN == 64
    Space space = space_new(3);
    csr_write(satp, space_satp(&space, 0));
    csr_write(satp, (Word)5 << 60 | 12345);
    check_equal("a reserved satp mode changes nothing", csr_read(satp), space_satp(&space, 0));
    csr_write(satp, 0);
#endif
}
