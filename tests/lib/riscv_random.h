// SPDX-License-Identifier: MIT
// Random RISC-V instructions, made from the decode tables.
#pragma once
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#include "tests/lib/random.h"
#undef INSN

// A configuration with every extension of ext.def on.
RiscvConfig riscv_everything(unsigned xlen);

// Registers that a sequence does not write (but its last instruction may write x2, x8 or x29); x2 and x8 must hold the start of the
// scratch memory (64-byte aligned), x29 its middle.
#define RANDOM_KEPT (1u << 0 | 1u << 2 | 1u << 8 | 1u << 29 | 1u << 30 | 1u << 31)
enum { RISCV_SCRATCH = 512 };
// `match`: only rows whose name contains it (NULL: all). A register jump is up to four instructions, so `n` may be exceeded by three.
void random_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out);
// An f register: a boxed half, a boxed single, a double ('h', 's', 'd') with some of the others and broken boxes in between; 0: of all.
uint64_t random_float(Random *r, char format);
