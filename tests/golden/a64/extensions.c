// SPDX-License-Identifier: MIT
// Extensions of -cpu max that need no vectors: PSTATE fields, UAO, PAN3, E0PD, IDST, pointer authentication, LSE2, memory copy and set,
// counts and minima, flags, random numbers, 52-bit addresses. DDI 0487, A2.2.
// args: -cpu max
#include "tests/golden/a64/lib/test.h"

__asm__(".arch armv8.8-a+rng+memtag");
#define AF (1ul << 10)
#define EL0 (1ul << 6)
#define RO (1ul << 7)
#define UXN (1ul << 54)
#define PXN (1ul << 53)
enum { EC_FPAC = 0x1c, EC_MOPS = 0x27, FSC_ALIGNMENT = 0x21, WNR = 64 };
static uint8_t buffer[8192] __attribute__((aligned(4096)));
#define field(reg, shift) (mrs(reg) >> (shift) & 15)
// One instruction on x0, x1 and x2.
#define INSN(text, a, b)                                                                         \
    ({                                                                                           \
        register Word x0_ __asm__("x0") = (Word)(a);                                             \
        register Word x1_ __asm__("x1") = (Word)(b);                                             \
        __asm__ volatile(text : "+r"(x0_), "+r"(x1_) : : "memory", "cc", "x2", "x17", "x30");    \
        x0_;                                                                                     \
    })

static void test_identification(void) {
    check_equal("LSE", field(id_aa64isar0_el1, 20), 2);
    check_equal("FlagM2", field(id_aa64isar0_el1, 52), 2);
    check_equal("PAuth by an algorithm of our own", field(s3_0_c0_c6_1, 8), 5);
    check_equal("MOPS", field(s3_0_c0_c6_2, 16), 1);
    check_equal("CSSC", field(s3_0_c0_c6_2, 52), 1);
    check_equal("52 bits", mrs(id_aa64mmfr0_el1) & 15, 6);
    check_equal("4 KiB granules with 52 bits", field(id_aa64mmfr0_el1, 28), 1);
}

// ---- PSTATE
PROBE(probe_dit, "msr dit, #1\n mrs x0, dit");
PROBE(probe_ssbs, "msr ssbs, #1\n mrs x0, ssbs");
PROBE(probe_uao, "mrs x0, uao");
PROBE(probe_svc, "svc #0");
static void test_pstate(void) {
    msr(dit, 1 << 24);
    check_equal("DIT", mrs(dit), 1 << 24);
    msr(uao, 1 << 23);
    msr(ssbs, 1 << 12);
    trap_clear();
    probe_svc(0);
    check_equal("saved", trap.spsr & 0x1801000, 0x1801000);
    trap_clear();
    check_equal("UAO comes back", mrs(uao), 1 << 23);
    __asm__ volatile("msr uao, #0\n msr dit, #0\n msr ssbs, #0");
    check_equal("immediate forms", mrs(uao) | mrs(dit) | mrs(ssbs), 0);
    check_equal("DIT at EL0", el0_run(probe_dit, 0), 1 << 24);
    check_equal("SSBS at EL0", el0_run(probe_ssbs, 0), 1 << 12);
    trap_clear();
    el0_run(probe_uao, 0);
    check_trap("UAO at EL0", EC_UNKNOWN, 0, (Word)probe_uao);
    msr(sctlr_el1, mrs(sctlr_el1) | 1ul << 44);
    probe_svc(0);
    msr(sctlr_el1, mrs(sctlr_el1) & ~(1ul << 44));
    trap_clear();
}

PROBE(probe_midr, "mrs x0, midr_el1");
PROBE(probe_midr_write, ".inst 0xd5180000");
PROBE(probe_cvap, "dc cvap, x0");
PROBE(probe_cvadp, ".inst 0xd50b7d20");
PROBE(probe_cfp, "cfp rctx, x0");
static void test_el0(void) {
    trap_clear();
    el0_run(probe_midr, 0);
    check_trap("IDST", EC_SYSREG, 3 << 20 | 1, (Word)probe_midr);
    el0_run(probe_midr_write, 0);
    check_trap("IDST is for reads", EC_UNKNOWN, 0, (Word)probe_midr_write);
    el0_run(probe_cfp, 0);
    check("specres is closed", trap.esr >> 26 == EC_SYSREG);
    msr(sctlr_el1, mrs(sctlr_el1) | 1 << 10 | 1 << 26);
    isb();
    trap_clear();
    el0_run(probe_cfp, 0);
    el0_run(probe_cvap, (Word)buffer);
    el0_run(probe_cvadp, (Word)buffer);
    check_no_trap("specres, cvap, cvadp");
}

// ---- arithmetic
static void test_arithmetic(void) {
    check_equal("abs", INSN(".inst 0xdac02000", -5ul, 0), 5);
    check_equal("abs of the least", INSN(".inst 0x5ac02000", 0x80000000ul, 0), 0x80000000ul);
    check_equal("cnt", INSN(".inst 0xdac01c00", 0xff0ful << 40, 0), 12);
    check_equal("ctz", INSN(".inst 0xdac01800", 1ul << 40, 0), 40);
    check_equal("ctz of 0", INSN(".inst 0x5ac01800", 0, 0), 32);
    check_equal("smax", INSN(".inst 0x9ac16000", -3ul, 2), 2);
    check_equal("umax", INSN(".inst 0x9ac16400", -3ul, 2), -3ul);
    check_equal("smin", INSN(".inst 0x9ac16800", -3ul, 2), -3ul);
    check_equal("umin", INSN(".inst 0x9ac16c00", -3ul, 2), 2);
    check_equal("smax imm", INSN(".inst 0x91c3fc00", -3ul, 0), -1ul); // -1
    check_equal("umax imm", INSN(".inst 0x91c7fc00", 3, 0), 255);
    check_equal("smin imm", INSN(".inst 0x11cbfc00", 3, 0), 0xffffffff);
    check_equal("umin imm", INSN(".inst 0x91cffc00", 1000, 0), 255);
    check_equal("axflag", INSN("msr nzcv, x0\n axflag\n mrs x0, nzcv", 5ul << 28, 0), 4ul << 28);
    check_equal("xaflag", INSN("msr nzcv, x0\n xaflag\n mrs x0, nzcv", 0, 0), 8ul << 28);
    check_equal("xaflag of Z", INSN("msr nzcv, x0\n xaflag\n mrs x0, nzcv", 4ul << 28, 0), 3ul << 28);
    Word a = INSN("msr nzcv, x1\n mrs x0, rndr", 0, 15ul << 28), b = INSN("mrs x0, rndrrs", 0, 0);
    check("rndr", a != b);
    check_equal("rndr clears the flags", INSN("msr nzcv, x1\n mrs x0, rndr\n mrs x0, nzcv", 0, 15ul << 28), 0);
    Word now = mrs(cntvct_el0);
    INSN(".inst 0xd5031020", now + 1000, 0); // wfit
    INSN(".inst 0xd5031000", now, 0);        // wfet
    check("wfit and wfet end", 1);
}

// ---- LRCPC2 and LSE2
PROBE(probe_ldar, "ldar x0, [x0]");
PROBE(probe_stlr, "stlr x1, [x0]");
PROBE(probe_ldadd, "mov x1, #1\n ldadd x1, x0, [x0]");
PROBE(probe_ldapur, "ldapur x0, [x0, #-1]");
PROBE(probe_ldxr_odd, "ldxr w0, [x0]");
static void test_lse2(void) {
    for (unsigned i = 0; i < 64; i++) buffer[i] = (uint8_t)i;
    trap_clear();
    check_equal("ldar inside 16 bytes", probe_ldar((Word)buffer + 3), 0x0a09080706050403);
    check_equal("ldadd inside 16 bytes", probe_ldadd((Word)buffer + 17), 0x1817161514131211);
    check_equal("  has added", buffer[17], 0x12);
    check_equal("ldxr inside 16 bytes", probe_ldxr_odd((Word)buffer + 5), 0x08070605);
    check_equal("ldapur", probe_ldapur((Word)buffer + 33), 0x2726252423222120);
    check_no_trap("no trap");
    trap_clear();
    probe_ldar((Word)buffer + 9);
    check_trap("ldar over 16 bytes", EC_DATA, FSC_ALIGNMENT, (Word)probe_ldar);
    probe_ldadd((Word)buffer + 12);
    check_trap("ldadd over 16 bytes", EC_DATA, FSC_ALIGNMENT | WNR, (Word)probe_ldadd + 4);
    msr(sctlr_el1, mrs(sctlr_el1) | 1 << 6);
    check_equal("ldar over 16 bytes with nAA", probe_ldar((Word)buffer + 40 - 6), 0x2928272625242322);
    check_no_trap("  no trap");
    trap_clear();
    probe_ldadd((Word)buffer + 12);
    check_trap("atomics all the same", EC_DATA, FSC_ALIGNMENT | WNR, (Word)probe_ldadd + 4);
    msr(sctlr_el1, mrs(sctlr_el1) & ~(1ul << 6));
}

// ---- pointer authentication
PROBE(probe_autia, "mov x1, #77\n autia x0, x1");
PROBE(probe_autdb, "autdzb x0");
PROBE(probe_retaa, "mov x2, x30\n mov x30, x0\n autiasp\n mov x30, x2");
PROBE(probe_ldraa, "ldraa x0, [x0, #16]");
static Word called(Word a) { return a + 1; }
static Word signed_pointer(Word pointer, Word modifier) { return INSN("pacia x0, x1", pointer, modifier); }

// Each form signs and checks; what it gives is the pointer, or what was called.
#define TWICE(name, sign, auth) check_equal(name, INSN(sign "\n" auth, p, 77), p)
#define LINK(text) "mov x2, x30\n mov x30, x0\n " text "\n mov x0, x30\n mov x30, x2"
#define MOVED(text) "mov x17, x0\n mov x16, x1\n " text "\n mov x0, x17"
#define JUMP(text) "mov x2, x30\n adr x17, 1f\n mov x0, #0\n " text "\n 1: mov x30, x2\n add x0, x0, #9"
static void test_pauth_forms(Word p) {
    TWICE("pacib, autib", "pacib x0, x1", "autib x0, x1");
    TWICE("pacda, autda", "pacda x0, x1", "autda x0, x1");
    TWICE("pacdb, autdb", "pacdb x0, x1", "autdb x0, x1");
    TWICE("paciza, autiza", "paciza x0", "autiza x0");
    TWICE("pacizb, autizb", "pacizb x0", "autizb x0");
    TWICE("pacdza, autdza", "pacdza x0", "autdza x0");
    TWICE("pacdzb, autdzb", "pacdzb x0", "autdzb x0");
    TWICE("xpacd", "pacda x0, x1", "xpacd x0");
    check_equal("xpaclri", INSN(LINK("paciaz\n xpaclri"), p, 0), p);
    check_equal("paciaz, autiaz", INSN(LINK("paciaz\n autiaz"), p, 0), p);
    check_equal("pacibz, autibz", INSN(LINK("pacibz\n autibz"), p, 0), p);
    check_equal("pacibsp, autibsp", INSN(LINK("pacibsp\n autibsp"), p, 0), p);
    check_equal("pacia1716, autia1716", INSN(MOVED("pacia1716\n autia1716"), p, 77), p);
    check_equal("pacib1716, autib1716", INSN(MOVED("pacib1716\n autib1716"), p, 77), p);
    check_equal("braa", INSN(JUMP("pacia x17, x1\n braa x17, x1"), 0, 5), 9);
    check_equal("brab", INSN(JUMP("pacib x17, x1\n brab x17, x1"), 0, 5), 9);
    check_equal("braaz", INSN(JUMP("paciza x17\n braaz x17"), 0, 5), 9);
    check_equal("brabz", INSN(JUMP("pacizb x17\n brabz x17"), 0, 5), 9);
    check_equal("blrab", INSN(JUMP("pacib x17, x1\n blrab x17, x1"), 0, 5), 9);
    check_equal("blrabz", INSN(JUMP("pacizb x17\n blrabz x17"), 0, 5), 9);
    check_equal("blr", INSN(JUMP("blr x17"), 0, 5), 9);
    check_equal("retab", INSN(JUMP("mov x30, x17\n pacibsp\n retab"), 0, 5), 9);
    Word signed_b = INSN("pacdzb x0", p, 0);
    check_equal("ldrab", INSN("ldrab x0, [x0, #16]", signed_b, 0), 0x55);
    msr(spsr_el1, 0x3c5);
    check_equal("eretaa", INSN(JUMP("msr elr_el1, x17\n mov x30, x17\n paciasp\n msr elr_el1, x30\n eretaa"), 0, 5), 9);
    msr(spsr_el1, 0x3c5);
    check_equal("eretab", INSN(JUMP("msr elr_el1, x17\n mov x30, x17\n pacibsp\n msr elr_el1, x30\n eretab"), 0, 5), 9);
}

// ---- what does nothing, or is none
PROBE(probe_smc, "smc #1");
PROBE(probe_sysl, "sysl x0, #3, c7, c5, #1");
static void test_hints(void) {
    __asm__ volatile("yield\n sev\n wfe\n sevl\n wfe\n hint #80\n dgh");
    trap_clear();
    probe_smc(0);
    check_trap("smc with a number", EC_UNKNOWN, 0, (Word)probe_smc);
    probe_sysl(0);
    check_trap("sysl", EC_UNKNOWN, 0, (Word)probe_sysl);
}

// What signs differs with TCR (pointers whose top byte is ignored are signed in translated code), but not the bits both have.
static Word test_pauth_under(Word p, Word tcr) {
    msr(tcr_el1, 25 | 25ul << 16 | tcr);
    isb();
    Word s = signed_pointer(p, 77);
    check("pacia", s != p && signed_pointer(p, 78) != s);
    check_equal("the address stays", s & ((1ul << 39) - 1), p);
    check_equal("xpaci", INSN("xpaci x0", s, 0), p);
    trap_clear();
    check_equal("autia", probe_autia(s), p);
    check_equal("upper half", INSN("xpaci x0", signed_pointer(-4096ul, 1), 0), -4096ul);
    check_equal("upper half, autia", INSN("pacia x0, x1\n autia x0, x1", -4096ul, 1), -4096ul);
    check_no_trap("no trap");
    for (unsigned bit = 39; bit < 55; bit++) {
        trap_clear();
        probe_autia(s ^ 1ul << bit);
        check_trap("a wrong signature, IA", EC_FPAC, 0, (Word)probe_autia + 4);
    }
    probe_autdb(p ^ 1ul << 54);
    check_trap("a wrong signature, DB", EC_FPAC, 3, (Word)probe_autdb);
    check("pacga", INSN("pacga x0, x0, x1", 1, 2) != INSN("pacga x0, x0, x1", 1, 3) && !(uint32_t)INSN("pacga x0, x0, x1", 1, 2));
    check_equal("pacia1716", INSN("mov x16, x1\n mov x17, x0\n pacia1716\n mov x0, x17", p, 77), s);
    check_equal("paciasp, autiasp", INSN("mov x2, x30\n mov x30, x0\n paciasp\n autiasp\n mov x0, x30\n mov x30, x2", p, 0), p);
    check_equal("paciasp, retaa", INSN("mov x2, x30\n adr x30, 1f\n paciasp\n retaa\n 1: mov x30, x2\n mov x0, #9", 0, 0), 9);
    Word f = signed_pointer((Word)called, 0);
    check_equal("blraaz", INSN("mov x2, x30\n mov x17, x0\n mov x0, x1\n blraaz x17\n mov x30, x2", f, 41), 42);
    check_equal("blraa", INSN("mov x2, x30\n mov x17, x0\n mov x0, x1\n blraa x17, x1\n mov x30, x2", signed_pointer((Word)called, 6), 6), 7);
    *(Word *)(p + 16) = 0x55;
    Word d = INSN("pacdza x0", p, 0);
    check_equal("ldraa", INSN("ldraa x0, [x0, #16]", d, 0), 0x55);
    check_equal("ldraa with write-back", INSN("ldraa x1, [x0, #16]!", d, 0), p + 16);
    trap_clear();
    probe_ldraa(d ^ 1ul << 52);
    check_trap("ldraa with a wrong signature", EC_FPAC, 2, (Word)probe_ldraa);
    test_pauth_forms(p);
    return s & 0xffffull << 39;
}

static void test_pauth(void) {
    enum { TBI0 = 1, TBI1 = 2, TBID0 = 1 << 14, TBID1 = 1 << 15 }; // from bit 37 on
    static const Word tcr[] = {TBI0, TBI1, TBI0 | TBI1, TBI0 | TBI1 | TBID1, TBI0 | TBI1 | TBID0 | TBID1};
    Word p = (Word)buffer, enable = 1ul << 31 | 1ul << 30 | 1ul << 27 | 1ul << 13, before = mrs(tcr_el1);
    msr(apiakeylo_el1, 0x123456789abcdef);
    msr(apiakeyhi_el1, 0xfedcba987654321);
    msr(apdakeylo_el1, 5);
    check_equal("a key", mrs(apdakeylo_el1), 5);
    check_equal("off: pacia", signed_pointer(p, 77), p);
    msr(sctlr_el1, mrs(sctlr_el1) | enable);
    Word s = test_pauth_under(p, 0);
    for (unsigned i = 0; i < sizeof tcr / sizeof *tcr; i++) check_equal("the same signature", test_pauth_under(p, tcr[i] << 37), s);
    msr(tcr_el1, before);
    msr(sctlr_el1, mrs(sctlr_el1) & ~enable);
    isb();
}

// ---- memory copy and set
static void copy(Word to, Word from, Word n) {
    register Word d __asm__("x0") = to, s __asm__("x1") = from, k __asm__("x2") = n;
    // cpyp, cpym, cpye [x0]!, [x1]!, x2!
    __asm__ volatile(".inst 0x1d010440\n .inst 0x1d410440\n .inst 0x1d810440" : "+r"(d), "+r"(s), "+r"(k) : : "memory", "cc");
    Word left = k;
    check_equal("copied", left, 0);
}
static void fill(Word to, Word byte, Word n) {
    register Word d __asm__("x0") = to, s __asm__("x1") = byte, k __asm__("x2") = n;
    __asm__ volatile(".inst 0x19c10440\n .inst 0x19c14440\n .inst 0x19c18440" : "+r"(d), "+r"(s), "+r"(k) : : "memory", "cc");
    Word end = d, left = k;
    check_equal("set", left, 0);
    check_equal("at the end", end, to + n);
}
PROBE(probe_cpyfm, "mov x1, x0\n mov x2, #0\n mov x3, #0x20000000\n msr nzcv, x3\n .inst 0x19410440");
PROBE(probe_setp_same, ".inst 0x19c10400");
PROBE(probe_setp, ".inst 0x19c10440");
static void test_mops(void) {
    fill((Word)buffer, 0xa5, 5000);
    check("filled", buffer[0] == 0xa5 && buffer[4999] == 0xa5 && buffer[5000] != 0xa5);
    for (unsigned i = 0; i < 3000; i++) buffer[i] = (uint8_t)(i * 7);
    copy((Word)buffer + 4000, (Word)buffer, 3000);
    int good = 1;
    for (unsigned i = 0; i < 3000; i++) good &= buffer[4000 + i] == (uint8_t)(i * 7);
    check("copied apart", good);
    copy((Word)buffer + 5, (Word)buffer, 3000);
    for (unsigned i = 0; i < 3000; i++) good &= buffer[5 + i] == (uint8_t)(i * 7);
    check("copied up over itself", good);
    copy((Word)buffer, (Word)buffer + 5, 3000);
    for (unsigned i = 0; i < 3000; i++) good &= buffer[i] == (uint8_t)(i * 7);
    check("copied down over itself", good);
    trap_clear();
    probe_cpyfm((Word)buffer);
    check_equal("wrong option", trap.esr >> 26, EC_MOPS);
    trap_clear();
    probe_setp_same((Word)buffer);
    check_trap("equal registers", EC_UNKNOWN, 0, (Word)probe_setp_same);
    el0_run(probe_setp, (Word)buffer);
    check_trap("EL0 without MSCEn", EC_UNKNOWN, 0, (Word)probe_setp);
    msr(sctlr_el1, mrs(sctlr_el1) | 1ul << 33);
    isb();
    el0_run(probe_setp, (Word)buffer);
    check_no_trap("EL0 with MSCEn");
}

// ---- paging: tables of 4 KiB granules with 52 bits, from level -1
static uint64_t *root, *leaf_table;
enum { LEAF = 3 };
static void put(uint64_t flags) {
    leaf_table[0] = (uint64_t)buffer | LEAF | AF | flags;
    __asm__ volatile("dsb ishst\n tlbi vmalle1\n dsb ish\n isb" : : : "memory");
}
#define AT (3ul << 48 | 5ul << 39) // an address that needs more than 48 bits

static void start_paging(void) {
    root = page_new();
    uint64_t *level0 = page_new(), *level1 = page_new(), *high1 = page_new(), *level2 = page_new();
    leaf_table = page_new();
    root[0] = (uint64_t)level0 | 3;
    level0[0] = (uint64_t)level1 | 3;
    for (Word k = 0; k < 2; k++) level1[k] = k << 30 | 1 | AF | UXN;
    uint64_t *high0 = page_new();
    root[3] = (uint64_t)high0 | 3;
    high0[5] = (uint64_t)high1 | 3;
    high1[0] = (uint64_t)level2 | 3;
    level2[0] = (uint64_t)leaf_table | 3;
    msr(mair_el1, 0xff);
    msr(tcr_el1, 12 | 25ul << 16 | 1ul << 23 | 2ul << 30 | 6ul << 32 | 1ul << 59);
    msr(ttbr0_el1, root);
    tlbi_all();
    msr(sctlr_el1, mrs(sctlr_el1) | 1);
    isb();
}

static void test_paging(void) {
    start_paging();
    put(0);
    *(Word *)buffer = 0x77;
    trap_clear();
    check_equal("52-bit address", probe_ldr(AT), 0x77);
    check_no_trap("no trap");
    trap_clear();
    probe_ldr(1ul << 50);
    check_trap("level -1 is empty", EC_DATA, 0x2b, (Word)probe_ldr);
    probe_ldr(3ul << 48);
    check_trap("level 0 is empty", EC_DATA, 4, (Word)probe_ldr);
    put(EL0);
    check_equal("user page", probe_ldr(AT), 0x77);
    msr(pan, 1 << 22);
    trap_clear();
    probe_ldr(AT);
    check_trap("PAN", EC_DATA, 15, (Word)probe_ldr);
    check_equal("ldtr with PAN", probe_ldtr(AT), 0x77);
    put(0);
    trap_clear();
    probe_ldtr(AT);
    check_trap("ldtr of a kernel page", EC_DATA, 15, (Word)probe_ldtr);
    msr(uao, 1 << 23);
    check_equal("ldtr with UAO", probe_ldtr(AT), 0x77);
    check_no_trap("no trap");
    msr(uao, 0);
    trap_clear();
    probe_ldtr(AT);
    check_trap("ldtr without it", EC_DATA, 15, (Word)probe_ldtr);
    put(PXN); // for EL0 to run only
    check_equal("execute-only with PAN", probe_ldr(AT), 0x77);
    msr(sctlr_el1, mrs(sctlr_el1) | 1ul << 57);
    trap_clear();
    probe_ldr(AT);
    check_trap("execute-only with PAN3", EC_DATA, 15, (Word)probe_ldr);
    put(PXN | UXN);
    check_equal("not executable", probe_ldr(AT), 0x77);
    msr(pan, 0);
    msr(sctlr_el1, mrs(sctlr_el1) & ~(1ul << 57));
    put(EL0 | PXN);
    check_equal("at s1e0r", INSN("at s1e0r, x0\n isb\n mrs x0, par_el1", AT, 0) & 1, 0);
    msr(tcr_el1, mrs(tcr_el1) | 1ul << 55);
    check_equal("E0PD", INSN("at s1e0r, x0\n isb\n mrs x0, par_el1", AT, 0) & 0x7f, 4 << 1 | 1);
    check_equal("E0PD is not for EL1", probe_ldr(AT), 0x77);
}

static void test_wait(void) { // until then, though nothing interrupts
    Word until = mrs(cntvct_el0) + mrs(cntfrq_el0) / 200;
    register Word x9 __asm__("x9") = until;
    __asm__ volatile(".inst 0xd5031029" : : "r"(x9) : "memory"); // wfit x9
    check("wfit waits", mrs(cntvct_el0) >= until);
    x9 = 0;
    __asm__ volatile(".inst 0xd5031029" : : "r"(x9) : "memory");
    check("wfit of the past ends", 1);
}

void test_main(void) {
    test_wait();
    test_identification();
    test_pstate();
    test_el0();
    test_arithmetic();
    test_lse2();
    test_pauth();
    test_hints();
    test_mops();
    test_paging();
}
