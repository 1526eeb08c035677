// SPDX-License-Identifier: MIT
// Vectors of 128 bits on AVX2, and AVX-512VL for registers 16 to 31. Called through the emitter table. Most ops are one instruction of
// three operands. Comparisons of lanes have no form that both reaches registers 16 to 31 and makes a vector of ones and zeros, so their
// operands and result go through scratch registers. What has no emitter here goes to the interpreter's function (emit_wide).
#include "tcg/x86/gen.h"

enum { NO = 0 }; // no such instruction
enum { I66 = P_66 | P_0F, I38 = P_66 | P_0F38, I3A = P_66 | P_0F3A };

static unsigned lane_of(const IrOp *op) { return VEC_LANE(op->imm); }

// The interpreter's function of the op, on operands in registers.
void emit_wide(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    const IrRef operand[3] = {op->a, op->b, op->c};
    for (unsigned i = 0; i < ir_op_info[op->op].operands; i++) {
        IrType t = ir_result_type(&g->ir->ops[operand[i]]);
        if (type_fp(t))
            xmm_store(g, T_V128, VCPU(scratch) + 16 * (int32_t)i, use_xmm(g, operand[i]));
        else
            mov_mr(s, RBP, VCPU(scratch) + 16 * (int32_t)i, use_gpr(g, operand[i]));
    }
    Stub *stub = stub_new(g, STUB_EVAL);
    stub->op = op;
    mov_mi(s, P_W, RBP, VCPU(scratch) + 48, 0);
    stub->from[0] = s->p;
    region_call_leave(g);
    call_to(s, g->x->eval_wide[g->fp_valid]);
    region_call_enter(g);
    done_operands(g, op);
    g->out->fallbacks++;
    xmm_load(g, T_V128, def_xmm(g, r), VCPU(scratch));
}

void emit_vzext(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    if (ir_result_type(&g->ir->ops[op->a]) == T_V128) {
        Reg a = use_xmm(g, op->a);
        done_operands(g, op);
        avx_rr(s, P_F3 | P_0F | P_WD | 0x7e, def_xmm(g, r), 0, a); // vmovq
        return;
    }
    Reg a = widened_xmm(g, op->a, SCRATCH_X);
    done_operands(g, op);
    movx(s, def_xmm(g, r), a);
}

void emit_vpair(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    Reg a = use_gpr(g, op->a), b = use_gpr(g, op->b);
    done_operands(g, op);
    movx_from_gpr(s, P_W, SCRATCH_X, a);
    avx_rr(s, I3A | P_W | 0x22, def_xmm(g, r), SCRATCH_X, b); // vpinsrq
    b1(s, 1);
}

// ---- halves of an i128
void emit_low(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    movx_to_gpr(&g->a, P_W, def_gpr(g, r), a);
}

void emit_high(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    avx_rr(&g->a, I3A | P_W | 0x16, a, 0, def_gpr(g, r)); // vpextrq
    b1(&g->a, 1);
}

// Shifts: op /n, of the lane's size; the destination is in vvvv.
static void shift(Asm *a, unsigned lane, unsigned n, Reg d, Reg s, unsigned count) {
    avx_rr(a, I66 | (lane == 3 ? P_WD : 0) | (0x70 + lane), (Reg)n, d, s);
    b1(a, count);
}
enum { SHIFT_RIGHT = 2, SHIFT_ARITHMETIC = 4, SHIFT_LEFT = 6 };

// ---- one instruction, by lane
static const unsigned binary[][4] = {
    [OP_VAND - OP_VAND] = {P_0F | 0x54, P_0F | 0x54, P_0F | 0x54, P_0F | 0x54}, // vandps
    [OP_VOR - OP_VAND] = {P_0F | 0x56, P_0F | 0x56, P_0F | 0x56, P_0F | 0x56},
    [OP_VXOR - OP_VAND] = {P_0F | 0x57, P_0F | 0x57, P_0F | 0x57, P_0F | 0x57},
    [OP_VADD - OP_VAND] = {I66 | 0xfc, I66 | 0xfd, I66 | 0xfe, I66 | P_WD | 0xd4},
    [OP_VSUB - OP_VAND] = {I66 | 0xf8, I66 | 0xf9, I66 | 0xfa, I66 | P_WD | 0xfb},
    [OP_VMUL - OP_VAND] = {NO, I66 | 0xd5, I38 | 0x40, NO},
    [OP_VMINS - OP_VAND] = {I38 | 0x38, I66 | 0xea, I38 | 0x39, NO},
    [OP_VMINU - OP_VAND] = {I66 | 0xda, I38 | 0x3a, I38 | 0x3b, NO},
    [OP_VMAXS - OP_VAND] = {I38 | 0x3c, I66 | 0xee, I38 | 0x3d, NO},
    [OP_VMAXU - OP_VAND] = {I66 | 0xde, I38 | 0x3e, I38 | 0x3f, NO},
    [OP_VZIPL - OP_VAND] = {I66 | 0x60, I66 | 0x61, I66 | 0x62, I66 | P_WD | 0x6c},
    [OP_VZIPH - OP_VAND] = {I66 | 0x68, I66 | 0x69, I66 | 0x6a, I66 | P_WD | 0x6d},
};

// Of products of 64 bits: of what was 32 bits before, else with all that counts of the cross products.
static void product64(Gen *g, IrRef r, const IrOp *op) {
    enum { MULUDQ = I66 | P_WD | 0xf4, MULDQ = I38 | P_WD | 0x28, PADDQ = I66 | P_WD | 0xd4 };
    const IrOp *x = &g->ir->ops[op->a], *y = &g->ir->ops[op->b];
    bool narrow = x->op == y->op && (x->op == OP_VZXT || x->op == OP_VSXT) && lane_of(x) == 2 && lane_of(y) == 2;
    Asm *s = &g->a;
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    Reg d = def_xmm(g, r);
    if (narrow) {
        avx_rr(s, x->op == OP_VZXT ? MULUDQ : MULDQ, d, a, b);
        return;
    }
    shift(s, 3, SHIFT_RIGHT, SCRATCH_X, a, 32);
    avx_rr(s, MULUDQ, SCRATCH_X, SCRATCH_X, b);
    shift(s, 3, SHIFT_RIGHT, SCRATCH_X2, b, 32);
    avx_rr(s, MULUDQ, SCRATCH_X2, SCRATCH_X2, a);
    avx_rr(s, PADDQ, SCRATCH_X, SCRATCH_X, SCRATCH_X2);
    shift(s, 3, SHIFT_LEFT, SCRATCH_X, SCRATCH_X, 32);
    avx_rr(s, MULUDQ, SCRATCH_X2, a, b);
    avx_rr(s, PADDQ, d, SCRATCH_X, SCRATCH_X2);
}

void emit_vbinary(Gen *g, IrRef r, const IrOp *op) {
    unsigned code = binary[op->op - OP_VAND][lane_of(op)];
    if (!code && op->op == OP_VMUL && lane_of(op) == 3) {
        product64(g, r, op);
        return;
    }
    if (!code) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    avx_rr(&g->a, code, def_xmm(g, r), a, b);
}

// vandnps inverts its first operand.
void emit_vandn(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    avx_rr(&g->a, P_0F | 0x55, def_xmm(g, r), b, a);
}

void emit_vsel(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b), c = use_xmm(g, op->c);
    done_operands(g, op);
    avx_rr(s, P_0F | 0x54, SCRATCH_X, c, a);  // c & a
    avx_rr(s, P_0F | 0x55, SCRATCH_X2, c, b); // ~c & b
    avx_rr(s, P_0F | 0x56, def_xmm(g, r), SCRATCH_X, SCRATCH_X2);
}

void emit_vabs(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    avx_rr(&g->a, I38 | (0x1c + lane_of(op)), def_xmm(g, r), 0, a);
}

void emit_vcompare(Gen *g, IrRef r, const IrOp *op) {
    static const unsigned code[2][4] = {{I66 | 0x74, I66 | 0x75, I66 | 0x76, I38 | 0x29}, {I66 | 0x64, I66 | 0x65, I66 | 0x66, I38 | 0x37}};
    Reg a = low16(g, use_xmm(g, op->a), SCRATCH_X), b = low16(g, use_xmm(g, op->b), SCRATCH_X2);
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = d < 16 ? d : SCRATCH_X;
    avx_rr(&g->a, code[op->op == OP_VGTS][lane_of(op)], x, a, b);
    movx(&g->a, d, x);
}

// ---- shifts of lanes
// Bytes as halves of 16 bits, without what came from the neighbour.
static void shift_bytes(Gen *g, Reg d, Reg s, bool left, unsigned n) {
    uint8_t keep = left ? (uint8_t)(0xff << n) : (uint8_t)(0xff >> n);
    mov_ri(&g->a, RCX, (int64_t)(0x0101010101010101ull * keep));
    movx_from_gpr(&g->a, P_W, SCRATCH_X, RCX);
    avx_rr(&g->a, I66 | P_WD | 0x6c, SCRATCH_X, SCRATCH_X, SCRATCH_X); // vpunpcklqdq
    shift(&g->a, 1, left ? SHIFT_LEFT : SHIFT_RIGHT, SCRATCH_X2, s, n);
    avx_rr(&g->a, P_0F | 0x54, d, SCRATCH_X2, SCRATCH_X);
}

void emit_vshift(Gen *g, IrRef r, const IrOp *op) {
    unsigned lane = lane_of(op), n = VEC_N(op->imm);
    bool left = op->op == OP_VSHLI, arithmetic = op->op == OP_VSARI;
    if (arithmetic && (lane == 0 || (lane == 3 && !g->x->avx512))) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    Reg d = def_xmm(g, r);
    if (lane == 0) {
        shift_bytes(g, d, a, left, n);
    } else if (arithmetic && lane == 3) {
        avx_rr(&g->a, P_EVEX | I66 | P_WD | 0x72, SHIFT_ARITHMETIC, d, a); // vpsraq
        b1(&g->a, n);
    } else {
        shift(&g->a, lane, arithmetic ? SHIFT_ARITHMETIC : left ? SHIFT_LEFT : SHIFT_RIGHT, d, a, n);
    }
}

void emit_vshift_by(Gen *g, IrRef r, const IrOp *op) {
    unsigned lane = lane_of(op), words = P_EVEX | I38 | P_W;
    bool left = op->op == OP_VSHL, arithmetic = op->op == OP_VSAR;
    if (lane == 0 || (!g->x->avx512 && (lane == 1 || (lane == 3 && arithmetic)))) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    unsigned wide = lane == 3 ? P_W | (arithmetic ? P_EVEX : 0) : 0; // vpsllvd, vpsravq
    unsigned code = lane == 1 ? words | (left ? 0x12 : arithmetic ? 0x11 : 0x10) : I38 | wide | (left ? 0x47 : arithmetic ? 0x46 : 0x45);
    avx_rr(&g->a, code, def_xmm(g, r), a, b);
}

// ---- moving lanes
void emit_vextend(Gen *g, IrRef r, const IrOp *op) {
    static const uint8_t code[3] = {0x30, 0x33, 0x35}; // vpmovzx; 0x10 less: vpmovsx
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    avx_rr(&g->a, I38 | (code[lane_of(op)] - (op->op == OP_VSXT ? 0x10u : 0)), def_xmm(g, r), 0, a);
}

// Even or odd lanes: the half that is wanted goes to the low end of each pair, which packs without saturating then.
void emit_vunzip(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    unsigned lane = lane_of(op);
    bool odd = op->op == OP_VUZPO;
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    Reg d = def_xmm(g, r);
    if (lane == 3) {
        avx_rr(s, I66 | P_WD | (odd ? 0x6d : 0x6c), d, a, b);
    } else if (lane == 2) {
        avx_rr(s, P_0F | 0xc6, d, a, b); // vshufps
        b1(s, odd ? 0xdd : 0x88);
    } else {
        unsigned wide = lane + 1, right = lane == 0 ? SHIFT_RIGHT : SHIFT_ARITHMETIC, n = 8u << lane;
        Reg x = a, y = b;
        if (!odd) {
            shift(s, wide, SHIFT_LEFT, SCRATCH_X, a, n);
            shift(s, wide, SHIFT_LEFT, SCRATCH_X2, b, n);
            x = SCRATCH_X;
            y = SCRATCH_X2;
        }
        shift(s, wide, right, SCRATCH_X, x, n);
        shift(s, wide, right, SCRATCH_X2, y, n);
        avx_rr(s, I66 | (lane == 0 ? 0x67 : 0x6b), d, SCRATCH_X, SCRATCH_X2); // vpackuswb, vpackssdw
    }
}

void emit_vext(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    avx_rr(&g->a, I3A | 0x0f, def_xmm(g, r), b, a); // vpalignr
    b1(&g->a, VEC_N(op->imm));
}

void emit_vrev(Gen *g, IrRef r, const IrOp *op) {
    unsigned lane = lane_of(op), group = VEC_N(op->imm);
    Reg a = use_xmm(g, op->a);
    done_operands(g, op);
    if (lane == 2) {
        avx_rr(&g->a, I66 | 0x70, def_xmm(g, r), 0, a); // vpshufd
        b1(&g->a, 0xb1);
        return;
    }
    uint64_t order = 0, flip = (1u << group) - (1u << lane);
    for (unsigned i = 0; i < 8; i++)
        order |= (i ^ flip) << 8 * i;
    mov_ri(&g->a, RCX, (int64_t)order);
    movx_from_gpr(&g->a, P_W, SCRATCH_X, RCX);
    mov_ri(&g->a, RCX, (int64_t)(order + 0x0808080808080808));
    avx_rr(&g->a, I3A | P_W | 0x22, SCRATCH_X, SCRATCH_X, RCX); // vpinsrq
    b1(&g->a, 1);
    avx_rr(&g->a, I38 | 0x00, def_xmm(g, r), a, SCRATCH_X); // vpshufb
}

// vpshufb gives 0 where bit 7 is set, which adding 0x70 with saturation does to all from 16 on.
void emit_vtbl(Gen *g, IrRef r, const IrOp *op) {
    Reg a = use_xmm(g, op->a), b = use_xmm(g, op->b);
    done_operands(g, op);
    avx_const(g, I66 | 0xdc, SCRATCH_X, b, CONST_BYTES70); // vpaddusb
    avx_rr(&g->a, I38 | 0x00, def_xmm(g, r), a, SCRATCH_X);
}

static const unsigned broadcast[4] = {I38 | 0x78, I38 | 0x79, I38 | 0x58, I38 | P_WD | 0x59};

void emit_vdup(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    if (is_const(g, op->a) && const_value(g, op->a) == 0) {
        done_operands(g, op);
        Reg d = def_xmm(g, r);
        avx_rr(s, P_0F | 0x57, d, d, d);
        return;
    }
    if (is_const(g, op->a)) {
        mov_ri(s, RCX, const_value(g, op->a));
        movx_from_gpr(s, P_W, SCRATCH_X, RCX);
    } else {
        movx_from_gpr(s, P_W, SCRATCH_X, use_gpr(g, op->a));
    }
    done_operands(g, op);
    avx_rr(s, broadcast[lane_of(op)], def_xmm(g, r), 0, SCRATCH_X);
}

void emit_vdup_lane(Gen *g, IrRef r, const IrOp *op) {
    unsigned lane = lane_of(op), n = VEC_N(op->imm);
    Reg a = use_xmm(g, op->a), x = a;
    done_operands(g, op);
    if (n) {
        avx_rr(&g->a, I66 | 0x73, 3, SCRATCH_X, a); // vpsrldq
        b1(&g->a, n << lane);
        x = SCRATCH_X;
    }
    avx_rr(&g->a, broadcast[lane], def_xmm(g, r), 0, x);
}

void emit_vins(Gen *g, IrRef r, const IrOp *op) {
    static const unsigned code[4] = {I3A | 0x20, I66 | 0xc4, I3A | 0x22, I3A | P_W | 0x22}; // vpinsr
    Reg a = use_xmm(g, op->a), b = use_gpr(g, op->b);
    done_operands(g, op);
    avx_rr(&g->a, code[lane_of(op)], def_xmm(g, r), a, b);
    b1(&g->a, VEC_N(op->imm));
}

// ---- ciphers; the last round's instructions do the substitution, and a round of decryption undoes all of one of encryption but the columns
void emit_vaes(Gen *g, IrRef r, const IrOp *op) {
    enum { IMC = I38 | 0xdb, ENC = I38 | 0xdc, ENC_LAST = I38 | 0xdd, DEC_LAST = I38 | 0xdf };
    Asm *s = &g->a;
    if (!g->x->aes) {
        emit_wide(g, r, op);
        return;
    }
    Reg a = low16(g, use_xmm(g, op->a), SCRATCH_X);
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = d < 16 ? d : SCRATCH_X;
    avx_rr(s, P_0F | 0x57, SCRATCH_X2, SCRATCH_X2, SCRATCH_X2);
    if (op->op == OP_VAESIMC)
        avx_rr(s, IMC, x, 0, a);
    else
        avx_rr(s, op->op == OP_VAESE ? ENC_LAST : DEC_LAST, x, a, SCRATCH_X2);
    if (op->op == OP_VAESMC)
        avx_rr(s, ENC, x, x, SCRATCH_X2);
    movx(s, d, x);
}

void emit_vclmul(Gen *g, IrRef r, const IrOp *op) {
    Reg a = low16(g, use_xmm(g, op->a), SCRATCH_X), b = low16(g, use_xmm(g, op->b), SCRATCH_X2);
    done_operands(g, op);
    Reg d = def_xmm(g, r), x = d < 16 ? d : SCRATCH_X;
    avx_rr(&g->a, I3A | 0x44, x, a, b); // vpclmulqdq
    b1(&g->a, VEC_N(op->imm));
    movx(&g->a, d, x);
}
