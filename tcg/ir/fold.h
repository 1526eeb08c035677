// SPDX-License-Identifier: MIT
// Between build.c (which makes ops) and fold.c (which avoids making them). Nobody else includes this.
#pragma once
#include "tcg/ir/build.h"

// Appends an op as it is.
IrRef ir_emit(IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b, IrRef c, int64_t imm);
// Is v the value that its own GET's slot still holds? Then naming it costs no register.
bool ir_in_slot(const IrBuild *k, IrRef v);

// Each returns the value the op would make, or IR_NONE if it has to be made (with the operands as they are
// now).
IrRef fold_unary(IrBuild *k, IrOpcode op, IrType t, IrRef *a);
IrRef fold_binary(IrBuild *k, IrOpcode op, IrType t, IrRef *a, IrRef *b);
IrRef fold_compare(IrBuild *k, IrOpcode *op, IrType t, IrRef *a, IrRef *b);
IrRef fold_select(IrBuild *k, IrType t, IrRef cond, IrRef a, IrRef b);
// Moves constant parts of an address into its displacement.
void fold_address(IrBuild *k, IrRef *base, int32_t *disp);
// A condition: 0 false, 1 true, -1 not known.
int fold_condition(const IrBuild *k, IrRef cond);
