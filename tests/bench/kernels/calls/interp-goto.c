// SPDX-License-Identifier: MIT
// A bytecode interpreter threaded with computed gotos: one indirect jump a bytecode, each at its own site.
#include "tests/bench/kernels/calls/bytecode.h"

#define NEXT goto *target[*pc++]

static NOINLINE uint64_t interpret(const int32_t *code, uint64_t argument) {
    static const void *const target[] = {
        &&push, &&load, &&store, &&add, &&sub, &&mul, &&xor, &&shr, &&less, &&jump, &&jump_if_zero, &&dup, &&swap,
        &&drop, &&halt,
    };
    uint64_t stack[16], var[4] = {argument}, *sp = stack, kept;
    const int32_t *pc = code;

    NEXT;
push: *sp++ = *pc++; NEXT;
load: *sp++ = var[*pc++]; NEXT;
store: var[*pc++] = *--sp; NEXT;
add: sp--; sp[-1] += *sp; NEXT;
sub: sp--; sp[-1] -= *sp; NEXT;
mul: sp--; sp[-1] *= *sp; NEXT;
xor: sp--; sp[-1] ^= *sp; NEXT;
shr: sp--; sp[-1] >>= *sp & 63; NEXT;
less: sp--; sp[-1] = sp[-1] < *sp; NEXT;
jump: pc = code + *pc; NEXT;
jump_if_zero: pc = *--sp ? pc + 1 : code + *pc; NEXT;
dup: *sp = sp[-1]; sp++; NEXT;
swap: kept = sp[-1]; sp[-1] = sp[-2]; sp[-2] = kept; NEXT;
drop: sp--; NEXT;
halt: return sp[-1];
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        sum = sum_add(sum, interpret(program, n));
    return sum;
}

const Kernel kernel = {"interp-goto", 1500, NULL, run};
