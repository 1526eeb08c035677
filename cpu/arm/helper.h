// SPDX-License-Identifier: MIT
// The helpers of helper.def as prototypes and as indices for ir_call.
#pragma once
#include "tcg/run/vcpu.h"

enum {
#define HELPER(name, effects) H_##name,
#include "cpu/arm/helper.def"
#undef HELPER
    ARM_NHELPERS
};
#define HELPER(name, effects) uint64_t arm_##name(Vcpu *v, uint64_t a, uint64_t b, uint64_t c);
#include "cpu/arm/helper.def"
#undef HELPER
extern const Helper arm_helpers[ARM_NHELPERS]; // helper.c
