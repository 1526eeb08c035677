// SPDX-License-Identifier: MIT
// Pointer authentication instructions: DDI 0487, C6.2. The default cipher is IR, with the keys and masks read where they stand; pauth.c does
// the rest. The half a pointer belongs to is told by bit 55, and `s` is that bit in all places: what bits of the mask differ from it in are
// the signature, so a pointer that passes is the pointer without one, which is known before the signature is.
#include "cpu/arm/pauth.h"
#include "cpu/arm/trans.h"

static IrRef op2(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I64, a, b); }
static IrRef field(Trans *t, size_t offset) { return ir_get(t->k, T_I64, (uint16_t)offset); }

static IrRef modifier(Trans *t, const Insn *i, int r) { return i->mode == 1 ? c64(t, 0) : x_sp(t, r); }
static bool enabled(const Trans *t, const Insn *i) { return t->ctx & ARM_CTX_PAC_KEY << i->size; }
static bool tagged(const Trans *t, bool data) { return t->ctx & ARM_CTX_PAC_TAGGED << data; }

// A key that is off is looked at before.
static bool traps(Trans *t) {
    if (!(t->ctx & ARM_CTX_PAC_TRAP)) return false;
    raise_(t, ESR(EC_PAC, 0));
    return true;
}

static IrRef bit55(Trans *t, IrRef pointer) {
    return op2(t, OP_SAR, op2(t, OP_SHL, pointer, c64(t, 8)), c64(t, 63));
}
static IrRef mask(Trans *t, bool data, IrRef s) {
    size_t at = (el(t) > 1) * sizeof(uint64_t[2]) + data * sizeof(uint64_t);
    IrRef differ = field(t, offsetof(ArmState, pac_differ) + at);
    return op2(t, OP_XOR, field(t, offsetof(ArmState, pac_mask) + at), op2(t, OP_AND, differ, s));
}
static IrRef signature(Trans *t, int key, IrRef value, IrRef with) { // pauth.c: compute
    uint16_t low = (uint16_t)(offsetof(ArmState, apkey) + 16 * (unsigned)key);
    IrRef h = op2(t, OP_MUL, op2(t, OP_XOR, value, field(t, low)), c64(t, (int64_t)PAC_FACTOR1));
    h = op2(t, OP_XOR, op2(t, OP_XOR, ir_un(t->k, OP_BSWAP, T_I64, h), with), field(t, low + 8u));
    return op2(t, OP_MUL, h, c64(t, (int64_t)PAC_FACTOR2));
}

static IrRef sign(Trans *t, const Insn *i, IrRef pointer, IrRef with) {
    bool data = i->size & PAC_DATA;
    if (!enabled(t, i) || traps(t)) return pointer;
    if (t->config->qarma5 || !tagged(t, data)) return ir_call(t->k, T_I64, H_pac_add, pointer, with, c64(t, i->size));
    IrRef s = bit55(t, pointer), m = mask(t, data, s);
    IrRef plain = op2(t, OP_XOR, pointer, op2(t, OP_AND, op2(t, OP_XOR, pointer, s), m));
    return op2(t, OP_XOR, pointer, op2(t, OP_AND, signature(t, i->size, plain, with), m));
}

static IrRef authenticate(Trans *t, const Insn *i, IrRef pointer, IrRef with) {
    if (!enabled(t, i) || traps(t)) return pointer;
    if (t->config->qarma5) return ir_call(t->k, T_I64, H_pac_auth, pointer, with, c64(t, i->size));
    IrRef s = bit55(t, pointer), m = mask(t, i->size & PAC_DATA, s);
    IrRef there = op2(t, OP_AND, op2(t, OP_XOR, pointer, s), m), plain = op2(t, OP_XOR, pointer, there);
    IrRef want = op2(t, OP_AND, signature(t, i->size, plain, with), m);
    ir_trap_if(t->k, op2(t, OP_NE, there, want), H_raise, c64(t, (int64_t)ESR(EC_FPAC, i->size)));
    return plain;
}

static IrRef strip(Trans *t, bool data, IrRef pointer) {
    IrRef s = bit55(t, pointer);
    return op2(t, OP_XOR, pointer, op2(t, OP_AND, op2(t, OP_XOR, pointer, s), mask(t, data, s)));
}

static IrRef generic(Trans *t, IrRef value, IrRef with) {
    if (traps(t)) return value;
    if (t->config->qarma5) return ir_call(t->k, T_I64, H_pac_generic, value, with, IR_NONE);
    return op2(t, OP_AND, signature(t, ARM_KEY_GA, value, with), c64(t, (int64_t)0xffffffff00000000));
}

INSN(pacia) { set_x64(t, i->rd, sign(t, i, x(t, i->rd), modifier(t, i, i->rn))); }
INSN(autia) { set_x64(t, i->rd, authenticate(t, i, x(t, i->rd), modifier(t, i, i->rn))); }
INSN(xpaci) { set_x64(t, i->rd, strip(t, i->size >> 1, x(t, i->rd))); }
INSN(pacga) { set_x64(t, i->rd, generic(t, x(t, i->rn), x_sp(t, i->rm))); }

INSN(braa) { ir_exit_reg(t->k, authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm)), EXIT_HINT_JUMP, 0, lands_jump(t, i)); }
INSN(blraa) {
    IrRef target = authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm));
    set_x64(t, 30, pc_plus(t, 4));
    ir_exit_reg(t->k, target, EXIT_HINT_CALL, t->pc + 4, lands_call(t));
}
INSN(retaa) { ir_exit_reg(t->k, authenticate(t, i, x(t, i->rn), modifier(t, i, i->rm)), EXIT_HINT_RETURN, 0, 0); }
INSN(eretaa) {
    if (el(t) == 0) {
        undefined(t, i);
        return;
    }
    uint16_t elr = (uint16_t)(offsetof(ArmState, elr) + 8 * el(t));
    call(t, H_eret, bits_of(t, i), authenticate(t, i, ir_get(t->k, T_I64, elr), x_sp(t, i->rm)), IR_NONE);
    ir_exit_done(t->k);
}

// The offset counts words of 8 bytes; writing back keeps the base without its signature.
INSN(ldraa) {
    Insn with = *i;
    with.mode = 1;
    int32_t offset = i->imm * 8;
    IrRef base = authenticate(t, &with, x_sp(t, i->rn), c64(t, 0));
    IrRef value = ir_load(t->k, T_I64, MO_64 | (t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0), base, offset);
    if (i->mode) ir_set(t->k, T_I64, x_slot(i->rn), ir_bin(t->k, OP_ADD, T_I64, base, c64(t, offset)));
    set_x64(t, i->rd, value);
}
