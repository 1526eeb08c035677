// SPDX-License-Identifier: MIT
// Words of the IR's text form that print.c and parse.c share: one table for both directions. docs/IR.md
// specifies the form.
#pragma once
#include "tcg/ir/ir.h"

typedef struct Word {
    const char *text;
    unsigned bits, mask; // the word stands for (value & mask) == bits
} Word;

extern const char *const ir_type_names[T_V128 + 1];
// Each ends with a NULL text. Suffixes of memory ops; of floating point ops; kinds of a fence.
extern const Word ir_lane_words[], ir_vfp_words[], ir_memop_words[], ir_fpop_words[], ir_fence_words[];
