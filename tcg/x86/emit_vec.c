// SPDX-License-Identifier: MIT
// Vectors of 128 bits on AVX2, and AVX-512VL for registers 16 to 31. Called through the emitter table.
#include "tcg/x86/gen.h"

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
    avx_rr(s, P_66 | P_0F3A | P_W | 0x22, def_xmm(g, r), SCRATCH_X, b); // vpinsrq
    b1(s, 1);
}
