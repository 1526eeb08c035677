// SPDX-License-Identifier: MIT
// The engine on a toy guest: what every mechanism promises, run once by the JIT and once by the interpreter.
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tcg/run/cache.h"
#include "tests/lib/suite.h"
#include "tests/lib/toy.h"

static Vcpu *v;

static void start(bool interpret) {
    for (unsigned i = 0; i < TOY_RAM; i++)
        toy_ram[i] = 0;
    v = toy_new(interpret);
}

static Toy *run(uint64_t pc) {
    v->pc = pc;
    ck_assert_int_eq(vcpu_run(v), RUN_STOPPED);
    return toy_of(v);
}

#define CODE(at, ...)                                                     \
    do {                                                                  \
        const uint32_t code_[] = {__VA_ARGS__};                           \
        toy_code(at, code_, sizeof(code_) / 4);                           \
    } while (0)

START_TEST(loop_sums) {
    start(_i);
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 1000), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2), toy(TOY_HALT, 0, 0, 0));
    ck_assert_uint_eq(run(0x1000)->x[9], 500500);
    toy_free(v);
}
END_TEST

START_TEST(memory_and_pages) {
    start(_i); // writes across a page boundary, reads it back in two sizes
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x4ffc), toy(TOY_ADDI, 2, 0, -2), toy(TOY_SD, 2, 1, 0), toy(TOY_LD, 3, 1, 0), toy(TOY_LW, 9, 1, 4),
         toy(TOY_SB, 0, 1, 4), toy(TOY_LD, 10, 1, 0), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1000);
    ck_assert_uint_eq(t->x[3], (uint64_t)-2);
    ck_assert_uint_eq(t->x[9], (uint64_t)-1);
    ck_assert_uint_eq(t->x[10], 0xffffff00fffffffeu);
    toy_free(v);
}
END_TEST

START_TEST(exact_fault) {
    start(_i); // the load faults: what came before is done, what comes after is not
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 7), toy(TOY_ADDI, 2, 0, 1), toy(TOY_SLLI, 2, 2, 30), toy(TOY_LD, 1, 2, 8), toy(TOY_ADDI, 3, 0, 9));
    Toy *t = run(0x1000);
    ck_assert_uint_eq(t->fault_addr, (1u << 30) + 8);
    ck_assert_uint_eq(t->fault_pc, 0x100c);
    ck_assert_uint_eq(t->x[1], 7);
    ck_assert_uint_eq(t->x[3], 0);
    toy_free(v);
}
END_TEST

// x9 and x10, which are no pins, are overwritten again and again: whoever leaves in between has their values of then.
static void overwriting_code(void) {
    CODE(0x1000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_ADDI, 10, 0, 77), toy(TOY_LD, 11, 1, 0), toy(TOY_ADDI, 9, 9, 2), toy(TOY_SD, 11, 2, 0),
         toy(TOY_BNEZ, 3, 0, 7), toy(TOY_ADDI, 9, 9, 4), toy(TOY_AMOADD, 11, 4, 0), toy(TOY_ADDI, 9, 9, 8), toy(TOY_ADDI, 10, 10, 1),
         toy(TOY_LD, 11, 5, 0), toy(TOY_ADDI, 9, 9, 16), toy(TOY_HALT, 0, 0, 0));
}

START_TEST(waiting_values) {
    static const struct { unsigned bad, pc, x9, x10; } cases[] = {
        {1, 0x1008, 101, 77}, {2, 0x1010, 103, 77}, {3, 0x1030, 103, 77}, {4, 0x101c, 107, 77}, {5, 0x1028, 115, 78}, {6, 0x1030, 131, 78},
    };
    start(_i);
    overwriting_code();
    for (unsigned round = 0; round < 18; round++) {
        unsigned bad = cases[round % 6].bad;
        uint64_t elsewhere = round < 6 ? 1 << 30 : 0x5000;
        Toy *t = toy_of(v);
        memset(t, 0, sizeof(*t));
        for (unsigned r = 1; r < 6; r++)
            t->x[r] = r == 3 ? bad == 3 : r == bad ? elsewhere : round < 12 ? 0x4000 : TOY_IO;
        t->x[9] = 100;
        t = run(0x1000);
        unsigned k = round < 6 ? round % 6 : bad == 3 ? 2 : 5; // none faults
        ck_assert_uint_eq(v->pc, cases[k].pc);
        ck_assert_uint_eq(t->x[9], cases[k].x9);
        ck_assert_uint_eq(t->x[10], cases[k].x10);
    }
    toy_free(v);
}
END_TEST

START_TEST(io) {
    start(_i);
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0xf), toy(TOY_SLLI, 1, 1, 20), toy(TOY_ADDI, 2, 0, 5), toy(TOY_SD, 2, 1, 0), toy(TOY_LD, 3, 1, 0),
         toy(TOY_LW, 4, 1, 0), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1000);
    ck_assert_uint_eq(t->io_writes, 1);
    ck_assert_uint_eq(t->x[3], 13);
    ck_assert_uint_eq(t->x[4], 9);
    toy_free(v);
}
END_TEST

START_TEST(self_modifying) {
    start(_i); // calls 0x3000 (x9 += 1), patches it to x9 += 100 through a store, calls it again
    uint32_t patched = toy(TOY_ADDI, 9, 9, 100);
    memcpy(toy_ram + 0x5000, &patched, 4);
    CODE(0x3000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_JR, 0, 8, 0));
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x3000), toy(TOY_ADDI, 8, 0, 0x1010), toy(TOY_ADDI, 2, 0, 0x5000), toy(TOY_JR, 0, 1, 0),
         toy(TOY_LD, 3, 2, 0), toy(TOY_ADDI, 8, 0, 0x1030), toy(TOY_LD, 4, 1, 0), toy(TOY_SB, 3, 1, 0), toy(TOY_SUB, 10, 10, 0),
         toy(TOY_LW, 5, 2, 0), toy(TOY_SD, 3, 1, -0), toy(TOY_JR, 0, 1, 0), toy(TOY_HALT, 0, 0, 0));
    // the 8-byte store also overwrote the JR; put it back from what was loaded: simplest is to store the pair
    uint32_t pair[2] = {patched, toy(TOY_JR, 0, 8, 0)};
    memcpy(toy_ram + 0x5000, pair, 8);
    ck_assert_uint_eq(run(0x1000)->x[9], 101);
    toy_free(v);
}
END_TEST

START_TEST(patched_in_a_loop) {
    start(_i); // jump caches keep the entry of a function that is patched, found unchanged beside stored data, and patched back
    uint32_t bodies[4] = {toy(TOY_ADDI, 9, 9, 1), toy(TOY_JR, 0, 8, 0), toy(TOY_ADDI, 9, 9, 100), toy(TOY_JR, 0, 8, 0)};
    memcpy(toy_ram + 0x5000, bodies, sizeof(bodies));
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x3000), toy(TOY_ADDI, 2, 0, 0x5000), toy(TOY_ADDI, 7, 0, 20),
         toy(TOY_LD, 3, 2, 0), toy(TOY_SD, 3, 1, 0), toy(TOY_ADDI, 8, 0, 0x101c), toy(TOY_JR, 0, 1, 0),
         toy(TOY_SB, 0, 1, 64), toy(TOY_ADDI, 8, 0, 0x1028), toy(TOY_JR, 0, 1, 0),
         toy(TOY_LD, 3, 2, 8), toy(TOY_SD, 3, 1, 0), toy(TOY_ADDI, 8, 0, 0x1038), toy(TOY_JR, 0, 1, 0),
         toy(TOY_ADDI, 7, 7, -1), toy(TOY_BNEZ, 7, 0, -12), toy(TOY_HALT, 0, 0, 0));
    ck_assert_uint_eq(run(0x1000)->x[9], 20 * 102);
    toy_free(v);
}
END_TEST

// A function that goes through three texts of unequal length: by stores one by one, by more stores than a page is kept live for, by DMA. What
// was translated before comes back, even behind an eviction, and never for another text.
START_TEST(texts_to_and_fro) {
    enum { ROUNDS = 60, BODY = 0x3000 };
    static const uint32_t texts[3][12] = {
        {TOY_ADDI | 9 << 12 | 9 << 8 | 1 << 16, TOY_RET | 8 << 8},
        {TOY_ADDI | 9 << 12 | 9 << 8 | 10 << 16, TOY_ADDI | 9 << 12 | 9 << 8 | 20 << 16, TOY_RET | 8 << 8},
        {TOY_ADDI | 9 << 12 | 9 << 8 | 1 << 16, TOY_ADDI | 9 << 12 | 9 << 8 | 2 << 16, TOY_ADDI | 9 << 12 | 9 << 8 | 3 << 16, TOY_ADD | 9 << 12,
         TOY_ADD | 9 << 12, TOY_ADD | 9 << 12, TOY_ADD | 9 << 12, TOY_ADD | 9 << 12, TOY_ADD | 9 << 12,
         TOY_ADD | 9 << 12, TOY_ADD | 9 << 12, TOY_RET | 8 << 8}};
    static const unsigned adds[3] = {1, 30, 6};
    start(_i);
    uint32_t program[64]; // copies x7 words from x1 to x2, in a straight run, then calls
    unsigned n = 0;
    for (unsigned k = 0; k < 6; k++) {
        program[n++] = toy(TOY_LD, 3, 1, (int)(8 * k));
        program[n++] = toy(TOY_SD, 3, 2, (int)(8 * k));
    }
    program[n] = toy(TOY_CALL, 8, 0, (BODY - 0x1000) / 4 - (int)n);
    program[n + 1] = toy(TOY_HALT, 0, 0, 0);
    toy_code(0x1000, program, n + 2);
    uint64_t wanted = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned k = round * 7 % 5 % 3;
        memcpy(toy_ram + 0x5000, texts[k], sizeof(texts[k]));
        if (round % 8 == 7) {
            memcpy(toy_ram + BODY, texts[k], sizeof(texts[k]));
            engine_written(v->engine, BODY, sizeof(texts[k]));
        }
        if (round == ROUNDS / 2)
            cache_flush(v->engine, v, atomic_load(&v->engine->generation));
        Toy *t = toy_of(v);
        t->x[1] = 0x5000;
        t->x[2] = BODY;
        wanted += adds[k];
        ck_assert_uint_eq(run(0x1000)->x[9], wanted);
    }
#ifndef MYNA_HOSTILE
    ck_assert_uint_gt(v->stat[STAT_KNOWN], ROUNDS / 2);
    ck_assert_uint_lt(v->stat[STAT_KNOWN], ROUNDS);
#endif
    toy_free(v);
}
END_TEST

START_TEST(sites_of_loads_and_stores) {
    start(_i); // after more loads of a page of code than there are site pairs, a store to it is still seen
    CODE(0x3000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_JR, 0, 8, 0));
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x3000), toy(TOY_ADDI, 2, 0, 100), toy(TOY_ADDI, 8, 0, 0x4000), toy(TOY_JR, 0, 1, 0));
    uint32_t load = toy(TOY_LD, 3, 1, 0);
    for (unsigned i = 0; i < 5000; i++)
        toy_code(0x4000 + 4 * i, &load, 1);
    CODE(0x4000 + 4 * 5000, toy(TOY_SB, 2, 1, 2), toy(TOY_CALL, 8, 0, (0x3000 - 0x4004 - 4 * 5000) / 4), toy(TOY_HALT, 0, 0, 0));
    ck_assert_uint_eq(run(0x1000)->x[9], 101);
    toy_free(v);
}
END_TEST

START_TEST(sites_that_rove) {
    start(_i); // x1 walks over pages; each visit adds to a word and a neighbour, which share a check: a group roves as well
    CODE(0x1000, toy(TOY_ADDI, 2, 0, 20000), toy(TOY_SLLI, 2, 2, 3), toy(TOY_ADDI, 1, 0, 0x4000), toy(TOY_SLLI, 1, 1, 1),   // 0x8000
         toy(TOY_LD, 3, 1, 16), toy(TOY_ADDI, 3, 3, 1), toy(TOY_SD, 3, 1, 16), toy(TOY_SD, 2, 1, 24), // loop
         toy(TOY_LD, 4, 1, 24), toy(TOY_ADD, 5, 4, 0), toy(TOY_ADDI, 1, 1, 4096), toy(TOY_ADDI, 2, 2, -1), toy(TOY_SLLI, 6, 1, 47),
         toy(TOY_BNEZ, 6, 0, 2), toy(TOY_ADDI, 1, 0, 0x4000), toy(TOY_BNEZ, 2, 0, -11), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1000);
    uint64_t visits = 0, word;
    for (unsigned at = 0; at < TOY_RAM; at += 4096) {
        memcpy(&word, toy_ram + at + 16, 8);
        visits += at >= 0x4000 && at < 0x20000 ? word : 0;
    }
    ck_assert_uint_eq(visits, 160000); // so many that the host is not busy with something else each time it looks
    ck_assert_uint_eq(t->x[5], 160000 * 160001ull / 2);
    if (!_i)
        ck_assert_uint_gt(v->stat[STAT_ROVE], 0);
    toy_free(v);
}
END_TEST

START_TEST(sites_that_are_watched) {
    start(_i); // as above, with a pause at each visit: too slow to rove at once, so accesses are counted; pairs and counts keep results
    CODE(0x1000, toy(TOY_ADDI, 2, 0, 20000), toy(TOY_SLLI, 2, 2, 2), toy(TOY_ADDI, 1, 0, 0x4000), toy(TOY_SLLI, 1, 1, 1),   // 0x8000
         toy(TOY_ADDI, 7, 0, 60), toy(TOY_ADDI, 7, 7, -1), toy(TOY_BNEZ, 7, 0, -1), toy(TOY_LD, 3, 1, 16), toy(TOY_ADDI, 3, 3, 1), // loop
         toy(TOY_SD, 3, 1, 16), toy(TOY_LW, 4, 1, 16), toy(TOY_ADD, 9, 4, 0), toy(TOY_ADDI, 1, 1, 4096), toy(TOY_ADDI, 2, 2, -1),
         toy(TOY_SLLI, 6, 1, 47), toy(TOY_BNEZ, 6, 0, 2), toy(TOY_ADDI, 1, 0, 0x4000), toy(TOY_BNEZ, 2, 0, -13), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1000);
    uint64_t visits = 0, sum = 0, word;
    for (unsigned at = 0x4000; at < 0x20000; at += 4096) {
        memcpy(&word, toy_ram + at + 16, 8);
        visits += word;
        sum += word * (word + 1) / 2;
    }
    ck_assert_uint_eq(visits, 80000);
    ck_assert_uint_eq(t->x[9], sum);
    toy_free(v);
}
END_TEST

START_TEST(code_across_pages) {
    start(_i); // falls from one page into the next, and loops back
    CODE(0x1ff8, toy(TOY_ADDI, 1, 1, 1), toy(TOY_ADDI, 2, 2, 2), toy(TOY_ADDI, 3, 0, 300), toy(TOY_BLT, 1, 3, -3), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1ff8);
    ck_assert_uint_eq(t->x[1], 300);
    ck_assert_uint_eq(t->x[2], 600);
    toy_free(v);
}
END_TEST

START_TEST(division_corners) {
    start(_i);
    static const int64_t a[] = {7, -7, INT64_MIN, 5, 0, INT64_MIN}, b[] = {2, 2, -1, 0, 0, 0}, want[] = {3, -3, INT64_MIN, -1, -1, -1};
    CODE(0x1000, toy(TOY_DIV, 9, 1, 0), toy(TOY_MULH, 2, 1, 0), toy(TOY_HALT, 0, 0, 0));
    for (unsigned i = 0; i < 6; i++) {
        toy_of(v)->x[9] = (uint64_t)a[i];
        toy_of(v)->x[1] = (uint64_t)b[i];
        toy_of(v)->x[2] = (uint64_t)a[i];
        Toy *t = run(0x1000);
        ck_assert_int_eq((int64_t)t->x[9], want[i]);
        ck_assert_int_eq((int64_t)t->x[2], (int64_t)((__int128)a[i] * b[i] >> 64));
    }
    toy_free(v);
}
END_TEST

START_TEST(atomics) {
    start(_i);
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x6000), toy(TOY_ADDI, 2, 0, 5), toy(TOY_SD, 2, 1, 0), toy(TOY_AMOADD, 2, 1, 0), toy(TOY_LD, 3, 1, 0),
         toy(TOY_ADDI, 1, 1, 1), toy(TOY_AMOADD, 2, 1, 0));
    Toy *t = run(0x1000);
    ck_assert_uint_eq(t->x[2], 5);
    ck_assert_uint_eq(t->x[3], 10);
    ck_assert_uint_eq(t->fault_pc, 0x1018);
    ck_assert_uint_eq(t->fault_addr, 0x6001);
    toy_free(v);
}
END_TEST

START_TEST(calls_and_returns) {
    start(_i); // deep recursion over two pages: f(n) = n + f(n - 1), the return addresses in guest memory
    CODE(0x1000, toy(TOY_ADDI, 14, 0, 0x7000), toy(TOY_ADDI, 1, 0, 5000), toy(TOY_CALL, 13, 0, 0x400), toy(TOY_HALT, 0, 0, 0));
    CODE(0x2008, toy(TOY_SLLI, 14, 14, 0), toy(TOY_SD, 13, 14, 0), toy(TOY_ADDI, 14, 14, 8), toy(TOY_BNEZ, 1, 0, 2),
         toy(TOY_JMP, 0, 0, 4), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_CALL, 13, 0, -7),
         toy(TOY_ADDI, 14, 14, -8), toy(TOY_LD, 13, 14, 0), toy(TOY_RET, 0, 13, 0));
    ck_assert_uint_eq(run(0x1000)->x[9], 5000u * 5001 / 2);
    ck_assert_uint_eq(toy_of(v)->x[14], 0x7000);
    toy_free(v);
}
END_TEST

START_TEST(return_elsewhere) {
    start(_i); // the callee changes its return address: the prediction is wrong, the guest right
    CODE(0x1000, toy(TOY_CALL, 13, 0, 8), toy(TOY_HALT, 0, 0, 0), toy(TOY_ADDI, 9, 0, 77), toy(TOY_HALT, 0, 0, 0));
    CODE(0x1020, toy(TOY_ADDI, 13, 13, 4), toy(TOY_RET, 0, 13, 0));
    ck_assert_uint_eq(run(0x1000)->x[9], 77);
    toy_free(v);
}
END_TEST

START_TEST(guard_address) {
    start(_i); // the one address whose tag invalid entries bear
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 1), toy(TOY_SLLI, 1, 1, 63), toy(TOY_LD, 2, 1, 16), toy(TOY_HALT, 0, 0, 0));
    Toy *t = run(0x1000);
    ck_assert_uint_eq(t->fault_addr, (1ull << 63) + 16);
    ck_assert_uint_eq(t->fault_pc, 0x1008);
    toy_free(v);
}
END_TEST

// Translated code that goes astray says where and how before the process ends. Here it is made to jump to address 0x10.
START_TEST(faults_are_told) {
    int ends[2], status;
    char text[4096];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL); // not the test library's
        start(false);
        CODE(0x1000, toy(TOY_ADDI, 1, 0, 1), toy(TOY_HALT, 0, 0, 0));
        run(0x1000);
        const CodeBuffer *c = &v->engine->code;
        static const uint8_t astray[] = {0xb8, 0x10, 0, 0, 0, 0xff, 0xe0}; // mov eax, 0x10; jmp rax
        memset(c->rw + c->fixed, 0x90, c->used - c->fixed);
        memcpy(c->rw + c->used, astray, sizeof(astray));
        run(0x1000);
        _exit(0);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
    ssize_t n = read(ends[0], text, sizeof(text) - 1);
    ck_assert_int_gt(n, 0);
    text[n] = 0;
    ck_assert_msg(strstr(text, "internal error: vCPU 0 left translated code for 0x10 (fault at 0x10), guest page 0x1000"), "%s", text);
    ck_assert_msg(strstr(text, "\n  rax-rdi  10 "), "%s", text);
    close(ends[0]);
}
END_TEST

// Little room for stubs, and then less: where a block fits but its late stub does not, its instruction runs all the same, and room is made.
START_TEST(late_stubs_without_room) {
    unsigned refused = 0;
    for (unsigned room = 0; room < 256; room += 4) {
        start(_i);
        CodeBuffer *c = &v->engine->code;
        CODE(0x1000, toy(TOY_ADDI, 1, 0, 0x2000), toy(TOY_SD, 1, 1, 8), toy(TOY_LD, 2, 1, 8), toy(TOY_ADDI, 3, 1, 0x2000),
             toy(TOY_LD, 4, 3, 8), toy(TOY_ADD, 2, 4, 0), toy(TOY_HALT, 0, 0, 0));
        CODE(0x4008, 7, 0);
        if (!v->engine->options.interpret)
            c->cold = c->cold_end - 4096 - room; // the slack that the emitter keeps
        ck_assert_uint_eq(run(0x1000)->x[2], 0x2000 + 7);
        refused += v->stat[STAT_CACHE_FULL] != 0 && v->stat[STAT_TRANSLATE] > 2;
        toy_free(v);
    }
    if (!_i) ck_assert_uint_gt(refused, 0);
}
END_TEST

// A block's stubs may end a little behind the limit of the buffer's cold part. A late stub that then finds no room must not be written over
// their last bytes.
START_TEST(stubs_behind_the_limit) {
    uint8_t before[32];
    unsigned behind = 0;
    for (size_t room = 0; room < 16; room++) {
        start(false);
        CodeBuffer *c = &v->engine->code;
        CODE(0x1000, toy(TOY_BNEZ, 1, 0, 2), toy(TOY_LD, 2, 3, 8), toy(TOY_HALT, 0, 0, 0));
        CODE(0x3000, toy(TOY_BNEZ, 0, 0, 2), toy(TOY_HALT, 0, 0, 0), toy(TOY_HALT, 0, 0, 0));
        toy_of(v)->x[1] = 1; // passes the load by
        run(0x1000);
        size_t limit = c->cold_end - 4096, from = c->cold = limit - room;
        run(0x3000);
        size_t size = c->cold - from;
        if (c->cold > limit && !v->stat[STAT_CACHE_FULL]) {
            ck_assert_uint_le(size, sizeof(before));
            memcpy(before, c->rw + from, size);
            toy_of(v)->x[1] = 0;
            run(0x1000);
            ck_assert_mem_eq(c->rw + from, before, size);
            behind++;
        }
        toy_free(v);
    }
    ck_assert_uint_gt(behind, 0);
}
END_TEST

START_TEST(cache_fills) {
    start(_i); // more code than the cache holds: it is flushed and goes on
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t code = i % 8 == 7 ? toy(TOY_JMP, 0, 0, 1) : toy(TOY_ADDI, 9, 9, 1);
        memcpy(toy_ram + 0x1000 + 4 * i, &code, 4);
    }
    uint32_t halt = toy(TOY_HALT, 0, 0, 0);
    memcpy(toy_ram + 0x1000 + 400000, &halt, 4);
    ck_assert_uint_eq(run(0x1000)->x[9], 100000 / 8 * 7);
    toy_free(v);
}
END_TEST

// 12,000 calls of two functions, of which the second is old when it is called: links lead from one half of the cache to the other and
// back, and one half goes after the other. What is written to a function counts, whichever half its callers are in.
START_TEST(halves_go) {
    enum { CALLS = 12000, BODY = 0x2000 };
    start(_i);
    for (unsigned i = 0; i < CALLS; i++) {
        int to = (i % 4 == 3 ? 0x1800 : 0x1000) - (int)(BODY + 16 * i + 4);
        CODE(BODY + 16 * i, toy(TOY_ADDI, 2, 2, 1), toy(TOY_CALL, 13, 0, to / 4), toy(TOY_ADD, 3, 9, 0), toy(TOY_JMP, 0, 0, 1));
        if (to / 4 < -32768) // out of reach: by a register
            CODE(BODY + 16 * i, toy(TOY_ADDI, 12, 0, i % 4 == 3 ? 0x1800 : 0x1000), toy(TOY_CALLR, 13, 12, 0), toy(TOY_ADD, 3, 9, 0),
                 toy(TOY_JMP, 0, 0, 1));
    }
    CODE(BODY + 16 * CALLS, toy(TOY_HALT, 0, 0, 0));
    for (int round = 1; round <= 4; round++) {
        CODE(0x1000, toy(TOY_ADDI, 9, 9, round), toy(TOY_RET, 0, 13, 0));
        CODE(0x1800, toy(TOY_ADDI, 9, 9, 100 * round), toy(TOY_RET, 0, 13, 0));
        engine_written(v->engine, 0x1000, 0x1000);
        toy_of(v)->x[9] = 0;
        ck_assert_uint_eq(run(BODY)->x[9], CALLS / 4 * 103 * (unsigned)round);
    }
    ck_assert_uint_ge(v->stat[STAT_CACHE_FULL], _i ? 2 : 4);
    toy_free(v);
}
END_TEST

static RunResult go(uint64_t *pc) {
    RunResult result = vcpu_run(v);
    *pc = v->pc;
    return result;
}

START_TEST(steps_one_instruction) {
    start(_i); // of code that runs as one block otherwise, and was translated so before
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 3), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2), toy(TOY_HALT, 0, 0, 0));
    run(0x1000);
    static const uint64_t path[] = {0x1004, 0x1008, 0x100c, 0x1004, 0x1008, 0x100c, 0x1004, 0x1008, 0x100c, 0x1010};
    uint64_t pc;
    toy_of(v)->x[9] = 0;
    v->pc = 0x1000;
    v->step = true;
    for (unsigned i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
        if (i & 1)
            vcpu_kick(v, EXIT_IRQ); // held back
        ck_assert_int_eq(go(&pc), RUN_STEPPED);
        ck_assert_uint_eq(pc, path[i]);
    }
    ck_assert_uint_eq(toy_of(v)->x[9], 6);
    v->step = false;
    ck_assert_int_eq(go(&pc), RUN_STOPPED);
    toy_free(v);
}
END_TEST

START_TEST(breakpoints_always_stop) {
    start(_i); // in the middle of a hot loop, every time round; a step goes past
    CODE(0x1000, toy(TOY_ADDI, 1, 0, 1000), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2), toy(TOY_HALT, 0, 0, 0));
    run(0x1000);
    uint64_t pc;
    v->pc = 0x1000;
    engine_breakpoint(v->engine, 0x1008, true);
    for (unsigned i = 0; i < 20; i++) {
        ck_assert_int_eq(go(&pc), RUN_BREAKPOINT);
        ck_assert_uint_eq(pc, 0x1008);
        ck_assert_int_eq(go(&pc), RUN_BREAKPOINT); // still there
        ck_assert_uint_eq(toy_of(v)->x[1], 1000 - i);
        v->step = true;
        ck_assert_int_eq(go(&pc), RUN_STEPPED);
        ck_assert_uint_eq(pc, 0x100c);
        v->step = false;
    }
    engine_breakpoint(v->engine, 0x1008, false);
    ck_assert_int_eq(go(&pc), RUN_STOPPED);
    ck_assert_uint_eq(toy_of(v)->x[1], 0);
    toy_free(v);
}
END_TEST

int main(void) {
    Suite *s = suite_create("engine");
    TCase *t = tcase_create("jit and interpreter");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, loop_sums, 0, 2);
    tcase_add_loop_test(t, memory_and_pages, 0, 2);
    tcase_add_loop_test(t, exact_fault, 0, 2);
    tcase_add_loop_test(t, waiting_values, 0, 2);
    tcase_add_loop_test(t, io, 0, 2);
    tcase_add_loop_test(t, self_modifying, 0, 2);
    tcase_add_loop_test(t, patched_in_a_loop, 0, 2);
    tcase_add_loop_test(t, texts_to_and_fro, 0, 2);
    tcase_add_loop_test(t, sites_of_loads_and_stores, 0, 2);
    tcase_add_loop_test(t, code_across_pages, 0, 2);
    tcase_add_loop_test(t, division_corners, 0, 2);
    tcase_add_loop_test(t, atomics, 0, 2);
    tcase_add_loop_test(t, calls_and_returns, 0, 2);
    tcase_add_loop_test(t, return_elsewhere, 0, 2);
    tcase_add_loop_test(t, guard_address, 0, 2);
    tcase_add_loop_test(t, sites_that_rove, 0, 2);
    tcase_add_loop_test(t, sites_that_are_watched, 0, 2);
    tcase_add_test(t, faults_are_told);
    tcase_add_loop_test(t, late_stubs_without_room, 0, 2);
    tcase_add_test(t, stubs_behind_the_limit);
    tcase_add_loop_test(t, cache_fills, 0, 2);
    tcase_add_loop_test(t, halves_go, 0, 2);
    tcase_add_loop_test(t, steps_one_instruction, 0, 2);
    tcase_add_loop_test(t, breakpoints_always_stop, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
