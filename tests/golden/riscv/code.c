// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Code that changes: rewritten by itself, by the block it stands in, through another mapping, with fence.i and (as many
// guests do, and QEMU allows) without; data stores beside code; code pages remapped. Unprivileged, Zifencei.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul
#define ADDI(rd, rs1, imm) (0x13u | (rd) << 7 | (rs1) << 15 | (uint32_t)(imm) << 20)
#define RET 0x00008067u
#define A0 10

static uint32_t code[2][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
typedef Word Function(Word);
static Function *const run0 = (Function *)code[0], *const run1 = (Function *)code[1];

static void write_add(uint32_t *at, int amount) {
    at[0] = ADDI(A0, A0, amount);
    at[1] = RET;
}

static void test_rewrite(void) {
    Word sum = 0, wanted = 0;

    for (int i = 0; i < 200; i++) {
        write_add(code[0], i);
        fence_i();
        sum = sum * 3 + run0(1);
        wanted = wanted * 3 + i + 1;
    }
    check_equal("rewrite, fence.i, run", sum, wanted);
    sum = wanted = 0;
    for (int i = 0; i < 200; i++) {
        write_add(code[0], i);
        sum = sum * 3 + run0(1);
        wanted = wanted * 3 + i + 1;
    }
    check_equal("rewrite and run without a fence", sum, wanted);
}

static void test_data_beside_code(void) {
    volatile uint32_t *data = &code[0][100];
    Word sum = 0;

    write_add(code[0], 1);
    fence_i();
    for (int i = 0; i < 1000; i++) {
        data[i % 50] += i;
        sum = run0(sum) + data[i % 50] % 2;
    }
    check("data stores to a code page", sum >= 1000 && data[7] == 7 + 57 + 107 + 157 + 207 + 257 + 307 + 357 + 407 + 457
          + 507 + 557 + 607 + 657 + 707 + 757 + 807 + 857 + 907 + 957);
}

// Stores over the instruction right behind the store, in the same straight run of code, with a fence.i between.
Word patch_ahead(Word);
extern uint32_t patched[];
__asm__(
    ".text\n.option push\n.option norvc\n.balign 4\n"
    "patch_ahead:\n"
    "    la t0, patched\n"
    "    sw a0, 0(t0)\n"
    "    li a0, 1\n"
    "    fence.i\n"
    "patched: addi a0, a0, 100\n"
    "    ret\n"
    ".option pop\n");

static void test_patch_ahead(void) {
    check_equal("patch the next instruction", patch_ahead(ADDI(A0, A0, 7)), 8);
    check_equal("patch it again", patch_ahead(ADDI(A0, A0, 9)), 10);
    check_equal("patch it as it was", patch_ahead(ADDI(A0, A0, 9)), 10);
    check_equal("the patch is in memory", patched[0], ADDI(A0, A0, 9));
}

// One page of code under two addresses, written through a third.
static void test_aliases(void) {
    Space space = space_new(XLEN == 32 ? 2 : 3);
    uint32_t *window = (uint32_t *)(BASE + 2 * PAGE_SIZE);
    Word sum = 0;

    space_map_program(&space, PTE_RWX);
    space_map(&space, BASE, code[0], PTE_V | PTE_R | PTE_X | PTE_A);
    space_map(&space, BASE + PAGE_SIZE, code[0], PTE_V | PTE_R | PTE_X | PTE_A);
    space_map(&space, (Word)window, code[0], PTE_RW);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    write_add(code[0], 1);
    fence_i();
    sum = mode_run((Function *)BASE, 0, S_MODE) + 10 * mode_run((Function *)(BASE + PAGE_SIZE), 0, S_MODE);
    check_equal("one page of code at two addresses", sum, 11);
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, (Word)S_MODE << 11);
    __asm__ volatile("csrs mstatus, %0\n sw %1, 0(%2)\n csrc mstatus, %0"
                     : : "r"(MSTATUS_MPRV), "r"(ADDI(A0, A0, 3)), "r"(window) : "memory");
    fence_i();
    sum = mode_run((Function *)BASE, 0, S_MODE) + 10 * mode_run((Function *)(BASE + PAGE_SIZE), 0, S_MODE);
    check_equal("written through a third", sum, 33);

    write_add(code[1], 5);
    fence_i();
    space_map(&space, BASE, code[1], PTE_V | PTE_R | PTE_X | PTE_A);
    __asm__ volatile("sfence.vma %0, zero" : : "r"(BASE) : "memory");
    sum = mode_run((Function *)BASE, 0, S_MODE) + 10 * mode_run((Function *)(BASE + PAGE_SIZE), 0, S_MODE);
    check_equal("code page remapped", sum, 35);
    for (int i = 0; i < 20; i++) {
        space_map(&space, BASE, code[i & 1], PTE_V | PTE_R | PTE_X | PTE_A);
        __asm__ volatile("sfence.vma" : : : "memory");
        sum = sum * 2 + mode_run((Function *)BASE, 0, S_MODE);
    }
    Word wanted = 35;
    for (int i = 0; i < 20; i++)
        wanted = wanted * 2 + (i & 1 ? 5 : 3);
    check_equal("code page remapped to and fro", sum, wanted);
    csr_write(satp, 0);
    check_no_trap("aliases");
}

// A loop that rewrites one instruction of a callee each turn: the callee is hot and linked by then.
static void test_hot_callee(void) {
    Word sum = 0, wanted = 0;

    write_add(code[0], 1);
    write_add(code[1], 2);
    fence_i();
    for (int i = 0; i < 3000; i++) {
        if (i % 1000 == 999) {
            code[0][0] = ADDI(A0, A0, i / 1000 + 2);
            fence_i();
        }
        sum = run1(run0(sum));
        wanted += (i >= 2999 ? 4 : i >= 1999 ? 3 : i >= 999 ? 2 : 1) + 2;
    }
    check_equal("hot callee rewritten", sum, wanted);
}

void test_main(void) {
    test_rewrite();
    test_data_beside_code();
    test_patch_ahead();
    test_hot_callee();
    test_aliases();
}
