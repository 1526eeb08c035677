// SPDX-License-Identifier: MIT
// The second walk over a new block, backwards: drops what nobody needs and counts the uses of what remains.
//
// A pure value that no later op names goes, and so does a SET whose slot is SET again before anybody can
// look: no op that may leave, no GET of it, no helper, no local control flow in between. Dropped ops become
// OP_NOP where they stand, since moving ops would mean renaming all operands. All uses follow their
// definition in the array, so that one backward walk sees every use first.
#include "tcg/ir/fold.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Granules of 4 bytes that will be SET before they are read: SETs of nothing else are dead.
typedef struct Doomed {
    bool any;
    uint64_t bits[IR_FORWARD_BYTES / 4 / 64];
} Doomed;

static void doom_nothing(Doomed *d)
{
    if (d->any)
        memset(d, 0, sizeof *d);
}

static bool is_doomed(const Doomed *d, unsigned slot, unsigned size)
{
    if (!d->any || slot + size > IR_FORWARD_BYTES)
        return false;
    for (unsigned g = slot / 4; g <= (slot + size - 1) / 4; g++)
        if (!(d->bits[g / 64] >> (g % 64) & 1))
            return false;
    return true;
}

static void doom(Doomed *d, unsigned slot, unsigned size)
{
    if (slot % 4 || size % 4 || slot + size > IR_FORWARD_BYTES)
        return;
    d->any = true;
    for (unsigned g = slot / 4; g < (slot + size) / 4; g++)
        d->bits[g / 64] |= 1ULL << (g % 64);
}

static void spare(Doomed *d, unsigned slot, unsigned size)
{
    if (!d->any)
        return;
    for (unsigned g = slot / 4; g <= (slot + size - 1) / 4 && g < IR_FORWARD_BYTES / 4; g++)
        d->bits[g / 64] &= ~(1ULL << (g % 64));
}

static void use(IrBlock *b, IrRef v, unsigned by)
{
    if (b->uses[v]++ == 0)
        b->last_use[v] = (IrRef)by;
}

static void use_operands(IrBlock *b, const IrOp *op, unsigned at)
{
    if (op->a != IR_NONE)
        use(b, op->a, at);
    if (op->b != IR_NONE)
        use(b, op->b, at);
    if (op->c != IR_NONE)
        use(b, op->c, at);
    if (ir_op_info[op->op].kind == KIND_JUMP)
        for (unsigned i = 0; i < op->nargs; i++)
            use(b, b->args[op->args + i], at);
    // Values that a leaving op's snapshot has pending.
    if (ir_op_info[op->op].kind == KIND_MEM || op->op == OP_CALL) {
        const IrSnap *s = &b->snaps[op->op == OP_CALL ? op->hsnap : op->snap];
        for (unsigned i = 0; i < s->n; i++)
            use(b, b->pending[s->first + i].value, at);
    }
}

// A value read inside a loop that it was made before must outlive the jump back.
static void extend_over_loops(IrBlock *b)
{
    IrRef at[IR_MAX_LABELS];
    memset(at, 0xff, sizeof at);
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_LABEL)
            at[op->label] = (IrRef)i;
        if ((op->op != OP_JUMP && op->op != OP_BRANCH) || at[op->label] == IR_NONE)
            continue;
        for (unsigned v = 0; v < at[op->label]; v++)
            if (b->uses[v] && b->last_use[v] >= at[op->label] && b->last_use[v] < i)
                b->last_use[v] = (IrRef)i;
    }
}

void ir_count_uses(IrBlock *b)
{
    memset(b->uses, 0, b->nops * sizeof *b->uses);
    memset(b->last_use, 0xff, b->nops * sizeof *b->last_use);
    for (unsigned i = b->nops; i-- > 0;)
        if (b->ops[i].op != OP_NOP)
            use_operands(b, &b->ops[i], i);
    if (b->nlabels)
        extend_over_loops(b);
}

static void drop(IrOp *op)
{
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

// What cannot be reached, behind an END or JUMP. Nothing that can be reached names a value made there: it would have
// to be made before the first local control flow, which is reached if anything behind it is.
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
            drop(op);
        if (ends)
            here = false;
    }
}
_Static_assert(IR_MAX_LABELS <= 32, "labels are bits of a word");

static bool is_dead(const IrBlock *b, const Doomed *d, unsigned i)
{
    const IrOp *op = &b->ops[i];
    if (op->op == OP_SET)
        return is_doomed(d, (unsigned)op->imm, ir_type_size(op->type));
    if (b->uses[i] || op->op == OP_PARAM || op->op == OP_LABEL)
        return false;
    return op->op == OP_GET || ir_effects(b, op) == FX_PURE;
}

// What op i means to SETs before it.
static void judge_sets_before(const IrBlock *b, Doomed *d, const IrOp *op)
{
    if (op->op == OP_SET)
        doom(d, (unsigned)op->imm, ir_type_size(op->type));
    else if (op->op == OP_GET)
        spare(d, (unsigned)op->imm, ir_type_size(op->type));
    else if (ir_effects(b, op) & (FX_READ | FX_WRITE | FX_LEAVE))
        doom_nothing(d);
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
    memset(b->uses, 0, b->nops * sizeof *b->uses);
    memset(b->last_use, 0xff, b->nops * sizeof *b->last_use);
    drop_unreachable(b);
    Doomed doomed = {0};
    for (unsigned i = b->nops; i-- > 0;) {
        IrOp *op = &b->ops[i];
        if (is_dead(b, &doomed, i)) {
            drop(op);
            continue;
        }
        use_operands(b, op, i);
        judge_sets_before(b, &doomed, op);
    }
    if (b->nlabels)
        extend_over_loops(b);
    check(b);
}
