// SPDX-License-Identifier: MIT
// Advanced SIMD in IR (a64_neon.c), for a64_simd.c. Those that return bool emit nothing and return false where a helper has to do it.
#pragma once
#include "cpu/arm/trans.h"

static inline bool is_scalar(const Insn *i) { return i->bits >> 28 & 1; }
static inline IrRef vec1(Trans *t, IrOpcode op, unsigned lane, unsigned n, IrRef a) {
    return ir_vec(t->k, op, VEC_OP(lane, n), a, IR_NONE, IR_NONE);
}
static inline IrRef vec2(Trans *t, IrOpcode op, unsigned lane, IrRef a, IrRef b) {
    return ir_vec(t->k, op, VEC_OP(lane, 0), a, b, IR_NONE);
}
static inline IrRef vext(Trans *t, IrRef a, IrRef b, unsigned n) { return ir_vec(t->k, OP_VEXT, VEC_OP(0, n), a, b, IR_NONE); }
static inline IrRef vsel(Trans *t, IrRef a, IrRef b, IrRef c) { return ir_vec(t->k, OP_VSEL, 0, a, b, c); }
static inline IrRef low_half(Trans *t, IrRef a) { return ir_un(t->k, OP_VZEXT, T_V128, a); }
static inline IrRef upper_half(Trans *t, IrRef a) { return vext(t, a, a, 8); }
static inline IrRef splat(Trans *t, uint64_t x) { return vec1(t, OP_VDUP, 3, 0, c64(t, (int64_t)x)); }
static inline IrRef invert(Trans *t, IrRef a) { return vec2(t, OP_VXOR, 0, a, splat(t, UINT64_MAX)); }
static inline uint64_t in_lanes(unsigned lane, uint64_t x) { // x, which fits one, in each
    static const uint64_t one[4] = {0x0101010101010101, 0x0001000100010001, 0x0000000100000001, 1};
    return one[lane] * x;
}

// ---- a64_neon.c
bool neon_put(Trans *t, const Insn *i, bool whole, IrRef r); // to the destination; else the low half, zeros above
IrRef neon_widened(Trans *t, const Insn *i, bool u, unsigned lane, IrRef a);  // lanes of the lower half, with Q the upper, to twice their width
IrRef neon_narrowed(Trans *t, const Insn *i, unsigned lane, IrRef a);         // even lanes; Q: over the destination's lower half
IrRef neon_rounded_right(Trans *t, bool u, unsigned lane, unsigned n, IrRef a);
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
void neon_duplicate(Trans *t, int r, bool whole, unsigned size, IrRef value);
void neon_constant(Trans *t, const Insn *i, uint64_t x); // in each half that the form has
// What saturates; a64_neon_sat.c. The groups' functions ask these.
bool neon_sat_three(Trans *t, const Insn *i);
bool neon_sat_diff(Trans *t, const Insn *i);
bool neon_sat_misc(Trans *t, const Insn *i);
bool neon_sat_shift(Trans *t, const Insn *i, unsigned lane, unsigned right, unsigned left);
bool neon_sat_indexed(Trans *t, const Insn *i, unsigned lane, IrRef b); // b: the element in each lane
// Of n registers; a64_neon_mem.c.
void neon_load_structure(Trans *t, const Insn *i, IrRef base, unsigned n);
void neon_store_structure(Trans *t, const Insn *i, IrRef base, unsigned n);
