// SPDX-License-Identifier: MIT
// Rewrites one instruction of a small function, makes it visible, calls it: what a guest's own JIT or a kernel's code patching does. An
// architecture gives RET and two instructions that change the function's argument by an immediate of 11 bits: ONE(n) and OTHER(n). The
// function goes through 2048 texts, again and again; where NUMBER(n) is a hash of n, it has none twice.
#ifndef TESTS_BENCH_METAL_REWRITE_H
#define TESTS_BENCH_METAL_REWRITE_H

#include "tests/bench/metal/metal.h"

#ifndef NUMBER
#define NUMBER(n) ((n) * 37 & 2047)
#endif

static uint32_t *code;

static void prepare(void) {
    code = arena_alloc(PAGE_SIZE);
    for (unsigned i = 0; i < 8; i++)
        code[i] = ONE(i);
    code[8] = RET;
    sync_code(code, 36);
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))code;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        code[n % 8] = n & 8 ? ONE(NUMBER(n)) : OTHER(NUMBER(n));
        sync_code(&code[n % 8], 4);
        sum = sum * 3 + function(n);
    }
    return sum;
}

#endif
