// SPDX-License-Identifier: MIT
// IR as text: for -d logs, golden tests and dumps of our own bugs. docs/IR.md specifies the form; parse.c
// reads it back.
//
// Values are numbered in the order they are made; constants stand where they are used; dropped ops and
// snapshots that say no more than their instruction's pc are left out. Nothing printed depends on where
// anything lies in memory.
#include "tcg/ir/text.h"
#include "tcg/run/guest.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ir_type_names[] = {"void", "i1", "i32", "i64", "i128", "f16", "f32", "f64", "v128"};

#define SIGNED_SIZE (MO_SIZE | MO_SIGN)
#define MMU(n) ((n) << MO_MMU_SHIFT)
const Word ir_memop_words[] = {
    {"8", MO_8, SIGNED_SIZE}, {"16", MO_16, SIGNED_SIZE}, {"32", MO_32, SIGNED_SIZE}, {"64", MO_64, SIGNED_SIZE},
    {"128", MO_128, SIGNED_SIZE},
    {"8s", MO_8 | MO_SIGN, SIGNED_SIZE}, {"16s", MO_16 | MO_SIGN, SIGNED_SIZE},
    {"32s", MO_32 | MO_SIGN, SIGNED_SIZE}, {"64s", MO_64 | MO_SIGN, SIGNED_SIZE},
    {"be", MO_BE, MO_BE}, {"align", MO_ALIGN, MO_ALIGN}, {"atomic", MO_ATOMIC, MO_ATOMIC},
    {"acq", MO_ACQ, MO_ACQ}, {"rel", MO_REL, MO_REL},
    {"mmu1", MMU(1), MMU(7)}, {"mmu2", MMU(2), MMU(7)}, {"mmu3", MMU(3), MMU(7)}, {"mmu4", MMU(4), MMU(7)},
    {"mmu5", MMU(5), MMU(7)}, {"mmu6", MMU(6), MMU(7)}, {"mmu7", MMU(7), MMU(7)},
    {NULL, 0, 0},
};
const Word ir_fpop_words[] = {
    {"rne", FP_RNE, FP_RM}, {"rtz", FP_RTZ, FP_RM}, {"rdn", FP_RDN, FP_RM}, {"rup", FP_RUP, FP_RM},
    {"rmm", FP_RMM, FP_RM}, {"rto", FP_RTO, FP_RM}, {"dyn", FP_DYN, FP_RM},
    {"nan", FP_NAN_PROPAGATE, FP_NAN_PROPAGATE}, {"quiet", FP_QUIET, FP_QUIET}, {"arm", FP_ARM, FP_ARM},
    {"exact", FP_EXACT, FP_EXACT},
    {NULL, 0, 0},
};
#define VFP(lane) ((lane) << 8)
const Word ir_vfp_words[] = {
    {"f32", VFP(2), VFP(3)}, {"f64", VFP(3), VFP(3)},
    {"rne", FP_RNE, FP_RM}, {"rtz", FP_RTZ, FP_RM}, {"rdn", FP_RDN, FP_RM}, {"rup", FP_RUP, FP_RM}, {"dyn", FP_DYN, FP_RM}, {"rmm", FP_RMM, FP_RM},
    {"nan", FP_NAN_PROPAGATE, FP_NAN_PROPAGATE}, {"quiet", FP_QUIET, FP_QUIET}, {"arm", FP_ARM, FP_ARM}, {"exact", FP_EXACT, FP_EXACT},
    {NULL, 0, 0},
};
const Word ir_lane_words[] = {{"8", 0, 3}, {"16", 1, 3}, {"32", 2, 3}, {"64", 3, 3}, {NULL, 0, 0}};
const Word ir_fence_words[] = {
    {"rr", FENCE_RR, FENCE_RR}, {"rw", FENCE_RW, FENCE_RW}, {"wr", FENCE_WR, FENCE_WR}, {"ww", FENCE_WW, FENCE_WW},
    {NULL, 0, 0},
};

typedef struct Printer {
    const IrBlock *b;
    char *text;
    size_t n, capacity;
    int32_t pc;                   // of the instruction being printed
    uint16_t number[IR_MAX_OPS];  // of each value
} Printer;

__attribute__((format(printf, 2, 3))) static void put(Printer *p, const char *format, ...) {
    va_list va;
    for (;;) {
        va_start(va, format);
        int n = vsnprintf(p->text + p->n, p->capacity - p->n, format, va);
        va_end(va);
        if ((size_t)n < p->capacity - p->n) {
            p->n += (size_t)n;
            return;
        }
        p->capacity = 2 * p->capacity + (size_t)n;
        char *grown = realloc(p->text, p->capacity);
        if (!grown)
            abort();
        p->text = grown;
    }
}

static uint64_t vaddr(const Printer *p, int64_t offset) { return p->b->vpage + (uint64_t)offset; }

static void put_words(Printer *p, const Word *words, unsigned value, const char *before) {
    for (const Word *w = words; w->text; w++)
        if ((value & w->mask) == w->bits)
            put(p, "%s%s", before, w->text);
}

// A constant says its type where the reader could not know it.
static void put_const(Printer *p, const IrOp *op, IrType expected) {
    bool is_float = op->type >= T_F16 && op->type <= T_F64;
    bool large = op->imm > 0xfffff || op->imm < -0xfffff;
    if (is_float || large)
        put(p, "0x%" PRIx64, op->type == T_I32 ? (uint64_t)(uint32_t)op->imm : (uint64_t)op->imm);
    else
        put(p, "%" PRId64, op->imm);
    if (op->type != (expected == T_VOID ? T_I64 : expected))
        put(p, ":%s", ir_type_names[op->type]);
}

static void put_value(Printer *p, IrRef v, IrType expected) {
    if (v == IR_NONE)
        put(p, "_");
    else if (p->b->ops[v].op == OP_CONST)
        put_const(p, &p->b->ops[v], expected);
    else
        put(p, "%%%u", p->number[v]);
}

static void put_slot(Printer *p, uint64_t offset, IrType t) {
    const IrNames *names = p->b->names;
    const IrSlot *near = NULL; // the right place, of another type
    for (unsigned i = 0; i < names->nslots; i++)
        if (names->slots[i].offset == offset && (!near || names->slots[i].type == t))
            near = &names->slots[i];
    if (!near)
        put(p, "slot(0x%" PRIx64 ":%s)", offset, ir_type_names[t]);
    else if (near->type == t)
        put(p, "%s", near->name);
    else
        put(p, "%s:%s", near->name, ir_type_names[t]);
}

static void put_operands(Printer *p, const IrOp *op, unsigned from) {
    const IrRef operand[3] = {op->a, op->b, op->c};
    for (unsigned i = from; i < ir_op_info[op->op].operands; i++) {
        put(p, i == from && from == 0 ? " " : ", ");
        put_value(p, operand[i], ir_operand_type(op, i));
    }
}

static void put_pending(Printer *p, unsigned first, unsigned n) {
    put(p, "(");
    for (unsigned i = 0; i < n; i++) {
        const IrPending *pending = &p->b->pending[first + i];
        put(p, i ? ", " : "");
        put_slot(p, pending->slot, ir_result_type(&p->b->ops[pending->value]));
        put(p, " = ");
        put_value(p, pending->value, ir_result_type(&p->b->ops[pending->value]));
    }
    put(p, ")");
}

static void put_snap(Printer *p, unsigned index) {
    const IrSnap *s = &p->b->snaps[index];
    if (s->pc == p->pc && s->n == 0) {
        if (s->retired)
            put(p, " retired %u", s->retired);
        return;
    }
    put(p, " snap 0x%" PRIx64, vaddr(p, s->pc));
    put_pending(p, s->first, s->n);
    if (s->retired)
        put(p, " retired %u", s->retired);
}

static void put_memory(Printer *p, const IrOp *op) {
    put_words(p, ir_memop_words, op->memop, ".");
    put(p, " [");
    put_value(p, op->a, T_VOID);
    if (op->disp)
        put(p, "%+d", op->disp);
    put(p, "]");
    put_operands(p, op, 1);
    put_snap(p, op->snap);
}

static void put_call(Printer *p, const IrOp *op) {
    const IrRef operand[3] = {op->a, op->b, op->c};
    unsigned n = op->c != IR_NONE ? 3 : op->b != IR_NONE ? 2 : op->a != IR_NONE;
    put(p, " %s(", p->b->names->helpers[op->helper].name);
    for (unsigned i = 0; i < n; i++) {
        put(p, i ? ", " : "");
        put_value(p, operand[i], T_VOID);
    }
    put(p, ")");
    put_snap(p, op->hsnap);
}

static void put_exit(Printer *p, const IrOp *op) {
    put_operands(p, op, 0);
    if (op->op != OP_EXIT_REG)
        put(p, "%s0x%" PRIx64, op->op == OP_EXIT_IF ? ", " : " ", vaddr(p, op->target));
    if (op->op == OP_EXIT_IF && op->n) {
        put(p, " ");
        put_pending(p, op->first, op->n);
    }
    if (op->hint == EXIT_HINT_CALL)
        put(p, " call 0x%" PRIx64, vaddr(p, op->ret));
    if (op->hint == EXIT_HINT_RETURN)
        put(p, " return");
    if (op->op == OP_EXIT_REG && op->landing)
        put(p, " lands %u", op->landing);
}

static void put_label(Printer *p, unsigned at) {
    const IrOp *op = &p->b->ops[at];
    put(p, " %u(", op->label);
    for (unsigned i = 0; i < op->nargs; i++)
        put(p, "%s%%%u:%s", i ? ", " : "", p->number[at + 1 + i], ir_type_names[p->b->ops[at + 1 + i].type]);
    put(p, ")");
}

static void put_jump(Printer *p, const IrOp *op) {
    put_operands(p, op, 0);
    put(p, "%s%u(", op->op == OP_BRANCH ? ", " : " ", op->label);
    for (unsigned i = 0; i < op->nargs; i++) {
        put(p, i ? ", " : "");
        put_value(p, p->b->args[op->args + i], T_VOID);
    }
    put(p, ")");
}

static void put_const_op(Printer *p, const IrOp *op) {
    if (op->op == OP_PCREL)
        put(p, " 0x%" PRIx64, vaddr(p, op->imm));
    else if (op->op == OP_CLOCK)
        put(p, " %" PRId64, op->imm);
    else if (op->op == OP_FENCE)
        put_words(p, ir_fence_words, (unsigned)op->imm, " ");
}

static void put_result(Printer *p, unsigned at) {
    IrType t = ir_result_type(&p->b->ops[at]);
    char lhs[24];
    snprintf(lhs, sizeof lhs, "%%%u:%s", p->number[at], ir_type_names[t]);
    if (t == T_VOID)
        put(p, "             ");
    else
        put(p, "    %-6s = ", lhs);
}

static void put_slot_op(Printer *p, const IrOp *op) {
    put(p, " ");
    put_slot(p, (uint64_t)op->imm, op->type);
    if (op->op == OP_GET)
        return;
    put(p, ", ");
    put_value(p, op->a, op->type);
}

static void put_op(Printer *p, unsigned at) {
    const IrOp *op = &p->b->ops[at];
    put_result(p, at);
    put(p, "%s", ir_op_name[op->op]);
    switch (ir_op_info[op->op].kind) {
    case KIND_SLOT: put_slot_op(p, op); break;
    case KIND_CMP:
        put(p, ".%s", ir_type_names[op->type]);
        put_operands(p, op, 0);
        break;
    case KIND_FCMP:
    case KIND_FTOI:
        put(p, ".%s", ir_type_names[op->type]);
        // fallthrough
    case KIND_FP:
        put_words(p, ir_fpop_words, (unsigned)op->imm, ".");
        put_operands(p, op, 0);
        break;
    case KIND_VEC:
        put_words(p, ir_lane_words, VEC_LANE(op->imm), ".");
        put_operands(p, op, 0);
        if (VEC_N(op->imm))
            put(p, " #%u", VEC_N(op->imm));
        break;
    case KIND_VFP:
        put_words(p, ir_vfp_words, (unsigned)op->imm, ".");
        put_operands(p, op, 0);
        break;
    case KIND_MEM:   put_memory(p, op); break;
    case KIND_CALL:  put_call(p, op); break;
    case KIND_EXIT:
    case KIND_EXITR: put_exit(p, op); break;
    case KIND_LABEL: put_label(p, at); break;
    case KIND_JUMP:  put_jump(p, op); break;
    case KIND_CONST: put_const_op(p, op); break;
    default:         put_operands(p, op, 0);
    }
    put(p, "\n");
}

static bool is_printed(const IrOp *op) { return op->op != OP_NOP && op->op != OP_CONST && op->op != OP_PARAM; }

static void put_insn(Printer *p, const IrInsn *insn, IrComment *comment, void *opaque) {
    char note[128] = "";
    put(p, "  @%" PRIx64 "+%u", vaddr(p, insn->pc), insn->length);
    if (comment)
        comment(opaque, vaddr(p, insn->pc), note, sizeof note);
    put(p, "%s%s\n", note[0] ? "  ; " : "", note);
    p->pc = insn->pc;
}

char *ir_print_with(const IrBlock *b, IrComment *comment, void *opaque) {
    Printer *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->b = b;
    p->pc = b->pc;
    p->capacity = 4096;
    p->text = malloc(p->capacity);
    if (!p->text)
        abort();
    put(p, "block 0x%" PRIx64 " ctx 0x%" PRIx32 "%s\n", vaddr(p, b->pc), b->ctx, b->unlinked ? " unlinked" : "");
    unsigned values = 0, insn = 0;
    for (unsigned i = 0; i < b->nops; i++)
        if (b->ops[i].op == OP_PARAM || (is_printed(&b->ops[i]) && ir_result_type(&b->ops[i]) != T_VOID))
            p->number[i] = (uint16_t)++values;
    for (unsigned i = 0; i < b->nops; i++) {
        for (; insn < b->ninsns && b->insns[insn].first <= i; insn++)
            put_insn(p, &b->insns[insn], comment, opaque);
        if (is_printed(&b->ops[i]))
            put_op(p, i);
    }
    for (; insn < b->ninsns; insn++)
        put_insn(p, &b->insns[insn], comment, opaque);
    char *text = p->text;
    free(p);
    return text;
}

char *ir_print(const IrBlock *b) { return ir_print_with(b, NULL, NULL); }
