// SPDX-License-Identifier: MIT
// Ops on v128: the interpreter's, and what translated code calls where the host has nothing for an op, or an operand is a corner case.
// A vector is two words, lanes counted from the low end. docs/IR.md says what each op means.
#include "tcg/interp/eval.h"
#include <string.h>

void eval_wide(Vcpu *v, const IrOp *op, const uint64_t a[2], const uint64_t b[2], const uint64_t c[2], uint64_t r[2]) {
    switch (op->op) {
    case OP_VZEXT:
        r[0] = a[0]; // narrower values have zeros above already
        r[1] = 0;
        break;
    case OP_VPAIR:
        r[0] = a[0];
        r[1] = b[0];
        break;
    default:
        r[0] = interp_eval(v, op, a[0], b[0], c[0]);
        r[1] = 0;
    }
}

void interp_eval_scratch(Vcpu *v) {
    const IrOp *op;
    uint64_t r[2];
    memcpy(&op, &v->scratch[6], sizeof op);
    eval_wide(v, op, &v->scratch[0], &v->scratch[2], &v->scratch[4], r);
    memcpy(v->scratch, r, sizeof r);
}
