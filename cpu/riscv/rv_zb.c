// SPDX-License-Identifier: MIT
// Bit manipulation (Zba, Zbb, Zbc, Zbs), its cryptography subsets (Zbkb, Zbkc, Zbkx), Zicond and Zimop. Unprivileged manual, chapters
// "B Extension for Bit Manipulation", "Cryptography Extensions: Scalar", "Zicond", "Zimop".
#include "cpu/riscv/trans.h"

// ---- Zba: address generation
static void shift_add(Trans *t, const Insn *i, IrRef index, int shift) {
    set_x(t, i->rd, add(t, shl(t, index, imm(t, shift)), x(t, i->rs2)));
}
INSN(sh1add) { shift_add(t, i, x(t, i->rs1), 1); }
INSN(sh2add) { shift_add(t, i, x(t, i->rs1), 2); }
INSN(sh3add) { shift_add(t, i, x(t, i->rs1), 3); }
INSN(add_uw) { shift_add(t, i, zext32(t, x(t, i->rs1)), 0); }
INSN(sh1add_uw) { shift_add(t, i, zext32(t, x(t, i->rs1)), 1); }
INSN(sh2add_uw) { shift_add(t, i, zext32(t, x(t, i->rs1)), 2); }
INSN(sh3add_uw) { shift_add(t, i, zext32(t, x(t, i->rs1)), 3); }
INSN(slli_uw) { set_x(t, i->rd, shl(t, zext32(t, x(t, i->rs1)), imm(t, i->imm))); }

// ---- Zbb: logic, counts, extremes, extension
INSN(andn) { set_x(t, i->rd, andn(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(orn) { set_x(t, i->rd, or_(t, x(t, i->rs1), not_(t, x(t, i->rs2)))); }
INSN(xnor) { set_x(t, i->rd, not_(t, xor_(t, x(t, i->rs1), x(t, i->rs2)))); }
INSN(clz) { set_x(t, i->rd, clz(t, x(t, i->rs1))); }
INSN(ctz) { set_x(t, i->rd, ctz(t, x(t, i->rs1))); }
INSN(cpop) { set_x(t, i->rd, popcnt(t, x(t, i->rs1))); }
INSN(clzw) { set_x(t, i->rd, zext32(t, un32(t, OP_CLZ, x(t, i->rs1)))); }
INSN(ctzw) { set_x(t, i->rd, zext32(t, un32(t, OP_CTZ, x(t, i->rs1)))); }
INSN(cpopw) { set_x(t, i->rd, zext32(t, un32(t, OP_POPCNT, x(t, i->rs1)))); }
INSN(max) { set_x(t, i->rd, maxs(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(maxu) { set_x(t, i->rd, maxu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(min) { set_x(t, i->rd, mins(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(minu) { set_x(t, i->rd, minu(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(sext_b) { set_x(t, i->rd, sext8(t, x(t, i->rs1))); }
INSN(sext_h) { set_x(t, i->rd, sext16(t, x(t, i->rs1))); }
INSN(zext_h) { set_x(t, i->rd, zext16(t, x(t, i->rs1))); }
INSN(orc_b) { set_x(t, i->rd, orcb(t, x(t, i->rs1))); }
INSN(rev8) { set_x(t, i->rd, bswap(t, x(t, i->rs1))); }

// ---- Zbb: rotation; to the left by n is to the right by -n
INSN(ror) { set_x(t, i->rd, rotr(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(rori) { set_x(t, i->rd, rotr(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(rol) { set_x(t, i->rd, rotr(t, x(t, i->rs1), neg(t, x(t, i->rs2)))); }
INSN(rorw) { set_x(t, i->rd, sext32(t, op32(t, OP_ROTR, x(t, i->rs1), x(t, i->rs2)))); }
INSN(roriw) { set_x(t, i->rd, sext32(t, op32(t, OP_ROTR, x(t, i->rs1), c32(t, i->imm)))); }
INSN(rolw) { set_x(t, i->rd, sext32(t, op32(t, OP_ROTR, x(t, i->rs1), neg(t, x(t, i->rs2))))); }

// ---- Zbc: carry-less products
INSN(clmul) { set_x(t, i->rd, clmul(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(clmulh) { set_x(t, i->rd, clmulh(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(clmulr) { set_x(t, i->rd, clmulr(t, x(t, i->rs1), x(t, i->rs2))); }

// ---- Zbs: single bits; the index is taken modulo XLEN
static IrRef bit(Trans *t, IrRef index) { return shl(t, imm(t, 1), index); }
static IrRef extract(Trans *t, IrRef a, IrRef index) { return and_(t, shr(t, a, index), imm(t, 1)); }
INSN(bclr) { set_x(t, i->rd, andn(t, x(t, i->rs1), bit(t, x(t, i->rs2)))); }
INSN(bext) { set_x(t, i->rd, extract(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(binv) { set_x(t, i->rd, xor_(t, x(t, i->rs1), bit(t, x(t, i->rs2)))); }
INSN(bset) { set_x(t, i->rd, or_(t, x(t, i->rs1), bit(t, x(t, i->rs2)))); }
INSN(bclri) { set_x(t, i->rd, and_(t, x(t, i->rs1), imm(t, (int64_t)~(1ull << i->imm)))); }
INSN(bexti) { set_x(t, i->rd, extract(t, x(t, i->rs1), imm(t, i->imm))); }
INSN(binvi) { set_x(t, i->rd, xor_(t, x(t, i->rs1), imm(t, (int64_t)(1ull << i->imm)))); }
INSN(bseti) { set_x(t, i->rd, or_(t, x(t, i->rs1), imm(t, (int64_t)(1ull << i->imm)))); }

// ---- Zbkb, Zbkx
INSN(pack) {
    IrRef low = t->xlen == 32 ? zext16(t, x(t, i->rs1)) : zext32(t, x(t, i->rs1));
    set_x(t, i->rd, or_(t, low, shl(t, x(t, i->rs2), imm(t, t->xlen / 2))));
}
INSN(packh) {
    set_x(t, i->rd, or_(t, zext8(t, x(t, i->rs1)), shl(t, zext8(t, x(t, i->rs2)), imm(t, 8))));
}
INSN(packw) {
    IrRef low = un32(t, OP_ZEXT16, x(t, i->rs1));
    set_x(t, i->rd, sext32(t, op32(t, OP_OR, low, op32(t, OP_SHL, x(t, i->rs2), c32(t, 16)))));
}
INSN(brev8) { set_x(t, i->rd, brev8(t, x(t, i->rs1))); }
INSN(zip) { set_x(t, i->rd, zip(t, x(t, i->rs1))); }
INSN(unzip) { set_x(t, i->rd, unzip(t, x(t, i->rs1))); }
INSN(xperm4) { set_x(t, i->rd, xperm4(t, x(t, i->rs1), x(t, i->rs2))); }
INSN(xperm8) { set_x(t, i->rd, xperm8(t, x(t, i->rs1), x(t, i->rs2))); }

// ---- Zicond, Zimop
INSN(czero_eqz) {
    IrRef zero = imm(t, 0);
    set_x(t, i->rd, select_(t, eq(t, x(t, i->rs2), zero), zero, x(t, i->rs1)));
}
INSN(czero_nez) {
    IrRef zero = imm(t, 0);
    set_x(t, i->rd, select_(t, ne(t, x(t, i->rs2), zero), zero, x(t, i->rs1)));
}
INSN(mop_r) { set_x(t, i->rd, imm(t, 0)); }
INSN(mop_rr) { set_x(t, i->rd, imm(t, 0)); }
