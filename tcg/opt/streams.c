// SPDX-License-Identifier: MIT
// Which memory accesses of a region go along together. Called by back ends, which keep a stream's page in registers.
//
// A stream is keyed by where its base comes from: in a loop of one block (loops.c), a slot that a round moves by a constant or not at all;
// else a slot that the whole region moves by constants only; else one value of one local block. Keying by the slot alone, whatever is put
// into it, made arrays that take turns in one register throw each other out. Loads and stores are apart, because what may be read need
// not be writable.
//
// Of a loop's streams it is known how far they go in a round, so that a back end can tell how many rounds stay in the page: a strip.
#include <string.h>
#include "tcg/opt/opt.h"

enum { MAX_STEP = 1024, MAX_SPAN = 2048 };

typedef struct Streams {
    const IrBlock *b;
    OptLoop *loop;
    unsigned nloops;
    OptStream *stream;
    unsigned n;
    struct { uint16_t slot; uint8_t loop; bool moves; int64_t step; } known[2 * OPT_STREAMS]; // answers of moves_by_constants
    unsigned nknown;
} Streams;

// What v counts from, and by how much it differs.
static IrRef root_of(const IrBlock *b, IrRef v, int64_t *offset) {
    for (*offset = 0; b->ops[v].op == OP_ADD && b->ops[v].type == T_I64 && ir_is_const(b, b->ops[v].b); v = b->ops[v].a)
        *offset += b->ops[b->ops[v].b].imm;
    return v;
}

// A base that no check could be cheaper for, or that needs more than a check, is no stream's.
static bool is_plain(const IrBlock *b, const IrOp *op) {
    if ((op->op != OP_LOAD && op->op != OP_STORE) || ir_result_type(&b->ops[op->a]) != T_I64)
        return false;
    return !(op->memop & (MO_BE | MO_ALIGN | 7 << MO_MMU_SHIFT)) && ((op->memop & MO_SIZE) <= MO_64 || op->type == T_V128) && op->type != T_F16;
}

static bool overlaps(const IrOp *op, unsigned slot) {
    return (unsigned)op->imm < slot + 8 && slot < (unsigned)op->imm + ir_type_size(op->type);
}

// Is the slot set to nothing but itself and a constant, between two ops? *step: the last of them. A helper that writes state may set it
// to anything. In a loop, it must not be read anew behind that.
static bool moves_by_constants(const IrBlock *b, unsigned first, unsigned last, unsigned slot, bool loop, int64_t *step) {
    bool set = false;
    *step = 0;
    for (unsigned i = first; i <= last; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_CALL && (ir_effects(b, op) & FX_WRITE))
            return false;
        if (ir_op_info[op->op].kind != KIND_SLOT || !overlaps(op, slot))
            continue;
        if (op->op == OP_GET) {
            if (loop && set)
                return false;
            continue;
        }
        const IrOp *from = op->op == OP_SET ? &b->ops[root_of(b, op->a, step)] : op;
        if (from->op != OP_GET || from->imm != slot || op->imm != slot || op->type != T_I64)
            return false;
        set = true;
    }
    return true;
}

// The same, remembered. loop: OPT_NO_LOOP for all of the region.
static bool slot_moves(Streams *s, uint16_t slot, uint8_t loop, int64_t *step) {
    for (unsigned k = 0; k < s->nknown; k++)
        if (s->known[k].slot == slot && s->known[k].loop == loop) {
            *step = s->known[k].step;
            return s->known[k].moves;
        }
    unsigned first = loop == OPT_NO_LOOP ? 0 : s->loop[loop].first, last = loop == OPT_NO_LOOP ? s->b->nops - 1 : s->loop[loop].last;
    bool moves = moves_by_constants(s->b, first, last, slot, loop != OPT_NO_LOOP, step);
    if (s->nknown < sizeof(s->known) / sizeof(*s->known)) {
        s->known[s->nknown].slot = slot;
        s->known[s->nknown].loop = loop;
        s->known[s->nknown].step = *step;
        s->known[s->nknown++].moves = moves;
    }
    return moves;
}

static uint8_t loop_of(const Streams *s, unsigned i) {
    for (unsigned k = 0; k < s->nloops; k++)
        if (i >= s->loop[k].first && i <= s->loop[k].last)
            return (uint8_t)k;
    return OPT_NO_LOOP;
}

static uint8_t find_or_add(Streams *s, const OptStream *key) {
    for (unsigned k = 0; k < s->n; k++) {
        const OptStream *x = &s->stream[k];
        if (x->slot == key->slot && x->base == key->base && x->write == key->write && x->loop == key->loop)
            return (uint8_t)k;
    }
    if (s->n == OPT_STREAMS)
        return OPT_NO_STREAM;
    s->stream[s->n] = *key;
    return (uint8_t)s->n++;
}

// An access of a loop, if its slot moves evenly there.
static uint8_t loop_stream(Streams *s, const IrOp *op, uint8_t loop, uint16_t slot, int64_t offset) {
    int64_t step;
    if (loop == OPT_NO_LOOP || !slot_moves(s, slot, loop, &step) || step > MAX_STEP || step < -MAX_STEP)
        return OPT_NO_STREAM;
    int64_t lo = offset + op->disp, hi = lo + (1 << (op->memop & MO_SIZE));
    if (lo < -MAX_SPAN || hi > MAX_SPAN)
        return OPT_NO_STREAM;
    OptStream key = {.slot = slot, .base = IR_NONE, .write = op->op == OP_STORE, .loop = loop, .step = (int32_t)step, .lo = (int32_t)lo, .hi = (int32_t)hi};
    uint8_t k = find_or_add(s, &key);
    if (k == OPT_NO_STREAM)
        return k;
    OptStream *x = &s->stream[k];
    x->lo = x->lo < lo ? x->lo : (int32_t)lo;
    x->hi = x->hi > hi ? x->hi : (int32_t)hi;
    if (step)
        s->loop[loop].lead = k;
    return k;
}

static uint8_t stream_of(Streams *s, unsigned i) {
    const IrOp *op = &s->b->ops[i];
    int64_t offset, step;
    const IrOp *root = &s->b->ops[root_of(s->b, op->a, &offset)];
    OptStream key = {.slot = IR_NONE, .base = op->a, .write = op->op == OP_STORE, .loop = OPT_NO_LOOP};
    if (root->op == OP_GET) {
        uint16_t slot = (uint16_t)root->imm;
        uint8_t k = loop_stream(s, op, loop_of(s, i), slot, offset);
        if (k != OPT_NO_STREAM)
            return k;
        if (slot_moves(s, slot, OPT_NO_LOOP, &step))
            key = (OptStream){.slot = slot, .base = IR_NONE, .write = key.write, .loop = OPT_NO_LOOP};
    }
    return find_or_add(s, &key);
}

unsigned opt_streams(const IrBlock *b, const uint16_t *weight, OptLoop *loops, unsigned nloops, OptStream *streams, uint8_t *of_op) {
    Streams s = {.b = b, .loop = loops, .nloops = nloops, .stream = streams};
    memset(of_op, OPT_NO_STREAM, b->nops);
    for (unsigned i = 0; i < b->nops; i++)
        if (is_plain(b, &b->ops[i]) && (of_op[i] = stream_of(&s, i)) != OPT_NO_STREAM)
            streams[of_op[i]].weight += weight[i];
    return s.n;
}
