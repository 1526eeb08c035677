// SPDX-License-Identifier: MIT
// FEAT_BTI: which jumps through registers may land on which instructions of a guarded page, from guarded pages and others, at EL1 and EL0;
// BTYPE over exceptions and returns; the same code behind a mapping that is not guarded. DDI 0487, D8.11.
// args: -cpu max
#include "tests/golden/a64/lib/test.h"

__asm__(".arch armv8.8-a");
#define TABLE 3ul
#define BLOCK 1ul
#define AF (1ul << 10)
#define GP (1ul << 50)
#define EL0 (1ul << 6)
#define RO (1ul << 7)
#define PXN (1ul << 53)
#define BT0 (1ul << 35)
#define BT1 (1ul << 36)
static const Word guarded = 0x100000000ul, plain = 0x100001000ul, user = 0x100002000ul;

// Eight pads of 16 bytes, then ways to jump to x0.
extern char code[];
__asm__(".balign 4096\n.global code\ncode:\n"
        " nop\n ret\n .balign 16\n"                // 0
        " hint #32\n ret\n .balign 16\n"           // 1: bti
        " hint #34\n ret\n .balign 16\n"           // 2: bti c
        " hint #36\n ret\n .balign 16\n"           // 3: bti j
        " hint #38\n ret\n .balign 16\n"           // 4: bti jc
        " paciasp\n autiasp\n ret\n .balign 16\n"  // 5
        " pacibsp\n autibsp\n ret\n .balign 16\n"  // 6
        " brk #7\n ret\n .balign 16\n"             // 7
        " hint #34\n br x0\n .balign 16\n"         // 8: ways
        " hint #34\n mov x16, x0\n br x16\n .balign 16\n"
        " hint #34\n mov x17, x0\n br x17\n .balign 16\n"
        " hint #34\n mov x9, x30\n blr x0\n ret x9\n"
        " hint #34\n mov x9, x30\n adr x30, 1f\n ret x0\n1: ret x9\n .balign 4096\n");
enum { NOP, BTI, BTI_C, BTI_J, BTI_JC, PACIASP, PACIBSP, BRK, PADS };
enum { BR, BR_X16, BR_X17, BLR, RET, WAYS };
static const unsigned btype[WAYS] = {3, 1, 1, 2, 0};
static uint64_t *pages;

static Word pad(Word page, unsigned n) { return page + 16 * n; }

static void start(void) {
    uint64_t *root = page_new(), *middle = page_new();
    pages = page_new();
    for (Word k = 0; k < 2; k++) root[k] = k << 30 | BLOCK | AF;
    root[4] = (uint64_t)middle | TABLE;
    middle[0] = (uint64_t)pages | TABLE;
    pages[0] = (uint64_t)code | 3 | AF | GP | RO;
    pages[1] = (uint64_t)code | 3 | AF | RO;
    pages[2] = (uint64_t)code | 3 | AF | GP | EL0 | PXN | RO;
    msr(mair_el1, 0xff);
    msr(tcr_el1, 25 | 1ul << 23 | 2ul << 32);
    msr(ttbr0_el1, root);
    tlbi_all();
    msr(sctlr_el1, mrs(sctlr_el1) | 1);
    isb();
}

static int fits(unsigned type, unsigned n, int strict) {
    if (type == 0) return 1;
    switch (n) {
    case BTI_C: return type != 3;
    case BTI_J: return type != 2;
    case PACIASP: case PACIBSP: return type != 3 || !strict;
    case BTI_JC: case BRK: return 1;
    default: return 0;
    }
}

// All ways from one page to all pads of another; `twice`, since the second time translated code knows the way.
static void matrix(const char *name, Word from, Word to, int strict) {
    unsigned wrong = 0;
    for (unsigned way = 0; way < WAYS; way++) {
        for (unsigned n = 0; n < PADS; n++) {
            for (unsigned turn = 0; turn < 3; turn++) {
                unsigned type = btype[way] == 3 && from == plain ? 1 : btype[way];
                int good = to == plain || fits(type, n, strict);
                trap_clear();
                Word at = pad(to, n);
                ((Word(*)(Word))pad(from, PADS + way))(at);
                if (good) wrong += trap.count != (n == BRK);
                else wrong += trap.count != 1 || trap.esr != (Word)(EC_BRANCH_TARGET << 26 | 1 << 25 | type) || trap.pc != at || (trap.spsr >> 10 & 3) != type;
            }
        }
    }
    check_equal(name, wrong, 0);
    trap_clear();
}

static void test_ways(void) {
    matrix("guarded to guarded", guarded, guarded, 0);
    matrix("plain to guarded", plain, guarded, 0);
    matrix("guarded to plain", guarded, plain, 0);
    matrix("plain to plain", plain, plain, 0);
    msr(sctlr_el1, mrs(sctlr_el1) | BT1);
    isb();
    matrix("guarded to guarded, BT1", guarded, guarded, 1);
    matrix("plain to guarded, BT1", plain, guarded, 1);
    msr(sctlr_el1, mrs(sctlr_el1) & ~BT1);
    isb();
    matrix("guarded to guarded again", guarded, guarded, 0);
}

static void test_el0(void) {
    Word (*jump)(Word) = (Word(*)(Word))pad(user, PADS + BR);
    el0_run(jump, pad(user, NOP));
    check_trap("br to a nop at EL0", EC_BRANCH_TARGET, 3, pad(user, NOP));
    el0_run(jump, pad(user, BTI_J));
    check_no_trap("br to bti j at EL0");
    el0_run(jump, pad(user, PACIASP));
    check_no_trap("br to paciasp at EL0");
    msr(sctlr_el1, mrs(sctlr_el1) | BT0);
    isb();
    el0_run(jump, pad(user, PACIASP));
    check_trap("br to paciasp at EL0, BT0", EC_BRANCH_TARGET, 3, pad(user, PACIASP));
    msr(sctlr_el1, mrs(sctlr_el1) & ~BT0);
    isb();
}

static void return_to(Word pc, Word type) {
    trap_clear();
    register Word x0 __asm__("x0") = pc, x1 __asm__("x1") = 5 | 15 << 6 | type << 10;
    __asm__ volatile("adr x30, 1f\n msr elr_el1, x0\n msr spsr_el1, x1\n eret\n1:" : "+r"(x0), "+r"(x1) : : "x30", "memory");
}

static void test_exceptions(void) {
    return_to(pad(guarded, NOP), 0);
    check_no_trap("return with BTYPE 0");
    for (Word type = 1; type < 4; type++) {
        return_to(pad(guarded, NOP), type);
        check_trap("return with BTYPE", EC_BRANCH_TARGET, type, pad(guarded, NOP));
    }
    return_to(pad(guarded, BTI_C), 2);
    check_no_trap("return with BTYPE to bti c");
    return_to(pad(plain, NOP), 3);
    check_no_trap("return with BTYPE to a page that is not guarded");
    uint64_t was = pages[0];
    pages[0] = 0;
    tlbi_all();
    ((Word(*)(Word))pad(plain, PADS + BLR))(pad(guarded, NOP));
    check_equal("BTYPE of a fault on the fetch", trap.spsr >> 10 & 3, 2);
    check_trap("a fault on the fetch", EC_FETCH, 7, pad(guarded, NOP));
    pages[0] = was | 0;
    tlbi_all();
    matrix("mapped again", guarded, guarded, 0);
}

// One page of code, guarded or not as its descriptor says now.
static void test_remap(void) {
    for (unsigned k = 0; k < 4; k++) {
        pages[0] = (pages[0] & ~GP) | (k & 1 ? GP : 0);
        tlbi_all();
        trap_clear();
        ((Word(*)(Word))pad(plain, PADS + BLR))(pad(guarded, NOP));
        check_equal("as the descriptor says", trap.count, k & 1);
    }
    trap_clear();
}

void test_main(void) {
    check_equal("ID_AA64PFR1_EL1.BT", mrs(id_aa64pfr1_el1) & 15, 1);
    start();
    test_ways();
    test_el0();
    test_exceptions();
    test_remap();
}
