// SPDX-License-Identifier: MIT
// The second walk over a new block, backwards: drops what nobody needs and counts the uses of what remains.
//
// The uses were counted as ops were made; an op that goes gives its own back. A pure value that no later op
// names goes, and so does a SET whose slot is SET again before anybody can
// look: no op that may leave, no GET of it, no helper, no local control flow in between. Dropped ops become
// OP_NOP where they stand, since moving ops would mean renaming all operands. All uses follow their
// definition in the array, so that one backward walk sees every use first.
#include "tcg/ir/doomed.h"
#include "tcg/ir/fold.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ir_count_uses(IrBlock *b) {
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

void ir_drop(IrBlock *b, IrOp *op) {
    b->uses[op->a % IR_MAX_OPS]--;
    b->uses[op->b % IR_MAX_OPS]--;
    b->uses[op->c % IR_MAX_OPS]--;
    if (ir_op_info[op->op].kind == KIND_JUMP)
        for (unsigned n = 0; n < op->nargs; n++)
            b->uses[b->args[op->args + n]]--;
    *op = (IrOp){.op = OP_NOP, .type = T_VOID, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE};
}

// One walk along the ops: labels that can be reached, given those known so far.
static uint64_t reach(const IrBlock *b, uint64_t labels) {
    bool here = true;
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_LABEL) {
            here |= labels >> op->label & 1;
            labels |= (uint64_t)here << op->label;
        }
        if (here && ir_op_info[op->op].kind == KIND_JUMP)
            labels |= 1ull << op->label;
        if ((ir_op_info[op->op].effects & FX_END) || op->op == OP_JUMP)
            here = false;
    }
    return labels;
}

// What cannot be reached, behind an END or JUMP. Nothing that can be reached names a value made there: it
// would have to be made before the first local control flow, which is reached if anything behind it is.
static void drop_unreachable(IrBlock *b) {
    uint64_t labels = 0, before = 1;
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
            ir_drop(b, op);
        if (ends)
            here = false;
    }
}
_Static_assert(IR_MAX_LABELS <= 64, "labels are bits of a word");

// Without local control flow that is all behind the first END.
static void cut_behind_end(IrBlock *b, unsigned end) {
    for (unsigned i = end; i < b->nops; i++)
        ir_drop(b, &b->ops[i]);
    if (b->nops != end)
        for (unsigned i = 0; i < b->ninsns; i++)
            if (b->insns[i].first > end)
                b->insns[i].first = (uint16_t)end;
    b->nops = end;
}

// ---- halves: who reads but the low 32 bits of a value, so that 32-bit arithmetic need not extend its results

// Of a value: some reader looks at more than its low 32 bits; it is an extension that was passed by.
enum { READ_WHOLE = 1, PASSED = 2 };

typedef struct Walk {
    IrBlock *b;
    Doomed doomed;
    unsigned renamed;            // first value that was passed by or narrowed: behind it names are to be put right
    uint8_t whole[IR_MAX_OPS];   // READ_WHOLE, PASSED
    IrRef adder[IR_MAX_OPS];     // of a SHL: the ADD seen last to name it; not cleared, so checked before use
} Walk;

// The low half of what these make depends on the low halves of their operands alone.
static bool is_narrowable(const IrBlock *b, const IrOp *op) {
    switch (op->op) {
    case OP_ADD:
    case OP_SUB:
    case OP_AND:
    case OP_OR:
    case OP_XOR:
    case OP_ANDN:
    case OP_MUL: return true;
    case OP_SHL: return b->ops[op->b].op == OP_CONST && (uint64_t)b->ops[op->b].imm < 32;
    default: return false;
    }
}

// Does this op look at more than the low 32 bits of its operands? Of a STORE's: of its first; see stores_half.
static bool reads_whole(const IrOp *op) {
    unsigned kind = ir_op_info[op->op].kind;
    if (kind == KIND_VALUE || kind == KIND_CMP)
        return op->op != OP_SEXT32 && op->op != OP_ZEXT32 && (op->type != T_I32 || op->op == OP_BITCAST);
    return true;
}

static bool stores_half(const IrOp *op) { return op->op == OP_STORE && (op->memop & MO_SIZE) <= MO_32; }

// IR_NONE has a place of its own.
static void note_readers(Walk *w, unsigned i) {
    const IrOp *op = &w->b->ops[i];
    uint8_t whole = reads_whole(op);
    IrRef adder = op->op == OP_ADD ? (IrRef)i : IR_NONE;
    w->whole[op->a % IR_MAX_OPS] |= whole;
    w->whole[op->b % IR_MAX_OPS] |= (uint8_t)(whole & !stores_half(op));
    w->whole[op->c % IR_MAX_OPS] |= whole;
    w->adder[op->a % IR_MAX_OPS] = w->adder[op->b % IR_MAX_OPS] = w->adder[op->c % IR_MAX_OPS] = adder;
    if (ir_op_info[op->op].kind == KIND_JUMP)
        for (unsigned n = 0; n < op->nargs; n++)
            w->whole[w->b->args[op->args + n]] = true;
}

// An extension whose readers all ignore the upper half is passed by: it leaves a NOP that tells, plus 1, who takes its place. If the
// operand is a slot's value, it might not outlive the slot: then not.
static bool pass_by(Walk *w, unsigned v) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[v];
    IrRef x = op->a;
    if ((op->op != OP_SEXT32 && op->op != OP_ZEXT32) || w->whole[v] || b->ops[x].op == OP_GET || b->ops[x].op == OP_CONST)
        return false;
    b->uses[x] = (uint16_t)(b->uses[x] + b->uses[v]);
    b->uses[v] = 0;
    ir_drop(b, op);
    op->imm = x + 1;
    w->whole[v] = PASSED;
    w->renamed = v;
    return true;
}

static void rename_operand(const IrBlock *b, IrRef *r) {
    while (*r != IR_NONE && b->ops[*r].op == OP_NOP && b->ops[*r].imm)
        *r = (IrRef)(b->ops[*r].imm - 1);
}

static void rename_all(Walk *w) {
    IrBlock *b = w->b;
    for (unsigned i = w->renamed + 1; i < b->nops; i++) {
        IrOp *op = &b->ops[i];
        if ((w->whole[op->a % IR_MAX_OPS] | w->whole[op->b % IR_MAX_OPS] | w->whole[op->c % IR_MAX_OPS]) & PASSED) {
            rename_operand(b, &op->a);
            rename_operand(b, &op->b);
            rename_operand(b, &op->c);
        }
        if (op->op == OP_STORE)
            op->type = (uint8_t)ir_result_type(&b->ops[op->b]);
    }
}

// ---- fusion: what a value's only reader can do itself

// A shift by 1, 2 or 3 whose only reader adds it becomes part of the address arithmetic that hosts have.
static void fuse_shift(Walk *w, IrRef v) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[v];
    unsigned at = w->adder[v];
    if (b->uses[v] != 1 || at <= v || at >= b->nops || b->ops[op->a].op == OP_CONST)
        return;
    IrOp *reader = &b->ops[at];
    bool scales = b->ops[op->b].op == OP_CONST && (uint64_t)b->ops[op->b].imm - 1 < 3;
    if (!scales || reader->op != OP_ADD || reader->type != op->type || (reader->a == v) + (reader->b == v) != 1)
        return;
    IrRef other = reader->a == v ? reader->b : reader->a;
    if (b->ops[other].op == OP_CONST)
        return;
    reader->op = OP_SHADD;
    reader->a = other;
    reader->b = op->a;
    reader->c = op->b;
    b->uses[v]--;
    b->uses[op->a]++;
    b->uses[op->b]++;
    w->whole[op->a] |= op->type == T_I64;
}

static void visit(Walk *w, unsigned i) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[i];
    const IrOpInfo *info = &ir_op_info[op->op];
    if (info->effects == FX_PURE) {
        if (op->type == T_I64 && !w->whole[i] && is_narrowable(b, op)) {
            op->type = T_I32;
            w->renamed = i;
        }
        if (b->uses[i] != 0 && op->op == OP_SHL)
            fuse_shift(w, (IrRef)i);
        if (b->uses[i] == 0)
            ir_drop(b, op);
        if (op->op == OP_NOP || pass_by(w, i))
            return;
    } else if (op->op == OP_SET) {
        if (set_is_dead(&w->doomed, (unsigned)op->imm, ir_type_size(op->type)))
            ir_drop(b, op);
    } else if (op->op == OP_GET) {
        if (b->uses[i] == 0)
            ir_drop(b, op);
        else
            spare(&w->doomed, (unsigned)op->imm, ir_type_size(op->type));
    } else if (op->op == OP_CALL && ir_effects(b, op) == FX_PURE) {
        if (b->uses[i] == 0)
            ir_drop(b, op);
    } else if (info->effects != FX_STICKY) {
        doom_nothing(&w->doomed);
    }
    note_readers(w, i);
}

static void walk_back(IrBlock *b) {
    Walk w;
    w.b = b;
    w.doomed = (Doomed){0};
    w.renamed = b->nops;
    memset(w.whole, 0, b->nops);
    w.whole[IR_NONE % IR_MAX_OPS] = 0;
    for (unsigned i = 0; i < b->npending; i++)
        w.whole[b->pending[i].value] = true;
    for (unsigned i = b->nops; i-- > 0;)
        visit(&w, i);
    rename_all(&w);
}

// Debug builds: a malformed block is our own bug, so it is shown and everything stops.
void ir_check(const IrBlock *b) {
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

void ir_finish(IrBuild *k) {
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
    ir_check(b);
}
