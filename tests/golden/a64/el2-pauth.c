// SPDX-License-Identifier: MIT
// Pointer authentication under EL2: HCR_EL2.API traps what signs and checks at EL1 and EL0, where its key is on, and APK the keys; EL2 has
// controls and a size of its own for its one half of the addresses. DDI 0487, D8.10, D19.2.48 (HCR_EL2).
// args: -M virt,virtualization=on -cpu max
#include "tests/golden/a64/lib/levels.h"

__asm__(".arch armv8.3-a");
enum { EC_PAC = 0x09, EC_FPAC = 0x1c, APK = 40, API = 41, ENIA = 31, ENDB = 13 };
PROBE(probe_pacia, "pacia x0, x1");
PROBE(probe_paciza, "paciza x0");
PROBE(probe_autiza, "autiza x0");
PROBE(probe_autdzb, "autdzb x0");
PROBE(probe_pacga, "pacga x0, x0, x0");
PROBE(probe_xpaci, "xpaci x0");
PROBE(probe_key, "mrs x0, apiakeylo_el1");
PROBE(probe_set_key, "msr apiakeyhi_el1, x0");
PROBE(probe_braa, "blraaz x0");

static Word pointer = 0x40081230;

static void on(Word el, Word bits) {
    if (el == 2) msr(sctlr_el2, (mrs(sctlr_el2) & ~(BIT(ENIA) | BIT(ENDB))) | bits);
    else msr(sctlr_el1, (mrs(sctlr_el1) & ~(BIT(ENIA) | BIT(ENDB))) | bits);
    isb();
}

static void trapped(const char *name, Word (*probe)(Word), Word x) {
    el1(probe, x);
    is(name, 2, EC_PAC, 0, (Word)probe, 8);
    el0(probe, x);
    is("  at EL0", 2, EC_PAC, 0, (Word)probe, 8);
}

static void test_instructions(void) {
    set_hcr(BIT(APK));
    on(1, 0);
    check_equal("a key that is off", el1(probe_paciza, pointer), pointer);
    none("does not trap");
    on(1, BIT(ENIA));
    trapped("paciza", probe_paciza, pointer);
    trapped("autiza", probe_autiza, pointer);
    check_equal("another key", el1(probe_autdzb, pointer), pointer);
    none("is off still");
    trapped("pacga", probe_pacga, pointer);
    check_equal("xpaci", el1(probe_xpaci, pointer | 1ul << 50), pointer);
    none("never traps");
    el1(probe_braa, pointer);
    is("blraaz", 2, EC_PAC, 0, (Word)probe_braa, 8);
    set_hcr(BIT(APK) | BIT(API));
    Word s = el1(probe_paciza, pointer);
    check("with API", s != pointer && el1(probe_autiza, s) == pointer && el0(probe_autiza, s) == pointer);
    none("nothing traps");
    el0(probe_autiza, s ^ 1ul << 52);
    is("a wrong signature", 1, EC_FPAC, 0, (Word)probe_autiza, 8);
}

static void test_keys(void) {
    set_hcr(BIT(API));
    el1(probe_key, 0);
    is("a key is read", 2, EC_SYSREG, 0x300000 | 2 << 10 | 1 << 1 | 1, (Word)probe_key, 8);
    el1(probe_set_key, 0);
    is("a key is written", 2, EC_SYSREG, 0x300000 | 1 << 17 | 2 << 10 | 1 << 1, (Word)probe_set_key, 8);
    set_hcr(BIT(API) | BIT(APK));
    el1(probe_set_key, 0x77);
    check_equal("with APK", mrs(s3_0_c2_c1_1), 0x77);
    none("nothing traps");
}

// All its addresses are one half, of TCR_EL2.T0SZ: in what seems to be the upper half a signature has the same bits.
static void test_el2(void) {
    msr(tcr_el2, BIT(31) | BIT(23) | 2 << 16 | 25);
    on(2, 0);
    check_equal("off at EL2", probe_paciza(pointer), pointer);
    on(1, 0);
    on(2, BIT(ENIA));
    set_hcr(0);
    check_equal("off at EL1", el1(probe_paciza, pointer), pointer);
    Word high = 0xffffff8040081230, tbi = 1ul << 20, tbid = 1ul << 29, bits[3];
    for (unsigned k = 0; k < 3; k++) {
        msr(tcr_el2, BIT(31) | BIT(23) | 2 << 16 | 25 | (k ? tbi : 0) | (k > 1 ? tbid : 0));
        isb();
        Word s = probe_paciza(pointer), h = probe_paciza(high);
        bits[k] = (s ^ pointer) | (h ^ high);
        check("signed", s != pointer && h != high);
        check_equal("checked", probe_autiza(s), pointer);
        check_equal("the upper half too", probe_autiza(h), high);
        check_equal("stripped", probe_xpaci(h), high);
        none("no trap");
        probe_autiza(s ^ 1ul << 45);
        is("a wrong signature at EL2", 2, EC_FPAC, 0, (Word)probe_autiza, 4);
    }
    check("from bit 39 on", !(bits[0] & ((1ul << 39) - 1)) && !(bits[1] & ((1ul << 39) - 1)));
    check("not in a tag", !(bits[1] >> 55) && bits[0] >> 56 && bits[2] >> 56);
    on(2, 0);
}

void test_main(void) {
    levels_begin();
    msr(s3_0_c2_c1_0, 0x123456789abcdef);
    msr(s3_0_c2_c1_1, 0xfedcba987654321);
    msr(tcr_el1, 25 | 25ul << 16 | 1ul << 37 | 1ul << 51);
    test_instructions();
    test_keys();
    test_el2();
}
