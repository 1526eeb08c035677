// SPDX-License-Identifier: MIT
// Cryptographic instructions: AES, SHA-256, polynomial products and the exclusive-ors of SHA-3 are IR, others call their group's helper (crypto_*.c).
#include "cpu/arm/trans.h"

INSN(sha1c) { simd_group(t, i, true, H_sha1); }
INSN(sha512h) { simd_group(t, i, true, H_sha512); }
INSN(sm3ss1) { simd_group(t, i, true, H_sm3); }
INSN(sm4e) { simd_group(t, i, true, H_sm4); }

INSN(sha256h) {
    static const uint8_t ops[8] = {[4] = OP_VSHA256H, [5] = OP_VSHA256H2, [6] = OP_VSHA256SU1};
    bool two = i->bits >> 11 & 1;
    if (!fp_enabled(t)) return;
    IrOpcode op = two ? OP_VSHA256SU0 : ops[i->bits >> 12 & 7];
    set_vector(t, i->rd, ir_vec(t->k, op, 0, v(t, i->rd), v(t, i->rn), two ? IR_NONE : v(t, i->rm)));
}

// AESE and AESD add the key first; AESMC, AESIMC.
INSN(aese) {
    static const uint8_t ops[4] = {OP_VAESE, OP_VAESD, OP_VAESMC, OP_VAESIMC};
    unsigned op = i->bits >> 12 & 3;
    if (!fp_enabled(t)) return;
    IrRef a = v(t, i->rn);
    if (op < 2) a = ir_vec(t->k, OP_VXOR, 0, v(t, i->rd), a, IR_NONE);
    set_vector(t, i->rd, ir_vec(t->k, ops[op], 0, a, IR_NONE, IR_NONE));
}
INSN(pmull__q) {
    if (fp_enabled(t)) set_vector(t, i->rd, ir_vec(t->k, OP_VCLMUL, VEC_OP(0, i->sf ? 0x11 : 0), v(t, i->rn), v(t, i->rm), IR_NONE));
}

static void exclusive_or(Trans *t, const Insn *i, IrRef a, IrRef b) {
    set_vector(t, i->rd, ir_vec(t->k, OP_VXOR, 0, a, b, IR_NONE));
}
INSN(eor3) {
    if (fp_enabled(t)) exclusive_or(t, i, ir_vec(t->k, OP_VXOR, 0, v(t, i->rn), v(t, i->rm), IR_NONE), v(t, i->ra));
}
INSN(bcax) {
    if (fp_enabled(t)) exclusive_or(t, i, v(t, i->rn), ir_vec(t->k, OP_VANDN, 0, v(t, i->rm), v(t, i->ra), IR_NONE));
}

// ---- SHA-3's rotations, a half of the registers at a time
static uint16_t half_slot(int r, unsigned half) { return (uint16_t)(v_slot(r) + 8 * half); }
static IrRef half(Trans *t, int r, unsigned k) { return ir_get(t->k, T_I64, half_slot(r, k)); }
static IrRef two(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I64, a, b); }
INSN(rax1) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_XOR, half(t, i->rn, k), two(t, OP_ROTR, half(t, i->rm, k), c64(t, 63)));
    set_v(t, i->rd, r[0], r[1]);
}
INSN(xar) {
    IrRef r[2];
    if (!fp_enabled(t)) return;
    for (unsigned k = 0; k < 2; k++) r[k] = two(t, OP_ROTR, two(t, OP_XOR, half(t, i->rn, k), half(t, i->rm, k)), c64(t, i->amount));
    set_v(t, i->rd, r[0], r[1]);
}
