// SPDX-License-Identifier: MIT
#define ONE(n) (0x00050513u | (uint32_t)(n) << 20) // addi a0, a0, n
#define OTHER(n) (0x00054513u | (uint32_t)(n) << 20) // xori a0, a0, n
#define RET 0x00008067u
#define NUMBER(n) ((n) * 0x9e3779b1u >> 21)
#include "tests/bench/metal/rewrite.h"

const Kernel kernel = {"code-fresh", 50000, prepare, run};
