// SPDX-License-Identifier: MIT
#define XOR_IMMEDIATE (0xd2000000u | 1u << 22 | 7u << 10) // eor x0, x0, #0xff, by the mask in immr and imms
#define RET 0xd65f03c0u
#include "tests/bench/metal/mixed.h"

const Kernel kernel = {"code-page-store", 3000000, prepare, run};
