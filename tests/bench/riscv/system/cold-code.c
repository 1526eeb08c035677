// SPDX-License-Identifier: MIT
// Cold code of RV64.
enum { A0 = 10, A1 = 11, FIRST = 12, REGISTERS = 6 }; // a0 result, a1 memory, a2..a7 values
#define RET 0x00008067u
#define LANDING 0x00c50533u // add a0, a0, a2
#include "tests/bench/metal/cold.h"

static uint32_t make_alu(uint64_t *seed) {
    static const uint32_t base[] = {0x33, 0x40000033, 0x4033, 0x6033, 0x7033, 0x2033, 0x3b, 0x02000033};
    uint32_t rd = pick(seed), rs1 = pick(seed), rs2 = pick(seed);

    return base[random_next(seed) % 8] | rd << 7 | rs1 << 15 | rs2 << 20;
}

static uint32_t make_immediate(uint64_t *seed) {
    static const uint32_t base[] = {0x13, 0x4013, 0x7013, 0x1b, 0x2013};
    uint32_t rd = pick(seed), rs1 = pick(seed), immediate = random_next(seed) & 0xfff;

    return base[random_next(seed) % 5] | rd << 7 | rs1 << 15 | immediate << 20;
}

static uint32_t make_load(uint64_t *seed) {
    return 0x3003 | pick(seed) << 7 | A1 << 15 | (random_next(seed) % 200 * 8) << 20;
}

static uint32_t make_store(uint64_t *seed) {
    uint32_t offset = random_next(seed) % 200 * 8;

    return 0x3023 | A1 << 15 | pick(seed) << 20 | (offset & 31) << 7 | offset >> 5 << 25;
}

// beq or bne over the next one to three instructions
static uint32_t make_branch(uint64_t *seed) {
    uint32_t skip = 4 * (2 + random_next(seed) % 3);

    return 0x63 | (random_next(seed) & 1) << 12 | pick(seed) << 15 | pick(seed) << 20 | skip << 7;
}

static uint32_t make_instruction(uint64_t *seed) {
    unsigned kind = random_next(seed) % 18;

    return kind < 3 ? make_branch(seed) : kind < 6 ? make_load(seed) : kind < 8 ? make_store(seed)
         : kind < 13 ? make_alu(seed) : make_immediate(seed);
}

const Kernel kernel = {"cold-code", COUNT, prepare, run};
