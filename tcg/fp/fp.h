// SPDX-License-Identifier: MIT
// Soft floating point after IEEE 754-2008: what every guest's arithmetic must give, bit for bit, flags included.
// Values are raw bit patterns (uint16_t binary16 or bfloat16, uint32_t binary32, uint64_t binary64), and all state
// is the FpEnv passed in: nothing here reads or disturbs the host's FPU, so JIT helpers may call it at any time.
// Sources: IEEE 754-2008/2019; RISC-V Unprivileged ISA chapters F, D, Zfh, Zfa; Arm ARM (DDI 0487), pseudocode of
// shared/functions/float.
#ifndef TCG_FP_FP_H
#define TCG_FP_FP_H

#include <stdbool.h>
#include <stdint.h>

// Rounding directions; the first five are numbered as RISC-V's frm.
enum {
    FP_RNE = 0, // to nearest, ties to even
    FP_RTZ = 1, // towards zero
    FP_RDN = 2, // towards minus infinity
    FP_RUP = 3, // towards plus infinity
    FP_RMM = 4, // to nearest, ties away from zero
    FP_RTO = 5, // to odd: truncate, and set the last bit if anything was lost (Arm FCVTXN)
};

// Exception flags, or-ed into FpEnv.flags; the first five are RISC-V's fflags.
enum {
    FP_NX = 1,  // inexact
    FP_UF = 2,  // underflow: tiny and inexact
    FP_OF = 4,  // overflow
    FP_DZ = 8,  // exact infinity from finite operands
    FP_NV = 16, // invalid operation
    FP_ID = 32, // a subnormal operand was flushed to zero (Arm IDC)
};

// Policy bits. RISC-V uses FP_POLICY_RISCV; Arm with FPCR = 0 uses FP_POLICY_ARM.
enum {
    FP_DEFAULT_NAN = 1,   // every NaN result is the canonical quiet NaN; else the first signalling operand, made
                          // quiet, else the first quiet one (fma looks at its addend first, as Arm does)
    FP_TINY_BEFORE = 2,   // tininess is detected before rounding; else after
    FP_FLUSH_IN = 4,      // subnormal operands count as zero and raise FP_ID
    FP_FLUSH_OUT = 8,     // results tiny before rounding become zero, raising FP_UF alone
    FP_FLUSH_16 = 16,     // both for binary16, silent on input, and without effect on format conversions (FPCR.FZ16);
                          // the two above do not touch binary16
    FP_NAN_TO_ZERO = 32,  // NaN converts to integer 0 (Arm); else to the largest integer (RISC-V)
    FP_POLICY_RISCV = FP_DEFAULT_NAN,
    FP_POLICY_ARM = FP_TINY_BEFORE | FP_NAN_TO_ZERO,
};

typedef struct FpEnv {
    uint8_t rounding; // FP_RNE...
    uint8_t flags;    // sticky: operations only set bits
    uint8_t policy;   // FP_DEFAULT_NAN | ...
} FpEnv;

typedef enum FpRelation { FP_LESS = -1, FP_EQUAL = 0, FP_GREATER = 1, FP_UNORDERED = 2 } FpRelation;

// Bits of FCLASS's answer, RISC-V Unprivileged ISA table "Format of result of FCLASS instruction".
enum {
    FP_CLASS_NEG_INF = 1 << 0, FP_CLASS_NEG_NORMAL = 1 << 1, FP_CLASS_NEG_SUBNORMAL = 1 << 2,
    FP_CLASS_NEG_ZERO = 1 << 3, FP_CLASS_POS_ZERO = 1 << 4, FP_CLASS_POS_SUBNORMAL = 1 << 5,
    FP_CLASS_POS_NORMAL = 1 << 6, FP_CLASS_POS_INF = 1 << 7, FP_CLASS_SNAN = 1 << 8, FP_CLASS_QNAN = 1 << 9,
};

// The same operations for each format: f16_add ... f32_add ... f64_add ...
// fma is a * b + c rounded once; the negated forms flip the sign bit of a or c before the call.
// min_number/max_number prefer the number to a quiet or signalling NaN (fmin, fmax); minimum/maximum give NaN
// (fminm, fmaxm); all four order -0 below +0. eq, ltq and leq signal only for signalling NaNs, lt and le for any.
// round_int raises FP_NX only if `exact`. to_* saturate and then raise FP_NV alone. classify raises nothing.
#define FP_DECLARE(fN, T)                                              \
    T fN##_add(T a, T b, FpEnv *env);                                  \
    T fN##_sub(T a, T b, FpEnv *env);                                  \
    T fN##_mul(T a, T b, FpEnv *env);                                  \
    T fN##_div(T a, T b, FpEnv *env);                                  \
    T fN##_sqrt(T a, FpEnv *env);                                      \
    T fN##_fma(T a, T b, T c, FpEnv *env);                             \
    T fN##_min_number(T a, T b, FpEnv *env);                           \
    T fN##_max_number(T a, T b, FpEnv *env);                           \
    T fN##_minimum(T a, T b, FpEnv *env);                              \
    T fN##_maximum(T a, T b, FpEnv *env);                              \
    FpRelation fN##_compare(T a, T b, bool signalling, FpEnv *env);    \
    bool fN##_eq(T a, T b, FpEnv *env);                                \
    bool fN##_lt(T a, T b, FpEnv *env);                                \
    bool fN##_le(T a, T b, FpEnv *env);                                \
    bool fN##_ltq(T a, T b, FpEnv *env);                               \
    bool fN##_leq(T a, T b, FpEnv *env);                               \
    uint32_t fN##_classify(T a);                                       \
    T fN##_round_int(T a, bool exact, FpEnv *env);                     \
    int32_t fN##_to_i32(T a, FpEnv *env);                              \
    uint32_t fN##_to_u32(T a, FpEnv *env);                             \
    int64_t fN##_to_i64(T a, FpEnv *env);                              \
    uint64_t fN##_to_u64(T a, FpEnv *env);                             \
    T fN##_from_i32(int32_t a, FpEnv *env);                            \
    T fN##_from_u32(uint32_t a, FpEnv *env);                           \
    T fN##_from_i64(int64_t a, FpEnv *env);                            \
    T fN##_from_u64(uint64_t a, FpEnv *env);
FP_DECLARE(f16, uint16_t)
FP_DECLARE(f32, uint32_t)
FP_DECLARE(f64, uint64_t)
#undef FP_DECLARE

uint32_t f16_to_f32(uint16_t a, FpEnv *env);
uint64_t f16_to_f64(uint16_t a, FpEnv *env);
uint16_t f32_to_f16(uint32_t a, FpEnv *env);
uint64_t f32_to_f64(uint32_t a, FpEnv *env);
uint16_t f64_to_f16(uint64_t a, FpEnv *env);
uint32_t f64_to_f32(uint64_t a, FpEnv *env);
uint32_t bf16_to_f32(uint16_t a, FpEnv *env);
uint16_t f32_to_bf16(uint32_t a, FpEnv *env);

// Zfa fcvtmod.w.d: truncated, then modulo 2^32; flags as f64_to_i32 towards zero. NaN and infinity give 0.
int32_t f64_to_i32_modulo(uint64_t a, FpEnv *env);

#endif
