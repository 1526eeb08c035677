// SPDX-License-Identifier: MIT
// Strict reservations on the toy guest, where two harts in guest code cannot say when what happens: stores by devices, by host address and
// by C code; pages that are opened again; single steps. What guests see of it: tests/golden/riscv/reservation.c and a64/reservation.c.
#include <check.h>
#include <string.h>
#include "tcg/run/reserve.h"
#include "tests/lib/suite.h"
#include "tests/lib/toy.h"

static Engine *engine;
static Vcpu *v, *other;
enum { AT = 0x5040, SIZE = MO_64 | MO_ALIGN };

static void start(bool interpret) {
    EngineOptions options = toy_options(interpret);
    options.strict = true;
    memset(toy_ram, 0, TOY_RAM);
    engine = engine_new(&toy_guest, &options);
    v = vcpu_new(&toy_guest, engine, 0, NULL);
    other = vcpu_new(&toy_guest, engine, 1, NULL);
}

static void finish(void) {
    vcpu_free(v);
    vcpu_free(other);
    engine_free(engine);
}

static void code(uint64_t at, const uint32_t *insns, unsigned n) { toy_code(at, insns, n); }
#define CODE(at, ...) code(at, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

// x5 = LR at x1; then SC of x6, which becomes its status.
static void load(Vcpu *c, uint64_t at) {
    CODE(0x1000, toy(TOY_LR, 5, 1, 0), toy(TOY_HALT, 0, 0, 0));
    toy_of(c)->x[1] = at;
    c->pc = 0x1000;
    ck_assert_int_eq(vcpu_run(c), RUN_STOPPED);
    ck_assert_uint_eq(c->pc, 0x1004);
}

static bool fails(Vcpu *c) {
    CODE(0x1100, toy(TOY_ADDI, 6, 0, 77), toy(TOY_SC, 6, 1, 0), toy(TOY_HALT, 0, 0, 0));
    c->pc = 0x1100;
    ck_assert_int_eq(vcpu_run(c), RUN_STOPPED);
    return toy_of(c)->x[6];
}

static uint64_t word(uint64_t at) {
    uint64_t x;
    memcpy(&x, toy_ram + at, 8);
    return x;
}

START_TEST(nothing_happens) {
    start(_i);
    load(v, AT);
    ck_assert(!fails(v));
    ck_assert_uint_eq(word(AT), 77);
    ck_assert(fails(v));
    finish();
}
END_TEST

START_TEST(devices_write) {
    start(_i);
    load(v, AT);
    engine_written(engine, AT + 0x3f, 1); // what was there already
    ck_assert(fails(v));
    load(v, AT);
    engine_written(engine, AT - 0x1000, 0x2000); // some pages
    ck_assert(fails(v));
    load(v, AT);
    engine_written(engine, AT + 0x40, 0x40);
    engine_written(engine, AT - 0x40, 0x40);
    ck_assert(!fails(v));
    finish();
}
END_TEST

START_TEST(c_code_stores) {
    start(_i);
    uint64_t pair[4] = {0}, paddr;
    bool io;
    load(v, AT);
    ck_assert(vcpu_store(other, AT + 8, MO_8, 0));
    ck_assert(fails(v));
    load(v, AT);
    ck_assert(vcpu_store(other, AT - 4, MO_64, 0)); // of both lines
    ck_assert(fails(v));
    load(v, AT);
    ck_assert(vcpu_store128(other, AT + 0x10, MO_128, pair));
    ck_assert(fails(v));
    load(v, AT);
    ck_assert(vcpu_cas128(other, AT + 0x20, MO_128, pair));
    ck_assert(fails(v));
    load(v, AT);
    tlb_amo(other, OP_AMO_ADD, MO_32, AT + 0x30, 0, 0);
    ck_assert(fails(v));
    load(v, AT);
    ck_assert_ptr_nonnull(vcpu_host(other, AT + 0x400, 64, ACCESS_READ, &io, &paddr));
    ck_assert(vcpu_store(other, AT + 0x40, MO_64, 1));
    ck_assert(!fails(v));
    finish();
}
END_TEST

// Who has an address may store anywhere in the page, until the next LR.
START_TEST(host_address) {
    start(_i);
    uint64_t paddr;
    bool io;
    load(v, AT);
    ck_assert_ptr_eq(vcpu_host(other, AT + 0x400, 64, ACCESS_WRITE, &io, &paddr), toy_ram + AT + 0x400);
    ck_assert(!reserve_watches(engine, toy_ram + 0x5000));
    ck_assert(fails(v));
    load(v, AT);
    ck_assert(reserve_watches(engine, toy_ram + 0x5000));
    ck_assert(!fails(v));
    finish();
}
END_TEST

// A watched page that is stored to and not reserved becomes an open one; each time it takes longer.
START_TEST(pages_open) {
    start(_i);
    unsigned before = 0;
    for (unsigned round = 0; round < 5; round++) {
        unsigned stores = 0;
        load(v, AT);
        for (; reserve_watches(engine, toy_ram + AT); stores++)
            ck_assert(vcpu_store(other, AT + 0x100, MO_64, 0));
        ck_assert(fails(v));
        ck_assert_uint_gt(stores, before);
        before = stores;
    }
    finish();
}
END_TEST

// Translated stores of the other vCPU, whose write entry and site were made before the page was watched.
START_TEST(entries_go) {
    start(_i);
    CODE(0x2000, toy(TOY_SD, 0, 2, 0), toy(TOY_ADDI, 3, 3, -1), toy(TOY_BNEZ, 3, 0, -2), toy(TOY_HALT, 0, 0, 0));
    for (unsigned round = 0; round < 8; round++) {
        toy_of(other)->x[2] = AT + (round & 1 ? 8 : 0x80);
        for (unsigned turn = 0; turn < 2; turn++) {
            if (turn) load(v, AT);
            toy_of(other)->x[3] = turn ? 2 : 1000;
            other->pc = 0x2000;
            ck_assert_int_eq(vcpu_run(other), RUN_STOPPED);
        }
        ck_assert_int_eq(fails(v), round & 1);
    }
    finish();
}
END_TEST

START_TEST(state_is_loaded) { // as all that flushes everything
    start(_i);
    load(v, AT);
    vcpu_flush(v, -1);
    ck_assert(fails(v));
    finish();
}
END_TEST

// I/O reserves nothing; values are compared.
START_TEST(io) {
    start(_i);
    toy_of(v)->io_value = 5;
    load(v, TOY_IO);
    ck_assert_uint_eq(toy_of(v)->x[5], 13);
    ck_assert(!fails(v));
    ck_assert_uint_eq(toy_of(v)->io_value, 77);
    load(v, TOY_IO);
    toy_of(v)->io_value = 6;
    ck_assert(fails(v));
    finish();
}
END_TEST

// A step over an LR whose page is not watched yet is one step.
START_TEST(steps) {
    start(_i);
    CODE(0x1000, toy(TOY_LR, 5, 1, 0), toy(TOY_SC, 6, 1, 0), toy(TOY_HALT, 0, 0, 0));
    uint64_t nine = 9;
    memcpy(toy_ram + AT, &nine, 8);
    toy_of(v)->x[1] = AT;
    toy_of(v)->x[6] = 10;
    v->pc = 0x1000;
    v->step = true;
    ck_assert_int_eq(vcpu_run(v), RUN_STEPPED);
    ck_assert_uint_eq(v->pc, 0x1004);
    ck_assert_uint_eq(toy_of(v)->x[5], 9);
    ck_assert_int_eq(vcpu_run(v), RUN_STEPPED);
    ck_assert_uint_eq(toy_of(v)->x[6], 0);
    ck_assert_uint_eq(word(AT), 10);
    finish();
}
END_TEST

// Faults and misalignment are the load's and the store's.
START_TEST(traps) {
    start(_i);
    CODE(0x1000, toy(TOY_ADDI, 9, 9, 1), toy(TOY_LR, 5, 1, 0), toy(TOY_HALT, 0, 0, 0));
    for (unsigned k = 0; k < 2; k++) {
        uint64_t at = k ? AT + 1 : 0x700000;
        toy_of(v)->x[1] = at;
        v->pc = 0x1000;
        ck_assert_int_eq(vcpu_run(v), RUN_STOPPED);
        ck_assert_uint_eq(toy_of(v)->fault_pc, 0x1004);
        ck_assert_uint_eq(toy_of(v)->fault_addr, at);
    }
    ck_assert_uint_eq(toy_of(v)->x[9], 2);
    finish();
}
END_TEST

int main(void) {
    Suite *s = suite_create("reserve");
    TCase *t = tcase_create("strict");
    tcase_add_loop_test(t, nothing_happens, 0, 2);
    tcase_add_loop_test(t, devices_write, 0, 2);
    tcase_add_loop_test(t, c_code_stores, 0, 2);
    tcase_add_loop_test(t, host_address, 0, 2);
    tcase_add_loop_test(t, pages_open, 0, 2);
    tcase_add_loop_test(t, entries_go, 0, 2);
    tcase_add_loop_test(t, state_is_loaded, 0, 2);
    tcase_add_loop_test(t, io, 0, 2);
    tcase_add_loop_test(t, steps, 0, 2);
    tcase_add_loop_test(t, traps, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
