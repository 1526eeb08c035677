// SPDX-License-Identifier: MIT
// Advanced SIMD in IR (a64_neon.c), for a64_simd.c. Those that return bool emit nothing and return false where a helper has to do it.
#pragma once
#include "cpu/arm/trans.h"

bool neon_three(Trans *t, const Insn *i);
bool neon_diff(Trans *t, const Insn *i);
bool neon_misc(Trans *t, const Insn *i);
bool neon_across(Trans *t, const Insn *i);
bool neon_shift(Trans *t, const Insn *i);
bool neon_indexed(Trans *t, const Insn *i);
bool neon_permute(Trans *t, const Insn *i);
bool neon_ext(Trans *t, const Insn *i);
bool neon_table(Trans *t, const Insn *i);
bool neon_element(Trans *t, const Insn *i, unsigned size, unsigned index);
IrRef neon_lane(Trans *t, int r, unsigned size, unsigned index); // in the low bits of an i64, anything above
void neon_insert(Trans *t, int r, unsigned size, unsigned index, IrRef value);
void neon_duplicate(Trans *t, const Insn *i, unsigned size, IrRef value);
void neon_constant(Trans *t, const Insn *i, uint64_t x); // in each half that the form has
// Of n registers; a64_neon_mem.c.
void neon_load_structure(Trans *t, const Insn *i, IrRef base, unsigned n);
void neon_store_structure(Trans *t, const Insn *i, IrRef base, unsigned n);
