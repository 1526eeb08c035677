// SPDX-License-Identifier: MIT
// Which encodings of the Advanced SIMD groups are allocated: DDI 0487, C4.1.95, table by table, for FP and integer of Armv8.0. What is not
// here is undefined, or a more special row of its own: a64_simd_ext.def and a64_crypto.def have what came later.
#include "cpu/arm/simd_valid.h"

// Bits of a 64-bit element need 128-bit vectors.
static bool fits(const Insn *i, bool scalar) { return scalar || i->size < 3 || i->sf; }
static bool fp_fits(const Insn *i, bool scalar) { return scalar || !(i->size & 1) || i->sf; }
enum { SIZE_ANY = 15, SIZE_NARROW = 7, SIZE_HS = 6, SIZE_B = 1, SIZE_D = 8 };

bool simd_three_valid(const Insn *i, bool scalar) {
    // of opcodes 0 to 23: sizes that vectors and scalars may have, for U = 0 and 1
    static const uint8_t vector[24][2] = {{7, 7}, {15, 15}, {7, 7}, {15, 15}, {7, 7}, {15, 15}, {15, 15}, {15, 15},
                                          {15, 15}, {15, 15}, {15, 15}, {15, 15}, {7, 7}, {7, 7}, {7, 7}, {7, 7},
                                          {15, 15}, {15, 15}, {7, 7}, {7, 1}, {7, 7}, {7, 7}, {6, 6}, {15, 0}};
    static const uint8_t single[24][2] = {{0}, {15, 15}, {0}, {0}, {0}, {15, 15}, {8, 8}, {8, 8}, {8, 8}, {15, 15}, {8, 8}, {15, 15},
                                          {0}, {0}, {0}, {0}, {8, 8}, {8, 8}, {0}, {0}, {0}, {0}, {6, 6}, {0}};
    // of opcodes 24 to 31, bit U:size<1>
    static const uint8_t fp_vector[8] = {15, 3, 15, 5, 13, 12, 15, 7}, fp_single[8] = {0, 0, 8, 1, 13, 12, 0, 3};
    unsigned op = (unsigned)i->imm, u = (unsigned)i->option;
    if (op >= 24) return (scalar ? fp_single : fp_vector)[op - 24] >> (u * 2 + ((unsigned)i->size >> 1)) & 1 && fp_fits(i, scalar);
    if (op == 3) return !scalar; // size chooses the operation
    return (scalar ? single : vector)[op][u] >> i->size & 1 && fits(i, scalar);
}

bool simd_diff_valid(const Insn *i, bool scalar) {
    unsigned op = (unsigned)i->imm, u = (unsigned)i->option;
    bool saturating = op == 9 || op == 11 || op == 13;
    if (op == 15 || i->size == 3) return false;
    if (saturating) return !u && i->size >= 1;
    if (scalar) return false;
    return op == 14 ? !u && i->size == 0 : true;
}

bool simd_misc_valid(const Insn *i, bool scalar) {
    // of opcodes 0 to 31: sizes for U = 0 and 1; 0xf0 and up: floating point, whose low bits are size<1>
    static const uint8_t vector[32][2] = {
        {7, 3}, {1, 0}, {7, 7}, {15, 15}, {7, 7}, {1, 3}, {7, 7}, {15, 15}, {15, 15}, {15, 15}, {15, 0}, {15, 15},
        {0xf2, 0xf2}, {0xf2, 0xf2}, {0xf2, 0}, {0xf2, 0xf2}, {0, 0}, {0, 0}, {7, 7}, {0, 7}, {7, 7}, {0, 0}, {0xf1, 0}, {0xf1, 0},
        {0xf3, 0xf1}, {0xf3, 0xf3}, {0xf3, 0xf3}, {0xf3, 0xf3}, {0xf1, 0xf1}, {0xf1, 0xf1}, {0, 0}, {0, 0xf2}};
    static const uint8_t single[32][2] = {
        [3] = {15, 15}, [7] = {15, 15}, [8] = {8, 8}, [9] = {8, 8}, [10] = {8, 0}, [11] = {8, 8}, [12] = {0xf2, 0xf2}, [13] = {0xf2, 0xf2},
        [14] = {0xf2, 0}, [18] = {0, 7}, [20] = {7, 7}, [26] = {0xf3, 0xf3}, [27] = {0xf3, 0xf3}, [28] = {0xf1, 0xf1}, [29] = {0xf1, 0xf1}};
    unsigned op = (unsigned)i->imm, sizes = (scalar ? single : vector)[op][i->option];
    if (sizes < 0xf0) return sizes >> i->size & 1 && (fits(i, scalar) || op == 18 || op == 20);
    bool width = op == 22 || op == 23; // fcvtn, fcvtl
    return sizes >> (i->size >> 1) & 1 && (width || fp_fits(i, scalar));
}

bool simd_across_valid(const Insn *i, bool scalar) {
    unsigned op = (unsigned)i->imm, u = (unsigned)i->option;
    bool fp = u && (op == 12 || op == 15 || (scalar && op == 13 && i->size < 2));
    if (scalar) return fp || (op == 27 && !u && i->size == 3);
    if (fp) return op != 13 && i->sf && !(i->size & 1);
    bool integer = op == 3 || op == 10 || op == 26 || (op == 27 && !u);
    return integer && i->size < 3 && (i->size < 2 || i->sf);
}

bool simd_shift_valid(const Insn *i, bool scalar) {
    unsigned op = (unsigned)i->imm, u = (unsigned)i->option, high = (unsigned)i->amount >> 3;
    if (high == 0) return false;
    bool wide = high & 8, narrows = op >= 16 && op <= 20;
    if (narrows && wide) return false;
    if (!narrows && !scalar && wide && !i->sf) return false;
    switch (op) {
    case 0: case 2: case 4: case 6: return !scalar || wide;
    case 8: return u && (!scalar || wide);
    case 10: return !scalar || wide;
    case 12: return u;
    case 14: return true;
    case 16: case 17: return !scalar || u;
    case 18: case 19: return true;
    case 20: return !scalar;
    case 28: case 31: return high >= 4; // 32 and 64 bits
    default: return false;
    }
}

bool simd_indexed_valid(const Insn *i, bool scalar) {
    unsigned op = (unsigned)i->imm, u = (unsigned)i->option;
    bool low_set = i->bits >> 21 & 1;
    switch (op) {
    case 0: case 4: return u && !scalar && (i->size == 1 || i->size == 2);
    case 8: return !u && !scalar && (i->size == 1 || i->size == 2);
    case 2: case 6: case 10: return !scalar && (i->size == 1 || i->size == 2);
    case 3: case 7: case 11: case 12: case 13: return !u && (i->size == 1 || i->size == 2);
    case 1: case 5: return !u && (i->size == 2 || (i->size == 3 && !low_set && (scalar || i->sf)));
    case 9: return i->size == 2 || (i->size == 3 && !low_set && (scalar || i->sf));
    default: return false;
    }
}
