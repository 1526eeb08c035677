// SPDX-License-Identifier: MIT
// VMSAv8-64 stage 1 with 4 KiB granules: pages and blocks, permissions of EL1 and EL0, what faults report, access flag, TLBI by address,
// by ASID and of all, TTBR1, AT, LDTR. DDI 0487, D8.
#include "tests/golden/a64/lib/test.h"

#define TABLE 3ul
#define PAGE 3ul
#define BLOCK 1ul
#define AF (1ul << 10)
#define EL0 (1ul << 6)
#define RO (1ul << 7)
#define NG (1ul << 11)
#define PXN (1ul << 53)
#define UXN (1ul << 54)
#define HIGH 0xffffff8000000000ul // TTBR1 with T1SZ = 25
enum { FSC_TRANSLATION = 4, FSC_ACCESS = 8, FSC_PERMISSION = 12, WNR = 64 };

static uint64_t *low_root, *high_root;
static uint64_t frame_a[512] __attribute__((aligned(4096))), frame_b[512] __attribute__((aligned(4096)));
static const Word hole = 0x100000000ul; // 4 GiB: nothing is mapped from there on

static uint64_t *leaf(uint64_t *root, Word vaddr) { // 39 bits: levels 1 to 3
    for (unsigned shift = 30; shift > 12; shift -= 9) {
        uint64_t *entry = &root[vaddr >> shift & 511];
        if (!(*entry & 1)) *entry = (uint64_t)page_new() | TABLE;
        root = (uint64_t *)(*entry & 0xfffffffff000ul);
    }
    return &root[vaddr >> 12 & 511];
}

static void map(Word vaddr, const void *frame, uint64_t flags) {
    *leaf((int64_t)vaddr < 0 ? high_root : low_root, vaddr) = (uint64_t)frame | PAGE | AF | flags;
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
}
static void tlbi_page(Word vaddr) {
    __asm__ volatile("dsb ishst\n tlbi vae1, %0\n dsb ish\n isb" : : "r"(vaddr >> 12 & 0xfffffffffff) : "memory");
}

static void fault(const char *name, Word (*probe)(Word), Word vaddr, Word ec, Word iss) {
    trap_clear();
    probe(vaddr);
    Word far = trap.far;
    check_trap(name, ec, iss, (Word)probe);
    check_equal("  far", far, vaddr);
}
static void el0_fault(const char *name, Word (*probe)(Word), Word vaddr, Word ec, Word iss) {
    trap_clear();
    el0_run(probe, vaddr);
    check_trap(name, ec, iss, (Word)probe);
}

static void start(void) {
    low_root = page_new();
    high_root = page_new();
    for (Word k = 0; k < 2; k++) low_root[k] = k << 30 | BLOCK | AF; // devices and RAM, for EL1
    mmu_on(low_root, high_root);
}

static void test_el1(void) {
    frame_a[0] = 0xa;
    frame_b[0] = 0xb;
    fault("unmapped, level 1", probe_ldr, hole, EC_DATA, FSC_TRANSLATION + 1);
    map(hole, frame_a, 0);
    check_equal("mapped", probe_ldr(hole), 0xa);
    check_no_trap("no TLBI is needed to add a page");
    fault("unmapped, level 3", probe_ldr, hole + 4096, EC_DATA, FSC_TRANSLATION + 3);
    fault("store to it", probe_str, hole + 4096, EC_DATA, WNR | (FSC_TRANSLATION + 3));
    fault("beyond the table", probe_ldr, 1ul << 40, EC_DATA, FSC_TRANSLATION);
    *leaf(low_root, hole) |= RO;
    tlbi_page(hole);
    check_equal("read-only", probe_ldr(hole), 0xa);
    fault("store to read-only", probe_str, hole, EC_DATA, WNR | (FSC_PERMISSION + 3));
    fault("misaligned exclusive", probe_ldxr, hole + 1, EC_DATA, 0x21);
    *leaf(low_root, hole) &= ~AF;
    tlbi_page(hole);
    fault("access flag", probe_ldr, hole, EC_DATA, FSC_ACCESS + 3);
    map(hole, frame_b, PXN);
    tlbi_page(hole);
    check_equal("another frame", probe_ldr(hole), 0xb);
    trap_clear();
    probe_exec(hole);
    check_trap("PXN", EC_FETCH, FSC_PERMISSION + 3, hole);
    map(hole, frame_b, EL0);
    tlbi_page(hole);
    probe_exec(hole);
    check_trap("EL1 executes nothing that EL0 writes", EC_FETCH, FSC_PERMISSION + 3, hole);
}

static void test_el0(void) {
    map(hole, frame_a, EL0);
    tlbi_page(hole);
    trap_clear();
    check_equal("EL0 reads its page", el0_run(probe_ldr, hole), 0xa);
    check_no_trap("from code that it may only execute");
    el0_fault("EL0 reads a page of EL1", probe_ldr, (Word)frame_a, EC_DATA_EL0, FSC_PERMISSION + 1);
    el0_fault("EL0 writes one", probe_str, (Word)frame_a, EC_DATA_EL0, WNR | (FSC_PERMISSION + 1));
    el0_fault("EL0 reads what is not there", probe_ldr, hole + 4096, EC_DATA_EL0, FSC_TRANSLATION + 3);
    Word copy = hole + 0x20000 + ((Word)probe_ldr & 4095);
    map(copy, (void *)((Word)probe_ldr & ~4095ul), UXN);
    trap_clear();
    el0_run((Word (*)(Word))copy, hole);
    check_trap("UXN", EC_FETCH_EL0, FSC_PERMISSION + 3, copy);
}

static void test_ttbr1(void) {
    fault("upper half, unmapped", probe_ldr, HIGH, EC_DATA, FSC_TRANSLATION + 1);
    map(HIGH, frame_b, 0);
    check_equal("upper half", probe_ldr(HIGH), 0xb);
    fault("between the halves", probe_ldr, 0x8000000000000000ul, EC_DATA, FSC_TRANSLATION);
    check_no_trap("no more");
}

static void set_asid(Word asid) {
    msr(ttbr0_el1, (Word)low_root | asid << 48);
    isb();
}
static void test_asid(void) {
    Word vaddr = hole + 0x10000;
    set_asid(1);
    map(vaddr, frame_a, NG);
    check_equal("ASID 1", probe_ldr(vaddr), 0xa);
    set_asid(2);
    *leaf(low_root, vaddr) = (uint64_t)frame_b | PAGE | AF | NG;
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
    check_equal("ASID 2 sees the new frame", probe_ldr(vaddr), 0xb);
    set_asid(1);
    __asm__ volatile("tlbi aside1, %0\n dsb ish\n isb" : : "r"(1ul << 48) : "memory");
    check_equal("ASID 1 after its flush", probe_ldr(vaddr), 0xb);
    set_asid(0);
}

static Word translate(Word vaddr, int write) {
    if (write) __asm__ volatile("at s1e1w, %0\n isb" : : "r"(vaddr) : "memory");
    else __asm__ volatile("at s1e1r, %0\n isb" : : "r"(vaddr) : "memory");
    return mrs(par_el1);
}
static void test_at(void) {
    map(hole, frame_a, RO);
    tlbi_page(hole);
    check_equal("at s1e1r", translate(hole + 0x123, 0) & 0xfffffffff001ul, (Word)frame_a);
    check_equal("at s1e1w on read-only", translate(hole, 1) & 0x7f, 1 | (FSC_PERMISSION + 3) << 1);
    check_equal("at of nothing", translate(hole + 0x100000, 0) & 0x7f, 1 | (FSC_TRANSLATION + 3) << 1);
}

static void test_unprivileged(void) {
    map(hole, frame_a, 0);
    map(hole + 4096, frame_b, EL0);
    tlbi_all();
    fault("ldtr of a page of EL1", probe_ldtr, hole, EC_DATA, FSC_PERMISSION + 3);
    check_equal("ldtr of a page of EL0", probe_ldtr(hole + 4096), 0xb);
    check_no_trap("which is allowed");
}

// What is kept of such accesses is apart from what plain ones left, and goes with the same TLBI.
static void test_unprivileged_again(void) {
    Word at = hole + 4096;
    for (unsigned k = 0; k < 3; k++) {
        check_equal("ldr of a page of EL1", probe_ldr(hole), 0xa);
        probe_str(hole); // its own address
        frame_a[0] = 0xa;
        fault("ldtr behind plain accesses", probe_ldtr, hole, EC_DATA, FSC_PERMISSION + 3);
        fault("sttr behind them", probe_sttr, hole, EC_DATA, WNR | (FSC_PERMISSION + 3));
        probe_sttr(at);
        check_equal("sttr and ldr", probe_ldr(at), at);
        frame_b[0] = 0xb;
        check_equal("ldtr again", probe_ldtr(at), 0xb);
    }
    probe_ldtr(at + 4092);
    check_equal("ldtr over the end of the page", trap.far, at + 4096);
    check_trap("  faults in the next", EC_DATA, FSC_TRANSLATION + 3, (Word)probe_ldtr);
    map(at, frame_b, EL0 | RO);
    tlbi_page(at);
    check_equal("ldtr of a read-only page", probe_ldtr(at), 0xb);
    fault("sttr of one", probe_sttr, at, EC_DATA, WNR | (FSC_PERMISSION + 3));
    map(at, frame_a, EL0 | NG);
    tlbi_page(at);
    check_equal("ldtr after TLBI of the page", probe_ldtr(at), 0xa);
    map(at, frame_b, EL0 | NG);
    __asm__ volatile("tlbi aside1, %0\n dsb ish\n isb" : : "r"(0ul) : "memory");
    check_equal("ldtr after TLBI of the ASID", probe_ldtr(at), 0xb);
    map(at, frame_a, EL0);
    tlbi_all();
    check_equal("ldtr after TLBI of all", probe_ldtr(at), 0xa);
    map(at, frame_a, 0);
    tlbi_page(at);
    fault("ldtr after the page went to EL1", probe_ldtr, at, EC_DATA, FSC_PERMISSION + 3);
}

static NOINLINE Word answer(void) {
    Word x;
    __asm__ volatile("mov %0, #7" : "=r"(x));
    return x;
}
static NOINLINE void patch(Word vaddr, uint32_t insn) {
    __asm__ volatile("sttr %w1, [%0]\n dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" : : "r"(vaddr), "r"(insn) : "memory");
}
// A page that EL0 may write, which is also code of EL1 at another address.
static void test_unprivileged_code(void) {
    Word at = hole + 4096 + ((Word)answer & 4095);
    Word page = (Word)answer & ~4095ul;
    map(at & ~4095ul, (void *)page, EL0);
    tlbi_page(at);
    while ((*(uint32_t *)(page + (at & 4095)) & 0xffe0001f) != 0xd2800000 && (at & 4095) < 4080) at += 4; // MOVZ X0
    uint32_t old = *(uint32_t *)(page + (at & 4095));
    Word sum = answer();
    for (uint32_t n = 0; n < 8; n++) {
        patch(at, 0xd2800000 | n << 5);
        sum += answer();
    }
    patch(at, old);
    check_equal("sttr to code", sum + answer(), 7 + 28 + 7);
}

static void test_blocks(void) {
    uint64_t *level2 = page_new();
    low_root[8] = (uint64_t)level2 | TABLE; // 8 GiB
    level2[0] = 0x40200000ul | BLOCK | AF;
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
    check_equal("block of 2 MiB", probe_ldr((8ul << 30) + ((Word)frame_b & 0x1fffff)), *(uint64_t *)(0x40200000ul + ((Word)frame_b & 0x1fffff)));
    level2[0] = 0;
    tlbi_page(8ul << 30);
    fault("after TLBI of one address in it", probe_ldr, (8ul << 30) + 4096, EC_DATA, FSC_TRANSLATION + 2);
}

// A loop that moves the page it reads, and tells itself of it: what it knows of the page must not outlive the TLBI.
#define REMAP_LOOP(name, tlbi)                                                                     \
    static NOINLINE Word name(volatile uint64_t *pte, const uint64_t *ptes) {                      \
        volatile uint64_t *data = (volatile uint64_t *)hole;                                       \
        Word errors = 0;                                                                           \
        for (Word i = 0; i < 3000; i++) {                                                          \
            Word before = data[i & 7];                                                             \
            *pte = ptes[i & 1];                                                                    \
            __asm__ volatile("dsb ishst\n " tlbi "\n dsb ish\n isb" : : "r"(hole >> 12) : "memory"); \
            errors += before != (i & 1 ? 10 : 11) || data[i & 7] != (i & 1 ? 11 : 10);             \
            data[(i & 7) + 8] = i;                                                                 \
        }                                                                                          \
        return errors;                                                                             \
    }
REMAP_LOOP(remap_page, "tlbi vae1, %0")
REMAP_LOOP(remap_page_everywhere, "tlbi vaae1is, %0")
REMAP_LOOP(remap_asid, "tlbi aside1, xzr")
REMAP_LOOP(remap_all, "tlbi vmalle1")

static void test_remap_loops(void) {
    static Word (*const loops[])(volatile uint64_t *, const uint64_t *) = {remap_page, remap_page_everywhere, remap_asid, remap_all};
    const uint64_t ptes[2] = {(uint64_t)frame_a | PAGE | AF | NG, (uint64_t)frame_b | PAGE | AF | NG};
    Word errors = 0;
    for (int i = 0; i < 8; i++) frame_a[i] = 10, frame_b[i] = 11;
    for (int k = 0; k < 4; k++) {
        map(hole, frame_b, NG);
        tlbi_all();
        errors += loops[k](leaf(low_root, hole), ptes);
    }
    check_equal("a loop that moves the page it reads", errors, 0);
    check("its stores went to both pages", frame_a[8 + (2998 & 7)] == 2998 && frame_b[8 + (2999 & 7)] == 2999);
}

void test_main(void) {
    start();
    test_el1();
    test_el0();
    test_ttbr1();
    test_asid();
    test_at();
    test_unprivileged();
    test_unprivileged_again();
    test_unprivileged_code();
    test_blocks();
    test_remap_loops();
}
