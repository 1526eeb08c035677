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
static bool is_tame(const DecodeEntry *e) {
    static const char *const wild[] = {"ecall", "ebreak", "mret", "sret", "wfi", "sfence", "sinval", "cbo_inval", "cbo_clean",
                                       "cbo_flush", "wrs_", "c_ebreak", "c_unimp", "c_reserved", "c_jr", "c_jalr", "jalr", "c_addi16sp",
                                       "c_jal", "pause"};
    for (size_t k = 0; k < sizeof wild / sizeof *wild; k++) {
        if (!strncmp(e->row->name, wild[k], strlen(wild[k]))) return false;
    }
    return true;
}

static unsigned pick_destination(Random *r, const DecodeEntry *e) {
    bool cas = strstr(e->row->name, "amocas"); // QEMU 10 spoils its zero register in amocas with rd = x0
    bool narrow = e->initial[OPERAND(rd)] == 8, pair = strstr(e->row->bits, "rd[4:1]");
    for (;;) {
        unsigned rd = narrow ? 8 + random_below(r, 8) : random_below(r, 32);
        if (pair && (rd & 1 || (rd && RANDOM_KEPT >> (rd + 1) & 1))) continue;
        if (rd == 0 && (cas || e->width == 16)) continue; // 16 bits: reserved, or a hint
        if (rd == 0 || !(RANDOM_KEPT >> rd & 1)) return rd;
    }
}

// fflags with anything, frm with a valid mode, fcsr for reading.
static void tame_csr(Random *r, const DecodeEntry *e, uint32_t *bits) {
    const char *name = e->row->name;
    unsigned csr = 1 + random_below(r, 3);
    bool immediate = strchr("i", name[strlen(name) - 1]);
    if (csr == 2 && immediate && !strcmp(name, "csrrwi")) {
        operand_set(e, bits, OPERAND(imm), random_below(r, 5));
    } else if (csr != 1) {
        operand_set(e, bits, immediate ? OPERAND(imm) : OPERAND(rs1), 0);
        if (!strncmp(name, "csrrw", 5)) csr = 1;
    }
    operand_set(e, bits, OPERAND(csr), csr);
}

static void tame_memory(Random *r, const DecodeEntry *e, uint32_t *bits) {
    if (e->width == 16) {
        if (has_operand(e, OPERAND(rs1))) operand_set(e, bits, OPERAND(rs1), 8);
    } else if (mentions(e, "imm")) {
        operand_set(e, bits, OPERAND(rs1), 29);
        int offset = (int)random_below(r, 992) - 496;
        operand_set(e, bits, OPERAND(imm), (uint32_t)(random_below(r, 4) ? offset & ~7 : offset));
    } else {
        static const uint8_t bases[3] = {2, 8, 29};
        operand_set(e, bits, OPERAND(rs1), bases[random_below(r, 3)]);
    }
}

static RandomInsn random_insn(Random *r, const DecodeEntry *e) {
    static const uint8_t modes[8] = {0, 1, 2, 3, 4, 7, 7, 7};
    uint32_t bits = decode_random(e, (uint32_t)random_next(r));
    if (mentions(e, "csr")) tame_csr(r, e, &bits);
    if (strchr(e->row->text, '(')) tame_memory(r, e, &bits);
    if (has_operand(e, OPERAND(rm))) operand_set(e, &bits, OPERAND(rm), modes[random_below(r, 8)]);
    if (mentions(e, "rd") || (mentions(e, "target") && has_operand(e, OPERAND(rd)))) {
        operand_set(e, &bits, OPERAND(rd), pick_destination(r, e));
    }
    if (e->width == 16 && has_operand(e, OPERAND(rs2)) && !e->initial[OPERAND(rs2)] && !(bits >> 2 & 31)) bits |= 5 << 2;
    return (RandomInsn){e, bits, -1, 0};
}

// What the peer and we may do differently, both by the manual or by a fault of the peer's, once instructions follow each other:
// LR and SC of unequal sizes; froundnx, which QEMU 10 drops with its flags when its result is overwritten.
static bool is_disputed(const DecodeEntry *e, const RandomSequence *s, unsigned n) {
    const char *name = e->row->name;
    if (n > 1 && !strncmp(name, "fround", 6)) return true;
    if (strncmp(name, "sc_", 3) && strncmp(name, "lr_", 3)) return false;
    for (unsigned k = 0; k < s->n; k++) {
        const char *other = s->insn[k].entry->row->name;
        if ((!strncmp(other, "sc_", 3) || !strncmp(other, "lr_", 3)) && other[3] != name[3]) return true;
    }
    return false;
}

void random_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out) {
    unsigned rows;
    const DecodeEntry *e = decode_entries(d, &rows);
    out->n = 0;
    for (unsigned tries = 0; out->n < n && tries < 1000000; tries++) {
        const DecodeEntry *row = &e[random_below(r, rows)];
        if (!is_tame(row) || is_disputed(row, out, n) || (match && !strstr(row->row->name, match))) continue;
        RandomInsn i = random_insn(r, row);
        if (decode_find(d, i.bits, row->width) == row) out->insn[out->n++] = i; // not a more special one
    }
    random_link(r, out, OPERAND(imm));
}

uint64_t random_float(Random *r) {
    switch (random_below(r, 16)) {
    case 0: return random_next(r);
    case 1: return 0xffff000000000000 | random_format(r, 23, 8); // broken box
    case 2: case 3: case 4: case 5: case 6: return 0xffffffff00000000 | random_format(r, 23, 8);
    case 7: case 8: case 9: return 0xffffffffffff0000 | random_format(r, 10, 5);
    default: return random_format(r, 52, 11);
    }
}
