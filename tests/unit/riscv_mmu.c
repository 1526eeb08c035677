// SPDX-License-Identifier: MIT
// Page walks on synthetic page tables, and PMP: every mode, superpages, faults and their kinds, A/D, Svnapot,
// Svpbmt, SUM, MXR, MPRV. Privileged 10.3 to 10.6, 3.7.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128, RWXAD = R | W | X | A | D };
#define N       (1ull << 63)
#define PBMT(n) ((uint64_t)(n) << 61)
#define TABLES  (RAM + 0x100000) // root first
#define PAGE    (RAM + 0x200000) // where leaves point: aligned to 2 MiB

static Hart h;
static uint64_t next_table;

static void open_hart(const char *model) {
    hart_open(&h, model);
    next_table = TABLES + 4096;
    csr_write(&h, 0x30a, 0, NULL);     // Svade
    csr_write(&h, 0x3b0, ~0ull, NULL); // everything RWX
    csr_write(&h, 0x3a0, 0x1f, NULL);
}
static void open64(void) { open_hart("max"); }
static void open32(void) { open_hart("rv32"); }
static void close_hart(void) { hart_close(&h); }

static uint64_t *entry64(uint64_t table, unsigned index) {
    return (uint64_t *)mem_host(h.mem, table + 8 * index, 8, true);
}

// Maps vaddr to paddr with a leaf at `level` of a table with `levels`; makes the tables between. Returns the
// leaf entry.
static uint64_t *map(unsigned levels, uint64_t vaddr, unsigned level, uint64_t pte) {
    uint64_t table = TABLES;
    for (unsigned l = levels - 1; l > level; l--) {
        uint64_t *e = entry64(table, vaddr >> (12 + 9 * l) & 511);
        if (!*e) {
            *e = next_table >> 12 << 10 | V;
            next_table += 4096;
        }
        table = *e >> 10 << 12;
    }
    uint64_t *e = entry64(table, vaddr >> (12 + 9 * level) & 511);
    *e = pte;
    return e;
}
static uint64_t leaf(uint64_t paddr, uint64_t flags) { return paddr >> 12 << 10 | V | flags; }

static void enter(unsigned levels, unsigned priv) {
    csr_write(&h, 0x180, (uint64_t)(levels + 5) << 60 | TABLES >> 12, NULL);
    riscv_walks_flush(h.s);
    hart_priv(&h, priv);
}

// The cause of the fault, or -1 with *paddr.
static int translate(uint64_t vaddr, Access access, TlbFill *out) {
    TlbFill fill;
    bool ok = riscv_fill(h.v, vaddr, access, 0, 1, false, out ? out : &fill);
    int cause = hart_cause(&h);
    ck_assert(ok == (cause < 0));
    if (!ok) ck_assert_uint_eq(h.s->trap_tval, vaddr);
    return cause;
}

START_TEST(every_mode_and_level) { // _i: levels 3..5
    unsigned levels = (unsigned)_i;
    for (unsigned level = 0; level < levels; level++) {
        uint64_t vaddr = 0xffffffffffffffffull << (12 + 9 * levels - 1) | 0x123ull << (12 + 9 * level),
                 span = 4096ull << 9 * level;
        uint64_t paddr = level <= 1 ? PAGE : level == 2 ? 2 * RAM : 1ull << (12 + 9 * level);
        map(levels, vaddr, level, leaf(paddr, RWXAD | G));
        enter(levels, PRIV_S);
        TlbFill f;
        ck_assert_int_eq(translate(vaddr + span / 2 + 5, ACCESS_READ, &f), -1);
        ck_assert_uint_eq(f.paddr, paddr + span / 2 + 5);
        ck_assert_uint_eq(f.span, span);
        ck_assert(f.read && f.write && f.fetch && f.global && f.whole_page);
        if (level == 0) ck_assert_ptr_eq(f.host, mem_host(h.mem, f.paddr, 1, false));
        uint64_t seen;
        ck_assert(riscv_translate_debug(h.v, vaddr + 7, &seen) && seen == paddr + 7);
        hart_priv(&h, PRIV_M);
    }
}
END_TEST

START_TEST(canonical_addresses_only) { // _i: levels
    unsigned levels = (unsigned)_i, bits = 12 + 9 * levels;
    map(levels, 0, levels - 1, leaf(0, RWXAD));
    map(levels, 1ull << (bits - 1), levels - 1, leaf(0, RWXAD));
    enter(levels, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), -1);
    ck_assert_int_eq(translate(1ull << bits, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
    ck_assert_int_eq(translate(1ull << (bits - 1), ACCESS_WRITE, NULL), CAUSE_STORE_PAGE);
    ck_assert_int_eq(translate(~0ull << (bits - 1) | 0x1000, ACCESS_READ, NULL), -1);
    ck_assert_int_eq(translate(1ull << 63, ACCESS_FETCH, NULL), CAUSE_FETCH_PAGE);
}
END_TEST

START_TEST(malformed_entries_fault) { // 10.3.2, 10.4.1
    static const uint64_t bad[] = {0,
                                   R | A | D,
                                   V | W | A,
                                   V | W | X | A | D,
                                   V | R | A | 1ull << 54,
                                   V | R | A | 1ull << 60,
                                   V /* pointer at level 0 */,
                                   V | R | A | N,
                                   V | R | A | N | 4 << 10,
                                   V | R | A | PBMT(3)};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        map(3, 0x1000, 0, bad[i]);
        enter(3, PRIV_S);
        ck_assert_msg(translate(0x1000, ACCESS_READ, NULL) == CAUSE_LOAD_PAGE, "entry %lx", bad[i]);
        hart_priv(&h, PRIV_M);
    }
    static const uint64_t bad_pointer[] = {V | A, V | D, V | U, V | PBMT(1), V | N, V | 1ull << 55};
    for (unsigned i = 0; i < sizeof(bad_pointer) / sizeof(bad_pointer[0]); i++) {
        *entry64(TABLES, 1) = next_table >> 12 << 10 | bad_pointer[i];
        enter(3, PRIV_S);
        ck_assert_int_eq(translate(0x40000000, ACCESS_FETCH, NULL), CAUSE_FETCH_PAGE);
        hart_priv(&h, PRIV_M);
    }
}
END_TEST

START_TEST(misaligned_superpages_fault) {
    map(3, 0x200000, 1, leaf(PAGE + 0x1000, RWXAD));
    map(3, 0x40000000, 2, leaf(PAGE, RWXAD));
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x200000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
    ck_assert_int_eq(translate(0x40000000, ACCESS_WRITE, NULL), CAUSE_STORE_PAGE);
}
END_TEST

START_TEST(permissions) { // step 5 of 10.3.2, 3.1.6.3
    for (unsigned flags = 0; flags < 32; flags++) {
        if (!(flags & (R | X)) || (flags & (R | W)) == W) continue;
        map(3, 0x1000, 0, leaf(PAGE, (flags & (R | W | X | U)) | A | D));
        for (unsigned k = 0; k < 8; k++) { // SUM, MXR, privilege
            bool sum = k & 1, mxr = k & 2, user = flags & U, s_mode = k & 4;
            csr_write(&h, 0x300, (sum ? MSTATUS_SUM : 0) | (mxr ? MSTATUS_MXR : 0), NULL);
            enter(3, s_mode ? PRIV_S : PRIV_U);
            bool data = s_mode ? !user || sum : user, fetch = s_mode ? !user : user;
            bool read = data && ((flags & R) || (mxr && (flags & X)));
            ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), read ? -1 : CAUSE_LOAD_PAGE);
            ck_assert_int_eq(translate(0x1000, ACCESS_WRITE, NULL),
                             data && (flags & W) ? -1 : CAUSE_STORE_PAGE);
            TlbFill f;
            int cause = translate(0x1000, ACCESS_FETCH, &f);
            ck_assert_int_eq(cause, fetch && (flags & X) ? -1 : CAUSE_FETCH_PAGE);
            if (cause < 0) ck_assert(f.read == read && f.write == (data && (flags & W)));
            hart_priv(&h, PRIV_M);
        }
    }
}
END_TEST

START_TEST(accessed_and_dirty) { // Svade, Svadu
    uint64_t *e = map(3, 0x1000, 0, leaf(PAGE, R | W | X));
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
    *e |= A;
    TlbFill f;
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, &f), -1);
    ck_assert(f.read && !f.write); // not dirty: the first store must come back
    ck_assert_int_eq(translate(0x1000, ACCESS_WRITE, NULL), CAUSE_STORE_PAGE);
    *e &= ~(uint64_t)A;
    hart_priv(&h, PRIV_M);
    csr_write(&h, 0x30a, ENVCFG_ADUE, NULL);
    enter(3, PRIV_S);
    uint64_t seen;
    ck_assert(riscv_translate_debug(h.v, 0x1000, &seen));
    ck_assert_uint_eq(*e & (A | D), 0); // looking changes nothing
    ck_assert_int_eq(translate(0x1000, ACCESS_FETCH, &f), -1);
    ck_assert_uint_eq(*e & (A | D), A);
    ck_assert(!f.write);
    ck_assert_int_eq(translate(0x1000, ACCESS_WRITE, &f), -1);
    ck_assert_uint_eq(*e & (A | D), A | D);
    ck_assert(f.write);
    *e = leaf(PAGE, R); // no update for what is not permitted
    ck_assert_int_eq(translate(0x1000, ACCESS_WRITE, NULL), CAUSE_STORE_PAGE);
    ck_assert_uint_eq(*e, leaf(PAGE, R));
}
END_TEST

START_TEST(napot_pages) { // Svnapot: 64 KiB
    for (unsigned i = 0; i < 16; i++) map(3, 0x10000 + 4096 * i, 0, leaf(PAGE + 0x8000, RWXAD) | N);
    enter(3, PRIV_S);
    for (unsigned i = 0; i < 16; i++) {
        TlbFill f;
        ck_assert_int_eq(translate(0x10010 + 4096 * i, ACCESS_READ, &f), -1);
        ck_assert_uint_eq(f.paddr, PAGE + 0x10 + 4096 * i);
        ck_assert_uint_eq(f.span, 0x10000);
    }
    hart_close(&h);
    open_hart("rv64,svnapot=off");
    map(3, 0x10000, 0, leaf(PAGE + 0x8000, RWXAD) | N);
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x10000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
}
END_TEST

START_TEST(pbmt_needs_menvcfg) { // Svpbmt
    map(3, 0x1000, 0, leaf(PAGE, RWXAD) | PBMT(1));
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
    hart_priv(&h, PRIV_M);
    csr_write(&h, 0x30a, ENVCFG_PBMTE, NULL);
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), -1);
}
END_TEST

START_TEST(mprv_lends_the_privilege) { // 3.1.6.3
    map(3, 0x1000, 0, leaf(PAGE, RWXAD | U));
    csr_write(&h, 0x180, 8ull << 60 | TABLES >> 12, NULL);
    csr_write(&h, 0x300, MSTATUS_MPRV, NULL); // MPP = U
    TlbFill f;
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, &f), -1);
    ck_assert_uint_eq(f.paddr, PAGE);
    ck_assert(f.read && f.write && !f.fetch);
    ck_assert_int_eq(translate(RAM, ACCESS_FETCH, &f), -1);
    ck_assert_uint_eq(f.paddr, RAM);
    ck_assert(f.fetch && !f.read && !f.write);
    csr_write(&h, 0x300, MSTATUS_MPRV | 1ull << MSTATUS_MPP_SHIFT, NULL);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE); // S without SUM
    Space *space = h.v->space;
    csr_write(&h, 0x300, MSTATUS_MPRV | 1ull << MSTATUS_MPP_SHIFT | MSTATUS_SUM, NULL);
    ck_assert_ptr_ne(h.v->space, space);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), -1);
}
END_TEST

START_TEST(walk_cache_forgets_at_fences) {
    map(3, 0x1000, 0, leaf(PAGE, RWXAD));
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), -1);
    *entry64(TABLES, 0) = 0;
    riscv_sfence_vma(h.v, 0, 0, 0x12000073);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
}
END_TEST

START_TEST(what_is_not_there) {
    map(3, 0x1000, 0, leaf(0x40000000, RWXAD)); // nothing there: found out by the access itself
    map(3, 0x2000, 0, leaf(ROM, RWXAD));
    map(3, 0x3000, 0, leaf(DEVICE, RWXAD));
    *entry64(TABLES, 1) = 0x40000000 >> 12 << 10 | V; // a table where no memory is
    enter(3, PRIV_S);
    TlbFill f;
    uint64_t value;
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, &f), -1);
    ck_assert(!f.host && !riscv_io_read(h.v, 0x1000, f.paddr, 4, &value));
    ck_assert_int_eq(hart_cause(&h), CAUSE_LOAD_ACCESS);
    ck_assert(!riscv_io_write(h.v, 0x1000, f.paddr, 4, 1));
    ck_assert_int_eq(hart_cause(&h), CAUSE_STORE_ACCESS);
    ck_assert_int_eq(translate(0x1000, ACCESS_FETCH, NULL), CAUSE_FETCH_ACCESS);
    ck_assert_int_eq(translate(0x2000, ACCESS_READ, &f), -1);
    ck_assert(f.host && f.read && !f.write);
    ck_assert_int_eq(translate(0x2000, ACCESS_WRITE, &f), -1);
    ck_assert(!f.host && !f.read);
    ck_assert_int_eq(translate(0x3000, ACCESS_READ, &f), -1);
    ck_assert(!f.host && riscv_io_read(h.v, 0x3000, f.paddr, 4, &value) && value == 0x5a5a5a5a);
    ck_assert_int_eq(translate(0x3000, ACCESS_FETCH, NULL), CAUSE_FETCH_ACCESS);
    ck_assert_int_eq(translate(0x40000000, ACCESS_WRITE, NULL), CAUSE_STORE_ACCESS); // walk
}
END_TEST

START_TEST(probing_raises_nothing) {
    enter(3, PRIV_S);
    TlbFill f;
    ck_assert(!riscv_fill(h.v, 0x1000, ACCESS_READ, 0, 1, true, &f));
    ck_assert_int_eq(hart_cause(&h), -1);
}
END_TEST

START_TEST(sv32_walks) {
    uint32_t *root = (uint32_t *)mem_host(h.mem, TABLES, 4096, true), *table = root + 1024;
    root[0x300] = (uint32_t)((TABLES + 4096) >> 12 << 10 | V);
    table[5] = (uint32_t)leaf(PAGE, R | W);
    root[0x301] = (uint32_t)leaf(0x80400000, RWXAD);
    root[0x302] = (uint32_t)leaf(0x80401000, RWXAD); // not 4 MiB-aligned
    csr_write(&h, 0x31a, ENVCFG_ADUE >> 32, NULL);
    csr_write(&h, 0x180, 1u << 31 | TABLES >> 12, NULL);
    hart_priv(&h, PRIV_S);
    TlbFill f;
    ck_assert_int_eq(translate(0xc0005123, ACCESS_WRITE, &f), -1);
    ck_assert_uint_eq(f.paddr, PAGE + 0x123);
    ck_assert_uint_eq(table[5], leaf(PAGE, R | W | A | D));
    ck_assert_int_eq(translate(0xc0456789, ACCESS_FETCH, &f), -1);
    ck_assert_uint_eq(f.paddr, 0x80456789);
    ck_assert_uint_eq(f.span, 4 << 20);
    ck_assert_int_eq(translate(0xc0800000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
    ck_assert_int_eq(translate(0xc0006000, ACCESS_READ, NULL), CAUSE_LOAD_PAGE);
}
END_TEST

// What `info mem` shows: neighbours alike in one line, addresses sign-extended, superpages and NAPOT ranges whole.
static char *mappings(void) {
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    riscv_print_mappings(h.cpu, f);
    fclose(f);
    return text;
}

START_TEST(mappings_are_listed) {
    char *text = mappings();
    ck_assert_str_eq(text, "no page table is in use: virtual addresses are physical ones\n");
    free(text);
    for (unsigned i = 0; i < 3; i++) map(3, 0x1000 + 4096 * i, 0, leaf(PAGE + 4096 * i, R | W | A | D));
    map(3, 0x4000, 0, leaf(PAGE + 0x3000, R | X | U | A));
    for (unsigned i = 0; i < 16; i++) map(3, 0x10000 + 4096 * i, 0, leaf(PAGE + 0x18000, R | A) | N);
    map(3, 0xffffffc000000000, 2, leaf(0x80000000, RWXAD | G));
    enter(3, PRIV_S);
    text = mappings();
    ck_assert_str_eq(text, "vaddr            paddr            size             attr\n"
                           "0000000000001000 0000000080200000 0000000000003000 rw---ad\n"
                           "0000000000004000 0000000080203000 0000000000001000 r-xu-a-\n"
                           "0000000000010000 0000000080210000 0000000000010000 r----a-\n"
                           "ffffffc000000000 0000000080000000 0000000040000000 rwx-gad\n");
    free(text);
}
END_TEST

START_TEST(mappings_of_sv32) {
    uint32_t *root = (uint32_t *)mem_host(h.mem, TABLES, 4096, true), *table = root + 1024;
    root[0x300] = (uint32_t)((TABLES + 4096) >> 12 << 10 | V);
    table[5] = (uint32_t)leaf(PAGE, R | W);
    root[0x301] = (uint32_t)leaf(0x80400000, RWXAD);
    csr_write(&h, 0x180, 1u << 31 | TABLES >> 12, NULL);
    char *text = mappings();
    ck_assert_str_eq(text, "vaddr    paddr            size             attr\n"
                           "c0005000 0000000080200000 0000000000001000 rw-----\n"
                           "c0400000 0000000080400000 0000000000400000 rwx--ad\n");
    free(text);
}
END_TEST

// ---- PMP (3.7)

static void pmp(unsigned i, uint64_t addr, uint8_t cfg) {
    h.s->pmpaddr[i] = addr;
    h.s->pmpcfg[i] = cfg;
    riscv_pmp_update(h.s);
}
static unsigned rights(uint64_t paddr, unsigned size, unsigned priv) {
    bool whole;
    return riscv_pmp_rights(h.s, paddr, size, priv, &whole);
}
enum { TOR = 0x08, NA4 = 0x10, NAPOT = 0x18, L = 0x80, ALL = 7 };

START_TEST(pmp_matching) {
    enum { READ = 1 << ACCESS_READ, WRITE = 1 << ACCESS_WRITE, FETCH = 1 << ACCESS_FETCH };
    pmp(0, 0, 0);
    ck_assert_uint_eq(rights(RAM, 4, PRIV_S), 0); // entries exist, none matches
    ck_assert_uint_eq(rights(RAM, 4, PRIV_M), ALL);
    pmp(0, RAM >> 2, NA4 | 1);
    ck_assert_uint_eq(rights(RAM, 4, PRIV_S), READ);
    ck_assert_uint_eq(rights(RAM, 4, PRIV_M), ALL);
    ck_assert_uint_eq(rights(RAM, 8, PRIV_M), 0); // only part of the access matches
    ck_assert_uint_eq(rights(RAM + 4, 4, PRIV_S), 0);
    pmp(0, RAM >> 2, NA4 | L | 4);
    ck_assert_uint_eq(rights(RAM, 4, PRIV_M), FETCH);
    pmp(0, (RAM >> 2) | 0x1ff, NAPOT | 3); // 4 KiB
    ck_assert_uint_eq(rights(RAM + 4095, 1, PRIV_U), READ | WRITE);
    ck_assert_uint_eq(rights(RAM + 4096, 1, PRIV_U), 0);
    pmp(1, (RAM + 0x2000) >> 2, TOR | 7); // from entry 0's pmpaddr on
    ck_assert_uint_eq(rights(RAM + 0x1000, 8, PRIV_S), ALL);
    ck_assert_uint_eq(rights(RAM + 0x2000, 1, PRIV_S), 0);
    ck_assert_uint_eq(rights(RAM, 8, PRIV_S), READ | WRITE); // the lowest entry decides
    pmp(1, 0, TOR | 7);                                      // empty
    ck_assert_uint_eq(rights(RAM + 0x1000, 8, PRIV_S), 0);
    pmp(2, ~0ull >> 10, NAPOT | 7);
    ck_assert_uint_eq(rights(1ull << 55, 8, PRIV_S), ALL);
}
END_TEST

START_TEST(pmp_cuts_pages) {
    bool whole;
    pmp(0, (RAM + 0x1800) >> 2, TOR | 7);
    ck_assert_uint_eq(riscv_pmp_rights(h.s, RAM + 0x1000, 8, PRIV_S, &whole), ALL);
    ck_assert(!whole);
    ck_assert_uint_eq(riscv_pmp_rights(h.s, RAM + 0x1800, 8, PRIV_S, &whole), 0);
    ck_assert(!whole);
    ck_assert_uint_eq(riscv_pmp_rights(h.s, RAM, 8, PRIV_S, &whole), ALL);
    ck_assert(whole);
    TlbFill f;
    hart_priv(&h, PRIV_S);
    ck_assert_int_eq(translate(RAM + 0x1000, ACCESS_READ, &f), -1);
    ck_assert(!f.whole_page);
    ck_assert_int_eq(translate(RAM + 0x1800, ACCESS_READ, NULL), CAUSE_LOAD_ACCESS);
    ck_assert_int_eq(translate(RAM + 0x1800, ACCESS_FETCH, NULL), CAUSE_FETCH_ACCESS);
}
END_TEST

START_TEST(pmp_guards_page_tables) {
    uint64_t *e = map(3, 0x1000, 0, leaf(PAGE, R | W | X));
    csr_write(&h, 0x30a, ENVCFG_ADUE, NULL);
    pmp(0, (TABLES >> 2) | 0x1fff, NAPOT | 1); // 64 KiB read-only
    pmp(1, ~0ull >> 10, NAPOT | 7);
    enter(3, PRIV_S);
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), CAUSE_LOAD_ACCESS); // A cannot be set
    *e |= A | D;
    ck_assert_int_eq(translate(0x1000, ACCESS_READ, NULL), -1);
    pmp(0, (TABLES >> 2) | 0x1fff, NAPOT);
    riscv_walks_flush(h.s);
    ck_assert_int_eq(translate(0x1000, ACCESS_WRITE, NULL), CAUSE_STORE_ACCESS);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("riscv_mmu");
    TCase *c = tcase_create("rv64"), *c32 = tcase_create("rv32");
    tcase_add_checked_fixture(c, open64, close_hart);
    tcase_add_checked_fixture(c32, open32, close_hart);
    tcase_add_loop_test(c, every_mode_and_level, 3, 6);
    tcase_add_loop_test(c, canonical_addresses_only, 3, 6);
    const TTest *const tests[] = {malformed_entries_fault,
                                  misaligned_superpages_fault,
                                  permissions,
                                  accessed_and_dirty,
                                  napot_pages,
                                  pbmt_needs_menvcfg,
                                  mprv_lends_the_privilege,
                                  walk_cache_forgets_at_fences,
                                  what_is_not_there,
                                  probing_raises_nothing,
                                  pmp_matching,
                                  pmp_cuts_pages,
                                  pmp_guards_page_tables};
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) tcase_add_test(c, tests[i]);
    tcase_add_test(c32, sv32_walks);
    tcase_add_test(c, mappings_are_listed);
    tcase_add_test(c32, mappings_of_sv32);
    suite_add_tcase(suite, c);
    suite_add_tcase(suite, c32);
    return suite_run(suite);
}
