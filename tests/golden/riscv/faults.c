// SPDX-License-Identifier: MIT
// run: xlen=64,32
// Page faults: cause, pc and tval for every kind of forbidden access, SUM, MXR and MPRV, and registers exactly as
// they were before the faulting instruction in the middle of straight code. Privileged 12.3.2.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul
#define PAGE(n) (BASE + (n) * (Word)PAGE_SIZE)

static Word frame[PAGE_SIZE / sizeof(Word)] __attribute__((aligned(PAGE_SIZE)));
static uint32_t code_frame[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE))) = {0x00008067}; // ret
static Space space;

enum { RW_PAGE, RO_PAGE, X_PAGE, USER_PAGE, MISSING, W_ONLY, NO_READ_X, SPLIT_A, SPLIT_B };

// `instruction` runs at a known place between changes of a register that must be seen whole.
Word straight_code(Word);
extern char straight_fault[];
__asm__(
    ".text\n.balign 4\n"
    "straight_code:\n"
    "    li t1, 1\n"
    "    addi t1, t1, 2\n"
    "    li a2, 40\n"
    "    add a2, a2, t1\n"
    "    .option push\n    .option norvc\n"
    "straight_fault: lw t1, 16(a0)\n"
    "    .option pop\n"
    "    slli a0, a2, 8\n"      // 43 << 8
    "    addi a2, a2, 1\n"
    "    add a0, a0, t1\n"      // t1 is still 3
    "    ret\n");

static void test_permissions(void) {
    mode_run(probe_lw, PAGE(RW_PAGE), S_MODE);
    mode_run(probe_sw, PAGE(RW_PAGE), S_MODE);
    mode_run(probe_lw, PAGE(RO_PAGE), S_MODE);
    check_no_trap("allowed accesses");
    mode_run(probe_sw, PAGE(RO_PAGE) + 8, S_MODE);
    check_trap("store to a read-only page", STORE_PAGE, (Word)probe_sw, PAGE(RO_PAGE) + 8);
    mode_run(probe_amo, PAGE(RO_PAGE) + 8, S_MODE);
    check_trap("AMO on a read-only page", STORE_PAGE, (Word)probe_amo, PAGE(RO_PAGE) + 8);
    mode_run(probe_lw, PAGE(MISSING) + 4, S_MODE);
    check_trap("load from a missing page", LOAD_PAGE, (Word)probe_lw, PAGE(MISSING) + 4);
    mode_run(probe_sb, PAGE(MISSING) + 5, S_MODE);
    check_trap("store to a missing page", STORE_PAGE, (Word)probe_sb, PAGE(MISSING) + 5);
    mode_run(probe_amo, PAGE(MISSING), S_MODE);
    check_trap("AMO on a missing page", STORE_PAGE, (Word)probe_amo, PAGE(MISSING));
    mode_run(probe_lr, PAGE(MISSING), S_MODE);
    check_trap("LR on a missing page", LOAD_PAGE, (Word)probe_lr, PAGE(MISSING));
    mode_run(probe_lw, PAGE(W_ONLY), S_MODE);
    check_trap("W without R is reserved", LOAD_PAGE, (Word)probe_lw, PAGE(W_ONLY));
    mode_run(probe_exec, PAGE(RW_PAGE), S_MODE);
    check_trap("fetch from a page without X", FETCH_PAGE, PAGE(RW_PAGE), PAGE(RW_PAGE));
    mode_run(probe_exec, PAGE(MISSING) + 2, S_MODE);
    check_trap("fetch from a missing page", FETCH_PAGE, PAGE(MISSING) + 2, PAGE(MISSING) + 2);
    mode_run(probe_exec, PAGE(X_PAGE), S_MODE);
    check_no_trap("fetch from an X page");
}

static void test_user_pages(void) {
    mode_run(probe_lw, PAGE(USER_PAGE), S_MODE);
    check_trap("S-mode reads a U page without SUM", LOAD_PAGE, (Word)probe_lw, PAGE(USER_PAGE));
    csr_set(mstatus, MSTATUS_SUM);
    mode_run(probe_lw, PAGE(USER_PAGE), S_MODE);
    mode_run(probe_sw, PAGE(USER_PAGE), S_MODE);
    check_no_trap("S-mode uses a U page with SUM");
    mode_run(probe_exec, PAGE(USER_PAGE), S_MODE);
    check_trap("S-mode never executes a U page", FETCH_PAGE, PAGE(USER_PAGE), PAGE(USER_PAGE));
    csr_clear(mstatus, MSTATUS_SUM);
    mode_run(probe_lw, PAGE(USER_PAGE), S_MODE);
    check_trap("SUM off takes effect at once", LOAD_PAGE, (Word)probe_lw, PAGE(USER_PAGE));
}

static void test_mxr(void) {
    mode_run(probe_lw, PAGE(NO_READ_X), S_MODE);
    check_trap("load from an X-only page", LOAD_PAGE, (Word)probe_lw, PAGE(NO_READ_X));
    csr_set(mstatus, MSTATUS_MXR);
    mode_run(probe_lw, PAGE(NO_READ_X), S_MODE);
    check_no_trap("load from an X-only page with MXR");
    csr_clear(mstatus, MSTATUS_MXR);
    mode_run(probe_lw, PAGE(NO_READ_X), S_MODE);
    check_trap("MXR off takes effect at once", LOAD_PAGE, (Word)probe_lw, PAGE(NO_READ_X));
}

// M-mode accesses with MPRV translate as MPP; fetches do not.
static void test_mprv(void) {
    Word got;

    frame[2] = 77;
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, (Word)S_MODE << 11);
    __asm__ volatile("csrs mstatus, %1\n lw %0, 0(%2)\n csrc mstatus, %1"
                     : "=&r"(got) : "r"(MSTATUS_MPRV), "r"(PAGE(RW_PAGE) + 2 * sizeof(Word)) : "memory");
    check_equal("MPRV load through the page tables", got, 77);
    check_no_trap("MPRV load");
    csr_clear(mstatus, MSTATUS_MPP);
    csr_set(mstatus, (Word)S_MODE << 11);
    __asm__ volatile("csrs mstatus, %0\n lw zero, 0(%1)\n csrc mstatus, %0"
                     : : "r"(MSTATUS_MPRV), "r"(PAGE(USER_PAGE)) : "memory");
    check("MPRV load of a U page as S", trap.count == 1 && trap.cause == LOAD_PAGE && trap.tval == PAGE(USER_PAGE));
    csr_clear(mstatus, MSTATUS_MPRV);
    trap_clear();
}

// A 4-byte instruction whose second half lies in a page that is not there: pc names the start, tval the second half.
static void test_split_fetch(void) {
    static uint16_t code[2][PAGE_SIZE / 2] __attribute__((aligned(PAGE_SIZE)));

    code[0][PAGE_SIZE / 2 - 1] = 0x0513; // addi a0, zero, 5 = 0x00500513, split
    code[1][0] = 0x0050;
    code[1][1] = 0x8082; // ret
    space_map(&space, PAGE(SPLIT_A), code[0], PTE_V | PTE_X | PTE_R | PTE_A);
    *space_leaf(&space, PAGE(SPLIT_B), 0) = 0;
    sfence_all();
    fence_i();
    mode_run(probe_exec, PAGE(SPLIT_B) - 2, S_MODE);
    check_trap("instruction split into a missing page", FETCH_PAGE, PAGE(SPLIT_B) - 2, PAGE(SPLIT_B));
    space_map(&space, PAGE(SPLIT_B), code[1], PTE_V | PTE_X | PTE_R | PTE_A);
    sfence_all();
    check_equal("instruction split over two pages", mode_run(probe_exec, PAGE(SPLIT_B) - 2, S_MODE), 5);
    code[1][0] = 0x0090; // the immediate becomes 9
    fence_i();
    check_equal("second half rewritten", mode_run(probe_exec, PAGE(SPLIT_B) - 2, S_MODE), 9);
    check_no_trap("split instruction");
    *space_leaf(&space, PAGE(SPLIT_B), 0) = 0;
    sfence_all();
    mode_run(probe_exec, PAGE(SPLIT_B) - 2, S_MODE);
    check_trap("second page gone again", FETCH_PAGE, PAGE(SPLIT_B) - 2, PAGE(SPLIT_B));
}

static void test_user_mode(void) {
    space_map_program(&space, PTE_RWX | PTE_U);
    sfence_all();
    mode_run(probe_lw, PAGE(USER_PAGE), U_MODE);
    mode_run(probe_sw, PAGE(USER_PAGE), U_MODE);
    check_no_trap("U-mode uses its page");
    mode_run(probe_lw, PAGE(RW_PAGE), U_MODE);
    check_trap("U-mode reads a supervisor page", LOAD_PAGE, (Word)probe_lw, PAGE(RW_PAGE));
    mode_run(probe_exec, PAGE(X_PAGE), U_MODE);
    check_trap("U-mode executes a supervisor page", FETCH_PAGE, PAGE(X_PAGE), PAGE(X_PAGE));
    mode_run(probe_exec, (Word)mode_leave, U_MODE);
    check_no_trap("U-mode executes its page");
}

void test_main(void) {
    space = space_new(XLEN == 32 ? 2 : 3);
    space_map_program(&space, PTE_RWX);
    space_map(&space, PAGE(RW_PAGE), frame, PTE_RW);
    space_map(&space, PAGE(RO_PAGE), frame, PTE_V | PTE_R | PTE_A);
    space_map(&space, PAGE(X_PAGE), code_frame, PTE_V | PTE_X | PTE_A);
    space_map(&space, PAGE(USER_PAGE), frame, PTE_RWX | PTE_U);
    space_map(&space, PAGE(W_ONLY), frame, PTE_V | PTE_W | PTE_A | PTE_D);
    space_map(&space, PAGE(NO_READ_X), frame, PTE_V | PTE_X | PTE_A);
    csr_write(satp, space_satp(&space, 0));
    sfence_all();
    test_mxr();
    test_user_pages();
    test_permissions();
    check_equal("registers exact at a fault", mode_run(straight_code, PAGE(MISSING), S_MODE), (43 << 8) + 3);
    check_trap("fault in straight code", LOAD_PAGE, (Word)straight_fault, PAGE(MISSING) + 16);
    test_mprv();
    test_split_fetch();
    test_user_mode();
}
