// SPDX-License-Identifier: MIT
// Cryptographic instructions: each is a call of its group's helper (crypto_*.c), but for the exclusive-ors of SHA-3, which are IR.
#include "cpu/arm/trans.h"

INSN(aese) { simd_group(t, i, true, H_aes); }
INSN(pmull__q) { simd_group(t, i, true, H_pmull); }
INSN(sha1c) { simd_group(t, i, true, H_sha1); }
INSN(sha256h) { simd_group(t, i, true, H_sha256); }
INSN(sha512h) { simd_group(t, i, true, H_sha512); }
INSN(sm3ss1) { simd_group(t, i, true, H_sm3); }
INSN(sm4e) { simd_group(t, i, true, H_sm4); }

// ---- SHA-3, a half of the registers at a time
static uint16_t half_slot(int r, unsigned half) { return (uint16_t)(v_slot(r) + 8 * half); }
static IrRef half(Trans *t, int r, unsigned k) { return ir_get(t->k, T_I64, half_slot(r, k)); }
static IrRef two(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I64, a, b); }
static void set_halves(Trans *t, const Insn *i, IrRef low, IrRef high) {
    ir_set(t->k, T_I64, half_slot(i->rd, 0), low);
    ir_set(t->k, T_I64, half_slot(i->rd, 1), high);
}

INSN(eor3) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_XOR, two(t, OP_XOR, half(t, i->rn, k), half(t, i->rm, k)), half(t, i->ra, k));
    set_halves(t, i, r[0], r[1]);
}
INSN(bcax) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_XOR, half(t, i->rn, k), two(t, OP_ANDN, half(t, i->rm, k), half(t, i->ra, k)));
    set_halves(t, i, r[0], r[1]);
}
INSN(rax1) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_XOR, half(t, i->rn, k), two(t, OP_ROTR, half(t, i->rm, k), c64(t, 63)));
    set_halves(t, i, r[0], r[1]);
}
INSN(xar) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_ROTR, two(t, OP_XOR, half(t, i->rn, k), half(t, i->rm, k)), c64(t, i->amount));
    set_halves(t, i, r[0], r[1]);
}
