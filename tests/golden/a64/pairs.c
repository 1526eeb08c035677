// SPDX-License-Identifier: MIT
// Pairs in one piece: CASP, LDXP and STXP of X and W registers. What is compared, what is stored, what is left alone; over pages,
// misaligned, without the right to write. DDI 0487, B2.2.1, B2.9, C6.2 (CASP, LDXP, STXP).
// args: -cpu max -smp 2
// also: strict -accel tcg,reservation=strict
#include "tests/golden/a64/lib/test.h"

__asm__(".arch armv8.1-a");
enum { FSC_ALIGNMENT = 0x21, WNR = 64 };
typedef struct Pair {
    Word low, high;
} Pair;
static Pair memory[2] __attribute__((aligned(16)));
static uint8_t pages[8192] __attribute__((aligned(4096)));

#define CASP(text, p, old, new)                                                                                                     \
    ({                                                                                                                              \
        register Word x2_ __asm__("x2") = (old).low, x3_ __asm__("x3") = (old).high;                                                \
        register Word x4_ __asm__("x4") = (new).low, x5_ __asm__("x5") = (new).high;                                                \
        __asm__ volatile(text : "+r"(x2_), "+r"(x3_) : "r"(x4_), "r"(x5_), "r"((void *)(p)) : "memory");                            \
        (Pair){x2_, x3_};                                                                                                           \
    })
#define CASP_X(p, old, new) CASP("caspal x2, x3, x4, x5, [%4]", p, old, new)
#define CASP_W(p, old, new) CASP("casp w2, w3, w4, w5, [%4]", p, old, new)

static void check_pair(const char *name, Pair got, Word low, Word high) {
    check_equal(name, got.low, low);
    check_equal(name, got.high, high);
}

static void test_casp(void) {
    Pair a = {1, 2}, b = {3ul << 40, 4}, half = {1, 3};
    memory[0] = a;
    check_pair("equal: the old value", CASP_X(memory, a, b), 1, 2);
    check_pair("and the new one is stored", memory[0], 3ul << 40, 4);
    check_pair("not equal: the old value", CASP_X(memory, a, a), 3ul << 40, 4);
    memory[0] = a;
    check_pair("high half not equal", CASP_X(memory, half, b), 1, 2);
    half = (Pair){5, 2};
    check_pair("low half not equal", CASP_X(memory, half, b), 1, 2);
    check_pair("nothing is stored", memory[0], 1, 2);
    memory[0] = (Pair){0x200000001, 7};
    a = (Pair){~0ul << 32 | 1, ~0ul << 32 | 2};
    check_pair("words: upper halves do not count", CASP_W(memory, a, ((Pair){8, 9})), 1, 2);
    check_pair("words: stored", memory[0], 0x900000008, 7);
    check_pair("words: not equal", CASP_W(memory, a, a), 8, 9);
    check_equal("words: not stored", memory[0].low, 0x900000008);
    memory[1] = (Pair){0, 0};
    __asm__ volatile("mov x30, #0\n casp x30, xzr, x4, x5, [%0]" : : "r"(&memory[1]) : "x30", "memory");
    check_no_trap("x30 and xzr");
}

// Loads a pair, may store something else meanwhile, stores a pair: the status, or 2 if the store says something else.
static Word exclusive(Pair *p, Word meanwhile, Pair new, Pair *seen) {
    Word status;
    __asm__ volatile("ldaxp %1, %2, [%3]\n cbz %4, 1f\n str %4, [%3, #8]\n1: stlxp %w0, %5, %6, [%3]"
                     : "=&r"(status), "=&r"(seen->low), "=&r"(seen->high) : "r"(p), "r"(meanwhile), "r"(new.low), "r"(new.high) : "memory");
    return status;
}

static void test_exclusive(void) {
    Pair seen;
    Word status, low, high;
    memory[0] = (Pair){11, 12};
    check_equal("stored", exclusive(memory, 0, (Pair){13, 14}, &seen), 0);
    check_pair("seen", seen, 11, 12);
    check_pair("is there", memory[0], 13, 14);
    check_equal("stored to meanwhile", exclusive(memory, 99, (Pair){1, 1}, &seen), 1);
    check_pair("is left", memory[0], 13, 99);
    __asm__ volatile("ldxp x0, x1, [%1]\n clrex\n stxp %w0, xzr, xzr, [%1]" : "=&r"(status) : "r"(memory) : "x0", "x1", "memory");
    check_equal("without the monitor", status & 1, 1);
    __asm__ volatile("ldxp x2, x3, [%1]\n stxp %w0, x2, x3, [%2]" : "=&r"(status) : "r"(memory), "r"(memory + 1) : "x2", "x3", "memory");
    check_equal("elsewhere", status & 1, 1);
    memory[0] = (Pair){0x600000005, 7};
    __asm__ volatile("ldxp %w1, %w2, [%3]\n stxp %w0, %w2, %w1, [%3]" : "=&r"(status), "=&r"(low), "=&r"(high) : "r"(memory) : "memory");
    check_pair("words", (Pair){low, high}, 5, 6);
    check_pair("words swapped", memory[0], 0x500000006, 7);
    check_equal("words stored", status, 0);
}

PROBE(probe_casp, "casp x2, x3, x4, x5, [x0]");
PROBE(probe_ldxp, "ldxp x2, x3, [x0]");
static void test_faults(void) {
    trap_clear();
    probe_casp((Word)memory + 8);
    check_trap("casp misaligned", EC_DATA, FSC_ALIGNMENT | WNR, (Word)probe_casp);
    probe_ldxp((Word)memory + 8);
    check_trap("ldxp misaligned", EC_DATA, FSC_ALIGNMENT, (Word)probe_ldxp);
    probe_casp((Word)pages + 4088);
    check_trap("casp over two pages", EC_DATA, FSC_ALIGNMENT | WNR, (Word)probe_casp);
}

static void test_loops(void) {
    Pair seen;
    memory[0] = (Pair){0, 0};
    for (Word i = 0; i < 1000; i++)
        CASP_X(memory, memory[0], ((Pair){memory[0].low + 1, memory[0].high + 3}));
    for (Word i = 0; i < 1000; i++)
        exclusive(memory, 0, (Pair){memory[0].low + 1, memory[0].high + 3}, &seen);
    check_pair("counted", memory[0], 2000, 6000);
}

// Memory that is no RAM: priorities of the interrupt controller's interrupts, a byte each. A read and, where it is equal, a write.
static void test_device(void) {
    Pair *p = (Pair *)0x08000420, seen;
    p->low = 0x8070605040302010, p->high = 0xf0e0d0c0b0a09080;
    Pair old = *p, new = {0x1020304050607080, 0x90a0b0c0d0e0f0};
    check_pair("casp on a device: the old value", CASP_X(p, old, new), old.low, old.high);
    check_pair("the new one is there", *p, new.low, new.high);
    check_pair("not equal", CASP_X(p, old, old), new.low, new.high);
    check_pair("is left", *p, new.low, new.high);
    Pair words = {(uint32_t)new.low, new.low >> 32}, zeros = {0, 0};
    check_pair("words", CASP_W(p, words, zeros), words.low, words.high);
    check_pair("words, the new ones", *p, 0, new.high);
    check_equal("stored by an exclusive pair", exclusive(p, 0, old, &seen), 0);
    check_pair("which saw", seen, 0, new.high);
    check_pair("and is there", *p, old.low, old.high);
    check_no_trap("no exception");
}

// FEAT_LSE2: LDP and STP of 16 aligned bytes too. The other core stores pairs of equal words, up and up.
static Pair shared __attribute__((aligned(16)));
static volatile Word state; // 1: the other core is there; 2: it shall end; 3: it has
void secondary_main(void) {
    state = 1;
    for (Word n = 1; state == 1; n++) __asm__ volatile("stp %1, %1, [%0]" : : "r"(&shared), "r"(n) : "memory");
    state = 3;
    for (;;) __asm__ volatile("wfi");
}
static void test_torn(void) {
    extern char _start[];
    Word torn = 0, changes = 0, last = 0;
    hvc_call(0xc4000003, 1, (Word)_start, 0);
    while (state != 1) __asm__ volatile("yield");
    for (Word n = 0; n < 2000000 && (n < 200000 || changes < 100); n++) {
        Pair seen;
        __asm__ volatile("ldp %0, %1, [%2]" : "=&r"(seen.low), "=&r"(seen.high) : "r"(&shared) : "memory");
        torn += seen.low != seen.high;
        changes += seen.low != last;
        last = seen.low;
        if (n % 1024 == 0) __asm__ volatile("yield");
    }
    state = 2;
    while (state != 3) __asm__ volatile("yield");
    check_equal("no pair is torn", torn, 0);
    check("the other core has stored", changes > 10);
}

void test_main(void) {
    test_casp();
    test_exclusive();
    test_faults();
    test_device();
    test_torn();
    test_loops();
}
