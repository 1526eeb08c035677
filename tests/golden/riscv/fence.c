// SPDX-License-Identifier: MIT
// run: xlen=64,32
// A fence of all translations behind changes of all kinds: none, few, many, to leaves and to tables above them, of rights, of what is code.
// After each, every page must say what the page table says by then, and D must be set by the next store. Privileged 12.2.1, 12.3.1.
#include "tests/golden/riscv/lib/test.h"

#define BASE   0x40000000ul
#define PAGES  24
#define SPAN   ((Word)PAGE_SIZE << (XLEN == 32 ? 10 : 9)) // of a last-level table
#define FRAMES 8

static uint32_t frame[FRAMES][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint8_t now[PAGES]; // the frame that each page is mapped to
static Space space;
static uint64_t seed = 4711;

static Word dice(Word n) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (Word)(seed >> 20) % n;
}

static Word page_at(Word i) { return BASE + i % 3 * SPAN + i * PAGE_SIZE; } // in three tables

static void map(Word i, Word f) {
    now[i] = (uint8_t)f;
    space_map(&space, page_at(i), frame[f], PTE_RW);
}

// Reads all pages and counts what is there in each, so that both TLB and site pairs hold them.
static Word visit(Word wanted) {
    Word errors = 0;

    for (Word i = 0; i < PAGES; i++) {
        volatile uint32_t *at = (volatile uint32_t *)page_at(i);
        errors += at[0] != now[i] + 1u;
        at[1] = at[1] + 1;
    }
    return errors + wanted;
}

static Word visit_and_check(void) {
    uint32_t before[FRAMES], counts[FRAMES] = {0};
    Word errors;

    for (int f = 0; f < FRAMES; f++) before[f] = frame[f][1];
    for (int i = 0; i < PAGES; i++) counts[now[i]]++;
    errors = mode_run(visit, 0, S_MODE);
    for (int f = 0; f < FRAMES; f++) errors += frame[f][1] != before[f] + counts[f];
    return errors;
}

static void test_changes(void) {
    Word errors = 0;

    for (int round = 0; round < 300; round++) {
        for (Word n = dice(4) ? dice(6) : dice(2 * PAGES); n > 0; n--) map(dice(PAGES), dice(FRAMES));
        if (dice(4) == 0) { // there and back again: nothing has changed by the fence
            Word i = dice(PAGES), f = now[i];
            map(i, dice(FRAMES));
            map(i, f);
        }
        sfence_all();
        errors += visit_and_check();
    }
    check_equal("pages that changed before a fence", errors, 0);
    check_no_trap("changes");
}

// The last-level table is another one, whose leaves are where they were in the old one or are not.
static void test_tables(void) {
    static Word table[2][PAGE_SIZE / sizeof(Word)] __attribute__((aligned(PAGE_SIZE)));
    Word errors = 0, *above = space_leaf(&space, page_at(0), 1), old = *above;

    for (int round = 0; round < 60; round++) {
        Word *from = (Word *)(*above >> 10 << 12), *to = table[round & 1];
        for (Word i = 0; i < PAGE_SIZE / sizeof(Word); i++) to[i] = from[i];
        *above = pte_make(to, PTE_V);
        if (round % 3) map(3 * dice(PAGES / 3), dice(FRAMES));
        sfence_all();
        errors += visit_and_check();
    }
    check_equal("tables that changed before a fence", errors, 0);
    *above = old;
    for (Word i = 0; i < PAGES; i++) map(i, now[i]);
    sfence_all();
    check_equal("the old table", visit_and_check(), 0);
    check_no_trap("tables");
}

static void test_rights_and_dirty(void) {
    Word errors = 0;

    for (int round = 0; round < 40; round++) {
        Word i = dice(PAGES), *pte = space_leaf(&space, page_at(i), 0), kept = *pte;
        *pte = kept & ~(Word)PTE_W;
        sfence_all();
        mode_run(probe_sw, page_at(i) + 8, S_MODE);
        errors += trap.count != 1 || trap.cause != STORE_PAGE;
        trap_clear();
        *pte = kept & ~(Word)PTE_V;
        sfence_all();
        mode_run(probe_lw, page_at(i), S_MODE);
        errors += trap.count != 1 || trap.cause != LOAD_PAGE;
        trap_clear();
        *pte = kept;
        sfence_all();
        errors += visit_and_check();
        *pte &= ~(Word)PTE_D; // with Svadu the next store sets it, else that faults
        sfence_all();
        mode_run(probe_sw, page_at(i) + 8, S_MODE);
        errors += trap.count == 0 ? !(*pte & PTE_D) : trap.cause != STORE_PAGE;
        trap_clear();
        *pte = kept;
        sfence_all();
    }
    check_equal("rights and D that changed before a fence", errors, 0);
}

// Two pages of code trade places: li a0, 1 or 2; ret.
static void test_code(void) {
    Word code = BASE + 40 * PAGE_SIZE, errors = 0;

    for (int i = 0; i < 2; i++) {
        ((volatile uint16_t *)frame[i])[100] = (uint16_t)(0x4501 | (i + 1) << 2);
        ((volatile uint16_t *)frame[i])[101] = 0x8082;
    }
    fence_i();
    for (int round = 0; round < 60; round++) {
        int k = round / 3 & 1;
        space_map(&space, code, frame[k], PTE_RWX);
        sfence_all();
        errors += mode_run((Word(*)(Word))(code + 200), 0, S_MODE) != (Word)(k + 1);
        errors += visit_and_check();
    }
    check_equal("code that changed before a fence", errors, 0);
    check_no_trap("code");
}

// A big page becomes another one, or small ones.
static void test_big(void) {
    Word big = BASE + 8 * SPAN, step = SPAN, errors = 0, *pte = space_leaf(&space, big, 1);
    volatile uint32_t *one = (volatile uint32_t *)0x81000000ul,
                      *other = (volatile uint32_t *)(0x81000000ul + step);

    one[5] = 50, other[5] = 51;
    for (int round = 0; round < 20; round++) {
        *pte = pte_make(round & 1 ? other : one, PTE_RW);
        sfence_all();
        errors += mode_run(probe_lw, big + 20, S_MODE) != (Word)(50 + (round & 1));
        errors += visit_and_check();
    }
    for (int round = 0; round < 40; round++) { // small ones change beside it
        for (Word n = dice(4); n > 0; n--)
            map(dice(PAGES), dice(FRAMES));
        sfence_all();
        errors += mode_run(probe_lw, big + 20, S_MODE) != 51;
        errors += visit_and_check();
    }
    *pte = 0;
    space_map(&space, big, frame[3], PTE_RW);
    sfence_all();
    errors += mode_run(probe_lw, big, S_MODE) != 4;
    check_equal("big pages that changed before a fence", errors, 0);
    check_no_trap("big pages");
}

void test_main(void) {
    space = space_new(XLEN == 32 ? 2 : 3);
    space_map_program(&space, PTE_RWX);
    csr_write(satp, space_satp(&space, 0));
    for (Word f = 0; f < FRAMES; f++) frame[f][0] = f + 1;
    for (Word i = 0; i < PAGES; i++) map(i, i % FRAMES);
    sfence_all();
    test_changes();
    test_tables();
    test_rights_and_dirty();
    test_code();
    test_big();
    csr_write(satp, 0);
    sfence_all();
}
