// SPDX-License-Identifier: MIT
// Which memory accesses of a region go along together. Called by back ends, which keep a stream's page in registers.
//
// A stream is keyed by where its base comes from: a slot that the whole region only ever moves by constants (or not at all), or else one
// value of one local block. Keying by the slot alone, whatever is put into it, made arrays that take turns in one register throw each
// other out. Loads and stores are apart, because what may be read need not be writable.
#include <string.h>
#include "tcg/opt/opt.h"

// What v counts from, constants aside.
static IrRef root_of(const IrBlock *b, IrRef v) {
    while (b->ops[v].op == OP_ADD && ir_is_const(b, b->ops[v].b))
        v = b->ops[v].a;
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

// Is the slot set to nothing but itself and a constant? A helper that writes state may set it to anything.
static bool moves_by_constants(const IrBlock *b, unsigned slot) {
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_CALL && (ir_effects(b, op) & FX_WRITE))
            return false;
        if ((op->op != OP_SET && op->op != OP_TALLY) || !overlaps(op, slot))
            continue;
        const IrOp *from = &b->ops[root_of(b, op->a)];
        if (op->op != OP_SET || from->op != OP_GET || from->imm != slot || op->imm != slot)
            return false;
    }
    return true;
}

typedef struct Streams {
    const IrBlock *b;
    OptStream *stream;
    unsigned n;
    struct { uint16_t slot; bool moves; } known[OPT_STREAMS]; // answers of moves_by_constants
    unsigned nknown;
} Streams;

static bool slot_moves(Streams *s, uint16_t slot) {
    for (unsigned k = 0; k < s->nknown; k++)
        if (s->known[k].slot == slot)
            return s->known[k].moves;
    bool moves = moves_by_constants(s->b, slot);
    if (s->nknown < OPT_STREAMS) {
        s->known[s->nknown].slot = slot;
        s->known[s->nknown++].moves = moves;
    }
    return moves;
}

static uint8_t stream_of(Streams *s, const IrOp *op) {
    const IrOp *root = &s->b->ops[root_of(s->b, op->a)];
    OptStream key = {.slot = IR_NONE, .base = op->a, .write = op->op == OP_STORE};
    if (root->op == OP_GET && slot_moves(s, (uint16_t)root->imm))
        key = (OptStream){.slot = (uint16_t)root->imm, .base = IR_NONE, .write = key.write};
    for (unsigned k = 0; k < s->n; k++)
        if (s->stream[k].slot == key.slot && s->stream[k].base == key.base && s->stream[k].write == key.write)
            return (uint8_t)k;
    if (s->n == OPT_STREAMS)
        return OPT_NO_STREAM;
    s->stream[s->n] = key;
    return (uint8_t)s->n++;
}

unsigned opt_streams(const IrBlock *b, const uint16_t *weight, OptStream *streams, uint8_t *of_op) {
    Streams s = {.b = b, .stream = streams};
    memset(of_op, OPT_NO_STREAM, b->nops);
    for (unsigned i = 0; i < b->nops; i++)
        if (is_plain(b, &b->ops[i]) && (of_op[i] = stream_of(&s, &b->ops[i])) != OPT_NO_STREAM)
            streams[of_op[i]].weight += weight[i];
    return s.n;
}
