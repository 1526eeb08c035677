// SPDX-License-Identifier: MIT
// Ops on v128: the interpreter's, and what translated code calls where the host has nothing for an op, or an operand is a corner case.
// A vector is two words, lanes counted from the low end. docs/IR.md says what each op means.
#include "tcg/base/aes.h"
#include "tcg/base/sha256.h"
#include "tcg/interp/eval.h"
#include <string.h>

typedef union Lanes {
    uint64_t d[2];
    uint32_t s[4];
    uint8_t b[16];
} Lanes;

static uint64_t get_lane(const Lanes *v, unsigned size, unsigned i) {
    uint64_t x = 0;
    memcpy(&x, v->b + (i << size), 1u << size);
    return x;
}

static void set_lane(Lanes *v, unsigned size, unsigned i, uint64_t x) { memcpy(v->b + (i << size), &x, 1u << size); }

static int64_t extend(uint64_t x, unsigned size) { return (int64_t)(x << (64 - (8u << size))) >> (64 - (8u << size)); }

// Lane by lane, of a and b.
static uint64_t lane_op(IrOpcode op, unsigned size, unsigned n, uint64_t a, uint64_t b) {
    int64_t sa = extend(a, size), sb = extend(b, size);
    unsigned bits = 8u << size;
    switch (op) {
    case OP_VADD: return a + b;
    case OP_VSUB: return a - b;
    case OP_VMUL: return a * b;
    case OP_VMINS: return sa < sb ? a : b;
    case OP_VMINU: return a < b ? a : b;
    case OP_VMAXS: return sa > sb ? a : b;
    case OP_VMAXU: return a > b ? a : b;
    case OP_VEQ: return a == b ? UINT64_MAX : 0;
    case OP_VGTS: return sa > sb ? UINT64_MAX : 0;
    case OP_VABS: return sa < 0 ? 0 - a : a;
    case OP_VSHLI: return a << n;
    case OP_VSHRI: return a >> n;
    case OP_VSARI: return (uint64_t)(sa >> n);
    case OP_VSHL: return b < bits ? a << b : 0;
    case OP_VSHR: return b < bits ? a >> b : 0;
    case OP_VSAR: return (uint64_t)(sa >> (b < bits ? b : bits - 1));
    default: return 0;
    }
}

static uint64_t logic(IrOpcode op, uint64_t a, uint64_t b, uint64_t c) {
    switch (op) {
    case OP_VAND: return a & b;
    case OP_VOR: return a | b;
    case OP_VXOR: return a ^ b;
    case OP_VANDN: return a & ~b;
    default: return (a & c) | (b & ~c);
    }
}

// Lane i of an op that moves lanes, of the vectors a and b.
static uint64_t moved(IrOpcode op, unsigned size, unsigned n, unsigned i, const Lanes *a, const Lanes *b) {
    unsigned half = 8u >> size;
    switch (op) {
    case OP_VZIPL: return get_lane(i & 1 ? b : a, size, i / 2);
    case OP_VZIPH: return get_lane(i & 1 ? b : a, size, half + i / 2);
    case OP_VUZPE: return get_lane(i < half ? a : b, size, i % half * 2);
    case OP_VUZPO: return get_lane(i < half ? a : b, size, i % half * 2 + 1);
    case OP_VREV: return get_lane(a, size, i ^ ((1u << (n - size)) - 1));
    case OP_VDUP: return a->d[0];
    case OP_VDUPL: return get_lane(a, size, n);
    default: return i == n ? b->d[0] : get_lane(a, size, i); // VINS
    }
}

static void eval_bytes(IrOpcode op, unsigned n, const Lanes *a, const Lanes *b, Lanes *r) {
    for (unsigned i = 0; i < 16; i++)
        if (op == OP_VEXT)
            r->b[i] = i + n < 16 ? a->b[i + n] : b->b[i + n - 16];
        else
            r->b[i] = b->b[i] < 16 ? a->b[b->b[i]] : 0;
}

static void eval_lanes(const IrOp *op, const Lanes *a, const Lanes *b, const Lanes *c, Lanes *r) {
    unsigned size = VEC_LANE(op->imm), n = VEC_N(op->imm);
    switch (op->op) {
    case OP_VAND: case OP_VOR: case OP_VXOR: case OP_VANDN: case OP_VSEL:
        for (unsigned i = 0; i < 2; i++)
            r->d[i] = logic(op->op, a->d[i], b->d[i], c->d[i]);
        return;
    case OP_VZXT: case OP_VSXT:
        for (unsigned i = 0; i < 8u >> size; i++) {
            uint64_t x = get_lane(a, size, i);
            set_lane(r, size + 1, i, op->op == OP_VSXT ? (uint64_t)extend(x, size) : x);
        }
        return;
    case OP_VAESE: case OP_VAESD:
        aes_substitute(a->b, op->op == OP_VAESD, r->b);
        return;
    case OP_VAESMC: case OP_VAESIMC:
        aes_mix_columns(a->b, op->op == OP_VAESIMC, r->b);
        return;
    case OP_VSHA256H: sha256_rounds(a->s, b->s, c->s, true, r->s); return;
    case OP_VSHA256H2: sha256_rounds(b->s, a->s, c->s, false, r->s); return;
    case OP_VSHA256SU0: sha256_schedule0(a->s, b->s, r->s); return;
    case OP_VSHA256SU1: sha256_schedule1(a->s, b->s, c->s, r->s); return;
    case OP_VCLMUL:
        r->d[0] = ir_eval(OP_CLMUL, T_I64, a->d[n & 1], b->d[n >> 4], 0);
        r->d[1] = ir_eval(OP_CLMULH, T_I64, a->d[n & 1], b->d[n >> 4], 0);
        return;
    case OP_VEXT: case OP_VTBL:
        eval_bytes(op->op, n, a, b, r);
        return;
    default:
        for (unsigned i = 0; i < 16u >> size; i++) {
            bool moves = op->op >= OP_VZIPL;
            set_lane(r, size, i, moves ? moved(op->op, size, n, i, a, b) : lane_op(op->op, size, n, get_lane(a, size, i), get_lane(b, size, i)));
        }
    }
}

// Each lane is what the scalar op of the same policy makes of it.
static void eval_vfp(Vcpu *v, const IrOp *op, const Lanes *a, const Lanes *b, const Lanes *c, Lanes *r) {
    static const uint8_t narrow[] = {OP_FADD, OP_FSUB, OP_FMUL, OP_FDIV, OP_FSQRT, OP_FMADD, OP_FNMSUB, OP_FEQ, OP_FLT, OP_FLE,
                                     OP_FMINIMUM, OP_FMAXIMUM, OP_FMINNUM, OP_FMAXNUM, OP_FCVT_I32, OP_FCVT_U32, OP_FTOI32, OP_FROUND,
                                     OP_FCVT_F32, OP_FCVT_F64};
    unsigned size = VFP_LANE(op->imm), k = op->op - OP_VFADD;
    IrOp one = {.op = narrow[k], .type = size == 3 ? T_F64 : T_F32, .imm = op->imm & (FP_RM | FP_NAN_PROPAGATE | FP_QUIET | FP_ARM | FP_EXACT)};
    if (size == 3 && op->op >= OP_VFCVT_I && op->op <= OP_VFTOI)
        one.op = op->op == OP_VFCVT_I ? OP_FCVT_I64 : op->op == OP_VFCVT_U ? OP_FCVT_U64 : OP_FTOI64;
    bool compares = op->op >= OP_VFEQ && op->op <= OP_VFLE, narrows = op->op == OP_VFNARROW;
    unsigned from = op->op == OP_VFWIDEN ? 2 : narrows ? 3 : size;
    memset(r, 0, sizeof *r);
    for (unsigned i = 0; i < (narrows ? 2 : 16u >> size); i++) {
        uint64_t x = eval_fp(v, &one, get_lane(a, from, i), get_lane(b, from, i), get_lane(c, from, i));
        set_lane(r, size, i, compares ? 0 - x : x);
    }
}

void eval_wide(Vcpu *v, const IrOp *op, const uint64_t a[2], const uint64_t b[2], const uint64_t c[2], uint64_t r[2]) {
    const Lanes va = {{a[0], a[1]}}, vb = {{b[0], b[1]}}, vc = {{c[0], c[1]}};
    Lanes vr = {{a[0], 0}}; // VZEXT: narrower values have zeros above already
    if (ir_op_info[op->op].kind == KIND_VEC)
        eval_lanes(op, &va, &vb, &vc, &vr);
    else if (ir_op_info[op->op].kind == KIND_VFP)
        eval_vfp(v, op, &va, &vb, &vc, &vr);
    else if (op->op == OP_VPAIR || op->op == OP_PAIR)
        vr.d[1] = b[0];
    else if (op->op != OP_VZEXT)
        vr.d[0] = interp_eval(v, op, a[0], b[0], c[0]);
    memcpy(r, vr.d, sizeof vr.d);
}

void interp_eval_scratch(Vcpu *v) {
    const IrOp *op;
    uint64_t r[2];
    memcpy(&op, &v->scratch[6], sizeof op);
    eval_wide(v, op, &v->scratch[0], &v->scratch[2], &v->scratch[4], r);
    memcpy(v->scratch, r, sizeof r);
}
