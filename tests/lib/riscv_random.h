// SPDX-License-Identifier: MIT
// Random RISC-V instructions, made from the decode tables.
#pragma once
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#include "tests/lib/random.h"
#undef INSN

// A configuration with every extension of ext.def on.
RiscvConfig riscv_everything(unsigned xlen);

// Registers that a sequence does not write; x2 and x8 must hold the start of the scratch memory (64-byte aligned), x29 its middle.
#define RANDOM_KEPT (1u << 0 | 1u << 2 | 1u << 8 | 1u << 29 | 1u << 30 | 1u << 31)
// `match`: only rows whose name contains it (NULL: all).
void random_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out);
uint64_t random_float(Random *r);   // an f register: doubles, boxed singles and halves, broken boxes
