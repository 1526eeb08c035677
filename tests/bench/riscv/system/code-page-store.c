// SPDX-License-Identifier: MIT
#define XOR_IMMEDIATE (0x00054513u | 85u << 20) // xori a0, a0, 85
#define RET 0x00008067u
#include "tests/bench/metal/mixed.h"

const Kernel kernel = {"code-page-store", 3000000, prepare, run};
