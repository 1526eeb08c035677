// SPDX-License-Identifier: MIT
// Advanced SIMD in IR: what the groups of a64_simd.c are tried with first. Each function is given an allocated encoding and returns false if
// it leaves the instruction to the helper of its group. DDI 0487, C4.1.95; opcodes are the fields of the group's encodings.
//
// The forms of 64 bits (Q = 0) compute with whole registers and clear the upper half of the result. Floating point lanes that do not exist
// must raise no flags, so there the operands' upper halves are cleared as well: sums, products and comparisons of zeros raise none.
#include "cpu/arm/neon.h"

static bool soft(const Trans *t) { return t->ctx & ARM_CTX_FP_SOFT; }
static IrRef both_low(Trans *t, IrRef a, IrRef b) { return vec2(t, OP_VZIPL, 3, a, b); }

bool neon_put(Trans *t, const Insn *i, bool whole, IrRef r) {
    set_vector(t, i->rd, whole ? r : low_half(t, r));
    return true;
}
static bool put_q(Trans *t, const Insn *i, IrRef r) { return neon_put(t, i, i->sf && !is_scalar(i), r); }
// Of a lane of the given size, zeros above.
static bool put_lane(Trans *t, const Insn *i, unsigned lane, IrRef r) {
    unsigned up = 64 - (8u << lane);
    if (up) r = vec1(t, OP_VSHRI, 3, up, vec1(t, OP_VSHLI, 3, up, r));
    return neon_put(t, i, false, r);
}

// ---- floating point lanes; `size`<0> says double
static unsigned fp_lane(const Insn *i) { return 2 + ((unsigned)i->size & 1); }
static IrRef fp_op(Trans *t, const Insn *i, IrOpcode op, unsigned rounding, IrRef a, IrRef b, IrRef c) {
    unsigned policy = FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE);
    return ir_vec(t->k, op, VFP_OP(fp_lane(i), rounding | policy), a, b, c);
}
static IrRef fp_operand(Trans *t, const Insn *i, int r) { return i->sf ? v(t, r) : low_half(t, v(t, r)); }
static IrRef clear_signs(Trans *t, const Insn *i, IrRef a) {
    return vec2(t, OP_VAND, 3, a, splat(t, i->size & 1 ? INT64_MAX : 0x7fffffff7fffffff));
}

static IrOpcode fp_three_op(unsigned op, bool u, bool high) {
    switch (op) {
    case 25: return high ? OP_VFNMSUB : OP_VFMADD;
    case 26: return u && !high ? OP_NOP : high ? OP_VFSUB : OP_VFADD; // FADDP apart; FABD is a difference first
    case 27: return u ? OP_VFMUL : OP_NOP;
    case 24: return u ? OP_NOP : high ? OP_VFMINNUM : OP_VFMAXNUM;
    case 28: return !u ? OP_VFEQ : high ? OP_VFLT : OP_VFLE;
    case 29: return !u ? OP_NOP : high ? OP_VFLT : OP_VFLE; // FACGE, FACGT: of magnitudes
    case 30: return u ? OP_NOP : high ? OP_VFMINIMUM : OP_VFMAXIMUM;
    case 31: return u && !high ? OP_VFDIV : OP_NOP;
    default: return OP_NOP;
    }
}

static bool fp_scalar_difference(Trans *t, const Insn *i) {
    IrType type = i->size & 1 ? T_F64 : T_F32;
    unsigned policy = FP_DYN | FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE);
    IrRef a = ir_get(t->k, type, v_slot(i->rn)), b = ir_get(t->k, type, v_slot(i->rm));
    set_vector(t, i->rd, ir_un(t->k, OP_FABS, type, ir_fp(t->k, OP_FSUB, type, policy, a, b, IR_NONE)));
    return true;
}

// FADDP, FMAXP and the like.
static bool fp_pairs(Trans *t, const Insn *i, IrOpcode op) {
    unsigned lane = fp_lane(i);
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    return neon_put(t, i, true, fp_op(t, i, op, FP_DYN, vec2(t, OP_VUZPE, lane, a, b), vec2(t, OP_VUZPO, lane, a, b), IR_NONE));
}

static bool three_fp(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm;
    bool u = i->option, high = i->size >> 1;
    if (soft(t)) return false;
    if (is_scalar(i)) return op == 26 && u && high && fp_scalar_difference(t, i);
    if (u && i->sf && (op == 24 || op == 30 || (op == 26 && !high))) return fp_pairs(t, i, op == 26 ? OP_VFADD : fp_three_op(op, false, high));
    IrOpcode what = fp_three_op(op, u, high);
    if (what == OP_NOP || (what == OP_VFDIV && !i->sf)) return false;
    IrRef a = fp_operand(t, i, i->rn), b = fp_operand(t, i, i->rm), r;
    if (op == 29) a = clear_signs(t, i, a), b = clear_signs(t, i, b);
    if (op == 25) r = fp_op(t, i, what, FP_DYN, a, b, fp_operand(t, i, i->rd));
    else if (what == OP_VFLT || what == OP_VFLE) r = fp_op(t, i, what, FP_DYN, b, a, IR_NONE); // a > b as b < a
    else r = fp_op(t, i, what, FP_DYN, a, b, IR_NONE);
    return put_q(t, i, op == 26 && u ? clear_signs(t, i, r) : r);
}

// ---- three of the same
static bool logic(Trans *t, const Insn *i) {
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    switch ((unsigned)i->option << 2 | (unsigned)i->size) {
    case 0: return put_q(t, i, vec2(t, OP_VAND, 0, a, b));
    case 1: return put_q(t, i, vec2(t, OP_VANDN, 0, a, b));
    case 2: return put_q(t, i, i->rn == i->rm ? a : vec2(t, OP_VOR, 0, a, b));
    case 3: return put_q(t, i, vec2(t, OP_VOR, 0, a, invert(t, b)));
    case 4: return put_q(t, i, i->rn == i->rm ? splat(t, 0) : vec2(t, OP_VXOR, 0, a, b));
    case 5: return put_q(t, i, vsel(t, a, b, v(t, i->rd)));  // BSL
    case 6: return put_q(t, i, vsel(t, a, v(t, i->rd), b));  // BIT
    default: return put_q(t, i, vsel(t, v(t, i->rd), a, b)); // BIF
    }
}

static bool pairwise(Trans *t, const Insn *i, IrOpcode op) {
    unsigned lane = (unsigned)i->size;
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    if (!i->sf) a = b = both_low(t, a, b);
    return put_q(t, i, vec2(t, op, lane, vec2(t, OP_VUZPE, lane, a, b), vec2(t, OP_VUZPO, lane, a, b)));
}

static IrRef greater(Trans *t, bool u, unsigned lane, IrRef a, IrRef b) {
    if (!u) return vec2(t, OP_VGTS, lane, a, b);
    return invert(t, vec2(t, OP_VEQ, lane, vec2(t, OP_VMAXU, lane, a, b), b));
}
static IrRef difference(Trans *t, bool u, unsigned lane, IrRef a, IrRef b) { // its magnitude
    return vec2(t, OP_VSUB, lane, vec2(t, u ? OP_VMAXU : OP_VMAXS, lane, a, b), vec2(t, u ? OP_VMINU : OP_VMINS, lane, a, b));
}

// Half of the bits in which they differ: (a + b) / 2 is the bits both have and this, rounded up those one has less this, and (a - b) / 2 is
// this less those that b alone has.
static IrRef half_difference(Trans *t, bool u, unsigned lane, IrRef a, IrRef b) {
    return vec1(t, u ? OP_VSHRI : OP_VSARI, lane, 1, vec2(t, OP_VXOR, 0, a, b));
}

// By the low bytes of b's lanes: to the left, or below zero to the right, where `round` adds the last bit shifted out.
static IrRef shifted_by(Trans *t, bool u, bool round, unsigned lane, IrRef a, IrRef b) {
    unsigned up = (8u << lane) - 8;
    IrOpcode right = u ? OP_VSHR : OP_VSAR;
    IrRef count = up ? vec1(t, OP_VSARI, lane, up, vec1(t, OP_VSHLI, lane, up, b)) : b, down = vec2(t, OP_VSUB, lane, splat(t, 0), count);
    IrRef below = vec2(t, right, lane, a, down);
    if (round) {
        IrRef last = vec2(t, OP_VAND, 0, vec2(t, right, lane, a, invert(t, count)), splat(t, in_lanes(lane, 1)));
        below = vec2(t, OP_VADD, lane, below, last);
    }
    return vsel(t, below, vec2(t, OP_VSHL, lane, a, count), vec2(t, OP_VGTS, lane, splat(t, 0), count));
}

bool neon_three(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm, lane = (unsigned)i->size;
    bool u = i->option;
    if (op >= 24) return three_fp(t, i);
    if (op == 3) return logic(t, i);
    if (op == 1 || op == 5 || op == 22) return neon_sat_three(t, i);
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    switch (op) {
    case 0: return put_q(t, i, vec2(t, OP_VADD, lane, vec2(t, OP_VAND, 0, a, b), half_difference(t, u, lane, a, b)));
    case 2: return put_q(t, i, vec2(t, OP_VSUB, lane, vec2(t, OP_VOR, 0, a, b), half_difference(t, u, lane, a, b)));
    case 4: return put_q(t, i, vec2(t, OP_VSUB, lane, half_difference(t, u, lane, a, b), vec2(t, OP_VANDN, 0, b, a)));
    case 6: return (!u || lane < 3) && put_q(t, i, greater(t, u, lane, a, b));
    case 7: return (!u || lane < 3) && put_q(t, i, invert(t, greater(t, u, lane, b, a)));
    case 8: case 10: return put_q(t, i, shifted_by(t, u, op == 10, lane, a, b)); // SSHL, USHL, SRSHL, URSHL
    case 12: return put_q(t, i, vec2(t, u ? OP_VMAXU : OP_VMAXS, lane, a, b));
    case 13: return put_q(t, i, vec2(t, u ? OP_VMINU : OP_VMINS, lane, a, b));
    case 14: return put_q(t, i, difference(t, u, lane, a, b));
    case 15: return put_q(t, i, vec2(t, OP_VADD, lane, v(t, i->rd), difference(t, u, lane, a, b)));
    case 16: return put_q(t, i, vec2(t, u ? OP_VSUB : OP_VADD, lane, a, b));
    case 17:
        if (u) return put_q(t, i, vec2(t, OP_VEQ, lane, a, b));
        return put_q(t, i, invert(t, vec2(t, OP_VEQ, lane, vec2(t, OP_VAND, 0, a, b), splat(t, 0)))); // CMTST
    case 18: return lane && put_q(t, i, vec2(t, u ? OP_VSUB : OP_VADD, lane, v(t, i->rd), vec2(t, OP_VMUL, lane, a, b)));
    case 19: return lane && !u && put_q(t, i, vec2(t, OP_VMUL, lane, a, b));
    case 20: return pairwise(t, i, u ? OP_VMAXU : OP_VMAXS);
    case 21: return pairwise(t, i, u ? OP_VMINU : OP_VMINS);
    case 23: return pairwise(t, i, OP_VADD);
    default: return false;
    }
}

// ---- long: lanes of the lower halves, or with Q the upper ones, to twice their width
IrRef neon_widened(Trans *t, const Insn *i, bool u, unsigned lane, IrRef a) {
    return vec1(t, u ? OP_VZXT : OP_VSXT, lane, 0, i->sf ? upper_half(t, a) : a);
}

IrRef neon_narrowed(Trans *t, const Insn *i, unsigned lane, IrRef a) { // even lanes; Q: over the destination's lower half
    IrRef r = vec2(t, OP_VUZPE, lane, a, a);
    return i->sf ? both_low(t, v(t, i->rd), r) : r;
}
static IrRef ones(Trans *t, unsigned lane) { return splat(t, in_lanes(lane, 1)); } // 1 in each lane

// ADDHN, SUBHN: the upper halves of sums and differences, rounded if U.
static bool high_narrow(Trans *t, const Insn *i, unsigned lane, bool subtract) {
    IrRef r = vec2(t, subtract ? OP_VSUB : OP_VADD, lane + 1, v(t, i->rn), v(t, i->rm));
    if (i->option) r = vec2(t, OP_VADD, lane + 1, r, vec1(t, OP_VSHLI, lane + 1, (8u << lane) - 1, ones(t, lane + 1)));
    return neon_put(t, i, i->sf, neon_narrowed(t, i, lane, vec1(t, OP_VSHRI, lane + 1, 8u << lane, r)));
}

bool neon_diff(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm, lane = (unsigned)i->size, wide = lane + 1;
    bool u = i->option, first_wide = op == 1 || op == 3;
    if (!is_scalar(i) && lane < 3 && (op == 4 || op == 6)) return high_narrow(t, i, lane, op == 6);
    if (op == 9 || op == 11 || op == 13) return neon_sat_diff(t, i);
    if (is_scalar(i) || lane == 3 || op > 12 || (wide == 3 && (op == 5 || op == 7))) return false;
    IrRef a = v(t, i->rn), b = neon_widened(t, i, u, lane, v(t, i->rm)), r;
    if (!first_wide) a = neon_widened(t, i, u, lane, a);
    if (op < 2) r = vec2(t, OP_VADD, wide, a, b);
    else if (op < 4) r = vec2(t, OP_VSUB, wide, a, b);
    else if (op == 5 || op == 7) r = difference(t, false, wide, a, b); // fits a signed lane
    else r = vec2(t, OP_VMUL, wide, a, b);
    if (op == 5 || op == 8) r = vec2(t, OP_VADD, wide, v(t, i->rd), r);
    if (op == 10) r = vec2(t, OP_VSUB, wide, v(t, i->rd), r);
    return neon_put(t, i, true, r);
}

// ---- two registers, miscellaneous
// Sums of neighbours, in lanes twice as wide.
static IrRef long_pairs(Trans *t, bool u, unsigned lane, IrRef a) {
    IrOpcode right = u ? OP_VSHRI : OP_VSARI;
    unsigned bits = 8u << lane;
    IrRef even = vec1(t, right, lane + 1, bits, vec1(t, OP_VSHLI, lane + 1, bits, a));
    return vec2(t, OP_VADD, lane + 1, even, vec1(t, right, lane + 1, bits, a));
}

// The bits of each byte, by a table of those of four.
static IrRef bit_counts(Trans *t, IrRef a) {
    IrRef table = ir_vec(t->k, OP_VPAIR, 0, c64(t, 0x0302020102010100), c64(t, 0x0403030203020201), IR_NONE), four = splat(t, 0x0f0f0f0f0f0f0f0f);
    IrRef low = vec2(t, OP_VTBL, 0, table, vec2(t, OP_VAND, 0, a, four));
    return vec2(t, OP_VADD, 0, low, vec2(t, OP_VTBL, 0, table, vec2(t, OP_VAND, 0, vec1(t, OP_VSHRI, 1, 4, a), four)));
}

static bool misc_scalar(Trans *t, const Insn *i) {
    static const uint8_t from[2][2] = {{OP_FCVT_I32, OP_FCVT_I64}, {OP_FCVT_U32, OP_FCVT_U64}};
    static const uint8_t to[2][2] = {{OP_FTOI32, OP_FTOI64}, {OP_FTOU32, OP_FTOU64}};
    unsigned op = (unsigned)i->imm, wide = i->size & 1, high = (unsigned)i->size >> 1;
    IrType type = wide ? T_F64 : T_F32;
    unsigned policy = FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE);
    if (soft(t)) return false;
    if (op == 29 && !high) { // SCVTF, UCVTF
        set_vector(t, i->rd, ir_fp(t->k, from[i->option][wide], type, FP_DYN | policy, v_low(t, i->rn), IR_NONE, IR_NONE));
        return true;
    }
    if (op == 27 && high) { // FCVTZS, FCVTZU
        IrRef r = ir_fp(t->k, to[i->option][wide], type, FP_RTZ | policy, ir_get(t->k, type, v_slot(i->rn)), IR_NONE, IR_NONE);
        set_low(t, i->rd, wide ? r : zext32(t, r));
        return true;
    }
    return false;
}

// FRINTN and so on, by opcode less the first: U to nearest, ties away, and as FPCR says.
static unsigned fp_mode(unsigned op, bool u, bool high) {
    static const uint8_t modes[2][2] = {{FP_RNE, FP_RUP}, {FP_RDN, FP_RTZ}};
    return u ? (op ? FP_DYN : FP_RMM) : modes[op][high];
}
static IrRef rounded_fp(Trans *t, const Insn *i, IrRef a, unsigned mode, bool exact) {
    return fp_op(t, i, OP_VFROUND, mode | (exact ? FP_EXACT : 0), a, IR_NONE, IR_NONE);
}

// FCVTN and FCVTL, of doubles.
static bool fp_width(Trans *t, const Insn *i) {
    if (soft(t) || !(i->size & 1)) return false;
    unsigned policy = FP_DYN | FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE);
    IrRef a = v(t, i->rn);
    if (i->imm == 23) return neon_put(t, i, true, fp_op(t, i, OP_VFWIDEN, FP_DYN, i->sf ? upper_half(t, a) : a, IR_NONE, IR_NONE));
    IrRef r = ir_vec(t->k, OP_VFNARROW, VFP_OP(2, policy), a, IR_NONE, IR_NONE);
    return neon_put(t, i, true, i->sf ? both_low(t, v(t, i->rd), r) : r);
}

static bool misc_fp(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm;
    bool u = i->option, high = i->size >> 1;
    IrRef sign = IR_NONE, a = fp_operand(t, i, i->rn);
    if (op == 15) {
        if (!u) return put_q(t, i, clear_signs(t, i, a));
        sign = splat(t, i->size & 1 ? 1ull << 63 : 0x8000000080000000);
        return put_q(t, i, vec2(t, OP_VXOR, 3, a, sign));
    }
    if (soft(t)) return false;
    if (op == 29 && !high) return put_q(t, i, fp_op(t, i, u ? OP_VFCVT_U : OP_VFCVT_I, FP_DYN, a, IR_NONE, IR_NONE));
    if (op == 27 && high && !u && !(i->size & 1)) return put_q(t, i, fp_op(t, i, OP_VFTOI, FP_RTZ, a, IR_NONE, IR_NONE));
    if (op == 24 || op == 25) return put_q(t, i, rounded_fp(t, i, a, fp_mode(op - 24, u, high), op == 25 && u && !high)); // FRINT
    if ((op == 26 || op == 27) && !u && !(i->size & 1)) { // FCVTNS, FCVTPS, FCVTMS
        a = rounded_fp(t, i, a, fp_mode(op - 26, false, high), true);
        return put_q(t, i, fp_op(t, i, OP_VFTOI, FP_RTZ, a, IR_NONE, IR_NONE));
    }
    if (op == 31 && high && u) return put_q(t, i, fp_op(t, i, OP_VFSQRT, FP_DYN, a, IR_NONE, IR_NONE));
    if (op < 12 || op > 14 || !high) return false;
    IrRef zero = splat(t, 0);
    if (op == 13 && !u) return put_q(t, i, fp_op(t, i, OP_VFEQ, FP_DYN, a, zero, IR_NONE));
    bool less = op != 12; // FCMLE, FCMLT: a <= 0, a < 0; FCMGE, FCMGT
    return put_q(t, i, fp_op(t, i, op == 14 || (op == 12 && !u) ? OP_VFLT : OP_VFLE, FP_DYN, less ? a : zero, less ? zero : a, IR_NONE));
}

bool neon_misc(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm, lane = (unsigned)i->size;
    bool u = i->option;
    IrRef a = v(t, i->rn);
    if (op == 7 || op == 20 || (op == 18 && u)) return neon_sat_misc(t, i);
    if (op >= 12 && op != 18 && op != 19) return is_scalar(i) ? misc_scalar(t, i) : op == 22 || op == 23 ? fp_width(t, i) : misc_fp(t, i);
    if (is_scalar(i) && (op < 8 || op > 11)) return false;
    switch (op) {
    case 0: return put_q(t, i, vec1(t, OP_VREV, lane, u ? 2 : 3, a));
    case 1: return put_q(t, i, vec1(t, OP_VREV, lane, 1, a));
    case 2: case 6: // SADDLP, SADALP
        a = long_pairs(t, u, lane, a);
        return put_q(t, i, op == 6 ? vec2(t, OP_VADD, lane + 1, v(t, i->rd), a) : a);
    case 5: return (!u || !lane) && put_q(t, i, u ? invert(t, a) : bit_counts(t, a)); // MVN, CNT
    case 8: return put_q(t, i, u ? invert(t, vec2(t, OP_VGTS, lane, splat(t, 0), a)) : vec2(t, OP_VGTS, lane, a, splat(t, 0)));
    case 9: return put_q(t, i, u ? invert(t, vec2(t, OP_VGTS, lane, a, splat(t, 0))) : vec2(t, OP_VEQ, lane, a, splat(t, 0)));
    case 10: return put_q(t, i, vec2(t, OP_VGTS, lane, splat(t, 0), a));
    case 11: return u ? put_q(t, i, vec2(t, OP_VSUB, lane, splat(t, 0), a)) : lane < 3 && put_q(t, i, vec1(t, OP_VABS, lane, 0, a));
    case 18: return neon_put(t, i, i->sf, neon_narrowed(t, i, lane, a)); // XTN
    case 19: return neon_put(t, i, true, vec1(t, OP_VSHLI, lane + 1, 8u << lane, neon_widened(t, i, true, lane, a)));
    default: return false;
    }
}

// ---- across lanes, and pairs as scalars
static bool pair_scalar(Trans *t, const Insn *i) {
    if (i->imm == 27) { // ADDP
        IrRef a = v(t, i->rn);
        return neon_put(t, i, false, vec2(t, OP_VADD, 3, a, upper_half(t, a)));
    }
    if (i->imm != 13 || i->size != 1 || soft(t)) return false; // FADDP of doubles
    unsigned policy = FP_DYN | FP_ARM | (t->ctx & ARM_CTX_FP_DN ? 0 : FP_NAN_PROPAGATE);
    IrRef low = ir_get(t->k, T_F64, v_slot(i->rn)), high = ir_get(t->k, T_F64, (uint16_t)(v_slot(i->rn) + 8));
    set_vector(t, i->rd, ir_fp(t->k, OP_FADD, T_F64, policy, low, high, IR_NONE));
    return true;
}

// All lanes, in each.
static IrRef folded(Trans *t, IrOpcode op, unsigned lane, IrRef a) {
    for (unsigned n = 8; n >= 1u << lane; n /= 2) a = vec2(t, op, lane, a, vext(t, a, a, n));
    return a;
}

bool neon_across(Trans *t, const Insn *i) {
    unsigned lane = (unsigned)i->size;
    bool u = i->option, add = i->imm == 27;
    if (is_scalar(i)) return pair_scalar(t, i);
    if (i->imm == 3) { // SADDLV
        IrRef wide = long_pairs(t, u, lane, i->sf ? v(t, i->rn) : low_half(t, v(t, i->rn)));
        return put_lane(t, i, lane + 1, folded(t, OP_VADD, lane + 1, wide));
    }
    if (!add && i->imm != 10 && i->imm != 26) return false;
    IrOpcode op = add ? OP_VADD : i->imm == 10 ? (u ? OP_VMAXU : OP_VMAXS) : u ? OP_VMINU : OP_VMINS;
    IrRef a = v(t, i->rn);
    if (!i->sf) a = add ? low_half(t, a) : both_low(t, a, a); // what must not count is zero, or there already
    return put_lane(t, i, lane, folded(t, op, lane, a));
}

// ---- shift by immediate: immh:immb is 2 * bits - count to the right, bits + count to the left
static IrRef shifted_right(Trans *t, bool u, unsigned lane, unsigned n, IrRef a) { // by up to all bits
    unsigned bits = 8u << lane;
    if (u && n == bits) return splat(t, 0);
    return vec1(t, u ? OP_VSHRI : OP_VSARI, lane, n == bits ? bits - 1 : n, a);
}
// The last bit that is shifted out is added.
IrRef neon_rounded_right(Trans *t, bool u, unsigned lane, unsigned n, IrRef a) {
    IrRef last = vec2(t, OP_VAND, 0, vec1(t, OP_VSHRI, lane, n - 1, a), ones(t, lane));
    return vec2(t, OP_VADD, lane, shifted_right(t, u, lane, n, a), last);
}
// SLI, SRI: the destination's bits where none were shifted to.
static IrRef inserted(Trans *t, const Insn *i, IrOpcode op, unsigned lane, unsigned n, IrRef a) {
    IrRef moved = vec1(t, op, lane, n, splat(t, UINT64_MAX));
    return vsel(t, vec1(t, op, lane, n, a), v(t, i->rd), moved);
}

bool neon_shift(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm, lane = 31 - (unsigned)__builtin_clz((unsigned)i->amount >> 3), bits = 8u << lane;
    unsigned right = 2 * bits - (unsigned)i->amount, left = (unsigned)i->amount - bits;
    bool u = i->option, accumulates = op == 2 || op == 6;
    IrRef a = v(t, i->rn), r;
    switch (op) {
    case 0: case 2: case 4: case 6: // SSHR, USHR, SSRA, USRA; SRSHR, URSHR, SRSRA, URSRA
        r = op < 4 ? shifted_right(t, u, lane, right, a) : neon_rounded_right(t, u, lane, right, a);
        return put_q(t, i, accumulates ? vec2(t, OP_VADD, lane, v(t, i->rd), r) : r);
    case 8: return put_q(t, i, right == bits ? v(t, i->rd) : inserted(t, i, OP_VSHRI, lane, right, a)); // SRI
    case 10: return put_q(t, i, u ? inserted(t, i, OP_VSHLI, lane, left, a) : vec1(t, OP_VSHLI, lane, left, a)); // SLI, SHL
    case 16: case 17: // SHRN, RSHRN
        if (u || is_scalar(i)) return neon_sat_shift(t, i, lane, right, left);
        r = op == 16 ? vec1(t, OP_VSHRI, lane + 1, right, a) : neon_rounded_right(t, true, lane + 1, right, a);
        return neon_put(t, i, i->sf, neon_narrowed(t, i, lane, r));
    case 12: case 14: case 18: case 19: return neon_sat_shift(t, i, lane, right, left);
    case 20: // SSHLL, USHLL
        r = neon_widened(t, i, u, lane, a);
        return neon_put(t, i, true, left ? vec1(t, OP_VSHLI, lane + 1, left, r) : r);
    default: return false;
    }
}

// ---- by an element: H:L:M and Rm say which
bool neon_indexed(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm, h = i->bits >> 11 & 1, l = i->bits >> 21 & 1, m = i->bits >> 20 & 1;
    bool fp = op == 1 || op == 5 || (op == 9 && !i->option), whole = op == 8 || op == 0 || op == 4, longs = op == 2 || op == 6 || op == 10;
    unsigned lane = fp ? fp_lane(i) : (unsigned)i->size, index = lane == 1 ? h << 2 | l << 1 | m : lane == 2 ? h << 1 | l : h;
    bool saturates = !fp && !whole && !longs;
    if (is_scalar(i) || (fp && soft(t)) || (fp && i->size < 2) || (saturates && i->option)) return false;
    IrRef b = v(t, (int)((i->bits >> 16 & 15) | (lane == 1 ? 0 : m << 4))), r;
    b = vec1(t, OP_VDUPL, lane, index, b);
    if (saturates) return neon_sat_indexed(t, i, lane, b);
    if (fp) {
        IrRef a = fp_operand(t, i, i->rn);
        if (!i->sf) b = low_half(t, b);
        if (op == 9) r = fp_op(t, i, OP_VFMUL, FP_DYN, a, b, IR_NONE);
        else r = fp_op(t, i, op == 5 ? OP_VFNMSUB : OP_VFMADD, FP_DYN, a, b, fp_operand(t, i, i->rd));
        return put_q(t, i, r);
    }
    IrRef a = v(t, i->rn);
    unsigned size = lane + longs;
    if (longs) a = neon_widened(t, i, i->option, lane, a);
    if (longs) b = vec1(t, i->option ? OP_VZXT : OP_VSXT, lane, 0, b);
    r = vec2(t, OP_VMUL, size, a, b);
    if (op != 8 && op != 10) r = vec2(t, op == 4 || op == 6 ? OP_VSUB : OP_VADD, size, v(t, i->rd), r);
    return neon_put(t, i, i->sf || longs, r);
}

// ---- moving lanes
bool neon_permute(Trans *t, const Insn *i) {
    unsigned op = (unsigned)i->imm & 3, lane = (unsigned)i->size;
    bool second = i->imm >> 2;
    IrRef a = v(t, i->rn), b = v(t, i->rm), r;
    IrOpcode unzip = second ? OP_VUZPO : OP_VUZPE;
    if (op == 1) { // UZP
        if (!i->sf) a = b = both_low(t, a, b);
        r = vec2(t, unzip, lane, a, b);
    } else if (op == 2) { // TRN: interleave what unzipping picks
        r = vec2(t, OP_VZIPL, lane, vec2(t, unzip, lane, a, a), vec2(t, unzip, lane, b, b));
    } else if (i->sf) {
        r = vec2(t, second ? OP_VZIPH : OP_VZIPL, lane, a, b);
    } else {
        r = vec2(t, OP_VZIPL, lane, a, b);
        if (second) r = upper_half(t, r);
    }
    return put_q(t, i, r);
}

bool neon_ext(Trans *t, const Insn *i) {
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    if (!i->sf) a = b = both_low(t, a, b);
    return put_q(t, i, i->imm ? vext(t, a, b, (unsigned)i->imm) : a);
}

bool neon_table(Trans *t, const Insn *i) {
    unsigned registers = (i->bits >> 13 & 3) + 1;
    if (i->bits >> 12 & 1) return false; // TBX
    IrRef index = v(t, i->rm), r = vec2(t, OP_VTBL, 0, v(t, i->rn), index);
    for (unsigned k = 1; k < registers; k++) {
        index = vec2(t, OP_VSUB, 0, index, splat(t, 0x1010101010101010)); // below zero counts as beyond
        r = vec2(t, OP_VOR, 0, r, vec2(t, OP_VTBL, 0, v(t, (i->rn + (int)k) & 31), index));
    }
    return put_q(t, i, r);
}

IrRef neon_lane(Trans *t, int r, unsigned size, unsigned index) {
    unsigned byte = index << size;
    IrRef half = byte & 8 ? v_high(t, r) : v_low(t, r);
    return byte & 7 ? ir_bin(t->k, OP_SHR, T_I64, half, c64(t, 8 * (byte & 7))) : half;
}
void neon_insert(Trans *t, int r, unsigned size, unsigned index, IrRef value) {
    set_vector(t, r, ir_vec(t->k, OP_VINS, VEC_OP(size, index), v(t, r), value, IR_NONE));
}
void neon_duplicate(Trans *t, int r, bool whole, unsigned size, IrRef value) {
    IrRef x = vec1(t, OP_VDUP, size, 0, value);
    set_vector(t, r, whole ? x : low_half(t, x));
}

// DUP and INS of an element.
bool neon_element(Trans *t, const Insn *i, unsigned size, unsigned index) {
    if (i->option) {
        neon_insert(t, i->rd, size, index, neon_lane(t, i->rn, size, (unsigned)i->imm >> size));
        return true;
    }
    IrRef r = vec1(t, OP_VDUPL, size, index, v(t, i->rn));
    return is_scalar(i) ? put_lane(t, i, size, r) : put_q(t, i, r);
}

void neon_constant(Trans *t, const Insn *i, uint64_t x) {
    if (i->sf) set_vector(t, i->rd, splat(t, x));
    else set_low(t, i->rd, c64(t, (int64_t)x));
}
