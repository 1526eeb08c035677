// SPDX-License-Identifier: MIT
// Facts about IR ops that everybody needs: the table made from op.def, result types, effects.
#include "tcg/ir/ir.h"
#include "tcg/run/guest.h"

enum {
    PURE = FX_PURE, READ = FX_READ, WRITE = FX_WRITE, LEAVE = FX_LEAVE, END = FX_END, STICKY = FX_STICKY,
};

#define IS(NAME, OTHER) (OP_##NAME == OP_##OTHER)
#define IS_KIND(KIND, OTHER) (KIND_##KIND == KIND_##OTHER)
#define RESULT(NAME, KIND)                                                                                           \
    (IS_KIND(KIND, CMP) || IS_KIND(KIND, FCMP)   ? T_I1                                                              \
     : IS_KIND(KIND, FTOI)                       ? (IS(NAME, FTOI32) || IS(NAME, FTOU32) ? T_I32 : T_I64)            \
     : IS_KIND(KIND, EXIT) || IS_KIND(KIND, EXITR) || IS_KIND(KIND, LABEL) || IS_KIND(KIND, JUMP) ? T_VOID           \
     : IS(NAME, SET) || IS(NAME, TALLY) || IS(NAME, STORE) || IS(NAME, FENCE) || IS(NAME, EXIT_DONE) ? T_VOID                           \
                                                                                  : IR_AS_TYPE)

const IrOpInfo ir_op_info[OP_COUNT] = {
#define OP(NAME, TEXT, KIND, OPERANDS, EFFECTS)                                                                      \
    [OP_##NAME] = {KIND_##KIND, OPERANDS, EFFECTS, RESULT(NAME, KIND)},
#include "tcg/ir/op.def"
#undef OP
};

const char *const ir_op_name[OP_COUNT] = {
#define OP(NAME, TEXT, ...) [OP_##NAME] = TEXT,
#include "tcg/ir/op.def"
#undef OP
};

static IrType conversion_source(IrOpcode op, IrType t) {
    switch (op) {
    case OP_FCVT_F16: return T_F16;
    case OP_FCVT_F32: return T_F32;
    case OP_FCVT_F64: return T_F64;
    case OP_FCVT_I32:
    case OP_FCVT_U32: return T_I32;
    case OP_FCVT_I64:
    case OP_FCVT_U64: return T_I64;
    default:          return t;
    }
}

IrType ir_operand_type(const IrOp *op, unsigned n) {
    switch (op->op) {
    case OP_SEXT8: case OP_SEXT16: case OP_SEXT32: case OP_ZEXT8: case OP_ZEXT16: case OP_ZEXT32:
    case OP_VZEXT: case OP_BITCAST: case OP_BOX: case OP_UNBOX: case OP_CALL: case OP_EXIT_REG: case OP_JUMP:
        return T_VOID;
    case OP_BOOL: case OP_EXIT_IF: case OP_BRANCH:
        return T_I1;
    case OP_TRAP_IF:
        return n ? T_I64 : T_I1;
    case OP_LOW: case OP_HIGH:
        return T_I128;
    case OP_PAIR: case OP_VPAIR: case OP_VDUP:
        return T_I64;
    case OP_VINS:
        return n ? T_I64 : T_V128;
    case OP_SELECT:
        return n == 2 ? T_I1 : (IrType)op->type;
    default:
        if (ir_op_info[op->op].kind == KIND_MEM && (n == 0 || op->op == OP_STORE))
            return T_VOID;
        return conversion_source(op->op, op->type);
    }
}

const IrPending *ir_pending(const IrBlock *b, const IrOp *op, unsigned *n) {
    unsigned kind = ir_op_info[op->op].kind, first = 0;
    *n = 0;
    if (kind == KIND_MEM || kind == KIND_CALL) {
        const IrSnap *s = &b->snaps[kind == KIND_MEM ? op->snap : op->hsnap];
        first = s->first;
        *n = s->n;
    } else if (op->op == OP_EXIT_IF) {
        first = op->first;
        *n = op->n;
    }
    return b->pending + first;
}

unsigned ir_effects(const IrBlock *b, const IrOp *op) {
    if (op->op != OP_CALL)
        return ir_op_info[op->op].effects;
    unsigned e = b->names->helpers[op->helper].effects;
    return (e & HELPER_READS ? FX_READ : 0) | (e & HELPER_WRITES ? FX_WRITE : 0) |
           (e & HELPER_TRAPS ? FX_LEAVE | FX_READ : 0);
}
