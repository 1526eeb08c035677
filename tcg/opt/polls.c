// SPDX-License-Identifier: MIT
// Where a region answers requests. Every head of a block has a POLL when it is built, since jumps back to it come later in the text;
// here those go that no jump comes back to. What remains stands once in every loop. Called by the region's builder.
#include "tcg/opt/opt.h"

void opt_polls(IrBlock *b) {
    uint64_t behind = 0, looped = 0; // labels met so far; those that are jumped back to
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_LABEL)
            behind |= 1ull << op->label;
        else if (ir_op_info[op->op].kind == KIND_JUMP)
            looped |= behind & 1ull << op->label;
    }
    for (unsigned i = 1; i < b->nops; i++)
        if (b->ops[i].op == OP_POLL && b->ops[i - 1].op == OP_LABEL && !(looped >> b->ops[i - 1].label & 1))
            ir_drop(&b->ops[i]);
}
