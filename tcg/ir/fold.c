// SPDX-License-Identifier: MIT
// Algebra on IR values as they are built: each constructor asks here first whether its value exists already
// or is cheaper to get.
//
// Rules look at operands' definitions only, so each costs a few loads. Three habits keep them few:
//  - constants stand right: commutative ops swap, x - c becomes x + -c, constant comparisons turn round;
//  - a value's range (value_range) answers all questions of the kind "is this extension needed";
//  - a rule that replaces v = f(x) by reaching through to x lengthens x's life. If v was SET to a slot, it
//    lives in a guest register anyway and x would need another, so such rules ask `worth_reaching` first.
// What the ops mean is ir_eval's business; tests hold every rule against it.
#include "tcg/ir/fold.h"

typedef enum Outcome { KEEP, GIVE_LEFT, GIVE_ZERO, GIVE_ONES } Outcome;

// What x op 0, x op ~0 and x op x are.
typedef struct Rule {
    bool commutes;
    uint8_t zero, ones, same;
} Rule;

static const Rule rules[OP_COUNT] = {
    [OP_ADD] = {true, GIVE_LEFT, KEEP, KEEP},
    [OP_SUB] = {false, GIVE_LEFT, KEEP, GIVE_ZERO},
    [OP_AND] = {true, GIVE_ZERO, GIVE_LEFT, GIVE_LEFT},
    [OP_OR] = {true, GIVE_LEFT, GIVE_ONES, GIVE_LEFT},
    [OP_XOR] = {true, GIVE_LEFT, KEEP, GIVE_ZERO},
    [OP_ANDN] = {false, GIVE_LEFT, GIVE_ZERO, GIVE_ZERO},
    [OP_SHL] = {false, GIVE_LEFT, KEEP, KEEP},
    [OP_SHR] = {false, GIVE_LEFT, KEEP, KEEP},
    [OP_SAR] = {false, GIVE_LEFT, KEEP, KEEP},
    [OP_ROTR] = {false, GIVE_LEFT, KEEP, KEEP},
    [OP_MUL] = {true, GIVE_ZERO, KEEP, KEEP},
    [OP_MULHS] = {true, GIVE_ZERO, KEEP, KEEP},
    [OP_MULHU] = {true, GIVE_ZERO, KEEP, KEEP},
    [OP_MULHSU] = {false, GIVE_ZERO, KEEP, KEEP},
    [OP_DIVS] = {false, GIVE_ONES, KEEP, KEEP},
    [OP_DIVU] = {false, GIVE_ONES, KEEP, KEEP},
    [OP_REMS] = {false, GIVE_LEFT, GIVE_ZERO, GIVE_ZERO},
    [OP_REMU] = {false, GIVE_LEFT, KEEP, GIVE_ZERO},
    [OP_MINS] = {true, KEEP, KEEP, GIVE_LEFT},
    [OP_MINU] = {true, GIVE_ZERO, GIVE_LEFT, GIVE_LEFT},
    [OP_MAXS] = {true, KEEP, KEEP, GIVE_LEFT},
    [OP_MAXU] = {true, GIVE_LEFT, GIVE_ONES, GIVE_LEFT},
    [OP_CLMUL] = {true, GIVE_ZERO, KEEP, KEEP},
    [OP_CLMULH] = {true, GIVE_ZERO, KEEP, KEEP},
    [OP_CLMULR] = {true, GIVE_ZERO, KEEP, KEEP},
};

static const IrOp *def(const IrBuild *k, IrRef r) { return &k->b->ops[r]; }
static unsigned bits_of(IrType t) { return t == T_I1 ? 1 : t == T_I32 ? 32 : 64; }
static IrType type_of(const IrBuild *k, IrRef r) { return ir_result_type(def(k, r)); }
static bool is_const(const IrBuild *k, IrRef r) { return def(k, r)->op == OP_CONST; }

// A constant operand as an op of type t reads it, sign-extended.
static int64_t const_as(const IrBuild *k, IrRef r, IrType t) {
    int64_t v = def(k, r)->imm;
    return t == T_I32 ? (int32_t)v : t == T_I1 ? v & 1 : v;
}

static int64_t wrapping_sum(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

// Both operands are constants.
static int64_t evaluate(const IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b) {
    return (int64_t)ir_eval(op, t, (uint64_t)def(k, a)->imm, (uint64_t)def(k, b)->imm, 0);
}

// May a rule look through v at v's own operand x?
static bool worth_reaching(const IrBuild *k, IrRef v) {
    return !def(k, v)->imm || ir_in_slot(k, def(k, v)->a);
}

// v as a value of type t: an op of type t would read its low bits, but others might look at the type.
static IrRef as_type(IrBuild *k, IrType t, IrRef v) {
    if (type_of(k, v) == t)
        return v;
    return t == T_I32 ? ir_un(k, OP_ZEXT32, T_I32, v) : IR_NONE;
}

static IrRef give(IrBuild *k, Outcome o, IrType t, IrRef left) {
    switch (o) {
    case GIVE_LEFT: return as_type(k, t, left);
    case GIVE_ZERO: return ir_const(k, t, 0);
    case GIVE_ONES: return ir_const(k, t, -1);
    default:        return IR_NONE;
    }
}

// ---- ranges and extensions

typedef struct Range {
    uint8_t bits; // the value is that of its low `bits` bits ...
    bool sign;    // ... sign-extended (else zero-extended) to its type
} Range;

static Range range_of_const(int64_t v) {
    if (v >= 0)
        return (Range){(uint8_t)(v ? 64 - __builtin_clzll((uint64_t)v) : 0), false};
    return (Range){(uint8_t)(65 - __builtin_clzll(~(uint64_t)v | 1)), true};
}

static Range value_range(const IrBuild *k, IrRef r) {
    const IrOp *op = def(k, r);
    unsigned w = bits_of(op->type);
    switch (op->op) {
    case OP_ZEXT8:  return (Range){8, false};
    case OP_ZEXT16: return (Range){16, false};
    case OP_ZEXT32: return (Range){32, false};
    case OP_SEXT8:  return (Range){8, true};
    case OP_SEXT16: return (Range){16, true};
    case OP_SEXT32: return (Range){32, true};
    case OP_BOOL:   return (Range){1, false};
    case OP_CONST:  return range_of_const(op->imm);
    case OP_AND:
        if (is_const(k, op->b) && const_as(k, op->b, op->type) >= 0)
            return range_of_const(const_as(k, op->b, op->type));
        break;
    case OP_SHR:
        if (is_const(k, op->b))
            return (Range){(uint8_t)(w - (const_as(k, op->b, op->type) & (w - 1))), false};
        break;
    case OP_CLZ: case OP_CTZ: case OP_POPCNT:
        return (Range){7, false};
    case OP_LOAD:
        if ((8u << (op->memop & MO_SIZE)) < w)
            return (Range){(uint8_t)(8 << (op->memop & MO_SIZE)), op->memop & MO_SIGN};
        break;
    }
    return (Range){(uint8_t)w, false};
}

// 0: no extension.
static inline unsigned extension_bits(IrOpcode op) {
    static const uint8_t bits[] = {8, 16, 32, 8, 16, 32};
    unsigned n = (unsigned)op - OP_SEXT8;
    return n < sizeof bits ? bits[n] : 0;
}
_Static_assert(OP_ZEXT8 == OP_SEXT8 + 3 && OP_ZEXT32 == OP_SEXT32 + 3, "extension_bits counts on op.def's order");
static inline bool is_sign_extension(IrOpcode op) { return op <= OP_SEXT32; }

// Looks through extensions that do not touch the low n bits of v.
static inline IrRef low_part(IrBuild *k, IrRef v, unsigned n) {
    for (;;) {
        const IrOp *op = def(k, v);
        unsigned from = extension_bits(op->op);
        if (from < n || !from || bits_of(type_of(k, op->a)) < n)
            return v;
        if (op->type != T_I32 && !worth_reaching(k, v)) // truncations are never worth keeping
            return v;
        v = op->a;
    }
}

// Is v already what extending its low n bits makes of it?
static bool is_extended(const IrBuild *k, IrRef v, unsigned n, bool sign) {
    Range r = value_range(k, v);
    return sign ? (r.sign ? r.bits <= n : r.bits < n) : !r.sign && r.bits <= n;
}

static IrRef fold_extension(IrBuild *k, IrOpcode op, IrType t, IrRef *a) {
    unsigned n = extension_bits(op);
    bool sign = is_sign_extension(op);
    if (is_const(k, *a))
        return ir_const(k, t, (int64_t)ir_eval(op, t, (uint64_t)def(k, *a)->imm, 0, 0));
    if (type_of(k, *a) == t && (n >= bits_of(t) || is_extended(k, *a, n, sign)))
        return *a;
    *a = low_part(k, *a, n);
    if (type_of(k, *a) == t && (is_extended(k, *a, n, sign) || (n == 32 && t == T_I32)))
        return *a;
    return IR_NONE;
}

// Leading zeros of all bits in reverse order: how Arm counts trailing ones.
static IrRef fold_reversed_clz(IrBuild *k, IrType t, IrRef a) {
    const IrOp *swap = def(k, a), *rev = swap->op == OP_BSWAP && swap->type == t ? def(k, swap->a) : swap;
    return rev->op == OP_BREV8 && rev != swap && rev->type == t ? ir_un(k, OP_CTZ, t, rev->a) : IR_NONE;
}

IrRef fold_unary(IrBuild *k, IrOpcode op, IrType t, IrRef *a) {
    const IrOp *d = def(k, *a);
    if (t == T_V128)
        return IR_NONE;
    if (op == OP_LOW || op == OP_HIGH)
        return d->op != OP_PAIR ? IR_NONE : op == OP_LOW ? d->a : d->b;
    if (extension_bits(op))
        return fold_extension(k, op, t, a);
    if (op == OP_BITCAST || op == OP_UNBOX || op == OP_BOX) {
        IrOpcode inverse = op == OP_BITCAST ? OP_BITCAST : op == OP_UNBOX ? OP_BOX : OP_COUNT;
        if (d->op == inverse && type_of(k, d->a) == t)
            return d->a;
        if (op == OP_BITCAST && type_of(k, *a) == t)
            return *a;
        return op == OP_BITCAST && d->op == OP_CONST ? ir_const(k, t, d->imm) : IR_NONE;
    }
    if (is_const(k, *a))
        return ir_const(k, t, (int64_t)ir_eval(op, t, (uint64_t)d->imm, 0, 0));
    if (t == T_I32)
        *a = low_part(k, *a, 32);
    return op == OP_CLZ ? fold_reversed_clz(k, t, *a) : IR_NONE;
}

// ---- rotates

// The value whose low bits a shift of type t by a constant shifts; its count in *n. IR_NONE if r is no such
// shift. Of a 32-bit shift also the sign extension will do, which RISC-V's always come with.
static IrRef shifted(const IrBuild *k, IrRef r, IrOpcode op, IrType t, unsigned *n) {
    const IrOp *d = def(k, r);
    if (t == T_I32 && d->op == OP_SEXT32)
        d = def(k, d->a);
    if (d->op != op || d->type != t || !is_const(k, d->b))
        return IR_NONE;
    *n = (unsigned)const_as(k, d->b, t) & (bits_of(t) - 1);
    IrRef x = d->a;
    while (t == T_I32 && (def(k, x)->op == OP_SEXT32 || def(k, x)->op == OP_ZEXT32))
        x = def(k, x)->a; // same low bits
    return x;
}

// (x >> n) combined with (x << (w - n)) is a rotation. In 64 bits with both made by sign-extended 32-bit
// shifts, the right one is not negative, so the upper bits are those of the left one's sign, which is the
// rotated value's.
static IrRef rotation_of(IrBuild *k, IrType t, IrRef a, IrRef b) {
    for (IrType w = t; w >= T_I32; w--) {
        unsigned right = 0, left = 0;
        IrRef x = shifted(k, a, OP_SHR, w, &right), y = shifted(k, b, OP_SHL, w, &left);
        if (x == IR_NONE || x != y || right == 0 || right + left != bits_of(w))
            continue;
        IrRef r = ir_emit(k, OP_ROTR, w, x, ir_const(k, w, right), IR_NONE, 0);
        return w == t ? r : ir_un(k, OP_SEXT32, t, r);
    }
    return IR_NONE;
}

static inline bool may_be_shifted(const IrBuild *k, IrRef r) {
    IrOpcode op = def(k, r)->op;
    return op == OP_SHL || op == OP_SHR || op == OP_SEXT32;
}

static IrRef fold_rotation(IrBuild *k, IrOpcode op, IrType t, IrRef a, IrRef b) {
    if ((op != OP_OR && op != OP_XOR && op != OP_ADD) || !may_be_shifted(k, a) || !may_be_shifted(k, b))
        return IR_NONE;
    IrRef r = rotation_of(k, t, a, b);
    return r != IR_NONE ? r : rotation_of(k, t, b, a);
}

// ---- binary ops

// (x + c1) + c2, and vaddrs.
static IrRef fold_add(IrBuild *k, IrType t, IrRef *a, IrRef *b) {
    const IrOp *d = def(k, *a);
    int64_t c = const_as(k, *b, t);
    if (d->op == OP_PCREL && d->type == t)
        return ir_pcrel(k, t, wrapping_sum(d->imm, c));
    if (d->op == OP_ADD && d->type == t && is_const(k, d->b) && worth_reaching(k, *a))
        return ir_bin(k, OP_ADD, t, d->a, ir_const(k, t, wrapping_sum(c, const_as(k, d->b, t))));
    return IR_NONE;
}

static IrRef fold_and(IrBuild *k, IrType t, IrRef *a, IrRef *b) {
    const IrOp *d = def(k, *a);
    int64_t c = const_as(k, *b, t);
    if (d->op == OP_AND && d->type == t && is_const(k, d->b) && worth_reaching(k, *a))
        return ir_bin(k, OP_AND, t, d->a, ir_const(k, t, c & const_as(k, d->b, t)));
    Range r = value_range(k, *a);
    uint64_t mask = (uint64_t)c;
    bool is_mask = ((mask + 1) & mask) == 0;
    if (is_mask && !r.sign && type_of(k, *a) == t && (r.bits == 0 || mask >> (r.bits - 1) & 1))
        return *a; // masks off what is zero already
    switch (c) {
    case 0xff:       return ir_un(k, OP_ZEXT8, t, *a);
    case 0xffff:     return ir_un(k, OP_ZEXT16, t, *a);
    case 0xffffffff: return ir_un(k, OP_ZEXT32, t, *a);
    default:         return IR_NONE;
    }
}

static bool is_shift(IrOpcode op) { return op == OP_SHL || op == OP_SHR || op == OP_SAR || op == OP_ROTR; }

// Shifts by constants: left then right by the same is an extension; repeated ones add up.
static IrRef fold_shift(IrBuild *k, IrOpcode op, IrType t, IrRef *a, IrRef *b) {
    const IrOp *d = def(k, *a);
    unsigned w = bits_of(t), n = const_as(k, *b, t) & (w - 1);
    if (n == 0)
        return as_type(k, t, *a);
    if (d->type != t || (d->op != OP_SHL && d->op != op) || !is_const(k, d->b))
        return IR_NONE;
    unsigned m = const_as(k, d->b, t) & (w - 1);
    if (op != OP_SHL && op != OP_ROTR && d->op == OP_SHL && m == n) {
        bool sign = op == OP_SAR;
        switch (w - n) {
        case 8:  return ir_un(k, sign ? OP_SEXT8 : OP_ZEXT8, t, d->a);
        case 16: return ir_un(k, sign ? OP_SEXT16 : OP_ZEXT16, t, d->a);
        case 32: return ir_un(k, sign ? OP_SEXT32 : OP_ZEXT32, t, d->a);
        }
    }
    if ((op == OP_SHR || op == OP_SAR) && d->op == OP_SHL && w == 64 && m == 32 && n < m && n + 3 >= m) { // an index of 32 bits, scaled: shadd's
        IrRef wide = ir_un(k, op == OP_SAR ? OP_SEXT32 : OP_ZEXT32, t, d->a);
        return ir_bin(k, OP_SHL, t, wide, ir_const(k, t, m - n));
    }
    if (d->op == op && op != OP_ROTR && n + m < w && worth_reaching(k, *a))
        return ir_bin(k, op, t, d->a, ir_const(k, t, n + m));
    return IR_NONE;
}

static bool is_power_of_two(uint64_t v) { return v && (v & (v - 1)) == 0; }

// Multiplication and unsigned division by powers of two.
static IrRef fold_scale(IrBuild *k, IrOpcode op, IrType t, IrRef *a, IrRef *b) {
    uint64_t c = (uint64_t)const_as(k, *b, t);
    if (t == T_I32)
        c = (uint32_t)c;
    if (!is_power_of_two(c))
        return IR_NONE;
    switch (op) {
    case OP_MUL:  return ir_bin(k, OP_SHL, t, *a, ir_const(k, t, __builtin_ctzll(c)));
    case OP_DIVU: return ir_bin(k, OP_SHR, t, *a, ir_const(k, t, __builtin_ctzll(c)));
    case OP_REMU: return ir_bin(k, OP_AND, t, *a, ir_const(k, t, (int64_t)(c - 1)));
    default:      return c == 1 && op == OP_DIVS ? as_type(k, t, *a) : IR_NONE;
    }
}

static IrRef fold_const_right(IrBuild *k, IrOpcode op, IrType t, IrRef *a, IrRef *b) {
    int64_t c = const_as(k, *b, t);
    Outcome o = c == 0 ? rules[op].zero : c == -1 || (t == T_I1 && c) ? rules[op].ones : KEEP;
    if (o != KEEP)
        return give(k, o, t, *a);
    switch (op) {
    case OP_ADD: return fold_add(k, t, a, b);
    case OP_SUB: return ir_bin(k, OP_ADD, t, *a, ir_const(k, t, (int64_t)(0 - (uint64_t)c)));
    case OP_AND: return fold_and(k, t, a, b);
    case OP_ANDN: return ir_bin(k, OP_AND, t, *a, ir_const(k, t, ~c));
    case OP_MUL: case OP_DIVU: case OP_REMU: case OP_DIVS:
        return fold_scale(k, op, t, a, b);
    default: return is_shift(op) ? fold_shift(k, op, t, a, b) : IR_NONE;
    }
}

IrRef fold_binary(IrBuild *k, IrOpcode op, IrType t, IrRef *a, IrRef *b) {
    if (t == T_I32) {
        *a = low_part(k, *a, 32);
        *b = low_part(k, *b, 32);
    }
    bool left = is_const(k, *a), right = is_const(k, *b);
    if (left && right)
        return ir_const(k, t, evaluate(k, op, t, *a, *b));
    if (left && rules[op].commutes) {
        IrRef swap = *a;
        *a = *b;
        *b = swap;
        right = true;
    } else if (left && const_as(k, *a, t) == 0 && is_shift(op)) {
        return ir_const(k, t, 0);
    }
    if (right)
        return fold_const_right(k, op, t, a, b);
    return *a == *b ? give(k, rules[op].same, t, *a) : fold_rotation(k, op, t, *a, *b);
}

// ---- comparisons

static IrOpcode opposite(IrOpcode op) {
    switch (op) {
    case OP_EQ:  return OP_NE;
    case OP_NE:  return OP_EQ;
    case OP_LTS: return OP_GES;
    case OP_LTU: return OP_GEU;
    case OP_GES: return OP_LTS;
    default:     return OP_LTU;
    }
}

// c < x is x >= c + 1, and c >= x is x < c + 1, where c + 1 does not wrap; returns IR_NONE with the operands
// turned round.
static IrRef turn_round(IrBuild *k, IrOpcode *op, IrType t, IrRef *a, IrRef *b) {
    IrRef x = *b;
    if (*op != OP_EQ && *op != OP_NE) {
        bool is_signed = *op == OP_LTS || *op == OP_GES;
        uint64_t mask = t == T_I32 ? UINT32_MAX : UINT64_MAX;
        uint64_t c = (uint64_t)const_as(k, *a, t) & mask;
        if (c == (is_signed ? mask >> 1 : mask)) // nothing is greater
            return ir_const(k, T_I1, *op == OP_GES || *op == OP_GEU);
        *op = opposite(*op);
        *b = ir_const(k, t, (int64_t)(c + 1));
    } else {
        *b = *a;
    }
    *a = x;
    return IR_NONE;
}

// bool(c) against 0.
static IrRef fold_bool_test(IrBuild *k, IrOpcode op, IrRef cond) {
    if (op == OP_NE)
        return cond;
    const IrOp *d = def(k, cond);
    if (ir_op_info[d->op].kind == KIND_CMP && (!is_const(k, d->a)))
        return ir_bin(k, opposite(d->op), d->type, d->a, d->b);
    return IR_NONE;
}

IrRef fold_compare(IrBuild *k, IrOpcode *op, IrType t, IrRef *a, IrRef *b) {
    if (t == T_I32) {
        *a = low_part(k, *a, 32);
        *b = low_part(k, *b, 32);
    }
    if (*a == *b)
        return ir_const(k, T_I1, *op == OP_EQ || *op == OP_GES || *op == OP_GEU);
    bool left = is_const(k, *a), right = is_const(k, *b);
    if (left && right)
        return ir_const(k, T_I1, evaluate(k, *op, t, *a, *b));
    if (left) {
        IrRef r = turn_round(k, op, t, a, b);
        if (r != IR_NONE)
            return r;
    } else if (!right) {
        return IR_NONE;
    }
    int64_t c = const_as(k, *b, t);
    if (*op == OP_LTU && c == 1)
        return ir_bin(k, OP_EQ, t, *a, ir_const(k, t, 0));
    if (*op == OP_GEU && c == 1)
        return ir_bin(k, OP_NE, t, *a, ir_const(k, t, 0));
    if (c == 0 && (*op == OP_LTU || *op == OP_GEU))
        return ir_const(k, T_I1, *op == OP_GEU);
    if (c == 0 && (*op == OP_EQ || *op == OP_NE) && def(k, *a)->op == OP_BOOL)
        return fold_bool_test(k, *op, def(k, *a)->a);
    return IR_NONE;
}

// ---- the rest

int fold_condition(const IrBuild *k, IrRef cond) {
    return is_const(k, cond) ? (int)(def(k, cond)->imm & 1) : -1;
}

IrRef fold_select(IrBuild *k, IrType t, IrRef cond, IrRef a, IrRef b) {
    int known = fold_condition(k, cond);
    if (known >= 0 || a == b) {
        IrRef v = known == 0 ? b : a;
        return type_of(k, v) == t || t == T_I32 ? as_type(k, t, v) : IR_NONE;
    }
    bool integer = t == T_I32 || t == T_I64;
    if (integer && is_const(k, a) && is_const(k, b) && const_as(k, a, t) == 1 && const_as(k, b, t) == 0)
        return ir_un(k, OP_BOOL, t, cond);
    return IR_NONE;
}

void fold_address(IrBuild *k, IrRef *base, int32_t *disp) {
    const IrOp *d = def(k, *base);
    IrType t = type_of(k, *base);
    if (d->op == OP_CONST && *disp) {
        *base = ir_const(k, t, wrapping_sum(d->imm, *disp));
        *disp = 0;
    } else if (d->op == OP_PCREL && *disp) {
        *base = ir_pcrel(k, t, wrapping_sum(d->imm, *disp));
        *disp = 0;
    } else if (d->op == OP_ADD && is_const(k, d->b) && type_of(k, d->a) == t && worth_reaching(k, *base)) {
        int64_t sum = wrapping_sum(const_as(k, d->b, t), *disp);
        if (sum == (int32_t)sum) {
            *base = d->a;
            *disp = (int32_t)sum;
        }
    }
}
