// SPDX-License-Identifier: MIT
// Cold code of A64.
enum { FIRST = 2, REGISTERS = 6 }; // x0 result, x1 memory, x2 to x7 values
#define RET 0xd65f03c0u
#define LANDING 0x8b020000u // add x0, x0, x2
#include "tests/bench/metal/cold.h"

static uint32_t make_register(uint64_t *seed) { // add, sub, eor, orr, and, ands, add w, madd
    static const uint32_t base[] = {0x8b000000, 0xcb000000, 0xca000000, 0xaa000000, 0x8a000000, 0xea000000, 0x0b000000, 0x9b007c00};

    return base[random_next(seed) % 8] | pick(seed) | pick(seed) << 5 | pick(seed) << 16;
}

static uint32_t make_immediate(uint64_t *seed) { // add, sub, adds, add w, subs w
    static const uint32_t base[] = {0x91000000, 0xd1000000, 0xb1000000, 0x11000000, 0x71000000};

    return base[random_next(seed) % 5] | pick(seed) | pick(seed) << 5 | (random_next(seed) & 0xfff) << 10;
}

static uint32_t make_access(uint64_t *seed, uint32_t base) { return base | pick(seed) | 1 << 5 | random_next(seed) % 200 << 10; }

static uint32_t make_branch(uint64_t *seed) { // cbz, cbnz over the next one to three instructions
    uint32_t skip = 2 + random_next(seed) % 3;

    return 0xb4000000 | (random_next(seed) & 1) << 24 | pick(seed) | skip << 5;
}

static uint32_t make_instruction(uint64_t *seed) {
    unsigned kind = random_next(seed) % 18;

    return kind < 3 ? make_branch(seed) : kind < 6 ? make_access(seed, 0xf9400000) : kind < 8 ? make_access(seed, 0xf9000000)
         : kind < 13 ? make_register(seed) : make_immediate(seed);
}

const Kernel kernel = {"cold-code", COUNT, prepare, run};
