// SPDX-License-Identifier: MIT
// What the engine counts for those who show a guest's speed (tcg/run/meter.h): exactly what has retired, in loops, over traps, in regions, by
// the JIT and by the interpreter; nothing while nobody asks; and beside the guest's own counter.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/arm/arm.h"
#include "tcg/base/log.h"
#include "tcg/run/meter.h"
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"
#include "tests/lib/toy.h"

enum { ROUNDS = 1000, HANDLER_AT = 0x800 };

// ---- the toy guest, whose loops ctest makes regions too

START_TEST(toy_loop) {
    memset(toy_ram, 0, TOY_RAM);
    Vcpu *v = toy_new(_i);
    const uint32_t code[] = {toy(TOY_ADDI, 1, 0, 2000), toy(TOY_ADD, 9, 1, 0), toy(TOY_ADDI, 1, 1, -1), toy(TOY_BNEZ, 1, 0, -2),
                             toy(TOY_LD, 2, 0, 64),     toy(TOY_HALT, 0, 0, 0)};
    toy_code(0x1000, code, 6);
    uint64_t wanted = 0;
    for (unsigned round = 0; round < 6; round++) {
        bool on = round % 3 != 0;
        engine_meter(v->engine, on);
        v->pc = 0x1000;
        ck_assert_int_eq(vcpu_run(v), RUN_STOPPED);
        ck_assert_uint_eq(toy_of(v)->x[9], 2000 * 2001 / 2 * (round + 1));
        wanted += on ? 1 + 3 * 2000 + 2 : 0;
        ck_assert_uint_eq(engine_metered(v->engine), wanted);
    }
    toy_free(v);
}
END_TEST

// ---- RISC-V

static const uint32_t rv_code[] = {0x3e800313,  // addi t1, zero, ROUNDS
                                   0x00338393, 0xfff30313, 0xfe031ce3,  // addi t2, t2, 3; addi t1, t1, -1; bnez t1, the first
                                   0x10016073, 0x1003a073,              // csrsi sstatus, 2; csrs sstatus, t2: in the block, and not
                                   0x00000073, 0x10500073},             // ecall; wfi
                      rv_handler[] = {0x341022f3, 0x00428293, 0x34129073, 0x30200073}; // mepc += 4; mret
enum { RV_RETIRED = 1 + 3 * ROUNDS + 2 + 4 + 1 }; // an ecall does not (Privileged 3.3.1)

static void rv_run(Hart *h) {
    h->v->pc = RAM;
    h->s->x[7] = 0;
    ck_assert_int_eq(vcpu_run(h->v), RUN_WAITING);
    ck_assert_uint_eq(h->s->x[7], 3 * ROUNDS);
}

static Hart rv_hart(bool interpret) {
    Hart h;
    hart_open_engine(&h, "rv64", interpret);
    ck_assert(mem_write(h.mem, RAM, rv_code, sizeof(rv_code)) && mem_write(h.mem, RAM + HANDLER_AT, rv_handler, sizeof(rv_handler)));
    h.s->mtvec = RAM + HANDLER_AT;
    return h;
}

START_TEST(riscv) {
    Hart h = rv_hart(_i);
    rv_run(&h);
    ck_assert_uint_eq(engine_metered(h.engine), 0);
    uint64_t translated = h.v->stat[STAT_TRANSLATE];
    engine_meter(h.engine, true);
    rv_run(&h);
    ck_assert_uint_eq(engine_metered(h.engine), RV_RETIRED);
    ck_assert_uint_gt(h.v->stat[STAT_TRANSLATE], translated);
    engine_meter(h.engine, false);
    translated = h.v->stat[STAT_TRANSLATE];
    rv_run(&h); // by the code of the first run
    ck_assert_uint_eq(engine_metered(h.engine), RV_RETIRED);
    ck_assert_uint_eq(h.v->stat[STAT_TRANSLATE], translated);
    ck_assert_uint_eq(h.s->instret, 0);
    hart_close(&h);
}
END_TEST

START_TEST(beside_minstret) {
    Hart h = rv_hart(_i);
    h.s->counting = 1;
    riscv_update_context(h.v);
    rv_run(&h);
    ck_assert_uint_eq(h.s->instret, RV_RETIRED);
    ck_assert_uint_eq(engine_metered(h.engine), 0);
    engine_meter(h.engine, true);
    rv_run(&h);
    ck_assert_uint_eq(h.s->instret, 2 * RV_RETIRED);
    ck_assert_uint_eq(engine_metered(h.engine), RV_RETIRED);
    hart_close(&h);
}
END_TEST

// ---- AArch64

static const uint32_t a64_code[] = {0xd2b00002, 0xf2810002, 0xd518c002, // movz x2, #0x8000, lsl #16; movk x2, #0x800; msr vbar_el1, x2
                                    0xd2800001,                         // mov x1, #0
                                    0xd2807d00,                         // mov x0, #ROUNDS
                                    0x91000c21, 0xf1000400, 0x54ffffc1, // add x1, x1, #3; subs x0, x0, #1; b.ne the first
                                    0xd4000001, 0xd5033fdf, 0xd503207f}, // svc #0; isb; wfi
                      a64_handler[] = {0xd69f03e0};                      // eret
enum { A64_RETIRED = 5 + 3 * ROUNDS + 1 + 2 };

START_TEST(aarch64) {
    const EngineOptions options = {.interpret = _i};
    char error[256] = "";
    Mem *mem = mem_new();
    Clock *clock = clock_new();
    Engine *engine = engine_new(aarch64_type.guest, &options);
    Cpu *cpu = cpu_new(&aarch64_type, engine, mem, clock, 0);
    ck_assert_msg(cpu && aarch64_type.configure(cpu, "cortex-a72", error, sizeof(error)), "%s", error);
    ck_assert_msg(mem_map_ram(mem, "ram", RAM, 1 << 20, false, error, sizeof(error)), "%s", error);
    ck_assert(mem_write(mem, RAM, a64_code, sizeof(a64_code)) && mem_write(mem, RAM + HANDLER_AT + 0x200, a64_handler, sizeof(a64_handler)));
    cpu_reset(cpu, RAM);
    for (unsigned round = 0; round < 4; round++) {
        engine_meter(engine, round & 1);
        cpu->vcpu->pc = RAM;
        ck_assert_int_eq(vcpu_run(cpu->vcpu), RUN_WAITING);
        uint64_t x1 = 0;
        ck_assert(aarch64_type.reg_read(cpu, 1, &x1));
        ck_assert_uint_eq(x1, 3 * ROUNDS);
        ck_assert_uint_eq(engine_metered(engine), (round + 1) / 2 * A64_RETIRED);
    }
    cpu_free(cpu);
    engine_free(engine);
    mem_free(mem);
    clock_free(clock);
}
END_TEST

int main(void) {
    Suite *s = suite_create("meter");
    TCase *t = tcase_create("meter");
    tcase_add_loop_test(t, toy_loop, 0, 2); // the JIT, then the interpreter
    tcase_add_loop_test(t, riscv, 0, 2);
    tcase_add_loop_test(t, beside_minstret, 0, 2);
    tcase_add_loop_test(t, aarch64, 0, 2);
    suite_add_tcase(s, t);
    return suite_run(s);
}
