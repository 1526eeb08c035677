// SPDX-License-Identifier: MIT
// Executes IR, op by op: the oracle that translated code is compared with, the engine of hosts without
// executable memory, and the fallback for single ops that a back end has no emitter for. Called by the run
// loop in place of translated code.
//
// Invariants: values are kept zero-extended from their type, floats as raw bits; guest state and memory
// change exactly where the ops stand, so that a trap in the middle finds what translated code would have
// left; Vcpu.pc_off is stored before every op that may leave. docs/IR.md is the specification.
#include "tcg/interp/eval.h"
#include "tcg/run/tlb.h"
#include <string.h>

typedef struct Frame {
    Vcpu *v;
    const InterpBlock *b;
    uint64_t value[IR_MAX_OPS], high[IR_MAX_OPS]; // high: of a v128 or i128
} Frame;

// What running an op leads to: the index of the next one, or this.
enum { LEFT = -1 };

static uint64_t narrow(IrType t, uint64_t x) {
    unsigned bits = t == T_I1 ? 1 : 8 * ir_type_size(t);
    return bits >= 64 ? x : x & ((1ull << bits) - 1);
}

static uint64_t nan_box(IrType t, uint64_t x) { return t == T_F32 ? x | 0xffffffffull << 32 : x | ~0xffffull; }

static uint64_t nan_unbox(IrType t, uint64_t x) {
    if (t == T_F32)
        return x >> 32 == 0xffffffff ? (uint32_t)x : 0x7fc00000;
    return x >> 16 == 0xffffffffffff ? (uint16_t)x : 0x7e00;
}

uint64_t interp_eval(Vcpu *v, const IrOp *op, uint64_t a, uint64_t b, uint64_t c) {
    switch (ir_op_info[op->op].kind) {
    case KIND_FP:
    case KIND_FCMP:
    case KIND_FTOI:
        return eval_fp(v, op, a, b, c);
    case KIND_CMP:
        return ir_eval(op->op, op->type, a, b, c);
    default:
        break;
    }
    switch (op->op) {
    case OP_BITCAST:
        return narrow(op->type, a);
    case OP_BOX:
        return nan_box((IrType)op->imm, a);
    case OP_UNBOX:
        return nan_unbox(op->type, a);
    case OP_CLOCK:
        return v->ticker->read(v->ticker, (uint64_t)op->imm);
    case OP_SELECT: // of floats too
        return narrow(op->type, c & 1 ? a : b);
    default:
        return ir_eval(op->op, op->type, a, b, c);
    }
}

// ---- state and memory

static uint64_t read_slot(Vcpu *v, const IrOp *op) {
    const char *slot = (const char *)vcpu_state(v) + op->imm;
    uint64_t x = 0;
    if (op->type == T_I32 && ((uintptr_t)slot & 3) == 0) // other threads may change it: interrupt pins
        return __atomic_load_n((const uint32_t *)(const void *)slot, __ATOMIC_RELAXED);
    memcpy(&x, slot, ir_type_size(op->type));
    return narrow(op->type, x);
}

// A v128 slot is set from a v128, or from a float with zeros above.
static void write_wide(Vcpu *v, uint64_t offset, IrType from, uint64_t low, uint64_t high) {
    uint64_t x[2] = {low, from == T_V128 ? high : 0};
    memcpy((char *)vcpu_state(v) + offset, x, sizeof x);
}

static void write_slot(Vcpu *v, IrType t, uint64_t offset, IrType from, uint64_t x) {
    x = t == T_F64 && (from == T_F32 || from == T_F16) ? nan_box(from, x) : narrow(t, x);
    memcpy((char *)vcpu_state(v) + offset, &x, ir_type_size(t));
}

static void read_wide(Frame *f, int i, const IrOp *op) {
    uint64_t x[2];
    memcpy(x, (char *)vcpu_state(f->v) + op->imm, sizeof x);
    f->value[i] = x[0];
    f->high[i] = x[1];
}

// The exact state an op that may leave has to show: its pc, and what a pass left pending. Storing pending
// values early is harmless, since the SETs they were taken from come later with the same values.
static void store_pending(Frame *f, unsigned first, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        const IrPending *p = &f->b->pending[first + i];
        IrType t = ir_result_type(&f->b->ops[p->value]);
        if (t == T_V128)
            write_wide(f->v, p->slot, t, f->value[p->value], f->high[p->value]);
        else
            write_slot(f->v, t, p->slot, t, f->value[p->value]);
    }
}

static void take_snapshot(Frame *f, unsigned index) {
    const IrSnap *s = &f->b->snaps[index];
    f->v->pc_off = (uint32_t)s->pc | (uint32_t)s->retired << 16;
    store_pending(f, s->first, s->n);
}

static uint64_t address_of(const Frame *f, const IrOp *op) {
    uint64_t sum = f->value[op->a] + (uint64_t)(int64_t)op->disp;
    return ir_result_type(&f->b->ops[op->a]) == T_I32 ? (uint32_t)sum : sum;
}

static void get_operand(const Frame *f, IrRef r, uint64_t x[2]) {
    bool wide = r != IR_NONE && ir_is_wide(ir_result_type(&f->b->ops[r]));
    x[0] = r == IR_NONE ? 0 : f->value[r];
    x[1] = wide ? f->high[r] : 0;
}

static bool run_wide_memory(Frame *f, unsigned i, const IrOp *op, uint64_t vaddr) {
    uint64_t x[4] = {0};
    get_operand(f, op->b, x);
    get_operand(f, op->c, x + 2);
    if (op->op == OP_STORE)
        return vcpu_store128(f->v, vaddr, op->memop, x);
    if (!(op->op == OP_LOAD ? vcpu_load128(f->v, vaddr, op->memop, x) : vcpu_cas128(f->v, vaddr, op->memop, x)))
        return false;
    f->value[i] = x[0];
    f->high[i] = x[1];
    return true;
}

// False: trapped.
static bool run_memory(Frame *f, unsigned i, const IrOp *op) {
    Vcpu *v = f->v;
    uint64_t vaddr = address_of(f, op), x = 0;
    take_snapshot(f, op->snap);
    if (ir_is_wide(op->type))
        return run_wide_memory(f, i, op, vaddr);
    if (op->op == OP_STORE)
        return vcpu_store(v, vaddr, op->memop, f->value[op->b]);
    if (op->op == OP_LOAD) {
        if (!vcpu_load(v, vaddr, op->memop, &x))
            return false;
    } else {
        x = tlb_amo(v, op->op, op->memop, vaddr, f->value[op->b], op->c == IR_NONE ? 0 : f->value[op->c]);
        if (v->trap)
            return false;
    }
    f->value[i] = narrow(op->type, x);
    return true;
}

static bool run_call(Frame *f, unsigned i, const IrOp *op) {
    const Helper *h = &f->b->names->helpers[op->helper];
    if (op->op == OP_TRAP_IF) {
        if (!(f->value[op->a] & 1))
            return true;
        take_snapshot(f, op->hsnap);
        h->fn(f->v, f->value[op->b], 0, 0);
        return false;
    }
    uint64_t a = op->a == IR_NONE ? 0 : f->value[op->a];
    uint64_t b = op->b == IR_NONE ? 0 : f->value[op->b];
    uint64_t c = op->c == IR_NONE ? 0 : f->value[op->c];
    take_snapshot(f, op->hsnap);
    uint64_t x = h->fn(f->v, a, b, c);
    if ((h->effects & HELPER_TRAPS) && f->v->trap)
        return false;
    f->value[i] = narrow(op->type, x);
    return true;
}

static void fence(unsigned kinds) {
    if (kinds & FENCE_WR)
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    else
        __atomic_thread_fence(__ATOMIC_ACQ_REL);
}

// ---- control

// To a local block: arguments are read before parameters are written, which may be the same values.
static int jump(Frame *f, const IrOp *op) {
    const InterpBlock *b = f->b;
    uint64_t args[IR_MAX_ARGS];
    int at = 0;
    while (b->ops[at].op != OP_LABEL || b->ops[at].label != op->label)
        at++;
    for (unsigned i = 0; i < op->nargs; i++)
        args[i] = f->value[b->args[op->args + i]];
    for (unsigned i = 0; i < op->nargs; i++)
        f->value[at + 1 + i] = args[i];
    return at + 1 + op->nargs;
}

static int run_exit(Frame *f, const IrOp *op, int next) {
    Vcpu *v = f->v;
    switch (op->op) {
    case OP_POLL:
    case OP_EXIT_IF:
        if (op->op == OP_POLL ? !atomic_load_explicit(&v->exit_request, memory_order_relaxed) : !(f->value[op->a] & 1))
            return next;
        if (op->op == OP_EXIT_IF)
            store_pending(f, op->first, op->n);
        // fallthrough
    case OP_EXIT:
    case OP_EXIT_SYNC:
        v->pc = v->vpage + (uint64_t)(int64_t)op->target;
        return LEFT;
    default:
        v->pc = f->value[op->a];
        v->landing = op->landing;
        return LEFT;
    }
}

static int run_wide(Frame *f, int i, const IrOp *op) {
    uint64_t a[2], b[2], c[2], r[2] = {0, 0};
    get_operand(f, op->a, a);
    get_operand(f, op->b, b);
    get_operand(f, op->c, c);
    eval_wide(f->v, op, a, b, c, r);
    f->value[i] = r[0];
    f->high[i] = r[1];
    return i + 1;
}

static int run_value(Frame *f, int i, const IrOp *op) {
    if (ir_is_wide(op->type))
        return run_wide(f, i, op);
    uint64_t a = op->a == IR_NONE ? 0 : f->value[op->a];
    uint64_t b = op->b == IR_NONE ? 0 : f->value[op->b];
    uint64_t c = op->c == IR_NONE ? 0 : f->value[op->c];
    if (op->op == OP_LOW || op->op == OP_HIGH)
        f->value[i] = op->op == OP_LOW ? a : f->high[op->a];
    else if (op->op != OP_NOP)
        f->value[i] = interp_eval(f->v, op, a, b, c);
    return i + 1;
}

static int run_op(Frame *f, int i) {
    const IrOp *op = &f->b->ops[i];
    switch (ir_op_info[op->op].kind) {
    case KIND_CONST:
        if (op->op == OP_FENCE)
            fence((unsigned)op->imm);
        if (op->op == OP_EXIT_DONE)
            return LEFT;
        if (op->op == OP_CLOCK)
            f->value[i] = interp_eval(f->v, op, 0, 0, 0);
        else
            f->value[i] = narrow(op->type, (op->op == OP_PCREL ? f->v->vpage : 0) + (uint64_t)op->imm);
        return i + 1;
    case KIND_SLOT:
        if (op->op == OP_GET && op->type == T_V128)
            read_wide(f, i, op);
        else if (op->op == OP_SET && op->type == T_V128)
            write_wide(f->v, (uint64_t)op->imm, ir_result_type(&f->b->ops[op->a]), f->value[op->a], f->high[op->a]);
        else if (op->op == OP_GET)
            f->value[i] = read_slot(f->v, op);
        else if (op->op == OP_TALLY)
            write_slot(f->v, op->type, (uint64_t)op->imm, T_I64, read_slot(f->v, op) + f->value[op->a]);
        else
            write_slot(f->v, op->type, (uint64_t)op->imm, ir_result_type(&f->b->ops[op->a]), f->value[op->a]);
        return i + 1;
    case KIND_MEM:
        return run_memory(f, (unsigned)i, op) ? i + 1 : LEFT;
    case KIND_CALL:
        return run_call(f, (unsigned)i, op) ? i + 1 : LEFT;
    case KIND_EXIT:
    case KIND_EXITR:
        return run_exit(f, op, i + 1);
    case KIND_JUMP:
        return op->op == OP_BRANCH && !(f->value[op->a] & 1) ? i + 1 : jump(f, op);
    case KIND_LABEL: // fell through: it has no parameters (verify)
    case KIND_PARAM:
        return i + 1;
    default:
        return run_value(f, i, op);
    }
}

// ---- blocks

InterpBlock interp_view(const IrBlock *b) { return (InterpBlock){b->names, b->ops, b->snaps, b->pending, b->args}; }

// The arrays in the order of their alignment: IrOp 8, IrSnap 4, the rest 2.
size_t interp_size(const IrBlock *b) {
    return sizeof(InterpBlock) + b->nops * sizeof *b->ops + b->nsnaps * sizeof *b->snaps + b->npending * sizeof *b->pending +
           b->nargs * sizeof *b->args;
}

static const void *append(char **at, const void *from, size_t bytes) {
    char *to = *at;
    memcpy(to, from, bytes);
    *at += bytes;
    return to;
}

InterpBlock *interp_copy(void *memory, const IrBlock *b) {
    InterpBlock *copy = memory;
    char *at = (char *)(copy + 1);
    copy->names = b->names;
    copy->ops = append(&at, b->ops, b->nops * sizeof *b->ops);
    copy->snaps = append(&at, b->snaps, b->nsnaps * sizeof *b->snaps);
    copy->pending = append(&at, b->pending, b->npending * sizeof *b->pending);
    copy->args = append(&at, b->args, b->nargs * sizeof *b->args);
    return copy;
}

void interp_run(Vcpu *v, const InterpBlock *b) {
    Frame f;
    f.v = v;
    f.b = b;
    for (int i = 0; i >= 0;)
        i = run_op(&f, i);
}
