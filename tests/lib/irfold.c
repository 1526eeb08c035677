// SPDX-License-Identifier: MIT
// Replays a block through the builder's constructors, so that a text or a random block can be folded.
#include "tcg/opt/opt.h"
#include "tests/lib/irguest.h"

typedef struct Replay {
    IrBuild *k;
    const IrBlock *in;
    IrRef to[IR_MAX_OPS];
} Replay;

static IrRef mapped(const Replay *r, IrRef v) { return v == IR_NONE ? IR_NONE : r->to[v]; }

static IrRef replay_value(Replay *r, const IrOp *op) {
    if (op->type == T_V128)
        return ir_vec(r->k, op->op, op->op == OP_VPAIR || op->op == OP_VZEXT ? 0 : (unsigned)op->imm, mapped(r, op->a), mapped(r, op->b), mapped(r, op->c));
    IrRef a = mapped(r, op->a), b = mapped(r, op->b), c = mapped(r, op->c);
    if (op->op == OP_PAIR)
        return ir_pair(r->k, a, b);
    if (op->op == OP_SELECT)
        return ir_select(r->k, op->type, c, a, b);
    if (op->op == OP_SHADD)
        return ir_bin(r->k, OP_ADD, op->type, a, ir_bin(r->k, OP_SHL, op->type, b, c));
    return b == IR_NONE ? ir_un(r->k, op->op, op->type, a) : ir_bin(r->k, op->op, op->type, a, b);
}

static uint16_t replay_pending(Replay *r, unsigned first, unsigned n) {
    IrBlock *b = r->k->b;
    unsigned begin = b->npending;
    for (unsigned i = 0; i < n; i++) {
        IrRef v = mapped(r, r->in->pending[first + i].value);
        b->pending[b->npending++] = (IrPending){r->in->pending[first + i].slot, v};
    }
    return (uint16_t)begin;
}

// The builder's snapshots are its own, but what they tell of retired instructions comes from the block, and what is pending.
static void replay_snap(Replay *r, unsigned snap) {
    IrBlock *b = r->k->b;
    const IrSnap *s = &r->in->snaps[snap], *own = &b->snaps[r->k->snap];
    if (own->retired == s->retired && own->n == 0 && s->n == 0)
        return;
    b->snaps[b->nsnaps] = (IrSnap){own->pc, replay_pending(r, s->first, s->n), s->n, s->retired};
    r->k->snap = (uint16_t)b->nsnaps++;
}

static IrRef replay_memory(Replay *r, const IrOp *op) {
    IrRef a = mapped(r, op->a), b = mapped(r, op->b), c = mapped(r, op->c);
    replay_snap(r, op->snap);
    if (op->op == OP_LOAD)
        return ir_load(r->k, op->type, op->memop, a, op->disp);
    if (op->op == OP_STORE) {
        ir_store(r->k, op->type, op->memop, a, op->disp, b);
        return IR_NONE;
    }
    if (op->disp) {
        IrType t = ir_result_type(&r->in->ops[op->a]);
        a = ir_bin(r->k, OP_ADD, t, a, ir_const(r->k, t, op->disp));
    }
    return ir_amo(r->k, op->op, op->type, op->memop, a, b, c);
}

static void replay_exit_if(Replay *r, const IrOp *op) {
    ir_exit_if(r->k, mapped(r, op->a), op->target);
    IrOp *made = &r->k->b->ops[r->k->b->nops - 1];
    if (op->n == 0 || made->op != OP_EXIT_IF)
        return;
    made->first = replay_pending(r, op->first, op->n);
    made->n = op->n;
}

static void replay_exit(Replay *r, const IrOp *op) {
    IrRef a = mapped(r, op->a);
    switch (op->op) {
    case OP_EXIT:
        if (op->hint == EXIT_HINT_CALL)
            ir_exit_call(r->k, op->target, op->ret);
        else
            ir_exit(r->k, op->target);
        break;
    case OP_EXIT_IF: replay_exit_if(r, op); break;
    case OP_POLL: ir_poll(r->k, op->target); break;
    case OP_EXIT_REG: ir_exit_reg(r->k, a, op->hint, op->ret, 0); break;
    default: ir_exit_sync(r->k, op->target);
    }
}

static void replay_jump(Replay *r, const IrOp *op) {
    IrRef args[IR_MAX_ARGS];
    for (unsigned i = 0; i < op->nargs; i++)
        args[i] = mapped(r, r->in->args[op->args + i]);
    if (op->op == OP_JUMP)
        ir_jump(r->k, op->label, args, op->nargs);
    else
        ir_branch(r->k, mapped(r, op->a), op->label, args, op->nargs);
}

// All parameters of a label that the builder makes have one type.
static void replay_label(Replay *r, unsigned at) {
    const IrOp *op = &r->in->ops[at];
    IrRef params[IR_MAX_ARGS];
    ir_label(r->k, op->label, op->nargs ? (IrType)op[1].type : T_I64, params, op->nargs);
    for (unsigned i = 0; i < op->nargs; i++)
        r->to[at + 1 + i] = params[i];
}

static IrRef replay_const(Replay *r, const IrOp *op) {
    switch (op->op) {
    case OP_CONST: return ir_const(r->k, op->type, op->imm);
    case OP_PCREL: return ir_pcrel(r->k, op->type, op->imm);
    case OP_CLOCK: return ir_clock(r->k, op->imm);
    case OP_FENCE: ir_fence(r->k, (unsigned)op->imm); return IR_NONE;
    default: ir_exit_done(r->k); return IR_NONE;
    }
}

static void replay_op(Replay *r, unsigned i) {
    const IrOp *op = &r->in->ops[i];
    IrRef v = IR_NONE;
    switch (ir_op_info[op->op].kind) {
    case KIND_CONST: v = replay_const(r, op); break;
    case KIND_SLOT:
        if (op->op == OP_GET)
            v = ir_get(r->k, op->type, (uint16_t)op->imm);
        else if (op->op == OP_TALLY)
            ir_tally(r->k, (uint16_t)op->imm, mapped(r, op->a));
        else
            ir_set(r->k, op->type, (uint16_t)op->imm, mapped(r, op->a));
        break;
    case KIND_VALUE: case KIND_CMP: case KIND_VEC: case KIND_VFP:
        v = op->op == OP_NOP ? IR_NONE : replay_value(r, op);
        break;
    case KIND_FP: case KIND_FCMP: case KIND_FTOI:
        v = ir_fp(r->k, op->op, op->type, (unsigned)op->imm, mapped(r, op->a), mapped(r, op->b), mapped(r, op->c));
        break;
    case KIND_MEM: v = replay_memory(r, op); break;
    case KIND_CALL:
        replay_snap(r, op->hsnap);
        if (op->op == OP_TRAP_IF)
            ir_trap_if(r->k, mapped(r, op->a), op->helper, mapped(r, op->b));
        else
            v = ir_call(r->k, op->type, op->helper, mapped(r, op->a), mapped(r, op->b), mapped(r, op->c));
        break;
    case KIND_EXIT: case KIND_EXITR: replay_exit(r, op); break;
    case KIND_JUMP: replay_jump(r, op); break;
    case KIND_LABEL: replay_label(r, i); return;
    case KIND_PARAM: return;
    }
    r->to[i] = v;
}

void irg_refold(IrBuild *k, const IrBlock *in) {
    Replay r = {.k = k, .in = in};
    k->b->region = in->region;
    unsigned insn = 0;
    for (unsigned i = 0; i < in->nlabels; i++)
        ir_label_new(k);
    for (unsigned i = 0; i < in->nops; i++) {
        for (; insn < in->ninsns && in->insns[insn].first <= i; insn++)
            ir_insn(k, in->insns[insn].pc, in->insns[insn].length);
        replay_op(&r, i);
    }
}

void irg_fold(IrBlock *out, const IrBlock *in) {
    static IrBuild k;
    ir_begin(&k, out, in->names, in->vpage, in->pc, in->ctx);
    irg_refold(&k, in);
    ir_finish(&k);
}

void irg_pend(IrBlock *b) {
    uint64_t held[OPT_CELLS / 64] = {0};
    for (unsigned i = 0; i < irg_guest.npins; i++)
        held[irg_guest.pins[i] / 512] |= 1ull << (irg_guest.pins[i] / 8 % 64);
    opt_pending(b, held);
}
