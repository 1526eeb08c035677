// SPDX-License-Identifier: MIT
// run: xlen=64,32
// What a TLB may get wrong: many pages at colliding distances, one address in two ASIDs, global pages, partial flushes
// that must flush enough, pages that come back together, privilege changes on the same page, translation switched on and off. Privileged 12.2.1.
#include "tests/golden/riscv/lib/test.h"

#define BASE 0x40000000ul
#define PAGES 64
#define FAR (XLEN == 32 ? 4ul << 20 : 64ul << 20) // between pages that collide in any small direct-mapped TLB

static uint32_t frame[PAGES][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

static Word sum_pages(Word step) {
    Word sum = 0;

    for (Word i = 0; i < PAGES; i++)
        sum = sum * 5 + *(volatile uint32_t *)(BASE + i * PAGE_SIZE);
    return sum;
}

static Word sum_far(Word count) {
    Word sum = 0;

    for (int round = 0; round < 50; round++)
        for (Word i = 0; i < count; i++) {
            volatile uint32_t *at = (uint32_t *)(BASE + i * FAR);
            sum += *at ^ round;
            *at = *at + 1;
        }
    return sum;
}

static Word sum_expected(const uint8_t *order) {
    Word sum = 0;

    for (int i = 0; i < PAGES; i++)
        sum = sum * 5 + frame[order[i]][0];
    return sum;
}

static void test_many(const Space *space) {
    uint8_t order[PAGES];
    Word errors = 0;

    for (int i = 0; i < PAGES; i++) {
        frame[i][0] = i * i + 1;
        order[i] = i;
        space_map(space, BASE + i * PAGE_SIZE, frame[i], PTE_RW);
    }
    sfence_all();
    for (int round = 0; round < 64; round++) {
        int a = round * 7 % PAGES, b = (round * 13 + 5) % PAGES;
        uint8_t kept = order[a];
        order[a] = order[b], order[b] = kept;
        space_map(space, BASE + a * PAGE_SIZE, frame[order[a]], PTE_RW);
        space_map(space, BASE + b * PAGE_SIZE, frame[order[b]], PTE_RW);
        __asm__ volatile("sfence.vma %0, zero\n sfence.vma %1, zero"
                         : : "r"(BASE + a * PAGE_SIZE), "r"(BASE + b * PAGE_SIZE) : "memory");
        errors += mode_run(sum_pages, 0, S_MODE) != sum_expected(order);
    }
    check_equal("pages exchanged one by one", errors, 0);
    for (int i = 0; i < 8; i++) {
        frame[i][0] = 100 * i;
        space_map(space, BASE + i * FAR, frame[i], PTE_RW);
    }
    sfence_all();
    Word wanted = 0;
    uint32_t value[8];
    for (int i = 0; i < 8; i++)
        value[i] = 100 * i;
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < 8; i++)
            wanted += value[i]++ ^ round;
    check_equal("pages that collide", mode_run(sum_far, 8, S_MODE), wanted);
    check_equal("their last values", frame[7][0], 750);
    check_no_trap("many pages");
}

// Myna's TLB has one first place for both.
#define TWIN (BASE + 0x1001000ul)

static Word sum_pair(volatile uint32_t *a, volatile uint32_t *b, Word rounds) {
    Word sum = 0;

    for (Word i = 0; i < rounds; i++) {
        sum = sum * 3 + *a;
        *b += 1;
        sum += *b ^ i;
        *a += 2;
    }
    return sum;
}

static Word sum_twins(Word rounds) { return sum_pair((uint32_t *)BASE, (uint32_t *)TWIN, rounds); }

static void test_twins(const Space *space) {
    static uint32_t value[4];
    int at[2] = {0, 1};
    Word errors = 0;

    for (int i = 0; i < 4; i++)
        frame[i][0] = value[i] = 1000 * i;
    space_map(space, BASE, frame[0], PTE_RW);
    space_map(space, TWIN, frame[1], PTE_RW);
    sfence_all();
    for (int round = 0; round < 60; round++) {
        int which = round * 5 / 3 & 1, next = (at[which] + 1 + round % 3) & 3;
        if (next == at[!which])
            next = (next + 1) & 3;
        at[which] = next;
        Word page = which ? TWIN : BASE;
        space_map(space, page, frame[next], PTE_RW);
        __asm__ volatile("sfence.vma %0, zero" : : "r"(page) : "memory");
        errors += mode_run(sum_twins, 20, S_MODE) != sum_pair(&value[at[0]], &value[at[1]], 20);
    }
    for (int i = 0; i < 4; i++)
        errors += frame[i][0] != value[i];
    check_equal("two pages of one place, exchanged", errors, 0);
    check_no_trap("twins");
}

static Word load_in(const Space *space, Word asid, Word vaddr) {
    csr_write(satp, space_satp(space, asid));
    return mode_run(probe_lw, vaddr, S_MODE);
}

static void test_asids(Space space[2]) {
    Word errors = 0, global = BASE + PAGE_SIZE;

    csr_write(satp, space_satp(&space[0], ~0ul >> (XLEN - (XLEN == 32 ? 9 : 16))));
    if ((csr_read(satp) >> (XLEN == 32 ? 22 : 44) & 3) != 3) {
        check("two bits of ASID", 1); // none to test with
        return;
    }
    frame[0][0] = 10, frame[1][0] = 20, frame[2][0] = 30;
    for (int i = 0; i < 2; i++) {
        space_map(&space[i], BASE, frame[i], PTE_RW);
        space_map(&space[i], global, frame[2], PTE_RW | PTE_G);
    }
    sfence_all();
    for (int i = 0; i < 50; i++) {
        errors += load_in(&space[i & 1], 1 + (i & 1), BASE) != (i & 1 ? 20u : 10u);
        errors += load_in(&space[i & 1], 1 + (i & 1), global) != 30;
    }
    check_equal("one address in two ASIDs", errors, 0);

    frame[3][0] = 40;
    space_map(&space[0], BASE, frame[3], PTE_RW);
    __asm__ volatile("sfence.vma %0, %1" : : "r"(BASE), "r"(1) : "memory");
    check_equal("flush of an address in one ASID", load_in(&space[0], 1, BASE), 40);
    check_equal("the other ASID keeps its page", load_in(&space[1], 2, BASE), 20);
    space_map(&space[1], BASE, frame[3], PTE_RW);
    __asm__ volatile("sfence.vma zero, %0" : : "r"(2) : "memory");
    check_equal("flush of one ASID", load_in(&space[1], 2, BASE), 40);
    for (int i = 0; i < 2; i++)
        space_map(&space[i], global, frame[0], PTE_RW | PTE_G);
    __asm__ volatile("sfence.vma %0, zero" : : "r"(global) : "memory");
    check("flush of a global page by address in all ASIDs",
          load_in(&space[0], 1, global) == 10 && load_in(&space[1], 2, global) == 10);
    space_map(&space[0], BASE, frame[0], PTE_RW);
    space_map(&space[1], BASE, frame[1], PTE_RW);
    sfence_all();
    check("full flush reaches every ASID", load_in(&space[0], 1, BASE) == 10 && load_in(&space[1], 2, BASE) == 20);
    check_no_trap("ASIDs");
}

// A kernel whose own pages are all global may keep what it has cached when the page table changes; pages of one table must not go along.
static void test_global_program(Space space[2]) {
    Word errors = 0, global = BASE + PAGE_SIZE;

    for (int i = 0; i < 2; i++) {
        space_map_program(&space[i], PTE_RWX | PTE_G);
        space_map(&space[i], BASE, frame[i], PTE_RW);
        space_map(&space[i], global, frame[2], PTE_RW | PTE_G);
    }
    sfence_all();
    frame[0][0] = 10, frame[1][0] = 20, frame[2][0] = 30;
    for (int i = 0; i < 40; i++) {
        int k = i & 1;
        errors += load_in(&space[k], 1 + k, global) != 30;
        if (i % 3)
            errors += load_in(&space[k], 1 + k, BASE) != (k ? 20u : 10u);
        errors += load_in(&space[!k], 1 + !k, global) != 30;
        if (i % 5 == 0)
            __asm__ volatile("sfence.vma zero, %0" : : "r"(1 + k) : "memory");
    }
    check_equal("global pages in two tables", errors, 0);
    frame[3][0] = 40;
    load_in(&space[0], 1, global);
    load_in(&space[1], 2, BASE);
    space_map(&space[1], BASE, frame[3], PTE_RW);
    __asm__ volatile("sfence.vma %0, %1" : : "r"(BASE), "r"(2) : "memory");
    check_equal("flush of a page beside global ones", load_in(&space[1], 2, BASE), 40);
    for (int i = 0; i < 2; i++)
        space_map(&space[i], global, frame[3], PTE_RW | PTE_G);
    __asm__ volatile("sfence.vma %0, zero" : : "r"(global) : "memory");
    check("global pages are flushed in both", load_in(&space[0], 1, global) == 40 && load_in(&space[1], 2, global) == 40);
    check_no_trap("global program");
    for (int i = 0; i < 2; i++)
        space_map_program(&space[i], PTE_RWX);
    sfence_all();
}

// An instruction that begins in a page all tables share and ends in one of its own: addi a0, a0, 1 or 2, by the table.
static void test_straddling(Space space[2]) {
    Word errors = 0, code = BASE + 16 * PAGE_SIZE;
    Word (*add)(Word) = (Word (*)(Word))(code + PAGE_SIZE - 2);

    ((volatile uint16_t *)frame[0])[PAGE_SIZE / 2 - 1] = 0x0513;
    for (int i = 0; i < 3; i++) {
        volatile uint16_t *second = (volatile uint16_t *)frame[1 + i];
        second[0] = 0x0015 + 0x10 * i;
        second[1] = 0x8082; // ret
    }
    for (int i = 0; i < 2; i++) {
        space_map_program(&space[i], PTE_RWX | PTE_G);
        space_map(&space[i], code, frame[0], PTE_RWX | PTE_G);
        space_map(&space[i], code + PAGE_SIZE, frame[1 + i], PTE_RWX);
    }
    fence_i();
    sfence_all();
    for (int i = 0; i < 40; i++) {
        csr_write(satp, space_satp(&space[i / 3 & 1], 1 + (i / 3 & 1)));
        errors += mode_run(add, 5, S_MODE) != (Word)(6 + (i / 3 & 1));
    }
    check_equal("an instruction that ends in another table's page", errors, 0);
    space_map(&space[1], code + PAGE_SIZE, frame[3], PTE_RWX);
    __asm__ volatile("sfence.vma zero, %0" : : "r"(2) : "memory");
    csr_write(satp, space_satp(&space[1], 2));
    check_equal("and after a flush of that ASID", mode_run(add, 5, S_MODE), 8);
    errors = 0;
    for (int i = 0; i < 10; i++) {
        errors += mode_run(add, 5, S_MODE) != (Word)(i ? 8 - i % 3 : 8);
        space_map(&space[1], code + PAGE_SIZE, frame[3 - (i + 1) % 3], PTE_RWX);
        __asm__ volatile("sfence.vma %0, %1" : : "r"(code + PAGE_SIZE), "r"(2) : "memory");
    }
    check_equal("and after flushes of the page it ends in", errors, 0);
    check_no_trap("straddling instruction");
    for (int i = 0; i < 2; i++)
        space_map_program(&space[i], PTE_RWX);
    sfence_all();
}

// What a walk for a load finds out about stores, and the other way round, holds no longer than the page table says.
static void test_rights(const Space *space) {
    Word good = 0;

    csr_write(satp, space_satp(space, 0));
    for (int i = 0; i < 20; i++) {
        space_map(space, BASE, frame[0], PTE_RW);
        __asm__ volatile("sfence.vma %0, zero" : : "r"(BASE) : "memory");
        mode_run(i & 1 ? probe_lw : probe_sw, BASE, S_MODE);
        good += trap.count == 0;
        space_map(space, BASE, frame[0], i & 2 ? PTE_RW & ~PTE_W : PTE_V | PTE_X | PTE_A | PTE_D);
        __asm__ volatile("sfence.vma %0, zero" : : "r"(BASE) : "memory");
        mode_run(probe_sw, BASE, S_MODE);
        good += trap.count == 1 && trap.cause == STORE_PAGE;
        trap_clear();
        mode_run(probe_lw, BASE, S_MODE);
        good += i & 2 ? trap.count == 0 : trap.count == 1 && trap.cause == LOAD_PAGE;
        trap_clear();
    }
    check_equal("rights withdrawn", good, 60);
    space_map(space, BASE, frame[0], PTE_RW & ~PTE_D);
    sfence_all();
    mode_run(probe_lw, BASE, S_MODE);
    mode_run(probe_sw, BASE, S_MODE);
    Word pte = *space_leaf(space, BASE, 0);
    check("a store after a load sets the dirty bit or faults", trap.count ? trap.cause == STORE_PAGE : (pte & PTE_D) != 0);
    trap_clear();
}

// After a flush pages may come back in company. Of each, what its own entry says then is what counts: sixteen pages, one of them unlike the
// others, which is met last.
static void test_company(const Space *space) {
    static const struct { Word flags, reads, writes; } kinds[] = { // 1: it does, 0: it traps, 2: it may
        {PTE_RW, 1, 1}, {PTE_RW & ~PTE_W, 1, 0}, {PTE_RW & ~PTE_D, 1, 2}, {0, 0, 0}, {PTE_V | PTE_X | PTE_A | PTE_D, 0, 0},
        {PTE_RW & ~PTE_A, 2, 2}, {PTE_RW | PTE_U, 0, 0}};
    enum { COMPANY = 16, KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    Word errors = 0, wrong = 0, late = 0;

    csr_write(satp, space_satp(space, 0));
    for (Word round = 0; round < 210; round++) {
        Word odd = round * 7 % COMPANY, kind = round % KINDS, first = odd ^ (1 + round % 5);
        for (Word i = 0; i < COMPANY; i++) {
            frame[i][0] = 100 * round + i;
            space_map(space, BASE + i * PAGE_SIZE, frame[(i * 5 + round) % COMPANY], i == odd ? kinds[kind].flags : PTE_RW);
        }
        if (round & 1)
            sfence_all();
        else
            __asm__ volatile("sfence.vma zero, %0" : : "r"(0ul) : "memory");
        trap_clear();
        for (Word k = 0; k < COMPANY; k++) {
            Word i = (first + k) % COMPANY;
            if (i != odd)
                errors += mode_run(probe_lw, BASE + i * PAGE_SIZE, S_MODE) != 100 * round + (i * 5 + round) % COMPANY;
        }
        errors += trap.count != 0;
        Word got = mode_run(probe_lw, BASE + odd * PAGE_SIZE, S_MODE);
        wrong += trap.count ? trap.cause != LOAD_PAGE || kinds[kind].reads == 1
                            : kinds[kind].reads == 0 || got != 100 * round + (odd * 5 + round) % COMPANY;
        trap_clear();
        mode_run(probe_sw, BASE + odd * PAGE_SIZE, S_MODE);
        wrong += trap.count ? trap.cause != STORE_PAGE || kinds[kind].writes == 1
                            : kinds[kind].writes == 0 || !(*space_leaf(space, BASE + odd * PAGE_SIZE, 0) & PTE_D);
        trap_clear();
        Word other = first ^ 8; // came with its own eight
        frame[COMPANY][0] = round;
        space_map(space, BASE + other * PAGE_SIZE, frame[COMPANY], PTE_RW);
        __asm__ volatile("sfence.vma %0, zero" : : "r"(BASE + other * PAGE_SIZE) : "memory");
        late += mode_run(probe_lw, BASE + other * PAGE_SIZE, S_MODE) != round;
    }
    check_equal("sixteen pages after a flush", errors, 0);
    check_equal("the one unlike them", wrong, 0);
    check_equal("one that is moved then", late, 0);
    check_no_trap("pages in company");
}

// The same page seen by S and U in turn: an entry made for one must not serve the other.
static void test_privileges(const Space *space) {
    Word good = 0;

    csr_write(satp, space_satp(space, 0));
    space_map_program(space, PTE_RWX | PTE_U);
    space_map(space, BASE, frame[0], PTE_RW);
    space_map(space, BASE + PAGE_SIZE, frame[1], PTE_RW | PTE_U);
    sfence_all();
    frame[0][0] = 5, frame[1][0] = 6;
    csr_set(mstatus, MSTATUS_SUM);
    for (int i = 0; i < 10; i++) {
        Word got;
        csr_clear(mstatus, MSTATUS_MPP);
        csr_set(mstatus, (Word)S_MODE << 11);
        __asm__ volatile("csrs mstatus, %1\n lw %0, 0(%2)\n csrc mstatus, %1"
                         : "=&r"(got) : "r"(MSTATUS_MPRV), "r"(BASE) : "memory");
        good += got == 5 && trap.count == 0;
        trap_clear();
        good += mode_run(probe_lw, BASE + PAGE_SIZE, U_MODE) == 6 && trap.count == 0;
        mode_run(probe_lw, BASE, U_MODE);
        good += trap.count == 1 && trap.cause == LOAD_PAGE && trap.tval == BASE;
        trap_clear();
    }
    check_equal("S and U in turn", good, 30);
    csr_clear(mstatus, MSTATUS_SUM);
    csr_write(satp, 0);
    sfence_all();
}

// In S-mode: one instruction reads a user page with SUM and, which traps, without, below calls that return across the changes.
static NOINLINE Word toggle(Word depth) {
    if (depth == 0)
        return 0;
    csr_set(sstatus, MSTATUS_SUM);
    Word good = probe_lw(BASE) == 6;
    good += toggle(depth - 1);
    csr_clear(sstatus, MSTATUS_SUM);
    probe_lw(BASE);
    return good;
}

static void test_sum(const Space *space) {
    csr_write(satp, space_satp(space, 0));
    space_map_program(space, PTE_RWX);
    space_map(space, BASE, frame[1], PTE_RW | PTE_U);
    sfence_all();
    frame[1][0] = 6;
    trap_clear();
    check_equal("SUM on and off in turn", mode_run(toggle, 20, S_MODE), 20);
    check("every access without SUM traps", trap.count == 20 && trap.cause == LOAD_PAGE && trap.tval == BASE);
    trap_clear();
    csr_write(satp, 0);
    sfence_all();
}

// In S-mode: a loop that moves the page it reads, and tells itself of it, by each kind of fence. The loads around the fence belong
// together, and what the loop knows of the page must not outlive the fence.
static Word remapped_ptes[2];

#define REMAP_LOOP(name, fence)                                                        \
    static NOINLINE Word name(Word at) {                                               \
        volatile Word *pte = (volatile Word *)at;                                      \
        volatile uint32_t *data = (volatile uint32_t *)BASE;                           \
        Word errors = 0;                                                               \
        for (Word i = 0; i < 3000; i++) {                                              \
            Word before = data[i & 7];                                                 \
            *pte = remapped_ptes[i & 1];                                               \
            __asm__ volatile(fence : : "r"(BASE), "r"(0ul) : "memory");                \
            errors += before != (i & 1 ? 10u : 11u) || data[i & 7] != (i & 1 ? 11u : 10u); \
            data[(i & 7) + 8] = i;                                                     \
        }                                                                              \
        return errors;                                                                 \
    }
REMAP_LOOP(remap_page, "sfence.vma %0, zero")
REMAP_LOOP(remap_page_of_asid, "sfence.vma %0, %1")
REMAP_LOOP(remap_asid, "sfence.vma zero, %1")
REMAP_LOOP(remap_all, "sfence.vma")

static void test_remap_loops(const Space *space) {
    static Word (*const loops[])(Word) = {remap_page, remap_page_of_asid, remap_asid, remap_all};
    Word errors = 0;

    csr_write(satp, space_satp(space, 0));
    space_map_program(space, PTE_RWX);
    for (int i = 0; i < 8; i++)
        frame[0][i] = 10, frame[1][i] = 11;
    for (int i = 0; i < 2; i++)
        remapped_ptes[i] = pte_make(frame[i], PTE_RW);
    for (int k = 0; k < 4; k++) {
        space_map(space, BASE, frame[1], PTE_RW);
        sfence_all();
        errors += mode_run(loops[k], (Word)space_leaf(space, BASE, 0), S_MODE);
    }
    check_equal("a loop that moves the page it reads", errors, 0);
    check("its stores went to both pages", frame[0][8 + (2998 & 7)] == 2998 && frame[1][8 + (2999 & 7)] == 2999);
    check_no_trap("moved pages");
    csr_write(satp, 0);
    sfence_all();
}

// Bare and translated in turn without a flush: writing satp must suffice.
static void test_bare_switch(const Space *space) {
    Word good = 0;
    volatile uint32_t *physical = &frame[9][0];

    frame[8][0] = 8, frame[9][0] = 9;
    for (int i = 0; i < 10; i++) {
        csr_write(satp, 0);
        good += mode_run(probe_lw, (Word)physical, S_MODE) == 9;
        csr_write(satp, space_satp(space, 0));
        good += mode_run(probe_lw, BASE + PAGE_SIZE, S_MODE) == 8;
    }
    csr_write(satp, 0);
    check_equal("bare and translated in turn", good, 20);
    check_no_trap("switching");
}

void test_main(void) {
    Space space[2];

    for (int i = 0; i < 2; i++) {
        space[i] = space_new(XLEN == 32 ? 2 : 3);
        space_map_program(&space[i], PTE_RWX);
    }
    csr_write(satp, space_satp(&space[0], 0));
    sfence_all();
    test_many(&space[0]);
    test_twins(&space[0]);
    test_asids(space);
    test_global_program(space);
    test_straddling(space);
    test_rights(&space[0]);
    test_company(&space[0]);
    test_privileges(&space[0]);
    test_sum(&space[0]);
    test_remap_loops(&space[0]);
    space_map_program(&space[1], PTE_RWX);
    space_map(&space[1], BASE + PAGE_SIZE, frame[8], PTE_RW);
    sfence_all();
    test_bare_switch(&space[1]);
}
