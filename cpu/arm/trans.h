// SPDX-License-Identifier: MIT
// The vocabulary in which A64 instructions are written: a64_*.c read like the manual because what holds for all of them is here.
// Register 31 is XZR in `x` and `set_x` and SP in `x_sp` and `set_x_sp`; the 32-bit forms (`sf` = 0) compute with the low halves and
// zero-extend; conditions and flags never touch PSTATE but through flags.h.
#pragma once
#include "cpu/arm/insn.h"
#include "cpu/arm/state.h"

// What the flags are at this point of the block.
typedef struct Flags {
    enum { FLAGS_STORED, FLAGS_ADD, FLAGS_SUB, FLAGS_LOGIC, FLAGS_FP, FLAGS_PACKED } kind;
    IrType type;       // of the operation
    IrRef a, b;        // its operands; PACKED: a, an i32 with NZCV in bits 31:28
    IrRef cond;        // not IR_NONE (ccmp): only if this holds; else the flags are `otherwise`
    uint32_t otherwise; // NZCV in bits 31:28
} Flags;

struct Trans {
    IrBuild *k;
    const ArmConfig *config;
    uint32_t ctx;
    bool semihosting;     // there is some at this exception level
    bool strict;          // exclusives are (vcpu_strict)
    IrType tx;            // of this instruction's form: T_I32 or T_I64
    int32_t pc;           // offset of this instruction from vpage
    unsigned branches;    // conditional branches passed in this block
    Flags flags;
    int cc_op;            // what cc_op was last set to in this block; -1: not known
};

enum { MAX_BRANCHES = 3 }; // of a block
static inline void branch_passed(Trans *t) {
    if (++t->branches == MAX_BRANCHES) t->k->full = true;
}

// ---- registers, constants
enum { SP = 31 };
static inline uint16_t x_slot(int r) { return (uint16_t)(offsetof(ArmState, x) + 8 * (unsigned)r); }
static inline uint16_t v_slot(int r) { return (uint16_t)(offsetof(ArmState, v) + 16 * (unsigned)r); }
static inline IrRef c32(Trans *t, int64_t n) { return ir_const(t->k, T_I32, n); }
static inline IrRef c64(Trans *t, int64_t n) { return ir_const(t->k, T_I64, n); }
static inline IrRef imm(Trans *t, int64_t n) { return ir_const(t->k, t->tx, n); }
static inline unsigned width(const Trans *t) { return t->tx == T_I64 ? 64 : 32; }
// A source register: 64 bits wide, of which a 32-bit operation reads the low half.
static inline IrRef x_sp(Trans *t, int r) { return ir_get(t->k, T_I64, x_slot(r)); }
static inline IrRef x(Trans *t, int r) { return r != 31 ? x_sp(t, r) : c64(t, 0); }
static inline IrRef zext32(Trans *t, IrRef a) { return ir_un(t->k, OP_ZEXT32, T_I64, a); }
static inline IrRef sext32(Trans *t, IrRef a) { return ir_un(t->k, OP_SEXT32, T_I64, a); }
static inline void set_x64(Trans *t, int r, IrRef v) {
    if (r != 31) ir_set(t->k, T_I64, x_slot(r), v);
}
// The result of this instruction's form.
static inline IrRef widen(Trans *t, IrRef v) { return t->tx == T_I64 ? v : zext32(t, v); }
static inline void set_x(Trans *t, int r, IrRef v) {
    if (r != 31) ir_set(t->k, T_I64, x_slot(r), widen(t, v));
}
static inline void set_x_sp(Trans *t, int r, IrRef v) { ir_set(t->k, T_I64, x_slot(r), widen(t, v)); }
static inline IrRef pc_plus(Trans *t, int64_t offset) { return ir_pcrel(t->k, T_I64, t->pc + offset); }

// ---- integer operations of the form's width; shift counts are taken modulo it by the IR
#define BINARY(name, OP) \
    static inline IrRef name(Trans *t, IrRef a, IrRef b) { return ir_bin(t->k, OP, t->tx, a, b); }
#define UNARY(name, OP) \
    static inline IrRef name(Trans *t, IrRef a) { return ir_un(t->k, OP, t->tx, a); }
BINARY(add, OP_ADD) BINARY(sub, OP_SUB) BINARY(and_, OP_AND) BINARY(or_, OP_OR) BINARY(xor_, OP_XOR) BINARY(andn, OP_ANDN)
BINARY(shl, OP_SHL) BINARY(shr, OP_SHR) BINARY(sar, OP_SAR) BINARY(rotr, OP_ROTR)
BINARY(mul, OP_MUL) BINARY(mulhs, OP_MULHS) BINARY(mulhu, OP_MULHU) BINARY(divs, OP_DIVS) BINARY(divu, OP_DIVU)
BINARY(eq, OP_EQ) BINARY(ne, OP_NE) BINARY(lts, OP_LTS) BINARY(ltu, OP_LTU) BINARY(ges, OP_GES) BINARY(geu, OP_GEU) // i1
UNARY(clz, OP_CLZ) UNARY(bswap, OP_BSWAP) UNARY(brev8, OP_BREV8)
UNARY(sext8, OP_SEXT8) UNARY(sext16, OP_SEXT16) UNARY(zext8, OP_ZEXT8) UNARY(zext16, OP_ZEXT16)
UNARY(boolean, OP_BOOL) // i1 to 0 or 1
#undef BINARY
#undef UNARY
static inline IrRef not_(Trans *t, IrRef a) { return xor_(t, a, imm(t, -1)); }
static inline IrRef select_(Trans *t, IrRef cond, IrRef a, IrRef b) { return ir_select(t->k, t->tx, cond, a, b); }

// ---- helpers, exceptions and leaving
static inline void call(Trans *t, unsigned helper, IrRef a, IrRef b, IrRef c) { ir_call(t->k, T_VOID, helper, a, b, c); }
static inline IrRef bits_of(Trans *t, const Insn *i) { return c64(t, i->bits); }
static inline void raise_(Trans *t, uint64_t esr) {
    call(t, H_raise, c64(t, (int64_t)esr), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
static inline void undefined(Trans *t, const Insn *i) {
    call(t, H_undefined, bits_of(t, i), IR_NONE, IR_NONE);
    ir_exit_done(t->k);
}
static inline unsigned el(const Trans *t) { return t->ctx & ARM_CTX_EL; }
static inline bool has(const Trans *t, ArmFeature f) { return arm_has(t->config, f); }
// SIMD&FP instructions start with this: false where they trap (DDI 0487, CheckFPAdvSIMDEnabled64).
static inline bool fp_enabled(Trans *t) {
    if (!(t->ctx & ARM_CTX_FP_TRAP)) return true;
    raise_(t, ESR(EC_FP, 0x1e00000)); // CV = 1, COND = 0xe
    return false;
}

// What PSTATE.BTYPE becomes by a jump or a call through a register (DDI 0487, BTypeNext): x16 and x17 are for veneers. A jump through
// another one has 1 instead of 3 where its own page is not guarded: Vcpu.landing_guarded.
static inline unsigned lands_jump(const Trans *t, const Insn *i) { return !has(t, ARM_bti) ? 0 : i->rn == 16 || i->rn == 17 ? 1 : 3; }
static inline unsigned lands_call(const Trans *t) { return has(t, ARM_bti) ? 2 : 0; }

// ---- vector registers
static inline IrRef v_low(Trans *t, int r) { return ir_get(t->k, T_I64, v_slot(r)); }
static inline IrRef v_high(Trans *t, int r) { return ir_get(t->k, T_I64, (uint16_t)(v_slot(r) + 8)); }
static inline IrRef v(Trans *t, int r) { return ir_get(t->k, T_V128, v_slot(r)); }
// A v128, or an f32 or f64 with zeros above.
static inline void set_vector(Trans *t, int r, IrRef value) { ir_set(t->k, T_V128, v_slot(r), value); }
static inline void set_low(Trans *t, int r, IrRef low) { set_vector(t, r, ir_un(t->k, OP_BITCAST, T_F64, low)); } // an i64
static inline void set_v(Trans *t, int r, IrRef low, IrRef high) { set_vector(t, r, ir_vec(t->k, OP_VPAIR, 0, low, high, IR_NONE)); }
// The helper of a group of instructions, if the encoding is allocated.
static inline void simd_group(Trans *t, const Insn *i, bool valid, unsigned helper) {
    if (!valid) undefined(t, i);
    else if (fp_enabled(t)) call(t, helper, bits_of(t, i), IR_NONE, IR_NONE);
}
uint64_t a64_expand_imm(unsigned op, unsigned cmode, unsigned imm8); // AdvSIMDExpandImm (a64_simd.c)

// ---- condition flags (a64_flags.c)
void flags_forget(Trans *t);                       // a helper may have changed them
void flags_add(Trans *t, IrRef a, IrRef b);        // of the form's width
void flags_sub(Trans *t, IrRef a, IrRef b);
void flags_logic(Trans *t, IrRef a);
void flags_fp(Trans *t, IrType type, IrRef a, IrRef b); // of a floating point comparison
// The same if a condition holds, of registers n and m; else `otherwise`, and a and b are not to be told apart.
void flags_fp_if(Trans *t, IrType type, IrRef cond, IrRef a, IrRef b, int n, int m, uint32_t otherwise);
void flags_packed(Trans *t, IrRef nzcv);           // i32, bits 31:28
// From now on those of a + b or a - b if cond holds, else `otherwise`.
void flags_if(Trans *t, IrRef cond, bool subtract, IrRef a, IrRef b, uint32_t otherwise);
IrRef flags_get(Trans *t);                         // packed: i32, bits 31:28, the rest 0
IrRef flags_carry(Trans *t);                       // i1
IrRef flags_holds(Trans *t, unsigned cond);        // i1: ConditionHolds
