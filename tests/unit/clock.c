// SPDX-License-Identifier: MIT
// Virtual time is the same for everybody and never goes back: read in C, by translated code and by the interpreter, on several
// threads, over stops, and for longer than a stretch of cpu/bus/hosttime.c. (Saved time: cpu_state.c. Deadlines: mem.c.)
#include <check.h>
#include <string.h>
#include <time.h>
#include "cpu/bus/hosttime.h"
#include "cpu/cpu.h"
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

static uint64_t host(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// A reading lies between two of the host's clock, but for what the TSC may be fast in a fifth of a second.
START_TEST(is_the_hosts_time) {
    enum { FAST_NS = 20000 };
    Clock *c = clock_new();
    uint64_t zero = host() - clock_now(c), last = 0;
    for (uint64_t end = host() + 900000000; host() < end;) {
        uint64_t before = host(), now = clock_now(c), after = host();
        ck_assert_uint_ge(now, last);
        ck_assert_uint_le(now, after - zero + FAST_NS);
        ck_assert_uint_ge(now + FAST_NS + 2 * (after - before), before - zero);
        last = now;
    }
    clock_free(c);
}
END_TEST

// Each of several threads reads the clock and publishes it under a lock; nobody finds a time later than his own.
static Clock *shared;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t latest;
static _Atomic unsigned backwards;

static void *read_in_turns(void *unused) {
    for (uint64_t end = host() + 700000000; host() < end;) {
        pthread_mutex_lock(&lock);
        uint64_t now = clock_now(shared);
        if (now < latest) backwards++;
        latest = now;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

START_TEST(never_goes_back_between_threads) {
    pthread_t threads[3];
    shared = clock_new();
    for (unsigned i = 0; i < 3; i++) pthread_create(&threads[i], NULL, read_in_turns, NULL);
    for (unsigned i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    ck_assert_uint_eq(backwards, 0);
    clock_free(shared);
}
END_TEST

START_TEST(stands_and_goes_on) {
    Clock *c = clock_new();
    for (unsigned i = 0; i < 200; i++) {
        uint64_t before = clock_now(c);
        clock_pause(c, true);
        uint64_t at = clock_now(c);
        ck_assert_uint_ge(at, before);
        ck_assert_uint_eq(clock_now(c), at);
        clock_pause(c, false);
        ck_assert_uint_ge(clock_now(c), at);
        clock_set(c, i * 1000000000ull);
        uint64_t now = clock_now(c);
        ck_assert(now >= i * 1000000000ull && now < (i + 60) * 1000000000ull);
        if (i % 50 == 0) nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL); // until the TSC's scale is known
    }
    clock_free(c);
}
END_TEST

// a0 = time, a1 = cycle, a2 = time; wfi; again
static const uint32_t code[] = {0xc0102573, 0xc00025f3, 0xc0102673, 0x10500073, 0xff1ff06f};

static void run_code(Hart *h) {
    ck_assert_int_eq(cpu_run(h->cpu, 0), RUN_WAITING);
    h->v->waiting = false;
}

// _i: the interpreter. What instructions read lies between two readings of the clock in C, or is that of a clock that stands.
START_TEST(instructions_read_it) {
    Hart h;
    hart_open_engine(&h, "rv64", _i);
    memcpy(mem_host(h.mem, RAM, sizeof code, true), code, sizeof code);
    clock_ticks_shift(h.clock, 7000);
    for (uint64_t end = host() + 500000000; host() < end;) {
        uint64_t before = clock_now(h.clock);
        run_code(&h);
        uint64_t after = clock_now(h.clock), *x = h.s->x;
        ck_assert(x[10] >= before / 100 + 7000 && x[12] <= after / 100 + 7000 && x[10] <= x[12]);
        ck_assert(x[11] >= before && x[11] <= after);
    }
    clock_pause(h.clock, true);
    static const uint64_t times[] = {0, 99, 100, 101, 123456789, (1ull << 62) - 1, (1ull << 62) + 12345678901};
    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        clock_set(h.clock, times[i]);
        run_code(&h);
        ck_assert_uint_eq(h.s->x[10], times[i] / 100 + 7000);
        ck_assert_uint_eq(h.s->x[11], times[i]);
    }
    csr_write(&h, 0x320, COUNTER_CY, NULL); // cycle stands still
    uint64_t cycle = csr_read(&h, 0xb00, NULL);
    clock_set(h.clock, 5000);
    run_code(&h);
    ck_assert_uint_eq(h.s->x[11], cycle);
    ck_assert_uint_eq(h.s->x[10], 7050);
    hart_close(&h);
}
END_TEST

int main(void) {
    Suite *s = suite_create("clock");
    TCase *t = tcase_create("clock");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, is_the_hosts_time);
    tcase_add_test(t, never_goes_back_between_threads);
    tcase_add_test(t, stands_and_goes_on);
    tcase_add_loop_test(t, instructions_read_it, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
