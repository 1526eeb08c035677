// SPDX-License-Identifier: MIT
// The vocabulary in which RISC-V instructions are written: rv_*.c read like the manual because what holds for all of them is here.
// x0 reads as zero and is never written; `add`, `load` and the like have the width of XLEN; the W forms work on 32 bits and
// sign-extend; addresses wrap at XLEN. On RV32 the x registers are the low halves of their slots.
#pragma once
#include "cpu/riscv/insn.h"
#include "cpu/riscv/state.h"

struct Trans {
    IrBuild *k;
    const RiscvConfig *config;
    uint32_t ctx;
    bool turns;           // CPUs run one at a time
    bool strict;          // reservations are (vcpu_strict)
    unsigned xlen;
    IrType tx;            // T_I32 or T_I64: the type of an x register
    int32_t pc, next;     // offsets of this instruction and the one after it from vpage
    IrRef boxed[32], unboxed[32]; // of each f register: the value last unboxed in this block, and what came out
    unsigned branches;    // conditional branches passed in this block
};

// ---- registers, constants
static inline uint16_t x_slot(int r) { return (uint16_t)(offsetof(RiscvState, x) + 8 * (unsigned)r); }
static inline uint16_t f_slot(int r) { return (uint16_t)(offsetof(RiscvState, f) + 8 * (unsigned)r); }
static inline IrRef imm(Trans *t, int64_t n) { return ir_const(t->k, t->tx, n); }
static inline IrRef c32(Trans *t, int64_t n) { return ir_const(t->k, T_I32, n); }
static inline IrRef c64(Trans *t, int64_t n) { return ir_const(t->k, T_I64, n); }
static inline IrRef x(Trans *t, int r) { return r ? ir_get(t->k, t->tx, x_slot(r)) : imm(t, 0); }
static inline void set_x(Trans *t, int r, IrRef v) {
    if (r) ir_set(t->k, t->tx, x_slot(r), v);
}
static inline IrRef pc_plus(Trans *t, int32_t offset) { return ir_pcrel(t->k, t->tx, t->pc + (int64_t)offset); }

// ---- integer operations of XLEN bits; shift counts are taken modulo XLEN by the IR
#define BINARY(name, OP) \
    static inline IrRef name(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP, t->tx, a, b); }
#define UNARY(name, OP) \
    static inline IrRef name(Trans *t, IrRef a) { return ir_un(t->k, OP, t->tx, a); }
BINARY(add, OP_ADD) BINARY(sub, OP_SUB) BINARY(and_, OP_AND) BINARY(or_, OP_OR) BINARY(xor_, OP_XOR) BINARY(andn, OP_ANDN)
BINARY(shl, OP_SHL) BINARY(shr, OP_SHR) BINARY(sar, OP_SAR) BINARY(rotr, OP_ROTR)
BINARY(mul, OP_MUL) BINARY(mulhs, OP_MULHS) BINARY(mulhu, OP_MULHU) BINARY(mulhsu, OP_MULHSU)
BINARY(divs, OP_DIVS) BINARY(divu, OP_DIVU) BINARY(rems, OP_REMS) BINARY(remu, OP_REMU)
BINARY(mins, OP_MINS) BINARY(minu, OP_MINU) BINARY(maxs, OP_MAXS) BINARY(maxu, OP_MAXU)
BINARY(clmul, OP_CLMUL) BINARY(clmulh, OP_CLMULH) BINARY(clmulr, OP_CLMULR)
BINARY(xperm4, OP_XPERM4) BINARY(xperm8, OP_XPERM8)
BINARY(eq, OP_EQ) BINARY(ne, OP_NE) BINARY(lts, OP_LTS) BINARY(ltu, OP_LTU) BINARY(ges, OP_GES) BINARY(geu, OP_GEU) // i1
UNARY(clz, OP_CLZ) UNARY(ctz, OP_CTZ) UNARY(popcnt, OP_POPCNT) UNARY(bswap, OP_BSWAP) UNARY(brev8, OP_BREV8)
UNARY(orcb, OP_ORCB) UNARY(zip, OP_ZIP) UNARY(unzip, OP_UNZIP)
UNARY(sext8, OP_SEXT8) UNARY(sext16, OP_SEXT16) UNARY(zext8, OP_ZEXT8) UNARY(zext16, OP_ZEXT16)
UNARY(boolean, OP_BOOL) // i1 to 0 or 1
#undef BINARY
#undef UNARY
static inline IrRef not_(Trans *t, IrRef a) { return xor_(t, a, imm(t, -1)); }
static inline IrRef neg(Trans *t, IrRef a) { return sub(t, imm(t, 0), a); }
static inline IrRef select_(Trans *t, IrRef cond, IrRef a, IrRef b) { return ir_select(t->k, t->tx, cond, a, b); }

// ---- 32-bit operations on the low halves; sext32 makes an x register's value of one
static inline IrRef sext32(Trans *t, IrRef a) { return t->xlen == 32 ? a : ir_un(t->k, OP_SEXT32, T_I64, a); }
static inline IrRef zext32(Trans *t, IrRef a) { return t->xlen == 32 ? a : ir_un(t->k, OP_ZEXT32, T_I64, a); }
static inline IrRef op32(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I32, a, b); }
static inline IrRef un32(Trans *t, IrOpcode op, IrRef a) { return ir_un(t->k, op, T_I32, a); }

// ---- memory: vaddr = x(base) + offset, of XLEN bits
static inline IrRef address(Trans *t, IrRef base, int32_t *offset) {
    if (t->xlen == 64) return base;
    base = ir_un(t->k, OP_ZEXT32, T_I64, add(t, base, imm(t, *offset)));
    *offset = 0;
    return base;
}
static inline IrRef load(Trans *t, IrType type, unsigned memop, int base, int32_t offset) {
    IrRef b = address(t, x(t, base), &offset);
    return ir_load(t->k, type, memop, b, offset);
}
static inline void store(Trans *t, IrType type, unsigned memop, int base, int32_t offset, IrRef v) {
    IrRef b = address(t, x(t, base), &offset);
    ir_store(t->k, type, memop, b, offset, v);
}

// ---- helpers, traps and leaving
enum { MAX_BRANCHES = 3 }; // of a block
static inline void branch_passed(Trans *t) {
    if (++t->branches == MAX_BRANCHES) t->k->full = true;
}
static inline void call(Trans *t, unsigned helper, IrRef a, IrRef b, IrRef c) { ir_call(t->k, T_VOID, helper, a, b, c); }
static inline IrRef bits_of(Trans *t, const Insn *i) { return c64(t, i->bits); }
static inline void illegal(Trans *t, const Insn *i) {
    call(t, H_illegal, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
static inline RiscvPriv priv(const Trans *t) { return t->ctx & RV_CTX_PRIV; }
static inline bool has(const Trans *t, RiscvExt e) { return riscv_has(t->config, e); }
static inline bool is_link(int r) { return r == 1 || r == 5; } // ra, t0: unprivileged manual, table of return-address hints
