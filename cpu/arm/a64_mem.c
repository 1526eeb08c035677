// SPDX-License-Identifier: MIT
// Loads and stores of one register or two: DDI 0487, C4.1.96. Registers are written when the access is done, so that a fault finds
// them as they were; the base last but one, since a load into its own base keeps what was loaded.
#include "cpu/arm/trans.h"

typedef struct Address {
    IrRef base, writeback; // IR_NONE: none
    int32_t disp;
} Address;

static unsigned memory(const Trans *t, unsigned size) {
    return size | (t->ctx & ARM_CTX_ALIGN ? MO_ALIGN : 0);
}
static IrRef plus(Trans *t, IrRef a, int64_t n) { return ir_bin(t->k, OP_ADD, T_I64, a, c64(t, n)); }

static Address address_register(Trans *t, const Insn *i, unsigned size) {
    IrRef index = x(t, i->rm);
    if (i->option == 2) index = zext32(t, index);
    if (i->option == 6) index = sext32(t, index);
    if (i->amount && size) index = ir_bin(t->k, OP_SHL, T_I64, index, c64(t, size));
    return (Address){ir_bin(t->k, OP_ADD, T_I64, x_sp(t, i->rn), index), IR_NONE, 0};
}

static Address address(Trans *t, const Insn *i, unsigned size) {
    IrRef base = x_sp(t, i->rn);
    switch (i->mode) {
    case MODE_POST: return (Address){base, plus(t, base, i->imm), 0};
    case MODE_PRE: return (Address){base, plus(t, base, i->imm), i->imm};
    case MODE_UNSIGNED: return (Address){base, IR_NONE, i->imm << size};
    case MODE_REGISTER: return address_register(t, i, size);
    default: return (Address){base, IR_NONE, i->imm};
    }
}
static void write_back(Trans *t, const Insn *i, const Address *a) {
    if (a->writeback != IR_NONE) ir_set(t->k, T_I64, x_slot(i->rn), a->writeback);
}

// LDTR and STTR see memory as EL0 does (PSTATE.UAO is mmu.c's business).
static unsigned privilege(const Trans *t, const Insn *i) {
    return i->mode == MODE_UNPRIVILEGED && el(t) ? 1u << MO_MMU_SHIFT : 0;
}
static bool index_valid(Trans *t, const Insn *i) {
    if (i->mode != MODE_REGISTER || (i->option & 2)) return true;
    undefined(t, i);
    return false;
}

// ---- one register
INSN(str) {
    unsigned size = (unsigned)i->size;
    if (!index_valid(t, i)) return;
    Address a = address(t, i, size);
    ir_store(t->k, T_I64, memory(t, size) | privilege(t, i), a.base, a.disp, x(t, i->rd));
    write_back(t, i, &a);
}

static void load(Trans *t, const Insn *i, IrType type, unsigned sign) {
    unsigned size = (unsigned)i->size;
    if (!index_valid(t, i)) return;
    Address a = address(t, i, size);
    IrRef v = ir_load(t->k, type, memory(t, size) | sign | privilege(t, i), a.base, a.disp);
    write_back(t, i, &a);
    set_x64(t, i->rd, type == T_I64 ? v : zext32(t, v));
}
INSN(ldr) { load(t, i, T_I64, 0); }
INSN(ldrs__x) {
    if (i->size == 3) undefined(t, i);
    else load(t, i, T_I64, MO_SIGN);
}
INSN(ldrs__w) {
    if (i->size >= 2) undefined(t, i);
    else load(t, i, T_I32, MO_SIGN);
}
INSN(prfm) {
    if (i->mode == MODE_REGISTER) index_valid(t, i);
}

// ---- literal
static IrRef load_literal(Trans *t, const Insn *i, IrType type, unsigned memop, int32_t offset) {
    return ir_load(t->k, type, memop, pc_plus(t, (int64_t)i->imm + offset), 0);
}
INSN(ldr__lit) { set_x64(t, i->rd, load_literal(t, i, T_I64, memory(t, i->sf ? MO_64 : MO_32), 0)); }
INSN(ldrsw__lit) { set_x64(t, i->rd, load_literal(t, i, T_I64, memory(t, MO_32) | MO_SIGN, 0)); }
INSN(prfm__lit) {}

// ---- pairs
static Address address_pair(Trans *t, const Insn *i, unsigned size) {
    IrRef base = x_sp(t, i->rn);
    int32_t offset = i->imm * (1 << size);
    if (i->mode == PAIR_POST) return (Address){base, plus(t, base, offset), 0};
    return (Address){base, i->mode == PAIR_PRE ? plus(t, base, offset) : IR_NONE, offset};
}

// FEAT_LSE2: a pair of X registers in 16 aligned bytes is one access (B2.2.1). Stacks are nobody else's to see, so SP keeps to two, which
// share checks with their neighbours. SCTLR.A wants the alignment of each.
static bool in_one_piece(const Trans *t, const Insn *i) { return i->sf && has(t, ARM_lse2) && i->rn != SP && !(t->ctx & ARM_CTX_ALIGN); }

INSN(stp) {
    unsigned size = i->sf ? MO_64 : MO_32;
    Address a = address_pair(t, i, size);
    if (in_one_piece(t, i)) {
        ir_store(t->k, T_I128, MO_128, a.base, a.disp, ir_pair(t->k, x(t, i->rd), x(t, i->ra)));
        write_back(t, i, &a);
        return;
    }
    ir_store(t->k, T_I64, memory(t, size), a.base, a.disp, x(t, i->rd));
    ir_store(t->k, T_I64, memory(t, size), a.base, a.disp + (1 << size), x(t, i->ra));
    write_back(t, i, &a);
}

static void load_pair(Trans *t, const Insn *i, unsigned size, unsigned sign) {
    Address a = address_pair(t, i, size);
    if (size == MO_64 && in_one_piece(t, i)) {
        IrRef both = ir_load(t->k, T_I128, MO_128, a.base, a.disp);
        write_back(t, i, &a);
        set_x64(t, i->rd, ir_un(t->k, OP_LOW, T_I64, both));
        set_x64(t, i->ra, ir_un(t->k, OP_HIGH, T_I64, both));
        return;
    }
    IrRef first = ir_load(t->k, T_I64, memory(t, size) | sign, a.base, a.disp);
    IrRef second = ir_load(t->k, T_I64, memory(t, size) | sign, a.base, a.disp + (1 << size));
    write_back(t, i, &a);
    set_x64(t, i->rd, first);
    set_x64(t, i->ra, second);
}
INSN(ldp) { load_pair(t, i, i->sf ? MO_64 : MO_32, 0); }
INSN(ldpsw) {
    if (i->mode == PAIR_NONTEMPORAL) undefined(t, i);
    else load_pair(t, i, MO_32, MO_SIGN);
}

// ---- SIMD&FP registers: what is narrower than 128 bits clears the rest
static IrRef load_vector(Trans *t, unsigned size, IrRef base, int32_t disp) {
    static const uint8_t types[5] = {T_I64, T_I64, T_F32, T_F64, T_V128};
    IrRef r = ir_load(t->k, types[size], memory(t, size), base, disp);
    return size < 2 ? ir_un(t->k, OP_BITCAST, T_F64, r) : r;
}
static void store_vector(Trans *t, unsigned size, IrRef base, int32_t disp, int r) {
    static const uint8_t types[5] = {T_I64, T_I64, T_F32, T_F64, T_V128};
    ir_store(t->k, types[size], memory(t, size), base, disp, ir_get(t->k, types[size], v_slot(r)));
}

// Of str and ldr: log2 of the bytes, or -1 where it is reserved.
static int vector_size(const Insn *i) { return i->cond & 2 ? (i->size ? -1 : 4) : i->size; }

INSN(str__v) {
    int size = vector_size(i);
    if (size < 0 || i->mode == MODE_UNPRIVILEGED) {
        undefined(t, i);
    } else if (index_valid(t, i) && fp_enabled(t)) {
        Address a = address(t, i, (unsigned)size);
        store_vector(t, (unsigned)size, a.base, a.disp, i->rd);
        write_back(t, i, &a);
    }
}
INSN(ldr__v) {
    int size = vector_size(i);
    if (size < 0 || i->mode == MODE_UNPRIVILEGED) {
        undefined(t, i);
    } else if (index_valid(t, i) && fp_enabled(t)) {
        Address a = address(t, i, (unsigned)size);
        IrRef v = load_vector(t, (unsigned)size, a.base, a.disp);
        write_back(t, i, &a);
        set_vector(t, i->rd, v);
    }
}
INSN(ldr__vlit) {
    if (i->option == 3) undefined(t, i);
    else if (fp_enabled(t)) set_vector(t, i->rd, load_vector(t, (unsigned)i->option + 2, pc_plus(t, i->imm), 0));
}
INSN(stp__v) {
    if (i->option == 3) {
        undefined(t, i);
    } else if (fp_enabled(t)) {
        unsigned size = (unsigned)i->option + 2;
        Address a = address_pair(t, i, size);
        store_vector(t, size, a.base, a.disp, i->rd);
        store_vector(t, size, a.base, a.disp + (1 << size), i->ra);
        write_back(t, i, &a);
    }
}
INSN(ldp__v) {
    if (i->option == 3) {
        undefined(t, i);
    } else if (fp_enabled(t)) {
        unsigned size = (unsigned)i->option + 2;
        Address a = address_pair(t, i, size);
        IrRef first = load_vector(t, size, a.base, a.disp), second = load_vector(t, size, a.base, a.disp + (1 << size));
        write_back(t, i, &a);
        set_vector(t, i->rd, first);
        set_vector(t, i->ra, second);
    }
}
