// SPDX-License-Identifier: MIT
// Canonical NaNs, late. Called by the allocator and emitters.
//
// RISC-V results that are NaN are the default NaN; the host makes others. A result is *raw* until it was looked at, and that waits until
// somebody could see the difference: a store, a move to an integer, a SET to memory, a call, the end of the block. A NaN operand makes a
// NaN result, so a look at a result is one at all raw values it was computed from, and ucomis looks at two results at once. Most
// instructions thus need no check of their own.
//
// Invariants: raw registers hold results of arithmetic, never loaded values (whose NaNs are the guest's own). Gen.raw has a bit for each,
// raw_owner its value. A look that finds a NaN makes all raw registers canonical, out of line (X86.canon). Pins are guest state, so the
// slow path of a memory access makes them canonical before C sees them (Stub.raw): what follows in the hot path may think them raw still.
#include "tcg/x86/gen.h"


// A register got the value v.
void raw_copy(Gen *g, Reg reg, IrRef v) {
    g->raw &= ~(1u << reg);
    if (v != IR_NONE && g->val[v].raw) {
        g->raw |= 1u << reg;
        g->raw_owner[reg] = v;
    }
}

// Op r's result is in its register now, straight from the host's FPU.
void raw_made(Gen *g, IrRef r) {
    g->val[r].raw = true;
    raw_copy(g, g->val[r].reg, r);
}

static void looked_at(Gen *g, IrRef v) {
    if (v == IR_NONE || !g->val[v].raw)
        return;
    g->val[v].raw = false;
    looked_at(g, g->ir->ops[v].a);
    looked_at(g, g->ir->ops[v].b);
}

static void forget_clean(Gen *g) {
    for (uint32_t left = g->raw; left; left &= left - 1) {
        unsigned reg = (unsigned)__builtin_ctz(left);
        if (!g->val[g->raw_owner[reg]].raw)
            g->raw &= ~(1u << reg);
    }
}

// Op r, whose own result is looked at, covers its operands.
void raw_cover(Gen *g, const IrOp *op) {
    looked_at(g, op->a);
    looked_at(g, op->b);
    looked_at(g, op->c);
    forget_clean(g);
}

// Raw registers by type, for X86.canon.
static uint64_t mask_of(const Gen *g, uint32_t among) {
    uint64_t m = 0;
    for (uint32_t left = g->raw & among; left; left &= left - 1) {
        unsigned reg = (unsigned)__builtin_ctz(left);
        m |= 1ull << (reg + (type_of(g, g->raw_owner[reg]) == T_F32 ? 32 : 0));
    }
    return m;
}

uint64_t raw_all(const Gen *g) { return mask_of(g, ~0u); }
uint64_t raw_pins(const Gen *g) { return g->raw >> FIRST_XPIN ? mask_of(g, ~0u << FIRST_XPIN) : 0; }

static void look(Gen *g, IrType t, Reg x, Reg y, uint64_t raw) {
    avx_rr(&g->a, (t == T_F32 ? P_0F : P_66 | P_0F | P_WD) | 0x2e, x, 0, y); // ucomis
    Stub *s = stub_new(g, STUB_CANON);
    s->raw = raw;
    s->from[0] = jcc_fwd(&g->a, CC_P);
    s->back = asm_here(&g->a);
}

void raw_look(Gen *g, IrRef v) {
    uint64_t raw = mask_of(g, ~0u);
    Reg x = use_xmm(g, v);
    looked_at(g, v);
    forget_clean(g);
    look(g, type_of(g, v), x, x, raw);
}

// The raw pin computed last (of type t, if not T_VOID); NOREG: none is left.
static Reg newest(const Gen *g, IrType t) {
    Reg best = NOREG;
    for (uint32_t left = g->raw >> FIRST_XPIN << FIRST_XPIN; left; left &= left - 1) {
        Reg reg = (Reg)__builtin_ctz(left);
        bool fits = t == T_VOID || type_of(g, g->raw_owner[reg]) == t;
        if (fits && (best == NOREG || g->raw_owner[reg] > g->raw_owner[best]))
            best = reg;
    }
    return best;
}

void raw_look_all(Gen *g) {
    uint64_t raw = mask_of(g, ~0u);
    for (Reg x; (x = newest(g, T_VOID)) != NOREG;) {
        IrType t = type_of(g, g->raw_owner[x]);
        looked_at(g, g->raw_owner[x]);
        forget_clean(g);
        Reg y = newest(g, t);
        if (y != NOREG) {
            looked_at(g, g->raw_owner[y]);
            forget_clean(g);
        }
        look(g, t, x, y != NOREG ? y : x, raw);
    }
}

// Keeps all GPRs.
void raw_canon(Gen *g, uint64_t raw) {
    if (!raw)
        return;
    mov_mi(&g->a, 0, RBP, VCPU(scratch) + 32, (int32_t)raw);
    mov_mi(&g->a, 0, RBP, VCPU(scratch) + 36, (int32_t)(raw >> 32));
    call_to(&g->a, g->x->canon);
}

void canon_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    raw_canon(g, s->raw);
    jmp_to(&g->a, s->back);
}

// The thunk: makes NaNs canonical in the registers that [scratch+32] names as f64, [scratch+36] as f32.
void canon_make(X86 *x, Asm *a) {
    x->canon = asm_here(a);
    for (unsigned k = 0; k < 2; k++)
        for (unsigned reg = 0; reg < FIRST_XPIN + x->nxpins; reg++) {
            if (reg == SCRATCH_X || reg == SCRATCH_X2)
                continue;
            opcode(a, 0xf7, 0, 0, RBP); // test [scratch+...], bit
            modrm_mem(a, 0, RBP, VCPU(scratch) + 32 + 4 * (int32_t)k);
            b4(a, 1u << reg);
            uint8_t *other = jcc_short(a, CC_E);
            avx_rr(a, (k ? P_0F : P_66 | P_0F | P_WD) | 0x2e, (Reg)reg, 0, (Reg)reg);
            uint8_t *number = jcc_short(a, CC_NP);
            avx_rip(a, MOVSD, (Reg)reg, 0, x->consts + 16 * (k ? CONST_NAN32 : CONST_NAN64));
            bind_short(a, number);
            bind_short(a, other);
        }
    ret(a);
}
