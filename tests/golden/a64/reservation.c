// SPDX-License-Identifier: MIT
// args: -smp 2 -cpu max -accel tcg,reservation=strict
// Strict exclusives: a store by the other core to the granule of a load-exclusive ends it, whatever its value; one to another granule does not.
// Of 8 to 128 bits; DC ZVA, SIMD stores, pairs; a count that two cores keep. DDI 0487, B2.12; CTR_EL0.ERG.
#include "tests/golden/a64/lib/test.h"

__asm__(".arch armv8.1-a+fp+simd");
enum { PSCI_CPU_ON = 0xc4000003, LINE = 64 / sizeof(Word), TURNS = 20000 };
typedef void Job(volatile Word *p);
static Job *volatile job;
static volatile Word *volatile job_at;
static volatile Word ordered __attribute__((aligned(64))), done;
static Word lines[PAGE_SIZE / sizeof(Word)] __attribute__((aligned(PAGE_SIZE)));
extern char _start[];

void secondary_main(void) {
    msr(cpacr_el1, 3ul << 20);
    isb();
    for (Word served = 0;; served++) {
        while (__atomic_load_n(&ordered, __ATOMIC_ACQUIRE) == served) {}
        job(job_at);
        __atomic_store_n(&done, served + 1, __ATOMIC_RELEASE);
    }
}

static void start_other(Job *what, volatile Word *at) {
    job = what;
    job_at = at;
    __atomic_store_n(&ordered, ordered + 1, __ATOMIC_RELEASE);
}

static void wait_other(void) {
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) != ordered) {}
}

static void store_same(volatile Word *p) { *p = *p; }
static void store_release(volatile Word *p) { __asm__ volatile("stlrb wzr, [%0]" : : "r"((uint8_t *)p + 63) : "memory"); }
static void store_pair(volatile Word *p) { __asm__ volatile("stp %1, xzr, [%0]" : : "r"(p), "r"(*p) : "memory"); }
static void store_vector(volatile Word *p) { __asm__ volatile("ldr q0, [%0]\n str q0, [%0]" : : "r"(p) : "v0", "memory"); }
static void zero_block(volatile Word *p) { __asm__ volatile("dc zva, %0" : : "r"(p) : "memory"); }
static void add_nothing(volatile Word *p) { __asm__ volatile("ldadd xzr, xzr, [%0]" : : "r"(p) : "memory"); }
static void swap_pair(volatile Word *p) {
    register Word a __asm__("x2") = p[0], b __asm__("x3") = p[1];
    __asm__ volatile("casp x2, x3, x2, x3, [%2]" : "+r"(a), "+r"(b) : "r"(p) : "memory");
}
static void store_beside(volatile Word *p) { p[LINE] = p[-LINE] = 7; }
static void nothing(volatile Word *p) {}

#define EXCLUSIVE(name, load, store)                                                                                    \
    static Word name(volatile Word *p, Job *what) {                                                                     \
        Word status, seen, high;                                                                                        \
        __asm__ volatile(load : "=&r"(seen), "=&r"(high) : "r"(p) : "memory");                                          \
        start_other(what, p);                                                                                           \
        wait_other();                                                                                                   \
        __asm__ volatile(store : "=&r"(status) : "r"(seen), "r"((Word)0), "r"(p) : "memory");                           \
        return status;                                                                                                  \
    }
EXCLUSIVE(exclusive_8, "ldxrb %w0, [%2]\n mov %1, #0", "stxrb %w0, %w1, [%3]")
EXCLUSIVE(exclusive_16, "ldaxrh %w0, [%2]\n mov %1, #0", "stxrh %w0, %w1, [%3]")
EXCLUSIVE(exclusive_32, "ldxr %w0, [%2]\n mov %1, #0", "stlxr %w0, %w1, [%3]")
EXCLUSIVE(exclusive_64, "ldxr %0, [%2]\n mov %1, #0", "stxr %w0, %1, [%3]")
EXCLUSIVE(exclusive_2x32, "ldxp %w0, %w1, [%2]", "stxp %w0, %w1, %w2, [%3]")
EXCLUSIVE(exclusive_128, "ldaxp %0, %1, [%2]", "stxp %w0, %1, %2, [%3]")
static Word (*const sizes[])(volatile Word *, Job *) = {exclusive_8, exclusive_16, exclusive_32, exclusive_64, exclusive_2x32, exclusive_128};

static void test_store(const char *name, Job *what, Word fails) {
    Word missed = 0;
    for (int turn = 0; turn < 3; turn++)
        for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            for (unsigned i = 0; i < LINE; i++) lines[2 * LINE + i] = 0;
            missed += sizes[k](&lines[2 * LINE], what) != fails;
        }
    check_equal(name, missed, 0);
}

static void add_many(volatile Word *p) {
    for (int i = 0; i < TURNS; i++)
        __asm__ volatile("1: ldxr x2, [%0]\n add x2, x2, #1\n stxr w3, x2, [%0]\n cbnz w3, 1b" : : "r"(p) : "x2", "x3", "memory");
}

static void test_own(void) {
    volatile Word *p = &lines[2 * LINE];
    Word status;
    __asm__ volatile("ldxr x2, [%1]\n clrex\n stxr %w0, x2, [%1]" : "=&r"(status) : "r"(p) : "x2", "memory");
    check_equal("CLREX ends it", status, 1);
    __asm__ volatile("ldxr x2, [%1]\n str x2, [%1, #8]\n stxr %w0, x2, [%1]" : "=&r"(status) : "r"(p) : "x2", "memory");
    check_equal("this core's own store beside it does not", status, 0);
    __asm__ volatile("stxr %w0, x2, [%1]" : "=&r"(status) : "r"(p) : "x2", "memory");
    check_equal("a second store-exclusive fails", status, 1);
    *p = 0;
    start_other(add_many, p);
    add_many(p);
    wait_other();
    check_equal("two cores count", *p, 2 * TURNS);
}

void test_main(void) {
    msr(cpacr_el1, 3ul << 20);
    isb();
    check_equal("CPU_ON", hvc_call(PSCI_CPU_ON, 1, (Word)_start, 0), 0);
    test_store("nothing: it stores", nothing, 0);
    test_store("the same value ends an exclusive", store_same, 1);
    test_store("a store-release of the granule's last byte", store_release, 1);
    test_store("a pair", store_pair, 1);
    test_store("128 bits", store_vector, 1);
    test_store("DC ZVA", zero_block, 1);
    test_store("an atomic that changes nothing", add_nothing, 1);
    test_store("CASP of the same", swap_pair, 1);
    test_store("stores to the granules beside do not", store_beside, 0);
    test_own();
    test_store("still: the same value", store_same, 1);
}
