// SPDX-License-Identifier: MIT
// The engine with several vCPUs at once, on the toy guest: code patched by another vCPU, a cache too small for all, breakpoints that come
// and go, and requests to CPUs that run, are paused or are powered off. Runs of about a second; the thread sanitizer watches too.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "tests/lib/suite.h"
#include "tests/lib/toy.h"

enum { VCPUS = 4 };
static Engine *engine;
static Vcpu *vcpus[VCPUS];
static pthread_t threads[VCPUS];

static void start(bool interpret, unsigned n) {
    EngineOptions options = toy_options(interpret);
    memset(toy_ram, 0, TOY_RAM);
    engine = engine_new(&toy_guest, &options);
    for (unsigned i = 0; i < n; i++)
        vcpus[i] = vcpu_new(&toy_guest, engine, i, NULL);
}

static void finish(unsigned n) {
    for (unsigned i = 0; i < n; i++)
        vcpu_free(vcpus[i]);
    engine_free(engine);
}

static void *run_thread(void *arg) {
    return (void *)(uintptr_t)vcpu_run(arg);
}

static void go(unsigned i, uint64_t pc) {
    vcpus[i]->pc = pc;
    pthread_create(&threads[i], NULL, run_thread, vcpus[i]);
}

static RunResult join(unsigned i) {
    void *result;
    pthread_join(threads[i], &result);
    return (RunResult)(uintptr_t)result;
}

#define CODE(at, ...)                                                     \
    do {                                                                  \
        const uint32_t code_[] = {__VA_ARGS__};                           \
        toy_code(at, code_, sizeof(code_) / 4);                           \
    } while (0)

// vCPU 0 calls 0x3000, which says its number in x9, until that is 100; vCPU 1 stores the numbers 1 to 100 into its immediate, for
// each waiting until vCPU 0 has said so in memory.
START_TEST(patched_by_another) {
    start(_i, 2);
    CODE(0x3000, toy(TOY_ADDI, 9, 0, 0), toy(TOY_RET, 0, 8, 0));
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x5000), toy(TOY_ADDI, 2, 0, 100), toy(TOY_CALL, 8, 0, (0x3000 - 0x1008) / 4), toy(TOY_SD, 9, 1, 0),
         toy(TOY_BLT, 9, 2, -2), toy(TOY_HALT, 0, 0, 0));
    CODE(0x2000, toy(TOY_ADDI, 1, 0, 0x5000), toy(TOY_ADDI, 2, 0, 100), toy(TOY_ADDI, 3, 0, 0x3000), toy(TOY_ADDI, 4, 4, 1),
         toy(TOY_SB, 4, 3, 2), toy(TOY_LD, 5, 1, 0), toy(TOY_BLT, 5, 4, -1), toy(TOY_BLT, 4, 2, -4), toy(TOY_HALT, 0, 0, 0));
    go(0, 0x1000);
    go(1, 0x2000);
    ck_assert_int_eq(join(1), RUN_STOPPED);
    ck_assert_int_eq(join(0), RUN_STOPPED);
    ck_assert_uint_eq(toy_of(vcpus[0])->x[9], 100);
    finish(2);
}
END_TEST

// vCPU 0 stores 1, 2, ... to the immediate of a function that vCPU 1 calls all the time, and calls it itself: it sees each number at once, and
// vCPU 1 never an older one than before. Stores go the slow way or at full speed as the page is live or open, and close upon each other.
START_TEST(patched_under_way) {
    enum { TIMES = 20000 };
    start(_i, 2);
    CODE(0x3000, toy(TOY_ADDI, 9, 0, 0), toy(TOY_RET, 0, 8, 0));
    CODE(0x1000, toy(TOY_ADDI, 4, 4, 1), toy(TOY_SB, 4, 3, 2), toy(TOY_CALL, 8, 0, (0x3000 - 0x1008) / 4), toy(TOY_SUB, 9, 4, 0),
         toy(TOY_ADD, 10, 9, 0), toy(TOY_BLT, 4, 2, -5), toy(TOY_SD, 2, 1, 0), toy(TOY_HALT, 0, 0, 0));
    CODE(0x2000, toy(TOY_CALL, 8, 0, 0x1000 / 4), toy(TOY_BLT, 9, 6, 6), toy(TOY_ADDI, 6, 9, 0), toy(TOY_LD, 5, 1, 0), toy(TOY_BNEZ, 5, 0, 2),
         toy(TOY_JMP, 0, 0, -5), toy(TOY_HALT, 0, 0, 0), toy(TOY_ADDI, 10, 0, 1), toy(TOY_HALT, 0, 0, 0));
    for (unsigned round = 0; round < TIMES / 100; round++) {
        for (unsigned i = 0; i < 2; i++) {
            memset(toy_of(vcpus[i]), 0, sizeof(Toy));
            toy_of(vcpus[i])->x[1] = 0x5000;
            toy_of(vcpus[i])->x[2] = 100;
            toy_of(vcpus[i])->x[3] = 0x3000;
        }
        memset(toy_ram + 0x5000, 0, 8);
        toy_ram[0x3002] = 0;
        engine_written(engine, 0x3000, 4);
        go(0, 0x1000);
        go(1, 0x2000);
        ck_assert_int_eq(join(0), RUN_STOPPED);
        ck_assert_int_eq(join(1), RUN_STOPPED);
        ck_assert_uint_eq(toy_of(vcpus[0])->x[10], 0);
        ck_assert_uint_eq(toy_of(vcpus[1])->x[10], 0);
    }
    finish(2);
}
END_TEST

// Data beside code: vCPU 1 counts in the page whose code vCPU 0 runs, and nothing is lost.
START_TEST(data_beside_code) {
    start(_i, 2);
    CODE(0x3000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_BLT, 9, 2, -1), toy(TOY_HALT, 0, 0, 0));
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x3800), toy(TOY_ADDI, 4, 4, 1), toy(TOY_SD, 4, 1, 0), toy(TOY_LD, 5, 1, 0), toy(TOY_SUB, 5, 4, 0),
         toy(TOY_BLT, 4, 2, -4), toy(TOY_HALT, 0, 0, 0));
    toy_of(vcpus[0])->x[2] = toy_of(vcpus[1])->x[2] = 20000;
    go(0, 0x3000);
    go(1, 0x1000);
    join(1);
    join(0);
    ck_assert_uint_eq(toy_of(vcpus[0])->x[9], 20000);
    uint64_t counted;
    memcpy(&counted, toy_ram + 0x3800, 8);
    ck_assert_uint_eq(counted, 20000);
    finish(2);
}
END_TEST

// Four programs, each nearly as large as the cache: they flush it from under each other.
START_TEST(cache_fills) {
    enum { INSNS = 40000 };
    start(_i, VCPUS);
    for (unsigned i = 0; i < VCPUS; i++) {
        uint64_t base = 0x1000 + i * 0x30000;
        for (unsigned k = 0; k < INSNS; k++) {
            uint32_t code = k % 8 == 7 ? toy(TOY_JMP, 0, 0, 1) : toy(TOY_ADDI, 9, 9, (int)i + 1);
            toy_code(base + 4 * k, &code, 1);
        }
        CODE(base + 4 * INSNS, toy(TOY_HALT, 0, 0, 0));
        go(i, base);
    }
    for (unsigned i = 0; i < VCPUS; i++) {
        ck_assert_int_eq(join(i), RUN_STOPPED);
        ck_assert_uint_eq(toy_of(vcpus[i])->x[9], INSNS / 8 * 7 * (i + 1));
    }
    finish(VCPUS);
}
END_TEST

static void count_call(Vcpu *v, void *arg) { ++*(unsigned *)arg; }

// Breakpoints elsewhere come and go, and requests are served, while two vCPUs compute.
START_TEST(breakpoints_and_requests) {
    start(_i, 2);
    CODE(0x1000, toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2), toy(TOY_HALT, 0, 0, 0));
    unsigned served = 0;
    for (unsigned i = 0; i < 2; i++) {
        toy_of(vcpus[i])->x[1] = 1ull << 40; // until told to stop
        go(i, 0x1000);
    }
    for (unsigned k = 0; k < 50; k++) {
        engine_breakpoint(engine, 0x1100 + 4 * k, true);
        vcpu_work(vcpus[k & 1], count_call, &served, true);
        engine_breakpoint(engine, 0x1100 + 4 * k, false);
    }
    engine_breakpoint(engine, 0x1004, true);
    ck_assert_int_eq(join(0), RUN_BREAKPOINT);
    ck_assert_int_eq(join(1), RUN_BREAKPOINT);
    ck_assert_uint_eq(served, 50);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t left = toy_of(vcpus[i])->x[1], done = (1ull << 40) - left; // the sum is exact wherever it stopped
        ck_assert_uint_eq(vcpus[i]->pc, 0x1004);
        ck_assert_uint_eq(toy_of(vcpus[i])->x[9], (done + 1) * (1ull << 40) - done * (done + 1) / 2);
    }
    finish(2);
}
END_TEST

// Two vCPUs store into words of one page, which is watched and not watched in turn: only the one whose word it is stops, each time
// behind its store.
START_TEST(watchpoints_come_and_go) {
    start(_i, 2);
    CODE(0x1000, toy(TOY_ADDI, 3, 3, 1), toy(TOY_SD, 3, 1, 0), toy(TOY_BNEZ, 2, 0, -2), toy(TOY_HALT, 0, 0, 0));
    for (unsigned i = 0; i < 2; i++) {
        toy_of(vcpus[i])->x[1] = 0x5000 + 8 * i;
        toy_of(vcpus[i])->x[2] = 1;
        go(i, 0x1000);
    }
    for (unsigned k = 1; k <= 30; k++) {
        engine_watch(engine, 0x5000, 8, WATCHED_WRITE, true);
        ck_assert_int_eq(join(0), RUN_WATCHPOINT);
        ck_assert_uint_eq(vcpus[0]->pc, 0x1008);
        ck_assert_uint_eq(vcpus[0]->watch.vaddr, 0x5000);
        uint64_t stored;
        memcpy(&stored, toy_ram + 0x5000, 8);
        ck_assert_uint_eq(stored, toy_of(vcpus[0])->x[3]);
        engine_watch(engine, 0x5000, 8, WATCHED_WRITE, false);
        go(0, 0x1000);
    }
    for (unsigned i = 0; i < 2; i++) {
        vcpu_kick(vcpus[i], EXIT_STOP);
        ck_assert_int_eq(join(i), RUN_STOPPED);
    }
    finish(2);
}
END_TEST

// ---- CPUs with threads

static bool cpu_init(Cpu *c) { return true; }
static void cpu_fini(Cpu *c) {}
static const CpuType toy_cpu = {.name = "toy", .guest = &toy_guest, .init = cpu_init, .fini = cpu_fini};
static Cpu *cpus[2];
static _Atomic bool over;

static void *ask_thread(void *arg) {
    unsigned *served = arg;
    while (!atomic_load(&over))
        for (unsigned i = 0; i < 2; i++)
            vcpu_work(cpus[i]->vcpu, count_call, &served[i], true);
    return NULL;
}

// A request that is waited for is served whatever the CPU does: never resumed, running, paused, off, and while that changes.
START_TEST(requests_in_every_state) {
    EngineOptions options = toy_options(_i);
    unsigned served[2] = {0}, asked[2] = {0};
    memset(toy_ram, 0, TOY_RAM);
    CODE(0x1000, toy(TOY_ADDI, 1, 1, 1), toy(TOY_JMP, 0, 0, -1));
    engine = engine_new(&toy_guest, &options);
    for (unsigned i = 0; i < 2; i++) {
        cpus[i] = cpu_new(&toy_cpu, engine, NULL, NULL, i);
        cpu_reset(cpus[i], 0x1000);
        cpu_start_thread(cpus[i]);
        vcpu_work(cpus[i]->vcpu, count_call, &served[i], true);
        ck_assert_uint_eq(served[i], 1);
    }
    atomic_store(&over, false);
    pthread_t asker;
    pthread_create(&asker, NULL, ask_thread, asked);
    for (unsigned k = 0; k < 200; k++) {
        Cpu *c = cpus[k & 1];
        cpu_resume(c);
        if (k % 3 == 0)
            cpu_power(c, k % 2);
        if (k % 5 == 0)
            engine_breakpoint(engine, 0x2000 + k, k % 2); // flushes the cache
        vcpu_work(c->vcpu, count_call, &served[k & 1], true);
        cpu_pause(c); // as for a reset
        ck_assert_int_eq(c->state, CPU_STOPPED);
        cpu_reset(c, 0x1000);
    }
    atomic_store(&over, true);
    pthread_join(asker, NULL);
    ck_assert_uint_eq(served[0] + served[1], 202);
    ck_assert(asked[0] > 0 && asked[1] > 0);
    for (unsigned i = 0; i < 2; i++)
        cpu_free(cpus[i]);
    engine_free(engine);
}
END_TEST

int main(void) {
    Suite *s = suite_create("engine-smp");
    TCase *t = tcase_create("jit and interpreter");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, patched_by_another, 0, 2);
    tcase_add_loop_test(t, patched_under_way, 0, 2);
    tcase_add_loop_test(t, data_beside_code, 0, 2);
    tcase_add_loop_test(t, cache_fills, 0, 2);
    tcase_add_loop_test(t, breakpoints_and_requests, 0, 2);
    tcase_add_loop_test(t, watchpoints_come_and_go, 0, 2);
    tcase_add_loop_test(t, requests_in_every_state, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
