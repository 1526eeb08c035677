// SPDX-License-Identifier: MIT
// Later vector and floating point instructions: what of their encodings is allocated (DDI 0487, C4.1.95), then the helper of the group.
#include "cpu/arm/trans.h"

// ---- estimates
INSN(fp_estimate) {
    unsigned op = i->bits >> 12 & 31;
    bool wide = op == 29 && i->size == 1 && !i->sf; // one lane of 64 bits needs no vector of 64
    simd_group(t, i, !wide, H_fp_estimate);
}

// ---- products
INSN(sqrdmlah) { simd_group(t, i, i->size == 1 || i->size == 2, H_simd_rdm); }
INSN(sdot) { simd_group(t, i, true, H_simd_dot); }
INSN(smmla) { simd_group(t, i, true, H_simd_matrix); }
INSN(fmlal) { simd_group(t, i, true, H_simd_fhm); }
INSN(bfdot) { simd_group(t, i, true, H_simd_bf16); }
INSN(bfcvt) { simd_group(t, i, true, H_bf16_convert); }

// Pairs of halves need FEAT_FP16, of doubles a whole vector; by an element there are none of doubles.
INSN(fcmla) {
    bool indexed = i->bits >> 24 & 1, half = i->size == 1;
    bool valid = i->size && (!half || has(t, ARM_fp16)) && (i->size < 3 || (i->sf && !indexed));
    if (indexed && half) valid = valid && (i->sf || !(i->bits >> 11 & 1)); // of four halves there are two pairs
    if (indexed && i->size == 2) valid = i->sf && !(i->bits >> 21 & 1);
    simd_group(t, i, valid, H_simd_complex);
}

INSN(fjcvtzs) {
    if (!fp_enabled(t)) return;
    IrRef r = ir_call(t->k, T_I64, H_fp_javascript, bits_of(t, i), IR_NONE, IR_NONE);
    set_x64(t, i->rd, zext32(t, r));
    IrRef z = ir_bin(t->k, OP_AND, T_I64, ir_bin(t->k, OP_SHR, T_I64, r, c64(t, 2)), c64(t, NZCV_Z));
    flags_packed(t, ir_un(t->k, OP_ZEXT32, T_I32, z));
}
INSN(frintts) { simd_group(t, i, i->size == 0 || i->sf, H_fp_round_limit); }

// ---- half precision: scalars
static IrRef half(Trans *t, int r) { return ir_un(t->k, OP_ZEXT16, T_I64, ir_get(t->k, T_I64, v_slot(r))); }
static void set_half(Trans *t, int r, IrRef v) {
    ir_set(t->k, T_I64, v_slot(r), v);
    ir_set(t->k, T_I64, (uint16_t)(v_slot(r) + 8), c64(t, 0));
}

INSN(fp16_one) {
    unsigned op = (unsigned)i->imm;
    if (op == 4 || op == 5) a64_fp_one(t, i); // FCVT is older than the arithmetic
    else simd_group(t, i, op < 4 || (op >= 8 && op <= 15 && op != 13), H_fp16_one);
}
INSN(fp16_two) { simd_group(t, i, i->imm < 9, H_fp16_two); }
INSN(fp16_three) { simd_group(t, i, true, H_fp16_three); }
INSN(fp16_compare) {
    if (!fp_enabled(t)) return;
    flags_packed(t, ir_call(t->k, T_I32, H_fp16_compare, bits_of(t, i), c64(t, i->mode & 1), c64(t, -1)));
}
INSN(fp16_compare_if) {
    if (!fp_enabled(t)) return;
    IrRef holds = flags_holds(t, (unsigned)i->cond), otherwise = c64(t, (int64_t)((uint64_t)i->mode << 28));
    otherwise = ir_select(t->k, T_I64, holds, c64(t, -1), otherwise);
    flags_packed(t, ir_call(t->k, T_I32, H_fp16_compare, bits_of(t, i), c64(t, 0), otherwise));
}
INSN(fp16_select) {
    if (fp_enabled(t)) set_half(t, i->rd, ir_select(t->k, T_I64, flags_holds(t, (unsigned)i->cond), half(t, i->rn), half(t, i->rm)));
}
static uint64_t half_constant(unsigned imm8) {
    return (imm8 & 0x80) << 8 | (imm8 & 0x40 ? 0xcu << 10 : 0x10u << 10) | (imm8 & 0x3f) << 6;
}
INSN(fp16_immediate) {
    if (fp_enabled(t)) set_half(t, i->rd, c64(t, (int64_t)half_constant((unsigned)i->imm)));
}
INSN(fp16_constant) {
    unsigned imm8 = (i->bits >> 16 & 7) << 5 | (i->bits >> 5 & 31);
    if (!fp_enabled(t)) return;
    IrRef v = c64(t, (int64_t)(half_constant(imm8) * 0x0001000100010001ull));
    set_half(t, i->rd, v);
    if (i->sf) ir_set(t->k, T_I64, (uint16_t)(v_slot(i->rd) + 8), v);
}

static void convert(Trans *t, const Insn *i, bool valid, bool to_fp) {
    if (!valid) undefined(t, i);
    else if (!fp_enabled(t)) return;
    else if (to_fp) call(t, H_fp16_from_x, bits_of(t, i), x(t, i->rn), IR_NONE);
    else set_x64(t, i->rd, ir_call(t->k, T_I64, H_fp16_to_x, bits_of(t, i), IR_NONE, IR_NONE));
}
INSN(fp16_integer) {
    unsigned op = (unsigned)i->imm;
    if (op < 6) {
        convert(t, i, op < 2 || i->mode == 0, op == 2 || op == 3);
    } else if (i->mode) {
        undefined(t, i);
    } else if (fp_enabled(t)) { // FMOV
        if (op == 7) set_half(t, i->rd, ir_un(t->k, OP_ZEXT16, T_I64, x(t, i->rn)));
        else set_x64(t, i->rd, half(t, i->rn));
    }
}
INSN(fp16_fixed) {
    unsigned op = (unsigned)i->imm;
    bool valid = (i->sf || i->amount >= 32) && ((i->mode == 0 && (op == 2 || op == 3)) || (i->mode == 3 && op < 2));
    convert(t, i, valid, op >= 2);
}

// ---- half precision: vectors. sf = 2: scalar
INSN(fp16_vector) { // bit U:a of each opcode
    static const uint8_t vector[8] = {15, 3, 15, 5, 13, 12, 15, 7}, single[8] = {0, 0, 8, 1, 13, 12, 0, 3};
    unsigned which = (unsigned)i->option << 1 | (unsigned)i->mode;
    simd_group(t, i, (i->sf == 2 ? single : vector)[i->imm] >> which & 1, H_fp16_vector);
}
INSN(fp16_misc) {
    static const uint8_t vector[20] = {10, 10, 2, 10, 0, 0, 0, 0, 0, 0, 0, 0, 7, 15, 15, 15, 5, 15, 0, 8}; // of opcodes 12 to 31: U:a
    static const uint8_t single[20] = {10, 10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 15, 5, 15, 0, 2};
    unsigned which = (unsigned)i->option << 1 | (unsigned)i->mode, op = (unsigned)i->imm;
    simd_group(t, i, op >= 12 && (i->sf == 2 ? single : vector)[op - 12] >> which & 1, H_fp16_misc);
}
INSN(fp16_across) { // FMAXNM, FADD (pairs only), FMAX
    simd_group(t, i, i->imm == 0 || i->imm == 3 || (i->imm == 1 && i->sf == 2 && !i->mode), H_fp16_across);
}
INSN(fp16_indexed) { simd_group(t, i, i->imm < 3, H_fp16_indexed); }
INSN(fp16_shift) { simd_group(t, i, i->imm == 0 || i->imm == 3, H_fp16_shift); }
