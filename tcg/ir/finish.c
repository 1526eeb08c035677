// SPDX-License-Identifier: MIT
// The second walk over a new block, backwards: drops what nobody needs and counts the uses of what remains.
//
// The uses were counted as ops were made; an op that goes gives its own back. A pure value that no later op
// names goes, and so does a SET whose slot is SET again before anybody can
// look: no op that may leave, no GET of it, no helper, no local control flow in between. Dropped ops become
// OP_NOP where they stand, since moving ops would mean renaming all operands. All uses follow their
// definition in the array, so that one backward walk sees every use first.
#include "tcg/ir/fold.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Granules of 4 bytes that will be SET before they are read: SETs of nothing else are dead.
typedef struct Doomed {
    uint32_t touched; // words of `bits` that are not 0
    uint64_t bits[IR_FORWARD_BYTES / 4 / 64];
} Doomed;

static void doom_nothing(Doomed *d)
{
    for (; d->touched; d->touched &= d->touched - 1)
        d->bits[__builtin_ctz(d->touched)] = 0;
}

// The granules of a slot that this bookkeeping follows (of 4 or 8 bytes, aligned): their word and bits in it.
static bool granules(unsigned slot, unsigned size, unsigned *word, uint64_t *mask)
{
    *word = slot / 256;
    *mask = (size == 8 ? 3ULL : 1ULL) << (slot / 4 % 64);
    return (size == 8 || size == 4) && slot % size == 0 && slot < IR_FORWARD_BYTES;
}

// A SET, looking back: true if it is dead; else it dooms those before it.
static bool set_is_dead(Doomed *d, unsigned slot, unsigned size)
{
    unsigned word;
    uint64_t mask;
    if (!granules(slot, size, &word, &mask))
        return false;
    if ((d->bits[word] & mask) == mask)
        return true;
    d->bits[word] |= mask;
    d->touched |= 1u << word;
    return false;
}

static void spare(Doomed *d, unsigned slot, unsigned size)
{
    unsigned word;
    uint64_t mask;
    if (granules(slot, size, &word, &mask))
        d->bits[word] &= ~mask;
    else
        doom_nothing(d);
}

void ir_count_uses(IrBlock *b)
{
    memset(b->uses, 0, b->nops * sizeof *b->uses);
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        const IrRef operand[3] = {op->a, op->b, op->c};
        for (unsigned n = 0; n < 3; n++)
            if (operand[n] != IR_NONE)
                b->uses[operand[n]]++;
        if (ir_op_info[op->op].kind == KIND_JUMP)
            for (unsigned n = 0; n < op->nargs; n++)
                b->uses[b->args[op->args + n]]++;
    }
    for (unsigned i = 0; i < b->npending; i++)
        b->uses[b->pending[i].value]++;
}

// Dropped ops use nothing any more.
static void drop(IrBlock *b, IrOp *op)
{
    b->uses[op->a % IR_MAX_OPS]--;
    b->uses[op->b % IR_MAX_OPS]--;
    b->uses[op->c % IR_MAX_OPS]--;
    if (ir_op_info[op->op].kind == KIND_JUMP)
        for (unsigned n = 0; n < op->nargs; n++)
            b->uses[b->args[op->args + n]]--;
    *op = (IrOp){.op = OP_NOP, .type = T_VOID, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE};
}

// One walk along the ops: labels that can be reached, given those known so far.
static uint32_t reach(const IrBlock *b, uint32_t labels)
{
    bool here = true;
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_LABEL) {
            here |= labels >> op->label & 1;
            labels |= (uint32_t)here << op->label;
        }
        if (here && ir_op_info[op->op].kind == KIND_JUMP)
            labels |= 1u << op->label;
        if ((ir_op_info[op->op].effects & FX_END) || op->op == OP_JUMP)
            here = false;
    }
    return labels;
}

// What cannot be reached, behind an END or JUMP. Nothing that can be reached names a value made there: it
// would have to be made before the first local control flow, which is reached if anything behind it is.
static void drop_unreachable(IrBlock *b)
{
    uint32_t labels = 0, before = 1;
    while (b->nlabels && labels != before) { // again, should a jump back have reached more
        before = labels;
        labels = reach(b, labels);
    }
    bool here = true;
    for (unsigned i = 0; i < b->nops; i++) {
        IrOp *op = &b->ops[i];
        bool ends = (ir_op_info[op->op].effects & FX_END) || op->op == OP_JUMP;
        if (op->op == OP_LABEL)
            here |= labels >> op->label & 1;
        if (!here)
            drop(b, op);
        if (ends)
            here = false;
    }
}
_Static_assert(IR_MAX_LABELS <= 32, "labels are bits of a word");

// Without local control flow that is all behind the first END.
static void cut_behind_end(IrBlock *b, unsigned end)
{
    for (unsigned i = end; i < b->nops; i++)
        drop(b, &b->ops[i]);
    if (b->nops != end)
        for (unsigned i = 0; i < b->ninsns; i++)
            if (b->insns[i].first > end)
                b->insns[i].first = (uint16_t)end;
    b->nops = end;
}

static void walk_back(IrBlock *b)
{
    Doomed doomed = {0};
    for (unsigned i = b->nops; i-- > 0;) {
        IrOp *op = &b->ops[i];
        unsigned effects = ir_op_info[op->op].effects;
        if (effects == FX_PURE) {
            if (b->uses[i] == 0)
                drop(b, op);
        } else if (op->op == OP_SET) {
            if (set_is_dead(&doomed, (unsigned)op->imm, ir_type_size(op->type)))
                drop(b, op);
        } else if (op->op == OP_GET) {
            if (b->uses[i] == 0)
                drop(b, op);
            else
                spare(&doomed, (unsigned)op->imm, ir_type_size(op->type));
        } else if (op->op == OP_CALL && ir_effects(b, op) == FX_PURE) {
            if (b->uses[i] == 0)
                drop(b, op);
        } else if (effects != FX_STICKY) {
            doom_nothing(&doomed);
        }
    }
}

// Debug builds: a malformed block is our own bug, so it is shown and everything stops.
static void check(const IrBlock *b)
{
#ifdef MYNA_VERIFY
    const char *fault = ir_verify(b);
    if (fault) {
        fprintf(stderr, "ir: %s\n%s", fault, ir_print(b));
        abort();
    }
#else
    (void)b;
#endif
}

void ir_finish(IrBuild *k)
{
    IrBlock *b = k->b;
    if (b->ninsns)
        b->bytes = (uint32_t)(b->insns[b->ninsns - 1].pc + b->insns[b->ninsns - 1].length - b->pc);
    if (!k->ended)
        ir_exit(k, b->pc + (int64_t)b->bytes);
    if (b->nlabels)
        drop_unreachable(b);
    else
        cut_behind_end(b, k->end);
    walk_back(b);
    check(b);
}
