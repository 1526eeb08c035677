// SPDX-License-Identifier: MIT
// Scalar floating point: DDI 0487, C4.1.95. Single and double precision are IR under Arm's rules, unless FPCR asks for what the host's FPU
// has not (flushing to zero): then, and for half precision and fixed point, the helper of the group does it.
#include "cpu/arm/trans.h"

// ---- `size` is ptype: 0 single, 1 double, 3 half
static IrType type_of(const Insn *i) { return i->size ? T_F64 : T_F32; }
static IrRef f(Trans *t, const Insn *i, int r) { return ir_get(t->k, type_of(i), v_slot(r)); }
static bool soft(const Trans *t) { return t->ctx & ARM_CTX_FP_SOFT; }
static unsigned policy(const Trans *t) { return FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE); }
static IrRef fp(Trans *t, IrOpcode op, IrType type, unsigned rounding, IrRef a, IrRef b, IrRef c) {
    return ir_fp(t->k, op, type, rounding | policy(t), a, b, c);
}
static const uint8_t modes[8] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ, FP_RMM, FP_DYN, FP_DYN, FP_DYN};
static bool fp_scalar(Trans *t, const Insn *i) {
    if (i->size > 1) undefined(t, i);
    else return fp_enabled(t);
    return false;
}
static void soft_group(Trans *t, const Insn *i, unsigned helper) { call(t, helper, bits_of(t, i), IR_NONE, IR_NONE); }

// FMOV, FABS, FNEG, FSQRT, FCVT, FRINT.
static void one_host(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm;
    IrType type = type_of(i);
    IrRef a = f(t, i, i->rn), r;
    if (op == 0) r = a;
    else if (op == 1 || op == 2) r = ir_un(t->k, op == 1 ? OP_FABS : OP_FNEG, type, a);
    else if (op == 3) r = fp(t, OP_FSQRT, type, FP_DYN, a, IR_NONE, IR_NONE);
    else if (op < 8) r = fp(t, i->size ? OP_FCVT_F64 : OP_FCVT_F32, op == 4 ? T_F32 : T_F64, FP_DYN, a, IR_NONE, IR_NONE);
    else r = fp(t, OP_FROUND, type, modes[op & 7] | (op == 14 ? FP_EXACT : 0), a, IR_NONE, IR_NONE);
    set_vector(t, i->rd, r);
}

INSN(fp_one) {
    unsigned op = (unsigned)i->imm;
    bool converts = op == 4 || op == 5 || op == 7, half = i->size == 3 || op == 7;
    if (converts ? i->size == 2 || (op & 3) == (unsigned)i->size : op > 15 || op == 6 || op == 13 || i->size > 1) undefined(t, i);
    else if (!fp_enabled(t)) return;
    else if (half || (soft(t) && op > 2)) soft_group(t, i, H_fp_one);
    else one_host(t, i);
}

INSN(fp_two) {
    static const uint8_t ops[9] = {OP_FMUL, OP_FDIV, OP_FADD, OP_FSUB, OP_FMAXIMUM, OP_FMINIMUM, OP_FMAXNUM, OP_FMINNUM, OP_FMUL};
    if (i->size > 1 || i->imm > 8 || soft(t)) {
        simd_group(t, i, i->size < 2 && i->imm < 9, H_fp_two);
    } else if (fp_enabled(t)) {
        IrRef r = fp(t, ops[i->imm], type_of(i), FP_DYN, f(t, i, i->rn), f(t, i, i->rm), IR_NONE);
        set_vector(t, i->rd, i->imm == 8 ? ir_un(t->k, OP_FNEG, type_of(i), r) : r); // FNMUL
    }
}

// FMADD a*b+c, FMSUB -a*b+c, FNMADD -a*b-c, FNMSUB a*b-c.
INSN(fp_three) {
    static const uint8_t ops[4] = {OP_FMADD, OP_FNMSUB, OP_FNMADD, OP_FMSUB};
    if (i->size > 1 || soft(t)) {
        simd_group(t, i, i->size < 2, H_fp_three);
    } else if (fp_enabled(t)) {
        IrRef a = f(t, i, i->rn), b = f(t, i, i->rm), c = f(t, i, i->ra);
        set_vector(t, i->rd, fp(t, ops[i->imm], type_of(i), FP_DYN, a, b, c));
    }
}

// The comparison here raises the flags; whoever reads NZCV compares again.
INSN(fp_compare) {
    bool with_zero = i->mode & 1, signals = i->bits >> 4 & 1;
    if (!fp_scalar(t, i)) return;
    if (soft(t)) {
        flags_packed(t, ir_call(t->k, T_I32, H_fp_compare, bits_of(t, i), c64(t, with_zero), c64(t, -1)));
        return;
    }
    IrRef a = f(t, i, i->rn), b = with_zero ? ir_const(t->k, type_of(i), 0) : f(t, i, i->rm);
    fp(t, signals ? OP_FLE : OP_FUNORD, type_of(i), FP_DYN, a, b, IR_NONE);
    flags_fp(t, type_of(i), a, b);
}
// Zeros are compared where the condition does not hold, which raises nothing.
static void compare_if(Trans *t, const Insn *i, IrRef holds) {
    IrType type = type_of(i);
    IrRef zero = ir_const(t->k, type, 0), a = ir_select(t->k, type, holds, f(t, i, i->rn), zero);
    IrRef b = ir_select(t->k, type, holds, f(t, i, i->rm), zero);
    fp(t, i->bits >> 4 & 1 ? OP_FLE : OP_FUNORD, type, FP_DYN, a, b, IR_NONE);
    flags_fp_if(t, type, holds, a, b, i->rn, i->rm, (uint32_t)i->mode << 28);
}
INSN(fp_compare_if) {
    if (!fp_scalar(t, i)) return;
    IrRef holds = flags_holds(t, (unsigned)i->cond), otherwise = c64(t, (int64_t)((uint64_t)i->mode << 28));
    if (!soft(t)) {
        compare_if(t, i, holds);
        return;
    }
    otherwise = ir_select(t->k, T_I64, holds, c64(t, -1), otherwise);
    flags_packed(t, ir_call(t->k, T_I32, H_fp_compare, bits_of(t, i), c64(t, 0), otherwise));
}
INSN(fp_select) {
    if (!fp_scalar(t, i)) return;
    IrRef holds = flags_holds(t, (unsigned)i->cond);
    set_vector(t, i->rd, ir_select(t->k, type_of(i), holds, f(t, i, i->rn), f(t, i, i->rm)));
}
INSN(fp_immediate) {
    uint64_t bits = a64_expand_imm(i->size == 1, 15, (unsigned)i->imm);
    if (!fp_scalar(t, i)) return;
    set_vector(t, i->rd, ir_const(t->k, type_of(i), (int64_t)(i->size ? bits : (uint32_t)bits)));
}

// FMOV between registers: same bits.
static void move_general(Trans *t, const Insn *i) {
    bool upper = i->mode == 1, to_fp = i->imm & 1;
    if (upper ? i->size != 2 || !i->sf : i->size != i->sf) {
        undefined(t, i);
        return;
    }
    if (!fp_enabled(t)) return;
    if (to_fp && upper) ir_set(t->k, T_I64, (uint16_t)(v_slot(i->rd) + 8), x(t, i->rn));
    else if (to_fp) set_low(t, i->rd, i->sf ? x(t, i->rn) : zext32(t, x(t, i->rn)));
    else set_x64(t, i->rd, upper ? v_high(t, i->rn) : i->sf ? v_low(t, i->rn) : zext32(t, v_low(t, i->rn)));
}

static void from_general(Trans *t, const Insn *i) {
    IrOpcode op = i->imm & 1 ? (i->sf ? OP_FCVT_U64 : OP_FCVT_U32) : (i->sf ? OP_FCVT_I64 : OP_FCVT_I32);
    set_vector(t, i->rd, fp(t, op, type_of(i), FP_DYN, x(t, i->rn), IR_NONE, IR_NONE));
}
static void to_general(Trans *t, const Insn *i) {
    IrOpcode op = i->imm & 1 ? (i->sf ? OP_FTOU64 : OP_FTOU32) : (i->sf ? OP_FTOI64 : OP_FTOI32);
    unsigned mode = i->imm >= 4 ? FP_RMM : modes[i->mode];
    IrRef r = fp(t, op, type_of(i), mode, f(t, i, i->rn), IR_NONE, IR_NONE);
    set_x64(t, i->rd, i->sf ? r : zext32(t, r));
}
static void convert(Trans *t, const Insn *i, bool valid, bool to_fp, bool fixed) {
    if (!valid || i->size > 1) undefined(t, i);
    else if (!fp_enabled(t)) return;
    else if (!fixed && !soft(t)) (to_fp ? from_general : to_general)(t, i);
    else if (to_fp) call(t, H_fp_from_x, bits_of(t, i), x(t, i->rn), IR_NONE);
    else set_x64(t, i->rd, ir_call(t->k, T_I64, H_fp_to_x, bits_of(t, i), IR_NONE, IR_NONE));
}
INSN(fp_integer) {
    unsigned op = (unsigned)i->imm;
    if (op >= 6 && i->mode < 2) move_general(t, i);
    else convert(t, i, op < 2 || (op < 6 && i->mode == 0), op == 2 || op == 3, false);
}
INSN(fp_fixed) {
    unsigned op = (unsigned)i->imm;
    bool valid = (i->sf || i->amount >= 32) && ((i->mode == 0 && (op == 2 || op == 3)) || (i->mode == 3 && op < 2));
    convert(t, i, valid, op >= 2, true);
}
