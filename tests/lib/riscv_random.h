// SPDX-License-Identifier: MIT
// Random RISC-V instructions, made from the decode tables.
#pragma once
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#undef INSN

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

// A configuration with every extension of ext.def on.
RiscvConfig riscv_everything(unsigned xlen);

// A sequence of random instructions, valid in user mode, that ends by falling off its end. It writes no register of RANDOM_KEPT, and
// touches memory only in [x2, x2 + RANDOM_SCRATCH): x2 and x8 must hold the start of that area (64-byte aligned), x29 its middle.
enum { RANDOM_SCRATCH = 1024, RANDOM_MAX = 64 };
#define RANDOM_KEPT (1u << 0 | 1u << 2 | 1u << 8 | 1u << 29 | 1u << 30 | 1u << 31)
typedef struct RandomInsn {
    const DecodeEntry *entry;
    uint32_t bits;
    int target;            // branches: index of the instruction it goes to, else -1
    unsigned offset;       // from the start of the sequence
} RandomInsn;
typedef struct RandomSequence {
    RandomInsn insn[RANDOM_MAX];
    unsigned n, bytes;
} RandomSequence;
// `match`: only rows whose name contains it (NULL: all).
void random_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out);
void random_encode(const RandomSequence *s, uint8_t *out);
uint64_t random_integer(Random *r); // favours edge values
uint64_t random_float(Random *r);   // an f register: doubles, boxed singles and halves, broken boxes
