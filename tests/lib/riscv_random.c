// SPDX-License-Identifier: MIT
#include "tests/lib/riscv_random.h"

RiscvConfig riscv_everything(unsigned xlen)
{
    RiscvConfig c = {.xlen = xlen};
    for (unsigned e = 0; e < RV_EXT_COUNT; e++) c.ext[e] = e != RV_EXT_rv32 && e != RV_EXT_rv64;
    return c;
}
