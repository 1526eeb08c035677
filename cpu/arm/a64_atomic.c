// SPDX-License-Identifier: MIT
// Exclusives, acquire and release, FEAT_LSE: DDI 0487, C4.1.96, B2.3.
//
// A load-exclusive keeps the address and the value it saw; the store-exclusive is a compare-and-swap of that value, if the address is
// the same. A store in between that leaves the old value (ABA) goes unnoticed, which no lock or reference count built on exclusives can
// tell. Host atomics are full barriers, stronger than acquire and release ask for; only a plain store-release needs a fence, so that no
// later load-acquire overtakes it.
#include "cpu/arm/trans.h"

enum { RES_VADDR = offsetof(ArmState, res_vaddr), RES_VALUE = offsetof(ArmState, res_value) };

static unsigned atomic(unsigned size) { return size | MO_ALIGN | MO_ATOMIC; }

// ---- load-acquire, store-release
INSN(ldar) { set_x64(t, i->rd, ir_load(t->k, T_I64, atomic((unsigned)i->size) | MO_ACQ, x_sp(t, i->rn), 0)); }
INSN(ldapr) { a64_ldar(t, i); }
INSN(stlr) {
    ir_store(t->k, T_I64, atomic((unsigned)i->size) | MO_REL, x_sp(t, i->rn), 0, x(t, i->rd));
    ir_fence(t->k, FENCE_WR);
}

// ---- exclusives
static IrRef load_exclusive(Trans *t, const Insn *i, unsigned size) {
    IrRef vaddr = x_sp(t, i->rn);
    IrRef value = ir_load(t->k, T_I64, atomic(size) | MO_ACQ, vaddr, 0);
    ir_set(t->k, T_I64, RES_VADDR, vaddr);
    ir_set(t->k, T_I64, RES_VALUE, value);
    return value;
}

// Without the reservation the compare-and-swap puts back what it expects, so memory keeps its value whatever it is; no branch is needed.
static void store_exclusive(Trans *t, const Insn *i, unsigned size, IrRef value) {
    IrRef vaddr = x_sp(t, i->rn);
    IrRef reserved = ir_get(t->k, T_I64, RES_VADDR), seen = ir_get(t->k, T_I64, RES_VALUE);
    IrRef update = ir_select(t->k, T_I64, ir_bin(t->k, OP_EQ, T_I64, reserved, vaddr), value, seen);
    IrRef old = ir_amo(t->k, OP_CAS, T_I64, atomic(size), vaddr, seen, update);
    IrRef differs = ir_un(t->k, OP_BOOL, T_I64, ir_bin(t->k, OP_NE, T_I64, old, seen));
    IrRef lost = ir_un(t->k, OP_BOOL, T_I64, ir_bin(t->k, OP_NE, T_I64, reserved, vaddr));
    ir_set(t->k, T_I64, RES_VADDR, c64(t, (int64_t)ARM_RES_NONE));
    set_x64(t, i->rm, ir_bin(t->k, OP_OR, T_I64, differs, lost));
}

INSN(ldxr) { set_x64(t, i->rd, load_exclusive(t, i, (unsigned)i->size)); }
INSN(stxr) { store_exclusive(t, i, (unsigned)i->size, x(t, i->rd)); }

// Pairs of W registers are one access of 64 bits, whose low half is the first register's.
INSN(ldxp) {
    if (i->sf) {
        call(t, H_load_pair_exclusive, x_sp(t, i->rn), bits_of(t, i), IR_NONE);
        return;
    }
    IrRef v = load_exclusive(t, i, MO_64), low = zext32(t, v), high = ir_bin(t->k, OP_SHR, T_I64, v, c64(t, 32));
    set_x64(t, i->rd, low);
    set_x64(t, i->ra, high);
}
INSN(stxp) {
    if (i->sf) {
        call(t, H_store_pair_exclusive, x_sp(t, i->rn), bits_of(t, i), IR_NONE);
        return;
    }
    IrRef low = zext32(t, x(t, i->rd)), high = x(t, i->ra);
    store_exclusive(t, i, MO_64, ir_bin(t->k, OP_OR, T_I64, low, ir_bin(t->k, OP_SHL, T_I64, high, c64(t, 32))));
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
    if ((i->rm | i->rd) & 1) undefined(t, i);
    else call(t, H_casp, x_sp(t, i->rn), bits_of(t, i), IR_NONE);
}
