// SPDX-License-Identifier: MIT
// Values that are stored only if their op leaves (tcg/opt/pending.c makes them): its stub stores them. Called by the emitters of loads,
// stores, atomics and conditional exits; calls of helpers store theirs in line.
//
// A stub may store and come back, so nothing else may be in those slots: what is still to be read of the old value gets a register first.
// Where a value is when the op branches to its stub is noted once the operands have their registers: from there on to the branch, room for
// a result is made by stores alone. Floats, and slots that are in a register, are SET in line instead; the pass makes no such pairs, but
// for a slot that a region pins at its second choice.
#include "tcg/x86/gen.h"

static bool in_stub(const Gen *g, const IrPending *p) {
    unsigned cell = p->slot / 8;
    return cell < CELLS && g->pins->of_cell[cell] == NOREG && g->x->xpin_of_cell[cell] == NOREG && !type_fp(type_of(g, p->value));
}

static void set(Gen *g, const IrPending *p) {
    IrOp op = {.op = OP_SET, .type = type_of(g, p->value), .a = p->value, .b = IR_NONE, .c = IR_NONE, .imm = p->slot};
    set_slot(g, &op);
}

// Both are as of the op before, whose operands are still to be read here: g->i says what is dead.
void pending_set(Gen *g, const IrOp *op) {
    unsigned n;
    const IrPending *p = ir_pending(g->ir, op, &n);
    g->i--;
    while (n > 0)
        set(g, &p[--n]);
    g->i++;
}

void pending_make_room(Gen *g, const IrOp *op) {
    unsigned n;
    const IrPending *p = ir_pending(g->ir, op, &n);
    g->i--;
    for (; n > 0; p++, n--) {
        if (in_stub(g, p))
            free_cell(g, p->slot, IR_NONE);
        else
            set(g, p);
        g->locked = g->xlocked = 0;
    }
    g->i++;
}

static Pend where(const Gen *g, const IrPending *p) {
    const Val *v = &g->val[p->value];
    return (Pend){p->slot, p->value, v->reg, v->spill != NOREG ? spill_disp(v->spill) : v->slot};
}

void pending_where(Gen *g, Stub *s, const IrOp *op) {
    unsigned n;
    const IrPending *p = ir_pending(g->ir, op, &n);
    s->first_pend = (uint16_t)g->npends;
    for (; n > 0; p++, n--) {
        if (!in_stub(g, p))
            continue;
        if (g->npends == MAX_PENDS) {
            g->a.full = g->out->beyond = true;
            return;
        }
        g->pend[g->npends++] = where(g, p);
    }
    s->npends = (uint16_t)(g->npends - s->first_pend);
}

void pending_store(Gen *g, const Stub *s) {
    Asm *a = &g->a;
    for (unsigned k = 0; k < s->npends; k++) {
        const Pend *p = &g->pend[s->first_pend + k];
        const IrOp *op = &g->ir->ops[p->value];
        unsigned w = type_w(ir_result_type(op));
        Reg reg = p->reg == NOREG ? RDX : p->reg;
        int32_t imm;
        if (p->reg == NOREG && fits_imm32(g, p->value, op->type, &imm)) {
            mov_mi(a, w, RBP, p->slot, imm);
            continue;
        }
        if (p->reg == NOREG && op->op == OP_CONST)
            mov_ri(a, RDX, op->imm);
        else if (p->reg == NOREG && op->op == OP_PCREL)
            pcrel_to(g, RDX, op->imm);
        else if (p->reg == NOREG)
            op_rm(a, w | 0x8b, RDX, RBP, p->disp);
        op_rm(a, w | 0x89, reg, RBP, p->slot);
    }
}

void pending_release(Gen *g, const IrOp *op) {
    unsigned n;
    const IrPending *p = ir_pending(g->ir, op, &n);
    while (n > 0)
        release(g, p[--n].value);
}
