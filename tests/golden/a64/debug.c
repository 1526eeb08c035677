// SPDX-License-Identifier: MIT
// Self-hosted breakpoints and watchpoints: by address, level and context, as many as ID_AA64DFR0_EL1 says; bytes, ranges, loads and stores of
// all kinds, accesses with EL0's rights; what switches them. DDI 0487, D2.8, D2.9.
// peer-fails: a context alone
// peer-fails: none with the OS lock
// peer-fails: a byte
// peer-fails: an access that ends in it
// peer-fails:   far: got
// peer-fails: a pair that ends in it
// args: -cpu max
#include "tests/golden/a64/lib/test.h"

enum { MDE = 1 << 15, KDE = 1 << 13, EL1 = 1 << 1, EL0 = 1 << 2, ON = 1, BYTES4 = 15 << 5, LOAD = 1 << 3, STORE = 1 << 4,
       LINKED = 1 << 20, CONTEXT = 2 << 20, CONTEXT_LINKED = 3 << 20 };
enum { WNR = 64, EC_BREAKPOINT = 0x31, EC_WATCHPOINT_EL0 = 0x34, EC_WATCHPOINT = 0x35, FSC_DEBUG = 0x22 };
static uint64_t data[1024] __attribute__((aligned(4096)));
PROBE(probe_nop, "nop");
PROBE(probe_twice, "nop\n nop");
PROBE(probe_ldp, "ldp x1, x2, [x0]");
PROBE(probe_stp, "stp x1, x2, [x0, #-8]");
PROBE(probe_stxr, "ldxr x1, [x0]\n stxr w2, x1, [x0]");
PROBE(probe_cas, ".inst 0xc8a17c01"); // cas x1, x1, [x0]

static void all_off(void) {
#define OFF(n) msr(dbgbcr##n##_el1, 0)
    OFF(0); OFF(1); OFF(2); OFF(3); OFF(4); OFF(5);
#undef OFF
    msr(dbgwcr0_el1, 0);
    msr(dbgwcr1_el1, 0);
    msr(dbgwcr2_el1, 0);
    msr(dbgwcr3_el1, 0);
    isb();
}

static Word unmasked(Word (*f)(Word), Word x) { // PSTATE.D clear
    __asm__ volatile("msr daifclr, #8" : : : "memory");
    x = f(x);
    __asm__ volatile("msr daifset, #8" : : : "memory");
    return x;
}

#define BREAK(n, address, control) do { msr(dbgbvr##n##_el1, address); msr(dbgbcr##n##_el1, control); isb(); } while (0)
#define WATCH(n, address, control) do { msr(dbgwvr##n##_el1, address); msr(dbgwcr##n##_el1, control); isb(); } while (0)

static void test_breakpoints(void) {
    Word at = (Word)probe_nop;
    probe_nop(0);
    BREAK(0, at, ON | BYTES4 | EL1 | EL0);
    probe_nop(0);
    check_no_trap("none at EL1 while PSTATE.D is set");
    for (unsigned k = 0; k < 3; k++) {
        unmasked(probe_nop, 0);
        check_trap("at EL1", EC_BREAKPOINT, FSC_DEBUG, at);
    }
    el0_run(probe_nop, 0);
    check_trap("at EL0", EC_BREAKPOINT_EL0, FSC_DEBUG, at);
    msr(mdscr_el1, MDE);
    unmasked(probe_nop, 0);
    check_no_trap("none at EL1 without KDE");
    el0_run(probe_nop, 0);
    check_trap("at EL0 without KDE", EC_BREAKPOINT_EL0, FSC_DEBUG, at);
    msr(mdscr_el1, MDE | KDE);
    BREAK(0, at, ON | BYTES4 | EL1);
    el0_run(probe_nop, 0);
    check_no_trap("for EL1 alone");
    BREAK(0, at, ON | BYTES4 | EL0);
    unmasked(probe_nop, 0);
    check_no_trap("for EL0 alone");
    BREAK(0, at, BYTES4 | EL0 | EL1);
    unmasked(probe_nop, 0);
    check_no_trap("disabled");
    BREAK(5, at, ON | BYTES4 | EL1 | EL0);
    BREAK(2, at, ON | BYTES4 | EL1);
    unmasked(probe_nop, 0);
    check_trap("two registers, one exception", EC_BREAKPOINT, FSC_DEBUG, at);
    msr(dbgbcr2_el1, 0);
    unmasked(probe_nop, 0);
    check_trap("and the other is left", EC_BREAKPOINT, FSC_DEBUG, at);
    msr(oslar_el1, 1);
    isb();
    unmasked(probe_nop, 0);
    check_no_trap("none with the OS lock");
    msr(oslar_el1, 0);
    all_off();
    unmasked(probe_nop, 0);
    check_no_trap("none left");
}

static volatile Word hits, hit[2];
static void note(Word pc, Word esr) {
    hit[hits++ & 1] = pc;
    if (hits == 2) msr(dbgbcr5_el1, 0);
}

static void test_contexts(void) {
    Word at = (Word)probe_nop;
    msr(contextidr_el1, 7);
    msr(dbgbvr5_el1, 7);
    msr(dbgbcr5_el1, ON | CONTEXT_LINKED | EL1 | EL0 | BYTES4);
    BREAK(0, at, ON | BYTES4 | EL1 | EL0 | LINKED | 5 << 16);
    unmasked(probe_nop, 0);
    check_trap("a breakpoint linked to a context", EC_BREAKPOINT, FSC_DEBUG, at);
    WATCH(0, data, ON | LOAD | EL1 | 255 << 5 | LINKED | 5 << 16);
    unmasked(probe_ldr, (Word)data);
    check_trap("a watchpoint linked to a context", EC_WATCHPOINT, FSC_DEBUG, (Word)probe_ldr);
    msr(contextidr_el1, 8);
    isb();
    unmasked(probe_nop, 0);
    unmasked(probe_ldr, (Word)data);
    check_no_trap("another context");
    all_off();
    msr(contextidr_el1, 7);
    BREAK(5, 7, ON | CONTEXT | EL0 | BYTES4);
    step_hook = note;
    el0_run(probe_twice, 0);
    step_hook = 0;
    check("a context alone", hits == 2 && hit[0] == (Word)probe_twice && hit[1] == (Word)probe_twice);
    all_off();
    msr(contextidr_el1, 0);
}

static void watched(const char *name, Word (*probe)(Word), Word vaddr, Word wnr, Word far, Word offset) {
    trap_clear();
    unmasked(probe, vaddr);
    Word seen = trap.far;
    check_trap(name, EC_WATCHPOINT, FSC_DEBUG | wnr, (Word)probe + offset);
    check_equal("  far", seen, far);
}
static void unwatched(const char *name, Word (*probe)(Word), Word vaddr) {
    trap_clear();
    unmasked(probe, vaddr);
    check_no_trap(name);
}

static void test_watchpoints(void) {
    Word at = (Word)&data[8];
    for (unsigned k = 0; k < 3; k++) probe_ldr(at), probe_str(at);
    WATCH(0, at, ON | LOAD | STORE | EL1 | EL0 | 255 << 5);
    trap_clear();
    probe_ldr(at);
    check_no_trap("none while PSTATE.D is set");
    watched("a load", probe_ldr, at, 0, at, 0);
    watched("a store", probe_str, at, WNR, at, 0);
    watched("a byte", probe_ldrb, at + 3, 0, at + 3, 0);
    watched("an access that ends in it", probe_ldr, at - 4, 0, at, 0);
    watched("a pair that ends in it", probe_ldp, at - 8, 0, at, 0);
    watched("a pair that is stored", probe_stp, at, WNR, at, 0);
    watched("an atomic stores", probe_cas, at, WNR, at, 0);
    unwatched("beside it", probe_ldr, at + 8);
    unwatched("before it", probe_ldr, at - 8);
    data[8] = 5;
    trap_clear();
    unmasked(probe_str, at);
    check_equal("nothing is stored", data[8], 5);
    trap_clear();
    el0_run(probe_ldr, at);
    check_trap("at EL0", EC_WATCHPOINT_EL0, FSC_DEBUG, (Word)probe_ldr);
    WATCH(0, at, ON | LOAD | EL1 | 255 << 5);
    unwatched("a store where loads are watched", probe_str, at);
    watched("an exclusive load", probe_ldxr, at, 0, at, 0);
    el0_run(probe_ldr, at);
    check_no_trap("EL0 where EL1 is watched");
    WATCH(0, at, ON | LOAD | EL0 | 255 << 5);
    unwatched("EL1 where EL0 is watched", probe_ldr, at);
    watched("ldtr is EL0's", probe_ldtr, at, 0, at, 0);
    WATCH(0, at, ON | STORE | EL1 | 255 << 5);
    unwatched("a load where stores are watched", probe_ldr, at);
    watched("an exclusive store", probe_stxr, at, WNR, at, 4);
    WATCH(0, at, ON | LOAD | EL1 | 0x30 << 5);
    unwatched("another byte", probe_ldrb, at + 3);
    watched("the first byte selected", probe_ldrb, at + 4, 0, at + 4, 0);
    WATCH(0, at + 4, ON | LOAD | EL1 | 2 << 5);
    watched("a byte of a word", probe_ldr, at, 0, at + 5, 0);
    unwatched("its neighbour", probe_ldrb, at + 4);
    WATCH(0, (Word)data, ON | LOAD | EL1 | 255 << 5 | 12 << 24);
    watched("a range", probe_ldr, (Word)data + 4088, 0, (Word)data + 4088, 0);
    unwatched("behind the range", probe_ldr, (Word)data + 4096);
    WATCH(3, (Word)data + 4096, ON | LOAD | EL1 | 255 << 5);
    watched("the last register", probe_ldr, (Word)data + 4096, 0, (Word)data + 4096, 0);
    all_off();
    unwatched("none left", probe_ldr, at);
}

void test_main(void) {
    Word dfr0 = mrs(id_aa64dfr0_el1);
    check_equal("breakpoints", dfr0 >> 12 & 15, 5);
    check_equal("watchpoints", dfr0 >> 20 & 15, 3);
    check_equal("that know contexts", dfr0 >> 28 & 15, 1);
    msr(oslar_el1, 0);
    all_off();
    msr(mdscr_el1, MDE | KDE);
    isb();
    test_breakpoints();
    test_contexts();
    test_watchpoints();
}
