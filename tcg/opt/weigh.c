// SPDX-License-Identifier: MIT
// How often ops run, by the loops they stand in: from a label to the last jump back to it. Called by back ends that choose what is worth
// a register.
#include "tcg/opt/opt.h"

static void heat(uint16_t *weight, unsigned first, unsigned last) {
    for (unsigned i = first; i <= last; i++)
        weight[i] = (uint16_t)(weight[i] * OPT_LOOP > OPT_HOTTEST ? OPT_HOTTEST : weight[i] * OPT_LOOP);
}

void opt_weigh(const IrBlock *b, uint16_t *weight) {
    IrRef at[IR_MAX_LABELS], last[IR_MAX_LABELS];
    for (unsigned k = 0; k < b->nlabels; k++)
        at[k] = IR_NONE;
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        weight[i] = 1;
        if (op->op == OP_LABEL)
            at[op->label] = last[op->label] = (IrRef)i;
        else if (ir_op_info[op->op].kind == KIND_JUMP && at[op->label] != IR_NONE)
            last[op->label] = (IrRef)i;
    }
    for (unsigned k = 0; k < b->nlabels; k++)
        if (at[k] != IR_NONE && last[k] != at[k])
            heat(weight, at[k], last[k]);
}
