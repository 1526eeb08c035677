// SPDX-License-Identifier: MIT
// Rewrites one instruction of a small function, fence.i, calls it: what a guest's own JIT or a kernel's code patching
// does.
#include "tests/bench/metal/metal.h"

#define ADDI_A0_A0 0x00050513u
#define XORI_A0_A0 0x00054513u
#define RET 0x00008067u

static uint32_t *code;

static void prepare(void) {
    code = arena_alloc(PAGE_SIZE);
    for (int i = 0; i < 8; i++)
        code[i] = ADDI_A0_A0 | (uint32_t)i << 20;
    code[8] = RET;
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))code;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        code[n % 8] = (n & 8 ? ADDI_A0_A0 : XORI_A0_A0) | (n * 37 & 2047) << 20;
        __asm__ volatile("fence.i" : : : "memory");
        sum = sum * 3 + function(n);
    }
    return sum;
}

const Kernel kernel = {"code-rewrite", 50000, prepare, run};
