// SPDX-License-Identifier: MIT
// Random IR: well-formed blocks over the test guest, written op by op without the folding builder, so that
// folding itself can be held against them. Operands lean towards what folding looks for: recent values, the
// same value twice, telling constants.
#include "tests/lib/irguest.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct Gen {
    IrBlock *b;
    uint64_t seed;
    uint16_t snap;
    unsigned floor;      // values before this op (and after `kept`) are out of reach
    unsigned kept;       // ops before the first local control flow
    unsigned depth;      // inside local control flow
    unsigned kinds;      // IRG_*
    bool quiet;          // nothing that sets slots, which a loop counts on
} Gen;

static uint64_t rnd(Gen *g, uint64_t n) { return irg_next(&g->seed) % n; }
static bool chance(Gen *g, unsigned percent) { return rnd(g, 100) < percent; }

static IrRef put(Gen *g, IrOpcode op, IrType t, IrRef a, IrRef b, IrRef c, int64_t imm) {
    if (g->b->nops == IR_MAX_OPS - 1)
        abort();
    g->b->ops[g->b->nops] = (IrOp){.op = op, .type = t, .a = a, .b = b, .c = c, .imm = imm};
    return (IrRef)g->b->nops++;
}

static IrOp *last(Gen *g) { return &g->b->ops[g->b->nops - 1]; }

static int64_t telling_constant(Gen *g, IrType t) {
    static const int64_t values[] = {0, 1, -1, 2, 3, 7, 8, 16, 24, 31, 32, 33, 48, 56, 63, 64, 0x7f, 0x80, 0xff,
                                     0xffff, 0x7fff, -0x8000, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX,
                                     INT64_MIN, 0x1000, -4};
    static const uint32_t f32[] = {0, 0x80000000, 0x3f800000, 0x7f800000, 0x7fc00000, 0x7f800001, 1, 0x4f000000,
                                   0xcf000001};
    static const uint64_t f64[] = {0, 1ull << 63, 0x3ff0000000000000, 0x7ff0000000000000, 0x7ff8000000000000,
                                   0x7ff0000000000001, 1, 0x43e0000000000000, 0xc1e0000000200000};
    if (t == T_F32)
        return f32[rnd(g, 9)];
    if (t == T_F64)
        return (int64_t)f64[rnd(g, 9)];
    int64_t v = chance(g, 80) ? values[rnd(g, sizeof values / sizeof *values)] : (int64_t)irg_next(&g->seed);
    return t == T_I1 ? v & 1 : t == T_I32 ? (int32_t)v : v;
}

static bool reads_as(IrType want, IrType have) {
    return want == have || (want == T_I32 && have == T_I64);
}

static uint16_t slot_of(Gen *g, IrType t) {
    for (;;) {
        const IrSlot *s = &irg_names.slots[rnd(g, irg_names.nslots)];
        bool overlaps = t == T_I64 && s->offset >= offsetof(IrgState, f);
        if (s->type == t && (!overlaps || g->kinds & IRG_OVERLAPS))
            return s->offset;
    }
}

// A value that an operand of type t may name.
static IrRef value(Gen *g, IrType t) {
    unsigned n = g->b->nops;
    for (unsigned tries = 0; tries < 24; tries++) {
        unsigned back = chance(g, 70) ? 1 + (unsigned)rnd(g, 12) : 1 + (unsigned)rnd(g, n ? n : 1);
        if (back > n)
            continue;
        unsigned r = n - back;
        if ((r >= g->kept && r < g->floor) || g->b->ops[r].op == OP_NOP)
            continue;
        IrType have = ir_result_type(&g->b->ops[r]);
        if (have != T_VOID && reads_as(t, have))
            return (IrRef)r;
    }
    if (chance(g, 50) && t != T_I1)
        return put(g, OP_GET, t, IR_NONE, IR_NONE, IR_NONE, slot_of(g, t));
    return put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, telling_constant(g, t));
}

static IrRef constant(Gen *g, IrType t) {
    return put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, telling_constant(g, t));
}

static IrRef operand(Gen *g, IrType t) { return chance(g, 25) ? constant(g, t) : value(g, t); }
static IrType int_type(Gen *g) { return chance(g, 60) ? T_I64 : T_I32; }
static IrType fp_type(Gen *g) { return chance(g, 50) ? T_F64 : T_F32; }

static void binary(Gen *g) {
    IrType t = int_type(g);
    IrOpcode op = OP_ADD + (IrOpcode)rnd(g, OP_MAXU - OP_ADD + 1);
    if (chance(g, 50))
        op = OP_ADD + (IrOpcode)rnd(g, OP_ROTR - OP_ADD + 1); // the common ones
    IrRef a = operand(g, t), b = chance(g, 10) ? a : operand(g, t);
    put(g, op == OP_SHADD ? OP_ADD : op, t, a, b, IR_NONE, 0); // (that one has three)
}

static void rare(Gen *g) {
    static const IrOpcode one[] = {OP_CLZ, OP_CTZ, OP_POPCNT, OP_BSWAP, OP_BREV8, OP_ORCB, OP_ZIP, OP_UNZIP};
    static const IrOpcode two[] = {OP_CLMUL, OP_CLMULH, OP_CLMULR, OP_XPERM4, OP_XPERM8};
    IrType t = int_type(g);
    IrRef a = operand(g, t);
    if (chance(g, 60)) {
        put(g, one[rnd(g, 8)], t, a, IR_NONE, IR_NONE, 0);
    } else {
        IrRef b = operand(g, t);
        put(g, two[rnd(g, 5)], t, a, b, IR_NONE, 0);
    }
}

static void extension(Gen *g) {
    IrType t = int_type(g), from = t == T_I64 && chance(g, 50) ? T_I32 : T_I64;
    put(g, OP_SEXT8 + (IrOpcode)rnd(g, 6), t, operand(g, from), IR_NONE, IR_NONE, 0);
}

// (x << n) >> n, which is where extensions come from in guests that have none.
static void shift_pair(Gen *g) {
    IrType t = int_type(g);
    IrRef x = value(g, t), n = constant(g, t), m = chance(g, 70) ? n : constant(g, t);
    IrRef left = put(g, OP_SHL, t, x, n, IR_NONE, 0);
    put(g, chance(g, 50) ? OP_SHR : OP_SAR, t, left, m, IR_NONE, 0);
}

// Scaled addition, made by two ops or one, and rotations made of two shifts.
static void composed(Gen *g) {
    IrType t = int_type(g);
    IrRef x = value(g, t), y = value(g, t);
    if (chance(g, 20)) {
        put(g, OP_SHADD, t, y, x, put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, (int64_t)rnd(g, 5)), 0);
        return;
    }
    bool rotates = chance(g, 60);
    unsigned w = t == T_I64 ? 64 : 32, n = (unsigned)rnd(g, w), m = chance(g, 80) ? w - n : n;
    IrRef count = put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, rotates ? n : rnd(g, 4));
    IrRef left = put(g, OP_SHL, t, x, count, IR_NONE, 0);
    if (rotates) {
        IrRef other = put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, m);
        y = put(g, OP_SHR, t, chance(g, 90) ? x : y, other, IR_NONE, 0);
    }
    if (t == T_I32 && chance(g, 50)) { // as RV64 does it
        left = put(g, OP_SEXT32, T_I64, left, IR_NONE, IR_NONE, 0);
        y = put(g, OP_SEXT32, T_I64, y, IR_NONE, IR_NONE, 0);
        t = T_I64;
    }
    static const IrOpcode join[] = {OP_OR, OP_XOR, OP_ADD};
    IrOpcode op = rotates ? join[rnd(g, 3)] : OP_ADD;
    if (chance(g, 50))
        put(g, op, t, left, y, IR_NONE, 0);
    else
        put(g, op, t, y, left, IR_NONE, 0);
}

static void compare(Gen *g) {
    IrType t = int_type(g);
    IrRef a = operand(g, t), b = chance(g, 10) ? a : operand(g, t);
    IrRef cond = put(g, OP_EQ + (IrOpcode)rnd(g, 6), t, a, b, IR_NONE, 0);
    if (chance(g, 50)) {
        IrRef v = put(g, OP_BOOL, int_type(g), cond, IR_NONE, IR_NONE, 0);
        if (chance(g, 50)) {
            IrType vt = g->b->ops[v].type;
            IrRef zero = put(g, OP_CONST, vt, IR_NONE, IR_NONE, IR_NONE, 0);
            put(g, chance(g, 50) ? OP_EQ : OP_NE, vt, v, zero, IR_NONE, 0);
        }
    }
}

static void choose(Gen *g) {
    IrType t = chance(g, 85) ? int_type(g) : fp_type(g);
    IrRef a = operand(g, t), b = operand(g, t), c = value(g, T_I1);
    put(g, OP_SELECT, t, a, b, c, 0);
}

static void set(Gen *g) {
    static const IrType types[] = {T_I64, T_I64, T_I64, T_I64, T_I32, T_F64, T_F32};
    IrType t = types[rnd(g, 7)];
    put(g, OP_SET, t, operand(g, t == T_F64 && chance(g, 40) ? T_F32 : t), IR_NONE, IR_NONE, slot_of(g, t));
}

static void tally(Gen *g) {
    put(g, OP_TALLY, T_I64, chance(g, 70) ? constant(g, T_I64) : value(g, T_I64), IR_NONE, IR_NONE, slot_of(g, T_I64));
}

static void clock_op(Gen *g) {
    static const unsigned ticks[] = {0, 1, 16, 100, 7, IR_MAX_TICK, 3, 999999937};
    put(g, OP_CLOCK, T_I64, IR_NONE, IR_NONE, IR_NONE, ticks[rnd(g, 8)]);
}

static void get(Gen *g) {
    static const IrType types[] = {T_I64, T_I64, T_I64, T_I64, T_I32, T_F64, T_F32};
    IrType t = types[rnd(g, 7)];
    put(g, OP_GET, t, IR_NONE, IR_NONE, IR_NONE, slot_of(g, t));
}

static void random_op(Gen *g);

// Mostly inside RAM: a masked offset and the window's base.
static IrRef address(Gen *g, IrType t) {
    if (chance(g, 5))
        return operand(g, t);
    int64_t base = chance(g, 10) ? IRG_IO + 0x400 : IRG_RAM + 0x400;
    int64_t mask = chance(g, 85) ? 0x7f8 : 0x7ff;
    IrRef x = value(g, t), m = put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, mask);
    IrRef low = put(g, OP_AND, t, x, m, IR_NONE, 0);
    IrRef c = put(g, OP_CONST, t, IR_NONE, IR_NONE, IR_NONE, base);
    return put(g, OP_ADD, t, low, c, IR_NONE, 0);
}

static void finish_memory(Gen *g, unsigned memop, int32_t disp) {
    last(g)->disp = disp;
    last(g)->memop = (uint16_t)memop;
    last(g)->snap = g->snap;
}

static int32_t displacement(Gen *g) { return chance(g, 50) ? 0 : (int32_t)rnd(g, 0x400) - 0x200; }

static void load_from(Gen *g, IrRef base, int32_t disp) {
    bool fp = chance(g, 15);
    IrType t = fp ? fp_type(g) : int_type(g);
    unsigned most = t == T_I32 || t == T_F32 ? MO_32 : MO_64;
    unsigned memop = fp ? most : (unsigned)rnd(g, most + 1) | (chance(g, 50) ? MO_SIGN : 0);
    memop |= chance(g, 5) ? MO_ALIGN : 0;
    memop |= chance(g, 5) && !fp ? MO_BE : 0;
    put(g, OP_LOAD, t, base, IR_NONE, IR_NONE, 0);
    finish_memory(g, memop, disp);
}

static void store_to(Gen *g, IrRef base, int32_t disp) {
    bool fp = chance(g, 15);
    IrRef v = fp ? operand(g, fp_type(g)) : operand(g, int_type(g));
    IrType t = ir_result_type(&g->b->ops[v]);
    unsigned most = t == T_I32 || t == T_F32 ? MO_32 : MO_64;
    unsigned memop = fp ? most : (unsigned)rnd(g, most + 1);
    memop |= chance(g, 5) ? MO_ALIGN : 0;
    memop |= chance(g, 5) && !fp ? MO_BE : 0;
    put(g, OP_STORE, t, base, v, IR_NONE, 0);
    finish_memory(g, memop, disp);
}

static void load(Gen *g) { load_from(g, address(g, chance(g, 80) ? T_I64 : T_I32), displacement(g)); }
static void store(Gen *g) { store_to(g, address(g, chance(g, 80) ? T_I64 : T_I32), displacement(g)); }

// Several accesses off one base, as to a stack frame: inside a page, across two, past the end of RAM, or I/O.
static void frame(Gen *g) {
    static const uint32_t places[] = {IRG_RAM + 0x400, IRG_RAM + 0x400, IRG_RAM + 0xfa0, IRG_RAM + 0x1fa0, IRG_RAM + IRG_RAM_SIZE - 0xe0,
                                      IRG_IO + 0x400};
    IrRef low = put(g, OP_AND, T_I64, value(g, T_I64), put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 0x78), IR_NONE, 0);
    IrRef c = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, places[rnd(g, 6)]);
    IrRef base = put(g, OP_ADD, T_I64, low, c, IR_NONE, 0);
    g->depth++; // no local control flow in between: base would be out of reach
    for (unsigned n = 2 + (unsigned)rnd(g, 5); n > 0; n--) {
        int32_t disp = 8 * (int32_t)rnd(g, 12) - (chance(g, 10) ? 1 : 0);
        if (chance(g, 50))
            load_from(g, base, disp);
        else
            store_to(g, base, disp);
        if (chance(g, 40))
            random_op(g);
    }
    g->depth--;
}

static void atomic(Gen *g) {
    IrType t = int_type(g);
    unsigned memop = t == T_I32 ? MO_32 : MO_32 + (unsigned)rnd(g, 2);
    memop |= MO_ALIGN | (chance(g, 50) ? MO_SIGN : 0) | (chance(g, 30) ? MO_ACQ | MO_REL : 0);
    IrRef base = address(g, T_I64), b = operand(g, t), c = operand(g, t);
    if (chance(g, 25))
        put(g, OP_CAS, t, base, b, c, 0);
    else
        put(g, OP_AMO_SWAP + (IrOpcode)rnd(g, OP_AMO_MAXU - OP_AMO_SWAP + 1), t, base, b, IR_NONE, 0);
    finish_memory(g, memop, 0);
}

// 128 bits, made of halves and taken apart again; every second compare-and-swap expects what is there.
static void wide(Gen *g) {
    unsigned what = (unsigned)rnd(g, 4), memop = MO_128 | (chance(g, 60) ? MO_ALIGN | MO_ATOMIC : 0);
    IrRef base = address(g, T_I64), low = operand(g, T_I64), high = operand(g, T_I64);
    int32_t disp = chance(g, 80) ? (int32_t)rnd(g, 0x20) * 8 : displacement(g);
    IrRef pair = put(g, OP_PAIR, T_I128, low, high, IR_NONE, 0), v = pair;
    if (what != 1) {
        v = put(g, OP_LOAD, T_I128, base, IR_NONE, IR_NONE, 0);
        finish_memory(g, memop, disp);
    }
    if (what == 1 || what == 2) {
        put(g, OP_STORE, T_I128, base, pair, IR_NONE, 0);
        finish_memory(g, memop, disp);
    } else if (what == 3) {
        v = put(g, OP_CAS, T_I128, base, chance(g, 50) ? v : pair, pair, 0);
        finish_memory(g, memop, disp);
    }
    put(g, OP_LOW, T_I64, v, IR_NONE, IR_NONE, 0);
    put(g, OP_HIGH, T_I64, v, IR_NONE, IR_NONE, 0);
}

static int64_t policy(Gen *g) {
    static const uint8_t modes[] = {FP_DYN, FP_DYN, FP_DYN, FP_DYN, FP_RNE, FP_RTZ, FP_RDN, FP_RUP, FP_RMM};
    return modes[rnd(g, 9)] | (chance(g, 50) ? 0 : FP_ARM | (chance(g, 50) ? FP_NAN_PROPAGATE : 0));
}

static void fp_arithmetic(Gen *g) {
    IrType t = fp_type(g);
    bool late = chance(g, 30);
    IrOpcode op = late ? OP_FMINIMUM + (IrOpcode)rnd(g, OP_FROUND - OP_FMINIMUM + 1) : OP_FADD + (IrOpcode)rnd(g, OP_FMAX - OP_FADD + 1);
    unsigned n = ir_op_info[op].operands;
    IrRef a = operand(g, t), b = n > 1 ? operand(g, t) : IR_NONE, c = n > 2 ? operand(g, t) : IR_NONE;
    put(g, op, t, a, b, c, policy(g) | (op == OP_FROUND && chance(g, 50) ? FP_EXACT : 0));
    if (op == OP_FMIN || op == OP_FMAX)
        last(g)->imm &= ~(int64_t)FP_NAN_PROPAGATE;
}

static void fp_convert(Gen *g) {
    IrType t = fp_type(g);
    IrRef a;
    switch (rnd(g, 5)) {
    case 0:
        a = operand(g, t);
        put(g, OP_FEQ + (IrOpcode)rnd(g, OP_FUNORD - OP_FEQ + 1), t, a, operand(g, t), IR_NONE, chance(g, 30) ? FP_QUIET : 0);
        break;
    case 1:
        put(g, OP_FTOI32 + (IrOpcode)rnd(g, 4), t, operand(g, t), IR_NONE, IR_NONE, policy(g));
        break;
    case 2: {
        IrOpcode op = OP_FCVT_I32 + (IrOpcode)rnd(g, 4);
        put(g, op, t, operand(g, op <= OP_FCVT_U32 ? T_I32 : T_I64), IR_NONE, IR_NONE, policy(g));
        break;
    }
    case 3:
        if (t == T_F64)
            put(g, OP_FCVT_F32, T_F64, operand(g, T_F32), IR_NONE, IR_NONE, policy(g));
        else
            put(g, OP_FCVT_F64, T_F32, operand(g, T_F64), IR_NONE, IR_NONE, policy(g));
        break;
    default:
        switch (rnd(g, 7)) {
        case 4: put(g, OP_FNEG, t, operand(g, t), IR_NONE, IR_NONE, 0); break;
        case 5: put(g, OP_FABS, t, operand(g, t), IR_NONE, IR_NONE, 0); break;
        case 6: {
            IrRef a = operand(g, t), b = operand(g, t);
            put(g, OP_FSGNJ, t, a, b, IR_NONE, 0);
            break;
        }
        case 0: put(g, OP_BITCAST, t, operand(g, t == T_F64 ? T_I64 : T_I32), IR_NONE, IR_NONE, 0); break;
        case 1: put(g, OP_BITCAST, t == T_F64 ? T_I64 : T_I32, operand(g, t), IR_NONE, IR_NONE, 0); break;
        case 2: put(g, OP_BOX, chance(g, 50) ? T_I64 : T_F64, operand(g, T_F32), IR_NONE, IR_NONE, T_F32); break;
        default: put(g, OP_UNBOX, T_F32, operand(g, chance(g, 30) ? T_I64 : T_F64), IR_NONE, IR_NONE, 0);
        }
        // A bitcast's operand must be of its very size, and operand() may have given a wider integer.
        if (last(g)->op == OP_BITCAST &&
            ir_type_size(ir_result_type(&g->b->ops[last(g)->a])) != ir_type_size(last(g)->type))
            g->b->nops--;
    }
}

static void call(Gen *g) {
    unsigned helper = (unsigned)rnd(g, 4);
    IrRef a = operand(g, int_type(g)), b = operand(g, int_type(g)), c = operand(g, int_type(g));
    if (chance(g, 50) && helper == 3) { // traps one time in eight otherwise
        IrRef m = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 3);
        IrRef x = value(g, T_I64);
        a = put(g, OP_AND, T_I64, x, m, IR_NONE, 0);
    }
    put(g, OP_CALL, chance(g, 80) ? int_type(g) : T_VOID, a, b, c, 0);
    last(g)->helper = (uint16_t)helper;
    last(g)->hsnap = g->snap;
}

// Seldom taken, so that something comes behind it.
static void trap_if(Gen *g) {
    IrRef x = value(g, T_I64), m = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 7), arg = value(g, T_I64);
    x = put(g, OP_AND, T_I64, x, m, IR_NONE, 0);
    m = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, (int64_t)rnd(g, 8));
    x = put(g, chance(g, 80) ? OP_EQ : OP_NE, T_I64, x, m, IR_NONE, 0);
    put(g, OP_TRAP_IF, T_VOID, x, arg, IR_NONE, 0);
    last(g)->helper = 5; // raise
    last(g)->hsnap = g->snap;
}

static void leave_if(Gen *g) {
    IrRef c = value(g, T_I1);
    put(g, OP_EXIT_IF, T_VOID, c, IR_NONE, IR_NONE, 0);
    last(g)->target = 0x800 + 4 * (int32_t)rnd(g, 64);
}

static void random_op(Gen *g);

static void open_local(Gen *g, unsigned label, unsigned nparams, IrType t) {
    put(g, OP_LABEL, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
    last(g)->label = (uint16_t)label;
    last(g)->nargs = (uint16_t)nparams;
    g->floor = g->b->nops;
    for (unsigned i = 0; i < nparams; i++)
        put(g, OP_PARAM, t, IR_NONE, IR_NONE, IR_NONE, i);
}

static void go(Gen *g, IrOpcode op, IrRef cond, unsigned label, const IrRef *args, unsigned n) {
    put(g, op, T_VOID, cond, IR_NONE, IR_NONE, 0);
    if (g->kept == IR_MAX_OPS)
        g->kept = g->b->nops - 1;
    last(g)->label = (uint16_t)label;
    last(g)->args = (uint16_t)g->b->nargs;
    last(g)->nargs = (uint16_t)n;
    for (unsigned i = 0; i < n; i++)
        g->b->args[g->b->nargs++] = args[i];
}

static void some_ops(Gen *g, unsigned n) {
    for (g->depth++; n > 0; n--)
        random_op(g);
    g->depth--;
}

// Ops that are done only if a condition is false.
static void skip(Gen *g) {
    IrRef c = value(g, T_I1);
    unsigned label = g->b->nlabels++;
    go(g, OP_BRANCH, c, label, NULL, 0);
    some_ops(g, 1 + (unsigned)rnd(g, 5));
    open_local(g, label, 0, T_I64);
}

// Two paths that bring a value each.
static void join(Gen *g) {
    unsigned label = g->b->nlabels++;
    IrType t = chance(g, 70) ? T_I64 : fp_type(g);
    IrRef c = value(g, T_I1), x = value(g, t), y;
    go(g, OP_BRANCH, c, label, &x, 1);
    some_ops(g, 1 + (unsigned)rnd(g, 5));
    y = value(g, t);
    go(g, OP_JUMP, IR_NONE, label, &y, 1);
    open_local(g, label, 1, t);
}

// A few rounds, with a counter and two accumulators carried by parameters, which may change places; they are live after it.
static void loop(Gen *g) {
    unsigned label = g->b->nlabels++;
    IrRef x = value(g, T_I64), z = value(g, T_I64);
    IrRef args[3] = {put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 1 + (int64_t)rnd(g, 5)), x, z};
    go(g, OP_JUMP, IR_NONE, label, args, 3);
    open_local(g, label, 3, T_I64);
    IrRef count = (IrRef)(g->b->nops - 3), sum = count + 1, other = count + 2;
    some_ops(g, 1 + (unsigned)rnd(g, 4));
    IrRef y = value(g, T_I64), one = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, -1);
    bool swaps = chance(g, 50);
    args[0] = put(g, OP_ADD, T_I64, count, one, IR_NONE, 0);
    args[1] = swaps ? other : put(g, OP_XOR, T_I64, sum, y, IR_NONE, 0);
    args[2] = !swaps ? other : chance(g, 50) ? sum : put(g, OP_XOR, T_I64, sum, y, IR_NONE, 0);
    IrRef zero = put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 0);
    IrRef more = put(g, OP_NE, T_I64, args[0], zero, IR_NONE, 0);
    go(g, OP_BRANCH, more, label, args, 3);
}

// A few thousand rounds at most of a loop as tier 2 likes them: slots that move by constants, accesses off them, a poll.
static void stream_loop(Gen *g) {
    static const int64_t steps[] = {0, 1, 4, 8, -8, 16, 24, -64, 384, 0x400, -0x1000};
    unsigned label = g->b->nlabels++, behind = g->b->nlabels++, s = (unsigned)rnd(g, IRG_NA - 1), n = s + 1;
    uint16_t slot = (uint16_t)(offsetof(IrgState, a) + 8 * s), counter = (uint16_t)(offsetof(IrgState, a) + 8 * n);
    int64_t step = steps[rnd(g, 11)], from = IRG_RAM + 0x800 + (int64_t)rnd(g, IRG_RAM_SIZE - 0x1000);
    put(g, OP_SET, T_I64, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, chance(g, 90) ? from : IRG_IO + 0x300), IR_NONE, IR_NONE, slot);
    put(g, OP_SET, T_I64, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 1 + (int64_t)rnd(g, 500)), IR_NONE, IR_NONE, counter);
    go(g, OP_JUMP, IR_NONE, label, NULL, 0);
    open_local(g, label, 0, T_I64);
    put(g, OP_POLL, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
    last(g)->target = 0xc00;
    g->quiet = true;
    IrRef x = put(g, OP_GET, T_I64, IR_NONE, IR_NONE, IR_NONE, slot);
    for (unsigned k = 1 + (unsigned)rnd(g, 4); k > 0; k--) {
        if (chance(g, 50))
            load_from(g, x, displacement(g));
        else
            store_to(g, x, displacement(g));
        some_ops(g, (unsigned)rnd(g, 3));
    }
    g->quiet = false;
    IrRef y = put(g, OP_ADD, T_I64, x, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, step), IR_NONE, 0);
    put(g, OP_SET, T_I64, y, IR_NONE, IR_NONE, slot);
    if (chance(g, 20))
        load_from(g, y, displacement(g));
    IrRef left = put(g, OP_GET, T_I64, IR_NONE, IR_NONE, IR_NONE, counter);
    left = put(g, OP_ADD, T_I64, left, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, -1), IR_NONE, 0);
    put(g, OP_SET, T_I64, left, IR_NONE, IR_NONE, counter);
    IrRef more = put(g, OP_NE, T_I64, left, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, 0), IR_NONE, 0);
    go(g, OP_BRANCH, more, label, NULL, 0);
    go(g, OP_JUMP, IR_NONE, behind, NULL, 0);
    open_local(g, behind, 0, T_I64);
}

// A SET that is overwritten, with ops in between that leave more often than others.
static void wait_for_set(Gen *g) {
    IrType t = chance(g, 75) ? T_I64 : T_I32;
    uint16_t slot = slot_of(g, t);
    put(g, OP_SET, t, operand(g, t), IR_NONE, IR_NONE, slot);
    for (unsigned n = 1 + (unsigned)rnd(g, 3); n > 0; n--) {
        if (chance(g, 20))
            leave_if(g);
        else if (chance(g, 50))
            load_from(g, chance(g, 20) ? operand(g, T_I64) : address(g, T_I64), displacement(g));
        else if (chance(g, 80))
            store_to(g, address(g, T_I64), displacement(g));
        else
            atomic(g);
        some_ops(g, (unsigned)rnd(g, 3));
    }
    put(g, OP_SET, t, operand(g, t), IR_NONE, IR_NONE, slot);
}

static bool writes_slots(void (*make)(Gen *)) { return make == set || make == tally || make == call || make == wait_for_set; }

static void random_op(Gen *g) {
    static const struct { void (*make)(Gen *); unsigned weight; } kinds[] = {
        {binary, 22}, {rare, 4}, {extension, 10}, {shift_pair, 5}, {composed, 6}, {compare, 8}, {choose, 4}, {set, 14}, {wait_for_set, 2},
        {get, 8}, {tally, 1}, {load, 7}, {store, 6}, {frame, 2}, {atomic, 2}, {wide, 2}, {fp_arithmetic, 5}, {fp_convert, 5}, {call, 3}, {leave_if, 1},
        {clock_op, 1}, {trap_if, 1},
    };
    unsigned total = 0, at;
    if ((g->kinds & IRG_LOOPS) && g->depth == 0 && g->b->nlabels < 6 && chance(g, 3)) {
        static void (*const flows[])(Gen *) = {skip, join, loop};
        flows[rnd(g, 3)](g);
        return;
    }
    if ((g->kinds & IRG_REGIONS) && g->depth == 0 && g->b->nlabels < 12 && chance(g, 8)) {
        stream_loop(g);
        return;
    }
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        total += kinds[i].weight;
    at = (unsigned)rnd(g, total);
    for (unsigned i = 0;; at -= kinds[i++].weight)
        if (at < kinds[i].weight) {
            if (!g->quiet || !writes_slots(kinds[i].make))
                kinds[i].make(g);
            return;
        }
}

static void leave(Gen *g) {
    IrRef v;
    switch (rnd(g, 3)) {
    case 0:
        v = value(g, T_I64); // a pc is even
        v = put(g, OP_AND, T_I64, v, put(g, OP_CONST, T_I64, IR_NONE, IR_NONE, IR_NONE, -4), IR_NONE, 0);
        put(g, OP_EXIT_REG, T_VOID, v, IR_NONE, IR_NONE, 0);
        last(g)->hint = (uint8_t)rnd(g, 3);
        last(g)->ret = last(g)->hint == EXIT_HINT_CALL ? 0x900 : 0;
        return;
    case 1:
        put(g, OP_EXIT_SYNC, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
        break;
    default:
        put(g, OP_EXIT, T_VOID, IR_NONE, IR_NONE, IR_NONE, 0);
    }
    last(g)->target = 0xa00;
}

void irg_random(IrBlock *out, uint64_t seed, unsigned insns, unsigned kinds) {
    Gen g = {.b = out, .seed = seed, .kept = IR_MAX_OPS, .kinds = kinds};
    out->vpage = IRG_CODE;
    out->pc = 0x40;
    out->ctx = 0;
    out->unlinked = false;
    out->region = kinds & IRG_REGIONS;
    out->names = &irg_names;
    out->nops = out->nsnaps = out->npending = out->ninsns = out->nargs = out->nlabels = 0;
    for (unsigned i = 0; i < 24; i++)
        get(&g);
    for (unsigned i = 0; i < insns; i++) {
        int32_t pc = out->pc + 4 * (int32_t)i;
        g.snap = (uint16_t)out->nsnaps;
        out->snaps[out->nsnaps++] = (IrSnap){pc, 0, 0, (uint16_t)(seed % 3 * i)};
        out->insns[out->ninsns++] = (IrInsn){pc, (uint16_t)out->nops, 4};
        for (unsigned n = 1 + (unsigned)rnd(&g, 3); n > 0; n--)
            random_op(&g);
    }
    leave(&g);
    out->bytes = 4 * insns;
    ir_count_uses(out);
}
