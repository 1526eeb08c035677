// SPDX-License-Identifier: MIT
// Condition flags at translation. An instruction that sets flags stores its operands (cc_a, cc_b, cc_op); a reader in the same block
// compares those operands itself, so that cmp and b.cond become one comparison. Stores that the block overwrites before it may leave
// are dropped by ir_finish like any other SET. Who reads flags that came from elsewhere asks a helper, which packs them.
// DDI 0487, J1.3.3: AddWithCarry, ConditionHolds.
#include "cpu/arm/trans.h"

enum { CC_A = offsetof(ArmState, cc_a), CC_B = offsetof(ArmState, cc_b), CC_OP = offsetof(ArmState, cc_op) };

static IrRef bin(Trans *t, IrOpcode op, IrType type, IrRef a, IrRef b) { return ir_bin(t->k, op, type, a, b); }
static IrRef zero(Trans *t, IrType type) { return ir_const(t->k, type, 0); }
static IrRef truth(Trans *t, bool value) { return ir_const(t->k, T_I1, value); }
static IrRef both(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP_AND, T_I1, a, b); }
static IrRef invert(Trans *t, IrRef a) { return ir_bin(t->k, OP_XOR, T_I1, a, truth(t, true)); }

// ---- setting

static void store_op(Trans *t, int op) {
    if (t->cc_op != op) ir_set(t->k, T_I32, CC_OP, c32(t, op));
    t->cc_op = op;
}

// A slot of 64 bits takes values of 32 as well: their upper half does not matter.
static IrRef as64(Trans *t, IrRef v) {
    return ir_result_type(&t->k->b->ops[v]) == T_I64 ? v : zext32(t, v);
}

static void set_flags(Trans *t, int kind, int op, IrRef a, IrRef b) {
    t->flags = (Flags){.kind = kind, .type = t->tx, .a = a, .b = b, .cond = IR_NONE};
    store_op(t, op + (t->tx == T_I64));
    ir_set(t->k, T_I64, CC_A, as64(t, a));
    if (b != IR_NONE) ir_set(t->k, T_I64, CC_B, as64(t, b));
}

void flags_add(Trans *t, IrRef a, IrRef b) { set_flags(t, FLAGS_ADD, CC_ADD32, a, b); }
void flags_sub(Trans *t, IrRef a, IrRef b) { set_flags(t, FLAGS_SUB, CC_SUB32, a, b); }
void flags_logic(Trans *t, IrRef a) { set_flags(t, FLAGS_LOGIC, CC_LOGIC32, a, IR_NONE); }

void flags_fp(Trans *t, IrType type, IrRef a, IrRef b) {
    t->flags = (Flags){.kind = FLAGS_FP, .type = type, .a = a, .b = b, .cond = IR_NONE};
    store_op(t, type == T_F64 ? CC_FP64 : CC_FP32);
    ir_set(t->k, type, CC_A, a);
    ir_set(t->k, type, CC_B, b);
}

void flags_fp_if(Trans *t, IrType type, IrRef cond, IrRef a, IrRef b, int n, int m, uint32_t otherwise) {
    t->flags = (Flags){FLAGS_FP, type, a, b, cond, otherwise};
    t->cc_op = -1;
    ir_set(t->k, T_I32, CC_OP, ir_select(t->k, T_I32, cond, c32(t, type == T_F64 ? CC_FP64 : CC_FP32), c32(t, CC_NZCV)));
    ir_set(t->k, T_I64, CC_A, ir_select(t->k, T_I64, cond, v_low(t, n), c64(t, otherwise)));
    ir_set(t->k, T_I64, CC_B, v_low(t, m));
}

void flags_packed(Trans *t, IrRef nzcv) {
    t->flags = (Flags){.kind = FLAGS_PACKED, .a = nzcv, .cond = IR_NONE};
    store_op(t, CC_NZCV);
    ir_set(t->k, T_I64, CC_A, as64(t, nzcv));
}

void flags_if(Trans *t, IrRef cond, bool subtract, IrRef a, IrRef b, uint32_t otherwise) {
    int op = (subtract ? CC_SUB32 : CC_ADD32) + (t->tx == T_I64);
    t->flags = (Flags){subtract ? FLAGS_SUB : FLAGS_ADD, t->tx, a, b, cond, otherwise};
    t->cc_op = -1;
    ir_set(t->k, T_I32, CC_OP, ir_select(t->k, T_I32, cond, c32(t, op), c32(t, CC_NZCV)));
    ir_set(t->k, T_I64, CC_A, ir_select(t->k, T_I64, cond, as64(t, a), c64(t, otherwise)));
    ir_set(t->k, T_I64, CC_B, as64(t, b));
}

void flags_forget(Trans *t) {
    t->flags = (Flags){.kind = FLAGS_STORED, .cond = IR_NONE};
    t->cc_op = -1;
}

// ---- reading

// Only the state knows: a helper packs them, and from then on they are known in that form.
static void flags_load(Trans *t) {
    IrRef nzcv = ir_call(t->k, T_I32, H_nzcv, IR_NONE, IR_NONE, IR_NONE);
    t->flags = (Flags){.kind = FLAGS_PACKED, .a = nzcv, .cond = IR_NONE};
}

// Is the sign of V set, as bit width-1 of the value? V = both operands' signs differ from the result's (addition).
static IrRef overflow(Trans *t, const Flags *f, IrRef result) {
    IrRef x = bin(t, OP_XOR, f->type, f->a, result);
    IrRef y = f->kind == FLAGS_ADD ? bin(t, OP_XOR, f->type, f->b, result) : bin(t, OP_XOR, f->type, f->a, f->b);
    return bin(t, OP_AND, f->type, x, y);
}

// The conditions come in pairs, the odd one the inverse of the even one: 0 EQ, 2 CS, 4 MI, 6 VS, 8 HI, 10 GE, 12 GT, 14 AL.
static IrRef sub_holds(Trans *t, const Flags *f, unsigned cond) {
    IrRef r;
    switch (cond) {
    case 0: return bin(t, OP_EQ, f->type, f->a, f->b);
    case 1: return bin(t, OP_NE, f->type, f->a, f->b);
    case 2: return bin(t, OP_GEU, f->type, f->a, f->b);
    case 3: return bin(t, OP_LTU, f->type, f->a, f->b);
    case 4: case 5:
        r = bin(t, OP_SUB, f->type, f->a, f->b);
        return bin(t, cond & 1 ? OP_GES : OP_LTS, f->type, r, zero(t, f->type));
    case 6: case 7:
        r = bin(t, OP_SUB, f->type, f->a, f->b);
        return bin(t, cond & 1 ? OP_GES : OP_LTS, f->type, overflow(t, f, r), zero(t, f->type));
    case 8: return bin(t, OP_LTU, f->type, f->b, f->a);
    case 9: return bin(t, OP_GEU, f->type, f->b, f->a);
    case 10: return bin(t, OP_GES, f->type, f->a, f->b);
    case 11: return bin(t, OP_LTS, f->type, f->a, f->b);
    case 12: return bin(t, OP_LTS, f->type, f->b, f->a);
    default: return bin(t, OP_GES, f->type, f->b, f->a);
    }
}

// Of an even condition after an addition.
static IrRef add_even(Trans *t, const Flags *f, unsigned cond) {
    IrRef r = bin(t, OP_ADD, f->type, f->a, f->b), none = zero(t, f->type);
    switch (cond) {
    case 0: return bin(t, OP_EQ, f->type, r, none);
    case 2: return bin(t, OP_LTU, f->type, r, f->a);
    case 4: return bin(t, OP_LTS, f->type, r, none);
    case 6: return bin(t, OP_LTS, f->type, overflow(t, f, r), none);
    case 8: return both(t, bin(t, OP_LTU, f->type, r, f->a), bin(t, OP_NE, f->type, r, none));
    default: // GE: N = V, GT: and not Z
        r = bin(t, OP_XOR, f->type, overflow(t, f, r), r);
        r = bin(t, OP_GES, f->type, r, none);
        if (cond == 10) return r;
        return both(t, r, bin(t, OP_NE, f->type, bin(t, OP_ADD, f->type, f->a, f->b), none));
    }
}

static IrRef logic_holds(Trans *t, const Flags *f, unsigned cond) {
    static const uint8_t op[16] = {OP_EQ, OP_NE, 0, 0, OP_LTS, OP_GES, 0, 0, 0, 0, OP_GES, OP_LTS, OP_LTS, OP_GES};
    IrRef none = zero(t, f->type);
    if (!op[cond]) return truth(t, cond == 3 || cond == 7 || cond == 9); // C = V = 0: CC, VC, LS
    return cond >= 12 ? bin(t, op[cond], f->type, none, f->a) : bin(t, op[cond], f->type, f->a, none);
}

static IrRef test_bits(Trans *t, IrRef packed, uint32_t mask, uint32_t want) {
    return bin(t, OP_EQ, T_I32, bin(t, OP_AND, T_I32, packed, c32(t, (int32_t)mask)), c32(t, (int32_t)want));
}

static IrRef packed_even(Trans *t, const Flags *f, unsigned cond) {
    switch (cond) {
    case 0: return test_bits(t, f->a, NZCV_Z, NZCV_Z);
    case 2: return test_bits(t, f->a, NZCV_C, NZCV_C);
    case 4: return test_bits(t, f->a, NZCV_N, NZCV_N);
    case 6: return test_bits(t, f->a, NZCV_V, NZCV_V);
    case 8: return test_bits(t, f->a, NZCV_C | NZCV_Z, NZCV_C);
    default: {
        IrRef differ = bin(t, OP_XOR, T_I32, f->a, bin(t, OP_SHL, T_I32, f->a, c32(t, 3))); // bit 31: N xor V
        IrRef same = bin(t, OP_GES, T_I32, differ, c32(t, 0));
        return cond == 10 ? same : both(t, same, test_bits(t, f->a, NZCV_Z, 0));
    }
    }
}

// What a constant says: the operations are those of packed_even.
static bool constant_holds(uint32_t nzcv, unsigned cond) {
    bool n = nzcv & NZCV_N, z = nzcv & NZCV_Z, c = nzcv & NZCV_C, v = nzcv & NZCV_V;
    const bool even[8] = {z, c, n, v, c && !z, n == v, n == v && !z, true};
    return even[cond >> 1] != (cond & 1 && cond != 15);
}

// Of less, equal, greater and unordered; what signals has done so already.
static IrRef fp_holds(Trans *t, const Flags *f, unsigned cond) {
    static const uint8_t op[14] = {OP_FEQ, OP_FNE, OP_FNLT, OP_FLT, OP_FLT, OP_FNLT, OP_FUNORD, OP_FUNORD, OP_FNLE, OP_FLE, OP_FLE, OP_FNLE,
                                   OP_FLT, OP_FNLT};
    bool swap = cond >= 10;
    IrRef r = ir_fp(t->k, op[cond], f->type, FP_DYN | FP_ARM | FP_QUIET, swap ? f->b : f->a, swap ? f->a : f->b, IR_NONE);
    return cond == 7 ? invert(t, r) : r;
}

static IrRef plain_holds(Trans *t, const Flags *f, unsigned cond) {
    IrRef r;
    switch (f->kind) {
    case FLAGS_SUB: return sub_holds(t, f, cond);
    case FLAGS_LOGIC: return logic_holds(t, f, cond);
    case FLAGS_FP: return fp_holds(t, f, cond);
    case FLAGS_ADD: r = add_even(t, f, cond & ~1u); break;
    default: r = packed_even(t, f, cond & ~1u); break;
    }
    return cond & 1 ? invert(t, r) : r;
}

IrRef flags_holds(Trans *t, unsigned cond) {
    if (cond >= 14) return truth(t, true);
    if (t->flags.kind == FLAGS_STORED) flags_load(t);
    const Flags *f = &t->flags;
    IrRef r = plain_holds(t, f, cond);
    if (f->cond == IR_NONE) return r;
    return ir_select(t->k, T_I1, f->cond, r, truth(t, constant_holds(f->otherwise, cond)));
}

IrRef flags_carry(Trans *t) { return flags_holds(t, 2); }

IrRef flags_get(Trans *t) {
    if (t->flags.kind != FLAGS_PACKED) flags_load(t);
    return t->flags.a;
}
