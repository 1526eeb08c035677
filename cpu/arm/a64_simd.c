// SPDX-License-Identifier: MIT
// Advanced SIMD: DDI 0487, C4.1.95; scalar floating point is in a64_fp.c. Moves, logic and single structures are IR; everything else calls the helper of its
// group on the registers that the instruction names, which is exact and slow.
#include "cpu/arm/simd_valid.h"
#include "cpu/arm/trans.h"

static bool is_scalar(const Insn *i) { return i->bits >> 28 & 1; }
// ---- vectors
static IrRef logic64(Trans *t, unsigned op, IrRef a, IrRef b) { // and, bic, orr, orn, eor
    static const uint8_t ops[5] = {OP_AND, OP_ANDN, OP_OR, OP_OR, OP_XOR};
    if (op == 3) b = ir_bin(t->k, OP_XOR, T_I64, b, c64(t, -1));
    return ir_bin(t->k, ops[op], T_I64, a, b);
}

INSN(simd_three_same) {
    unsigned op = (unsigned)i->option << 2 | (unsigned)i->size;
    if (i->imm != 3 || op > 4) {
        simd_group(t, i, simd_three_valid(i, false), H_simd_three);
    } else if (fp_enabled(t)) {
        IrRef low = logic64(t, op, v_low(t, i->rn), v_low(t, i->rm));
        set_v(t, i->rd, low, i->sf ? logic64(t, op, v_high(t, i->rn), v_high(t, i->rm)) : c64(t, 0));
    }
}
INSN(simd_three_scalar) { simd_group(t, i, simd_three_valid(i, true), H_simd_three); }
INSN(simd_three_diff) { simd_group(t, i, simd_diff_valid(i, is_scalar(i)), H_simd_diff); }
INSN(simd_misc) { simd_group(t, i, simd_misc_valid(i, is_scalar(i)), H_simd_misc); }
INSN(simd_across) { simd_group(t, i, simd_across_valid(i, false), H_simd_across); }
INSN(simd_pairwise) { simd_group(t, i, simd_across_valid(i, true), H_simd_across); }
INSN(simd_shift) { simd_group(t, i, simd_shift_valid(i, is_scalar(i)), H_simd_shift); }
INSN(simd_indexed) { simd_group(t, i, simd_indexed_valid(i, is_scalar(i)), H_simd_indexed); }
INSN(simd_permute) { simd_group(t, i, (i->imm & 3) && (i->size < 3 || i->sf), H_simd_move); }
INSN(simd_ext) { simd_group(t, i, i->sf || i->imm < 8, H_simd_move); }
INSN(simd_table) { simd_group(t, i, true, H_simd_move); }

// ---- copies: imm5 (rm) says size and index by its lowest one, imm4 (imm) the operation
static IrRef spread(Trans *t, unsigned size, IrRef v) { // a lane's value in each lane of 64 bits
    static const int64_t ones[4] = {0x0101010101010101, 0x0001000100010001, 0x0000000100000001, 1};
    if (size == 3) return v;
    v = size == 0 ? ir_un(t->k, OP_ZEXT8, T_I64, v) : size == 1 ? ir_un(t->k, OP_ZEXT16, T_I64, v) : zext32(t, v);
    return ir_bin(t->k, OP_MUL, T_I64, v, c64(t, ones[size]));
}
static void duplicate_general(Trans *t, const Insn *i, unsigned size) {
    IrRef v = spread(t, size, x(t, i->rn));
    set_v(t, i->rd, v, i->sf ? v : c64(t, 0));
}
static void insert_general(Trans *t, const Insn *i, unsigned size, unsigned index) {
    unsigned byte = index << size, shift = 8 * (byte & 7);
    uint16_t slot = (uint16_t)(v_slot(i->rd) + (byte & 8));
    IrRef v = x(t, i->rn);
    if (size < 3) {
        uint64_t mask = ((1ull << (8 << size)) - 1) << shift;
        v = ir_bin(t->k, OP_AND, T_I64, ir_bin(t->k, OP_SHL, T_I64, v, c64(t, shift)), c64(t, (int64_t)mask));
        v = ir_bin(t->k, OP_OR, T_I64, v, ir_bin(t->k, OP_AND, T_I64, ir_get(t->k, T_I64, slot), c64(t, (int64_t)~mask)));
    }
    ir_set(t->k, T_I64, slot, v);
}
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
    else if (element) call(t, H_simd_move, bits_of(t, i), IR_NONE, IR_NONE);
    else if (dup) duplicate_general(t, i, size);
    else if (ins) insert_general(t, i, size, index);
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
    IrRef v = c64(t, (int64_t)a64_expand_imm(op, cmode, imm8)), low, high;
    bool changes = cmode < 12 && (cmode & 1); // orr and bic; the rest are movi, mvni and fmov
    if (changes) {
        low = ir_bin(t->k, op ? OP_ANDN : OP_OR, T_I64, v_low(t, i->rd), v);
        high = ir_bin(t->k, op ? OP_ANDN : OP_OR, T_I64, v_high(t, i->rd), v);
    } else {
        low = high = op && cmode < 14 ? c64(t, (int64_t)~a64_expand_imm(op, cmode, imm8)) : v;
    }
    set_v(t, i->rd, low, i->sf ? high : c64(t, 0));
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

INSN(simd_ld) {
    if (!structure_valid(t, i)) return;
    unsigned n = plain_registers(i), words = i->sf ? 2 : 1, align = t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0;
    IrRef value[8], base = x_sp(t, i->rn);
    if (!n || align) {
        call(t, H_simd_load, base, bits_of(t, i), IR_NONE);
    } else {
        for (unsigned k = 0; k < n * words; k++) value[k] = ir_load(t->k, T_I64, MO_64, base, (int32_t)(8 * k));
        for (unsigned k = 0; k < n; k++) set_v(t, (i->rd + (int)k) & 31, value[k * words], i->sf ? value[2 * k + 1] : c64(t, 0));
    }
    write_back(t, i, structure_registers(i) * 8 * words);
}
INSN(simd_st) {
    if (!structure_valid(t, i)) return;
    unsigned n = plain_registers(i), words = i->sf ? 2 : 1, align = t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0;
    IrRef base = x_sp(t, i->rn);
    if (!n || align) {
        call(t, H_simd_store, base, bits_of(t, i), IR_NONE);
    } else {
        for (unsigned k = 0; k < n; k++) {
            int r = (i->rd + (int)k) & 31;
            ir_store(t->k, T_I64, MO_64, base, (int32_t)(8 * k * words), v_low(t, r));
            if (i->sf) ir_store(t->k, T_I64, MO_64, base, (int32_t)(16 * k + 8), v_high(t, r));
        }
    }
    write_back(t, i, structure_registers(i) * 8 * words);
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
        call(t, load ? H_simd_load : H_simd_store, x_sp(t, i->rn), bits_of(t, i), IR_NONE);
        write_back(t, i, n << size);
    }
}
INSN(simd_ld_lane) { one_structure(t, i, true); }
INSN(simd_st_lane) { one_structure(t, i, false); }
