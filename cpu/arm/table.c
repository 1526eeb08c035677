// SPDX-License-Identifier: MIT
// The A64 decode table: rows of insn/*.def with their semantics, and what their field names mean.
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"
#undef INSN

#define OPERAND(m) (offsetof(Insn, m) / sizeof(int32_t))
static const DecodeField fields[] = {
    {"Rd", OPERAND(rd), -1},
    {"Rt", OPERAND(rd), -1},
    {"Rn", OPERAND(rn), -1},
    {"Rm", OPERAND(rm), -1},
    {"Ra", OPERAND(ra), -1},
    {"Rt2", OPERAND(ra), -1},
    {"uimm", OPERAND(imm), -1},
    {"simm", OPERAND(imm), -1, 0, true},
    {"immr", OPERAND(imm), -1},
    {"sf", OPERAND(sf), -1},
    {"sh", OPERAND(shift), -1},
    {"hw", OPERAND(shift), -1},
    {"shift", OPERAND(shift), -1},
    {"amount", OPERAND(amount), -1},
    {"imms", OPERAND(amount), -1},
    {"cond", OPERAND(cond), -1},
    {"option", OPERAND(option), -1},
    {"N", OPERAND(option), -1},
    {"size", OPERAND(size), -1},
    {"mode", OPERAND(mode), -1},
    {"nzcv", OPERAND(mode), -1},
};

static const DecodeRow rows[] = {
#define INSN(name, gate, bits, text) {#name, gate, bits, text, (void (*)(void))a64_##name},
#define SAME(name, function, gate, bits, text) {#name, gate, bits, text, (void (*)(void))a64_##function},
#include "cpu/arm/insn/all.def"
#undef INSN
#undef SAME
};
enum { NROWS = sizeof rows / sizeof *rows, NFIELDS = sizeof fields / sizeof *fields };

static const char *const features[] = {
#define FEATURE(name, ...) #name,
#include "cpu/arm/feature.def"
#undef FEATURE
};
_Static_assert(sizeof features / sizeof *features <= 64, "features are bits of a uint64_t");
_Static_assert(OPERAND(bits) == DECODE_OPERANDS, "decode_operands fills what is before bits");

static uint32_t hits[NROWS];
// First the bits that tell the encoding groups apart: 28:21.
const DecodeTable a64_table = {rows, NROWS, fields, NFIELDS, features, ARM_FEATURE_COUNT, {0xe003, 0x1fe00000}, hits};

const Decoder *a64_decoder(const ArmConfig *config) {
    uint64_t mask = 0;
    for (unsigned f = 0; f < ARM_FEATURE_COUNT; f++) {
        if (config->has[f]) mask |= 1ull << f;
    }
    return decoder_get(&a64_table, mask);
}
