// SPDX-License-Identifier: MIT
// A bytecode interpreter with one switch: a jump table behind a single indirect jump.
#include "tests/bench/kernels/calls/bytecode.h"

static NOINLINE uint64_t interpret(const int32_t *code, uint64_t argument) {
    uint64_t stack[16], var[4] = {argument}, *sp = stack, swap;
    const int32_t *pc = code;

    for (;;) {
        switch (*pc++) {
        case PUSH: *sp++ = *pc++; break;
        case LOAD: *sp++ = var[*pc++]; break;
        case STORE: var[*pc++] = *--sp; break;
        case ADD: sp--; sp[-1] += *sp; break;
        case SUB: sp--; sp[-1] -= *sp; break;
        case MUL: sp--; sp[-1] *= *sp; break;
        case XOR: sp--; sp[-1] ^= *sp; break;
        case SHR: sp--; sp[-1] >>= *sp & 63; break;
        case LESS: sp--; sp[-1] = sp[-1] < *sp; break;
        case JUMP: pc = code + *pc; break;
        case JUMP_IF_ZERO: pc = *--sp ? pc + 1 : code + *pc; break;
        case DUP: *sp = sp[-1]; sp++; break;
        case SWAP: swap = sp[-1]; sp[-1] = sp[-2]; sp[-2] = swap; break;
        case DROP: sp--; break;
        case HALT: return sp[-1];
        default: return ~(uint64_t)0;
        }
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        sum = sum_add(sum, interpret(program, n));
    return sum;
}

const Kernel kernel = {"interp-switch", 1500, NULL, run};
