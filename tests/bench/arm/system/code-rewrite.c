// SPDX-License-Identifier: MIT
// Rewrites one instruction of a small function, makes it visible, calls it: what a guest's own JIT or a kernel's code patching does.
#include "tests/bench/metal/metal.h"

#define ADD_X0_X0 0x91000000u // #imm12
#define SUB_X0_X0 0xd1000000u
#define RET 0xd65f03c0u

static uint32_t *code;

static void prepare(void) {
    code = arena_alloc(PAGE_SIZE);
    for (int i = 0; i < 8; i++)
        code[i] = ADD_X0_X0 | (uint32_t)i << 10;
    code[8] = RET;
    sync_code(code, 36);
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))code;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        code[n % 8] = (n & 8 ? ADD_X0_X0 : SUB_X0_X0) | (n * 37 & 2047) << 10;
        sync_code(&code[n % 8], 4);
        sum = sum * 3 + function(n);
    }
    return sum;
}

const Kernel kernel = {"code-rewrite", 50000, prepare, run};
