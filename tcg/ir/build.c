// SPDX-License-Identifier: MIT
// Builds IR one op at a time, in the order of execution. Translators call it through their guest's
// vocabulary.
//
// Everything is O(1) an op, nothing is allocated and nothing large is cleared: tier 1 has 50 ns for a guest
// instruction, all told. Folding (fold.c) happens before an op is made. GETs are answered from `known`: for
// each slot, the value last SET or GOT. Invariant: at any point, a live entry of `known` is what a GET built
// there would read. Helpers that write state and LABELs (which may be reached from elsewhere) forget
// everything; memory ops do not, since an access that leaves never comes back. What turned out useless is
// dropped by ir_finish (finish.c).
#include "tcg/ir/fold.h"
#include "tcg/run/guest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Room kept for one guest instruction; a translator that makes more ops than this for one has a bug.
#define INSN_OPS 512

static void forget_all(IrBuild *k) {
    if (++k->epoch == 0) {
        memset(k->known, 0, sizeof k->known);
        k->epoch = 1;
    }
}

void ir_begin(IrBuild *k, IrBlock *b, const IrNames *names, uint64_t vpage, int32_t pc, uint32_t ctx) {
    b->vpage = vpage;
    b->pc = pc;
    b->ctx = ctx;
    b->bytes = 0;
    b->unlinked = b->region = false;
    b->names = names;
    b->nops = b->nsnaps = b->npending = b->ninsns = b->nargs = b->nlabels = 0;
    memset(b->again, 0, sizeof b->again);
    k->b = b;
    k->snap = 0;
    k->counter = k->meter = IR_NO_SLOT;
    k->retired = 0;
    k->counts = false;
    k->ended = k->full = false;
    k->first_flow = IR_MAX_OPS;
    k->last_label = 0;
    k->nheads = 0;
    forget_all(k);
}

// The region's block that begins at pc, or -1.
static int head_at(const IrBuild *k, int64_t pc) {
    for (unsigned i = 0; i < k->nheads; i++)
        if (k->head[i] == pc)
            return (int)i;
    return -1;
}

static bool ends_before(const IrBuild *k, int32_t pc) { return pc >= k->stop || head_at(k, pc) >= 0; }

void ir_insn(IrBuild *k, int32_t pc, unsigned length) {
    IrBlock *b = k->b;
    unsigned nops = b->nops, ninsns = b->ninsns, nsnaps = b->nsnaps;
    k->retired += k->counts;
    k->next = pc + (int32_t)length;
    k->counts = k->counter != IR_NO_SLOT || k->meter != IR_NO_SLOT;
    k->snap = (uint16_t)nsnaps;
    b->snaps[nsnaps] = (IrSnap){pc, 0, 0, k->retired};
    b->nsnaps = nsnaps + 1;
    b->insns[ninsns] = (IrInsn){pc, (uint16_t)nops, (uint8_t)length};
    b->ninsns = ++ninsns;
    bool full = (nops > IR_MAX_OPS - 2 * INSN_OPS) | (ninsns == IR_MAX_INSNS) | (b->nargs > IR_MAX_ARGS / 2) | (b->nlabels > IR_MAX_LABELS / 2);
    if (__builtin_expect(full | (k->nheads != 0), 0))
        k->full |= full || ends_before(k, k->next);
}

__attribute__((noinline, cold, noreturn)) static void too_many_ops(const IrBlock *b) {
    fprintf(stderr, "ir: one guest instruction made more than %d ops (block at %#llx)\n", INSN_OPS,
            (unsigned long long)(b->vpage + (uint64_t)b->pc));
    abort();
}

IrRef ir_emit(IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b, IrRef c, int64_t imm) {
    IrBlock *blk = k->b;
    unsigned n = blk->nops;
    if (__builtin_expect(n >= IR_MAX_OPS - 1, 0))
        too_many_ops(blk);
    blk->nops = n + 1;
    blk->use[n] = (IrUse){0};
    IrOp *o = &blk->ops[n];
    o->op = (uint8_t)op;
    o->type = (uint8_t)t;
    o->a = a;
    o->b = b;
    o->c = c;
    o->imm = imm;
    return (IrRef)n;
}

static IrOp *op_at(IrBuild *k, IrRef r) { return &k->b->ops[r]; }

// ---- constants

static int64_t normalise(IrType t, int64_t v) {
    switch (t) {
    case T_I1:  return v & 1;
    case T_I32: return (int32_t)v;
    case T_F16: return (uint16_t)v;
    case T_F32: return (uint32_t)v;
    default:    return v;
    }
}

IrRef ir_const(IrBuild *k, IrType t, int64_t v) {
    if (t != T_I64)
        v = normalise(t, v);
    unsigned hash = ((uint64_t)v ^ (uint64_t)v >> 7 ^ t << 3) % (sizeof k->consts / sizeof *k->consts);
    IrRef r = k->consts[hash];
    bool reachable = r < k->b->nops && (r < k->first_flow || r > k->last_label);
    if (reachable && op_at(k, r)->op == OP_CONST && op_at(k, r)->type == t && op_at(k, r)->imm == v)
        return r;
    return k->consts[hash] = ir_emit(k, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, v);
}

IrRef ir_pcrel(IrBuild *k, IrType t, int64_t offset) {
    return ir_emit(k, OP_PCREL, t, IR_NONE, IR_NONE, IR_NONE, offset);
}

IrRef ir_clock(IrBuild *k, int64_t tick_ns) {
    return ir_emit(k, OP_CLOCK, T_I64, IR_NONE, IR_NONE, IR_NONE, tick_ns);
}

// ---- slots

static bool is_live(const IrBuild *k, unsigned g) { return k->known[g].epoch == k->epoch; }
static unsigned granules_of(unsigned type) { return (ir_type_size((IrType)type) + 3) / 4; }

// Forgets the entry that granule g belongs to, whole.
static void forget_at(IrBuild *k, unsigned g) {
    if (!is_live(k, g))
        return;
    unsigned head = g - (k->known[g].back & ~KNOWN_WIDE);
    for (unsigned i = head, end = head + granules_of(k->known[head].type); i < end; i++)
        k->known[i].epoch = 0;
}

static void set_again(IrBuild *k, unsigned slot) { k->b->again[slot / 512] |= 1ull << (slot / 8 % 64); }

// From here on the slot holds v, whatever was known of its place.
__attribute__((noinline)) static void remember_anew(IrBuild *k, IrType t, unsigned slot, IrRef v, uint8_t head) {
    unsigned size = ir_type_size(t), g = slot / 4, last = (slot + size - 1) / 4;
    bool beyond = slot + size > IR_FORWARD_BYTES;
    for (unsigned i = g; i <= last && i < IR_FORWARD_BYTES / 4; i++)
        forget_at(k, i);
    if (slot % 4 || size < 4 || beyond)
        return;
    set_again(k, slot);
    for (unsigned i = g; i <= last; i++)
        k->known[i] = (IrKnown){v, (uint8_t)t, i == g ? head : (uint8_t)(i - g), k->epoch};
}

// From here on the slot holds v; head: 0, or KNOWN_WIDE if v is not of the slot's type. Nearly always the
// slot was known before, or nothing there was.
static inline void remember(IrBuild *k, IrType t, unsigned slot, IrRef v, uint8_t head) {
    unsigned g = slot / 4;
    if (slot % 4 || slot >= IR_FORWARD_BYTES) {
        remember_anew(k, t, slot, v, head);
        return;
    }
    IrKnown *known = &k->known[g];
    bool live = known->epoch == k->epoch;
    if (live && known->type == t && !(known->back & ~KNOWN_WIDE)) {
        const IrOp *was = op_at(k, known->value);
        if (was->op != OP_GET || was->imm != (int64_t)slot)
            set_again(k, slot);
        known->value = v;
        known->back = head;
    } else if (!live && slot % 8 == 0 && t == T_I64 && known[1].epoch != k->epoch) {
        known[0] = (IrKnown){v, T_I64, head, k->epoch};
        known[1] = (IrKnown){v, T_I64, 1, k->epoch};
    } else {
        remember_anew(k, t, slot, v, head);
    }
}

static bool is_float(IrType t) { return t == T_F16 || t == T_F32 || t == T_F64; }
static bool is_integer(IrType t) { return t == T_I1 || t == T_I32 || t == T_I64; }

// The value of type t that a slot is known to hold in another form, or IR_NONE.
static IrRef forward(IrBuild *k, IrType t, unsigned slot) {
    unsigned g = slot / 4;
    if (slot % 4 || slot + ir_type_size(t) > IR_FORWARD_BYTES || !is_live(k, g) || (k->known[g].back & ~KNOWN_WIDE))
        return IR_NONE;
    IrKnown *known = &k->known[g];
    IrType have = ir_result_type(op_at(k, known->value));
    if (is_integer(known->type) && is_integer(have) && t == T_I32) // low half, or a wide value SET as i32
        return ir_un(k, OP_ZEXT32, T_I32, known->value);
    if (known->type == T_F64 && is_float(have) && have != T_F64) { // boxed there
        if (t == have || t == T_F64 || t == T_I64)
            return t == have ? known->value : ir_un(k, OP_BOX, t, known->value);
        if (t == T_I32 && have == T_F32)
            return ir_un(k, OP_BITCAST, T_I32, known->value);
    }
    if (known->type == T_V128 && is_float(have)) { // zeros above
        if (t == have || t == T_V128)
            return t == have ? known->value : ir_un(k, OP_VZEXT, t, known->value);
        return ir_type_size(t) == ir_type_size(have) ? ir_un(k, OP_BITCAST, t, known->value) : IR_NONE;
    }
    if (known->type == T_V128)
        return IR_NONE;
    if (have == known->type && is_float(have) != is_float(t) && ir_type_size(have) == ir_type_size(t))
        return ir_un(k, OP_BITCAST, t, known->value);
    return IR_NONE;
}

__attribute__((noinline)) static IrRef get_anew(IrBuild *k, IrType t, unsigned slot) {
    IrRef v = forward(k, t, slot);
    if (v != IR_NONE)
        return v;
    v = ir_emit(k, OP_GET, t, IR_NONE, IR_NONE, IR_NONE, slot);
    if (slot % 4 == 0 && slot < IR_FORWARD_BYTES && !is_live(k, slot / 4)) // what is known of a wider slot stays
        remember(k, t, slot, v, 0);
    return v;
}

IrRef ir_get(IrBuild *k, IrType t, uint16_t slot) {
    unsigned g = slot / 4;
    if (slot % 4 == 0 && slot < IR_FORWARD_BYTES) {
        uint64_t known, like = (uint64_t)k->epoch << 32 | (uint64_t)t << 16; // an IrKnown of this type, epoch and back 0: value aside
        memcpy(&known, &k->known[g], sizeof known);
        if ((known ^ like) <= UINT16_MAX)
            return (IrRef)known;
    }
    return get_anew(k, t, slot);
}

_Static_assert(sizeof(IrKnown) == 8 && offsetof(IrKnown, type) == 2 && offsetof(IrKnown, back) == 3 && offsetof(IrKnown, epoch) == 4,
               "ir_get compares it whole");

void ir_set(IrBuild *k, IrType t, uint16_t slot, IrRef v) {
    ir_emit(k, OP_SET, t, v, IR_NONE, IR_NONE, slot);
    IrOp *made = op_at(k, v);
    if (ir_op_info[made->op].kind == KIND_VALUE && made->op != OP_BOX)
        made->imm = 1;
    remember(k, t, slot, v, ir_result_type(made) == t ? 0 : KNOWN_WIDE);
}

bool ir_in_slot(const IrBuild *k, IrRef v) {
    const IrOp *op = &k->b->ops[v];
    if (op->op != OP_GET || op->imm + 8 > IR_FORWARD_BYTES || op->imm % 4)
        return false;
    unsigned g = (unsigned)op->imm / 4;
    return is_live(k, g) && k->known[g].value == v;
}

// ---- values

IrRef ir_un(IrBuild *k, IrOpcode op, IrType t, IrRef a) {
    IrRef r = fold_unary(k, op, t, &a);
    if (r != IR_NONE)
        return r;
    return ir_emit(k, op, t, a, IR_NONE, IR_NONE, op == OP_BOX ? ir_result_type(op_at(k, a)) : 0);
}

IrRef ir_bin(IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b) {
    bool compares = ir_op_info[op].kind == KIND_CMP;
    IrRef r = compares ? fold_compare(k, &op, t, &a, &b) : fold_binary(k, op, t, &a, &b);
    return r != IR_NONE ? r : ir_emit(k, op, t, a, b, IR_NONE, 0);
}

IrRef ir_select(IrBuild *k, IrType t, IrRef cond, IrRef a, IrRef b) {
    IrRef r = fold_select(k, t, cond, a, b);
    return r != IR_NONE ? r : ir_emit(k, OP_SELECT, t, a, b, cond, 0);
}

IrRef ir_fp(IrBuild *k, IrOpcode op, IrType t, unsigned fpop, IrRef a, IrRef b, IrRef c) {
    return ir_emit(k, op, t, a, b, c, fpop);
}

IrRef ir_pair(IrBuild *k, IrRef low, IrRef high) { return ir_emit(k, OP_PAIR, T_I128, low, high, IR_NONE, 0); }

IrRef ir_vec(IrBuild *k, IrOpcode op, unsigned imm, IrRef a, IrRef b, IrRef c) {
    return ir_emit(k, op, T_V128, a, b, c, imm);
}

// ---- memory

static IrRef emit_memory(IrBuild *k, IrOpcode op, IrType t, unsigned memop, IrRef base, int32_t disp,
                         IrRef b, IrRef c) {
    fold_address(k, &base, &disp);
    IrRef r = ir_emit(k, op, t, base, b, c, 0);
    IrOp *o = op_at(k, r);
    o->disp = disp;
    o->memop = (uint16_t)memop;
    o->snap = k->snap;
    return r;
}

IrRef ir_load(IrBuild *k, IrType t, unsigned memop, IrRef base, int32_t disp) {
    return emit_memory(k, OP_LOAD, t, memop, base, disp, IR_NONE, IR_NONE);
}

void ir_store(IrBuild *k, IrType t, unsigned memop, IrRef base, int32_t disp, IrRef v) {
    (void)t; // the value's own; the MemOp says how much of it is stored
    emit_memory(k, OP_STORE, ir_result_type(op_at(k, v)), memop, base, disp, v, IR_NONE);
}

IrRef ir_amo(IrBuild *k, IrOpcode op, IrType t, unsigned memop, IrRef base, IrRef b, IrRef c) {
    return emit_memory(k, op, t, memop, base, 0, b, op == OP_CAS ? c : IR_NONE);
}

void ir_fence(IrBuild *k, unsigned kinds) {
    if (kinds)
        ir_emit(k, OP_FENCE, T_VOID, IR_NONE, IR_NONE, IR_NONE, kinds);
}

IrRef ir_call(IrBuild *k, IrType t, unsigned helper, IrRef a, IrRef b, IrRef c) {
    IrRef r = ir_emit(k, OP_CALL, t, a, b, c, 0);
    op_at(k, r)->helper = (uint16_t)helper;
    op_at(k, r)->hsnap = k->snap;
    if (k->b->names->helpers[helper].effects & HELPER_WRITES)
        forget_all(k);
    return t == T_VOID ? IR_NONE : r;
}

void ir_trap_if(IrBuild *k, IrRef cond, unsigned helper, IrRef arg) {
    if (fold_condition(k, cond) == 0)
        return;
    IrRef r = ir_emit(k, OP_TRAP_IF, T_VOID, cond, arg, IR_NONE, 0);
    op_at(k, r)->helper = (uint16_t)helper;
    op_at(k, r)->hsnap = k->snap;
}

// ---- counting

void ir_tally(IrBuild *k, uint16_t slot, IrRef n) {
    ir_emit(k, OP_TALLY, T_I64, n, IR_NONE, IR_NONE, slot);
    for (unsigned i = slot / 4; i <= (slot + 7u) / 4 && i < IR_FORWARD_BYTES / 4; i++)
        forget_at(k, i);
}

static void count(IrBuild *k, unsigned n) {
    if (n && k->counter != IR_NO_SLOT)
        ir_tally(k, k->counter, ir_const(k, T_I64, n));
    if (n && k->meter != IR_NO_SLOT)
        ir_tally(k, k->meter, ir_const(k, T_I64, n));
}

void ir_count_in(IrBuild *k, uint16_t slot) { k->counter = slot; }
void ir_meter_in(IrBuild *k, uint16_t slot) { k->meter = slot; }
void ir_count_not(IrBuild *k) { k->counts = false; }

void ir_count_now(IrBuild *k) {
    IrBlock *b = k->b;
    if (!k->retired)
        return;
    count(k, k->retired);
    k->retired = 0;
    b->snaps[b->nsnaps] = (IrSnap){b->snaps[k->snap].pc, 0, 0, 0};
    k->snap = (uint16_t)b->nsnaps++;
}

// ---- leaving. What retired is counted on the way out: before an END, on its path alone, since a LABEL may follow.

static void end_here(IrBuild *k) {
    if (!k->ended)
        k->end = k->b->nops;
    k->ended = true;
}

static IrOp *emit_exit(IrBuild *k, IrOpcode op, IrRef a, int64_t target) {
    count(k, k->retired + k->counts);
    IrOp *o = op_at(k, ir_emit(k, op, T_VOID, a, IR_NONE, IR_NONE, 0));
    o->target = (int32_t)target;
    if (ir_op_info[op].effects & FX_END)
        end_here(k);
    return o;
}

void ir_exit(IrBuild *k, int64_t target) {
    int head = head_at(k, target);
    if (head < 0) {
        emit_exit(k, OP_EXIT, IR_NONE, target);
        return;
    }
    count(k, k->retired + k->counts);
    ir_jump(k, k->head_label[head], NULL, 0);
}

// A block that loops to its own start ends there: so the loop is a local block that nothing made in it outlives.
static void end_loop(IrBuild *k) {
    k->full = true;
    if (k->next >= k->stop || head_at(k, k->next) >= 0 || k->nheads == IR_MAX_HEADS)
        return;
    k->head[k->nheads] = k->next;
    k->head_label[k->nheads++] = (uint8_t)ir_label_new(k);
}

void ir_exit_sync(IrBuild *k, int64_t target) { emit_exit(k, OP_EXIT_SYNC, IR_NONE, target); }

void ir_exit_call(IrBuild *k, int64_t target, int64_t ret) {
    IrOp *o = emit_exit(k, OP_EXIT, IR_NONE, target);
    o->hint = EXIT_HINT_CALL;
    o->ret = (int16_t)ret;
}

void ir_exit_if(IrBuild *k, IrRef cond, int64_t target) {
    int known = fold_condition(k, cond);
    if (known == 1)
        ir_exit(k, target);
    if (known >= 0)
        return;
    int head = head_at(k, target);
    if (head < 0) {
        emit_exit(k, OP_EXIT_IF, cond, target);
    } else {
        count(k, k->retired + k->counts);
        ir_branch(k, cond, k->head_label[head], NULL, 0);
        if (head == k->at_head)
            end_loop(k);
    }
    k->retired = 0;
    k->counts = false;
}

void ir_exit_reg(IrBuild *k, IrRef vaddr, unsigned hint, int64_t ret, unsigned landing) {
    IrOp *o = emit_exit(k, OP_EXIT_REG, vaddr, 0);
    o->hint = (uint8_t)hint;
    o->ret = (int16_t)ret;
    o->landing = (uint8_t)landing;
}

void ir_exit_done(IrBuild *k) {
    count(k, k->retired + k->counts);
    ir_emit(k, OP_EXIT_DONE, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
    end_here(k);
}

void ir_poll(IrBuild *k, int64_t here) {
    op_at(k, ir_emit(k, OP_POLL, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0))->target = (int32_t)here;
}

// ---- local blocks

unsigned ir_label_new(IrBuild *k) {
    if (k->b->nlabels == IR_MAX_LABELS) {
        fprintf(stderr, "ir: more than %d labels in one block\n", IR_MAX_LABELS);
        abort();
    }
    return k->b->nlabels++;
}

static void note_flow(IrBuild *k, IrRef at) {
    if (k->first_flow == IR_MAX_OPS)
        k->first_flow = at;
}

void ir_label(IrBuild *k, unsigned label, IrType t, IrRef *params, unsigned n) {
    forget_all(k);
    IrRef r = ir_emit(k, OP_LABEL, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
    op_at(k, r)->label = (uint16_t)label;
    op_at(k, r)->nargs = (uint16_t)n;
    note_flow(k, r);
    k->last_label = r;
    k->ended = false;
    for (unsigned i = 0; i < n; i++)
        params[i] = ir_emit(k, OP_PARAM, t, IR_NONE, IR_NONE, IR_NONE, i);
}

static void emit_jump(IrBuild *k, IrOpcode op, IrRef cond, unsigned label, const IrRef *args, unsigned n) {
    IrBlock *b = k->b;
    if (b->nargs + n > IR_MAX_ARGS) {
        fprintf(stderr, "ir: more than %d arguments in one block\n", IR_MAX_ARGS);
        abort();
    }
    IrRef r = ir_emit(k, op, T_VOID, cond, IR_NONE, IR_NONE, 0);
    IrOp *o = op_at(k, r);
    note_flow(k, r);
    o->label = (uint16_t)label;
    o->args = (uint16_t)b->nargs;
    o->nargs = (uint16_t)n;
    for (unsigned i = 0; i < n; i++)
        b->args[b->nargs++] = args[i];
}

void ir_jump(IrBuild *k, unsigned label, const IrRef *args, unsigned n) {
    emit_jump(k, OP_JUMP, IR_NONE, label, args, n);
    k->ended = true;
}

void ir_branch(IrBuild *k, IrRef cond, unsigned label, const IrRef *args, unsigned n) {
    int known = fold_condition(k, cond);
    if (known == 1)
        ir_jump(k, label, args, n);
    else if (known < 0)
        emit_jump(k, OP_BRANCH, cond, label, args, n);
}

// ---- regions

void ir_region(IrBuild *k, const int32_t *pcs, unsigned n) {
    memcpy(k->head, pcs, n * sizeof *pcs);
    for (unsigned i = 0; i < n; i++)
        k->head_label[i] = (uint8_t)ir_label_new(k);
    k->nheads = n;
    k->b->region = true;
    int entry = head_at(k, k->b->pc);
    if (entry > 0)
        ir_jump(k, k->head_label[entry], NULL, 0);
}

void ir_head(IrBuild *k, unsigned i, int32_t stop) {
    ir_label(k, k->head_label[i], T_VOID, NULL, 0);
    k->at_head = (int)i;
    ir_poll(k, k->head[i]);
    k->b->pc = k->head[i];
    k->stop = stop;
    k->retired = 0;
    k->counts = k->full = false;
}
