// SPDX-License-Identifier: MIT
// A decoded RISC-V instruction, and the tables of cpu/riscv/insn as one.
#pragma once
#include "cpu/decode/decode.h"
#include "tcg/ir/ir.h"

// The operands come first, as decode_operands fills them.
typedef struct Insn {
    int32_t rd, rs1, rs2, rs3, imm, csr, rm, aq, rl, fm, pred, succ;
    uint32_t bits;
} Insn;

struct RiscvConfig;
typedef struct Trans Trans;
typedef void InsnTranslate(Trans *t, const Insn *i);

// Semantics of each row: rv_addi and so on, in rv_*.c.
#define INSN(name, ...) InsnTranslate rv_##name;
#define SAME(...)
#include "cpu/riscv/insn/all.def"
#undef INSN
#undef SAME
InsnTranslate rv_reserved, rv_nop, rv_amocas_pair; // functions without a row of their own name
#define INSN(name) void rv_##name(Trans *t, const Insn *i)

extern const DecodeTable riscv_table;
const Decoder *riscv_decoder(const struct RiscvConfig *config);
// Text of the instruction at vaddr; `n` bytes are readable. With `pseudo` as a programmer writes it (mv, ret, no c.), else as encoded.
// Returns its length (2 for what is no instruction).
unsigned riscv_disassemble(const struct RiscvConfig *config, bool pseudo, uint64_t vaddr, const uint8_t *bytes, size_t n,
                           char *text, size_t size);
// -d in_asm: the block's instructions, of the page `code` and the one after it.
void riscv_log_block(const struct RiscvConfig *config, const IrBlock *b, const uint8_t *code, const uint8_t *next);
