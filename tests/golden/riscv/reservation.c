// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2 -accel tcg,reservation=strict
// Strict reservations: a store by the other hart to the line of an LR ends it, of whatever kind and value it is; one beside it does
// not. Then what ABA breaks: a stack that two harts pop and push by LR and SC alone. Unprivileged, "Zalrsc"; profiles, Za64rs.
#include "tests/golden/riscv/lib/test.h"

#if XLEN == 64
#define X_ "d"
#else
#define X_ "w"
#endif

typedef void Job(volatile Word *p);
static Job *volatile job;
static volatile Word *volatile job_at;
static volatile Word done __attribute__((aligned(64)));
static Word lines[PAGE_SIZE / sizeof(Word)] __attribute__((aligned(PAGE_SIZE)));
enum { LINE = 64 / sizeof(Word), NODES = 6, TURNS = 20000, PROGRESS = 2000 };

void secondary_main(void) {
    MSIP(1) = 0;
    if (!job) return;
    job(job_at);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

static void start_other(Job *what, volatile Word *at) {
    done = 0;
    job = what;
    job_at = at;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    MSIP(1) = 1;
}

static void wait_other(void) {
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
        ;
}

static Word load_reserved(volatile Word *p) {
    Word value;
    __asm__ volatile("lr." X_ " %0, (%1)" : "=r"(value) : "r"(p) : "memory");
    return value;
}

static Word store_conditional(volatile Word *p, Word value) { // 0: stored
    Word failed;
    __asm__ volatile("sc." X_ " %0, %2, (%1)" : "=&r"(failed) : "r"(p), "r"(value) : "memory");
    return failed;
}

static void store_same(volatile Word *p) { *p = *p; }
static void store_there_and_back(volatile Word *p) {
    *p = 6;
    *p = 7;
}
static void store_byte(volatile Word *p) { ((volatile uint8_t *)p)[1] = 0; }
static void store_last_half(volatile Word *p) { ((volatile uint16_t *)p)[31] = 9; }
static void store_across(volatile Word *p) { // begins in the line before
    __asm__ volatile("sw %1, -2(%0)" : : "r"(p), "r"(7ul << 16) : "memory");
}
static void add_nothing(volatile Word *p) { __atomic_fetch_add(p, 0, __ATOMIC_RELAXED); }
static void swap_same(volatile Word *p) { __atomic_exchange_n(p, 7, __ATOMIC_RELAXED); }
static void conditional_same(volatile Word *p) {
    while (store_conditional(p, load_reserved(p)))
        ;
}
static void load_it(volatile Word *p) { (void)*p; }
static void reserve_it(volatile Word *p) { load_reserved(p); }
static void store_next_line(volatile Word *p) { p[LINE] = p[-LINE] = 7; }
static void nothing(volatile Word *p) {}

// While the other hart does `what` between LR and SC; the first time the page is watched anew.
static void test_store(const char *name, Job *what, Word fails) {
    volatile Word *p = &lines[2 * LINE];
    Word missed = 0;
    for (int turn = 0; turn < 20; turn++) {
        *p = 7;
        Word seen = load_reserved(p);
        start_other(what, p);
        wait_other();
        Word failed = store_conditional(p, 8);
        missed += seen != 7 || failed != fails || *p != (fails ? 7 : 8);
    }
    check_equal(name, missed, 0);
}

static void test_own(void) {
    volatile Word *p = &lines[2 * LINE];
    *p = 7;
    load_reserved(p);
    p[1] = 3;
    check_equal("this hart's own store beside it does not", store_conditional(p, 8), 0);
    load_reserved(p);
    check_equal("SC elsewhere fails", store_conditional(p + 1, 8), 1);
    check_equal("and ends the reservation", store_conditional(p, 8), 1);
    check_equal("SC without LR fails", store_conditional(p, 8), 1);
    check_equal("nothing was stored", p[1], 3);
    load_reserved((volatile Word *)((uintptr_t)p | 1));
    check("a misaligned LR traps", trap.count == 1 && trap.cause == LOAD_MISALIGNED);
    trap_clear();
    load_reserved(p);
    store_conditional((volatile Word *)((uintptr_t)p | 2), 1);
    check("and so does an SC", trap.count == 1 && trap.cause == STORE_MISALIGNED);
    trap_clear();
}

// ---- a stack whose nodes come back: pop is wrong as soon as SC stores over a head that went and came again
static struct Node {
    struct Node *next;
    Word pad[LINE - 1];
} nodes[NODES] __attribute__((aligned(64)));
static struct Node *volatile head __attribute__((aligned(64)));

static struct Node *pop(void) {
    for (;;) {
        struct Node *n = (struct Node *)load_reserved((volatile Word *)&head);
        if (!n) return n;
        struct Node *next = *(struct Node *volatile *)&n->next;
        if (!store_conditional((volatile Word *)&head, (Word)next)) return n;
    }
}

static void push(struct Node *n) {
    do *(struct Node *volatile *)&n->next = (struct Node *)load_reserved((volatile Word *)&head);
    while (store_conditional((volatile Word *)&head, (Word)n));
}

static void shuffle(volatile Word *unused) {
    for (int turn = 0; turn < TURNS; turn++) {
        struct Node *a = pop(), *b = pop();
        if (a) push(a);
        if (b) push(b);
    }
}

static void test_stack(void) {
    for (int i = 0; i < NODES; i++) push(&nodes[i]);
    start_other(shuffle, NULL);
    shuffle(NULL);
    wait_other();
    Word found = 0, twice = 0;
    for (struct Node *n; (n = pop()) && found + twice <= NODES;) {
        twice += n->pad[0];
        found += !n->pad[0]++;
    }
    check_equal("a stack of two harts loses no node", found, NODES);
    check_equal("and has none twice", twice, 0);
}

// ---- an SC that stores over code, which nobody fences
static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

static void test_code(void) {
    Word wrong = 0;
    code[1] = 0x00008067; // ret
    for (Word n = 1; n < 60; n++) {
        Word failed;
        uint32_t insn = 0x00000513 | (uint32_t)n << 20; // li a0, n
        do __asm__ volatile("lr.w t0, (%1)\n sc.w %0, %2, (%1)" : "=&r"(failed) : "r"(code), "r"(insn) : "t0", "memory");
        while (failed);
        wrong += ((Word (*)(void))code)() != n;
    }
    check_equal("code stored by SC is what runs", wrong, 0);
}

// ---- forward progress
static volatile Word stop;
static void store_beside(volatile Word *p) {
    for (Word n = 0; !stop; n++) p[LINE + n % LINE] = n;
}

static void add_many(volatile Word *p) {
    for (int i = 0; i < PROGRESS; i++)
        while (store_conditional(p, load_reserved(p) + 1))
            ;
}

static void test_progress(void) {
    volatile Word *p = &lines[4 * LINE];
    stop = 0;
    start_other(store_beside, p);
    add_many(p);
    stop = 1;
    wait_other();
    check_equal("LR and SC come to an end beside stores to the next line", *p, PROGRESS);
    start_other(add_many, p);
    add_many(p);
    wait_other();
    check_equal("and beside LR and SC of the same word", *p, 3 * PROGRESS);
}

void test_main(void) {
    test_store("nothing: SC stores", nothing, 0);
    test_store("the same value ends a reservation", store_same, 1);
    test_store("another value and back", store_there_and_back, 1);
    test_store("one byte", store_byte, 1);
    test_store("the end of the line", store_last_half, 1);
    test_store("a misaligned store into it", store_across, 1);
    test_store("an AMO that changes nothing", add_nothing, 1);
    test_store("a swap for the same", swap_same, 1);
    test_store("an SC of the same", conditional_same, 1);
    test_store("a load does not", load_it, 0);
    test_store("another reservation does not", reserve_it, 0);
    test_store("stores to the lines beside do not", store_next_line, 0);
    test_own();
    test_stack();
    test_code();
    test_progress();
    test_store("still: the same value", store_same, 1);
    test_store("still: nothing", nothing, 0);
}
