// SPDX-License-Identifier: MIT
// Is this block well formed? Runs after every pass in debug builds, and on every text that is parsed: a block
// that passes cannot make the interpreter or a back end read outside of anything.
//
// What is checked: operands exist, come before, have the type the op reads (integers may be wider), and are
// in reach (a value made behind local control flow is gone at the next LABEL, since another path may lead
// there); slots, helpers, snapshots, arguments and labels are in range; every path ends in an END op.
#include "tcg/ir/ir.h"
#include "tcg/run/guest.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct Checker {
    const IrBlock *b;
    unsigned at;                       // op being looked at
    unsigned first_flow, last_label;   // indices of the first local control flow op, and of the last LABEL so far
    unsigned state_end;                // bytes of guest state that named slots cover
    IrRef label_at[IR_MAX_LABELS];
    const char *fault;
} Checker;

static _Thread_local char message[160];

__attribute__((format(printf, 2, 3))) static bool fail(Checker *c, const char *format, ...) {
    if (c->fault)
        return false;
    const IrOp *op = &c->b->ops[c->at];
    const char *name = c->at < c->b->nops && op->op < OP_COUNT ? ir_op_name[op->op] : "?";
    int n = snprintf(message, sizeof message, "op %u (%s): ", c->at, name);
    va_list va;
    va_start(va, format);
    vsnprintf(message + n, sizeof message - (size_t)n, format, va);
    va_end(va);
    c->fault = message;
    return false;
}

static bool is_integer(IrType t) { return t == T_I1 || t == T_I32 || t == T_I64; }
static bool is_float(IrType t) { return t == T_F16 || t == T_F32 || t == T_F64; }
static IrType type_of(const Checker *c, IrRef v) { return ir_result_type(&c->b->ops[v]); }

// A value that may be named here.
static bool check_value(Checker *c, IrRef v) {
    if (v >= c->at)
        return fail(c, "operand %u is not made before", v);
    if (c->b->ops[v].op == OP_NOP || type_of(c, v) == T_VOID)
        return fail(c, "operand %u is no value", v);
    if (v > c->first_flow && v < c->last_label)
        return fail(c, "operand %u was made in another local block", v);
    return true;
}

static bool check_operand(Checker *c, const IrOp *op, unsigned n, IrRef v) {
    if (!check_value(c, v))
        return false;
    IrType want = ir_operand_type(op, n), have = type_of(c, v);
    if (want == T_VOID || want == have || (is_integer(want) && is_integer(have) && want != T_I1 && have > want))
        return true;
    if (op->op == OP_SET && want == T_F64 && is_float(have)) // boxed
        return true;
    if (op->op == OP_SET && want == T_V128 && (have == T_F32 || have == T_F64)) // zeros above
        return true;
    return fail(c, "operand %u is of the wrong type", v);
}

static void check_operands(Checker *c, const IrOp *op) {
    const IrRef operand[3] = {op->a, op->b, op->c};
    unsigned need = ir_op_info[op->op].operands;
    for (unsigned i = 0; i < 3; i++) {
        if (op->op == OP_CALL && operand[i] == IR_NONE)
            continue;
        if (i >= need && operand[i] != IR_NONE)
            fail(c, "too many operands");
        if (i < need && check_operand(c, op, i, operand[i]) && op->op == OP_CALL &&
            ir_type_size(type_of(c, operand[i])) > 8)
            fail(c, "argument wider than 64 bits");
    }
}

static void check_value_op(Checker *c, const IrOp *op) {
    IrType t = op->type, from = op->a == IR_NONE ? T_VOID : type_of(c, op->a);
    switch (op->op) {
    case OP_NOP:
        break;
    case OP_FNEG: case OP_FABS: case OP_FSGNJ:
        if (!is_float(t))
            fail(c, "floats have signs");
        break;
    case OP_BITCAST:
        if (ir_type_size(t) != ir_type_size(from) || is_integer(t) == is_integer(from))
            fail(c, "not a cast between integer and float of one size");
        break;
    case OP_BOX:
        if ((t != T_I64 && t != T_F64) || (from != T_F32 && from != T_F16) || op->imm != from)
            fail(c, "boxes f16 or f32 in i64 or f64 only");
        break;
    case OP_UNBOX:
        if ((t != T_F32 && t != T_F16) || (from != T_I64 && from != T_F64))
            fail(c, "unboxes f16 or f32 only");
        break;
    case OP_VZEXT:
        if (t != T_V128 || (from != T_F32 && from != T_F64 && from != T_V128))
            fail(c, "extends f32, f64 or v128 to v128 only");
        break;
    case OP_PAIR:
        if (t != T_I128)
            fail(c, "makes i128 only");
        break;
    case OP_LOW: case OP_HIGH:
        if (t != T_I64)
            fail(c, "half of an i128 is an i64");
        break;
    case OP_VPAIR:
        if (t != T_V128)
            fail(c, "makes v128 only");
        break;
    case OP_SELECT:
        if (!is_integer(t) && !is_float(t))
            fail(c, "bad type");
        break;
    case OP_AND: case OP_OR: case OP_XOR:
        if (!is_integer(t))
            fail(c, "bad type");
        break;
    default:
        if (t != T_I32 && t != T_I64)
            fail(c, "bad type");
        if (op->op >= OP_SEXT8 && op->op <= OP_ZEXT32 && from != T_I32 && from != T_I64)
            fail(c, "extends i32 or i64 only");
        if ((op->op == OP_SEXT32 || op->op == OP_ZEXT32) && t == T_I32 && from == T_VOID)
            fail(c, "bad type");
    }
}

static void check_memory(Checker *c, const IrOp *op) {
    IrType t = op->type, address = type_of(c, op->a);
    unsigned size = 1u << (op->memop & MO_SIZE);
    if (address != T_I32 && address != T_I64)
        fail(c, "an address is i32 or i64");
    if ((op->memop & MO_SIZE) > MO_128 || t == T_VOID || t == T_I1 || size > ir_type_size(t))
        fail(c, "access wider than its type");
    if (t == T_V128 && (op->memop & (MO_BE | MO_ATOMIC | 7 << MO_MMU_SHIFT)))
        fail(c, "vectors have no such access");
    if (t == T_I128 && ((op->memop & (MO_BE | 7 << MO_MMU_SHIFT)) || (op->op > OP_CAS)))
        fail(c, "no such access of 128 bits");
    if (!is_integer(t) && ((op->memop & MO_SIGN) || size != ir_type_size(t)))
        fail(c, "size is not that of the type");
    if (op->op != OP_LOAD && op->op != OP_STORE && op->memop & 7 << MO_MMU_SHIFT)
        fail(c, "atomics have the current privilege");
    if (op->op != OP_LOAD && op->op != OP_STORE && !is_integer(t) && t != T_I128)
        fail(c, "atomics are of integers");
    if (op->op == OP_STORE && t != type_of(c, op->b))
        fail(c, "type is not the stored value's");
    if (op->snap >= c->b->nsnaps)
        fail(c, "no such snapshot");
}

static void check_fp(Checker *c, const IrOp *op) {
    if (!is_float(op->type))
        fail(c, "bad type");
    if (op->imm & ~(int64_t)(FP_RM | FP_NAN_PROPAGATE | FP_QUIET | FP_ARM | FP_EXACT) || (op->imm & FP_RM) == 6)
        fail(c, "bad floating point policy");
    if ((op->op == OP_FMIN || op->op == OP_FMAX) && (op->imm & FP_NAN_PROPAGATE))
        fail(c, "fmin and fmax pass no NaN on");
}

// Which numbers an op of lanes may have with its n.
static void check_lanes(Checker *c, const IrOp *op) {
    unsigned lane = VEC_LANE(op->imm), n = VEC_N(op->imm), limit = 1;
    switch (op->op) {
    case OP_VSHLI: case OP_VSHRI: case OP_VSARI: limit = 8u << lane; break;
    case OP_VDUPL: case OP_VINS: limit = 16u >> lane; break;
    case OP_VEXT: limit = 16; break;
    case OP_VCLMUL: limit = n & ~0x11u ? 0 : 18; break;
    case OP_VREV: limit = n > lane ? 4 : 0; break;
    case OP_VZXT: case OP_VSXT: limit = lane < 3; break;
    case OP_VMINS: case OP_VMINU: case OP_VMAXS: case OP_VMAXU: case OP_VABS: limit = lane < 3; break;
    }
    if (op->type != T_V128 || op->imm & ~(int64_t)VEC_OP(3, 0xff) || n >= limit)
        fail(c, "bad lanes");
}

static void check_vfp(Checker *c, const IrOp *op) {
    int64_t policy = op->imm & ~(int64_t)VFP_OP(3, 0);
    if (op->type != T_V128 || VFP_LANE(op->imm) < 2)
        fail(c, "bad lanes");
    unsigned rm = policy & FP_RM;
    bool rounds = op->op == OP_VFROUND;
    if (policy & ~(int64_t)(FP_RM | FP_NAN_PROPAGATE | FP_QUIET | FP_ARM | (rounds ? FP_EXACT : 0)) ||
        (rm >= 4 && rm != FP_DYN && !(rounds && rm == FP_RMM)))
        fail(c, "bad floating point policy");
    if ((op->op == OP_VFWIDEN && VFP_LANE(op->imm) != 3) || (op->op == OP_VFNARROW && VFP_LANE(op->imm) != 2))
        fail(c, "bad lanes");
}

static void check_const(Checker *c, const IrOp *op) {
    IrType t = op->type;
    switch (op->op) {
    case OP_CONST:
        if ((t == T_I1 && op->imm >> 1) || (t == T_I32 && op->imm != (int32_t)op->imm) ||
            (t == T_F32 && op->imm >> 32) || (t == T_F16 && op->imm >> 16) || t == T_VOID)
            fail(c, "constant out of its type's range");
        break;
    case OP_PARAM:
        if (t == T_VOID || c->at == 0 || op->imm < 0 ||
            (c->b->ops[c->at - 1].op != OP_PARAM && c->b->ops[c->at - 1].op != OP_LABEL))
            fail(c, "a parameter not behind its label");
        break;
    case OP_CLOCK:
        if (t != T_I64 || op->imm < 0 || op->imm > IR_MAX_TICK)
            fail(c, "bad type, or no such tick");
        break;
    case OP_PCREL:
        if (t != T_I32 && t != T_I64)
            fail(c, "bad type");
        break;
    case OP_FENCE:
        if (op->imm & ~15)
            fail(c, "bad fence");
        break;
    }
}

// Arguments against the label's parameters; the label may come later.
static void check_jump(Checker *c, const IrOp *op) {
    const IrBlock *b = c->b;
    if (op->label >= b->nlabels || c->label_at[op->label] == IR_NONE)
        fail(c, "no such label");
    else if ((unsigned)op->args + op->nargs > b->nargs || op->nargs != b->ops[c->label_at[op->label]].nargs)
        fail(c, "wrong number of arguments");
    else
        for (unsigned i = 0; i < op->nargs; i++) {
            IrRef v = b->args[op->args + i];
            if (check_value(c, v) && type_of(c, v) != b->ops[c->label_at[op->label] + 1 + i].type)
                fail(c, "argument %u is of the wrong type", i);
        }
}

static void check_pending(Checker *c, unsigned first, unsigned n) {
    if (first + n > c->b->npending) {
        fail(c, "pending slots out of range");
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        const IrPending *p = &c->b->pending[first + i];
        if (check_value(c, p->value) && (ir_type_size(type_of(c, p->value)) < 4 || type_of(c, p->value) == T_I128))
            fail(c, "pending value that no slot has");
        else if (!c->fault && p->slot + ir_type_size(type_of(c, p->value)) > c->state_end)
            fail(c, "pending slot outside of guest state");
    }
}

static void check_snap(Checker *c, unsigned snap) {
    const IrSnap *s = &c->b->snaps[snap];
    if (s->pc < 0 || s->pc > UINT16_MAX)
        fail(c, "snapshot of a pc outside of the block");
    check_pending(c, s->first, s->n);
}

static void check_slot(Checker *c, const IrOp *op) {
    if (ir_type_size(op->type) < 4 || op->imm < 0 || (uint64_t)op->imm + ir_type_size(op->type) > c->state_end)
        fail(c, "slot outside of guest state, or smaller than 4 bytes");
    if (op->op == OP_TALLY && op->type != T_I64)
        fail(c, "counters are i64");
}

static void check_call(Checker *c, const IrOp *op) {
    if (op->helper >= c->b->names->nhelpers || op->hsnap >= c->b->nsnaps || ir_type_size(op->type) > 8)
        fail(c, "no such helper, or bad type");
    else if (op->op == OP_TRAP_IF && !(c->b->names->helpers[op->helper].effects & HELPER_TRAPS))
        fail(c, "a helper that traps");
    else
        check_snap(c, op->hsnap);
}

static void check_op(Checker *c, const IrOp *op) {
    if (op->type > T_V128)
        fail(c, "no such type");
    if (op->type == T_I128 && op->op != OP_PAIR && ir_op_info[op->op].kind != KIND_MEM)
        fail(c, "i128 is made by pair, load and cas only, and has no slots");
    if (op->type == T_V128 && (op->op == OP_PARAM || op->op == OP_CONST))
        fail(c, "no v128 constants or parameters");
    check_operands(c, op);
    if (c->fault)
        return;
    switch (ir_op_info[op->op].kind) {
    case KIND_VALUE: check_value_op(c, op); break;
    case KIND_CMP:
        if (!is_integer(op->type) || (op->type == T_I1 && op->op != OP_EQ && op->op != OP_NE))
            fail(c, "bad type");
        break;
    case KIND_CONST: case KIND_PARAM: check_const(c, op); break;
    case KIND_SLOT: check_slot(c, op); break;
    case KIND_MEM:
        check_memory(c, op);
        if (!c->fault)
            check_snap(c, op->snap);
        break;
    case KIND_FP: case KIND_FCMP: case KIND_FTOI: check_fp(c, op); break;
    case KIND_VEC: check_lanes(c, op); break;
    case KIND_VFP: check_vfp(c, op); break;
    case KIND_CALL: check_call(c, op); break;
    case KIND_EXITR:
        if (type_of(c, op->a) != T_I32 && type_of(c, op->a) != T_I64)
            fail(c, "a vaddr is i32 or i64");
        if (op->landing > MAX_LANDING)
            fail(c, "no such landing");
        // fallthrough
    case KIND_EXIT:
        if (op->hint > EXIT_HINT_RETURN)
            fail(c, "no such hint");
        if (op->op == OP_EXIT_IF)
            check_pending(c, op->first, op->n);
        break;
    case KIND_LABEL: break;
    case KIND_JUMP: check_jump(c, op); break;
    }
}

// Finds each label, once, with as many parameters behind it as it says.
static void find_labels(Checker *c) {
    memset(c->label_at, 0xff, sizeof c->label_at);
    for (c->at = 0; c->at < c->b->nops; c->at++) {
        const IrOp *op = &c->b->ops[c->at];
        if (op->op >= OP_COUNT)
            fail(c, "no such op");
        if (c->fault || op->op != OP_LABEL)
            continue;
        if (op->label >= c->b->nlabels || c->label_at[op->label] != IR_NONE) {
            fail(c, "label out of range or bound twice");
            return;
        }
        c->label_at[op->label] = (IrRef)c->at;
        for (unsigned i = 0; i < op->nargs; i++)
            if (c->at + 1 + i >= c->b->nops || op[1 + i].op != OP_PARAM || op[1 + i].imm != i)
                fail(c, "its parameters do not follow");
    }
}

static const char *check_counts(const IrBlock *b) {
    if (b->nops >= IR_MAX_OPS || b->nsnaps > IR_MAX_OPS || b->npending > IR_MAX_OPS || b->ninsns > IR_MAX_INSNS ||
        b->nargs > IR_MAX_ARGS || b->nlabels > IR_MAX_LABELS)
        return "more of something than there is room for";
    if (b->nops == 0)
        return "an empty block";
    for (unsigned i = 0; i < b->ninsns; i++)
        if (b->insns[i].first > b->nops || (i && b->insns[i].first < b->insns[i - 1].first))
            return "guest instructions out of order";
    return NULL;
}

const char *ir_verify(const IrBlock *b) {
    const char *fault = check_counts(b);
    if (fault)
        return fault;
    Checker c = {.b = b, .first_flow = IR_MAX_OPS, .last_label = 0};
    for (unsigned i = 0; i < b->names->nslots; i++) {
        unsigned end = b->names->slots[i].offset + ir_type_size(b->names->slots[i].type);
        c.state_end = end > c.state_end ? end : c.state_end;
    }
    find_labels(&c);
    bool reachable = true;
    for (c.at = 0; c.at < b->nops && !c.fault; c.at++) {
        const IrOp *op = &b->ops[c.at];
        if (op->op == OP_LABEL) {
            if (reachable && op->nargs)
                fail(&c, "execution runs into a label with parameters");
            reachable = true;
            c.last_label = c.at;
        }
        if (c.first_flow == IR_MAX_OPS && (op->op == OP_LABEL || ir_op_info[op->op].kind == KIND_JUMP))
            c.first_flow = c.at;
        check_op(&c, op);
        if (!reachable && (ir_effects(b, op) & ~FX_READ))
            fail(&c, "cannot be reached");
        if ((ir_op_info[op->op].effects & FX_END) || op->op == OP_JUMP)
            reachable = false;
    }
    if (reachable && !c.fault) {
        c.at = b->nops - 1;
        fail(&c, "execution runs off the end");
    }
    return c.fault;
}
