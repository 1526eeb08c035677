// SPDX-License-Identifier: MIT
// F, D, Zfh, Zfhmin and Zfa. Unprivileged manual, chapters "F", "D", "Zfh", "Zfa".
//
// Values narrower than FLEN are NaN-boxed in their register: UNBOX reads (the canonical NaN if the box is broken), BOX writes; moves and
// stores take the low bits as they are. Arithmetic carries its rounding mode as the IR's policy; results that are NaN are canonical.
// With FS off all of it is illegal; with FS clean the first instruction marks it dirty and is translated again.
#include "cpu/riscv/trans.h"

// ---- mstatus.FS
static bool fp_enabled(Trans *t, const Insn *i) {
    if (t->ctx & RV_CTX_FS_OFF) {
        illegal(t, i);
        return false;
    }
    if (t->ctx & RV_CTX_FS_CLEAN) {
        call(t, H_fs_dirty, IR_NONE, IR_NONE, IR_NONE);
        ir_count_not(t->k);
        ir_exit_sync(t->k, t->pc);
        return false;
    }
    return true;
}
// For what neither writes an f register nor raises a flag.
static bool fp_readable(Trans *t, const Insn *i) {
    if (t->ctx & RV_CTX_FS_OFF) illegal(t, i);
    return !(t->ctx & RV_CTX_FS_OFF);
}

// The rounding policy of instructions with an rm field; false: a reserved mode, which is illegal ("Floating-Point Control and
// Status Register"). RMM has no host mode, so it is told statically.
static bool rounding(Trans *t, const Insn *i, unsigned *policy) {
    bool dynamic = i->rm == FP_DYN;
    if (!fp_enabled(t, i)) return false;
    if (i->rm == 5 || i->rm == 6 || (dynamic && t->ctx & RV_CTX_RM_BAD)) {
        illegal(t, i);
        return false;
    }
    *policy = dynamic && t->ctx & RV_CTX_RM_SOFT ? FP_RMM : (unsigned)i->rm;
    return true;
}

// ---- registers
static IrRef f_bits(Trans *t, int r) { return ir_get(t->k, T_I64, f_slot(r)); }
static void set_f_bits(Trans *t, int r, IrRef v) { ir_set(t->k, T_I64, f_slot(r), v); }
static IrRef f(Trans *t, IrType type, int r) {
    IrRef v = ir_get(t->k, T_F64, f_slot(r));
    if (type == T_F64) return v;
    if (t->boxed[r] != v || ir_result_type(&t->k->b->ops[t->unboxed[r]]) != type) {
        t->unboxed[r] = ir_un(t->k, OP_UNBOX, type, v);
        t->boxed[r] = v;
    }
    return t->unboxed[r];
}
static IrRef f_low(Trans *t, IrType type, int r) { return ir_get(t->k, type, f_slot(r)); } // 32 bits as they are
static void set_f(Trans *t, IrType type, int r, IrRef v) {
    (void)type; // the value's own: narrower ones are boxed
    ir_set(t->k, T_F64, f_slot(r), v);
}

// ---- loads and stores
static void fp_load(Trans *t, const Insn *i, IrType type, unsigned size) {
    if (fp_enabled(t, i)) set_f(t, type, i->rd, load(t, type, size, i->rs1, i->imm));
}
static void fp_store(Trans *t, const Insn *i, unsigned size) {
    if (fp_readable(t, i)) store(t, T_I64, size, i->rs1, i->imm, f_bits(t, i->rs2));
}
INSN(flw) { fp_load(t, i, T_F32, MO_32); }
INSN(fld) { fp_load(t, i, T_F64, MO_64); }
INSN(flh) { fp_load(t, i, T_F16, MO_16); }
INSN(fsw) {
    if (fp_readable(t, i)) store(t, T_F32, MO_32, i->rs1, i->imm, f_low(t, T_F32, i->rs2));
}
INSN(fsd) {
    if (fp_readable(t, i)) store(t, T_F64, MO_64, i->rs1, i->imm, f(t, T_F64, i->rs2));
}
INSN(fsh) { fp_store(t, i, MO_16); }

// ---- arithmetic
static void fp1(Trans *t, const Insn *i, IrOpcode op, IrType type) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    set_f(t, type, i->rd, ir_fp(t->k, op, type, policy, f(t, type, i->rs1), IR_NONE, IR_NONE));
}
static void fp2(Trans *t, const Insn *i, IrOpcode op, IrType type) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    set_f(t, type, i->rd, ir_fp(t->k, op, type, policy, f(t, type, i->rs1), f(t, type, i->rs2), IR_NONE));
}
static void fp3(Trans *t, const Insn *i, IrOpcode op, IrType type) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    IrRef a = f(t, type, i->rs1), b = f(t, type, i->rs2), c = f(t, type, i->rs3);
    set_f(t, type, i->rd, ir_fp(t->k, op, type, policy, a, b, c));
}
static void fp_minmax(Trans *t, const Insn *i, IrOpcode op, IrType type) {
    if (!fp_enabled(t, i)) return;
    set_f(t, type, i->rd, ir_fp(t->k, op, type, FP_RNE, f(t, type, i->rs1), f(t, type, i->rs2), IR_NONE));
}
static void fp_compare(Trans *t, const Insn *i, IrOpcode op, IrType type, unsigned policy) {
    if (!fp_enabled(t, i)) return;
    IrRef holds = ir_fp(t->k, op, type, policy, f(t, type, i->rs1), f(t, type, i->rs2), IR_NONE);
    set_x(t, i->rd, boolean(t, holds));
}

// ---- conversions. Between formats, the op names its source; to integers, its result.
static void fp_convert(Trans *t, const Insn *i, IrOpcode op, IrType to, IrType from) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    set_f(t, to, i->rd, ir_fp(t->k, op, to, policy, f(t, from, i->rs1), IR_NONE, IR_NONE));
}
static void int_to_fp(Trans *t, const Insn *i, IrOpcode op, IrType to) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    set_f(t, to, i->rd, ir_fp(t->k, op, to, policy, x(t, i->rs1), IR_NONE, IR_NONE));
}
// 32-bit results, unsigned ones too, are sign-extended to XLEN.
static void fp_to_int(Trans *t, const Insn *i, IrOpcode op, IrType from) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    IrRef n = ir_fp(t->k, op, from, policy, f(t, from, i->rs1), IR_NONE, IR_NONE);
    set_x(t, i->rd, op == OP_FTOI32 || op == OP_FTOU32 ? sext32(t, n) : n);
}
INSN(fcvt_s_d) { fp_convert(t, i, OP_FCVT_F64, T_F32, T_F64); }
INSN(fcvt_d_s) { fp_convert(t, i, OP_FCVT_F32, T_F64, T_F32); }
INSN(fcvt_s_h) { fp_convert(t, i, OP_FCVT_F16, T_F32, T_F16); }
INSN(fcvt_h_s) { fp_convert(t, i, OP_FCVT_F32, T_F16, T_F32); }
INSN(fcvt_d_h) { fp_convert(t, i, OP_FCVT_F16, T_F64, T_F16); }
INSN(fcvt_h_d) { fp_convert(t, i, OP_FCVT_F64, T_F16, T_F64); }

// ---- sign injection and moves: bits, never values, so NaNs pass unharmed and no flag is raised
static unsigned width(IrType type) { return 8 * ir_type_size(type); }
static IrType bits_type(IrType type) { return type == T_F32 ? T_I32 : T_I64; }
static IrRef op64(Trans *t, IrOpcode op, IrRef a, IrRef b) { return ir_bin(t->k, op, T_I64, a, b); }

// The bits of a value, checked for a proper box: i32 for S, i64 for D, i64 with zeros above for H.
static IrRef raw(Trans *t, IrType type, int r) {
    if (type == T_F64) return f_bits(t, r);
    if (type == T_F32) return ir_un(t->k, OP_BITCAST, T_I32, f(t, T_F32, r));
    return op64(t, OP_AND, ir_un(t->k, OP_BOX, T_I64, f(t, type, r)), c64(t, 0xffff));
}
static void set_raw(Trans *t, IrType type, int r, IrRef bits) {
    if (type == T_F64) set_f_bits(t, r, bits);
    else if (type == T_F32) set_f(t, T_F32, r, ir_un(t->k, OP_BITCAST, T_F32, bits));
    else set_f_bits(t, r, op64(t, OP_OR, bits, c64(t, ~0xffffll)));
}

enum Sign { COPY, NEGATE, MULTIPLY };
static void inject_sign(Trans *t, const Insn *i, IrType type, enum Sign how) {
    if (!fp_enabled(t, i)) return;
    if (how == COPY && i->rs1 == i->rs2) { // fmv
        set_f(t, type, i->rd, f(t, type, i->rs1));
        return;
    }
    if (type != T_F16 && (how != MULTIPLY || i->rs1 == i->rs2)) {
        IrRef v = f(t, type, i->rs1), s = i->rs1 == i->rs2 ? v : f(t, type, i->rs2);
        if (how == NEGATE) s = ir_fp(t->k, OP_FNEG, type, 0, s, IR_NONE, IR_NONE);
        if (how == MULTIPLY) v = ir_fp(t->k, OP_FABS, type, 0, v, IR_NONE, IR_NONE);
        else if (how == NEGATE && i->rs1 == i->rs2) v = s;
        else if (v != s) v = ir_fp(t->k, OP_FSGNJ, type, 0, v, s, IR_NONE);
        set_f(t, type, i->rd, v);
        return;
    }
    IrType it = bits_type(type);
    IrRef sign = ir_const(t->k, it, (int64_t)(1ull << (width(type) - 1))), a = raw(t, type, i->rs1), b, r;
    if (i->rs1 == i->rs2) { // fneg, fabs
        r = ir_bin(t->k, how == NEGATE ? OP_XOR : OP_ANDN, it, a, sign);
    } else if (how == MULTIPLY) {
        r = ir_bin(t->k, OP_XOR, it, a, ir_bin(t->k, OP_AND, it, raw(t, type, i->rs2), sign));
    } else {
        b = raw(t, type, i->rs2);
        b = how == COPY ? ir_bin(t->k, OP_AND, it, b, sign) : ir_bin(t->k, OP_ANDN, it, sign, b);
        r = ir_bin(t->k, OP_OR, it, ir_bin(t->k, OP_ANDN, it, a, sign), b);
    }
    set_raw(t, type, i->rd, r);
}
INSN(fmv_x_w) {
    if (fp_readable(t, i)) set_x(t, i->rd, sext32(t, f_low(t, T_I32, i->rs1)));
}
INSN(fmv_x_d) {
    if (fp_readable(t, i)) set_x(t, i->rd, f_bits(t, i->rs1));
}
INSN(fmv_x_h) {
    if (fp_readable(t, i)) set_x(t, i->rd, sext16(t, f_bits(t, i->rs1)));
}
INSN(fmv_w_x) {
    if (fp_enabled(t, i)) set_f(t, T_F32, i->rd, ir_un(t->k, OP_BITCAST, T_F32, un32(t, OP_ZEXT32, x(t, i->rs1))));
}
INSN(fmv_d_x) {
    if (fp_enabled(t, i)) set_f_bits(t, i->rd, x(t, i->rs1));
}
INSN(fmv_h_x) {
    if (fp_enabled(t, i)) set_raw(t, T_F16, i->rd, ir_un(t->k, OP_ZEXT16, T_I64, x(t, i->rs1)));
}
INSN(fmvh_x_d) {
    if (fp_readable(t, i)) set_x(t, i->rd, op64(t, OP_SHR, f_bits(t, i->rs1), c64(t, 32)));
}
INSN(fmvp_d_x) {
    if (!fp_enabled(t, i)) return;
    IrRef low = ir_un(t->k, OP_ZEXT32, T_I64, x(t, i->rs1)), high = ir_un(t->k, OP_ZEXT32, T_I64, x(t, i->rs2));
    set_f_bits(t, i->rd, op64(t, OP_OR, low, op64(t, OP_SHL, high, c64(t, 32))));
}
static void fp_class(Trans *t, const Insn *i, IrType type, unsigned helper) {
    if (!fp_readable(t, i)) return;
    IrRef class = ir_call(t->k, T_I64, helper, raw(t, type, i->rs1), IR_NONE, IR_NONE);
    set_x(t, i->rd, class);
}

// ---- Zfa
// fli: -1, the least normal number, then these, infinity, NaN ("Load-Immediate Instructions").
static void fp_immediate(Trans *t, const Insn *i, IrType type) {
    static const uint64_t table[32] = { // as doubles; 0: depends on the format
        0xbff0000000000000, 0, 0x3ef0000000000000, 0x3f00000000000000, 0x3f70000000000000, 0x3f80000000000000,
        0x3fb0000000000000, 0x3fc0000000000000, 0x3fd0000000000000, 0x3fd4000000000000, 0x3fd8000000000000,
        0x3fdc000000000000, 0x3fe0000000000000, 0x3fe4000000000000, 0x3fe8000000000000, 0x3fec000000000000,
        0x3ff0000000000000, 0x3ff4000000000000, 0x3ff8000000000000, 0x3ffc000000000000, 0x4000000000000000,
        0x4004000000000000, 0x4008000000000000, 0x4010000000000000, 0x4020000000000000, 0x4030000000000000,
        0x4060000000000000, 0x4070000000000000, 0x40e0000000000000, 0x40f0000000000000, 0x7ff0000000000000,
        0x7ff8000000000000};
    if (!fp_enabled(t, i)) return;
    static const struct {
        unsigned fraction, bias;
    } format[] = {[T_F16] = {10, 15}, [T_F32] = {23, 127}, [T_F64] = {52, 1023}};
    unsigned fraction = format[type].fraction, exponent = width(type) - 1 - fraction;
    uint64_t d = table[i->rs1], bits = d >> 63 << (width(type) - 1) | (d << 12 >> (64 - fraction));
    int e = (int)(d >> 52 & 0x7ff) - 1023 + (int)format[type].bias, top = (1 << exponent) - 1;
    if (i->rs1 == 1) bits = 1ull << fraction;
    else if (e > 0) bits |= (uint64_t)(e < top ? e : top) << fraction;
    else bits = 1ull << (fraction - 1 + (unsigned)e); // 2^-16 and 2^-15 in half precision: subnormal
    set_raw(t, type, i->rd, ir_const(t->k, bits_type(type), (int64_t)bits));
}

// fminm, fmaxm: a NaN operand gives the canonical NaN. FMIN has raised NV for a signalling one already, and so may FEQ.
static void fp_minmax_nan(Trans *t, const Insn *i, IrOpcode op, IrType type) {
    if (!fp_enabled(t, i)) return;
    IrRef a = f(t, type, i->rs1), b = f(t, type, i->rs2);
    IrRef m = ir_fp(t->k, op, type, FP_RNE, a, b, IR_NONE);
    IrRef a_ok = ir_fp(t->k, OP_FEQ, type, FP_QUIET, a, a, IR_NONE);
    IrRef b_ok = ir_fp(t->k, OP_FEQ, type, FP_QUIET, b, b, IR_NONE);
    IrRef bits = type == T_F64 ? ir_un(t->k, OP_BITCAST, T_I64, m) : ir_un(t->k, OP_BOX, T_I64, m);
    uint64_t nan = type == T_F64   ? 0x7ff8000000000000
                   : type == T_F32 ? 0xffffffff7fc00000
                                   : 0xffffffffffff7e00;
    IrRef number = ir_select(t->k, T_I64, b_ok, bits, c64(t, (int64_t)nan));
    set_f_bits(t, i->rd, ir_select(t->k, T_I64, a_ok, number, c64(t, (int64_t)nan)));
}

static void fp_round(Trans *t, const Insn *i, IrType type, unsigned exact) {
    unsigned policy;
    if (!rounding(t, i, &policy)) return;
    set_f(t, type, i->rd, ir_fp(t->k, OP_FROUND, type, policy | exact, f(t, type, i->rs1), IR_NONE, IR_NONE));
}
INSN(fcvtmod_w_d) {
    if (!fp_enabled(t, i)) return;
    IrRef n = ir_call(t->k, T_I64, H_fcvtmod_w_d, f_bits(t, i->rs1), IR_NONE, IR_NONE);
    set_x(t, i->rd, sext32(t, n));
}

// ---- what exists once for each format
#define FORMAT(p, TYPE) \
    INSN(fadd_##p) { fp2(t, i, OP_FADD, TYPE); } \
    INSN(fsub_##p) { fp2(t, i, OP_FSUB, TYPE); } \
    INSN(fmul_##p) { fp2(t, i, OP_FMUL, TYPE); } \
    INSN(fdiv_##p) { fp2(t, i, OP_FDIV, TYPE); } \
    INSN(fsqrt_##p) { fp1(t, i, OP_FSQRT, TYPE); } \
    INSN(fmadd_##p) { fp3(t, i, OP_FMADD, TYPE); } \
    INSN(fmsub_##p) { fp3(t, i, OP_FMSUB, TYPE); } \
    INSN(fnmsub_##p) { fp3(t, i, OP_FNMSUB, TYPE); } \
    INSN(fnmadd_##p) { fp3(t, i, OP_FNMADD, TYPE); } \
    INSN(fsgnj_##p) { inject_sign(t, i, TYPE, COPY); } \
    INSN(fsgnjn_##p) { inject_sign(t, i, TYPE, NEGATE); } \
    INSN(fsgnjx_##p) { inject_sign(t, i, TYPE, MULTIPLY); } \
    INSN(fmin_##p) { fp_minmax(t, i, OP_FMIN, TYPE); } \
    INSN(fmax_##p) { fp_minmax(t, i, OP_FMAX, TYPE); } \
    INSN(feq_##p) { fp_compare(t, i, OP_FEQ, TYPE, FP_QUIET); } \
    INSN(flt_##p) { fp_compare(t, i, OP_FLT, TYPE, 0); } \
    INSN(fle_##p) { fp_compare(t, i, OP_FLE, TYPE, 0); } \
    INSN(fltq_##p) { fp_compare(t, i, OP_FLT, TYPE, FP_QUIET); } \
    INSN(fleq_##p) { fp_compare(t, i, OP_FLE, TYPE, FP_QUIET); } \
    INSN(fclass_##p) { fp_class(t, i, TYPE, H_fclass_##p); } \
    INSN(fcvt_w_##p) { fp_to_int(t, i, OP_FTOI32, TYPE); } \
    INSN(fcvt_wu_##p) { fp_to_int(t, i, OP_FTOU32, TYPE); } \
    INSN(fcvt_l_##p) { fp_to_int(t, i, OP_FTOI64, TYPE); } \
    INSN(fcvt_lu_##p) { fp_to_int(t, i, OP_FTOU64, TYPE); } \
    INSN(fcvt_##p##_w) { int_to_fp(t, i, OP_FCVT_I32, TYPE); } \
    INSN(fcvt_##p##_wu) { int_to_fp(t, i, OP_FCVT_U32, TYPE); } \
    INSN(fcvt_##p##_l) { int_to_fp(t, i, OP_FCVT_I64, TYPE); } \
    INSN(fcvt_##p##_lu) { int_to_fp(t, i, OP_FCVT_U64, TYPE); } \
    INSN(fli_##p) { fp_immediate(t, i, TYPE); } \
    INSN(fminm_##p) { fp_minmax_nan(t, i, OP_FMIN, TYPE); } \
    INSN(fmaxm_##p) { fp_minmax_nan(t, i, OP_FMAX, TYPE); } \
    INSN(fround_##p) { fp_round(t, i, TYPE, 0); } \
    INSN(froundnx_##p) { fp_round(t, i, TYPE, FP_EXACT); }
FORMAT(s, T_F32)
FORMAT(d, T_F64)
FORMAT(h, T_F16)
