// SPDX-License-Identifier: MIT
// Local control flow: labels, jumps and branches inside a block. Called through the emitter table, and by x86.c before the walk.
//
// At every label the allocator's state is the same, whatever leads there, so that no path needs to know of another:
//   - a value from before the first control flow that is read behind it has a home, a spill that is its own to the block's end; it is
//     stored there once, before the first control flow, and never changes;
//   - so has a parameter; jumps store their arguments there;
//   - nothing else is in a register but what is always exact: the pins. XMM pins are asked for anew, but in regions that keep them live.
// No other value crosses a label (verify.c). A branch that is not taken changes nothing, so straight code keeps its registers.
//
// A loop inside a block does not poll exit_request: it must be short. A block with more values to keep than there are spills is given
// up, and interpreted.
#include "tcg/x86/gen.h"

// ---- before the walk

// Values live to the block's end if they are read behind the first control flow, which may come around again.
void flow_begin(Gen *g) {
    const IrBlock *b = g->ir;
    g->first_flow = b->nops;
    for (unsigned i = b->nops; i-- > 0;)
        if (ir_op_info[b->ops[i].op].kind == KIND_JUMP || b->ops[i].op == OP_LABEL)
            g->first_flow = (uint16_t)i;
    for (unsigned i = 0; i < b->nops; i++)
        if (g->val[i].last > g->first_flow && (i < g->first_flow || b->ops[i].op == OP_PARAM))
            g->val[i].last = (uint16_t)b->nops;
    for (unsigned i = g->first_flow; i < b->nops; i++) {
        if (b->ops[i].op == OP_LABEL)
            g->label[b->ops[i].label] = (Label){.op = (uint16_t)i};
        else if (b->ops[i].op == OP_PARAM && g->val[i].last)
            g->val[i].spill = spill_take(g);
    }
    g->nfixes = 0;
}

static bool has_home(const Gen *g, IrRef r) {
    const IrOp *op = &g->ir->ops[r];
    return g->val[r].last == g->ir->nops && !g->val[r].fused && op->op != OP_CONST && op->op != OP_PCREL;
}

// At the first control flow.
static void make_homes(Gen *g) {
    if (g->i != g->first_flow)
        return;
    g->homes = g->spill_used & ~g->spill_dying; // those of parameters, and of values that are on their way out
    for (IrRef r = 0; r < g->first_flow; r++) {
        if (!has_home(g, r))
            continue;
        g->locked = g->xlocked = 0;
        if (g->val[r].spill == NOREG && type_fp(ir_result_type(&g->ir->ops[r])))
            use_xmm(g, r);
        else if (g->val[r].spill == NOREG)
            use_gpr(g, r);
        spill(g, r);
        g->homes |= spill_bits(g, r);
    }
    g->locked = g->xlocked = 0;
}

// ---- labels

void forget_registers(Gen *g) {
    static const Reg temps[] = {RAX, R13, R14};
    for (unsigned k = 0; k < sizeof(temps); k++)
        if (g->gpr[temps[k]] != IR_NONE)
            drop_reg(g, g->gpr[temps[k]]);
    for (unsigned t = 0; t < MAX_XTEMP; t++)
        if (g->xmm[t] != IR_NONE)
            drop_reg(g, g->xmm[t]);
    forget_state(g);
    xpins_forget(g);
    g->fp_valid = region_keeps_fp(g);
    g->spill_used = g->homes;
    g->spill_dying = 0;
}

void emit_label(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    make_homes(g);
    forget_registers(g);
    g->flags_at = NULL;
    strip_label(g);
    g->label[op->label].at = asm_here(&g->a);
    for (unsigned k = 0; k < g->nfixes; k++)
        if (g->fix[k].label == op->label && !g->a.full)
            bind_fwd(&g->a, g->fix[k].from);
}

// ---- jumps

static void fix_later(Gen *g, unsigned label, uint8_t *from) {
    if (g->nfixes == MAX_FIXES)
        g->a.full = g->out->beyond = true;
    else
        g->fix[g->nfixes++] = (Fix){from, (uint16_t)label};
}

// Is the label what comes next anyway?
static bool falls_into(const Gen *g, unsigned label) {
    unsigned i = g->i + 1;
    while (i < g->ir->nops && (g->ir->ops[i].op == OP_NOP || g->ir->ops[i].op == OP_CONST))
        i++;
    return i < g->ir->nops && g->ir->ops[i].op == OP_LABEL && g->ir->ops[i].label == label;
}

static void jump_to(Gen *g, unsigned label) {
    if (g->label[label].at) {
        jmp_to(&g->a, g->label[label].at);
        return;
    }
    asm_room(&g->a);
    b1(&g->a, 0xe9);
    b4(&g->a, 0);
    fix_later(g, label, g->a.p);
}

void jump_if(Gen *g, unsigned cc, unsigned label) {
    if (g->label[label].at)
        jcc_to(&g->a, cc, g->label[label].at);
    else
        fix_later(g, label, jcc_fwd(&g->a, cc));
}

// Through rcx, so that the allocator's state stays what it is for those who do not jump.
static void store_arg(Gen *g, IrRef arg, unsigned to) {
    arg_to(g, RCX, arg);
    mov_mr(&g->a, RBP, spill_disp(to), RCX);
}

// Arguments to their parameters. One that is itself a parameter of this label may be overwritten before it is read, so it is kept aside.
static void pass_args(Gen *g, const IrOp *op) {
    IrRef first = (IrRef)(g->label[op->label].op + 1);
    const IrRef *args = &g->ir->args[op->args];
    uint64_t used = g->spill_used;
    uint8_t aside[IR_MAX_ARGS];
    for (unsigned k = 0; k < op->nargs; k++) {
        bool moves = g->val[first + k].last && args[k] != first + k && args[k] >= first && args[k] < first + op->nargs;
        aside[k] = moves ? spill_take(g) : NOREG;
        if (aside[k] != NOREG)
            store_arg(g, args[k], aside[k]);
    }
    for (unsigned k = 0; k < op->nargs; k++) {
        uint8_t to = g->val[first + k].spill;
        if (aside[k] != NOREG) {
            mov_rm(&g->a, RCX, RBP, spill_disp(aside[k]));
            mov_mr(&g->a, RBP, spill_disp(to), RCX);
        } else if (to != NOREG && args[k] != first + k) {
            store_arg(g, args[k], to);
        }
    }
    g->spill_used = used;
}

void emit_jump(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    make_homes(g);
    pass_args(g, op);
    if (!falls_into(g, op->label))
        jump_to(g, op->label);
}

void emit_branch(Gen *g, IrRef r, const IrOp *op) {
    raw_flush(g);
    for (unsigned k = 0; k < op->nargs; k++) // on both paths
        raw_check(g, g->ir->args[op->args + k]);
    make_homes(g);
    unsigned cc = emit_condition(g, op->a);
    if (strip_branch(g, cc)) {
    } else if (op->nargs) {
        uint8_t *over = jcc_fwd(&g->a, cc ^ 1);
        pass_args(g, op);
        jump_to(g, op->label);
        bind_fwd(&g->a, over);
    } else {
        jump_if(g, cc, op->label);
    }
    done_condition(g, op);
    for (unsigned k = 0; k < op->nargs; k++)
        release(g, g->ir->args[op->args + k]);
}
