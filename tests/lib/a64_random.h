// SPDX-License-Identifier: MIT
// Random A64 instructions, made from the decode tables.
#pragma once
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"
#include "tests/lib/random.h"
#undef INSN

ArmConfig a64_everything(void); // every feature on
bool a64_is_undefined(uint32_t bits); // with all of them

// Registers that sequences use for addresses and do not write (x25 only by writeback): x24 a small index of either sign, x23 a small
// positive one, x25 and x27 the middle of the scratch memory, x26 its start (64-byte aligned), x28 the record.
enum { A64_INDEX = 24, A64_POSITIVE = 23, A64_MOVING = 25, A64_START = 26, A64_MIDDLE = 27, A64_RECORD = 28, A64_INDEX_MAX = 28 };
#define A64_KEPT (1u << 23 | 1u << 24 | 1u << 25 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30)
// `match`: only rows whose name contains it (NULL: all).
void a64_sequence(Random *r, const Decoder *d, unsigned n, const char *match, RandomSequence *out);
