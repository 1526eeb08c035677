// SPDX-License-Identifier: MIT
// Later extensions of the base instructions: acquire and release with an offset, flag conversion, min, max and bit counts, waiting with a
// deadline, memory copy and set. DDI 0487, A2.2; each instruction's page is in C6.2.
#include "cpu/arm/trans.h"

// ---- FEAT_LRCPC2
static unsigned ordered(const Insn *i) { return (unsigned)i->size | MO_ALIGN | MO_ATOMIC; }

INSN(stlur) {
    ir_store(t->k, T_I64, ordered(i) | MO_REL, x_sp(t, i->rn), i->imm, x(t, i->rd));
    ir_fence(t->k, FENCE_WR);
}
static void load_ordered(Trans *t, const Insn *i, IrType type, unsigned sign, unsigned largest) {
    if ((unsigned)i->size > largest) {
        undefined(t, i);
        return;
    }
    IrRef v = ir_load(t->k, type, ordered(i) | MO_ACQ | sign, x_sp(t, i->rn), i->imm);
    set_x64(t, i->rd, type == T_I64 ? v : zext32(t, v));
}
INSN(ldapur) { load_ordered(t, i, T_I64, 0, 3); }
INSN(ldapurs__x) { load_ordered(t, i, T_I64, MO_SIGN, 2); }
INSN(ldapurs__w) { load_ordered(t, i, T_I32, MO_SIGN, 1); }

// ---- FEAT_FlagM2: NZCV between Arm's way of floating point comparisons and x86's
static IrRef flag(Trans *t, IrRef nzcv, uint32_t which) { // 0 or 1, i32
    return ir_bin(t->k, OP_AND, T_I32, ir_bin(t->k, OP_SHR, T_I32, nzcv, c32(t, __builtin_ctz(which))), c32(t, 1));
}
static IrRef at(Trans *t, IrRef bit, uint32_t which) { return ir_bin(t->k, OP_SHL, T_I32, bit, c32(t, __builtin_ctz(which))); }
static IrRef both(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP_AND, T_I32, a, b); }
static IrRef either(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP_OR, T_I32, a, b); }
static IrRef but_not(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP_ANDN, T_I32, a, b); }

INSN(axflag) {
    IrRef f = flags_get(t), z = flag(t, f, NZCV_Z), c = flag(t, f, NZCV_C), v = flag(t, f, NZCV_V);
    flags_packed(t, either(t, at(t, either(t, z, v), NZCV_Z), at(t, but_not(t, c, v), NZCV_C)));
}
INSN(xaflag) {
    IrRef f = flags_get(t), z = flag(t, f, NZCV_Z), c = flag(t, f, NZCV_C);
    IrRef n = but_not(t, but_not(t, c32(t, 1), c), z);
    IrRef nz = either(t, at(t, n, NZCV_N), at(t, both(t, z, c), NZCV_Z));
    flags_packed(t, either(t, nz, either(t, at(t, either(t, c, z), NZCV_C), at(t, but_not(t, z, c), NZCV_V))));
}

// ---- FEAT_CSSC
static void two(Trans *t, const Insn *i, IrOpcode op, IrRef b) { set_x(t, i->rd, ir_bin(t->k, op, t->tx, x(t, i->rn), b)); }
static void one(Trans *t, const Insn *i, IrOpcode op) { set_x(t, i->rd, ir_un(t->k, op, t->tx, x(t, i->rn))); }
INSN(smax) { two(t, i, OP_MAXS, x(t, i->rm)); }
INSN(umax) { two(t, i, OP_MAXU, x(t, i->rm)); }
INSN(smin) { two(t, i, OP_MINS, x(t, i->rm)); }
INSN(umin) { two(t, i, OP_MINU, x(t, i->rm)); }
INSN(smax__imm) { two(t, i, OP_MAXS, imm(t, i->imm)); }
INSN(umax__imm) { two(t, i, OP_MAXU, imm(t, i->imm)); }
INSN(smin__imm) { two(t, i, OP_MINS, imm(t, i->imm)); }
INSN(umin__imm) { two(t, i, OP_MINU, imm(t, i->imm)); }
INSN(ctz) { one(t, i, OP_CTZ); }
INSN(cnt) { one(t, i, OP_POPCNT); }
INSN(abs) {
    IrRef a = x(t, i->rn);
    set_x(t, i->rd, select_(t, lts(t, a, imm(t, 0)), sub(t, imm(t, 0), a), a));
}

// ---- FEAT_WFxT: the deadline is a value of the virtual counter
INSN(wfet) { a64_yield(t, i); }
INSN(wfit) {
    call(t, H_wfit, x(t, i->rd), bits_of(t, i), IR_NONE);
    ir_exit_sync(t->k, t->pc + 4);
}

// ---- FEAT_MOPS (mops.c): registers that are equal, or 31, are CONSTRAINED UNPREDICTABLE and undefined here
static void mops(Trans *t, const Insn *i, bool copy) {
    bool same = i->rd == i->rn || i->rd == i->rm || i->rn == i->rm;
    if (i->cond == 3 || same || i->rd == 31 || i->rn == 31 || (copy && i->rm == 31) || (el(t) == 0 && !(t->ctx & ARM_CTX_MOPS))) {
        undefined(t, i);
        return;
    }
    call(t, H_mops, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
INSN(cpyf) { mops(t, i, true); }
INSN(cpy) { mops(t, i, true); }
INSN(set) { mops(t, i, false); }
