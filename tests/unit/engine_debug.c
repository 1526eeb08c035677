// SPDX-License-Identifier: MIT
// What a debugger asks of the engine, on the toy guest: breakpoints by vaddr, watchpoints, steps through a range; by the JIT and by the
// interpreter.
#include <check.h>
#include <string.h>
#include "tests/lib/suite.h"
#include "tests/lib/toy.h"

static Vcpu *v;

#define CODE(at, ...)                                                     \
    do {                                                                  \
        const uint32_t code_[] = {__VA_ARGS__};                           \
        toy_code(at, code_, sizeof(code_) / 4);                           \
    } while (0)

static void start(bool interpret) {
    memset(toy_ram, 0, TOY_RAM);
    v = toy_new(interpret);
}

static void go(RunResult wanted, uint64_t pc) {
    ck_assert_int_eq(vcpu_run(v), wanted);
    ck_assert_uint_eq(v->pc, pc);
}

static void go_from(uint64_t from, RunResult wanted, uint64_t pc) {
    v->pc = from;
    go(wanted, pc);
}

// x9 = x1 + ... + 1 at 0x1000, which halts at 0x1010.
static void summing_loop(void) {
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 100), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2), toy(TOY_HALT, 0, 0, 0));
}

START_TEST(breakpoint_of_one_alias) {
    start(_i); // the page is mapped twice and its code hot under both: only the vaddr that was named stops
    summing_loop();
    go_from(0x1000, RUN_STOPPED, 0x1010);
    go_from(TOY_ALIAS + 0x1000, RUN_STOPPED, TOY_ALIAS + 0x1010);
    engine_breakpoint(v->engine, TOY_ALIAS + 0x1008, true);
    for (unsigned i = 0; i < 3; i++) {
        go_from(0x1000, RUN_STOPPED, 0x1010);
        go_from(TOY_ALIAS + 0x1000, RUN_BREAKPOINT, TOY_ALIAS + 0x1008);
        ck_assert_uint_eq(toy_of(v)->x[1], 100);
    }
    engine_breakpoint(v->engine, 0x1008, true); // now both
    go_from(0x1000, RUN_BREAKPOINT, 0x1008);
    go_from(TOY_ALIAS + 0x1000, RUN_BREAKPOINT, TOY_ALIAS + 0x1008);
    engine_breakpoint(v->engine, TOY_ALIAS + 0x1008, false);
    go_from(0x1000, RUN_BREAKPOINT, 0x1008);
    go_from(TOY_ALIAS + 0x1000, RUN_STOPPED, TOY_ALIAS + 0x1010);
    toy_free(v);
}
END_TEST

START_TEST(breakpoint_spares_translations) {
    start(_i); // what was translated stays so, except for the page of the breakpoint while it is there
    summing_loop();
    CODE(0x3000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_HALT, 0, 0, 0));
    go_from(0x1000, RUN_STOPPED, 0x1010);
    go_from(0x3000, RUN_STOPPED, 0x3004);
    uint64_t before = v->stat[STAT_TRANSLATE];
    engine_breakpoint(v->engine, 0x3100, true);
    go_from(0x1000, RUN_STOPPED, 0x1010);
    ck_assert_uint_eq(v->stat[STAT_TRANSLATE], before);
    go_from(0x3000, RUN_STOPPED, 0x3004);
    ck_assert_uint_gt(v->stat[STAT_TRANSLATE], before);
    before = v->stat[STAT_TRANSLATE];
    engine_breakpoint(v->engine, 0x3100, false);
    go_from(0x1000, RUN_STOPPED, 0x1010);
    go_from(0x3000, RUN_STOPPED, 0x3004);
    ck_assert_uint_eq(v->stat[STAT_TRANSLATE], before);
    toy_free(v);
}
END_TEST

START_TEST(a_thousand_breakpoints) {
    start(_i); // set in no order, each stops; cleared, none does
    enum { N = 1000, STRIDE = 7 }; // coprime
    for (unsigned i = 0; i < N; i++)
        CODE(0x1000 + 4 * i, toy(TOY_ADDI, 9, 9, 1));
    CODE(0x1000 + 4 * N, toy(TOY_HALT, 0, 0, 0));
    for (unsigned i = 0; i < N; i++)
        engine_breakpoint(v->engine, 0x1000 + 4 * (i * STRIDE % N), true);
    v->pc = 0x1000;
    for (unsigned i = 0; i < N; i++) {
        v->step = false;
        go(RUN_BREAKPOINT, 0x1000 + 4 * i);
        v->step = true;
        go(RUN_STEPPED, 0x1004 + 4 * i);
    }
    v->step = false;
    for (unsigned i = 0; i < N; i++)
        engine_breakpoint(v->engine, 0x1000 + 4 * i, false);
    go_from(0x1000, RUN_STOPPED, 0x1000 + 4 * N);
    ck_assert_uint_eq(toy_of(v)->x[9], 2 * N);
    toy_free(v);
}
END_TEST

START_TEST(patched_code_with_breakpoint) {
    start(_i); // one-instruction blocks are compared with memory as all others are
    CODE(0x3000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_RET, 0, 8, 0));
    CODE(0x1000, toy(TOY_CALL, 8, 0, (0x3000 - 0x1000) / 4), toy(TOY_ADDI, 1, 0, 0x3000), toy(TOY_ADDI, 2, 0, 100), toy(TOY_SB, 2, 1, 2),
         toy(TOY_CALL, 8, 0, (0x3000 - 0x1010) / 4), toy(TOY_HALT, 0, 0, 0));
    engine_breakpoint(v->engine, 0x3100, true);
    go_from(0x1000, RUN_STOPPED, 0x1014);
    ck_assert_uint_eq(toy_of(v)->x[9], 101);
    toy_free(v);
}
END_TEST

static uint64_t at(unsigned address) {
    uint64_t x;
    memcpy(&x, toy_ram + address, 8);
    return x;
}

// Stores 1, 2, ... to 0x5008, loads it, stores to 0x5010 unseen.
static void storing_loop(void) {
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x5000), toy(TOY_ADDI, 2, 0, 20), toy(TOY_ADDI, 3, 3, 1), toy(TOY_SD, 3, 1, 8), toy(TOY_LD, 4, 1, 8),
         toy(TOY_SD, 4, 1, 16), toy(TOY_BLT, 3, 2, -4), toy(TOY_HALT, 0, 0, 0));
}

static void expect_watch(uint64_t pc, uint64_t vaddr, unsigned access) {
    go(RUN_WATCHPOINT, pc);
    ck_assert_uint_eq(v->watch.vaddr, vaddr);
    ck_assert_uint_eq(v->watch.access, access);
}

START_TEST(watch_writes) {
    start(_i); // in a loop that has run hot before, each store stops, and behind it
    storing_loop();
    go_from(0x1000, RUN_STOPPED, 0x101c);
    engine_watch(v->engine, 0x500a, 2, WATCHED_WRITE, true); // inside of what is stored
    toy_of(v)->x[3] = 0;
    v->pc = 0x1000;
    for (unsigned i = 1; i <= 20; i++) {
        expect_watch(0x1010, 0x500a, WATCHED_WRITE);
        ck_assert_uint_eq(at(0x5008), i);
        ck_assert_uint_eq(at(0x5010), i - 1 ? i - 1 : 20);
    }
    go(RUN_STOPPED, 0x101c);
    engine_watch(v->engine, 0x500a, 2, WATCHED_WRITE, false);
    toy_of(v)->x[3] = 0;
    go_from(0x1000, RUN_STOPPED, 0x101c);
    toy_free(v);
}
END_TEST

START_TEST(watch_reads_and_both) {
    start(_i);
    storing_loop();
    engine_watch(v->engine, 0x500f, 1, WATCHED_READ, true);
    v->pc = 0x1000;
    expect_watch(0x1014, 0x500f, WATCHED_READ);
    ck_assert_uint_eq(toy_of(v)->x[4], 1);
    engine_watch(v->engine, 0x500f, 1, WATCHED_READ, false);
    engine_watch(v->engine, 0x5000, 0x1000, WATCHED_READ | WATCHED_WRITE, true);
    expect_watch(0x1018, 0x5010, WATCHED_READ | WATCHED_WRITE);
    expect_watch(0x1010, 0x5008, WATCHED_READ | WATCHED_WRITE);
    expect_watch(0x1014, 0x5008, WATCHED_READ | WATCHED_WRITE);
    engine_watch(v->engine, TOY_ALIAS + 0x5000, 8, WATCHED_WRITE, true); // never used
    engine_watch(v->engine, 0x5000, 0x1000, WATCHED_READ | WATCHED_WRITE, false);
    go(RUN_STOPPED, 0x101c);
    toy_free(v);
}
END_TEST

START_TEST(watch_many_pages) {
    start(_i); // more pages than are flushed one by one, and all there are
    storing_loop();
    const uint64_t size[2] = {64 * 0x1000, UINT64_MAX};
    for (unsigned k = 0; k < 2; k++) {
        toy_of(v)->x[3] = 0;
        go_from(0x1000, RUN_STOPPED, 0x101c); // hot
        toy_of(v)->x[3] = 0;
        engine_watch(v->engine, 0x5000, size[k], WATCHED_WRITE, true);
        v->pc = 0x1000;
        expect_watch(0x1010, 0x5008, WATCHED_WRITE);
        expect_watch(0x1018, 0x5010, WATCHED_WRITE);
        engine_watch(v->engine, 0x5000, size[k], WATCHED_WRITE, false);
        go(RUN_STOPPED, 0x101c);
    }
    toy_free(v);
}
END_TEST

START_TEST(watch_odd_accesses) {
    start(_i); // atomics, accesses that cross a page, I/O, and a store that faults
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x6000), toy(TOY_AMOADD, 2, 1, 0), toy(TOY_SD, 2, 1, -4), toy(TOY_ADDI, 1, 0, 0xf), toy(TOY_SLLI, 1, 1, 20),
         toy(TOY_SD, 2, 1, 0), toy(TOY_SLLI, 1, 1, 8), toy(TOY_SD, 2, 1, 0));
    engine_watch(v->engine, 0x6000, 4, WATCHED_WRITE, true);
    engine_watch(v->engine, TOY_IO, 8, WATCHED_WRITE, true);
    engine_watch(v->engine, (uint64_t)TOY_IO << 8, 8, WATCHED_WRITE, true);
    toy_of(v)->x[2] = 5;
    v->pc = 0x1000;
    expect_watch(0x1008, 0x6000, WATCHED_WRITE);
    ck_assert_uint_eq(at(0x6000), 5); // added once
    ck_assert_uint_eq(toy_of(v)->x[2], 0);
    expect_watch(0x100c, 0x6000, WATCHED_WRITE);
    expect_watch(0x1018, TOY_IO, WATCHED_WRITE);
    ck_assert_uint_eq(toy_of(v)->io_writes, 1);
    go(RUN_STOPPED, 0x101c); // the fault, no watchpoint
    ck_assert_uint_eq(toy_of(v)->fault_pc, 0x101c);
    toy_free(v);
}
END_TEST

START_TEST(watch_between_values) {
    start(_i); // x9 is no pin and overwritten behind each access
    CODE(0x1000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_LD, 10, 1, 0), toy(TOY_ADDI, 9, 9, 2), toy(TOY_SD, 9, 1, 8), toy(TOY_ADDI, 9, 9, 4),
         toy(TOY_SD, 9, 1, 16), toy(TOY_ADDI, 9, 9, 8), toy(TOY_HALT, 0, 0, 0));
    engine_watch(v->engine, 0x5000, 8, WATCHED_READ, true);
    engine_watch(v->engine, 0x5010, 8, WATCHED_WRITE, true);
    toy_of(v)->x[1] = 0x5000;
    v->pc = 0x1000;
    expect_watch(0x1008, 0x5000, WATCHED_READ);
    ck_assert_uint_eq(toy_of(v)->x[9], 1);
    expect_watch(0x1018, 0x5010, WATCHED_WRITE);
    ck_assert_uint_eq(toy_of(v)->x[9], 7);
    ck_assert_uint_eq(at(0x5008), 3);
    ck_assert_uint_eq(at(0x5010), 7);
    go(RUN_STOPPED, 0x101c);
    ck_assert_uint_eq(toy_of(v)->x[9], 15);
    toy_free(v);
}
END_TEST

START_TEST(watch_while_stepping) {
    start(_i);
    storing_loop();
    engine_watch(v->engine, 0x5008, 8, WATCHED_WRITE, true);
    v->pc = 0x1000;
    v->step = true;
    go(RUN_STEPPED, 0x1004);
    go(RUN_STEPPED, 0x1008);
    go(RUN_STEPPED, 0x100c);
    expect_watch(0x1010, 0x5008, WATCHED_WRITE);
    go(RUN_STEPPED, 0x1014);
    toy_free(v);
}
END_TEST

START_TEST(step_through_a_range) {
    start(_i); // until pc leaves it, a breakpoint inside, or a watchpoint
    storing_loop();
    v->step = true;
    v->step_first = 0x1000;
    v->step_size = 0x101c - 0x1000;
    go_from(0x1000, RUN_STEPPED, 0x101c);
    ck_assert_uint_eq(at(0x5010), 20);
    engine_breakpoint(v->engine, 0x1010, true);
    go_from(0x1000, RUN_STEPPED, 0x1010);
    go(RUN_STEPPED, 0x101c); // past where it stands; x3 is past its end
    v->step_size = 0;
    go_from(0x1000, RUN_STEPPED, 0x1004);
    v->step_size = 0x1c;
    engine_watch(v->engine, 0x5008, 8, WATCHED_READ, true);
    engine_breakpoint(v->engine, 0x1010, false);
    expect_watch(0x1014, 0x5008, WATCHED_READ);
    toy_free(v);
}
END_TEST

int main(void) {
    Suite *s = suite_create("engine-debug");
    TCase *t = tcase_create("jit and interpreter");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, breakpoint_of_one_alias, 0, 2);
    tcase_add_loop_test(t, breakpoint_spares_translations, 0, 2);
    tcase_add_loop_test(t, a_thousand_breakpoints, 0, 2);
    tcase_add_loop_test(t, patched_code_with_breakpoint, 0, 2);
    tcase_add_loop_test(t, watch_writes, 0, 2);
    tcase_add_loop_test(t, watch_reads_and_both, 0, 2);
    tcase_add_loop_test(t, watch_many_pages, 0, 2);
    tcase_add_loop_test(t, watch_odd_accesses, 0, 2);
    tcase_add_loop_test(t, watch_between_values, 0, 2);
    tcase_add_loop_test(t, watch_while_stepping, 0, 2);
    tcase_add_loop_test(t, step_through_a_range, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
