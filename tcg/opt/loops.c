// SPDX-License-Identifier: MIT
// Loops of one local block: its label, straight code that may leave on the way, and the branch back. The hottest loops look like this.
// Called by back ends, which may emit such a loop twice (strips).
#include "tcg/opt/opt.h"

// A loop may not call C: it changes what the loop has found out about memory.
static bool breaks_loop(const IrOp *op) {
    return ir_op_info[op->op].kind == KIND_CALL || op->op == OP_JUMP || (ir_op_info[op->op].effects & FX_END);
}

// Nothing made in the loop may be read behind it: what comes next is a jump.
static bool ends_there(const IrBlock *b, unsigned branch) {
    unsigned i = branch + 1;
    while (i < b->nops && (b->ops[i].op == OP_NOP || b->ops[i].op == OP_CONST))
        i++;
    return i < b->nops && b->ops[i].op == OP_JUMP && b->ops[i].nargs == 0;
}

unsigned opt_loops(const IrBlock *b, OptLoop *loops) {
    unsigned n = 0;
    IrRef label = IR_NONE;
    for (unsigned i = 0; i < b->nops; i++) {
        const IrOp *op = &b->ops[i];
        if (op->op == OP_LABEL)
            label = op->nargs ? IR_NONE : (IrRef)i;
        else if (breaks_loop(op))
            label = IR_NONE;
        if (op->op != OP_BRANCH || label == IR_NONE || op->label != b->ops[label].label || n == OPT_LOOPS)
            continue;
        if (op->nargs == 0 && ends_there(b, i))
            loops[n++] = (OptLoop){label, (IrRef)i, OPT_NO_STREAM};
        label = IR_NONE; // what comes behind is no part of it
    }
    return n;
}
