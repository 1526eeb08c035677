// SPDX-License-Identifier: MIT
// Floating point in a rounding mode that the instruction names, on the host's FPU. Called by emit_fp.c and emit_half.c, and emit_fround
// through the emitter table. Rules 9 and 11 of tcg/fp/hostfp.h.
//
// Arithmetic: MXCSR.RC is Vcpu.fp_rm's mode, which mostly is the one that is named: a comparison finds out. Otherwise a thunk changes
// RC for one instruction, and another puts it back; the sticky flags stay where they are. Embedded rounding (EVEX) would be
// of no use, since it raises no flags. To integers: SSE4.1 rounds in any mode but to nearest, ties away, which is a truncation behind
// the addition of the greatest number below 1/2, of a's sign: added in embedded rounding, which needs AVX-512.
#include "tcg/x86/gen.h"

enum { SUPPRESSED = 8, TRUNCATE = 3 }; // ROUNDSD's immediate: no PE; mode


// ---- MXCSR.RC for one instruction
static bool swaps(const IrOp *op) { return (op->imm & FP_RM) <= FP_RUP; }

static void call_if_other(Gen *g, const IrOp *op, uint32_t thunk) {
    opcode(&g->a, 0x80, 0, 0, RBP); // cmp byte [fp_rm], mode
    modrm_mem(&g->a, 7, RBP, VCPU(fp_rm));
    b1(&g->a, (unsigned)(op->imm & FP_RM));
    uint8_t *same = jcc_short(&g->a, CC_E);
    call_to(&g->a, thunk);
    bind_short(&g->a, same);
}

// Around the host instruction of op; nothing for the dynamic mode. Clobber rcx, rdx and flags.
void round_begin(Gen *g, const IrOp *op) {
    if (swaps(op))
        call_if_other(g, op, g->x->round_to[op->imm & FP_RM]);
}

void round_end(Gen *g, const IrOp *op) {
    if (swaps(op))
        call_if_other(g, op, g->x->round_back);
}

static void set_rc(Asm *a, Reg rc) { // ecx: MXCSR; rc: RC in its place
    alu_ri(a, 0, ALU_AND, RCX, ~0x6000);
    alu_rr(a, 0, ALU_OR, RCX, rc);
    op_rm(a, 0x89, RCX, RBP, VCPU(scratch) + 40);
    op_rm(a, P_0F | 0xae, 2, RBP, VCPU(scratch) + 40); // ldmxcsr
    ret(a);
}

static void get_mxcsr(Asm *a, int32_t at) {
    op_rm(a, P_0F | 0xae, 3, RBP, at); // stmxcsr
    op_rm(a, 0x8b, RCX, RBP, at);
}

// The mode in use is kept in [scratch+44].
void round_make(X86 *x, Asm *a) {
    static const uint8_t rc[] = {[FP_RNE] = 0, [FP_RTZ] = 3, [FP_RDN] = 1, [FP_RUP] = 2};
    for (unsigned rm = FP_RNE; rm <= FP_RUP; rm++) {
        x->round_to[rm] = asm_here(a);
        get_mxcsr(a, VCPU(scratch) + 44);
        mov_ri(a, RDX, rc[rm] << 13);
        set_rc(a, RDX);
    }
    x->round_back = asm_here(a);
    op_rm(a, 0x8b, RDX, RBP, VCPU(scratch) + 44);
    alu_ri(a, 0, ALU_AND, RDX, 0x6000);
    get_mxcsr(a, VCPU(scratch) + 40);
    set_rc(a, RDX);
}

// ---- to an integer
static void roundsx(Gen *g, IrType t, Reg d, Reg a, unsigned mode) {
    avx_rr(&g->a, P_66 | P_0F3A | (t == T_F32 ? 0x0a : P_WD | 0x0b), d, a, a); // vroundsd, vrndscalesd
    b1(&g->a, mode);
}

bool round_can(const Gen *g, unsigned rm) { return rm != FP_RTO && rm <= FP_DYN && rm != 6 && (rm != FP_RMM || g->x->avx512); }

unsigned round_immediate(unsigned rm, bool exact) { // of ROUNDSD and its like
    static const uint8_t mode[8] = {[FP_RNE] = 0, [FP_RDN] = 1, [FP_RUP] = 2, [FP_RTZ] = TRUNCATE, [FP_RMM] = TRUNCATE, [FP_DYN] = 4};
    return mode[rm & 7] | (exact ? 0 : SUPPRESSED);
}

// d = a as an integer of the same format; without NX. Clobbers SCRATCH_X2.
void round_quietly(Gen *g, IrType t, unsigned rm, Reg d, Reg a) {
    bool wide = t == T_F64;
    if (rm == FP_RMM) {
        avx_const(g, P_0F | 0x54, SCRATCH_X2, a, CONST_SIGN32 + wide); // vandps
        avx_const(g, P_0F | 0x56, SCRATCH_X2, SCRATCH_X2, CONST_HALF32 + wide); // vorps
        avx_rr(&g->a, scalar(t) | P_EVEX | 0x58, d, a, SCRATCH_X2);
        g->a.p[-3] |= 0x10; // EVEX.b: to nearest, no flags
        a = d;
    }
    roundsx(g, t, d, a, round_immediate(rm, false));
}

// Raises NX if a is no integer, NV for a signalling NaN.
void round_raise(Gen *g, IrType t, Reg a) { roundsx(g, t, SCRATCH_X2, a, 0); }

static Reg seen_xmm(Gen *g, IrRef r) {
    raw_check(g, r);
    return use_xmm(g, r);
}

// Only NaN that must become the default one needs a look.
void emit_fround(Gen *g, IrRef r, const IrOp *op) {
    unsigned rm = op->imm & FP_RM;
    if (op->type == T_F16 && round_can(g, rm) && !(op->imm & (FP_ARM | FP_NAN_PROPAGATE))) {
        half_round(g, r, op, rm);
        return;
    }
    if (!round_can(g, rm) || (op->type != T_F32 && op->type != T_F64)) {
        emit_eval(g, r, op);
        return;
    }
    Reg a = seen_xmm(g, op->a);
    g->val[r].boxed = g->val[op->a].boxed;
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = d == a ? SCRATCH_X : d;
    bool exact = op->imm & FP_EXACT;
    if (rm == FP_RMM) {
        round_quietly(g, op->type, rm, x, a);
        roundsx(g, op->type, SCRATCH_X2, a, exact ? 0 : SUPPRESSED);
    } else {
        roundsx(g, op->type, x, a, round_immediate(rm, exact));
    }
    if (!(op->imm & FP_NAN_PROPAGATE)) {
        avx_rr(&g->a, packed(op->type) | 0x2e, x, 0, x);
        soft_if(g, CC_P, op, a, a, a, x);
    }
    movx(&g->a, d, x);
}
