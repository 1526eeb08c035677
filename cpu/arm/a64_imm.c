// SPDX-License-Identifier: MIT
// Data processing, immediate: DDI 0487, C4.1.93.
#include "cpu/arm/trans.h"

INSN(adr) { set_x64(t, i->rd, pc_plus(t, i->imm)); }
// The page of the pc; vpage is one, so only the offset inside it is taken off.
INSN(adrp) { set_x64(t, i->rd, ir_pcrel(t->k, T_I64, (t->pc & ~4095) + i->imm * 4096ll)); }

// ---- addition and subtraction: SP on both sides, unless flags are set
static IrRef addend(Trans *t, const Insn *i) { return imm(t, (int64_t)i->imm << (i->shift ? 12 : 0)); }

INSN(add__imm) { set_x_sp(t, i->rd, add(t, x_sp(t, i->rn), addend(t, i))); }
INSN(sub__imm) { set_x_sp(t, i->rd, sub(t, x_sp(t, i->rn), addend(t, i))); }
INSN(adds__imm) {
    IrRef a = x_sp(t, i->rn), b = addend(t, i);
    flags_add(t, a, b);
    set_x(t, i->rd, add(t, a, b));
}
INSN(subs__imm) {
    IrRef a = x_sp(t, i->rn), b = addend(t, i);
    flags_sub(t, a, b);
    set_x(t, i->rd, sub(t, a, b));
}

// ---- bit masks: J1.3.3, DecodeBitMasks. False for reserved values.
bool a64_bitmask(const Insn *i, uint64_t *mask) {
    unsigned imms = (unsigned)i->amount, immr = (unsigned)i->imm;
    unsigned key = (unsigned)i->option << 6 | (~imms & 0x3f);
    if (key < 2 || (i->option && !i->sf)) return false;
    unsigned length = 31 - (unsigned)__builtin_clz(key), size = 1u << length;
    unsigned ones = (imms & (size - 1)) + 1, turn = immr & (size - 1);
    if (ones == size) return false;
    uint64_t element = (1ull << ones) - 1;
    if (turn) element = (element >> turn | element << (size - turn)) & (UINT64_MAX >> (64 - size));
    for (; size < 64; size *= 2) element |= element << size;
    *mask = i->sf ? element : (uint32_t)element;
    return true;
}

static void logical(Trans *t, const Insn *i, IrRef (*op)(Trans *, IrRef, IrRef)) {
    uint64_t mask;
    if (!a64_bitmask(i, &mask)) undefined(t, i);
    else set_x_sp(t, i->rd, op(t, x(t, i->rn), imm(t, (int64_t)mask)));
}
INSN(and__imm) { logical(t, i, and_); }
INSN(orr__imm) { logical(t, i, or_); }
INSN(eor__imm) { logical(t, i, xor_); }
INSN(ands__imm) {
    uint64_t mask;
    if (!a64_bitmask(i, &mask)) {
        undefined(t, i);
        return;
    }
    IrRef r = and_(t, x(t, i->rn), imm(t, (int64_t)mask));
    flags_logic(t, r);
    set_x(t, i->rd, r);
}

// ---- move wide
static bool wide_valid(Trans *t, const Insn *i) {
    if (i->sf || i->shift < 2) return true;
    undefined(t, i);
    return false;
}
INSN(movz) {
    if (wide_valid(t, i)) set_x(t, i->rd, imm(t, (int64_t)((uint64_t)i->imm << 16 * i->shift)));
}
INSN(movn) {
    if (wide_valid(t, i)) set_x(t, i->rd, imm(t, (int64_t)~((uint64_t)i->imm << 16 * i->shift)));
}
INSN(movk) {
    if (!wide_valid(t, i)) return;
    IrRef rest = and_(t, x(t, i->rd), imm(t, (int64_t)~(0xffffull << 16 * i->shift)));
    set_x(t, i->rd, or_(t, rest, imm(t, (int64_t)((uint64_t)i->imm << 16 * i->shift))));
}

// ---- bit fields: imm is immr, amount is imms
static bool field_valid(Trans *t, const Insn *i) {
    if (i->option == i->sf && (i->sf || !((i->imm | i->amount) & 0x20))) return true;
    undefined(t, i);
    return false;
}
static uint64_t ones(unsigned n) { return n ? UINT64_MAX >> (64 - n) : 0; }

INSN(ubfm) {
    unsigned r = (unsigned)i->imm, s = (unsigned)i->amount, w = width(t);
    if (!field_valid(t, i)) return;
    IrRef v = x(t, i->rn);
    if (s == w - 1) v = shr(t, v, imm(t, r));                                     // lsr
    else if (s >= r) v = and_(t, shr(t, v, imm(t, r)), imm(t, (int64_t)ones(s - r + 1))); // ubfx
    else if (s + 1 == r) v = shl(t, v, imm(t, w - r));                            // lsl
    else v = shl(t, and_(t, v, imm(t, (int64_t)ones(s + 1))), imm(t, w - r));     // ubfiz
    set_x(t, i->rd, v);
}

INSN(sbfm) {
    unsigned r = (unsigned)i->imm, s = (unsigned)i->amount, w = width(t);
    if (!field_valid(t, i)) return;
    IrRef v = x(t, i->rn);
    if (r == 0 && s == 7) v = sext8(t, v);
    else if (r == 0 && s == 15) v = sext16(t, v);
    else if (r == 0 && s == 31 && w == 64) v = sext32(t, v);
    else if (s == w - 1) v = sar(t, v, imm(t, r));
    else v = sar(t, shl(t, v, imm(t, w - 1 - s)), imm(t, s >= r ? w - 1 - s + r : r - s - 1));
    set_x(t, i->rd, v);
}

INSN(bfm) {
    unsigned r = (unsigned)i->imm, s = (unsigned)i->amount, w = width(t);
    if (!field_valid(t, i)) return;
    bool extract = s >= r; // bfxil, else bfi
    uint64_t mask = extract ? ones(s - r + 1) : ones(s + 1) << (w - r);
    IrRef v = x(t, i->rn), old = and_(t, x(t, i->rd), imm(t, (int64_t)~mask));
    v = extract ? shr(t, v, imm(t, r)) : shl(t, v, imm(t, w - r));
    set_x(t, i->rd, or_(t, old, and_(t, v, imm(t, (int64_t)mask))));
}

INSN(extr) {
    unsigned lsb = (unsigned)i->amount, w = width(t);
    if (i->option != i->sf || lsb >= w) {
        undefined(t, i);
        return;
    }
    IrRef high = x(t, i->rn), low = x(t, i->rm);
    if (i->rn == i->rm) set_x(t, i->rd, rotr(t, low, imm(t, lsb)));
    else if (lsb == 0) set_x(t, i->rd, low);
    else set_x(t, i->rd, or_(t, shr(t, low, imm(t, lsb)), shl(t, high, imm(t, w - lsb))));
}
