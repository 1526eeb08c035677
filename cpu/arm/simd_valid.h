// SPDX-License-Identifier: MIT
// Which encodings of the Advanced SIMD groups are allocated.
#pragma once
#include "cpu/arm/insn.h"

bool simd_three_valid(const Insn *i, bool scalar);
bool simd_diff_valid(const Insn *i, bool scalar);
bool simd_misc_valid(const Insn *i, bool scalar);
bool simd_across_valid(const Insn *i, bool scalar);
bool simd_shift_valid(const Insn *i, bool scalar);
bool simd_indexed_valid(const Insn *i, bool scalar);
