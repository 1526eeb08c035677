// SPDX-License-Identifier: MIT
// run: xlen=32
// Code at both ends of a 32-bit address space: it runs on past the last address at the first, and jumps and branches wrap
// both ways. Unprivileged manual, "Base Instruction Formats" and RV32I: addresses are calculated modulo 2^32.
#include "tests/golden/riscv/lib/test.h"

static uint32_t last[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE))), first[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

enum { ADD_1 = 0x00150513, ADD_2 = 0x00250513, ADD_16 = 0x01050513, RET = 0x00008067, NOP = 0x00000013 };

static uint32_t jump(int32_t by, int rd) {
    return ((by >> 20 & 1u) << 31 | (by >> 1 & 0x3ffu) << 21 | (by >> 11 & 1u) << 20 | (by >> 12 & 0xffu) << 12) | (uint32_t)rd << 7 | 0x6f;
}
static uint32_t branch_if_zero(int32_t by) { // beqz a1
    return (by >> 12 & 1u) << 31 | (by >> 5 & 0x3fu) << 25 | 11 << 15 | (by >> 1 & 0xfu) << 8 | (by >> 11 & 1u) << 7 | 0x63;
}

static Word call(Word pc) {
    Word result;
    __asm__ volatile("li a0, 0\n li a1, 0\n jalr ra, 0(%1)\n mv %0, a0" : "=r"(result) : "r"(pc) : "a0", "a1", "ra", "memory");
    return result;
}

// In S-mode under paging.
static Word run(Word pc) { return call(pc); }

static void put(uint32_t *page, Word at, uint32_t code) { page[(at & (PAGE_SIZE - 1)) / 4] = code; }

static Word in_space(Word pc) {
    fence_i();
    return mode_run(run, pc, S_MODE);
}

void test_main(void) {
    pmp_open();
    Space space = space_new(2);
    space_map_program(&space, PTE_RWX);
    space_map(&space, 0xfffff000ul, last, PTE_RWX);
    space_map(&space, 0, first, PTE_RWX);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    put(last, 0xfffffff8, ADD_1);
    put(last, 0xfffffffc, ADD_2);
    put(first, 0, ADD_16);
    put(first, 4, RET);
    for (int i = 0; i < 100; i++)
        if (in_space(0xfffffff8) != 19) {
            check("runs on past the end, each time", 0);
            return;
        }
    check_equal("runs on past the end", in_space(0xfffffff8), 19);
    put(last, 0xfffffffc, jump(8, 0));
    put(first, 4, ADD_2);
    put(first, 8, RET);
    check_equal("jumps past the end", in_space(0xfffffff8), 3);
    put(last, 0xfffffffc, branch_if_zero(8));
    check_equal("branches past the end", in_space(0xfffffff8), 3);
    put(first, 0, branch_if_zero(-16));
    put(last, 0xfffffff0, ADD_16);
    put(last, 0xfffffff4, RET);
    check_equal("branches back", in_space(0), 16);
    put(first, 0, jump(-16, 0));
    check_equal("jumps back", in_space(0), 16);
    // The halves of `addi a0, a0, 16`, a c.nop before and behind.
    last[PAGE_SIZE / 4 - 1] = (ADD_16 & 0xffffu) << 16 | 0x0001;
    first[0] = 0x00010000u | ADD_16 >> 16;
    put(first, 4, RET);
    check_equal("an instruction across the end", in_space(0xfffffffc), 16);
}
