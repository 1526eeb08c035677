// SPDX-License-Identifier: MIT
// A decoded A64 instruction, and the tables of cpu/arm/insn as one.
#pragma once
#include "cpu/decode/decode.h"
#include "tcg/ir/ir.h"

// The operands come first, as decode_operands fills them.
typedef struct Insn {
    int32_t rd, rn, rm; // Rd, Rt; Rn; Rm, Rs
    int32_t ra;         // Ra, Rt2
    int32_t imm;
    int32_t sf;         // 64-bit form
    int32_t shift;      // of a shifted register, a move wide (hw) or an addition (sh)
    int32_t amount;     // of that shift; imms of a bit field; bit number of tbz
    int32_t cond;       // also op1 of MSR (immediate)
    int32_t option;     // of an extended register; N of a logical immediate; opc of SIMD loads and stores
    int32_t size;       // log2 of the bytes of an access; key of pointer authentication
    int32_t mode;       // of addressing: enum AddressMode; nzcv of ccmp; ordering of atomics
    uint32_t bits;
} Insn;

// The index forms of loads and stores, by bits 11:10 of the encoding; pairs by bits 24:23.
enum AddressMode { MODE_UNSCALED = 0, MODE_POST = 1, MODE_UNPRIVILEGED = 2, MODE_PRE = 3, MODE_UNSIGNED = 4, MODE_REGISTER = 5 };
enum PairMode { PAIR_NONTEMPORAL = 0, PAIR_POST = 1, PAIR_OFFSET = 2, PAIR_PRE = 3 };

typedef struct Trans Trans;
typedef void InsnTranslate(Trans *t, const Insn *i);

// Semantics of each row: a64_add_imm and so on, in a64_*.c.
#define INSN(name, ...) InsnTranslate a64_##name;
#define SAME(...)
#include "cpu/arm/insn/all.def"
#undef INSN
#undef SAME
#define INSN(name) void a64_##name(Trans *t, const Insn *i)

struct ArmConfig;
extern const DecodeTable a64_table;
const Decoder *a64_decoder(const struct ArmConfig *config);
// Text of the instruction at vaddr.
void a64_disassemble(const struct ArmConfig *config, uint64_t vaddr, uint32_t bits, char *text, size_t size);
bool a64_bitmask(const Insn *i, uint64_t *mask); // of a logical immediate; false: reserved
// -d in_asm: the block's instructions.
void a64_log_block(const struct ArmConfig *config, const IrBlock *b, const uint8_t *code);
