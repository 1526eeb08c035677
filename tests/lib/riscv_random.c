// SPDX-License-Identifier: MIT
// Random instructions: the row's encoding with random operand bits, then the operands that must be tame (memory bases, CSR numbers,
// rounding modes, registers that hold the frame together) written over them.
#include "tests/lib/riscv_random.h"
#include <stdlib.h>
#include <string.h>

#define OPERAND(m) (offsetof(Insn, m) / sizeof(int32_t))

RiscvConfig riscv_everything(unsigned xlen) {
    RiscvConfig c = {.xlen = xlen};
    for (unsigned e = 0; e < RV_EXT_COUNT; e++) c.ext[e] = e != RV_EXT_rv32 && e != RV_EXT_rv64;
    return c;
}

// ---- which rows may run at all
static bool is_tame(const DecodeEntry *e, bool last) {
    static const char *const wild[] = {"ecall", "ebreak", "mret", "sret", "wfi", "sfence", "sinval", "cbo_inval", "wrs_",
                                       "c_ebreak", "c_unimp", "c_reserved"};
    for (size_t k = 0; k < sizeof wild / sizeof *wild; k++) {
        if (!strncmp(e->row->name, wild[k], strlen(wild[k]))) return false;
    }
    return last || strcmp(e->row->name, "c_addi16sp");
}

// ---- registers
static void pool_fill(Random *r, RandomSequence *s) {
    s->pooled = random_below(r, 2);
    for (unsigned k = 0; k < 4; k++) s->pool[k] = (uint8_t)(k < 2 ? 9 + random_below(r, 7) : random_below(r, 29));
}

static void pick_sources(Random *r, const DecodeEntry *e, const RandomSequence *s, uint32_t *bits) {
    static const struct {
        uint8_t operand;
        const char *name;
    } sources[] = {{OPERAND(rs1), "rs1"}, {OPERAND(rs2), "rs2"}, {OPERAND(rs3), "rs3"}};
    for (unsigned k = 0; s->pooled && k < 3; k++) {
        bool is_register = strstr(e->row->text, sources[k].name); // fli's rs1 is a number
        if (is_register && has_operand(e, sources[k].operand) && random_below(r, 8))
            operand_set(e, bits, sources[k].operand, s->pool[random_below(r, 4)]);
    }
}

static unsigned pick_destination(Random *r, const DecodeEntry *e, const RandomSequence *s, bool is_float, bool last) {
    bool cas = strstr(e->row->name, "amocas"); // QEMU 10 spoils its zero register in amocas with rd = x0
    bool narrow = operand_base(e, OPERAND(rd)) == 8, pair = strstr(e->row->bits, "rd[4:1]");
    uint32_t kept = is_float ? 0 : last ? 1u << 30 | 1u << 31 : RANDOM_KEPT & ~1u;
    for (;;) {
        unsigned rd = s->pooled && random_below(r, 8) ? s->pool[random_below(r, 4)] : random_below(r, 32);
        if (narrow) rd = 8 | (rd & 7);
        if (pair && (rd & 1 || (rd && kept >> (rd + 1) & 1))) continue;
        if (!(kept >> rd & 1) && !(cas && rd == 0)) return rd;
    }
}

// ---- operands that must be tame
// fflags with anything; frm and fcsr so that the rounding mode stays valid.
static void tame_csr(Random *r, const DecodeEntry *e, uint32_t *bits) {
    const char *name = e->row->name; // csrrw, csrrs, csrrc and the same with i
    unsigned csr = 1 + random_below(r, 3);
    bool immediate = name[5] == 'i';
    if (name[4] == 'w' && csr == 2 && immediate) operand_set(e, bits, OPERAND(imm), random_below(r, 5));
    else if (name[4] == 'w' && csr != 1 && !immediate) operand_set(e, bits, OPERAND(rs1), 0);
    else if (name[4] == 's' && csr == 2) operand_set(e, bits, immediate ? OPERAND(imm) : OPERAND(rs1), 0);
    else if (name[4] == 's' && csr == 3 && !immediate) operand_set(e, bits, OPERAND(rs1), 0);
    operand_set(e, bits, OPERAND(csr), csr);
}

// From the area's start: half aligned, a quarter anywhere, a quarter about the places where a page may end.
static unsigned pick_offset(Random *r) {
    switch (random_below(r, 4)) {
    case 0: return random_below(r, RISCV_SCRATCH - 7);
    case 1: return 128 * (1 + random_below(r, RISCV_SCRATCH / 128 - 1)) - 8 + random_below(r, 16);
    default: return random_below(r, RISCV_SCRATCH / 8) * 8;
    }
}

static void tame_memory(Random *r, const DecodeEntry *e, uint32_t *bits) {
    static const uint8_t bases[3] = {2, 8, 29};
    unsigned base = bases[random_below(r, 3)];
    if (e->width == 16) {
        if (has_operand(e, OPERAND(rs1))) operand_set(e, bits, OPERAND(rs1), 8);
        return;
    }
    operand_set(e, bits, OPERAND(rs1), base);
    if (mentions(e, "imm")) operand_set(e, bits, OPERAND(imm), pick_offset(r) - (base == 29 ? RISCV_SCRATCH / 2 : 0));
}

static RandomInsn random_insn(Random *r, const DecodeEntry *e, const RandomSequence *s, bool last) {
    static const uint8_t modes[8] = {0, 1, 2, 3, 4, 7, 7, 7};
    uint32_t bits = decode_random(e, (uint32_t)random_next(r));
    bool is_float = mentions(e, "frd");
    pick_sources(r, e, s, &bits);
    if (mentions(e, "csr")) tame_csr(r, e, &bits);
    if (strchr(e->row->text, '(')) tame_memory(r, e, &bits);
    if (has_operand(e, OPERAND(rm))) operand_set(e, &bits, OPERAND(rm), modes[random_below(r, 8)]);
    if (is_float || mentions(e, "rd") || (mentions(e, "target") && has_operand(e, OPERAND(rd))))
        operand_set(e, &bits, OPERAND(rd), pick_destination(r, e, s, is_float, last));
    return (RandomInsn){e, bits, -1, 0, 0, false};
}

// ---- jumps to registers
static const DecodeEntry *row_named(const Decoder *d, const char *name) {
    unsigned rows;
    const DecodeEntry *e = decode_entries(d, &rows);
    while (strcmp(e->row->name, name)) e++;
    return e;
}

// AUIPC; perhaps ADDI, which makes up for the jump's own offset; perhaps JAL to the next one, behind which a translator no longer knows
// the register; the jump. Addresses may be odd: JALR clears the bit.
static void register_jump(Random *r, const Decoder *d, const DecodeEntry *row, RandomSequence *s) {
    static const uint8_t registers[] = {1, 5, 6, 1, 5, 12};
    const DecodeEntry *auipc = row_named(d, "auipc"), *addi = row_named(d, "addi"), *jal = row_named(d, "jal");
    unsigned t = registers[random_below(r, sizeof registers)], odd = random_below(r, 4) == 0, own = odd, first = s->n;
    bool add = row->width == 16 || random_below(r, 2);
    RandomInsn jump = {row, row->value, -1, 0, 0, true};
    s->insn[s->n++] = (RandomInsn){auipc, auipc->value | t << 7, -1, 0, 0, false};
    operand_set(row, &jump.bits, OPERAND(rs1), t);
    if (row->width == 32) operand_set(row, &jump.bits, OPERAND(rd), pick_destination(r, row, s, false, false));
    if (add) {
        if (row->width == 32) own = random_below(r, 2000) - 1000;
        RandomInsn *i = &s->insn[s->n++];
        *i = (RandomInsn){addi, addi->value | t << 7 | t << 15, -1, 0, 1, true};
        operand_set(addi, &i->bits, OPERAND(imm), row->width == 32 ? odd - own : odd);
    }
    if (row->width == 32) operand_set(row, &jump.bits, OPERAND(imm), own);
    if (random_below(r, 2)) {
        RandomInsn *i = &s->insn[s->n++];
        *i = (RandomInsn){jal, jal->value, -1, 0, 0, true};
        operand_set(jal, &i->bits, OPERAND(imm), 4);
    }
    if (!add) jump.back = s->n - first;
    s->insn[s->n++] = jump;
}

// ---- sequences
// What the peer and we may do differently, both by the manual or by a fault of the peer's, once instructions follow each other:
// LR and SC of unequal sizes; froundnx, which QEMU 10 drops with its flags when its result is overwritten; and the sign extension of a
// rotated value, which QEMU 10 leaves out (sext.b a, a; rori b, a, 1; sext.b c, b).
static bool rotates(const char *name) { return !strncmp(name, "ror", 3) || !strncmp(name, "rol", 3); }
static bool extends(const char *name) {
    bool narrow = !strncmp(name, "amom", 4) && strchr("bh", name[strlen(name) - 1]);
    return narrow || strstr(name, "sext_");
}
static bool is_exclusive(const char *name) { return !strncmp(name, "sc_", 3) || !strncmp(name, "lr_", 3); }

static bool is_disputed(const DecodeEntry *e, const RandomSequence *s, unsigned n) {
    const char *name = e->row->name;
    if (n > 1 && !strncmp(name, "fround", 6)) return true;
    for (unsigned k = 0; k < s->n; k++) {
        const char *other = s->insn[k].entry->row->name;
        if (is_exclusive(name) && is_exclusive(other) && other[3] != name[3]) return true;
        if ((rotates(name) && extends(other)) || (extends(name) && rotates(other))) return true;
    }
    return false;
}

void random_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out) {
    unsigned rows;
    const DecodeEntry *e = decode_entries(d, &rows);
    out->n = 0;
    pool_fill(r, out);
    for (unsigned tries = 0; out->n < n && tries < 1000000; tries++) {
        const DecodeEntry *row = &e[random_below(r, rows)];
        bool last = out->n + 1 == n;
        if (!is_tame(row, last) || is_disputed(row, out, n) || (match && !strstr(row->row->name, match))) continue;
        if (!strcmp(row->row->name, "jalr") || !strcmp(row->row->name, "c_jr") || !strcmp(row->row->name, "c_jalr")) {
            register_jump(r, d, row, out);
            continue;
        }
        RandomInsn i = random_insn(r, row, out, last);
        if (decode_find(d, i.bits, row->width) == row) out->insn[out->n++] = i; // not a more special one
    }
    random_link(r, out, OPERAND(imm));
}

uint64_t random_float(Random *r, char format) {
    static const char formats[16] = {'s', 's', 's', 's', 's', 'h', 'h', 'h', 'h', 'd', 'd', 'd', 'd', 'd', 'x', 'b'};
    unsigned pick = random_below(r, 64);
    if (!format || pick < 12) format = formats[random_below(r, 16)];
    switch (format) {
    case 's': return 0xffffffff00000000 | random_format(r, 23, 8);
    case 'h': return 0xffffffffffff0000 | random_format(r, 10, 5);
    case 'd': return random_format(r, 52, 11);
    case 'b': return pick & 16 ? 0xffff000000000000 | random_format(r, 23, 8) : 0xfffffffffffe0000 | random_format(r, 10, 5); // broken boxes
    default: return random_next(r);
    }
}
