// SPDX-License-Identifier: MIT
// Advanced SIMD: DDI 0487, C4.1.95; scalar floating point is in a64_fp.c. What a64_neon.c
// has no IR for calls the helper of its group on the registers that the instruction names, which is exact and slow.
#include "cpu/arm/neon.h"
#include "cpu/arm/simd_valid.h"

typedef bool InIr(Trans *t, const Insn *i);
static void in_ir(Trans *t, const Insn *i, bool valid, InIr *try, unsigned helper) {
    if (!valid) undefined(t, i);
    else if (fp_enabled(t) && !try(t, i)) call(t, helper, bits_of(t, i), IR_NONE, IR_NONE);
}

// ---- vectors
INSN(simd_three_same) { in_ir(t, i, simd_three_valid(i, false), neon_three, H_simd_three); }
INSN(simd_three_scalar) { in_ir(t, i, simd_three_valid(i, true), neon_three, H_simd_three); }
INSN(simd_three_diff) { in_ir(t, i, simd_diff_valid(i, is_scalar(i)), neon_diff, H_simd_diff); }
INSN(simd_misc) { in_ir(t, i, simd_misc_valid(i, is_scalar(i)), neon_misc, H_simd_misc); }
INSN(simd_across) { in_ir(t, i, simd_across_valid(i, false), neon_across, H_simd_across); }
INSN(simd_pairwise) { in_ir(t, i, simd_across_valid(i, true), neon_across, H_simd_across); }
INSN(simd_shift) { in_ir(t, i, simd_shift_valid(i, is_scalar(i)), neon_shift, H_simd_shift); }
INSN(simd_indexed) { in_ir(t, i, simd_indexed_valid(i, is_scalar(i)), neon_indexed, H_simd_indexed); }
INSN(simd_permute) { in_ir(t, i, (i->imm & 3) && (i->size < 3 || i->sf), neon_permute, H_simd_move); }
INSN(simd_ext) { in_ir(t, i, i->sf || i->imm < 8, neon_ext, H_simd_move); }
INSN(simd_table) { in_ir(t, i, true, neon_table, H_simd_move); }

// ---- copies: imm5 (rm) says size and index by its lowest one, imm4 (imm) the operation
static void lane_to_general(Trans *t, const Insn *i, unsigned size, unsigned index, bool is_signed) {
    unsigned byte = index << size, up = 64 - 8 * (byte & 7) - (8u << size), bits = 8u << size;
    IrRef v = ir_get(t->k, T_I64, (uint16_t)(v_slot(i->rn) + (byte & 8)));
    v = ir_bin(t->k, OP_SHL, T_I64, v, c64(t, up));
    v = ir_bin(t->k, is_signed ? OP_SAR : OP_SHR, T_I64, v, c64(t, 64 - bits));
    set_x64(t, i->rd, is_signed && !i->sf ? zext32(t, v) : v);
}

INSN(simd_copy) {
    if (!(i->rm & 15)) {
        undefined(t, i);
        return;
    }
    unsigned size = (unsigned)__builtin_ctz((unsigned)i->rm), index = (unsigned)i->rm >> (size + 1), op = (unsigned)i->imm;
    bool scalar = is_scalar(i), element = i->option || (op == 0 && (scalar || i->sf || size < 3));
    bool dup = !scalar && op == 1 && (i->sf || size < 3), ins = op == 3 && i->sf;
    bool smov = op == 5 && (i->sf ? size < 3 : size < 2), umov = op == 7 && (i->sf ? size == 3 : size < 3);
    if (i->option ? !i->sf : !(element || dup || ins || smov || umov)) undefined(t, i);
    else if (!fp_enabled(t)) return;
    else if (element) neon_element(t, i, size, index);
    else if (dup) neon_duplicate(t, i->rd, i->sf, size, x(t, i->rn));
    else if (ins) neon_insert(t, i->rd, size, index, x(t, i->rn));
    else lane_to_general(t, i, size, index, smov);
}

// ---- modified immediate: J1.3.3, AdvSIMDExpandImm
uint64_t a64_expand_imm(unsigned op, unsigned cmode, unsigned imm8) {
    uint64_t v = imm8;
    if (cmode < 8) return (v << 8 * (cmode >> 1)) * 0x0000000100000001ull;
    if (cmode < 12) return (v << 8 * (cmode >> 1 & 1)) * 0x0001000100010001ull;
    if (cmode < 14) return (cmode & 1 ? v << 16 | 0xffff : v << 8 | 0xff) * 0x0000000100000001ull;
    uint64_t sign = imm8 >> 7, b = imm8 >> 6 & 1, low = imm8 & 0x3f;
    if (cmode == 15 && op) return sign << 63 | (b ? 0x3fcull : 0x400ull) << 52 | low << 48;
    if (cmode == 15) return (sign << 31 | (b ? 0x7cull : 0x80ull) << 23 | low << 19) * 0x0000000100000001ull;
    if (!op) return v * 0x0101010101010101ull;
    uint64_t r = 0;
    for (unsigned k = 0; k < 8; k++) r |= v >> k & 1 ? 0xffull << 8 * k : 0;
    return r;
}

INSN(simd_immediate) {
    unsigned cmode = (unsigned)i->imm, op = (unsigned)i->option, imm8 = (i->bits >> 16 & 7) << 5 | (i->bits >> 5 & 31);
    if (cmode == 15 && op && !i->sf) {
        undefined(t, i);
        return;
    }
    if (!fp_enabled(t)) return;
    uint64_t x = a64_expand_imm(op, cmode, imm8);
    if (cmode < 12 && (cmode & 1)) { // ORR and BIC; the rest are MOVI, MVNI and FMOV
        IrRef r = ir_vec(t->k, op ? OP_VANDN : OP_VOR, 0, v(t, i->rd), ir_vec(t->k, OP_VDUP, 3, c64(t, (int64_t)x), IR_NONE, IR_NONE), IR_NONE);
        set_vector(t, i->rd, i->sf ? r : ir_un(t->k, OP_VZEXT, T_V128, r));
    } else {
        neon_constant(t, i, op && cmode < 14 ? ~x : x);
    }
}

// ---- structures. `imm` is the opcode; rm is -1 without writeback, 31 for the size of the access
static void write_back(Trans *t, const Insn *i, unsigned bytes) {
    if (i->rm < 0) return;
    IrRef step = i->rm == 31 ? c64(t, bytes) : x(t, i->rm);
    ir_set(t->k, T_I64, x_slot(i->rn), ir_bin(t->k, OP_ADD, T_I64, x_sp(t, i->rn), step));
}

// Registers of LD1 and ST1, which are plain memory; 0: another.
static unsigned plain_registers(const Insn *i) {
    return i->imm == 7 ? 1 : i->imm == 10 ? 2 : i->imm == 6 ? 3 : i->imm == 2 ? 4 : 0;
}
static unsigned structure_registers(const Insn *i) {
    return i->imm == 0 ? 4 : i->imm == 4 ? 3 : i->imm == 8 ? 2 : plain_registers(i);
}
static bool structure_valid(Trans *t, const Insn *i) {
    bool plain = plain_registers(i), there = structure_registers(i);
    if (!there || (!plain && i->size == 3 && !i->sf)) undefined(t, i);
    else if (fp_enabled(t)) return true;
    return false;
}

static unsigned aligned(const Trans *t) { return t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0; }

INSN(simd_ld) {
    if (!structure_valid(t, i)) return;
    unsigned n = plain_registers(i), registers = structure_registers(i);
    IrRef value[4], base = x_sp(t, i->rn);
    if (aligned(t)) {
        call(t, H_simd_load, base, bits_of(t, i), IR_NONE);
    } else if (!n) {
        neon_load_structure(t, i, base, registers);
    } else {
        for (unsigned k = 0; k < n; k++)
            value[k] = i->sf ? ir_load(t->k, T_V128, MO_128, base, (int32_t)(16 * k)) : ir_load(t->k, T_F64, MO_64, base, (int32_t)(8 * k));
        for (unsigned k = 0; k < n; k++) set_vector(t, (i->rd + (int)k) & 31, value[k]);
    }
    write_back(t, i, registers * (i->sf ? 16 : 8));
}
INSN(simd_st) {
    if (!structure_valid(t, i)) return;
    unsigned n = plain_registers(i), registers = structure_registers(i);
    IrRef base = x_sp(t, i->rn);
    if (aligned(t)) {
        call(t, H_simd_store, base, bits_of(t, i), IR_NONE);
    } else if (!n) {
        neon_store_structure(t, i, base, registers);
    } else {
        for (unsigned k = 0; k < n; k++) {
            int r = (i->rd + (int)k) & 31;
            if (i->sf) ir_store(t->k, T_V128, MO_128, base, (int32_t)(16 * k), v(t, r));
            else ir_store(t->k, T_F64, MO_64, base, (int32_t)(8 * k), ir_get(t->k, T_F64, v_slot(r)));
        }
    }
    write_back(t, i, registers * (i->sf ? 16 : 8));
}

// Q:S:size say which lane.
static void one_lane(Trans *t, const Insn *i, unsigned n, bool load, bool replicate, unsigned size) {
    unsigned index = ((i->bits >> 30 & 1) << 3 | (i->bits >> 10 & 7)) >> size, memop = size | aligned(t);
    IrRef base = x_sp(t, i->rn), value[4];
    for (unsigned k = 0; k < n; k++) {
        int r = (i->rd + (int)k) & 31;
        if (load) value[k] = ir_load(t->k, T_I64, memop, base, (int32_t)(k << size));
        else ir_store(t->k, T_I64, memop, base, (int32_t)(k << size), neon_lane(t, r, size, index));
    }
    for (unsigned k = 0; load && k < n; k++) {
        int r = (i->rd + (int)k) & 31;
        if (replicate) neon_duplicate(t, r, i->sf, size, value[k]);
        else neon_insert(t, r, size, index, value[k]);
    }
}

// One lane of up to four registers: opcode<2:1> is the size, 3 with a load replicates.
static void one_structure(Trans *t, const Insn *i, bool load) {
    unsigned scale = (unsigned)i->imm >> 1, s = i->bits >> 12 & 1, low = i->bits >> 10 & 3;
    unsigned n = ((i->imm & 1) << 1 | (i->bits >> 21 & 1)) + 1, size = scale;
    bool valid = scale == 0 || (scale == 1 && !(low & 1)) || (scale == 2 && (low == 0 || (low == 1 && !s))) || (scale == 3 && load && !s);
    if (scale == 2 && low == 1) size = 3;
    if (scale == 3) size = low;
    if (!valid) {
        undefined(t, i);
    } else if (fp_enabled(t)) {
        one_lane(t, i, n, load, scale == 3, size);
        write_back(t, i, n << size);
    }
}
INSN(simd_ld_lane) { one_structure(t, i, true); }
INSN(simd_st_lane) { one_structure(t, i, false); }
