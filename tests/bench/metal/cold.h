// SPDX-License-Identifier: MIT
// Translation speed: straight code generated before the clock starts (a quarter memory accesses, a branch about every six instructions)
// and run once. An iteration is one guest instruction generated; branches skip a few of them. An architecture says how registers that
// hold values are drawn (FIRST, REGISTERS) and what instructions look like: make_instruction(), RET, and LANDING, which adds a value
// to the result and stands where a last branch may land.
#ifndef TESTS_BENCH_METAL_COLD_H
#define TESTS_BENCH_METAL_COLD_H

#include "tests/bench/metal/metal.h"

#define COUNT 500000

static uint32_t *code;
static uint64_t *memory;

static unsigned pick(uint64_t *seed) { return FIRST + random_next(seed) % REGISTERS; }
static uint32_t make_instruction(uint64_t *seed);

static void prepare(void) {
    uint64_t seed = 40;

    code = arena_alloc((COUNT + 8) * 4);
    memory = arena_alloc(PAGE_SIZE);
    for (unsigned i = 0; i < 256; i++)
        memory[i] = random_next(&seed);
    for (unsigned i = 0; i < COUNT; i++)
        code[i] = make_instruction(&seed);
    for (unsigned i = 0; i < 4; i++)
        code[COUNT + i] = LANDING;
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

#endif
