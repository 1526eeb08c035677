// SPDX-License-Identifier: MIT
// Data processing, register: DDI 0487, C4.1.97.
#include "cpu/arm/trans.h"

// ---- operands
static IrRef shifted(Trans *t, const Insn *i) {
    static IrRef (*const op[4])(Trans *, IrRef, IrRef) = {shl, shr, sar, rotr};
    IrRef v = x(t, i->rm);
    return i->amount ? op[i->shift](t, v, imm(t, i->amount)) : v;
}

// J1.3.3, ExtendReg.
static IrRef extended(Trans *t, const Insn *i) {
    IrRef v = x(t, i->rm);
    switch (i->option) {
    case 0: v = zext8(t, v); break;
    case 1: v = zext16(t, v); break;
    case 2: v = t->tx == T_I64 ? zext32(t, v) : v; break;
    case 4: v = sext8(t, v); break;
    case 5: v = sext16(t, v); break;
    case 6: v = t->tx == T_I64 ? sext32(t, v) : v; break;
    }
    return i->amount ? shl(t, v, imm(t, i->amount)) : v;
}

static bool shift_valid(Trans *t, const Insn *i, bool rotates) {
    if ((i->sf || i->amount < 32) && (rotates || i->shift != 3)) return true;
    undefined(t, i);
    return false;
}
static bool extend_valid(Trans *t, const Insn *i) {
    if (i->amount <= 4) return true;
    undefined(t, i);
    return false;
}

// ---- addition and subtraction
static IrRef sum(Trans *t, bool subtract, bool flags, IrRef a, IrRef b) {
    if (flags) (subtract ? flags_sub : flags_add)(t, a, b);
    return subtract ? sub(t, a, b) : add(t, a, b);
}
static void add_shifted(Trans *t, const Insn *i, bool subtract, bool flags) {
    if (!shift_valid(t, i, false)) return;
    set_x(t, i->rd, sum(t, subtract, flags, x(t, i->rn), shifted(t, i)));
}
static void add_extended(Trans *t, const Insn *i, bool subtract, bool flags) {
    if (!extend_valid(t, i)) return;
    IrRef r = sum(t, subtract, flags, x_sp(t, i->rn), extended(t, i));
    if (flags) set_x(t, i->rd, r);
    else set_x_sp(t, i->rd, r);
}
INSN(add__reg) { add_shifted(t, i, false, false); }
INSN(adds__reg) { add_shifted(t, i, false, true); }
INSN(sub__reg) { add_shifted(t, i, true, false); }
INSN(subs__reg) { add_shifted(t, i, true, true); }
INSN(add__ext) { add_extended(t, i, false, false); }
INSN(adds__ext) { add_extended(t, i, false, true); }
INSN(sub__ext) { add_extended(t, i, true, false); }
INSN(subs__ext) { add_extended(t, i, true, true); }

// With carry: too rare to keep its three operands, so the flags are packed at once. Subtraction adds the complement.
static void add_carry(Trans *t, const Insn *i, bool subtract, bool flags) {
    IrRef a = x(t, i->rn), b = x(t, i->rm), carry = boolean(t, flags_carry(t));
    if (subtract) b = not_(t, b);
    IrRef partial = add(t, a, b), r = add(t, partial, carry);
    if (flags) {
        IrRef c = ir_bin(t->k, OP_OR, T_I1, ltu(t, partial, a), ltu(t, r, partial));
        IrRef v = lts(t, and_(t, xor_(t, a, r), xor_(t, b, r)), imm(t, 0));
        IrRef n = lts(t, r, imm(t, 0)), z = eq(t, r, imm(t, 0)), packed = c32(t, 0);
        const struct { IrRef set; uint32_t bit; } flag[] = {{n, 31}, {z, 30}, {c, 29}, {v, 28}};
        for (unsigned k = 0; k < 4; k++) {
            IrRef bit = ir_bin(t->k, OP_SHL, T_I32, ir_un(t->k, OP_BOOL, T_I32, flag[k].set), c32(t, flag[k].bit));
            packed = ir_bin(t->k, OP_OR, T_I32, packed, bit);
        }
        flags_packed(t, packed);
    }
    set_x(t, i->rd, r);
}
INSN(adc) { add_carry(t, i, false, false); }
INSN(adcs) { add_carry(t, i, false, true); }
INSN(sbc) { add_carry(t, i, true, false); }
INSN(sbcs) { add_carry(t, i, true, true); }

// ---- logical
static void logical(Trans *t, const Insn *i, IrRef (*op)(Trans *, IrRef, IrRef), bool invert, bool flags) {
    if (!shift_valid(t, i, true)) return;
    IrRef b = shifted(t, i), r;
    if (invert) b = not_(t, b);
    r = op(t, x(t, i->rn), b);
    if (flags) flags_logic(t, r);
    set_x(t, i->rd, r);
}
INSN(and__reg) { logical(t, i, and_, false, false); }
INSN(orr__reg) { logical(t, i, or_, false, false); }
INSN(orn) { logical(t, i, or_, true, false); }
INSN(eor__reg) { logical(t, i, xor_, false, false); }
INSN(eon) { logical(t, i, xor_, true, false); }
INSN(ands__reg) { logical(t, i, and_, false, true); }
INSN(bic) { logical(t, i, andn, false, false); }
INSN(bics) { logical(t, i, andn, false, true); }

// ---- two sources
static void binary(Trans *t, const Insn *i, IrRef (*op)(Trans *, IrRef, IrRef)) {
    set_x(t, i->rd, op(t, x(t, i->rn), x(t, i->rm)));
}
INSN(lslv) { binary(t, i, shl); }
INSN(lsrv) { binary(t, i, shr); }
INSN(asrv) { binary(t, i, sar); }
INSN(rorv) { binary(t, i, rotr); }
// A division by zero gives zero.
static void divide(Trans *t, const Insn *i, IrRef (*op)(Trans *, IrRef, IrRef)) {
    IrRef b = x(t, i->rm);
    set_x(t, i->rd, select_(t, eq(t, b, imm(t, 0)), imm(t, 0), op(t, x(t, i->rn), b)));
}
INSN(udiv) { divide(t, i, divu); }
INSN(sdiv) { divide(t, i, divs); }

static void crc(Trans *t, const Insn *i, unsigned helper) {
    IrRef r = ir_call(t->k, T_I32, helper, x(t, i->rn), x(t, i->rm), c64(t, 1 << i->size));
    set_x64(t, i->rd, zext32(t, r));
}
INSN(crc32b) { crc(t, i, H_crc32); }
INSN(crc32cb) { crc(t, i, H_crc32c); }

// ---- one source
INSN(rbit) { set_x(t, i->rd, bswap(t, brev8(t, x(t, i->rn)))); }
INSN(rev) { set_x(t, i->rd, bswap(t, x(t, i->rn))); }
INSN(rev32) { set_x(t, i->rd, rotr(t, bswap(t, x(t, i->rn)), imm(t, 32))); }
INSN(rev16) {
    IrRef v = x(t, i->rn), odd = imm(t, 0x00ff00ff00ff00ff), eight = imm(t, 8);
    set_x(t, i->rd, or_(t, and_(t, shr(t, v, eight), odd), shl(t, and_(t, v, odd), eight)));
}
INSN(clz) { set_x(t, i->rd, clz(t, x(t, i->rn))); }
// Leading bits equal to the sign, without the sign itself: zeros of x ^ x << 1, of which bit 0 is no pair.
INSN(cls) {
    IrRef v = x(t, i->rn);
    set_x(t, i->rd, clz(t, or_(t, xor_(t, v, shl(t, v, imm(t, 1))), imm(t, 1))));
}

// ---- three sources
INSN(madd) { set_x(t, i->rd, add(t, x(t, i->ra), mul(t, x(t, i->rn), x(t, i->rm)))); }
INSN(msub) { set_x(t, i->rd, sub(t, x(t, i->ra), mul(t, x(t, i->rn), x(t, i->rm)))); }
static IrRef product(Trans *t, const Insn *i, IrRef (*extend)(Trans *, IrRef)) {
    return mul(t, extend(t, x(t, i->rn)), extend(t, x(t, i->rm)));
}
INSN(smaddl) { set_x(t, i->rd, add(t, x(t, i->ra), product(t, i, sext32))); }
INSN(smsubl) { set_x(t, i->rd, sub(t, x(t, i->ra), product(t, i, sext32))); }
INSN(umaddl) { set_x(t, i->rd, add(t, x(t, i->ra), product(t, i, zext32))); }
INSN(umsubl) { set_x(t, i->rd, sub(t, x(t, i->ra), product(t, i, zext32))); }
INSN(smulh) { binary(t, i, mulhs); }
INSN(umulh) { binary(t, i, mulhu); }

// ---- conditional
INSN(csel) { set_x(t, i->rd, select_(t, flags_holds(t, (unsigned)i->cond), x(t, i->rn), x(t, i->rm))); }
INSN(csinc) {
    IrRef holds = flags_holds(t, (unsigned)i->cond);
    set_x(t, i->rd, select_(t, holds, x(t, i->rn), add(t, x(t, i->rm), imm(t, 1))));
}
INSN(csinv) {
    IrRef holds = flags_holds(t, (unsigned)i->cond);
    set_x(t, i->rd, select_(t, holds, x(t, i->rn), not_(t, x(t, i->rm))));
}
INSN(csneg) {
    IrRef holds = flags_holds(t, (unsigned)i->cond);
    set_x(t, i->rd, select_(t, holds, x(t, i->rn), sub(t, imm(t, 0), x(t, i->rm))));
}

static void compare_if(Trans *t, const Insn *i, bool subtract, IrRef b) {
    IrRef holds = flags_holds(t, (unsigned)i->cond), a = x(t, i->rn);
    if (ir_is_const(t->k->b, holds) && t->k->b->ops[holds].imm) (subtract ? flags_sub : flags_add)(t, a, b);
    else flags_if(t, holds, subtract, a, b, (uint32_t)i->mode << 28);
}
INSN(ccmp__reg) { compare_if(t, i, true, x(t, i->rm)); }
INSN(ccmn__reg) { compare_if(t, i, false, x(t, i->rm)); }
INSN(ccmp__imm) { compare_if(t, i, true, imm(t, i->imm)); }
INSN(ccmn__imm) { compare_if(t, i, false, imm(t, i->imm)); }

// ---- FEAT_FlagM
static IrRef op32(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I32, a, b); }

INSN(rmif) {
    IrRef turned = ir_bin(t->k, OP_ROTR, T_I64, x(t, i->rn), c64(t, i->amount));
    IrRef bits = op32(t, OP_SHL, turned, c32(t, 28));
    uint32_t mask = (uint32_t)i->mode << 28;
    IrRef keep = op32(t, OP_AND, flags_get(t), c32(t, (int32_t)~mask));
    flags_packed(t, op32(t, OP_OR, keep, op32(t, OP_AND, bits, c32(t, (int32_t)mask))));
}
static void set_narrow(Trans *t, const Insn *i, unsigned bits) { // N, Z, V of the low bits; C stays
    IrRef v = op32(t, OP_SHL, x(t, i->rn), c32(t, 32 - (int)bits));
    IrRef next = op32(t, OP_SHL, x(t, i->rn), c32(t, 31 - (int)bits)); // bit 31: the one above
    IrRef n = op32(t, OP_AND, v, c32(t, (int32_t)NZCV_N));
    IrRef z = ir_select(t->k, T_I32, op32(t, OP_EQ, v, c32(t, 0)), c32(t, NZCV_Z), c32(t, 0));
    IrRef o = op32(t, OP_AND, op32(t, OP_SHR, op32(t, OP_XOR, v, next), c32(t, 3)), c32(t, NZCV_V));
    IrRef c = op32(t, OP_AND, flags_get(t), c32(t, NZCV_C));
    flags_packed(t, op32(t, OP_OR, op32(t, OP_OR, n, z), op32(t, OP_OR, c, o)));
}
INSN(setf8) { set_narrow(t, i, 8); }
INSN(setf16) { set_narrow(t, i, 16); }
