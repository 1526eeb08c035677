// SPDX-License-Identifier: MIT
// Random numbers that favour edges, and random instructions made from decode tables: what the generators of all guests share.
#pragma once
#include "cpu/decode/decode.h"

typedef struct Random {
    uint64_t state;
} Random;
static inline uint64_t random_next(Random *r) { // splitmix64
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}
static inline unsigned random_below(Random *r, unsigned n) { return (unsigned)((random_next(r) >> 32) * n >> 32); }
uint64_t random_integer(Random *r);
// A number of a format with `fraction` and `exponent` bits: about zero, one, infinity, the integers' limits, the numbers whose products
// are about the least, the limits of narrower formats, and NaNs.
uint64_t random_format(Random *r, unsigned fraction, unsigned exponent);

// A sequence of random instructions, valid in user mode, that ends by falling off its end. It touches memory only in RANDOM_SCRATCH bytes,
// which registers of the guest's choice point to.
enum { RANDOM_SCRATCH = 1024, RANDOM_MAX = 64 };
typedef struct RandomInsn {
    const DecodeEntry *entry;
    uint32_t bits;
    int target;            // jumps: index of the instruction it goes to, else -1
    unsigned offset;       // from the start of the sequence
    unsigned back;         // the target is counted from the instruction so many before (0: from itself), and what is in the operand added
    bool glued;            // works only behind its predecessor: nothing jumps to it
} RandomInsn;
typedef struct RandomSequence {
    RandomInsn insn[RANDOM_MAX];
    unsigned n, bytes;
    bool pooled;           // most of its operands are in `pool`, so that its instructions depend on each other
    uint8_t pool[4];
} RandomSequence;
void random_encode(const RandomSequence *s, uint8_t *out);

// An operand's pieces in the encoding.
void operand_set(const DecodeEntry *e, uint32_t *bits, unsigned operand, uint32_t value);
int operand_base(const DecodeEntry *e, unsigned operand); // what it is when all its bits are 0
bool has_operand(const DecodeEntry *e, unsigned operand);
bool mentions(const DecodeEntry *e, const char *word); // is it a word of the row's template?
// Gives each instruction its offset, and those that jump (their template has a `target`, or they count it from before) a place to go
// through `operand`: one of the next few instructions behind the jump, or the end.
void random_link(Random *r, RandomSequence *s, unsigned operand);
