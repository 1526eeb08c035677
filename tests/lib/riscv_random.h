// SPDX-License-Identifier: MIT
// Random RISC-V instructions, made from the decode tables.
#pragma once
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#undef INSN

typedef struct Random {
    uint64_t state;
} Random;
static inline uint64_t random_next(Random *r) // splitmix64
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}
static inline unsigned random_below(Random *r, unsigned n) { return (unsigned)((random_next(r) >> 32) * n >> 32); }

// A configuration with every extension of ext.def on.
RiscvConfig riscv_everything(unsigned xlen);
