// SPDX-License-Identifier: MIT
// The helpers of helper.def as prototypes and as indices for ir_call.
#pragma once
#include "tcg/run/vcpu.h"

enum {
#define HELPER(name, effects) H_##name,
#include "cpu/riscv/helper.def"
#undef HELPER
    RISCV_NHELPERS
};
#define HELPER(name, effects) uint64_t riscv_##name(Vcpu *v, uint64_t a, uint64_t b, uint64_t c);
#include "cpu/riscv/helper.def"
#undef HELPER
extern const Helper riscv_helpers[RISCV_NHELPERS]; // helper.c
