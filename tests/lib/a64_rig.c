// SPDX-License-Identifier: MIT
// The rig of A64: x28 points to the record, x30 is the link. A record holds x0..x30, sp, v0..v31, NZCV, FPSR, FPCR and the scratch memory.
#include "cpu/arm/arm.h"
#include "tests/lib/a64_random.h"
#include "tests/lib/insn_rig.h"
#include <elf.h>
#include <inttypes.h>
#include <string.h>

enum { X_AT = 0, V_AT = 256, NZCV_AT = 768, FPSR_AT = 776, FPCR_AT = 784, SCRATCH_AT = 896, RECORD = SCRATCH_AT + RANDOM_SCRATCH };

// ---- a small assembler
static void put_branch(Image *m, uint32_t op, size_t to) { // b, bl
    rig_put(m, op | ((uint32_t)((int64_t)(to - m->bytes) >> 2) & 0x3ffffff));
}
static void put_number(Image *m, unsigned rd, uint64_t n) {
    for (unsigned k = 0; k < 4; k++) rig_put(m, (k ? 0xf2800000 : 0xd2800000) | k << 21 | (uint32_t)(n >> 16 * k & 0xffff) << 5 | rd);
}
static uint32_t ldr(unsigned r, unsigned base, unsigned at) { return 0xf9400000 | at / 8 << 10 | base << 5 | r; }
static uint32_t str(unsigned r, unsigned base, unsigned at) { return 0xf9000000 | at / 8 << 10 | base << 5 | r; }
static uint32_t ldr_q(unsigned r, unsigned base, unsigned at) { return 0x3dc00000 | at / 16 << 10 | base << 5 | r; }
static uint32_t str_q(unsigned r, unsigned base, unsigned at) { return 0x3d800000 | at / 16 << 10 | base << 5 | r; }
static uint32_t msr(unsigned reg, unsigned r) { return 0xd5100000 | (reg & 0x7fff) << 5 | r; }
static uint32_t mrs(unsigned reg, unsigned r) { return msr(reg, r) | 1 << 21; }
enum { NZCV = 0xda10, FPCR = 0xda20, FPSR = 0xda21, RET = 0xd65f03c0 };

static void put_load_all(Image *m) {
    static const struct { unsigned reg, at; } system[] = {{NZCV, NZCV_AT}, {FPSR, FPSR_AT}, {FPCR, FPCR_AT}};
    for (unsigned k = 0; k < 3; k++) {
        rig_put(m, ldr(0, A64_RECORD, system[k].at));
        rig_put(m, msr(system[k].reg, 0));
    }
    rig_put(m, ldr(0, A64_RECORD, X_AT + 8 * 31));
    rig_put(m, 0x9100001f); // mov sp, x0
    for (unsigned r = 0; r < 32; r++) rig_put(m, ldr_q(r, A64_RECORD, V_AT + 16 * r));
    for (unsigned r = 0; r < 30; r++)
        if (r != A64_RECORD) rig_put(m, ldr(r, A64_RECORD, X_AT + 8 * r));
    rig_put(m, RET);
}
static void put_store_all(Image *m) {
    static const struct { unsigned reg, at; } system[] = {{NZCV, NZCV_AT}, {FPSR, FPSR_AT}, {FPCR, FPCR_AT}};
    for (unsigned r = 0; r < 30; r++)
        if (r != A64_RECORD) rig_put(m, str(r, A64_RECORD, X_AT + 8 * r));
    for (unsigned k = 0; k < 3; k++) {
        rig_put(m, mrs(system[k].reg, 0));
        rig_put(m, str(0, A64_RECORD, system[k].at));
    }
    rig_put(m, 0x910003e0); // mov x0, sp
    rig_put(m, str(0, A64_RECORD, X_AT + 8 * 31));
    for (unsigned r = 0; r < 32; r++) rig_put(m, str_q(r, A64_RECORD, V_AT + 16 * r));
    rig_put(m, RET);
}

// ---- the rig
static void start(Image *m) { put_number(m, A64_RECORD, rig_records(m) - RECORD); }
static void routines(Image *m) {
    size_t over = m->bytes;
    rig_put(m, 0);
    m->routines = m->load_all = m->bytes;
    put_load_all(m);
    m->store_all = m->bytes;
    put_store_all(m);
    size_t end = m->bytes;
    m->bytes = over;
    put_branch(m, 0x14000000, end);
    m->bytes = end;
}
static void enter(Image *m) {
    rig_put(m, 0x91000000 | RECORD << 10 | A64_RECORD << 5 | A64_RECORD); // add x28, x28, #RECORD
    put_branch(m, 0x94000000, m->load_all);
}
static void leave(Image *m, size_t top) {
    put_branch(m, 0x94000000, m->store_all);
    rig_put(m, 0x36000000 | 7 << 19 | ((uint32_t)((int64_t)(top - m->bytes) >> 2) & 0x3fff) << 5 | A64_RECORD); // tbz x28, #7, top
}
static void finish(Image *m) {
    put_number(m, 0, 1);
    put_number(m, 1, rig_records(m));
    put_number(m, 2, rig_size(m));
    put_number(m, 8, 64);
    rig_put(m, 0xd4000001); // write
    put_number(m, 0, 0);
    put_number(m, 8, 93);
    rig_put(m, 0xd4000001); // exit
}

static uint64_t random_vector(Random *r) {
    switch (random_below(r, 4)) {
    case 0: return random_integer(r);
    case 1: return random_format(r, 52, 11);
    case 2: return random_format(r, 23, 8) | random_format(r, 23, 8) << 32;
    default: return random_format(r, 10, 5) | random_format(r, 10, 5) << 16 | random_next(r) << 32;
    }
}

static void fill(Image *m, const RandomSequence *s, uint8_t *record, uint64_t scratch, Random *r) {
    uint64_t x[32], v[64], system[3];
    static const uint32_t modes[6] = {0, 0, 1 << 25, 1 << 24, 1 << 19, 1 << 19 | 1 << 24}; // default NaN, flush to zero, of halves
    system[0] = (uint64_t)random_below(r, 16) << 28;
    system[1] = random_below(r, 2) ? 0x9f : 0;
    system[2] = modes[random_below(r, 6)] | random_below(r, 4) << 22;
    for (unsigned i = 0; i < 32; i++) x[i] = random_integer(r);
    for (unsigned i = 0; i < 64; i++) v[i] = random_vector(r);
    x[A64_INDEX] = (uint64_t)random_below(r, 2 * A64_INDEX_MAX + 1) - A64_INDEX_MAX;
    x[A64_POSITIVE] = random_below(r, A64_INDEX_MAX + 1);
    x[A64_MOVING] = x[A64_MIDDLE] = scratch + RANDOM_SCRATCH / 2;
    x[A64_START] = scratch;
    memcpy(record + X_AT, x, sizeof x);
    memcpy(record + V_AT, v, sizeof v);
    memcpy(record + NZCV_AT, system, sizeof system);
    for (unsigned i = 0; i < RANDOM_SCRATCH; i += 8) {
        uint64_t value = random_vector(r);
        memcpy(record + SCRATCH_AT + i, &value, 8);
    }
}

static const Decoder *decoder(void) {
    ArmConfig c = a64_everything();
    return a64_decoder(&c);
}

static void prepare(Cpu *c, uint64_t end) {
    ArmState *s = arm_state(c->vcpu);
    s->cpacr = 3 << 20;
    s->vbar[1] = end - 0x200; // where the current level's synchronous exceptions go
    arm_update_context(c->vcpu);
}
static bool faulted(Cpu *c, char *text, size_t size) {
    ArmState *s = arm_state(c->vcpu);
    snprintf(text, size, "esr %#" PRIx64 " at %#" PRIx64 ", far %#" PRIx64, s->esr[1], s->elr[1], s->far[1]);
    return s->esr[1] != 0;
}
static void name_at(unsigned o, char *text, size_t size) {
    if (o < V_AT) snprintf(text, size, "%s", arm_x_names[o / 8]);
    else if (o < NZCV_AT) snprintf(text, size, "v%u.d[%u]", (o - V_AT) / 16, o / 8 % 2);
    else if (o < SCRATCH_AT) snprintf(text, size, "%s", o == NZCV_AT ? "nzcv" : o == FPSR_AT ? "fpsr" : o == FPCR_AT ? "fpcr" : "unused");
    else snprintf(text, size, "scratch[%u]", o - SCRATCH_AT);
}
static bool uses(const RandomInsn *in, unsigned o) {
    Insn i = {.bits = in->bits};
    decode_operands(in->entry, in->bits, &i.rd);
    bool vector = o >= V_AT && o < NZCV_AT;
    int r = (int)(vector ? (o - V_AT) / 16 : o / 8);
    if (o >= SCRATCH_AT || o == FPSR_AT || o == FPCR_AT) return false;
    return o == NZCV_AT || i.rd == r || i.rn == r || i.rm == r || i.ra == r;
}

const InsnRig a64_rig = {
    .name = "a64", .machine = EM_AARCH64, .wide = true, .record = RECORD, .scratch_at = SCRATCH_AT, .type = &aarch64_type,
    .decoder = decoder, .start = start, .routines = routines, .enter = enter, .leave = leave, .finish = finish, .fill = fill,
    .sequence = a64_sequence, .prepare = prepare, .faulted = faulted, .name_at = name_at, .uses = uses,
};
