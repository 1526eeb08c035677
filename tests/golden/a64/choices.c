// SPDX-License-Identifier: MIT
// What the core does where the manual leaves it open: the list is in docs/AARCH64.md. DDI 0487, K1.
// peer-fails: a load of its own base
#include "tests/golden/a64/lib/test.h"

static Word data[4] __attribute__((aligned(32)));
static uint64_t *root;
#define BLOCK 1ul
#define AF (1ul << 10)
#define CONTIGUOUS (1ul << 52)
PROBE(load_pair_twice, ".inst 0xa9400401\n mov x0, x1");      // ldp x1, x1, [x0]
PROBE(load_own_base, ".inst 0xf8408400");                     // ldr x0, [x0], #8
PROBE(store_own_base, "mov x1, x0\n .inst 0xf8008421\n mov x0, x1"); // str x1, [x1], #8
PROBE(exclusive_other_size, "ldxr x1, [x0]\n mov w3, #7\n stxr w2, w3, [x0]\n mov w0, w2");
PROBE(exclusive_after_stores, "ldxr x1, [x0]\n str xzr, [x0]\n str x1, [x0]\n stxr w2, x1, [x0]\n mov w0, w2");

static void test_instructions(void) {
    data[0] = 1;
    data[1] = 2;
    check_equal("a load pair of one register twice", load_pair_twice((Word)data), 2);
    data[0] = 5;
    check_equal("a load of its own base", load_own_base((Word)data), 5);
    check_equal("a store of its own base goes on behind", store_own_base((Word)data), (Word)data + 8);
    check_equal("and stores the old one", data[0], (Word)data);
    data[0] = 0x500000001;
    check_equal("a store-exclusive of less than what was loaded", exclusive_other_size((Word)data), 1);
    data[0] = 1;
    check_equal("which had zeros above", exclusive_other_size((Word)data), 0);
    check_equal("and is stored", data[0], 7);
    check_equal("a store-exclusive after stores", exclusive_after_stores((Word)data), 0);
}

static void fault(const char *name, Word vaddr, Word iss) {
    trap_clear();
    probe_ldr(vaddr);
    check_trap(name, EC_DATA, iss, (Word)probe_ldr);
}

// TTBR0 maps what the program is in; TTBR1 is played with.
static void test_walk(void) {
    Word high = 0xffffff8000000000ul, tcr = 25 | 25ul << 16 | 2ul << 30 | 1ul << 36;
    root = page_new();
    uint64_t *upper = page_new(), *middle = page_new();
    for (Word k = 0; k < 2; k++) root[k] = k << 30 | BLOCK | AF;
    msr(mair_el1, 0xff);
    msr(tcr_el1, tcr | 2ul << 32);
    msr(ttbr0_el1, root);
    msr(ttbr1_el1, upper);
    tlbi_all();
    msr(sctlr_el1, mrs(sctlr_el1) | 1);
    isb();
    upper[0] = (uint64_t)middle | 3;
    middle[0] = 0x40200000ul | BLOCK | AF | CONTIGUOUS;
    middle[1] = 0x40600000ul | BLOCK | AF | CONTIGUOUS;
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
    check_equal("of contiguous entries that differ", probe_ldr(high + 0x200000), *(Word *)0x40600000ul);
    check_equal("each counts by itself", probe_ldr(high), *(Word *)0x40200000ul);
    upper[1] = 1ul << 41 | 3;
    upper[2] = 1ul << 41 | BLOCK | AF;
    __asm__ volatile("dsb ishst\n isb" : : : "memory");
    fault("a descriptor beyond IPS", high + (1ul << 30), 1);
    fault("a block beyond IPS", high + (2ul << 30), 1);
    msr(ttbr1_el1, 1ul << 41);
    tlbi_all();
    fault("a table beyond IPS", high, 0);
    msr(ttbr1_el1, upper);
    msr(tcr_el1, (tcr & ~(63ul << 16)) | 45ul << 16 | 2ul << 32);
    tlbi_all();
    fault("TxSZ out of range", ~0ul << 12, 4);
}

void test_main(void) {
    test_instructions();
    test_walk();
}
