// SPDX-License-Identifier: MIT
// Advanced SIMD and floating point: DDI 0487, C4.1.95. Moves, logic and single structures are IR; everything else calls the helper of its
// group on the registers that the instruction names, which is exact and slow.
#include "cpu/arm/simd_valid.h"
#include "cpu/arm/trans.h"

static bool is_scalar(const Insn *i) { return i->bits >> 28 & 1; }
static uint16_t high_slot(int r) { return (uint16_t)(v_slot(r) + 8); }
static IrRef v_low(Trans *t, int r) { return ir_get(t->k, T_I64, v_slot(r)); }
static IrRef v_high(Trans *t, int r) { return ir_get(t->k, T_I64, high_slot(r)); }
static void set_v(Trans *t, int r, IrRef low, IrRef high) {
    ir_set(t->k, T_I64, v_slot(r), low);
    ir_set(t->k, T_I64, high_slot(r), high);
}

// The helper of a group, if the encoding is allocated.
static void group(Trans *t, const Insn *i, bool valid, unsigned helper) {
    if (!valid) undefined(t, i);
    else if (fp_enabled(t)) call(t, helper, bits_of(t, i), IR_NONE, IR_NONE);
}

// ---- vectors
static IrRef logic64(Trans *t, unsigned op, IrRef a, IrRef b) { // and, bic, orr, orn, eor
    static const uint8_t ops[5] = {OP_AND, OP_ANDN, OP_OR, OP_OR, OP_XOR};
    if (op == 3) b = ir_bin(t->k, OP_XOR, T_I64, b, c64(t, -1));
    return ir_bin(t->k, ops[op], T_I64, a, b);
}

INSN(simd_three_same) {
    unsigned op = (unsigned)i->option << 2 | (unsigned)i->size;
    if (i->imm != 3 || op > 4) {
        group(t, i, simd_three_valid(i, false), H_simd_three);
    } else if (fp_enabled(t)) {
        IrRef low = logic64(t, op, v_low(t, i->rn), v_low(t, i->rm));
        set_v(t, i->rd, low, i->sf ? logic64(t, op, v_high(t, i->rn), v_high(t, i->rm)) : c64(t, 0));
    }
}
INSN(simd_three_scalar) { group(t, i, simd_three_valid(i, true), H_simd_three); }
INSN(simd_three_diff) { group(t, i, simd_diff_valid(i, is_scalar(i)), H_simd_diff); }
INSN(simd_misc) { group(t, i, simd_misc_valid(i, is_scalar(i)), H_simd_misc); }
INSN(simd_across) { group(t, i, simd_across_valid(i, false), H_simd_across); }
INSN(simd_pairwise) { group(t, i, simd_across_valid(i, true), H_simd_across); }
INSN(simd_shift) { group(t, i, simd_shift_valid(i, is_scalar(i)), H_simd_shift); }
INSN(simd_indexed) { group(t, i, simd_indexed_valid(i, is_scalar(i)), H_simd_indexed); }
INSN(simd_permute) { group(t, i, (i->imm & 3) && (i->size < 3 || i->sf), H_simd_move); }
INSN(simd_ext) { group(t, i, i->sf || i->imm < 8, H_simd_move); }
INSN(simd_table) { group(t, i, true, H_simd_move); }

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
static uint64_t expand(unsigned op, unsigned cmode, unsigned imm8) {
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
    IrRef v = c64(t, (int64_t)expand(op, cmode, imm8)), low, high;
    bool changes = cmode < 12 && (cmode & 1); // orr and bic; the rest are movi, mvni and fmov
    if (changes) {
        low = ir_bin(t->k, op ? OP_ANDN : OP_OR, T_I64, v_low(t, i->rd), v);
        high = ir_bin(t->k, op ? OP_ANDN : OP_OR, T_I64, v_high(t, i->rd), v);
    } else {
        low = high = op && cmode < 14 ? c64(t, (int64_t)~expand(op, cmode, imm8)) : v;
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

// ---- scalar floating point; `size` is ptype: 0 single, 1 double, 3 half
static bool fp_scalar(Trans *t, const Insn *i) {
    if (i->size > 1) undefined(t, i);
    else return fp_enabled(t);
    return false;
}
static IrRef v_scalar(Trans *t, const Insn *i, int r) { return i->size ? v_low(t, r) : zext32(t, v_low(t, r)); }
static void set_scalar(Trans *t, int r, IrRef v) { set_v(t, r, v, c64(t, 0)); }

INSN(fp_one) {
    unsigned op = (unsigned)i->imm;
    bool converts = op == 4 || op == 5 || op == 7, rounds = op >= 8 && op <= 15 && op != 13;
    if (converts ? i->size == 2 || (op & 3) == (unsigned)i->size : op > 15 || op == 6 || op == 13 || i->size > 1) {
        undefined(t, i);
        return;
    }
    if (!fp_enabled(t)) return;
    int64_t sign = i->size ? INT64_MIN : 1ll << 31;
    IrRef v = v_scalar(t, i, i->rn);
    if (op == 3 || converts || rounds) call(t, H_fp_one, bits_of(t, i), IR_NONE, IR_NONE);
    else if (op == 0) set_scalar(t, i->rd, v);
    else if (op == 1) set_scalar(t, i->rd, ir_bin(t->k, OP_AND, T_I64, v, c64(t, ~sign)));
    else set_scalar(t, i->rd, ir_bin(t->k, OP_XOR, T_I64, v, c64(t, sign)));
}
INSN(fp_two) { group(t, i, i->size < 2 && i->imm < 9, H_fp_two); }
INSN(fp_three) { group(t, i, i->size < 2, H_fp_three); }

INSN(fp_compare) {
    if (fp_scalar(t, i)) flags_packed(t, ir_call(t->k, T_I32, H_fp_compare, bits_of(t, i), c64(t, i->mode & 1), c64(t, -1)));
}
INSN(fp_compare_if) {
    if (!fp_scalar(t, i)) return;
    IrRef holds = flags_holds(t, (unsigned)i->cond), otherwise = c64(t, (int64_t)((uint64_t)i->mode << 28));
    otherwise = ir_select(t->k, T_I64, holds, c64(t, -1), otherwise);
    flags_packed(t, ir_call(t->k, T_I32, H_fp_compare, bits_of(t, i), c64(t, 0), otherwise));
}
INSN(fp_select) {
    if (!fp_scalar(t, i)) return;
    IrRef holds = flags_holds(t, (unsigned)i->cond);
    set_scalar(t, i->rd, ir_select(t->k, T_I64, holds, v_scalar(t, i, i->rn), v_scalar(t, i, i->rm)));
}
INSN(fp_immediate) {
    unsigned imm8 = (unsigned)i->imm;
    uint64_t v = expand(1, 15, imm8);
    if (!i->size) v = (uint32_t)expand(0, 15, imm8);
    if (fp_scalar(t, i)) set_scalar(t, i->rd, c64(t, (int64_t)v));
}

// FMOV between registers: same bits.
static void move_general(Trans *t, const Insn *i) {
    bool upper = i->mode == 1, to_fp = i->imm & 1;
    if (upper ? i->size != 2 || !i->sf : i->size != i->sf) {
        undefined(t, i);
        return;
    }
    if (!fp_enabled(t)) return;
    if (to_fp && upper) ir_set(t->k, T_I64, high_slot(i->rd), x(t, i->rn));
    else if (to_fp) set_scalar(t, i->rd, i->sf ? x(t, i->rn) : zext32(t, x(t, i->rn)));
    else set_x64(t, i->rd, upper ? v_high(t, i->rn) : i->sf ? v_low(t, i->rn) : zext32(t, v_low(t, i->rn)));
}
static void convert(Trans *t, const Insn *i, bool valid, bool to_fp) {
    if (!valid || i->size > 1) undefined(t, i);
    else if (!fp_enabled(t)) return;
    else if (to_fp) call(t, H_fp_from_x, bits_of(t, i), x(t, i->rn), IR_NONE);
    else set_x64(t, i->rd, ir_call(t->k, T_I64, H_fp_to_x, bits_of(t, i), IR_NONE, IR_NONE));
}
INSN(fp_integer) {
    unsigned op = (unsigned)i->imm;
    if (op >= 6 && i->mode < 2) move_general(t, i);
    else convert(t, i, op < 2 || (op < 6 && i->mode == 0), op == 2 || op == 3);
}
INSN(fp_fixed) {
    unsigned op = (unsigned)i->imm;
    bool valid = (i->sf || i->amount >= 32) && ((i->mode == 0 && (op == 2 || op == 3)) || (i->mode == 3 && op < 2));
    convert(t, i, valid, op >= 2);
}
