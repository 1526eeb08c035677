// SPDX-License-Identifier: MIT
// binary16 under RISC-V's rules, on the host's FPU: computed in binary32, which is exact enough, or in binary64 where it is not. Called by
// emit_fp.c and emit_round.c. Rule 12 of tcg/fp/hostfp.h.
#include "tcg/x86/gen.h"

bool half_can(const IrOp *op) {
    unsigned rm = op->imm & FP_RM;
    return op->type == T_F16 && !(op->imm & (FP_ARM | FP_NAN_PROPAGATE)) && (rm == FP_DYN || rm <= FP_RUP);
}

// r as an f32 in d. All lanes are made alike, so that no other raises a flag.
void half_widen(Gen *g, IrRef r, Reg d) {
    Reg a = use_xmm(g, r);
    avx_rr(&g->a, P_66 | P_0F38 | 0x79, d, 0, a); // vpbroadcastw
    avx_rr(&g->a, P_66 | P_0F38 | 0x13, d, 0, d); // vcvtph2ps
}

// The same as an f64.
static void half_double(Gen *g, IrRef r, Reg d) {
    half_widen(g, r, d);
    avx_rr(&g->a, scalar(T_F32) | 0x5a, d, d, d); // vcvtss2sd
}

// The f64 in SCRATCH_X to an f32 that half_result rounds as it would the f64: truncated, with the last bit set should anything be lost ("to
// odd"), so that the second rounding sees what there was. Raises NV for a signalling NaN alone, and leaves zeros in the other lanes. Clobbers
// rcx, rdx. AVX-512.
static void half_squeeze(Gen *g) {
    Asm *a = &g->a;
    avx_rr(a, scalar(T_F64) | P_EVEX | 0x5a, SCRATCH_X2, SCRATCH_X, SCRATCH_X); // vcvtsd2ss
    a->p[-3] |= 0x70; // EVEX.b, towards zero: no flags
    movx_to_gpr(a, 0, RCX, SCRATCH_X2);
    avx_rr(a, scalar(T_F32) | 0x5a, SCRATCH_X2, SCRATCH_X2, SCRATCH_X2);
    avx_rr(a, packed(T_F64) | 0x2e, SCRATCH_X, 0, SCRATCH_X2); // vucomisd: NaNs count as equal
    setcc(a, CC_NE, RDX);
    op_rr(a, P_BYTE | P_0F | 0xb6, RDX, RDX);
    op_rr(a, 0x09, RDX, RCX); // or ecx, edx
    movx_from_gpr(a, 0, SCRATCH_X, RCX);
}

// The f32 in SCRATCH_X becomes op r's result, in its box; the other lanes hold numbers that are halves already. All of an instruction's
// operands have been read.
static void half_put(Gen *g, IrRef r, const IrOp *op, bool rounds) {
    Asm *a = &g->a;
    done_operands(g, op);
    Reg d = def_xmm(g, r);
    avx_rr(a, P_66 | P_0F3A | 0x1d, SCRATCH_X, 0, SCRATCH_X); // vcvtps2ph
    b1(a, 4);
    if (rounds)
        round_end(g, op);
    avx_const(g, P_0F | 0x56, SCRATCH_X, SCRATCH_X, CONST_BOX16); // vorps
    movx(a, d, SCRATCH_X);
    g->val[r].boxed = !g->x->wide;
}

static void half_result(Gen *g, IrRef r, const IrOp *op) { half_put(g, r, op, true); }
void half_exact(Gen *g, IrRef r, const IrOp *op) { half_put(g, r, op, false); }

// In binary32; one rounding more does no harm.
void half_op(Gen *g, IrRef r, const IrOp *op, unsigned code) {
    half_widen(g, op->a, SCRATCH_X);
    if (ir_op_info[op->op].operands > 1)
        half_widen(g, op->b, SCRATCH_X2);
    round_begin(g, op);
    avx_rr(&g->a, P_F3 | P_0F | code, SCRATCH_X, SCRATCH_X, ir_op_info[op->op].operands > 1 ? SCRATCH_X2 : SCRATCH_X);
    nan_fix(g, T_F32, SCRATCH_X);
    half_result(g, r, op);
}

// The product of two halves is exact in binary64, and raises NV for inf * 0. Of the sum nothing that counts is lost: if its 53 bits do not
// hold it, the smaller one is less than a quarter of the last place of the half that the other makes.
void half_fma(Gen *g, IrRef r, const IrOp *op) {
    Asm *a = &g->a;
    half_double(g, op->a, SCRATCH_X);
    half_double(g, op->b, SCRATCH_X2);
    avx_rr(a, scalar(T_F64) | 0x59, SCRATCH_X, SCRATCH_X, SCRATCH_X2); // vmulsd
    if (op->op == OP_FNMSUB || op->op == OP_FNMADD)
        avx_const(g, P_0F | 0x57, SCRATCH_X, SCRATCH_X, CONST_SIGN64); // vxorps
    half_double(g, op->c, SCRATCH_X2);
    round_begin(g, op);
    avx_rr(a, scalar(T_F64) | (op->op == OP_FMADD || op->op == OP_FNMSUB ? 0x58 : 0x5c), SCRATCH_X, SCRATCH_X, SCRATCH_X2); // vaddsd, vsubsd
    half_squeeze(g);
    nan_fix(g, T_F32, SCRATCH_X);
    half_result(g, r, op);
}

// In binary32. NX is raised before the number goes.
void half_round(Gen *g, IrRef r, const IrOp *op, unsigned rm) {
    half_widen(g, op->a, SCRATCH_X);
    if (op->imm & FP_EXACT)
        round_raise(g, T_F32, SCRATCH_X);
    round_quietly(g, T_F32, rm, SCRATCH_X, SCRATCH_X);
    nan_fix(g, T_F32, SCRATCH_X);
    half_exact(g, r, op);
}

// To and from binary16.
bool half_convert(Gen *g, IrRef r, const IrOp *op, IrType from) {
    Asm *a = &g->a;
    if (op->imm & FP_ARM)
        return false;
    if (from == T_F16 && (op->type == T_F32 || op->type == T_F64)) {
        half_widen(g, op->a, SCRATCH_X);
        done_operands(g, op);
        Reg d = def_xmm(g, r);
        if (op->type == T_F64)
            avx_rr(a, scalar(T_F32) | 0x5a, SCRATCH_X, SCRATCH_X, SCRATCH_X);
        movx(a, d, SCRATCH_X);
        raw_made(g, r);
        return true;
    }
    if ((from != T_F32 && !g->x->avx512) || !half_can(op))
        return false;
    raw_check(g, op->a);
    if (from == T_F64) {
        movx(a, SCRATCH_X, use_xmm(g, op->a));
        half_squeeze(g);
        round_begin(g, op);
        nan_fix(g, T_F32, SCRATCH_X);
        half_result(g, r, op);
        return true;
    }
    avx_rr(a, P_66 | P_0F38 | 0x18, SCRATCH_X, 0, use_xmm(g, op->a)); // vbroadcastss
    round_begin(g, op);
    nan_fix(g, T_F32, SCRATCH_X);
    half_result(g, r, op);
    return true;
}

// What is beyond 2^20 is as far beyond binary16 as 2^20, and that is exact in binary32.
void half_from_int(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool is_signed = op->op == OP_FCVT_I32 || op->op == OP_FCVT_I64;
    Reg a = use_gpr(g, op->a);
    if (op->op == OP_FCVT_I32)
        op_rr(s, P_W | 0x63, RCX, a); // movsxd
    else if (op->op == OP_FCVT_U32)
        mov32_rr(s, RCX, a);
    else
        mov_rr(s, RCX, a);
    mov_ri(s, RDX, 1 << 20);
    alu_rr(s, P_W, ALU_CMP, RCX, RDX);
    op_rr(s, P_W | P_0F | 0x40 | (is_signed ? CC_G : CC_A), RCX, RDX); // cmov
    if (is_signed) {
        unary(s, P_W, 3, RDX); // neg
        alu_rr(s, P_W, ALU_CMP, RCX, RDX);
        op_rr(s, P_W | P_0F | 0x40 | CC_L, RCX, RDX);
    }
    avx_rr(s, P_0F | 0x57, SCRATCH_X, SCRATCH_X, SCRATCH_X);
    avx_rr(s, P_F3 | P_0F | P_W | 0x2a, SCRATCH_X, SCRATCH_X, RCX); // vcvtsi2ss
    round_begin(g, op);
    half_result(g, r, op);
}
