// SPDX-License-Identifier: MIT
// Floating point on SSE2/FMA. MXCSR holds the guest's dynamic rounding mode and gathers sticky flags while translated code runs
// (tcg/run/fpmode.h); SSE detects tininess after rounding, as RISC-V does. What the host gets differently is mended here: NaN results
// become the guest's default NaN (out of line: they are rare), conversions that overflow saturate as the guest says. Static rounding
// modes: emit_round.c; half precision: emit_half.c. What is left goes to soft float through the interpreter's function of the op.
#include "tcg/x86/gen.h"

static void ucomis(Asm *a, IrType t, Reg x, Reg y) { avx_rr(a, packed(t) | 0x2e, x, 0, y); }
static bool host_can(const IrOp *op, IrType t) {
    unsigned rm = op->imm & FP_RM;
    if (t != T_F32 && t != T_F64)
        return false;
    return op->imm & FP_ARM ? rm == FP_DYN : (rm == FP_DYN || rm <= FP_RUP) && !(op->imm & FP_NAN_PROPAGATE);
}

static int64_t boxed_nan(IrType t) {
    return t == T_F64 ? 0x7ff8000000000000 : t == T_F32 ? (int64_t)0xffffffff7fc00000 : (int64_t)0xffffffffffff7e00;
}

Stub *nan_fix(Gen *g, IrType t, Reg x) {
    ucomis(&g->a, t, x, x);
    Stub *s = stub_new(g, STUB_NAN);
    s->type = t;
    s->value = x;
    s->from[0] = jcc_fwd(&g->a, CC_P);
    s->back = asm_here(&g->a);
    return s;
}

static void minmax_nan(Gen *g, const Stub *s);

void nan_stub(Gen *g, const Stub *s);
void nan_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    if (s->minmax)
        minmax_nan(g, s);
    if (s->fma) {
        Asm *a = &g->a;
        op_rm(a, P_0F | 0xae, 3, RBP, VCPU(scratch)); // stmxcsr
        avx_rr(a, scalar(s->type) | 0x59, SCRATCH_X2, s->base, s->size);
        ucomis(a, s->type, SCRATCH_X2, SCRATCH_X2);
        uint8_t *nan = jcc_short(a, CC_P);
        op_rm(a, P_0F | 0xae, 2, RBP, VCPU(scratch)); // ldmxcsr
        bind_short(a, nan);
    }
    mov_ri(&g->a, RCX, boxed_nan(s->type));
    movx_from_gpr(&g->a, P_W, s->value, RCX);
    if (s->fma)
        raw_canon(g, s->raw);
    jmp_to(&g->a, s->back);
}

void emit_fbin(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t code[] = {[OP_FADD - OP_FADD] = 0x58, [OP_FSUB - OP_FADD] = 0x5c, [OP_FMUL - OP_FADD] = 0x59, [OP_FDIV - OP_FADD] = 0x5e};
    if (soft_host(op)) {
        soft_fbin(g, r, op, code[op->op - OP_FADD]);
        return;
    }
    if (half_can(op)) {
        half_op(g, r, op, code[op->op - OP_FADD]);
        return;
    }
    if (!host_can(op, op->type)) {
        emit_eval(g, r, op);
        return;
    }
    unsigned c = scalar(op->type) | code[op->op - OP_FADD];
    uint8_t a = use_xmm(g, op->a);
    int32_t disp;
    bool mem = in_memory(g, op->b, &disp);
    uint8_t b = mem ? 0 : use_xmm(g, op->b);
    g->val[r].boxed = g->val[op->a].boxed; // what is above comes from the first operand
    done_operands(g, op);
    uint8_t d = def_xmm(g, r);
    round_begin(g, op);
    if (mem)
        avx_rm(&g->a, c, d, a, RBP, disp);
    else
        avx_rr(&g->a, c, d, a, b);
    round_end(g, op);
    raw_made(g, r);
}

void emit_fsqrt(Gen *g, IrRef r, const IrOp *op) {
    if (soft_host(op)) {
        soft_fsqrt(g, r, op);
        return;
    }
    if (half_can(op)) {
        half_op(g, r, op, 0x51);
        return;
    }
    if (!host_can(op, op->type)) {
        emit_eval(g, r, op);
        return;
    }
    uint8_t a = use_xmm(g, op->a);
    g->val[r].boxed = g->val[op->a].boxed;
    done_operands(g, op);
    uint8_t d = def_xmm(g, r);
    round_begin(g, op);
    avx_rr(&g->a, scalar(op->type) | 0x51, d, a, a);
    round_end(g, op);
    raw_made(g, r);
}

// vf[n]m{add,sub}213: x = x * b + c, or 231. RISC-V raises NV for inf * 0 + NaN (IEEE 754 leaves it open, and FMA3 does not), so the NaN stub
// multiplies once more and keeps the flags only if the product is a NaN too.
void emit_fma(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t code[] = {[OP_FMADD - OP_FMADD] = 0xa9, [OP_FMSUB - OP_FMADD] = 0xab, [OP_FNMSUB - OP_FMADD] = 0xad, [OP_FNMADD - OP_FMADD] = 0xaf};
    if (soft_host(op)) {
        soft_fma(g, r, op);
        return;
    }
    if (half_can(op) && g->x->avx512) {
        half_fma(g, r, op);
        return;
    }
    if (!host_can(op, op->type)) {
        emit_eval(g, r, op);
        return;
    }
    uint8_t a = use_xmm(g, op->a), b = use_xmm(g, op->b), c = use_xmm(g, op->c);
    bool boxed = g->val[op->a].boxed, c_boxed = g->val[op->c].boxed;
    unsigned fma = P_66 | P_0F38 | (op->type == T_F64 ? P_W : 0) | code[op->op - OP_FMADD];
    done_operands(g, op);
    uint8_t d = def_xmm(g, r), x = d == a || d == b ? SCRATCH_X : d; // the stub wants the factors
    round_begin(g, op);
    if (x == c) {
        avx_rr(&g->a, fma + 0x10, x, a, b); // 231: x = a * b + x
        boxed = c_boxed;
    } else {
        movx(&g->a, x, a);
        avx_rr(&g->a, fma, x, b, c);
    }
    round_end(g, op);
    Stub *s = nan_fix(g, op->type, x);
    s->fma = true;
    s->base = a;
    s->size = b;
    s->raw = raw_all(g);
    raw_cover(g, op);
    g->val[r].boxed = boxed;
    movx(&g->a, d, x);
}

// A half as what it is in binary32; widening raises NV for signalling NaNs.
static Reg compared(Gen *g, IrRef r, Reg d) {
    if (type_of(g, r) != T_F16)
        return use_xmm(g, r);
    half_widen(g, r, d);
    return d;
}

// The host's min and max give the second operand for NaNs and for zeros of any sign. Equal operands differ by the sign of zero at most:
// or makes -0 of them, and +0. NaNs are sorted out by the stub; comparing has raised NV for signalling ones by then.
void emit_fminmax(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool min = op->op == OP_FMIN, half = op->type == T_F16;
    IrType type = half ? T_F32 : op->type;
    uint8_t a = compared(g, op->a, SCRATCH_X), b = compared(g, op->b, SCRATCH_X2);
    movx(&g->a, SCRATCH_X, a);
    ucomis(s, type, a, b);
    Stub *stub = stub_new(g, STUB_NAN);
    stub->type = type;
    stub->value = SCRATCH_X;
    stub->minmax = true;
    stub->base = a;
    stub->size = b;
    stub->from[0] = jcc_fwd(s, CC_P);
    uint8_t *differ = jcc_short(s, CC_NE);
    avx_rr(s, P_0F | (min ? 0x56 : 0x54), SCRATCH_X, SCRATCH_X, b); // orps, andps
    uint8_t *done = jmp_short(s);
    bind_short(s, differ);
    avx_rr(s, scalar(type) | (min ? 0x5d : 0x5f), SCRATCH_X, SCRATCH_X, b);
    bind_short(s, done);
    stub->back = asm_here(s);
    if (half) {
        half_exact(g, r, op);
        return;
    }
    g->val[r].boxed = g->val[op->a].boxed && g->val[op->b].boxed;
    done_operands(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

// Unordered: the operand that is a number, or the default NaN.
static void minmax_nan(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    ucomis(a, s->type, s->base, s->base);
    uint8_t *first = jcc_short(a, CC_P);
    jmp_to(a, s->back); // b is the NaN, and a is there
    bind_short(a, first);
    movx(&g->a, SCRATCH_X, s->size);
    ucomis(a, s->type, s->size, s->size);
    jcc_to(a, CC_NP, s->back);
}

// ucomis raises NV for signalling NaNs only, comis for any. Unordered sets ZF, PF and CF.
// a < b as b > a: CF and ZF clear, so that unordered is false.
unsigned emit_fcompare(Gen *g, IrRef r) {
    const IrOp *c = &g->ir->ops[r];
    uint8_t a = compared(g, c->a, SCRATCH_X), b = compared(g, c->b, SCRATCH_X2);
    avx_rr(&g->a, packed(c->type) | (c->imm & FP_QUIET ? 0x2e : 0x2f), b, 0, a);
    return c->op == OP_FLT ? CC_A : c->op == OP_FLE ? CC_AE : c->op == OP_FNLT ? CC_BE : CC_B;
}

void emit_fcmp(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    if (fuse(g, r))
        return;
    if (op->op == OP_FEQ || op->op == OP_FNE || op->op == OP_FUNORD) {
        uint8_t a = compared(g, op->a, SCRATCH_X), b = compared(g, op->b, SCRATCH_X2);
        ucomis(s, op->type, a, b);
        setcc(s, op->op == OP_FEQ ? CC_NP : CC_P, RCX);
        if (op->op != OP_FUNORD && g->val[r].last) {
            setcc(s, op->op == OP_FEQ ? CC_E : CC_NE, RDX);
            op_rr(s, op->op == OP_FEQ ? 0x21 : 0x09, RDX, RCX); // and, or ecx, edx
        }
    } else {
        setcc(s, emit_fcompare(g, r), RCX);
    }
    done_operands(g, op);
    if (!g->val[r].last) // for its flags alone
        return;
    op_rr(s, P_BYTE | P_0F | 0xb6, def_gpr(g, r), RCX);
}

// Signs are bits.
void emit_fsign(Gen *g, IrRef r, const IrOp *op) {
    if (op->type == T_F16) {
        emit_eval(g, r, op);
        return;
    }
    unsigned wide = op->type == T_F64;
    raw_check(g, op->a);
    if (op->op == OP_FSGNJ)
        raw_check(g, op->b);
    uint8_t a = use_xmm(g, op->a), b = op->op == OP_FSGNJ ? use_xmm(g, op->b) : 0;
    if (op->op == OP_FSGNJ)
        avx_const(g, P_0F | 0x54, SCRATCH_X, b, CONST_SIGN32 + wide); // vandps
    g->val[r].boxed = g->val[op->a].boxed;
    done_operands(g, op);
    uint8_t d = def_xmm(g, r);
    if (op->op == OP_FNEG)
        avx_const(g, P_0F | 0x57, d, a, CONST_SIGN32 + wide); // vxorps
    else
        avx_const(g, P_0F | 0x54, d, a, CONST_ABS32 + wide);
    if (op->op == OP_FSGNJ)
        avx_rr(&g->a, P_0F | 0x56, d, d, SCRATCH_X); // vorps
}

void emit_fcvt(Gen *g, IrRef r, const IrOp *op) {
    IrType from = type_of(g, op->a);
    bool widen = op->type == T_F64 && from == T_F32, narrow = op->type == T_F32 && from == T_F64;
    if ((widen || narrow) && op->imm & FP_ARM && (widen || host_can(op, T_F64))) {
        soft_fcvt(g, r, op, from);
        return;
    }
    if (half_convert(g, r, op, from))
        return;
    if (!(widen || (narrow && host_can(op, T_F64)))) {
        emit_eval(g, r, op);
        return;
    }
    uint8_t a = use_xmm(g, op->a);
    done_operands(g, op);
    uint8_t d = def_xmm(g, r);
    if (narrow)
        round_begin(g, op);
    avx_rr(&g->a, scalar(from) | 0x5a, d, a, a);
    if (narrow)
        round_end(g, op);
    raw_made(g, r);
}

void emit_int_to_f(Gen *g, IrRef r, const IrOp *op) {
    if (half_can(op)) {
        half_from_int(g, r, op);
        return;
    }
    bool exact = op->type == T_F64 && (op->op == OP_FCVT_I32 || op->op == OP_FCVT_U32);
    if ((op->op == OP_FCVT_U64 && !g->x->avx512) || (op->type != T_F32 && op->type != T_F64) || !(exact || host_can(op, op->type))) {
        emit_eval(g, r, op);
        return;
    }
    Asm *s = &g->a;
    Reg a = use_gpr(g, op->a);
    done_operands(g, op);
    uint8_t d = def_xmm(g, r);
    avx_rr(s, P_0F | 0x57, d, d, d); // xorps: no dependence on the old value
    g->val[r].boxed = g->x->wide;
    unsigned from_int = (op->type == T_F32 ? P_F3 : P_F2) | P_0F | 0x2a;
    if (!exact)
        round_begin(g, op);
    if (op->op == OP_FCVT_U64) {
        avx_rr(s, P_EVEX | P_W | (from_int ^ 0x2a ^ 0x7b), d, d, a); // vcvtusi2sd
    } else if (op->op == OP_FCVT_U32) {
        mov32_rr(s, RCX, a);
        avx_rr(s, from_int | P_W, d, d, RCX);
    } else {
        avx_rr(s, from_int | (op->op == OP_FCVT_I64 ? P_W : 0), d, d, a);
    }
    if (!exact)
        round_end(g, op);
}

// The host gives 0x80..0 and NV for what does not fit, or all ones if the result is unsigned; that value is looked at again. In a mode
// other than MXCSR's the number is rounded first, without NX: who knows whether it fits. That is raised at the end.
void emit_f_to_int(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    unsigned rm = op->imm & FP_RM;
    bool wide = op->op == OP_FTOI64 || op->op == OP_FTOU64, is_signed = op->op == OP_FTOI32 || op->op == OP_FTOI64;
    bool half = op->type == T_F16 && !(op->imm & FP_ARM), first = rm != FP_RTZ && rm != FP_DYN;
    IrType type = half ? T_F32 : op->type;
    if ((!is_signed && !g->x->avx512) || (type != T_F32 && type != T_F64) || !round_can(g, rm) ||
        (half && rm == FP_RMM)) {
        emit_eval(g, r, op);
        return;
    }
    Reg a = half ? SCRATCH_X2 : use_xmm(g, op->a);
    if (half)
        half_widen(g, op->a, a);
    unsigned w = wide ? P_W : 0, code = (is_signed ? 0x2c : P_EVEX | 0x78) + (rm == FP_DYN);
    if (first)
        round_quietly(g, type, rm, SCRATCH_X, a);
    avx_rr(s, (type == T_F32 ? P_F3 : P_F2) | P_0F | w | code, RCX, 0, first ? SCRATCH_X : a);
    alu_ri(s, w, ALU_CMP, RCX, is_signed ? 1 : -1); // overflows for the least integer alone
    Stub *stub = stub_new(g, STUB_SATURATE);
    stub->type = type;
    stub->value = a;
    stub->size = wide;
    stub->write = is_signed;
    stub->nan_zero = op->imm & FP_ARM;
    stub->from[0] = jcc_fwd(s, is_signed ? CC_O : CC_E);
    stub->retry = first ? asm_here(s) : 0;
    if (first)
        round_raise(g, type, a);
    stub->back = asm_here(s);
    done_operands(g, op);
    op_rr(s, w | 0x8b, def_gpr(g, r), RCX);
}

// The least signed or the greatest unsigned integer may be what the number was rounded to; of the latter's length alone, in binary64, that is
// not told by the number itself, or NX is due.
static void saturate_fits(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    if (!s->retry || s->type != T_F64 || s->size)
        return;
    mov32_rr(a, RDX, RCX);
    if (s->write)
        op_rr(a, P_W | 0x63, RDX, RCX); // movsxd
    avx_rr(a, P_F2 | P_0F | P_W | 0x2a, SCRATCH_X2, SCRATCH_X2, RDX); // cvtsi2sd
    ucomis(a, T_F64, SCRATCH_X2, SCRATCH_X);
    uint8_t *nan = jcc_short(a, CC_P);
    jcc_to(a, CC_E, s->retry);
    bind_short(a, nan);
}

// What is below zero becomes the least integer, NaN and large numbers the greatest. A QNaN raises nothing more here.
void saturate_stub(Gen *g, const Stub *s);
void saturate_stub(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    bind_fwd(a, s->from[0]);
    saturate_fits(g, s);
    avx_rr(a, P_0F | 0x57, SCRATCH_X, SCRATCH_X, SCRATCH_X);
    ucomis(a, s->type, s->value, SCRATCH_X); // CF if below, PF and CF if NaN
    uint8_t *nan = jcc_short(a, CC_P);
    if (s->write) {
        jcc_to(a, CC_B, s->back);
        if (!s->nan_zero)
            bind_short(a, nan);
        mov_ri(a, RCX, s->size ? INT64_MAX : INT32_MAX);
        if (s->nan_zero) {
            jmp_to(a, s->back);
            bind_short(a, nan);
            mov_ri(a, RCX, 0);
        }
    } else {
        jcc_to(a, CC_AE, s->back);
        if (s->nan_zero)
            bind_short(a, nan);
        mov_ri(a, RCX, 0);
        if (!s->nan_zero)
            bind_short(a, nan);
    }
    jmp_to(a, s->back);
}

// c ? a : b
void emit_fselect(Gen *g, IrRef r, const IrOp *op) {
    raw_check(g, op->a);
    raw_check(g, op->b);
    uint8_t a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    movx(&g->a, SCRATCH_X, a);
    unsigned cc = emit_condition(g, op->c);
    uint8_t *chosen = jcc_short(&g->a, cc);
    movx(&g->a, SCRATCH_X, b);
    bind_short(&g->a, chosen);
    g->val[r].boxed = g->val[op->a].boxed && g->val[op->b].boxed;
    done_condition(g, op);
    movx(&g->a, def_xmm(g, r), SCRATCH_X);
}

void emit_bitcast(Gen *g, IrRef r, const IrOp *op) {
    bool to_fp = type_fp(op->type), from_fp = type_fp(type_of(g, op->a));
    unsigned w = ir_type_size(op->type) == 8 ? P_W : 0;
    if (to_fp == from_fp) {
        emit_eval(g, r, op);
    } else if (to_fp) {
        Reg a = use_gpr(g, op->a);
        done_operands(g, op);
        movx_from_gpr(&g->a, w, def_xmm(g, r), a);
        g->val[r].boxed = g->x->wide;
    } else {
        raw_check(g, op->a);
        uint8_t a = use_xmm(g, op->a);
        done_operands(g, op);
        movx_to_gpr(&g->a, w, def_gpr(g, r), a);
    }
}

void emit_box(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    raw_check(g, op->a);
    Reg a = boxed_xmm(g, op->a, SCRATCH_X);
    done_operands(g, op);
    if (op->type == T_F64)
        movx(s, def_xmm(g, r), a);
    else
        movx_to_gpr(s, P_W, def_gpr(g, r), a);
}

// Broken boxes are rare.
void emit_unbox(Gen *g, IrRef r, const IrOp *op) {
    Asm *a = &g->a;
    Reg x = SCRATCH_X;
    if (type_fp(type_of(g, op->a))) {
        raw_check(g, op->a);
        x = use_xmm(g, op->a);
    } else {
        movx_from_gpr(a, P_W, x, use_gpr(g, op->a));
    }
    done_operands(g, op);
    Reg d = def_xmm(g, r);
    if (d < 16) {
        movx(a, d, x);
        x = d;
    } else if (x >= 16) { // vptest cannot name it
        movx(a, SCRATCH_X, x);
        x = SCRATCH_X;
    }
    avx_const(g, P_66 | P_0F38 | 0x17, x, 0, op->type == T_F32 ? CONST_BOX32 : CONST_BOX16); // vptest: CF if the bits are all there
    movx(a, d, x);
    Stub *s = stub_new(g, STUB_UNBOX);
    s->value = d;
    s->type = op->type;
    s->from[0] = jcc_fwd(a, CC_AE);
    s->back = asm_here(a);
    g->val[r].boxed = !g->x->wide;
}

void unbox_stub(Gen *g, const Stub *s);
void unbox_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    mov_ri(&g->a, RCX, boxed_nan(s->type));
    movx_from_gpr(&g->a, P_W, s->value, RCX);
    jmp_to(&g->a, s->back);
}
