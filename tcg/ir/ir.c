// SPDX-License-Identifier: MIT
// Facts about IR ops that everybody needs: the table made from op.def, result types, effects.
#include "tcg/ir/ir.h"
#include "tcg/run/guest.h"

enum {
    PURE = FX_PURE, READ = FX_READ, WRITE = FX_WRITE, LEAVE = FX_LEAVE, END = FX_END, STICKY = FX_STICKY,
};

const IrOpInfo ir_op_info[OP_COUNT] = {
#define OP(NAME, TEXT, KIND, OPERANDS, EFFECTS) [OP_##NAME] = {TEXT, KIND_##KIND, OPERANDS, EFFECTS},
#include "tcg/ir/op.def"
#undef OP
};

IrType ir_result_type(const IrOp *op)
{
    switch (ir_op_info[op->op].kind) {
    case KIND_CMP:
    case KIND_FCMP:
        return T_I1;
    case KIND_FTOI:
        return op->op == OP_FTOI32 || op->op == OP_FTOU32 ? T_I32 : T_I64;
    case KIND_EXIT:
    case KIND_EXITR:
    case KIND_LABEL:
    case KIND_JUMP:
        return T_VOID;
    default:
        return op->op == OP_SET || op->op == OP_STORE || op->op == OP_FENCE || op->op == OP_EXIT_DONE
                   ? T_VOID : (IrType)op->type;
    }
}

unsigned ir_effects(const IrBlock *b, const IrOp *op)
{
    if (op->op != OP_CALL)
        return ir_op_info[op->op].effects;
    unsigned e = b->names->helpers[op->helper].effects;
    return (e & HELPER_READS ? FX_READ : 0) | (e & HELPER_WRITES ? FX_WRITE : 0) |
           (e & HELPER_TRAPS ? FX_LEAVE | FX_READ : 0);
}
