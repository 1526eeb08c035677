// SPDX-License-Identifier: MIT
// SETs that only those see who leave on the way. Called for each block by the back end (Backend.prepare), in both tiers.
//
// A SET whose slot is SET again is needed by nobody but the ops in between that may leave: loads, stores, atomics, and exits that are taken
// seldom. Its value becomes pending there (IrSnap, EXIT_IF's own pairs), which back ends store out of line, and the SET goes. Nobody may
// read the slot in between, no helper may run, no label may stand: at labels, polls and jumps all state is in its slots.
//
// Only integers, and only slots that the host has in memory: a register costs nothing to compute into. A branch back is taken often, so
// nothing is pending there. What is pending lives longer, so it may not be so for long.
#include "tcg/ir/doomed.h"
#include "tcg/opt/opt.h"

enum { MAX_SETS = 64, MAX_PAIRS = 128, MAX_LEAVES = 6 };

typedef struct Pair {
    IrRef at; // the op that may leave
    IrPending pending;
} Pair;

typedef struct Sinker {
    IrBlock *b;
    const uint64_t *held;
    IrRef set[MAX_SETS]; // SETs that may go, the last first
    unsigned nsets, npairs;
    Pair pair[MAX_PAIRS];
} Sinker;

static bool may_wait(const Sinker *s, const IrOp *op) {
    unsigned cell = (unsigned)op->imm / 8;
    return (op->type == T_I64 || op->type == T_I32) && ir_result_type(&s->b->ops[op->a]) == op->type && cell < OPT_CELLS &&
           !(s->held[cell / 64] >> (cell % 64) & 1);
}

// Is op i, an EXIT_IF, taken forwards? *insn: an instruction at or behind it; moves back to its own.
static bool goes_on(const IrBlock *b, unsigned i, unsigned *insn) {
    while (*insn > 0 && b->insns[*insn - 1].first > i)
        --*insn;
    return b->ops[i].target > (*insn ? b->insns[*insn - 1].pc : b->pc);
}

static void find_sets(Sinker *s) {
    const IrBlock *b = s->b;
    Doomed later;
    doomed_begin(&later);
    unsigned insn = b->ninsns;
    for (unsigned i = b->nops; i-- > 0;) {
        const IrOp *op = &b->ops[i];
        const IrOpInfo *info = &ir_op_info[op->op];
        if (info->effects == FX_PURE || info->effects == FX_STICKY || info->kind == KIND_MEM)
            continue;
        if (op->op == OP_SET) {
            if (set_is_dead(&later, (unsigned)op->imm, op->type) && may_wait(s, op) && s->nsets < MAX_SETS)
                s->set[s->nsets++] = (IrRef)i;
        } else if (op->op == OP_GET) {
            spare(&later, (unsigned)op->imm, op->type);
        } else if (op->op == OP_CALL ? ir_effects(b, op) != FX_PURE : op->op != OP_EXIT_IF || !goes_on(b, i, &insn)) {
            doom_nothing(&later); // what may see slots before they are SET again
        }
    }
}

// SET i waits for the next one of its slot, if that overwrites all of it.
static void sink(Sinker *s, IrRef i) {
    IrBlock *b = s->b;
    IrOp *set = &b->ops[i];
    unsigned n = 0, from = (unsigned)set->imm, to = from + ir_type_size(set->type);
    for (unsigned k = i + 1u; k < b->nops; k++) {
        const IrOp *op = &b->ops[k];
        unsigned first = (unsigned)op->imm, end = first + ir_type_size(op->type);
        if (op->op == OP_SET && first < to && from < end) {
            if (first > from || end < to)
                return;
            break;
        }
        if (ir_op_info[op->op].kind != KIND_MEM && op->op != OP_EXIT_IF)
            continue;
        if (n == MAX_LEAVES || s->npairs + n == MAX_PAIRS)
            return;
        s->pair[s->npairs + n++] = (Pair){(IrRef)k, {(uint16_t)from, set->a}};
    }
    IrUse *use = &b->use[set->a]; // the SET was a reader; so are the pairs, which are behind it
    use->uses = (uint16_t)(use->uses + n - 1);
    if (n > 0 && use->last < s->pair[s->npairs + n - 1].at)
        use->last = s->pair[s->npairs + n - 1].at;
    s->npairs += n;
    ir_drop(set);
}

// All pairs of the op that the first one is of.
static void attach(Sinker *s, unsigned first) {
    IrBlock *b = s->b;
    unsigned begin = b->npending, at = s->pair[first].at;
    IrOp *op = &b->ops[at];
    for (unsigned k = first; k < s->npairs; k++)
        if (s->pair[k].at == at) {
            b->pending[b->npending++] = s->pair[k].pending;
            s->pair[k].at = IR_NONE;
        }
    if (op->op == OP_EXIT_IF) {
        op->first = (uint16_t)begin;
        op->n = (uint8_t)(b->npending - begin);
        return;
    }
    b->snaps[b->nsnaps] = b->snaps[op->snap];
    b->snaps[b->nsnaps].first = (uint16_t)begin;
    b->snaps[b->nsnaps].n = (uint16_t)(b->npending - begin);
    op->snap = (uint16_t)b->nsnaps++;
}

void opt_pending(IrBlock *b, const uint64_t *held) {
    Sinker s;
    s.b = b;
    s.held = held;
    s.nsets = s.npairs = 0;
    if (b->nsnaps + MAX_PAIRS > IR_MAX_OPS || b->npending) // it has been here
        return;
    find_sets(&s);
    if (!s.nsets)
        return;
    while (s.nsets > 0)
        sink(&s, s.set[--s.nsets]);
    for (unsigned k = 0; k < s.npairs; k++)
        if (s.pair[k].at != IR_NONE)
            attach(&s, k);
    ir_check(b);
}
