// SPDX-License-Identifier: MIT
// A tiny stack machine's program, run by two kernels: one dispatches with a switch, one with computed gotos.
#ifndef TESTS_BENCH_BYTECODE_H
#define TESTS_BENCH_BYTECODE_H

#include "tests/bench/kernels/kernel.h"

enum { PUSH, LOAD, STORE, ADD, SUB, MUL, XOR, SHR, LESS, JUMP, JUMP_IF_ZERO, DUP, SWAP, DROP, HALT };

// x = argument; s = 0; for (i = 0; i < 500; i++) { x = x * 75 + 74; s = (s ^ x >> 7) + i; } result s
static const int32_t program[] = {
    PUSH, 0, STORE, 1, PUSH, 0, STORE, 2,                            // 0
    LOAD, 2, PUSH, 500, LESS, JUMP_IF_ZERO, 49, /* the end */        // 8
    LOAD, 0, PUSH, 75, MUL, PUSH, 74, ADD, DUP, STORE, 0,            // 15
    PUSH, 7, SHR, LOAD, 1, SWAP, XOR, LOAD, 2, ADD, STORE, 1,        // 26
    LOAD, 2, PUSH, 1, ADD, DUP, STORE, 2, DROP, JUMP, 8,             // 38
    LOAD, 1, HALT,                                                   // 49
};

#endif
