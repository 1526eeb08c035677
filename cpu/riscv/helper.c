// SPDX-License-Identifier: MIT
// The helper table that Guest.names points at; made from helper.def.
#include "cpu/riscv/helper.h"

const Helper riscv_helpers[RISCV_NHELPERS] = {
#define HELPER(name, effects) {#name, riscv_##name, effects},
#include "cpu/riscv/helper.def"
#undef HELPER
};
