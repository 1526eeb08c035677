// SPDX-License-Identifier: MIT
// Register allocation of XMM: temps within a block, and pins that hold guest FP registers across blocks. Called by alloc.c and emitters.
//
// The rules are those of alloc.c: a pin holds the exact value of its slot (of 8 bytes, or 16 if X86.wide), and xpin[] names the SSA value equal to it, if any.
// A slot may also be read and written as an integer or in its low half.
//
// C knows nothing of these pins and clobbers them, so they are guest state only while Vcpu.xmm_live. A block that needs them loads them
// if they are not live, and they stay so until something calls C: every thunk and every way out of translated code stores them first.
// Blocks without floating point therefore pay a test in a thunk at most. In a block, fp_valid says that they are known to be live: a
// helper's call ends that, slow paths of memory (thunks [1]) put them back. A link between two blocks that both have them live goes to
// the target's warm entry, behind the test.
#include "tcg/x86/gen.h"

void xpins_begin(Gen *g) {
    memset(g->xmm, 0xff, sizeof(g->xmm)); // IR_NONE
    memset(g->xpin, 0xff, sizeof(g->xpin));
    g->fp_first = g->fp_valid = false;
    g->raw = 0;
}

void xpins_need(Gen *g) {
    if (g->fp_valid)
        return;
    g->fp_valid = true;
    Stub *s = stub_new(g, STUB_XPINS);
    opcode(&g->a, 0x80, 0, 0, RBP); // cmp byte [xmm_live], 0
    modrm_mem(&g->a, 7, RBP, VCPU(xmm_live));
    b1(&g->a, 0);
    s->from[0] = jcc_fwd(&g->a, CC_E);
    s->back = asm_here(&g->a);
}

void xpins_stub(Gen *g, const Stub *s) {
    bind_fwd(&g->a, s->from[0]);
    call_to(&g->a, g->x->load_xpins);
    jmp_to(&g->a, s->back);
}

static uint8_t take_xmm(Gen *g) {
    unsigned best = NOREG, far = 0;
    for (unsigned t = 0; t < MAX_XTEMP; t++) {
        if (g->xlocked >> t & 1)
            continue;
        if (g->xmm[t] == IR_NONE)
            return (uint8_t)t;
        if (best == NOREG || g->val[g->xmm[t]].last > far) {
            best = t;
            far = g->val[g->xmm[t]].last;
        }
    }
    if (best == NOREG) { // more operands than an op has
        g->a.full = g->out->beyond = true;
        return 0;
    }
    evict(g, g->xmm[best]);
    return (uint8_t)best;
}

uint8_t use_xmm(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->reg == NOREG) {
        uint8_t t = take_xmm(g);
        bool single = type_of(g, r) == T_F32;
        if (is_const(g, r) && const_value(g, r) == 0) {
            avx_rr(&g->a, P_0F | 0x57, t, t, t); // vxorps
        } else if (is_const(g, r)) {
            mov_ri(&g->a, RCX, const_value(g, r));
            movx_from_gpr(&g->a, P_W, t, RCX);
        } else {
            int32_t disp = v->spill != NOREG ? spill_disp(v->spill) : v->slot;
            v->boxed = v->spill != NOREG && v->spill_boxed;
            IrType as = ir_is_wide(type_of(g, r)) ? T_V128 : single && v->spill == NOREG ? T_F32 : T_F64;
            xmm_load(g, as, t, disp);
            v->boxed |= g->x->wide && (v->spill == NOREG || !single); // a load clears what is above
        }
        if (is_const(g, r))
            v->boxed = g->x->wide;
        g->xmm[t] = r;
        v->reg = t;
        raw_copy(g, t, IR_NONE);
    }
    if (v->reg < MAX_XTEMP)
        g->xlocked |= (uint16_t)(1u << v->reg);
    return v->reg;
}

uint8_t def_xmm(Gen *g, IrRef r) {
    Val *v = &g->val[r];
    if (v->hint != NOREG) {
        xpins_need(g);
        free_xpin(g, v->hint);
        v->reg = v->hint;
        g->xpin[v->hint] = r;
        raw_copy(g, v->reg, IR_NONE);
        return v->reg;
    }
    v->reg = take_xmm(g);
    g->xmm[v->reg] = r;
    raw_copy(g, v->reg, IR_NONE);
    return v->reg;
}

// Moves the value that a pin holds to a temp if it is read later, so that the pin may be overwritten.
void free_xpin(Gen *g, Reg pin) {
    IrRef w = g->xpin[pin];
    if (w == IR_NONE)
        return;
    g->xpin[pin] = IR_NONE;
    Val *v = &g->val[w];
    if (v->reg != pin)
        return;
    v->reg = NOREG;
    if (v->last <= g->i || is_const(g, w) || v->slot != NOSLOT || v->spill != NOREG)
        return;
    v->reg = take_xmm(g);
    movx(&g->a, v->reg, pin);
    g->xmm[v->reg] = w;
    raw_copy(g, v->reg, w);
}

// Part of a pin: its upper half (`high`), or the type's size from the bottom.
static void get_part(Gen *g, IrRef r, const IrOp *op, Reg pin, bool high) {
    if (high && type_fp(op->type)) {
        avx_rr(&g->a, P_66 | P_0F | P_WD | 0x15, def_xmm(g, r), pin, pin); // vunpckhpd
    } else if (high) {
        avx_rr(&g->a, P_66 | P_0F3A | (op->type == T_I64 ? P_W : 0) | 0x16, pin, 0, def_gpr(g, r)); // vpextr
        b1(&g->a, op->type == T_I64 ? 1 : 2);
    } else {
        movx_to_gpr(&g->a, op->type == T_I64 ? P_W : 0, def_gpr(g, r), pin);
    }
}

void get_xpin(Gen *g, IrRef r, const IrOp *op, Reg pin) {
    xpins_need(g);
    if (g->raw >> pin & 1)
        raw_flush(g);
    if (g->x->wide && (op->imm & 8 || !type_fp(op->type))) {
        get_part(g, r, op, pin, op->imm & 8);
        return;
    }
    if (!type_fp(op->type)) {
        movx_to_gpr(&g->a, op->type == T_I64 ? P_W : 0, def_gpr(g, r), pin);
        return;
    }
    IrRef w = g->xpin[pin];
    if (op->type == T_F16 || (w != IR_NONE && g->val[w].reg == pin && live_after(g, w))) { // two names for one content
        movx(&g->a, def_xmm(g, r), pin);
        return;
    }
    g->xpin[pin] = r;
    g->val[r].reg = pin;
}

void xmm_load(Gen *g, IrType t, Reg d, int32_t disp) {
    avx_rm(&g->a, ir_is_wide(t) ? MOVUPS : t == T_F32 ? MOVSS : MOVSD, d, 0, RBP, disp);
}

void xmm_store(Gen *g, IrType t, int32_t disp, Reg s) {
    avx_rm(&g->a, (ir_is_wide(t) ? MOVUPS : t == T_F32 ? MOVSS : MOVSD) + 1, s, 0, RBP, disp);
}

Reg widened_xmm(Gen *g, IrRef r, Reg d) {
    IrType t = type_of(g, r);
    Reg s = use_xmm(g, r);
    if (t == T_V128 || g->val[r].boxed)
        return s;
    if (t == T_F64) {
        avx_rr(&g->a, P_F3 | P_0F | P_WD | 0x7e, d, 0, s); // vmovq
    } else {
        avx_rr(&g->a, P_66 | P_0F3A | 0x21, d, s, s); // vinsertps, clearing all but the lowest
        b1(&g->a, 0x0e);
    }
    return d;
}

// ---- slots of 16 bytes

// The rest of the pin stays.
static void set_part(Gen *g, const IrOp *op, Reg pin, bool high) {
    IrType t = op->type;
    if (type_fp(type_of(g, op->a))) {
        Reg s = use_xmm(g, op->a);
        free_xpin(g, pin);
        if (high && t == T_F64) {
            avx_rr(&g->a, P_66 | P_0F | P_WD | 0x14, pin, pin, s); // vunpcklpd
        } else if (high) {
            avx_rr(&g->a, P_66 | P_0F3A | 0x21, pin, pin, s); // vinsertps
            b1(&g->a, 2 << 4);
        } else {
            avx_rr(&g->a, t == T_F64 ? MOVSD : MOVSS, pin, pin, s);
        }
        return;
    }
    Reg s = use_gpr(g, op->a);
    free_xpin(g, pin);
    avx_rr(&g->a, P_66 | P_0F3A | (t == T_I64 ? P_W : 0) | 0x22, pin, pin, s); // vpinsr
    b1(&g->a, t == T_I64 ? high : 2u * high);
}

// A pin got a value that is read later: it is the value's home from now on.
static void settle(Gen *g, IrRef v, Reg pin) {
    if (g->val[v].reg >= MAX_XTEMP || !live_after(g, v) || is_const(g, v))
        return;
    drop_reg(g, v);
    g->val[v].reg = pin;
    g->xpin[pin] = v;
}

static void set_whole(Gen *g, const IrOp *op, Reg pin) {
    IrRef v = op->a;
    if (g->val[v].reg != pin || g->xpin[pin] != v) {
        free_xpin(g, pin);
        Reg s = widened_xmm(g, v, pin);
        movx(&g->a, pin, s);
        settle(g, v, pin);
    } else {
        widened_xmm(g, v, pin);
    }
    if (g->val[v].reg == pin)
        g->val[v].boxed = true;
}

// A slot's low half: the upper one stays.
static void set_low_half(Gen *g, const IrOp *op, Reg pin) {
    Reg s = SCRATCH_X;
    if (type_fp(op->type))
        s = use_xmm(g, op->a);
    else
        movx_from_gpr(&g->a, 0, s, use_gpr(g, op->a));
    avx_rr(&g->a, MOVSS, pin, pin, s);
}

// With an immediate byte behind it, which counts in the distance.
void avx_const_imm(Gen *g, unsigned op, Reg reg, Reg v, unsigned constant, unsigned imm) {
    avx_rip(&g->a, op, reg, v, g->x->consts + 16 * constant - 1);
    b1(&g->a, imm);
}

void avx_const(Gen *g, unsigned op, Reg reg, Reg v, unsigned constant) { avx_rip(&g->a, op, reg, v, g->x->consts + 16 * constant); }

Reg boxed_xmm(Gen *g, IrRef r, Reg d) {
    IrType t = type_of(g, r);
    Reg s = use_xmm(g, r);
    if (t == T_F64 || (g->val[r].boxed && !g->x->wide))
        return s;
    avx_const(g, P_0F | 0x56, d, s, t == T_F32 ? CONST_BOX32 : CONST_BOX16); // vorps
    return d;
}

static void set_boxed(Gen *g, IrRef v, Reg pin) {
    movx(&g->a, pin, boxed_xmm(g, v, pin));
    settle(g, v, pin);
    if (g->val[v].reg == pin)
        g->val[v].boxed = true;
}

void set_xpin(Gen *g, const IrOp *op, Reg pin) {
    IrRef v = op->a;
    IrType t = type_of(g, v);
    xpins_need(g);
    if (g->x->wide) {
        if (op->type == T_V128)
            set_whole(g, op, pin);
        else
            set_part(g, op, pin, op->imm & 8);
        return;
    }
    if (type_fp(t) && g->val[v].reg == pin && g->xpin[pin] == v) {
        if (op->type == T_F64) {
            boxed_xmm(g, v, pin);
            g->val[v].boxed = t != T_F64;
        }
        return;
    }
    if (ir_type_size(op->type) != 8) { // the upper half of a result stays
        if (g->raw >> pin & 1)
            raw_flush(g);
        if (type_fp(t))
            raw_check(g, v);
    }
    free_xpin(g, pin);
    raw_copy(g, pin, v);
    int32_t disp;
    if (op->type == T_F64 && t != T_F64) {
        set_boxed(g, v, pin);
    } else if (ir_type_size(op->type) != 8) {
        set_low_half(g, op, pin);
    } else if (is_const(g, v) && const_value(g, v) == 0) {
        avx_rr(&g->a, P_0F | 0x57, pin, pin, pin);
    } else if (in_memory(g, v, &disp)) {
        movsd_rm(&g->a, pin, RBP, disp);
    } else if (!type_fp(t)) {
        movx_from_gpr(&g->a, P_W, pin, use_gpr(g, v));
    } else {
        movx(&g->a, pin, use_xmm(g, v));
        settle(g, v, pin);
    }
}

// Before a helper's call: what pins hold and is read later.
void xpins_spill(Gen *g) {
    for (unsigned pin = FIRST_XPIN; g->fp_valid && pin < FIRST_XPIN + g->x->nxpins; pin++) {
        IrRef w = g->xpin[pin];
        if (w != IR_NONE && g->val[w].reg == pin && live_after(g, w) && !is_const(g, w))
            spill(g, w);
    }
}

// After it: no pin is live.
void xpins_forget(Gen *g) {
    for (unsigned pin = FIRST_XPIN; pin < FIRST_XPIN + g->x->nxpins; pin++) {
        IrRef w = g->xpin[pin];
        if (w != IR_NONE && g->val[w].reg == pin)
            g->val[w].reg = NOREG;
        g->xpin[pin] = IR_NONE;
    }
    g->fp_valid = false;
}
