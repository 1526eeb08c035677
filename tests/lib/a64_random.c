// SPDX-License-Identifier: MIT
// Random A64 instructions: the row's encoding with random operand bits, then the operands that must be tame (addresses, registers that
// hold the frame together, system registers) written over them. What our own translator makes an exception of is drawn again: reserved
// values of fields are many, and user mode could not go on after one.
#include "tests/lib/a64_random.h"
#include <stdlib.h>
#include <string.h>

#define OPERAND(m) (offsetof(Insn, m) / sizeof(int32_t))

ArmConfig a64_everything(void) {
    ArmConfig c = {0};
    memset(c.has, true, sizeof c.has);
    return c;
}

// ---- which rows may run at all
static bool is_tame(const DecodeEntry *e) {
    static const char *const wild[] = {"br", "blr", "ret", "eret", "svc", "hvc", "smc", "brk", "hlt", "hint", "wfi", "wfe", "msr__imm",
                                       "sys", "sysl", "sev", "sevl", "yield", // QEMU forgets an exclusive access when it yields
                                       "wfet", "wfit", "cpyf", "cpy", "set"};
    if (!strcmp(e->row->gate, "pauth") || !strcmp(e->row->gate, "cssc")) return false; // user mode has keys of its own; QEMU 10 has no CSSC
    for (size_t k = 0; k < sizeof wild / sizeof *wild; k++) {
        if (!strcmp(e->row->name, wild[k])) return false;
    }
    return true;
}

// Would it be undefined? One instruction is translated, alone, to see.
bool a64_is_undefined(uint32_t bits) {
    static IrBuild build;
    static IrBlock block;
    static ArmConfig config;
    static Vcpu *vcpu;
    if (!vcpu) {
        config = a64_everything();
        vcpu = aligned_alloc(64, (sizeof(Vcpu) + sizeof(ArmState) + 63) & ~63ull);
        memset(vcpu, 0, sizeof(Vcpu) + sizeof(ArmState));
        arm_state(vcpu)->config = &config;
    }
    uint8_t code[4];
    memcpy(code, &bits, 4);
    ir_begin(&build, &block, &aarch64_guest.names, 0, 0, 0);
    a64_translate(&build, vcpu, code, NULL, 1);
    for (unsigned i = 0; i < block.nops; i++)
        if (block.ops[i].op == OP_CALL && block.ops[i].helper == H_undefined) return true;
    return false;
}

// ---- operands
static Insn operands_of(const DecodeEntry *e, uint32_t bits) {
    Insn i = {.bits = bits};
    decode_operands(e, bits, &i.rd);
    return i;
}

static unsigned pick_register(Random *r) {
    for (;;) {
        unsigned rd = random_below(r, 32);
        if (!(A64_KEPT >> rd & 1)) return rd;
    }
}

static bool is_pair(const DecodeEntry *e) { return mentions(e, "pairaddr"); }
static bool is_literal(const DecodeEntry *e) { return strstr(e->row->name, "lit") != NULL; }
static bool is_ordered(const DecodeEntry *e) { return strstr(e->row->text, "[xnsp]") != NULL; }

static void tame_register_offset(Random *r, const DecodeEntry *e, uint32_t *bits) {
    bool negative = (operands_of(e, *bits).option & 3) == 3 || operands_of(e, *bits).option == 6;
    operand_set(e, bits, OPERAND(rn), A64_MIDDLE);
    operand_set(e, bits, OPERAND(rm), negative && random_below(r, 2) ? A64_INDEX : A64_POSITIVE);
}

// Addresses stay inside the scratch memory, 1024 bytes; a moving base goes at most 16 bytes a step.
static void tame_memory(Random *r, const DecodeEntry *e, uint32_t *bits) {
    Insn i = operands_of(e, *bits);
    bool pair = is_pair(e), moves = pair ? i.mode == PAIR_POST || i.mode == PAIR_PRE : i.mode == MODE_POST || i.mode == MODE_PRE;
    if (is_ordered(e)) {
        operand_set(e, bits, OPERAND(rn), random_below(r, 2) ? A64_START : A64_MIDDLE);
    } else if (!pair && i.mode == MODE_REGISTER) {
        tame_register_offset(r, e, bits);
    } else if (moves) {
        operand_set(e, bits, OPERAND(rn), A64_MOVING);
        operand_set(e, bits, OPERAND(imm), random_below(r, pair ? 3 : 33) - (pair ? 1 : 16));
    } else if (!pair && i.mode == MODE_UNSIGNED) {
        operand_set(e, bits, OPERAND(rn), A64_START);
        operand_set(e, bits, OPERAND(imm), random_below(r, 60));
    } else {
        operand_set(e, bits, OPERAND(rn), A64_MIDDLE);
        unsigned step = strcmp(e->row->gate, "rcpc2") ? 1 : 8; // which must be aligned
        operand_set(e, bits, OPERAND(imm), (random_below(r, (pair ? 28 : 480) / step) - (pair ? 14 : 240) / step) * step);
    }
}

// NZCV and TPIDR_EL0.
static void tame_sysreg(Random *r, const DecodeEntry *e, uint32_t *bits) {
    static const uint16_t numbers[] = {0xda10, 0xda10, 0xda10, 0xde82};
    operand_set(e, bits, OPERAND(imm), numbers[random_below(r, 4)] & 0x7fff);
}

// What the architecture leaves open, or what would spoil the frame.
static bool is_sound(const DecodeEntry *e, uint32_t bits) {
    Insn i = operands_of(e, bits);
    const char *name = e->row->name;
    bool loads_pair = !strncmp(name, "ldp", 3) || !strncmp(name, "ldxp", 4) || !strncmp(name, "ldaxp", 5);
    if (loads_pair && i.rd == i.ra) return false;
    bool conditional = !strncmp(name, "stxr", 4) || !strncmp(name, "stlxr", 5) || !strncmp(name, "stxp", 4) || !strncmp(name, "stlxp", 5);
    if (conditional && (i.rm == i.rd || (strchr(name, 'p') && i.rm == i.ra))) return false;
    if (!strcmp(name, "casp") && ((A64_KEPT >> ((i.rm + 1) & 31) & 1) || i.rm == 30 || i.rd == 30)) return false;
    return !a64_is_undefined(bits);
}

static bool is_structure(const DecodeEntry *e) { return !strncmp(e->row->name, "simd_ld", 7) || !strncmp(e->row->name, "simd_st", 7); }

static void tame_structure(Random *r, const DecodeEntry *e, uint32_t *bits) {
    static const uint8_t steps[3] = {31, A64_INDEX, A64_POSITIVE};
    bool post = has_operand(e, OPERAND(rm));
    operand_set(e, bits, OPERAND(rn), post ? A64_MOVING : random_below(r, 2) ? A64_START : A64_MIDDLE);
    operand_set(e, bits, OPERAND(rm), steps[random_below(r, 3)]);
}

// Groups of SIMD and floating point that write a general register in some of their forms.
static bool may_write_general(const DecodeEntry *e) {
    static const char *const names[] = {"fp_integer", "fp_fixed", "simd_copy", "fp16_integer", "fp16_fixed", "fjcvtzs"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (!strcmp(e->row->name, names[k])) return true;
    return false;
}

static void set_destinations(Random *r, const DecodeEntry *e, uint32_t *bits) {
    bool vector = strstr(e->row->text, "vt") || (strstr(e->row->gate, "fp") && !may_write_general(e));
    if (!vector && has_operand(e, OPERAND(rd))) operand_set(e, bits, OPERAND(rd), pick_register(r));
    if (!vector && is_pair(e)) operand_set(e, bits, OPERAND(ra), pick_register(r));
    if (is_ordered(e) && has_operand(e, OPERAND(ra))) operand_set(e, bits, OPERAND(ra), pick_register(r));
    if (is_ordered(e) && has_operand(e, OPERAND(rm))) operand_set(e, bits, OPERAND(rm), pick_register(r));
    if (!strcmp(e->row->name, "casp")) {
        operand_set(e, bits, OPERAND(rd), pick_register(r) & 30);
        operand_set(e, bits, OPERAND(rm), pick_register(r) & 14);
    }
}

// Bits that should be one or zero as the manual wishes: QEMU insists.
static uint32_t ignored_bits(const DecodeEntry *e) {
    uint32_t ignored = ~e->mask;
    for (const DecodePiece *p = e->pieces; p < e->pieces + e->npieces; p++) ignored &= ~p->mask;
    return ignored;
}

static bool random_insn(Random *r, const DecodeEntry *e, RandomInsn *out) {
    uint32_t bits = decode_random(e, (uint32_t)random_next(r)), ignored = ignored_bits(e);
    if (!strstr(e->row->gate, "fp")) bits = !strstr(e->row->gate, "flagm") && strcmp(e->row->name, "sb") ? bits | ignored : bits & ~ignored;
    set_destinations(r, e, &bits);
    if (mentions(e, "sysreg")) tame_sysreg(r, e, &bits);
    if (mentions(e, "addr") || is_pair(e) || is_ordered(e)) tame_memory(r, e, &bits);
    if (is_structure(e)) tame_structure(r, e, &bits);
    if (is_literal(e)) operand_set(e, &bits, OPERAND(imm), (random_below(r, 64) - 32) * 4);
    *out = (RandomInsn){e, bits, -1, 0};
    return is_sound(e, bits);
}

// A store-exclusive of another size than the load's is not defined.
static bool is_disputed(const RandomInsn *in, const RandomSequence *s) {
    const uint32_t exclusive = 0x3fa00000, value = 0x08000000, kind = 0xc0200000;
    if ((in->bits & exclusive & ~0x200000u & ~0x400000u) != value || (in->bits >> 23 & 1)) return false;
    for (unsigned k = 0; k < s->n; k++) {
        uint32_t other = s->insn[k].bits;
        bool same_class = (other & 0x3f000000) == 0x08000000 && !(other >> 23 & 1);
        if (same_class && (other ^ in->bits) & kind) return true;
    }
    return false;
}

void a64_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out) {
    unsigned rows;
    const DecodeEntry *e = decode_entries(d, &rows);
    out->n = 0;
    for (unsigned tries = 0; out->n < n && tries < 1000000; tries++) {
        const DecodeEntry *row = &e[random_below(r, rows)];
        RandomInsn i;
        if (!is_tame(row) || (match && !strstr(row->row->name, match)) || !random_insn(r, row, &i) || is_disputed(&i, out)) continue;
        if (decode_find(d, i.bits, 32) == row) out->insn[out->n++] = i; // not a more special one
    }
    RandomSequence literals = *out;
    random_link(r, out, OPERAND(imm));
    for (unsigned k = 0; k < out->n; k++) // loads of literals keep theirs
        if (is_literal(out->insn[k].entry) || !strncmp(out->insn[k].entry->row->name, "adr", 3)) out->insn[k].bits = literals.insn[k].bits;
}
