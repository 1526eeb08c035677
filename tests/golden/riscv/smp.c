// SPDX-License-Identifier: MIT
// run: xlen=64,32
// args: -smp 2
// also: strict -accel tcg,reservation=strict
// peer-fails: code changed by the other hart
// Two harts: interrupts between them, contended AMOs and LR/SC, a lock, message passing and store buffering with
// fences, code changed by the other hart. Unprivileged, chapters A and RVWMO.
#include "tests/golden/riscv/lib/test.h"

#define TURNS 20000

typedef Word Job(Word);
static Job *volatile job;
static volatile Word argument, done;
static Word counter __attribute__((aligned(64))), locked[2] __attribute__((aligned(64)));
static volatile Word box[2][16] __attribute__((aligned(64))), seen[2];
static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

void secondary_main(void) {
    MSIP(1) = 0;
    if (job) {
        job(argument);
        __atomic_store_n(&done, done + 1, __ATOMIC_RELEASE);
    }
}

static void start_other(Job *what, Word with) {
    done = 0;
    job = what;
    argument = with;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    MSIP(1) = 1;
}

static void wait_other(void) {
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
        ;
}

static Word add_amo(Word by) {
    for (int i = 0; i < TURNS; i++)
        __atomic_fetch_add(&counter, by, __ATOMIC_RELAXED);
    return 0;
}

static Word add_lr_sc(Word by) {
    for (int i = 0; i < TURNS; i++)
#if XLEN == 64
        __asm__ volatile("1: lr.d t0, (%0)\n add t0, t0, %1\n sc.d t1, t0, (%0)\n bnez t1, 1b"
#else
        __asm__ volatile("1: lr.w t0, (%0)\n add t0, t0, %1\n sc.w t1, t0, (%0)\n bnez t1, 1b"
#endif
                         : : "r"(&counter), "r"(by) : "t0", "t1", "memory");
    return 0;
}

static Word add_locked(Word by) {
    for (int i = 0; i < TURNS; i++) {
        while (__atomic_exchange_n(&locked[0], 1, __ATOMIC_ACQUIRE))
            ;
        counter = counter + by; // a plain read and write: the lock must keep the other out
        __atomic_store_n(&locked[0], 0, __ATOMIC_RELEASE);
    }
    return 0;
}

static Word send_messages(Word count) {
    for (Word i = 1; i <= count; i++) {
        box[0][0] = i * 3;
        __atomic_thread_fence(__ATOMIC_RELEASE);
        box[1][0] = i;
        while (box[1][8] != i)
            ;
    }
    return 0;
}

static void test_messages(void) {
    Word errors = 0;

    box[1][0] = box[1][8] = 0;
    start_other(send_messages, 50);
    for (Word i = 1; i <= 50; i++) {
        while (box[1][0] != i)
            ;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        errors += box[0][0] != i * 3;
        box[1][8] = i;
    }
    wait_other();
    check_equal("messages arrive after their data", errors, 0);
}

static volatile Word go __attribute__((aligned(64)));

// One side of the store-buffering test: store mine, full fence, load the other's.
static Word store_then_load(Word me) {
    for (Word i = 1; i <= 50; i++) {
        __atomic_fetch_add(&go, 1, __ATOMIC_SEQ_CST);
        while (go < 2 * i)
            ;
        box[me][0] = i;
        __asm__ volatile("fence rw, rw" : : : "memory");
        seen[me] = box[!me][0];
        __atomic_fetch_add(&counter, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&counter, __ATOMIC_RELAXED) < 2 * i)
            ;
        if (me == 0) {
            locked[1] += seen[0] < i && seen[1] < i; // neither saw the other: forbidden
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            box[0][8] = i;
        } else {
            while (box[0][8] != i)
                ;
        }
    }
    return 0;
}

static volatile Word stop __attribute__((aligned(64)));

static Word run_code(Word unused) {
    Word (*function)(Word) = (Word (*)(Word))code;

    while (!stop) {
        fence_i();
        box[0][1] = function(0);
    }
    return 0;
}

static void set_code(Word value) {
    code[1] = 0x00008067;                             // ret
    *(volatile uint32_t *)&code[0] = 0x13 | 10 << 7 | value << 20; // li a0, value
    fence_i();
}

// The other hart runs a function again and again, with fence.i before each call, while this one rewrites it.
static void test_code(void) {
    Word errors = 0;

    set_code(0);
    start_other(run_code, 0);
    for (Word i = 1; i <= 20 && !errors; i++) {
        uint64_t start = time_now();
        set_code(i);
        while (box[0][1] != i && time_now() - start < 10000000)
            ;
        errors += box[0][1] != i;
    }
    stop = 1;
    wait_other();
    check_equal("code changed by the other hart", errors, 0);
}

void test_main(void) {
    start_other(add_amo, 2);
    wait_other();
    check_equal("the other hart runs a job", counter, 2 * TURNS);
    counter = 0;
    start_other(add_amo, 3);
    add_amo(5);
    wait_other();
    check_equal("contended AMOs", counter, 8 * TURNS);
    counter = 0;
    start_other(add_lr_sc, 3);
    add_lr_sc(5);
    wait_other();
    check_equal("contended LR/SC", counter, 8 * TURNS);
    counter = 0;
    start_other(add_lr_sc, 3);
    add_amo(5);
    wait_other();
    check_equal("LR/SC against AMO", counter, 8 * TURNS);
    counter = 0;
    start_other(add_locked, 3);
    add_locked(5);
    wait_other();
    check_equal("a lock", counter, 8 * TURNS);
    test_messages();
    counter = 0;
    box[0][0] = box[1][0] = 0;
    start_other(store_then_load, 1);
    store_then_load(0);
    wait_other();
    check_equal("store buffering with fences", locked[1], 0);
    test_code();
    check_no_trap("two harts");
}
