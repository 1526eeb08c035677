// SPDX-License-Identifier: MIT
// The rig of RV64 and RV32: x31 points to the record, x30 is the link. A record holds x1..x29, f0..f31, fcsr, the link of load_all, and the
// scratch memory. The routines do what they can, so that a sequence is two blocks to translate.
#include "cpu/riscv/riscv.h"
#include "tests/lib/insn_rig.h"
#include "tests/lib/riscv_random.h"
#include <elf.h>
#include <inttypes.h>
#include <string.h>

enum { X_AT = 0, F_AT = 256, FCSR_AT = 512, LINK_AT = 520, SCRATCH_AT = 640, RECORD = SCRATCH_AT + RISCV_SCRATCH };

// ---- a small assembler
static uint32_t i_type(uint32_t op, unsigned f3, unsigned rd, unsigned rs1, int imm) {
    return op | rd << 7 | f3 << 12 | rs1 << 15 | (uint32_t)imm << 20;
}
static uint32_t s_type(uint32_t op, unsigned f3, unsigned rs1, unsigned rs2, int imm) {
    return op | ((uint32_t)imm & 31) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | (uint32_t)(imm >> 5) << 25;
}
static void put_jal(Image *m, unsigned rd, size_t to) {
    uint32_t d = (uint32_t)(to - m->bytes);
    rig_put(m, 0x6f | rd << 7 | (d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 | (d >> 11 & 1) << 20 | (d >> 12 & 0xff) << 12);
}
static void put_load_all(Image *m) {
    unsigned x_width = m->rig->wide ? 3 : 2;
    rig_put(m, i_type(0x13, 0, 31, 31, RECORD));
    rig_put(m, s_type(0x23, x_width, 31, 30, LINK_AT));
    rig_put(m, i_type(0x03, 2, 1, 31, FCSR_AT));
    rig_put(m, 0x00309073); // csrw fcsr, x1
    for (unsigned r = 1; r < 30; r++) rig_put(m, i_type(0x03, x_width, r, 31, X_AT + 8 * (int)r));
    for (unsigned r = 0; r < 32; r++) rig_put(m, i_type(0x07, 3, r, 31, F_AT + 8 * (int)r));
    rig_put(m, i_type(0x67, 0, 0, 30, 0));
}
static void put_store_all(Image *m) {
    unsigned x_width = m->rig->wide ? 3 : 2;
    for (unsigned r = 1; r < 30; r++) rig_put(m, s_type(0x23, x_width, 31, r, X_AT + 8 * (int)r));
    for (unsigned r = 0; r < 32; r++) rig_put(m, s_type(0x27, 3, 31, r, F_AT + 8 * (int)r));
    rig_put(m, 0x003020f3); // csrr x1, fcsr
    rig_put(m, s_type(0x23, 2, 31, 1, FCSR_AT));
    rig_put(m, i_type(0x13, 7, 1, 31, 128));             // the record's bit 7
    rig_put(m, 0x00009663);                              // bnez x1, to the return
    rig_put(m, i_type(0x03, x_width, 30, 31, LINK_AT));
    rig_put(m, i_type(0x67, 0, 0, 30, -4));              // the call of load_all once more
    rig_put(m, i_type(0x67, 0, 0, 30, 0));
}
static void put_address(Image *m, unsigned rd, uint64_t vaddr) { // pc-relative
    int32_t d = (int32_t)(vaddr - (RIG_BASE + m->bytes));
    rig_put(m, 0x17 | rd << 7 | ((uint32_t)(d + 0x800) & 0xfffff000));
    rig_put(m, i_type(0x13, 0, rd, rd, (int32_t)((uint32_t)d << 20) >> 20));
}
static void put_number(Image *m, unsigned rd, uint32_t n) {
    rig_put(m, 0x37 | rd << 7 | ((n + 0x800) & 0xfffff000));
    rig_put(m, i_type(0x13, 0, rd, rd, (int32_t)(n << 20) >> 20));
}

// The format of the sequence's first floating-point instruction.
static char float_format(const RandomSequence *s) {
    for (unsigned k = 0; k < s->n; k++) {
        const char *name = s->insn[k].entry->row->name;
        if (name[0] != 'f' || !strchr(name, '_')) continue;
        char last = name[strlen(name) - 1];
        return strchr("hsd", last) ? last : strchr(name, '_')[1];
    }
    return 0;
}

static void fill_floats(uint64_t *f, char format, Random *r) {
    unsigned sign = format == 'h' ? 15 : format == 's' ? 31 : 63;
    for (unsigned i = 0; i < 32; i++) f[i] = random_float(r, format);
    for (unsigned i = 0; i < 32; i++) // so that sums cancel
        if (random_below(r, 6) == 0) f[i] = f[random_below(r, 32)] ^ (uint64_t)random_below(r, 2) << sign;
}

// x4 to x27 are pairs that compare-and-swaps may find in memory.
static void fill_integers(const Image *m, uint64_t *x, const uint64_t *scratch, Random *r) {
    for (unsigned i = 1; i < 30; i++) x[i] = random_integer(r);
    for (unsigned i = 1; i < 30; i++) // so that comparisons hold
        if (random_below(r, 8) == 0) x[i] = x[1 + random_below(r, 29)];
    for (unsigned i = 4; i < 28; i += 2) {
        if (random_below(r, 4)) continue;
        memcpy(&x[i], &scratch[random_below(r, 2) ? RISCV_SCRATCH / 16 : 0], 16);
        if (!m->rig->wide) x[i + 1] = x[i] >> 32;
    }
}

static void fill(Image *m, const RandomSequence *s, uint8_t *record, uint64_t at, Random *r) {
    uint64_t x[32] = {0}, f[32], fcsr = random_below(r, 5) << 5 | (random_below(r, 2) ? random_below(r, 32) : 0);
    uint64_t scratch[RISCV_SCRATCH / 8];
    char format = random_below(r, 4) ? float_format(s) : 0;
    for (unsigned i = 0; i < RISCV_SCRATCH / 8; i++)
        scratch[i] = i & 1 ? random_integer(r) : i & 2 ? random_float(r, format) : random_next(r);
    fill_floats(f, format, r);
    fill_integers(m, x, scratch, r);
    x[2] = x[8] = at;
    x[29] = at + RISCV_SCRATCH / 2;
    for (unsigned i = 0; i < 32 && !m->rig->wide; i++) x[i] = (uint32_t)x[i];
    memcpy(record + X_AT, x, sizeof x);
    memcpy(record + F_AT, f, sizeof f);
    memcpy(record + FCSR_AT, &fcsr, 8);
    memcpy(record + SCRATCH_AT, scratch, sizeof scratch);
}

static bool uses(const RandomInsn *in, unsigned offset) {
    bool is_float = offset >= F_AT;
    unsigned r = (is_float ? offset - F_AT : offset) / 8;
    if (offset == FCSR_AT) return true;
    if (offset > FCSR_AT) return false;
    Insn o;
    decode_operands(in->entry, in->bits, &o.rd);
    bool f1 = strstr(in->entry->row->text, "frs1"), f2 = strstr(in->entry->row->text, "frs2"), fd = strstr(in->entry->row->text, "frd");
    return ((unsigned)o.rs1 == r && f1 == is_float) || ((unsigned)o.rs2 == r && f2 == is_float) ||
           ((unsigned)o.rd == r && fd == is_float) || (is_float && o.rs3 && (unsigned)o.rs3 == r);
}

// ---- the rig
static void start(Image *m) { put_address(m, 31, rig_records(m) - RECORD); }
static void routines(Image *m) {
    size_t over = m->bytes;
    rig_put(m, 0);
    m->routines = m->load_all = m->bytes;
    put_load_all(m);
    m->store_all = m->bytes;
    put_store_all(m);
    size_t end = m->bytes;
    m->bytes = over;
    put_jal(m, 0, end);
    m->bytes = end;
}
static void enter(Image *m) { put_jal(m, 30, m->load_all); }
static void leave(Image *m, size_t top) { put_jal(m, 30, m->store_all); }
static void finish(Image *m) {
    put_number(m, 10, 1);
    put_address(m, 11, rig_records(m));
    put_number(m, 12, (uint32_t)rig_size(m));
    put_number(m, 17, 64);
    rig_put(m, 0x73); // write
    put_number(m, 10, 0);
    put_number(m, 17, 93);
    rig_put(m, 0x73); // exit
}
static const Decoder *decoder(unsigned xlen) {
    RiscvConfig c = riscv_everything(xlen);
    return riscv_decoder(&c);
}
static const Decoder *decoder64(void) { return decoder(64); }
static const Decoder *decoder32(void) { return decoder(32); }

static void prepare(Cpu *c, uint64_t end) {
    RiscvState *s = riscv_state(c->vcpu);
    s->mstatus |= MSTATUS_FS & (MSTATUS_FS >> 1); // Initial
    s->mtvec = end;
    riscv_update_context(c->vcpu);
}
static bool faulted(Cpu *c, char *text, size_t size) {
    RiscvState *s = riscv_state(c->vcpu);
    snprintf(text, size, "mcause %" PRIu64 " at %#" PRIx64, s->mcause, s->mepc);
    return s->mcause != 0;
}
static void name_at(unsigned o, char *text, size_t size) {
    if (o < F_AT) snprintf(text, size, "x%u", o / 8);
    else if (o < FCSR_AT) snprintf(text, size, "f%u", (o - F_AT) / 8);
    else if (o < SCRATCH_AT) snprintf(text, size, o == FCSR_AT ? "fcsr" : "link");
    else snprintf(text, size, "scratch[%u]", o - SCRATCH_AT);
}

#define RIG(NAME, XLEN) { \
    .name = NAME, .machine = EM_RISCV, .wide = XLEN == 64, .record = RECORD, .scratch_at = SCRATCH_AT, .type = &riscv##XLEN##_type, \
    .decoder = decoder##XLEN, .start = start, .routines = routines, .enter = enter, .leave = leave, .finish = finish, .fill = fill, \
    .sequence = random_sequence, .prepare = prepare, .faulted = faulted, .name_at = name_at, .uses = uses }
const InsnRig riscv64_rig = RIG("rv64", 64), riscv32_rig = RIG("rv32", 32);
