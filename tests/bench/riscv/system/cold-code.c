// SPDX-License-Identifier: MIT
// Translation speed: straight code generated before the clock starts (a quarter memory accesses, a branch about every
// six instructions) and run once. An iteration is one guest instruction generated; branches skip a few of them.
#include "tests/bench/metal/metal.h"

#define COUNT 500000
#define RET 0x00008067u

enum { A0 = 10, A1 = 11, FIRST = 12, REGISTERS = 6 }; // a0 result, a1 memory, a2..a7 values

static uint32_t *code;
static uint64_t *memory;

static unsigned pick(uint64_t *seed) {
    return FIRST + random_next(seed) % REGISTERS;
}

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

static void prepare(void) {
    uint64_t seed = 40;

    code = arena_alloc((COUNT + 8) * 4);
    memory = arena_alloc(PAGE_SIZE);
    for (unsigned i = 0; i < 256; i++)
        memory[i] = random_next(&seed);
    for (unsigned i = 0; i < COUNT; i++)
        code[i] = make_instruction(&seed);
    for (unsigned i = 0; i < 4; i++)
        code[COUNT + i] = 0x00c50533; // add a0, a0, a2: where a last branch may land
    code[COUNT + 4] = RET;
    __asm__ volatile("fence.i" : : : "memory");
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t, uint64_t *, ...) = (uint64_t (*)(uint64_t, uint64_t *, ...))code;
    uint64_t sum = function(1, memory, 1l, 2l, 3l, 4l, 5l, 6l);

    for (unsigned i = 0; i < 200; i++)
        sum = sum_add(sum, memory[i]);
    return sum + iterations;
}

const Kernel kernel = {"cold-code", COUNT, prepare, run};
