// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Physical memory protection: NA4/NAPOT and TOR ranges, each permission, the first match counts, accesses that straddle
// a border, locked entries bind M-mode, page walks are checked. Privileged 3.7.
#include "tests/golden/riscv/lib/test.h"

#define R 1
#define W 2
#define X 4
#define TOR 8
#define NAPOT 0x18
#define LOCK 0x80

static uint32_t area[4][PAGE_SIZE / 4] __attribute__((aligned(4 * PAGE_SIZE)));

// Entries 0 to 3; configuration bytes in one word.
static void pmp_set(unsigned number, Word address, unsigned config) {
    switch (number) {
    case 0: csr_write(pmpaddr0, address); break;
    case 1: csr_write(pmpaddr1, address); break;
    case 2: csr_write(pmpaddr2, address); break;
    default: csr_write(pmpaddr3, address); break;
    }
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~((Word)0xff << 8 * number)) | (Word)config << 8 * number);
    sfence_all();
}

static Word napot(const void *base, Word size) {
    return (Word)base >> 2 | (size / 8 - 1);
}

static void test_permissions(void) {
    static const char *const name[] = {"none", "R", 0, "RW", "X", "RX", 0, "RWX"};

    area[1][0] = 0x00008067; // ret
    fence_i();
    for (unsigned config = 0; config < 8; config++) {
        if (!name[config])
            continue;
        pmp_set(0, napot(area[1], PAGE_SIZE), NAPOT | config);
        Word at = (Word)area[1];
        trap_clear();
        mode_run(probe_lw, at, S_MODE);
        int good = config & R ? trap.count == 0 : trap.count == 1 && trap.cause == LOAD_ACCESS && trap.tval == at;
        trap_clear();
        mode_run(probe_sw, at + 4, U_MODE);
        good &= config & W ? trap.count == 0 : trap.count == 1 && trap.cause == STORE_ACCESS && trap.tval == at + 4;
        trap_clear();
        mode_run(probe_exec, at, U_MODE);
        good &= config & X ? trap.count == 0 : trap.count == 1 && trap.cause == FETCH_ACCESS && trap.tval == at;
        check(name[config], good);
        trap_clear();
        mode_run(probe_lw, at - 4, S_MODE);
        mode_run(probe_lw, at + PAGE_SIZE, S_MODE);
        mode_run(probe_lw, at, M_MODE);
        check_no_trap("beside the range, and in M-mode");
    }
    pmp_set(0, 0, 0);
}

static void test_ranges(void) {
    Word at = (Word)area[2];

    pmp_set(0, at >> 2, 0);
    pmp_set(1, (at + 64) >> 2, TOR | R); // [at, at + 64) read-only
    mode_run(probe_lw, at + 60, S_MODE);
    check_no_trap("TOR: inside");
    mode_run(probe_sw, at + 60, S_MODE);
    check_trap("TOR: store inside", STORE_ACCESS, (Word)probe_sw, at + 60);
    mode_run(probe_sw, at + 64, S_MODE);
    mode_run(probe_sw, at - 4, S_MODE);
    check_no_trap("TOR: stores beside");
    pmp_set(0, napot((void *)(at + 16), 8), NAPOT | R | W); // a hole of 8 bytes, of higher priority
    pmp_set(1, napot((void *)at, 64), NAPOT);
    mode_run(probe_lw, at + 16, S_MODE);
    mode_run(probe_sw, at + 20, S_MODE);
    check_no_trap("the first match counts");
    mode_run(probe_lw, at + 12, S_MODE);
    check_trap("the second entry forbids", LOAD_ACCESS, (Word)probe_lw, at + 12);
    mode_run(probe_lw, at + 24, S_MODE);
    check_trap("on the other side too", LOAD_ACCESS, (Word)probe_lw, at + 24);
    pmp_set(0, at >> 2 | 0, 0x10 | R); // NA4
    mode_run(probe_lw, at, S_MODE);
    check_no_trap("NA4: inside");
    mode_run(probe_lw, at + 4, S_MODE);
    check_trap("NA4: behind", LOAD_ACCESS, (Word)probe_lw, at + 4);
#if XLEN == 64
    mode_run(probe_load, at, S_MODE);
    check("an access over an entry's border fails", trap.count == 1 && trap.cause == LOAD_ACCESS);
    trap_clear();
#endif
    pmp_set(0, 0, 0);
    pmp_set(1, 0, 0);
}

// The page table's own pages are read as S-mode: forbidding them is an access fault of the original access's kind.
static void test_walk(void) {
    Space space = space_new(XLEN == 32 ? 2 : 3);
    Word at = 0x40000000ul;

    space_map_program(&space, PTE_RWX);
    space_map(&space, at, area[3], PTE_RW);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    mode_run(probe_lw, at, S_MODE);
    check_no_trap("walk allowed");
    pmp_set(0, napot((void *)((Word)space_leaf(&space, at, 0) & -(Word)PAGE_SIZE), PAGE_SIZE), NAPOT);
    mode_run(probe_lw, at, S_MODE);
    check_trap("load whose walk is forbidden", LOAD_ACCESS, (Word)probe_lw, at);
    mode_run(probe_sw, at, S_MODE);
    check_trap("store whose walk is forbidden", STORE_ACCESS, (Word)probe_sw, at);
    mode_run(probe_exec, at, S_MODE);
    check_trap("fetch whose walk is forbidden", FETCH_ACCESS, at, at);
    pmp_set(0, napot(area[3], PAGE_SIZE), NAPOT | R);
    mode_run(probe_sw, at, S_MODE);
    check_trap("the translated address is checked", STORE_ACCESS, (Word)probe_sw, at);
    pmp_set(0, 0, 0);
    csr_write(satp, 0);
    sfence_all();
}

static void test_lock(void) {
    Word at = (Word)area[0];

    pmp_set(3, napot((void *)at, PAGE_SIZE), NAPOT | LOCK | R);
    mode_run(probe_lw, at, M_MODE);
    check_no_trap("locked: M-mode load");
    mode_run(probe_sw, at, M_MODE);
    check_trap("locked: M-mode store", STORE_ACCESS, (Word)probe_sw, at);
    pmp_set(3, 0, NAPOT | R | W | X);
    check("locked: neither register changes", csr_read(pmpaddr3) == napot((void *)at, PAGE_SIZE)
          && csr_read(pmpcfg0) >> 24 == (NAPOT | LOCK | R));
    mode_run(probe_sw, at, M_MODE);
    check_trap("locked: still", STORE_ACCESS, (Word)probe_sw, at);
}

void test_main(void) {
    test_permissions();
    test_ranges();
    test_walk();
    test_lock();
}
