// SPDX-License-Identifier: MIT
#define ONE(n) (0x91000000u | (uint32_t)(n) << 10)   // add x0, x0, #n
#define OTHER(n) (0xd1000000u | (uint32_t)(n) << 10) // sub x0, x0, #n
#define RET 0xd65f03c0u
#include "tests/bench/metal/rewrite.h"

const Kernel kernel = {"code-rewrite", 50000, prepare, run};
