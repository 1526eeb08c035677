// SPDX-License-Identifier: MIT
// Advanced SIMD that saturates, in IR. DDI 0487, C7.2 (SQADD, SQXTN, SQRDMULH, ...). Called by the functions of the groups (a64_neon.c); as
// they do, each returns false if it leaves the instruction to a helper, as it does all scalar forms.
//
// FPSR.QC is sticky and seldom read, so what tells lanes that saturated from others is gathered in ArmState.qc: any bit there is QC.
#include "cpu/arm/neon.h"

#define QC_SLOT ((uint16_t)offsetof(ArmState, qc))

// Lanes with any bit set have saturated; of the low half alone, unless `whole`.
static void note(Trans *t, bool whole, IrRef lanes) {
    if (!whole) lanes = low_half(t, lanes);
    ir_set(t->k, T_V128, QC_SLOT, vec2(t, OP_VOR, 0, ir_get(t->k, T_V128, QC_SLOT), lanes));
}
static bool put_q(Trans *t, const Insn *i, IrRef r) { return neon_put(t, i, i->sf, r); }

static unsigned bits_in(unsigned lane) { return 8u << lane; }
static IrRef same(Trans *t, unsigned lane, uint64_t x) { return splat(t, in_lanes(lane, x)); }
static IrRef least(Trans *t, unsigned lane) { return same(t, lane, 1ull << (bits_in(lane) - 1)); }
static IrRef negative(Trans *t, unsigned lane, IrRef a) { return vec2(t, OP_VGTS, lane, splat(t, 0), a); }
// What a lane of a's sign saturates to.
static IrRef limit(Trans *t, unsigned lane, IrRef a) { return vec2(t, OP_VXOR, 0, negative(t, lane, a), invert(t, least(t, lane))); }

// ---- sums and differences
static IrRef signed_sum(Trans *t, bool whole, unsigned lane, bool subtract, IrRef a, IrRef b) {
    IrRef r = vec2(t, subtract ? OP_VSUB : OP_VADD, lane, a, b), changed = vec2(t, OP_VXOR, 0, a, r);
    IrRef other = vec2(t, OP_VXOR, 0, b, subtract ? a : r); // signs: of a sum, neither operand's; of a difference, not a's, which is not b's
    IrRef over = negative(t, lane, vec2(t, OP_VAND, 0, changed, other));
    note(t, whole, over);
    return vsel(t, limit(t, lane, a), r, over);
}

static IrRef unsigned_sum(Trans *t, bool whole, unsigned lane, bool subtract, IrRef a, IrRef b) {
    IrRef r = vec2(t, subtract ? OP_VSUB : OP_VADD, lane, a, b), at_least = subtract ? a : r, than = subtract ? b : a;
    IrRef over = invert(t, vec2(t, OP_VEQ, lane, vec2(t, OP_VMAXU, lane, at_least, than), at_least));
    note(t, whole, over);
    return vec2(t, subtract ? OP_VANDN : OP_VOR, 0, r, over);
}

// ---- products: doubled, only least * least is too large
static IrRef product(Trans *t, unsigned lane, bool upper, IrRef a, IrRef b) {
    if (upper) a = upper_half(t, a), b = upper_half(t, b);
    return vec2(t, OP_VMUL, lane + 1, vec1(t, OP_VSXT, lane, 0, a), vec1(t, OP_VSXT, lane, 0, b));
}
// The upper half of the doubled product, which is what stands above its lowest bits less one.
static IrRef product_high(Trans *t, unsigned lane, bool round, IrRef p) {
    unsigned down = bits_in(lane) - 1;
    if (round) p = vec2(t, OP_VADD, lane + 1, p, same(t, lane + 1, 1ull << (down - 1)));
    return vec1(t, OP_VSHRI, lane + 1, down, p);
}
static bool doubling_high(Trans *t, const Insn *i, unsigned lane, bool round, IrRef a, IrRef b) {
    IrRef low = product_high(t, lane, round, product(t, lane, false, a, b)), high = low;
    if (i->sf) high = product_high(t, lane, round, product(t, lane, true, a, b));
    IrRef over = vec2(t, OP_VAND, 0, vec2(t, OP_VEQ, lane, a, least(t, lane)), vec2(t, OP_VEQ, lane, b, least(t, lane)));
    note(t, i->sf, over);
    return put_q(t, i, vec2(t, OP_VXOR, 0, vec2(t, OP_VUZPE, lane, low, high), over)); // least becomes greatest
}

typedef enum Long { LONG_ADD, LONG_SUBTRACT, LONG_ONLY } Long;
static bool doubling_long(Trans *t, const Insn *i, unsigned lane, Long what, IrRef a, IrRef b) {
    unsigned wide = lane + 1;
    IrRef p = product(t, lane, i->sf, a, b), over = vec2(t, OP_VEQ, wide, p, same(t, wide, 1ull << (2 * bits_in(lane) - 2)));
    note(t, true, over);
    IrRef r = vec2(t, OP_VXOR, 0, vec1(t, OP_VSHLI, wide, 1, p), over);
    return neon_put(t, i, true, what == LONG_ONLY ? r : signed_sum(t, true, wide, what == LONG_SUBTRACT, v(t, i->rd), r));
}

// ---- narrowing
static IrRef limited(Trans *t, unsigned wide, IrRef a, uint64_t low, uint64_t high) { // of signed lanes
    IrRef least_ = same(t, wide, low & (UINT64_MAX >> (64 - bits_in(wide)))), most = same(t, wide, high);
    if (wide < 3) return vec2(t, OP_VMAXS, wide, vec2(t, OP_VMINS, wide, a, most), least_);
    a = vsel(t, most, a, vec2(t, OP_VGTS, wide, a, most));
    return vsel(t, least_, a, vec2(t, OP_VGTS, wide, least_, a));
}
static IrRef limited_unsigned(Trans *t, unsigned wide, IrRef a, uint64_t high) {
    IrRef most = same(t, wide, high);
    if (wide < 3) return vec2(t, OP_VMINU, wide, a, most);
    return vsel(t, a, most, vec2(t, OP_VEQ, wide, vec1(t, OP_VSHRI, wide, bits_in(wide) / 2, a), splat(t, 0)));
}

// Lanes of twice `lane` to `lane`.
static bool narrow(Trans *t, const Insn *i, unsigned lane, bool from_unsigned, bool to_unsigned, IrRef a) {
    uint64_t all = UINT64_MAX >> (64 - bits_in(lane)), high = to_unsigned ? all : all >> 1;
    IrRef r = from_unsigned ? limited_unsigned(t, lane + 1, a, high) : limited(t, lane + 1, a, to_unsigned ? 0 : ~high, high);
    note(t, true, vec2(t, OP_VXOR, 0, r, a));
    return neon_put(t, i, i->sf, neon_narrowed(t, i, lane, r));
}

// ---- shifts to the left
static bool shift_left(Trans *t, const Insn *i, unsigned lane, unsigned n, bool u, IrRef a) {
    IrRef r = n ? vec1(t, OP_VSHLI, lane, n, a) : a, back = n ? vec1(t, u ? OP_VSHRI : OP_VSARI, lane, n, r) : a;
    IrRef over = invert(t, vec2(t, OP_VEQ, lane, back, a));
    note(t, i->sf, over);
    return put_q(t, i, u ? vec2(t, OP_VOR, 0, r, over) : vsel(t, limit(t, lane, a), r, over));
}
// SQSHLU: from signed lanes to unsigned ones.
static bool shift_left_to_unsigned(Trans *t, const Insn *i, unsigned lane, unsigned n, IrRef a) {
    IrRef below = negative(t, lane, a), from = vec2(t, OP_VANDN, 0, a, below);
    note(t, i->sf, below);
    return shift_left(t, i, lane, n, true, from);
}

// ---- by group
bool neon_sat_three(Trans *t, const Insn *i) {
    unsigned lane = (unsigned)i->size;
    bool u = i->option, subtract = i->imm == 5;
    if (is_scalar(i) || (i->imm != 22 && u && lane == 3)) return false;
    IrRef a = v(t, i->rn), b = v(t, i->rm);
    if (i->imm == 22) return doubling_high(t, i, lane, u, a, b);
    return put_q(t, i, u ? unsigned_sum(t, i->sf, lane, subtract, a, b) : signed_sum(t, i->sf, lane, subtract, a, b));
}

bool neon_sat_diff(Trans *t, const Insn *i) {
    if (is_scalar(i)) return false;
    return doubling_long(t, i, (unsigned)i->size, i->imm == 9 ? LONG_ADD : i->imm == 11 ? LONG_SUBTRACT : LONG_ONLY, v(t, i->rn), v(t, i->rm));
}

bool neon_sat_indexed(Trans *t, const Insn *i, unsigned lane, IrRef b) {
    IrRef a = v(t, i->rn);
    switch (i->imm) {
    case 3: return doubling_long(t, i, lane, LONG_ADD, a, b);
    case 7: return doubling_long(t, i, lane, LONG_SUBTRACT, a, b);
    case 11: return doubling_long(t, i, lane, LONG_ONLY, a, b);
    case 12: case 13: return doubling_high(t, i, lane, i->imm == 13, a, b);
    default: return false;
    }
}

bool neon_sat_misc(Trans *t, const Insn *i) {
    unsigned lane = (unsigned)i->size;
    bool u = i->option;
    IrRef a = v(t, i->rn);
    if (is_scalar(i) || (i->imm == 7 && lane == 3)) return false;
    if (i->imm == 18) return narrow(t, i, lane, false, true, a); // SQXTUN
    if (i->imm == 20) return narrow(t, i, lane, u, u, a);
    IrRef over = vec2(t, OP_VEQ, lane, a, least(t, lane)); // SQABS, SQNEG
    note(t, i->sf, over);
    return put_q(t, i, vec2(t, OP_VXOR, 0, u ? vec2(t, OP_VSUB, lane, splat(t, 0), a) : vec1(t, OP_VABS, lane, 0, a), over));
}

bool neon_sat_shift(Trans *t, const Insn *i, unsigned lane, unsigned right, unsigned left) {
    unsigned op = (unsigned)i->imm;
    bool u = i->option, from_unsigned = op >= 18 && u;
    IrRef a = v(t, i->rn);
    if (is_scalar(i)) return false;
    if (op == 12) return shift_left_to_unsigned(t, i, lane, left, a);
    if (op == 14) return shift_left(t, i, lane, left, u, a);
    if (op & 1) a = neon_rounded_right(t, from_unsigned, lane + 1, right, a);
    else a = vec1(t, from_unsigned ? OP_VSHRI : OP_VSARI, lane + 1, right, a);
    return narrow(t, i, lane, from_unsigned, u, a);
}
