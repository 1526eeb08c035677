// SPDX-License-Identifier: MIT
// SHA-256 by the host's instructions, which are SSE's: they name 16 registers, write their first operand, and the rounds take their words
// from xmm0. What that holds is put aside in Vcpu.scratch. Called through the emitter table.
#include "tcg/x86/gen.h"

enum { XMM0, I66 = P_66 | P_0F, I3A = P_66 | P_0F3A };
enum { ROUNDS = P_0F38 | 0xcb, MSG1 = P_0F38 | 0xcc, MSG2 = P_0F38 | 0xcd };

static void shuffle(Asm *s, Reg d, Reg a, unsigned order) {
    avx_rr(s, I66 | 0x70, d, 0, a); // vpshufd
    b1(s, order);
}
static void unpack(Asm *s, Reg d, Reg a, Reg b, bool high) { avx_rr(s, I66 | P_WD | (high ? 0x6d : 0x6c), d, a, b); } // vpunpck*qdq

// The host keeps f, e, b, a in one register and h, g, d, c in the other, the first lowest. Two rounds make the new first of both; what it
// was is the new second.
void emit_sha256_rounds(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool first = op->op == OP_VSHA256H;
    if (!g->x->sha) {
        emit_wide(g, r, op);
        return;
    }
    Reg x = use_xmm(g, first ? op->a : op->b), y = use_xmm(g, first ? op->b : op->a), w = use_xmm(g, op->c);
    unpack(s, SCRATCH_X, y, x, false);
    unpack(s, SCRATCH_X2, y, x, true);
    shuffle(s, SCRATCH_X, SCRATCH_X, 0xb1);
    shuffle(s, SCRATCH_X2, SCRATCH_X2, 0xb1);
    xmm_store(g, T_V128, VCPU(scratch), XMM0);
    movx(s, XMM0, w);
    op_rr(s, ROUNDS, SCRATCH_X2, SCRATCH_X);
    shuffle(s, XMM0, XMM0, 0x0e);
    op_rr(s, ROUNDS, SCRATCH_X, SCRATCH_X2);
    unpack(s, SCRATCH_X, SCRATCH_X2, SCRATCH_X, first);
    xmm_load(g, T_V128, XMM0, VCPU(scratch));
    done_operands(g, op);
    shuffle(s, def_xmm(g, r), SCRATCH_X, 0x1b);
}

void emit_sha256_schedule(Gen *g, IrRef r, const IrOp *op) {
    Asm *s = &g->a;
    bool three = op->op == OP_VSHA256SU1;
    if (!g->x->sha) {
        emit_wide(g, r, op);
        return;
    }
    Reg d = use_xmm(g, op->a), n = use_xmm(g, op->b), m = three ? use_xmm(g, op->c) : n;
    if (three) {
        avx_rr(s, I3A | 0x0f, SCRATCH_X, m, n); // vpalignr: n1 n2 n3 m0
        b1(s, 4);
        avx_rr(s, I66 | 0xfe, SCRATCH_X, SCRATCH_X, d); // vpaddd
    } else {
        movx(s, SCRATCH_X, d);
    }
    op_rr(s, three ? MSG2 : MSG1, SCRATCH_X, low16(g, m, SCRATCH_X2));
    done_operands(g, op);
    movx(s, def_xmm(g, r), SCRATCH_X);
}
