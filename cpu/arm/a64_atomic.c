// SPDX-License-Identifier: MIT
// Exclusives, acquire and release, FEAT_LSE: DDI 0487, C4.1.96, B2.3.
//
// A load-exclusive keeps the address and the value it saw; the store-exclusive is a compare-and-swap of that value, if the address is
// the same. A store in between that leaves the old value (ABA) goes unnoticed, which no lock or reference count built on exclusives can
// tell; where they are strict, both are helpers, and it is noticed (tcg/run/reserve.c).
//
// Host atomics are full barriers, stronger than acquire and release ask for; only a plain store-release needs a fence, so that no later
// load-acquire overtakes it.
#include "cpu/arm/trans.h"

enum { RES_VADDR = offsetof(ArmState, res_vaddr), RES_VALUE = offsetof(ArmState, res_value), RES_VALUE2 = offsetof(ArmState, res_value2) };

static unsigned atomic(unsigned size) { return size | MO_ALIGN | MO_ATOMIC; }

// ---- load-acquire, store-release
INSN(ldar) { set_x64(t, i->rd, ir_load(t->k, T_I64, atomic((unsigned)i->size) | MO_ACQ, x_sp(t, i->rn), 0)); }
INSN(ldapr) { a64_ldar(t, i); }
INSN(stlr) {
    ir_store(t->k, T_I64, atomic((unsigned)i->size) | MO_REL, x_sp(t, i->rn), 0, x(t, i->rd));
    ir_fence(t->k, FENCE_WR);
}

// ---- exclusives
static IrRef call_value(Trans *t, unsigned helper, IrRef a, IrRef b, IrRef c) { return ir_call(t->k, T_I64, helper, a, b, c); }

static IrRef load_exclusive(Trans *t, const Insn *i, unsigned size) {
    IrRef vaddr = x_sp(t, i->rn);
    if (t->strict) return call_value(t, H_ldxr, vaddr, c64(t, atomic(size)), IR_NONE);
    IrRef value = ir_load(t->k, T_I64, atomic(size) | MO_ACQ, vaddr, 0);
    ir_set(t->k, T_I64, RES_VADDR, vaddr);
    ir_set(t->k, T_I64, RES_VALUE, value);
    return value;
}

// The status: not stored if the old value differed, or without the reservation.
static void end_exclusive(Trans *t, const Insn *i, IrRef vaddr, IrRef differs) {
    IrRef reserved = ir_get(t->k, T_I64, RES_VADDR);
    IrRef lost = ir_un(t->k, OP_BOOL, T_I64, ir_bin(t->k, OP_NE, T_I64, reserved, vaddr));
    ir_set(t->k, T_I64, RES_VADDR, c64(t, (int64_t)ARM_RES_NONE));
    set_x64(t, i->rm, ir_bin(t->k, OP_OR, T_I64, ir_un(t->k, OP_BOOL, T_I64, differs), lost));
}

// Without the reservation the compare-and-swap puts back what it expects, so memory keeps its value whatever it is; no branch is needed.
static void store_exclusive(Trans *t, const Insn *i, unsigned size, IrRef value) {
    IrRef vaddr = x_sp(t, i->rn);
    if (t->strict) {
        set_x64(t, i->rm, call_value(t, H_stxr, vaddr, value, c64(t, atomic(size))));
        return;
    }
    IrRef reserved = ir_get(t->k, T_I64, RES_VADDR), seen = ir_get(t->k, T_I64, RES_VALUE);
    IrRef update = ir_select(t->k, T_I64, ir_bin(t->k, OP_EQ, T_I64, reserved, vaddr), value, seen);
    IrRef old = ir_amo(t->k, OP_CAS, T_I64, atomic(size), vaddr, seen, update);
    end_exclusive(t, i, vaddr, ir_bin(t->k, OP_NE, T_I64, old, seen));
}

INSN(ldxr) { set_x64(t, i->rd, load_exclusive(t, i, (unsigned)i->size)); }
INSN(stxr) { store_exclusive(t, i, (unsigned)i->size, x(t, i->rd)); }

// ---- pairs: single-copy atomic as a whole (B2.2.1)
static IrRef pair(Trans *t, IrRef low, IrRef high) { return ir_pair(t->k, low, high); }
static IrRef half(Trans *t, IrRef v, bool high) { return ir_un(t->k, high ? OP_HIGH : OP_LOW, T_I64, v); }

static IrRef load_pair_exclusive(Trans *t, const Insn *i) {
    IrRef vaddr = x_sp(t, i->rn);
    if (t->strict) {
        IrRef low = call_value(t, H_ldxr, vaddr, c64(t, atomic(MO_128)), IR_NONE);
        return pair(t, low, ir_get(t->k, T_I64, RES_VALUE2));
    }
    IrRef v = ir_load(t->k, T_I128, atomic(MO_128), vaddr, 0);
    ir_set(t->k, T_I64, RES_VADDR, vaddr);
    ir_set(t->k, T_I64, RES_VALUE, half(t, v, false));
    ir_set(t->k, T_I64, RES_VALUE2, half(t, v, true));
    return v;
}

static void store_pair_exclusive(Trans *t, const Insn *i) {
    IrRef vaddr = x_sp(t, i->rn);
    if (t->strict) {
        set_x64(t, i->rm, call_value(t, H_stxp, vaddr, x(t, i->rd), x(t, i->ra)));
        return;
    }
    IrRef reserved = ir_get(t->k, T_I64, RES_VADDR);
    IrRef low = ir_get(t->k, T_I64, RES_VALUE), high = ir_get(t->k, T_I64, RES_VALUE2);
    IrRef keeps = ir_bin(t->k, OP_EQ, T_I64, reserved, vaddr);
    IrRef update = pair(t, ir_select(t->k, T_I64, keeps, x(t, i->rd), low), ir_select(t->k, T_I64, keeps, x(t, i->ra), high));
    IrRef old = ir_amo(t->k, OP_CAS, T_I128, atomic(MO_128), vaddr, pair(t, low, high), update);
    IrRef differs = ir_bin(t->k, OP_OR, T_I64, ir_bin(t->k, OP_XOR, T_I64, half(t, old, false), low),
                           ir_bin(t->k, OP_XOR, T_I64, half(t, old, true), high));
    end_exclusive(t, i, vaddr, ir_bin(t->k, OP_NE, T_I64, differs, c64(t, 0)));
}

// Pairs of W registers are one access of 64 bits, whose low half is the first register's.
static IrRef words(Trans *t, IrRef low, IrRef high) {
    return ir_bin(t->k, OP_OR, T_I64, zext32(t, low), ir_bin(t->k, OP_SHL, T_I64, high, c64(t, 32)));
}

INSN(ldxp) {
    if (i->sf) {
        IrRef v = load_pair_exclusive(t, i);
        set_x64(t, i->rd, half(t, v, false));
        set_x64(t, i->ra, half(t, v, true));
        return;
    }
    IrRef v = load_exclusive(t, i, MO_64), low = zext32(t, v), high = ir_bin(t->k, OP_SHR, T_I64, v, c64(t, 32));
    set_x64(t, i->rd, low);
    set_x64(t, i->ra, high);
}
INSN(stxp) {
    if (i->sf) {
        store_pair_exclusive(t, i);
        return;
    }
    store_exclusive(t, i, MO_64, words(t, x(t, i->rd), x(t, i->ra)));
}
INSN(clrex) { ir_set(t->k, T_I64, RES_VADDR, c64(t, (int64_t)ARM_RES_NONE)); }

// ---- FEAT_LSE: Rt gets the old value, zero-extended
static void amo(Trans *t, const Insn *i, IrOpcode op, IrRef value) {
    set_x64(t, i->rd, ir_amo(t->k, op, T_I64, atomic((unsigned)i->size), x_sp(t, i->rn), value, IR_NONE));
}
INSN(ldadd) { amo(t, i, OP_AMO_ADD, x(t, i->rm)); }
INSN(ldclr) { amo(t, i, OP_AMO_AND, ir_bin(t->k, OP_XOR, T_I64, x(t, i->rm), c64(t, -1))); }
INSN(ldeor) { amo(t, i, OP_AMO_XOR, x(t, i->rm)); }
INSN(ldset) { amo(t, i, OP_AMO_OR, x(t, i->rm)); }
INSN(ldsmax) { amo(t, i, OP_AMO_MAXS, x(t, i->rm)); }
INSN(ldsmin) { amo(t, i, OP_AMO_MINS, x(t, i->rm)); }
INSN(ldumax) { amo(t, i, OP_AMO_MAXU, x(t, i->rm)); }
INSN(ldumin) { amo(t, i, OP_AMO_MINU, x(t, i->rm)); }
INSN(swp) { amo(t, i, OP_AMO_SWAP, x(t, i->rm)); }

INSN(cas) {
    set_x64(t, i->rm, ir_amo(t->k, OP_CAS, T_I64, atomic((unsigned)i->size), x_sp(t, i->rn), x(t, i->rm), x(t, i->rd)));
}
INSN(casp) {
    if ((i->rm | i->rd) & 1) {
        undefined(t, i);
        return;
    }
    IrRef (*join)(Trans *, IrRef, IrRef) = i->sf ? pair : words;
    IrRef expected = join(t, x(t, i->rm), x(t, i->rm + 1)), value = join(t, x(t, i->rd), x(t, i->rd + 1));
    IrRef old = ir_amo(t->k, OP_CAS, i->sf ? T_I128 : T_I64, atomic(i->sf ? MO_128 : MO_64), x_sp(t, i->rn), expected, value);
    set_x64(t, i->rm, i->sf ? half(t, old, false) : zext32(t, old));
    set_x64(t, i->rm + 1, i->sf ? half(t, old, true) : ir_bin(t->k, OP_SHR, T_I64, old, c64(t, 32)));
}
