// SPDX-License-Identifier: MIT
// Floating point under Arm's rules (FP_ARM) on the host's FPU. Called by emit_fp.c.
//
// Two things the host does otherwise. NaN results: the host prefers the first operand, Arm the first signalling one; the host's default NaN
// is negative, Arm's positive. Underflow: the host asks whether the rounded result is tiny, Arm whether the exact one is, which differs only
// where the result is the smallest normal number. One ucomis finds both: |x| compared with that number sets ZF if equal and if unordered.
// Such results are computed once more by soft float, out of line, while the operands are still in their registers; the flags that the host
// has raised by then are among those of the right result. Sums and roots are never tiny and inexact, so they are looked at for NaN alone.
#include "tcg/x86/gen.h"

bool soft_host(const IrOp *op) { return op->imm & FP_ARM && (op->type == T_F32 || op->type == T_F64) && (op->imm & FP_RM) == FP_DYN; }

// An operand as the guest sees it: a NaN that waits to be made canonical (nan.c) would be passed on.
static Reg seen_xmm(Gen *g, IrRef r) {
    raw_check(g, r);
    return use_xmm(g, r);
}

// A stub that computes the op with soft float from the registers a, b, c into x, taken if the condition holds.
Stub *soft_if(Gen *g, unsigned cc, const IrOp *op, Reg a, Reg b, Reg c, Reg x) {
    Stub *s = stub_new(g, STUB_SOFT);
    s->op = op;
    s->base = a;
    s->size = b;
    s->value = c;
    s->dest = x;
    s->from[0] = jcc_fwd(&g->a, cc);
    s->back = asm_here(&g->a);
    return s;
}

void soft_stub(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    unsigned n = ir_op_info[s->op->op].operands;
    bind_fwd(a, s->from[0]);
    if (s->from[1])
        bind_fwd(a, s->from[1]);
    if (n > 0)
        xmm_store(g, T_V128, VCPU(scratch), s->base);
    if (n > 1)
        xmm_store(g, T_V128, VCPU(scratch) + 16, s->size);
    if (n > 2)
        xmm_store(g, T_V128, VCPU(scratch) + 32, s->value);
    mov_mi(a, P_W, RBP, VCPU(scratch) + 48, 0);
    uint8_t *address = a->p - 4;
    region_call_leave(g);
    call_to(a, g->x->eval_wide[s->fp_valid]);
    region_call_enter(g);
    if (type_fp(s->op->type))
        xmm_load(g, s->op->type == T_V128 ? T_V128 : T_F64, s->dest, VCPU(scratch));
    else
        mov_rm(a, s->dest, RBP, VCPU(scratch));
    if (s->op->type == T_F32 && !g->x->wide) // Val.boxed is as the fast path has it
        avx_const(g, P_0F | 0x56, s->dest, s->dest, CONST_BOX32);
    jmp_to(a, s->back);
    while (asm_here(a) & 7)
        b1(a, 0xcc);
    asm_room(a);
    uint32_t at = asm_here(a);
    memcpy(address, &at, 4);
    memcpy(a->p, s->op, sizeof(IrOp));
    a->p += sizeof(IrOp);
}

static void look(Gen *g, const IrOp *op, bool tiny, Reg a, Reg b, Reg c, Reg x) {
    bool wide = op->type == T_F64;
    if (tiny) {
        avx_const(g, P_0F | 0x54, SCRATCH_X2, x, CONST_ABS32 + wide); // vandps
        avx_const(g, packed(op->type) | 0x2e, SCRATCH_X2, 0, CONST_TINY32 + wide);
    } else {
        avx_rr(&g->a, packed(op->type) | 0x2e, x, 0, x);
    }
    soft_if(g, tiny ? CC_E : CC_P, op, a, b, c, x);
}

static Reg apart(Reg d, Reg a, Reg b, Reg c) { return d == a || d == b || d == c ? SCRATCH_X : d; }

void soft_fbin(Gen *g, IrRef r, const IrOp *op, unsigned code) {
    Reg a = seen_xmm(g, op->a), b = seen_xmm(g, op->b);
    g->val[r].boxed = g->val[op->a].boxed;
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = apart(d, a, b, a);
    avx_rr(&g->a, scalar(op->type) | code, x, a, b);
    look(g, op, op->op == OP_FMUL || op->op == OP_FDIV, a, b, a, x);
    movx(&g->a, d, x);
}

void soft_fsqrt(Gen *g, IrRef r, const IrOp *op) {
    Reg a = seen_xmm(g, op->a);
    g->val[r].boxed = g->val[op->a].boxed;
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = apart(d, a, a, a);
    avx_rr(&g->a, scalar(op->type) | 0x51, x, a, a);
    look(g, op, false, a, a, a, x);
    movx(&g->a, d, x);
}

void soft_fma(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t code[] = {[OP_FMADD - OP_FMADD] = 0xb9, [OP_FMSUB - OP_FMADD] = 0xbb, [OP_FNMSUB - OP_FMADD] = 0xbd, [OP_FNMADD - OP_FMADD] = 0xbf};
    Reg a = seen_xmm(g, op->a), b = seen_xmm(g, op->b), c = seen_xmm(g, op->c);
    g->val[r].boxed = g->val[op->c].boxed;
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = apart(d, a, b, c);
    movx(&g->a, x, c);
    avx_rr(&g->a, P_66 | P_0F38 | (op->type == T_F64 ? P_W : 0) | code[op->op - OP_FMADD], x, a, b); // 231: x = a * b + x
    look(g, op, true, a, b, c, x);
    movx(&g->a, d, x);
}

// The host's min and max give the second operand for zeros of any sign; equal operands differ by that at most.
void emit_fextreme(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool min = op->op == OP_FMINIMUM || op->op == OP_FMINNUM;
    if (op->type != T_F32 && op->type != T_F64) {
        emit_eval(g, r, op);
        return;
    }
    Reg a = seen_xmm(g, op->a), b = seen_xmm(g, op->b);
    g->val[r].boxed = g->val[op->a].boxed && g->val[op->b].boxed;
    avx_rr(s, packed(op->type) | 0x2e, a, 0, b);
    Stub *stub = soft_if(g, CC_P, op, a, b, a, SCRATCH_X);
    uint8_t *differ = jcc_short(s, CC_NE);
    avx_rr(s, P_0F | (min ? 0x56 : 0x54), SCRATCH_X, a, b); // orps, andps
    uint8_t *done = jmp_short(s);
    bind_short(s, differ);
    avx_rr(s, scalar(op->type) | (min ? 0x5d : 0x5f), SCRATCH_X, a, b);
    bind_short(s, done);
    stub->back = asm_here(s);
    done_operands(g, op);
    movx(s, def_xmm(g, r), SCRATCH_X);
}

// Between f32 and f64. A NaN keeps its upper bits, as Arm has it, unless it must become the default one.
void soft_fcvt(Gen *g, IrRef r, const IrOp *op, IrType from) {
    bool narrow = op->type == T_F32;
    Reg a = seen_xmm(g, op->a);
    g->val[r].boxed = g->val[op->a].boxed && !narrow;
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = apart(d, a, a, a);
    avx_rr(&g->a, scalar(from) | 0x5a, x, a, a);
    if (narrow || !(op->imm & FP_NAN_PROPAGATE))
        look(g, op, narrow, a, a, a, x);
    movx(&g->a, d, x);
}
