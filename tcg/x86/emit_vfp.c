// SPDX-License-Identifier: MIT
// Floating point lanes on the host's FPU. The same corner cases as in emit_soft.c, in any lane: if one is there, all lanes are computed once
// more by soft float. The result is made in a scratch register, since what looks at it cannot name registers 16 to 31.
#include "tcg/x86/gen.h"

static bool is_f64(const IrOp *op) { return VFP_LANE(op->imm) == 3; }
static unsigned packed_of(const IrOp *op) { return is_f64(op) ? P_66 | P_0F | P_WD : P_0F; }
static bool host_can(const IrOp *op) { return op->imm & FP_ARM && (op->imm & FP_RM) == FP_DYN; }
enum { UNORDERED = 3, EQUAL_OR_UNORDERED = 8 };

// x is SCRATCH_X.
static void look(Gen *g, const IrOp *op, bool tiny, Reg a, Reg b, Reg c) {
    Asm *s = &g->a;
    bool wide = is_f64(op);
    if (tiny) {
        avx_const(g, P_0F | 0x54, SCRATCH_X2, SCRATCH_X, CONST_VABS32 + wide); // vandps
        avx_const_imm(g, packed_of(op) | 0xc2, SCRATCH_X2, SCRATCH_X2, CONST_VTINY32 + wide, EQUAL_OR_UNORDERED); // vcmpps
    } else {
        avx_rr(s, packed_of(op) | 0xc2, SCRATCH_X2, SCRATCH_X, SCRATCH_X);
        b1(s, UNORDERED);
    }
    avx_rr(s, P_66 | P_0F38 | 0x17, SCRATCH_X2, 0, SCRATCH_X2); // vptest
    soft_if(g, CC_NE, op, a, b, c, SCRATCH_X);
}

void emit_vfbin(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t code[] = {[OP_VFADD - OP_VFADD] = 0x58, [OP_VFSUB - OP_VFADD] = 0x5c, [OP_VFMUL - OP_VFADD] = 0x59,
                                   [OP_VFDIV - OP_VFADD] = 0x5e};
    if (!host_can(op)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    avx_rr(&g->a, packed_of(op) | code[op->op - OP_VFADD], SCRATCH_X, a, b);
    look(g, op, op->op == OP_VFMUL || op->op == OP_VFDIV, a, b, a);
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

void emit_vfsqrt(Gen *g, IrRef r, const IrOp *op) {
    if (!host_can(op)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a);
    avx_rr(&g->a, packed_of(op) | 0x51, SCRATCH_X, 0, a);
    look(g, op, false, a, a, a);
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

void emit_vfma(Gen *g, IrRef r, const IrOp *op) {
    if (!host_can(op)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b), c = use_xmm(g, op->c);
    movx(&g->a, SCRATCH_X, c);
    avx_rr(&g->a, P_66 | P_0F38 | (is_f64(op) ? P_W : 0) | (op->op == OP_VFMADD ? 0xb8 : 0xbc), SCRATCH_X, a, b);
    look(g, op, true, a, b, c);
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

// The host's min and max give the second operand for equal ones, which differ by their sign at most if they are zeros: so both orders.
void emit_vfextreme(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool min = op->op == OP_VFMINIMUM || op->op == OP_VFMINNUM;
    if (!host_can(op)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    avx_rr(s, packed_of(op) | 0xc2, SCRATCH_X, low16(g, a, SCRATCH_X), low16(g, b, SCRATCH_X2));
    b1(s, UNORDERED);
    avx_rr(s, P_66 | P_0F38 | 0x17, SCRATCH_X, 0, SCRATCH_X); // vptest
    Stub *stub = soft_if(g, CC_NE, op, a, b, a, SCRATCH_X);
    avx_rr(s, packed_of(op) | (min ? 0x5d : 0x5f), SCRATCH_X, a, b);
    avx_rr(s, packed_of(op) | (min ? 0x5d : 0x5f), SCRATCH_X2, b, a);
    avx_rr(s, P_0F | (min ? 0x56 : 0x54), SCRATCH_X, SCRATCH_X, SCRATCH_X2); // vorps, vandps
    stub->back = asm_here(s);
    done_operands(g, op);
    movx(s, def_xmm(g, r), SCRATCH_X);
}

// Equal: quiet. Less: signalling.
void emit_vfcompare(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t predicate[] = {[OP_VFEQ - OP_VFEQ] = 0, [OP_VFLT - OP_VFEQ] = 1, [OP_VFLE - OP_VFEQ] = 2};
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    avx_rr(&g->a, packed_of(op) | 0xc2, SCRATCH_X, low16(g, a, SCRATCH_X), low16(g, b, SCRATCH_X2));
    b1(&g->a, predicate[op->op - OP_VFEQ]);
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

void emit_vfcvt(Gen *g, IrRef r, const IrOp *op) {
    bool is_signed = op->op == OP_VFCVT_I, wide = is_f64(op);
    if (!host_can(op) || ((wide || !is_signed) && !g->x->avx512)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    unsigned code = is_signed ? (wide ? P_EVEX | P_F3 | P_0F | P_W | 0xe6 : P_0F | 0x5b) : P_EVEX | (wide ? P_F3 | P_0F | P_W : P_F2 | P_0F) | 0x7a;
    avx_rr(&g->a, code, def_xmm(g, r), 0, a); // vcvtqq2pd, vcvtdq2ps, vcvtuqq2pd, vcvtudq2ps
}

// As the scalar ones (emit_round.c, emit_soft.c): NaN is looked for if it must become the default one, and what is about the least number
// where it was made narrower.
static void convert(Gen *g, IrRef r, const IrOp *op, unsigned code, int immediate, bool tiny) {
    Reg a = use_xmm(g, op->a);
    avx_rr(&g->a, code, SCRATCH_X, 0, a);
    if (immediate >= 0)
        b1(&g->a, (unsigned)immediate);
    if (tiny || !(op->imm & FP_NAN_PROPAGATE))
        look(g, op, tiny, a, a, a);
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

void emit_vfround(Gen *g, IrRef r, const IrOp *op) {
    unsigned rm = op->imm & FP_RM;
    if (rm == FP_RMM || !(op->imm & FP_ARM)) {
        emit_wide(g, r, op);
        return;
    }
    unsigned code = P_66 | P_0F3A | (is_f64(op) ? P_WD | 0x09 : 0x08); // vroundps, vrndscaleps
    convert(g, r, op, code, (int)round_immediate(rm, op->imm & FP_EXACT), false);
}

void emit_vfwidth(Gen *g, IrRef r, const IrOp *op) {
    bool narrow = op->op == OP_VFNARROW;
    if (host_can(op))
        convert(g, r, op, (narrow ? P_66 | P_0F | P_WD : P_0F) | 0x5a, -1, narrow); // vcvtpd2ps, vcvtps2pd
    else
        emit_wide(g, r, op);
}

// The host gives the least integer for what does not fit, and for NaN: then soft float looks again.
void emit_vftoi(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    if ((op->imm & FP_RM) != FP_RTZ || !(op->imm & FP_ARM) || is_f64(op)) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a);
    avx_rr(s, P_F3 | P_0F | 0x5b, SCRATCH_X, 0, a); // vcvttps2dq
    avx_const(g, P_66 | P_0F | 0x76, SCRATCH_X2, SCRATCH_X, CONST_VSIGN32); // vpcmpeqd
    avx_rr(s, P_66 | P_0F38 | 0x17, SCRATCH_X2, 0, SCRATCH_X2);
    soft_if(g, CC_NE, op, a, a, a, SCRATCH_X);
    done_operands(g, op);
    movx(s, def_xmm(g, r), SCRATCH_X);
}
