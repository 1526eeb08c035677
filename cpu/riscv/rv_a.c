// SPDX-License-Identifier: MIT
// Atomics: Zalrsc, Zaamo, Zabha, Zacas. Unprivileged manual, "A Extension for Atomic Instructions".
//
// LR keeps the address and the value it saw; SC is a compare-and-swap of that value, if the address is the same. A store in between that
// leaves the old value (ABA) goes unnoticed, which no lock or reference count built on LR/SC can tell; where reservations are strict, both
// are helpers, and it ends the reservation (tcg/run/reserve.c). So does any SC.
// Misaligned atomics trap, so each is one host operation; on x86 every locked one is a full fence, stronger than aq and rl ask for.
#include "cpu/riscv/trans.h"

static unsigned atomic(const Insn *i, unsigned size) {
    return size | MO_ALIGN | MO_ATOMIC | (i->aq ? MO_ACQ : 0) | (i->rl ? MO_REL : 0);
}

static IrRef atomic_address(Trans *t, const Insn *i) {
    int32_t offset = 0;
    return address(t, x(t, i->rs1), &offset);
}

// ---- load-reserved, store-conditional
enum { RES_VADDR = offsetof(RiscvState, res_vaddr), RES_VALUE = offsetof(RiscvState, res_value) };

static void load_reserved(Trans *t, const Insn *i, unsigned size) {
    IrRef vaddr = atomic_address(t, i), value;
    if (t->strict) {
        value = ir_call(t->k, T_I64, H_lr, vaddr, c64(t, atomic(i, size)), IR_NONE);
        set_x(t, i->rd, size == MO_32 ? sext32(t, value) : value);
        return;
    }
    value = ir_load(t->k, T_I64, atomic(i, size), vaddr, 0);
    ir_set(t->k, T_I64, RES_VADDR, vaddr);
    ir_set(t->k, T_I64, RES_VALUE, value);
    set_x(t, i->rd, size == MO_32 ? sext32(t, value) : value);
}
INSN(lr_w) { load_reserved(t, i, MO_32); }
INSN(lr_d) { load_reserved(t, i, MO_64); }

// Without the reservation the compare-and-swap puts back what it expects, so memory keeps its value whatever it is; no branch is needed.
// (An SC that fails may fault like a store: "Zalrsc", on address-based exceptions.)
static void store_conditional(Trans *t, const Insn *i, unsigned size) {
    IrRef vaddr = atomic_address(t, i), value = x(t, i->rs2);
    if (t->strict) {
        value = t->xlen == 32 ? ir_un(t->k, OP_ZEXT32, T_I64, value) : value;
        set_x(t, i->rd, ir_call(t->k, T_I64, H_sc, vaddr, value, c64(t, atomic(i, size))));
        return;
    }
    IrRef reserved = ir_get(t->k, T_I64, RES_VADDR), seen = ir_get(t->k, T_I64, RES_VALUE);
    if (t->xlen == 32) value = ir_un(t->k, OP_ZEXT32, T_I64, value);
    IrRef update = ir_select(t->k, T_I64, ir_bin(t->k, OP_EQ, T_I64, reserved, vaddr), value, seen);
    IrRef old = ir_amo(t->k, OP_CAS, T_I64, atomic(i, size), vaddr, seen, update);
    IrRef differs = boolean(t, ir_bin(t->k, OP_NE, size == MO_32 ? T_I32 : T_I64, old, seen));
    ir_set(t->k, T_I64, RES_VADDR, c64(t, (int64_t)RV_RES_NONE));
    set_x(t, i->rd, or_(t, differs, boolean(t, ir_bin(t->k, OP_NE, T_I64, reserved, vaddr))));
}
INSN(sc_w) { store_conditional(t, i, MO_32); }
INSN(sc_d) { store_conditional(t, i, MO_64); }

// ---- read-modify-write: rd is the old value, sign-extended; x0 still does it
static void amo(Trans *t, const Insn *i, IrOpcode op, unsigned size) {
    unsigned memop = atomic(i, size) | (size == MO_64 ? 0 : MO_SIGN);
    set_x(t, i->rd, ir_amo(t->k, op, t->tx, memop, atomic_address(t, i), x(t, i->rs2), IR_NONE));
}
#define AMO(name, op) \
    INSN(name##_w) { amo(t, i, op, MO_32); } \
    INSN(name##_d) { amo(t, i, op, MO_64); } \
    INSN(name##_b) { amo(t, i, op, MO_8); } \
    INSN(name##_h) { amo(t, i, op, MO_16); }
AMO(amoadd, OP_AMO_ADD)
AMO(amoswap, OP_AMO_SWAP)
AMO(amoxor, OP_AMO_XOR)
AMO(amoor, OP_AMO_OR)
AMO(amoand, OP_AMO_AND)
AMO(amomin, OP_AMO_MINS)
AMO(amomax, OP_AMO_MAXS)
AMO(amominu, OP_AMO_MINU)
AMO(amomaxu, OP_AMO_MAXU)
#undef AMO

// ---- Zacas: rd holds the expected value and gets the old one
static void compare_and_swap(Trans *t, const Insn *i, unsigned size) {
    unsigned memop = atomic(i, size) | (size == MO_64 ? 0 : MO_SIGN);
    set_x(t, i->rd, ir_amo(t->k, OP_CAS, t->tx, memop, atomic_address(t, i), x(t, i->rd), x(t, i->rs2)));
}
INSN(amocas_w) { compare_and_swap(t, i, MO_32); }
INSN(amocas_d) { compare_and_swap(t, i, MO_64); }
INSN(amocas_b) { compare_and_swap(t, i, MO_8); }
INSN(amocas_h) { compare_and_swap(t, i, MO_16); }
// Twice XLEN: register pairs, taken from the state by the helper.
INSN(amocas_pair) { call(t, H_amocas_pair, atomic_address(t, i), bits_of(t, i), IR_NONE); }
