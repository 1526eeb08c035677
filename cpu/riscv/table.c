// SPDX-License-Identifier: MIT
// The RISC-V decode table: rows of insn/*.def with their semantics, and what their field names mean.
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"
#undef INSN

#define OPERAND(m) (offsetof(Insn, m) / sizeof(int32_t))
static const DecodeField fields[] = {
    {"rd", OPERAND(rd), -1},
    {"rs1", OPERAND(rs1), -1},
    {"rs2", OPERAND(rs2), -1},
    {"rs3", OPERAND(rs3), -1},
    {"rd_rs1", OPERAND(rd), OPERAND(rs1)}, // destination and first source at once
    {"rd'", OPERAND(rd), -1, 8},           // compressed register names: x8..x15
    {"rs1'", OPERAND(rs1), -1, 8},
    {"rs2'", OPERAND(rs2), -1, 8},
    {"rd_rs1'", OPERAND(rd), OPERAND(rs1), 8},
    {"imm", OPERAND(imm), -1, 0, true},
    {"uimm", OPERAND(imm), -1},
    {"shamt", OPERAND(imm), -1},
    {"csr", OPERAND(csr), -1},
    {"rm", OPERAND(rm), -1},
    {"aq", OPERAND(aq), -1},
    {"rl", OPERAND(rl), -1},
    {"fm", OPERAND(fm), -1},
    {"pred", OPERAND(pred), -1},
    {"succ", OPERAND(succ), -1},
};

static const DecodeRow rows[] = {
#define INSN(name, gate, bits, text) {#name, gate, bits, text, (void (*)(void))rv_##name},
#define SAME(name, function, gate, bits, text) {#name, gate, bits, text, (void (*)(void))rv_##function},
#include "cpu/riscv/insn/all.def"
#undef INSN
#undef SAME
};
enum { NROWS = sizeof rows / sizeof *rows, NFIELDS = sizeof fields / sizeof *fields };

static const char *const features[] = {
#define EXT(name, ...) #name,
#include "cpu/riscv/ext.def"
#undef EXT
};
_Static_assert(sizeof features / sizeof *features <= 64, "features are bits of a uint64_t");
_Static_assert(OPERAND(bits) == DECODE_OPERANDS, "decode_operands fills what is before bits");

static uint32_t hits[NROWS];
// First the major opcode and funct3: bits 6:2 and 14:12, or the quadrant and bits 15:13 of a compressed one.
const DecodeTable riscv_table = {rows, NROWS, fields, NFIELDS, features, RV_EXT_COUNT, {0xe003, 0x707c}, hits};

const Decoder *riscv_decoder(const RiscvConfig *config) {
    uint64_t mask = 1ull << (config->xlen == 32 ? RV_EXT_rv32 : RV_EXT_rv64);
    for (unsigned e = 0; e < RV_EXT_COUNT; e++) {
        if (config->ext[e]) mask |= 1ull << e;
    }
    return decoder_get(&riscv_table, mask);
}
