// SPDX-License-Identifier: MIT
// Reads the text form that print.c writes (docs/IR.md). Golden tests and people write such texts, so the
// input is hostile: every number is bounded, every name looked up, and the finished block must pass the
// verifier. Ops are taken as they stand, unfolded.
#include "tcg/ir/text.h"
#include "tcg/run/guest.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Parser {
    IrBlock *b;
    const char *at;
    unsigned line;
    char *error;
    size_t error_size;
    bool failed;
    uint16_t snap;           // of the current guest instruction
    IrRef value[IR_MAX_OPS]; // by the number a text gives it
} Parser;

__attribute__((format(printf, 2, 3))) static bool fail(Parser *p, const char *format, ...) {
    if (p->failed)
        return false;
    p->failed = true;
    int n = snprintf(p->error, p->error_size, "line %u: ", p->line);
    va_list va;
    va_start(va, format);
    if (n >= 0 && (size_t)n < p->error_size)
        vsnprintf(p->error + n, p->error_size - (size_t)n, format, va);
    va_end(va);
    return false;
}

// ---- characters and words; a line ends at \n, or at ; which starts a comment

static void skip_spaces(Parser *p) {
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static bool at_end(Parser *p) {
    skip_spaces(p);
    return *p->at == '\0' || *p->at == '\n' || *p->at == ';';
}

static bool take(Parser *p, char c) {
    skip_spaces(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

static bool expect(Parser *p, char c) { return take(p, c) || fail(p, "expected '%c'", c); }

// A name: letters, digits, underscores.
static bool take_name(Parser *p, char *name, size_t size) {
    skip_spaces(p);
    size_t n = 0;
    while (isalnum((unsigned char)p->at[n]) || p->at[n] == '_')
        n++;
    if (n == 0 || n >= size)
        return false;
    memcpy(name, p->at, n);
    name[n] = '\0';
    p->at += n;
    return true;
}

static bool take_word(Parser *p, const char *word) {
    const char *start = p->at;
    char name[32];
    if (take_name(p, name, sizeof name) && !strcmp(name, word))
        return true;
    p->at = start;
    return false;
}

static uint64_t parse_number(Parser *p, int base) {
    skip_spaces(p);
    bool minus = take(p, '-');
    char *end;
    if (!isxdigit((unsigned char)*p->at))
        return fail(p, "expected a number");
    errno = 0;
    uint64_t v = strtoull(p->at, &end, base);
    if (end == p->at || errno == ERANGE)
        return fail(p, "bad number");
    p->at = end;
    return minus ? 0 - v : v;
}

static IrType parse_type(Parser *p) {
    char name[8] = "?";
    if (take_name(p, name, sizeof name))
        for (unsigned t = T_I1; t <= T_V128; t++)
            if (!strcmp(name, ir_type_names[t]))
                return (IrType)t;
    fail(p, "no such type: %s", name);
    return T_I64;
}

// ".word" suffixes, each setting bits of `value`.
static unsigned parse_suffixes(Parser *p, const Word *words) {
    unsigned value = 0;
    char name[16];
    while (*p->at == '.') {
        p->at++;
        if (!take_name(p, name, sizeof name))
            return fail(p, "expected a suffix");
        const Word *w = words;
        while (w->text && strcmp(w->text, name))
            w++;
        if (!w->text)
            return fail(p, "no such suffix: %s", name);
        value = (value & ~w->mask) | w->bits;
    }
    return value;
}

// ---- ops and values

static IrRef emit(Parser *p, IrOp op) {
    if (p->b->nops == IR_MAX_OPS - 1) {
        fail(p, "more than %d ops", IR_MAX_OPS - 1);
        return 0;
    }
    p->b->ops[p->b->nops] = op;
    return (IrRef)p->b->nops++;
}

static IrOp new_op(IrOpcode op, IrType t) {
    return (IrOp){.op = op, .type = t, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE};
}

static IrRef parse_const(Parser *p, IrType expected) {
    IrOp op = new_op(OP_CONST, expected == T_VOID ? T_I64 : expected);
    int64_t v = (int64_t)parse_number(p, 0);
    if (take(p, ':'))
        op.type = parse_type(p);
    bool fits = op.type == T_I1    ? v >> 1 == 0
                : op.type == T_I32 ? v >= INT32_MIN && v <= UINT32_MAX
                : op.type == T_F32 ? v >> 32 == 0
                : op.type == T_F16 ? v >> 16 == 0 : true;
    if (!fits)
        fail(p, "constant does not fit its type");
    op.imm = op.type == T_I32 ? (int32_t)v : v;
    return emit(p, op);
}

static IrRef *value_number(Parser *p) {
    uint64_t n = parse_number(p, 10);
    if (n >= IR_MAX_OPS) {
        fail(p, "value numbers go up to %d", IR_MAX_OPS - 1);
        n = 0;
    }
    return &p->value[n];
}

static IrRef parse_value(Parser *p, IrType expected) {
    if (!take(p, '%'))
        return parse_const(p, expected);
    IrRef v = *value_number(p);
    if (v == IR_NONE && !p->failed)
        fail(p, "value is not made before");
    return p->failed ? 0 : v;
}

// Operands from number `from` on, separated by commas.
static void parse_operands(Parser *p, IrOp *op, unsigned from) {
    IrRef *operand[3] = {&op->a, &op->b, &op->c};
    for (unsigned i = from; i < ir_op_info[op->op].operands && !p->failed; i++) {
        if (i)
            expect(p, ',');
        *operand[i] = parse_value(p, ir_operand_type(op, i));
    }
}

// name, name:type or slot(offset:type)
static uint16_t parse_slot(Parser *p, IrType *t) {
    char name[32] = "";
    if (!take_name(p, name, sizeof name))
        return fail(p, "expected a slot");
    if (!strcmp(name, "slot") && take(p, '(')) {
        uint64_t offset = parse_number(p, 0);
        expect(p, ':');
        *t = parse_type(p);
        expect(p, ')');
        return offset <= UINT16_MAX ? (uint16_t)offset : fail(p, "slot offset too large");
    }
    const IrNames *names = p->b->names;
    for (unsigned i = 0; i < names->nslots; i++)
        if (!strcmp(names->slots[i].name, name)) {
            *t = take(p, ':') ? parse_type(p) : (IrType)names->slots[i].type;
            return names->slots[i].offset;
        }
    return fail(p, "no such slot: %s", name);
}

static int64_t parse_offset(Parser *p, int64_t min, int64_t max) {
    int64_t offset = (int64_t)(parse_number(p, 0) - p->b->vpage);
    if (offset < min || offset > max)
        fail(p, "address too far from the block");
    return p->failed ? 0 : offset;
}

// "(slot = value, ...)": how many.
static unsigned parse_pending(Parser *p) {
    IrBlock *b = p->b;
    unsigned n = 0;
    expect(p, '(');
    while (!p->failed && !take(p, ')')) {
        if (n++)
            expect(p, ',');
        IrType t = T_I64;
        IrPending pending = {.slot = parse_slot(p, &t)};
        expect(p, '=');
        pending.value = parse_value(p, t);
        if (b->npending == IR_MAX_OPS) {
            return fail(p, "too many pending slots");
        }
        b->pending[b->npending++] = pending;
    }
    return n;
}

// ["snap" pc "(" pending ")"] ["retired" N], or the current instruction's snapshot.
static uint16_t parse_snap(Parser *p) {
    IrBlock *b = p->b;
    bool own = take_word(p, "snap");
    if (!own && !b->ninsns)
        return fail(p, "no guest instruction yet");
    IrSnap s = {own ? (int32_t)parse_offset(p, INT32_MIN, INT32_MAX) : b->snaps[p->snap].pc, (uint16_t)b->npending, 0, 0};
    if (own)
        s.n = (uint16_t)parse_pending(p);
    if (take_word(p, "retired")) {
        uint64_t n = parse_number(p, 10);
        s.retired = n <= UINT16_MAX ? (uint16_t)n : fail(p, "a block retires no more than %d", UINT16_MAX);
        own = true;
    }
    if (!own)
        return p->snap;
    if (b->nsnaps == IR_MAX_OPS)
        return fail(p, "too many snapshots");
    b->snaps[b->nsnaps++] = s;
    return (uint16_t)(b->nsnaps - 1);
}

// ---- one kind of op each, behind its name

static void parse_memory(Parser *p, IrOp *op) {
    op->memop = (uint16_t)parse_suffixes(p, ir_memop_words);
    expect(p, '[');
    op->a = parse_value(p, T_VOID);
    skip_spaces(p);
    if (*p->at == '+' || *p->at == '-') {
        p->at += *p->at == '+';
        int64_t disp = (int64_t)parse_number(p, 0);
        if (disp != (int32_t)disp)
            fail(p, "displacement too large");
        op->disp = (int32_t)disp;
    }
    expect(p, ']');
    parse_operands(p, op, 1);
    if (op->op == OP_STORE && !p->failed)
        op->type = (uint8_t)ir_result_type(&p->b->ops[op->b]);
    op->snap = parse_snap(p);
}

static void parse_call(Parser *p, IrOp *op) {
    IrRef *operand[3] = {&op->a, &op->b, &op->c};
    char name[64] = "?";
    take_name(p, name, sizeof name);
    const IrNames *names = p->b->names;
    while (op->helper < names->nhelpers && strcmp(names->helpers[op->helper].name, name))
        op->helper++;
    if (op->helper == names->nhelpers)
        fail(p, "no such helper: %s", name);
    expect(p, '(');
    for (unsigned i = 0; i < 3 && !p->failed && !take(p, ')'); i++) {
        if (i)
            expect(p, ',');
        if (!take_word(p, "_"))
            *operand[i] = parse_value(p, T_VOID);
        if (i == 2)
            expect(p, ')');
    }
    op->hsnap = parse_snap(p);
}

static void parse_exit(Parser *p, IrOp *op) {
    parse_operands(p, op, 0);
    if (op->op == OP_EXIT_IF)
        expect(p, ',');
    if (op->op != OP_EXIT_REG)
        op->target = (int32_t)parse_offset(p, INT32_MIN, INT32_MAX);
    skip_spaces(p);
    if (op->op == OP_EXIT_IF && *p->at == '(') {
        op->first = (uint16_t)p->b->npending;
        unsigned n = parse_pending(p);
        op->n = n <= UINT8_MAX ? (uint8_t)n : (uint8_t)fail(p, "too many pending slots");
    } else if (take_word(p, "call")) {
        op->hint = EXIT_HINT_CALL;
        op->ret = (int16_t)parse_offset(p, INT16_MIN, INT16_MAX);
    } else if (take_word(p, "return")) {
        op->hint = EXIT_HINT_RETURN;
    }
    if (op->op == OP_EXIT_REG && take_word(p, "lands"))
        op->landing = (uint8_t)parse_number(p, 10);
}

static uint16_t parse_label_number(Parser *p) {
    uint64_t n = parse_number(p, 10);
    if (n >= IR_MAX_LABELS)
        return fail(p, "labels go up to %d", IR_MAX_LABELS - 1);
    if (n >= p->b->nlabels)
        p->b->nlabels = (unsigned)n + 1;
    return (uint16_t)n;
}

static void parse_jump(Parser *p, IrOp *op) {
    IrBlock *b = p->b;
    parse_operands(p, op, 0);
    if (op->op == OP_BRANCH)
        expect(p, ',');
    op->label = parse_label_number(p);
    op->args = (uint16_t)b->nargs;
    expect(p, '(');
    while (!p->failed && !take(p, ')')) {
        if (op->nargs)
            expect(p, ',');
        IrRef v = parse_value(p, T_VOID);
        if (b->nargs == IR_MAX_ARGS) {
            fail(p, "too many arguments");
            return;
        }
        b->args[b->nargs++] = v;
        op->nargs++;
    }
}

// The LABEL is made first, then its parameters, so this one emits by itself.
static void parse_label(Parser *p, IrOp op) {
    op.label = parse_label_number(p);
    IrRef label = emit(p, op);
    expect(p, '(');
    for (unsigned n = 0; !p->failed && !take(p, ')'); n++) {
        if (n)
            expect(p, ',');
        expect(p, '%');
        IrRef *number = value_number(p);
        expect(p, ':');
        IrOp param = new_op(OP_PARAM, parse_type(p));
        param.imm = n;
        *number = emit(p, param);
        p->b->ops[label].nargs = (uint16_t)(n + 1);
    }
}

static void parse_const_op(Parser *p, IrOp *op) {
    char name[8];
    if (op->op == OP_PCREL)
        op->imm = (int64_t)(parse_number(p, 0) - p->b->vpage);
    if (op->op == OP_CLOCK)
        op->imm = (int64_t)parse_number(p, 0);
    while (op->op == OP_FENCE && !at_end(p) && !p->failed) {
        const Word *w = ir_fence_words;
        if (!take_name(p, name, sizeof name))
            name[0] = '\0';
        while (w->text && strcmp(w->text, name))
            w++;
        op->imm |= w->bits;
        if (!w->text)
            fail(p, "a fence orders rr, rw, wr or ww");
    }
}

static void parse_typed_suffix(Parser *p, IrOp *op) {
    if (*p->at != '.') {
        fail(p, "expected the operands' type");
        return;
    }
    p->at++;
    op->type = parse_type(p);
}

static void parse_members(Parser *p, IrOp *op) {
    IrType t = op->type;
    switch (ir_op_info[op->op].kind) {
    case KIND_SLOT:
        op->imm = parse_slot(p, &t);
        if (op->op != OP_GET)
            op->type = (uint8_t)t;
        if (op->type != t)
            fail(p, "the slot is of another type");
        if (op->op != OP_GET) {
            expect(p, ',');
            op->a = parse_value(p, t);
        }
        break;
    case KIND_CMP:
        parse_typed_suffix(p, op);
        parse_operands(p, op, 0);
        break;
    case KIND_FCMP:
    case KIND_FTOI:
        parse_typed_suffix(p, op);
        // fallthrough
    case KIND_FP:
        op->imm = parse_suffixes(p, ir_fpop_words);
        parse_operands(p, op, 0);
        break;
    case KIND_VEC:
        op->imm = parse_suffixes(p, ir_lane_words);
        parse_operands(p, op, 0);
        if (take(p, '#'))
            op->imm |= (int64_t)(parse_number(p, 10) & 0xff) << 8;
        break;
    case KIND_VFP:
        op->imm = parse_suffixes(p, ir_vfp_words);
        parse_operands(p, op, 0);
        break;
    case KIND_MEM:   parse_memory(p, op); break;
    case KIND_CALL:  parse_call(p, op); break;
    case KIND_EXIT:
    case KIND_EXITR: parse_exit(p, op); break;
    case KIND_JUMP:  parse_jump(p, op); break;
    case KIND_CONST: parse_const_op(p, op); break;
    default:
        parse_operands(p, op, 0);
        if (op->op == OP_BOX && !p->failed)
            op->imm = ir_result_type(&p->b->ops[op->a]);
    }
}

static int find_op(const char *name) {
    for (int i = 0; i < OP_COUNT; i++)
        if (!strcmp(ir_op_name[i], name) && i != OP_NOP && i != OP_CONST && i != OP_PARAM)
            return i;
    return -1;
}

// [%N:type =] name operands
static void parse_op(Parser *p) {
    IrRef *number = NULL;
    IrType t = T_VOID;
    char name[24] = "?";
    if (take(p, '%')) {
        number = value_number(p);
        expect(p, ':');
        t = parse_type(p);
        expect(p, '=');
    }
    take_name(p, name, sizeof name);
    int code = find_op(name);
    if (p->failed || code < 0) {
        fail(p, "no such op: %s", name);
        return;
    }
    IrOp op = new_op((IrOpcode)code, t);
    if (code == OP_LABEL) {
        if (number)
            fail(p, "makes no value");
        parse_label(p, op);
        return;
    }
    parse_members(p, &op);
    if (ir_result_type(&op) != t)
        fail(p, t == T_VOID ? "the value it makes has no number" : "makes no value of that type");
    IrRef r = emit(p, op);
    if (number && !p->failed)
        *number = r;
}

// ---- lines

// @vaddr+length
static void parse_insn(Parser *p) {
    IrBlock *b = p->b;
    uint64_t vaddr = parse_number(p, 16);
    int64_t pc = (int64_t)(vaddr - b->vpage);
    expect(p, '+');
    uint64_t length = parse_number(p, 10);
    if (pc != (int32_t)pc || length > UINT8_MAX)
        fail(p, "address too far from the block, or bad length");
    if (b->ninsns == IR_MAX_INSNS || b->nsnaps == IR_MAX_OPS)
        fail(p, "more than %d guest instructions", IR_MAX_INSNS);
    if (p->failed)
        return;
    p->snap = (uint16_t)b->nsnaps;
    b->snaps[b->nsnaps++] = (IrSnap){(int32_t)pc, 0, 0, 0};
    b->insns[b->ninsns++] = (IrInsn){(int32_t)pc, (uint16_t)b->nops, (uint8_t)length};
    b->bytes = (uint32_t)(pc - b->pc) + (uint32_t)length;
}

// block vaddr ctx word [unlinked]
static void parse_header(Parser *p) {
    if (!take_word(p, "block")) {
        fail(p, "expected a block");
        return;
    }
    uint64_t vaddr = parse_number(p, 0);
    p->b->vpage = vaddr & ~0xfffULL;
    p->b->pc = (int32_t)(vaddr & 0xfff);
    if (!take_word(p, "ctx"))
        fail(p, "expected the context word");
    uint64_t ctx = parse_number(p, 0);
    if (ctx > UINT32_MAX)
        fail(p, "the context word has 32 bits");
    p->b->ctx = (uint32_t)ctx;
    p->b->unlinked = take_word(p, "unlinked");
}

static void next_line(Parser *p) {
    if (!at_end(p))
        fail(p, "unexpected: %.20s", p->at);
    p->at += strcspn(p->at, "\n");
    if (*p->at == '\n') {
        p->at++;
        p->line++;
    }
}

bool ir_parse(IrBlock *out, const IrNames *names, const char *text, char *error, size_t error_size) {
    Parser p = {.b = out, .at = text, .line = 1, .error = error, .error_size = error_size};
    memset(p.value, 0xff, sizeof p.value);
    out->names = names;
    out->bytes = 0;
    out->nops = out->nsnaps = out->npending = out->ninsns = out->nargs = out->nlabels = 0;
    bool header = false;
    while (*p.at && !p.failed) {
        if (at_end(&p))
            ;
        else if (!header)
            header = (parse_header(&p), true);
        else if (take(&p, '@'))
            parse_insn(&p);
        else
            parse_op(&p);
        if (!p.failed)
            next_line(&p);
    }
    if (!p.failed && !header)
        fail(&p, "no block");
    const char *fault = p.failed ? NULL : ir_verify(out);
    if (fault)
        fail(&p, "%s", fault);
    if (!p.failed)
        ir_count_uses(out);
    return !p.failed;
}
