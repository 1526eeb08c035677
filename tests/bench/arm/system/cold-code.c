// SPDX-License-Identifier: MIT
// Translation speed: straight code generated before the clock starts (a quarter memory accesses, a branch about every six instructions)
// and run once. An iteration is one guest instruction generated; branches skip a few of them.
#include "tests/bench/metal/metal.h"

#define COUNT 500000
#define RET 0xd65f03c0u

enum { FIRST = 2, REGISTERS = 6 }; // x0 result, x1 memory, x2 to x7 values

static uint32_t *code;
static uint64_t *memory;

static unsigned pick(uint64_t *seed) { return FIRST + random_next(seed) % REGISTERS; }

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

static void prepare(void) {
    uint64_t seed = 40;

    code = arena_alloc((COUNT + 8) * 4);
    memory = arena_alloc(PAGE_SIZE);
    for (unsigned i = 0; i < 256; i++)
        memory[i] = random_next(&seed);
    for (unsigned i = 0; i < COUNT; i++)
        code[i] = make_instruction(&seed);
    for (unsigned i = 0; i < 4; i++)
        code[COUNT + i] = 0x8b020000; // add x0, x0, x2: where a last branch may land
    code[COUNT + 4] = RET;
    sync_code(code, (COUNT + 8) * 4);
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t, uint64_t *, ...) = (uint64_t (*)(uint64_t, uint64_t *, ...))code;
    uint64_t sum = function(1, memory, 1l, 2l, 3l, 4l, 5l, 6l);

    for (unsigned i = 0; i < 200; i++)
        sum = sum_add(sum, memory[i]);
    return sum + iterations;
}

const Kernel kernel = {"cold-code", COUNT, prepare, run};
