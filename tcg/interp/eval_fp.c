// SPDX-License-Identifier: MIT
// Floating point IR ops through soft float: the reference the interpreter and fallback calls use. Values are
// raw bits; the op's FpOp says rounding and NaN rule; flags go to the soft side, Vcpu.fp_flags.
#include "tcg/interp/eval.h"
#include "tcg/fp/fp.h"

// One evaluator a format: everything but conversions between formats.
#define EVAL_FORMAT(fN, T, SIGN, INF)                                                                                \
    static bool quiet_nan_##fN(T a) { return fN##_classify(a) & FP_CLASS_QNAN; }                                      \
    static T number_##fN(bool min, T a, T b, FpEnv *env)                                                             \
    {                                                                                                                \
        const T inf = (T)(INF | (min ? 0 : (SIGN)));                                                                 \
        bool qa = quiet_nan_##fN(a), qb = quiet_nan_##fN(b);                                                         \
        if (qa && !qb) a = inf;                                                                                      \
        if (qb && !qa) b = inf;                                                                                      \
        return min ? fN##_minimum(a, b, env) : fN##_maximum(a, b, env);                                              \
    }                                                                                                                \
    static uint64_t eval_##fN(IrOpcode op, unsigned fp, uint64_t x, uint64_t y, uint64_t z, FpEnv *env)              \
    {                                                                                                                \
        T a = (T)x, b = (T)y, c = (T)z;                                                                              \
        bool quiet = fp & FP_QUIET;                                                                                  \
        switch (op) {                                                                                                \
        case OP_FADD:   return fN##_add(a, b, env);                                                                  \
        case OP_FSUB:   return fN##_sub(a, b, env);                                                                  \
        case OP_FMUL:   return fN##_mul(a, b, env);                                                                  \
        case OP_FDIV:   return fN##_div(a, b, env);                                                                  \
        case OP_FSQRT:  return fN##_sqrt(a, env);                                                                    \
        case OP_FMADD:  return fN##_fma(a, b, c, env);                                                               \
        case OP_FMSUB:  return fN##_fma(a, b, c ^ (SIGN), env);                                                      \
        case OP_FNMSUB: return fN##_fma(a ^ (SIGN), b, c, env);                                                      \
        case OP_FNMADD: return fN##_fma(a ^ (SIGN), b, c ^ (SIGN), env);                                             \
        case OP_FMIN:   return fN##_min_number(a, b, env);                                                           \
        case OP_FMAX:   return fN##_max_number(a, b, env);                                                           \
        case OP_FEQ:    return fN##_eq(a, b, env);                                                                   \
        case OP_FLT:    return quiet ? fN##_ltq(a, b, env) : fN##_lt(a, b, env);                                     \
        case OP_FLE:    return quiet ? fN##_leq(a, b, env) : fN##_le(a, b, env);                                     \
        case OP_FNE:    return !fN##_eq(a, b, env);                                                                  \
        case OP_FNLT:   return quiet ? !fN##_ltq(a, b, env) : !fN##_lt(a, b, env);                                   \
        case OP_FNLE:   return quiet ? !fN##_leq(a, b, env) : !fN##_le(a, b, env);                                   \
        case OP_FUNORD: return fN##_compare(a, b, false, env) == FP_UNORDERED;                                       \
        case OP_FMINIMUM: return fN##_minimum(a, b, env);                                                            \
        case OP_FMAXIMUM: return fN##_maximum(a, b, env);                                                            \
        case OP_FMINNUM: return number_##fN(true, a, b, env);                                                        \
        case OP_FMAXNUM: return number_##fN(false, a, b, env);                                                       \
        case OP_FROUND: return fN##_round_int(a, fp & FP_EXACT, env);                                                \
        case OP_FCVT_I32: return fN##_from_i32((int32_t)x, env);                                                     \
        case OP_FCVT_U32: return fN##_from_u32((uint32_t)x, env);                                                    \
        case OP_FCVT_I64: return fN##_from_i64((int64_t)x, env);                                                     \
        case OP_FCVT_U64: return fN##_from_u64(x, env);                                                              \
        case OP_FTOI32: return (uint32_t)fN##_to_i32(a, env);                                                        \
        case OP_FTOU32: return fN##_to_u32(a, env);                                                                  \
        case OP_FTOI64: return (uint64_t)fN##_to_i64(a, env);                                                        \
        case OP_FTOU64: return fN##_to_u64(a, env);                                                                  \
        default:        return 0;                                                                                    \
        }                                                                                                            \
    }
EVAL_FORMAT(f16, uint16_t, 0x8000u, 0x7c00u)
EVAL_FORMAT(f32, uint32_t, 0x80000000u, 0x7f800000u)
EVAL_FORMAT(f64, uint64_t, 0x8000000000000000u, 0x7ff0000000000000u)

static uint64_t convert_format(IrType from, IrType to, uint64_t a, FpEnv *env) {
    switch (from) {
    case T_F16: return to == T_F32 ? f16_to_f32((uint16_t)a, env) : to == T_F64 ? f16_to_f64((uint16_t)a, env) : a;
    case T_F32: return to == T_F16 ? f32_to_f16((uint32_t)a, env) : to == T_F64 ? f32_to_f64((uint32_t)a, env) : a;
    default:    return to == T_F16 ? f64_to_f16(a, env) : to == T_F32 ? f64_to_f32(a, env) : a;
    }
}

uint64_t eval_fp(Vcpu *v, const IrOp *op, uint64_t a, uint64_t b, uint64_t c) {
    unsigned rm = op->imm & FP_RM;
    FpEnv env = {.rounding = rm == FP_DYN ? v->fp_rm : (uint8_t)rm,
                 .policy = (op->imm & FP_NAN_PROPAGATE ? 0 : FP_DEFAULT_NAN) | (op->imm & FP_ARM ? FP_POLICY_ARM : 0)};
    unsigned fp = (unsigned)op->imm;
    uint64_t r;
    if (op->op == OP_FCVT_F16 || op->op == OP_FCVT_F32 || op->op == OP_FCVT_F64)
        r = convert_format(ir_operand_type(op, 0), op->type, a, &env);
    else if (op->type == T_F16)
        r = eval_f16(op->op, fp, a, b, c, &env);
    else if (op->type == T_F32)
        r = eval_f32(op->op, fp, a, b, c, &env);
    else
        r = eval_f64(op->op, fp, a, b, c, &env);
    v->fp_flags |= env.flags;
    return r;
}
