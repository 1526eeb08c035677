// SPDX-License-Identifier: MIT
// Inside tcg/interp: evaluation of single ops.
#pragma once
#include "tcg/interp/interp.h"

uint64_t eval_fp(Vcpu *v, const IrOp *op, uint64_t a, uint64_t b, uint64_t c); // KIND_FP, KIND_FCMP, KIND_FTOI
// Any op that makes a value of its operands, where some are v128: r = op(a, b, c), each low and high; what is narrower is in the low half.
void eval_wide(Vcpu *v, const IrOp *op, const uint64_t a[2], const uint64_t b[2], const uint64_t c[2], uint64_t r[2]);
