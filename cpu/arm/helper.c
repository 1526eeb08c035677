// SPDX-License-Identifier: MIT
// The helper table that Guest.names points at; made from helper.def.
#include "cpu/arm/helper.h"

const Helper arm_helpers[ARM_NHELPERS] = {
#define HELPER(name, effects) {#name, arm_##name, effects},
#include "cpu/arm/helper.def"
#undef HELPER
};
