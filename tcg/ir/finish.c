// SPDX-License-Identifier: MIT
// The second walk over a new block, backwards: drops what nobody needs, and learns who reads what remains (IrUse).
//
// All uses follow their definition in the array, so that one backward walk sees every use first. A pure value that no later op names goes,
// and so does a SET whose slot is SET again before anybody can look: no op that may leave, no GET of it, no helper, no local control flow
// in between. Dropped ops become OP_NOP where they stand, since moving ops would mean renaming all operands; what they read is not counted.
#include "tcg/ir/doomed.h"
#include "tcg/ir/fold.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ir_drop(IrOp *op) { *op = (IrOp){.op = OP_NOP, .type = T_VOID, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE}; }

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
            ir_drop(op);
        if (ends)
            here = false;
    }
}
_Static_assert(IR_MAX_LABELS <= 64, "labels are bits of a word");

// Without local control flow that is all behind the first END.
static void cut_behind_end(IrBlock *b, unsigned end) {
    if (b->nops != end)
        for (unsigned i = 0; i < b->ninsns; i++)
            if (b->insns[i].first > end)
                b->insns[i].first = (uint16_t)end;
    b->nops = end;
}

// ---- who reads what

typedef struct Walk {
    IrBlock *b;
    Doomed doomed;
    unsigned renamed;        // first value that was passed by or narrowed: behind it names are to be put right
    unsigned barrier, exits; // see IrUse: of what lies behind the current op
} Walk;

// How an op is looked at. NARROW: the low half of the result depends on the low halves of the operands alone.
typedef enum Visit { V_NONE, V_LEAF, V_PURE, V_NARROW, V_SHL, V_EXTEND, V_SET, V_GET, V_TALLY, V_LOAD, V_STORE, V_CALL, V_EXIT, V_EXIT_IF, V_TRAP_IF,
    V_FLOW, V_STICKY, V_OTHER } Visit;

#define IS(NAME, OTHER) (OP_##NAME == OP_##OTHER)
#define IS_NARROW(NAME) (IS(NAME, ADD) || IS(NAME, SUB) || IS(NAME, AND) || IS(NAME, OR) || IS(NAME, XOR) || IS(NAME, ANDN) || IS(NAME, MUL))
#define PURE_VISIT(NAME)                                                                                                      \
    (IS(NAME, NOP) || IS(NAME, CONST) ? V_NONE : IS(NAME, PCREL) ? V_LEAF : IS(NAME, SHL) ? V_SHL                             \
     : IS(NAME, SEXT32) || IS(NAME, ZEXT32) ? V_EXTEND : IS_NARROW(NAME) ? V_NARROW : V_PURE)
#define OWN(NAME, OTHER) IS(NAME, OTHER) ? V_##OTHER
#define OTHER_VISIT(NAME, KIND)                                                                                               \
    (OWN(NAME, SET) : OWN(NAME, GET) : OWN(NAME, TALLY) : OWN(NAME, LOAD) : OWN(NAME, STORE) : OWN(NAME, CALL)                \
     : OWN(NAME, TRAP_IF) : OWN(NAME, EXIT) : OWN(NAME, EXIT_IF)                                                              \
     : (unsigned)KIND_##KIND == (unsigned)KIND_LABEL || (unsigned)KIND_##KIND == (unsigned)KIND_JUMP ? V_FLOW : V_OTHER)
#define VISIT(NAME, KIND, EFFECTS)                                                                                            \
    ((unsigned)(EFFECTS) == FX_PURE ? PURE_VISIT(NAME) : (unsigned)(EFFECTS) == FX_STICKY ? V_STICKY : OTHER_VISIT(NAME, KIND))
enum { PURE = FX_PURE, READ = FX_READ, WRITE = FX_WRITE, LEAVE = FX_LEAVE, END = FX_END, STICKY = FX_STICKY };
static const uint8_t visit_of[OP_COUNT] = {
#define OP(NAME, TEXT, KIND, OPERANDS, EFFECTS) [OP_##NAME] = VISIT(NAME, KIND, EFFECTS),
#include "tcg/ir/op.def"
#undef OP
};

// IR_NONE has a place of its own.
static inline void note(IrUse *use, IrRef r, unsigned i, unsigned whole) {
    IrUse *u = &use[r % IR_MAX_OPS];
    u->uses++;
    u->last = u->last ? u->last : (uint16_t)i;
    u->whole |= (uint16_t)whole;
}

static void note_pending(IrBlock *b, unsigned i) {
    unsigned n;
    const IrPending *p = ir_pending(b, &b->ops[i], &n);
    while (n > 0)
        note(b->use, p[--n].value, i, true);
}

static inline void note_all(IrBlock *b, unsigned i, unsigned whole) {
    const IrOp *op = &b->ops[i];
    note(b->use, op->a, i, whole);
    note(b->use, op->b, i, whole);
    if (__builtin_expect(op->c != IR_NONE, 0))
        note(b->use, op->c, i, whole);
}

// The accesses off one base are a chain.
static inline void note_access(Walk *w, IrBlock *b, unsigned i) {
    IrUse *u = &b->use[i], *base = &b->use[b->ops[i].a];
    u->next = base->access;
    u->barrier = (uint16_t)w->barrier;
    u->exits = (uint16_t)w->exits;
    base->access = (uint16_t)i;
}

static inline uint64_t line_of(const IrOp *op) { return 1ull << ((uint64_t)op->imm / 64 % 64); }

static bool stores_half(const IrOp *op) { return (op->memop & MO_SIZE) <= MO_32; }

// Op i stays: its operands have a reader.
__attribute__((always_inline)) static inline void note_readers(Walk *w, IrBlock *b, unsigned i, Visit visit) {
    const IrOp *op = &b->ops[i];
    switch (visit) {
    case V_GET: b->lines |= line_of(op); return;
    case V_SET:
    case V_TALLY:
        b->lines |= line_of(op);
        note(b->use, op->a, i, true);
        return;
    case V_EXIT: b->loops |= op->target == b->pc; return;
    case V_LOAD:
        note(b->use, op->a, i, true);
        note_access(w, b, i);
        break;
    case V_STORE:
        note(b->use, op->a, i, true);
        note(b->use, op->b, i, !stores_half(op));
        note_access(w, b, i);
        break;
    case V_EXIT_IF:
        note(b->use, op->a, i, true);
        w->exits++;
        b->loops |= op->target == b->pc;
        break;
    case V_TRAP_IF:
        note_all(b, i, true);
        w->exits++;
        break;
    case V_FLOW:
        note(b->use, op->a, i, true);
        for (unsigned n = 0; ir_op_info[op->op].kind == KIND_JUMP && n < op->nargs; n++)
            note(b->use, b->args[op->args + n], i, true);
        w->barrier = i;
        break;
    case V_CALL: w->barrier = i; // fall through
    default: note_all(b, i, true); break;
    }
    if (__builtin_expect(b->npending != 0, 0))
        note_pending(b, i);
}

// Those that do not come by the dozen.
static void visit_rest(Walk *w, IrBlock *b, unsigned i, Visit visit) {
    IrOp *op = &b->ops[i];
    bool pure = visit == V_CALL && ir_effects(b, op) == FX_PURE;
    if (pure && b->use[i].uses == 0) {
        ir_drop(op);
        return;
    }
    if (!pure)
        doom_nothing(&w->doomed);
    note_readers(w, b, i, visit);
}

static void walk_begin(Walk *w, IrBlock *b) {
    w->b = b;
    doomed_begin(&w->doomed);
    w->renamed = w->barrier = b->nops;
    w->exits = 0;
    b->lines = b->loops = 0;
}

// All that a walk would find out, of a block that was not built, or was changed since.
void ir_count_uses(IrBlock *b) {
    Walk w;
    walk_begin(&w, b);
    memset(b->again, 0xff, sizeof b->again); // not known
    memset(b->use, 0, b->nops * sizeof *b->use);
    for (unsigned i = b->nops; i-- > 0;)
        if (visit_of[b->ops[i].op] != V_NONE)
            note_readers(&w, b, i, visit_of[b->ops[i].op]);
}

// ---- halves: 32-bit arithmetic need not extend its results where all readers look at the low half

// IrUse.whole: some reader looks at more than the low 32 bits; it is an extension that was passed by.
enum { READ_WHOLE = 1, PASSED = 2 };

static void outlast(IrUse *u, unsigned last) { u->last = u->last > last ? u->last : (uint16_t)last; }

// An extension whose readers all ignore the upper half is passed by: it leaves a NOP that tells, plus 1, who takes its place. If the
// operand is a slot's value, it might not outlive the slot: then not.
static bool pass_by(Walk *w, unsigned v) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[v];
    IrRef x = op->a;
    IrUse *of = &b->use[v];
    if (of->whole || b->ops[x].op == OP_GET || b->ops[x].op == OP_CONST)
        return false;
    b->use[x].uses = (uint16_t)(b->use[x].uses + of->uses);
    outlast(&b->use[x], of->last);
    of->uses = 0;
    ir_drop(op);
    op->imm = x + 1;
    of->whole = PASSED;
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
        if ((b->use[op->a % IR_MAX_OPS].whole | b->use[op->b % IR_MAX_OPS].whole | b->use[op->c % IR_MAX_OPS].whole) & PASSED) {
            rename_operand(b, &op->a);
            rename_operand(b, &op->b);
            rename_operand(b, &op->c);
        }
        if (op->op == OP_STORE)
            op->type = (uint8_t)ir_result_type(&b->ops[op->b]);
    }
}

static void narrow(Walk *w, unsigned v) {
    if (w->b->ops[v].type != T_I64 || w->b->use[v].whole)
        return;
    w->b->ops[v].type = T_I32;
    w->renamed = v;
}

// ---- fusion: what a value's only reader can do itself

// A shift by 1, 2 or 3 whose only reader adds it becomes part of the address arithmetic that hosts have.
static void fuse_shift(Walk *w, IrRef v) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[v], *reader = &b->ops[b->use[v].last];
    if (b->use[v].uses != 1 || reader->op != OP_ADD || b->ops[op->a].op == OP_CONST)
        return;
    bool scales = b->ops[op->b].op == OP_CONST && (uint64_t)b->ops[op->b].imm - 1 < 3;
    if (!scales || reader->type != op->type || (reader->a != v && reader->b != v)) // it may still name an extension that was passed by
        return;
    IrRef other = reader->a == v ? reader->b : reader->a;
    if (b->ops[other].op == OP_CONST)
        return;
    reader->op = OP_SHADD;
    reader->a = other;
    reader->b = op->a;
    reader->c = op->b;
    for (unsigned n = 0; n < 2; n++) {
        IrUse *u = &b->use[n ? op->b : op->a];
        u->uses++;
        outlast(u, b->use[v].last);
        u->whole |= !n && op->type == T_I64;
    }
    b->use[v].uses = 0;
}

static void visit_shl(Walk *w, unsigned i) {
    IrBlock *b = w->b;
    IrOp *op = &b->ops[i];
    if (b->ops[op->b].op == OP_CONST && (uint64_t)b->ops[op->b].imm < 32)
        narrow(w, i);
    fuse_shift(w, (IrRef)i);
    if (b->use[i].uses == 0)
        ir_drop(op);
    else
        note_all(b, i, op->type != T_I32);
}

// Pure ops, of which those go that nobody reads.
static inline void visit_pure(Walk *w, IrBlock *b, unsigned i, Visit visit) {
    IrOp *op = &b->ops[i];
    if (b->use[i].uses == 0)
        ir_drop(op);
    else if (visit == V_PURE || visit == V_NARROW)
        note_all(b, i, op->type != T_I32);
    else if (visit == V_SHL)
        visit_shl(w, i);
    else if (visit == V_EXTEND && !pass_by(w, i))
        note(b->use, op->a, i, false);
}

static inline void visit(Walk *w, IrBlock *b, unsigned i) {
    IrOp *op = &b->ops[i];
    Visit visit = visit_of[op->op];
    switch (visit) {
    case V_NONE: break;
    case V_NARROW:
        narrow(w, i); // fall through
    case V_LEAF:
    case V_PURE:
    case V_SHL:
    case V_EXTEND: visit_pure(w, b, i, visit); break;
    case V_SET:
        if (set_is_dead(&w->doomed, (unsigned)op->imm, op->type))
            ir_drop(op);
        else
            note_readers(w, b, i, V_SET);
        break;
    case V_GET:
        if (b->use[i].uses == 0) {
            ir_drop(op);
            break;
        }
        spare(&w->doomed, (unsigned)op->imm, op->type);
        note_readers(w, b, i, V_GET);
        break;
    case V_LOAD:
        doom_nothing(&w->doomed);
        note_readers(w, b, i, V_LOAD);
        break;
    case V_STORE:
        doom_nothing(&w->doomed);
        note_readers(w, b, i, V_STORE);
        break;
    case V_STICKY: note_readers(w, b, i, V_STICKY); break;
    default: visit_rest(w, b, i, visit); break;
    }
}

static void walk_back(IrBlock *b) {
    Walk w;
    walk_begin(&w, b);
    b->use[IR_NONE % IR_MAX_OPS] = (IrUse){0};
    for (unsigned i = b->nops; i-- > 0;)
        visit(&w, b, i);
    if (w.renamed < b->nops)
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
