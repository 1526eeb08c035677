// SPDX-License-Identifier: MIT
// Inside tcg/interp: evaluation of single ops.
#pragma once
#include "tcg/interp/interp.h"

uint64_t eval_fp(Vcpu *v, const IrOp *op, uint64_t a, uint64_t b, uint64_t c); // KIND_FP, KIND_FCMP, KIND_FTOI
