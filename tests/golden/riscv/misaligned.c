// SPDX-License-Identifier: MIT
// run: xlen=64,32
// peer-fails: misaligned AMO traps
// Misaligned loads and stores: every offset around a page border, the two pages far apart physically, under
// translation; faults name the part that failed. Unprivileged 2.6, privileged 4.1.9 (stval).
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul

static uint8_t frame[4][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t *low, *high; // frames of the two virtual pages

static uint8_t *byte_at(Word at) {
    Word offset = at - BASE;

    return offset < PAGE_SIZE ? low + offset : high + offset - PAGE_SIZE;
}

static void fill(void) {
    for (Word i = 0; i < 2 * PAGE_SIZE; i++)
        *byte_at(BASE + i) = i * 7 + 3;
}

static uint64_t bytes_at(Word at, int size) {
    uint64_t value = 0;

    for (int i = size; i--;)
        value = value << 8 | *byte_at(at + i);
    return value;
}

// Under translation: sums what is wrong over all offsets around the border, for loads.
static Word load_errors(Word unused) {
    Word errors = 0, got;

    for (Word at = BASE + PAGE_SIZE - 9; at < BASE + PAGE_SIZE + 2; at++) {
        __asm__ volatile("lhu %0, 0(%1)" : "=r"(got) : "r"(at) : "memory");
        errors += got != bytes_at(at, 2);
        __asm__ volatile("lh %0, 0(%1)" : "=r"(got) : "r"(at) : "memory");
        errors += got != (Word)(int16_t)bytes_at(at, 2);
        __asm__ volatile("lw %0, 0(%1)" : "=r"(got) : "r"(at) : "memory");
        errors += got != (Word)(int32_t)bytes_at(at, 4);
#if XLEN == 64
        __asm__ volatile("ld %0, 0(%1)" : "=r"(got) : "r"(at) : "memory");
        errors += got != bytes_at(at, 8);
        __asm__ volatile("fld fa0, 0(%1)\n fmv.x.d %0, fa0" : "=r"(got) : "r"(at) : "memory", "fa0");
        errors += got != bytes_at(at, 8);
#endif
    }
    return errors;
}

static Word store_errors(Word unused) {
    Word errors = 0;

    for (Word at = BASE + PAGE_SIZE - 9; at < BASE + PAGE_SIZE + 2; at++) {
        uint64_t value = 0x1122334455667788u + at * 0x0101010101010101u, around = bytes_at(at - 1, 1);
        __asm__ volatile("sh %0, 0(%1)" : : "r"((Word)value), "r"(at) : "memory");
        errors += bytes_at(at, 2) != (uint16_t)value;
        value = ~value;
        __asm__ volatile("sw %0, 0(%1)" : : "r"((Word)value), "r"(at) : "memory");
        errors += bytes_at(at, 4) != (uint32_t)value;
#if XLEN == 64
        value = value * 3;
        __asm__ volatile("sd %0, 0(%1)" : : "r"(value), "r"(at) : "memory");
        errors += bytes_at(at, 8) != value;
        errors += bytes_at(at + 8, 1) != (uint8_t)((at + 8 - BASE) * 7 + 3);
#endif
        errors += bytes_at(at - 1, 1) != around;
    }
    return errors;
}

static void test_faults(const Space *space) {
    Word border = BASE + PAGE_SIZE;

    *space_leaf(space, border, 0) = 0;
    sfence_all();
    mode_run(probe_load, border - 1, S_MODE);
    check_trap("load into a missing second page", LOAD_PAGE, (Word)probe_load, border);
    mode_run(probe_lw, border - 2, S_MODE);
    check_trap("lw into a missing second page", LOAD_PAGE, (Word)probe_lw, border);
    mode_run(probe_store, border - 3, S_MODE);
    check_trap("store into a missing second page", STORE_PAGE, (Word)probe_store, border);
    mode_run(probe_load, border - sizeof(Word), S_MODE);
    check_no_trap("an access that ends at the border");

    space_map(space, border, high, PTE_RW & ~PTE_W & ~PTE_D);
    sfence_all();
    mode_run(probe_load, border - 1, S_MODE);
    check_no_trap("load into a read-only second page");
    mode_run(probe_store, border - 1, S_MODE);
    check_trap("store into a read-only second page", STORE_PAGE, (Word)probe_store, border);

    space_map(space, border, high, PTE_RW);
    *space_leaf(space, BASE, 0) = 0;
    sfence_all();
    mode_run(probe_load, border - 1, S_MODE);
    check_trap("load from a missing first page", LOAD_PAGE, (Word)probe_load, border - 1);
    mode_run(probe_sh, border - 1, S_MODE);
    check_trap("store to a missing first page", STORE_PAGE, (Word)probe_sh, border - 1);
}

void test_main(void) {
    Space space = space_new(XLEN == 32 ? 2 : 3);

    low = frame[2], high = frame[0];
    space_map_program(&space, PTE_RWX);
    space_map(&space, BASE, low, PTE_RW);
    space_map(&space, BASE + PAGE_SIZE, high, PTE_RW);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    fill();
    check_equal("loads across pages", mode_run(load_errors, 0, S_MODE), 0);
    check_equal("stores across pages", mode_run(store_errors, 0, S_MODE), 0);
    check_no_trap("misaligned accesses do not trap");
    test_faults(&space);
    fill();
    Word old = bytes_at(BASE + PAGE_SIZE + 14, 4);
    mode_run(probe_amo, BASE + PAGE_SIZE + 14, S_MODE); // over a 16-byte border, which Zama16b leaves out too
    check("misaligned AMO traps", trap.count == 1 && (trap.cause == STORE_MISALIGNED || trap.cause == STORE_ACCESS)
          && bytes_at(BASE + PAGE_SIZE + 14, 4) == old);
    trap_clear();
    mode_run(probe_lr, BASE + PAGE_SIZE + 2, S_MODE);
    check("misaligned LR traps", trap.count == 1 && (trap.cause == LOAD_MISALIGNED || trap.cause == LOAD_ACCESS));
    trap_clear();
}
