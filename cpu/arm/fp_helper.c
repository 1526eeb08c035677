// SPDX-License-Identifier: MIT
// Floating point of single lanes on the soft floating point of tcg/fp, and the scalar instructions made of them. DDI 0487, J1.3.4
// (FPAdd, FPMax, FPToFixed, ...): Arm's NaN rules, flags and flushing are FP_POLICY_ARM plus what FPCR says.
#include "cpu/arm/simd.h"

FpEnv arm_fp_env(const ArmState *s) {
    static const uint8_t rounding[4] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ};
    uint8_t policy = FP_POLICY_ARM;
    if (s->fpcr & FPCR_DN) policy |= FP_DEFAULT_NAN;
    if (s->fpcr & FPCR_FZ) policy |= FP_FLUSH_IN | FP_FLUSH_OUT;
    if (s->fpcr & FPCR_FZ16) policy |= FP_FLUSH_16;
    return (FpEnv){rounding[s->fpcr >> 22 & 3], 0, policy};
}

static unsigned fpsr_of(unsigned f) {
    return (f & FP_NV ? 1 : 0) | (f & FP_DZ ? 2 : 0) | (f & FP_OF ? 4 : 0) | (f & FP_UF ? 8 : 0) | (f & FP_NX ? 16 : 0) | (f & FP_ID ? 128 : 0);
}

void arm_fp_done(ArmState *s, const FpEnv *e) {
    s->fpsr |= fpsr_of(e->flags);
}

uint64_t arm_fpsr(ArmState *s) {
    if (s->qc[0] | s->qc[1]) s->fpsr |= FPSR_QC;
    return s->fpsr |= fpsr_of(vcpu_fp_flags(vcpu_of_state(s)));
}

void arm_fp_refresh(Vcpu *v) {
    ArmState *s = arm_state(v);
    s->qc[0] = s->qc[1] = 0;
    vcpu_fp_set(v, arm_fp_env(s).rounding, 0);
}

static bool is_nan(bool wide, uint64_t a) { return wide ? a << 1 > 0xffeull << 52 : (uint32_t)a << 1 > 0xff000000u; }
static bool is_quiet(bool wide, uint64_t a) { return is_nan(wide, a) && (wide ? a >> 51 & 1 : a >> 22 & 1); }
static bool is_infinity(bool wide, uint64_t a) { return wide ? a << 1 == 0xffeull << 52 : (uint32_t)a << 1 == 0xff000000u; }
static uint64_t sign_bit(bool wide) { return wide ? 1ull << 63 : 1ull << 31; }
// Zero, or a subnormal that counts as one.
static bool is_zero(bool wide, uint64_t a, const FpEnv *e) {
    uint64_t magnitude = wide ? a << 1 >> 1 : (uint32_t)a << 1 >> 1;
    return magnitude == 0 || ((e->policy & FP_FLUSH_IN) && magnitude < (wide ? 1ull << 52 : 1ull << 23));
}

#define CALL2(name) (wide ? f64_##name(a, b, e) : f32_##name((uint32_t)a, (uint32_t)b, e))

// FPMaxNum and FPMinNum: a number is preferred to a quiet NaN, but not to a signalling one.
static uint64_t max_number(bool wide, bool min, uint64_t a, uint64_t b, FpEnv *e) {
    uint64_t infinity = (wide ? 0x7ffull << 52 : 0x7f800000ull) | (min ? 0 : sign_bit(wide));
    bool qa = is_quiet(wide, a), qb = is_quiet(wide, b);
    if (qa && !qb) a = infinity;
    else if (qb && !qa) b = infinity;
    return min ? CALL2(minimum) : CALL2(maximum);
}

// Of a subnormal that counts as zero, FPUnpack tells, though nothing is computed with it.
static bool zero_times_infinity(bool wide, uint64_t a, uint64_t b, FpEnv *e) {
    bool first = is_zero(wide, a, e) && is_infinity(wide, b);
    if (!first && !(is_infinity(wide, a) && is_zero(wide, b, e))) return false;
    if ((first ? a : b) & ~sign_bit(wide)) e->flags |= FP_ID;
    return true;
}

// 2 - a * b and (3 - a * b) / 2, rounded once; zero times infinity counts as zero.
static uint64_t newton_step(bool wide, bool root, uint64_t a, uint64_t b, FpEnv *e) {
    uint64_t two = wide ? 1ull << 62 : 1ull << 30, three_halves = wide ? 0x3ff8ull << 48 : 0x3fc00000;
    uint64_t half = wide ? 0x3feull << 52 : 0x3f000000, sign = sign_bit(wide);
    FpEnv exact = {FP_RNE, 0, FP_POLICY_ARM};
    a ^= sign; // FPNeg, of NaNs too
    if (zero_times_infinity(wide, a, b, e)) return root ? three_halves : two;
    if (!root) return wide ? f64_fma(a, b, two, e) : f32_fma((uint32_t)a, (uint32_t)b, (uint32_t)two, e);
    if (is_nan(wide, a) || is_nan(wide, b)) return wide ? f64_fma(a, b, two, e) : f32_fma((uint32_t)a, (uint32_t)b, (uint32_t)two, e);
    uint64_t *larger = (a & ~sign) > (b & ~sign) ? &a : &b; // halving it is exact, or else the product too small to matter
    if (!is_infinity(wide, *larger) && (*larger & ~sign) >> (wide ? 52 : 23) > 1)
        *larger = wide ? f64_mul(*larger, half, &exact) : f32_mul((uint32_t)*larger, (uint32_t)half, &exact);
    return wide ? f64_fma(a, b, three_halves, e) : f32_fma((uint32_t)a, (uint32_t)b, (uint32_t)three_halves, e);
}

static uint64_t compare(bool wide, unsigned op, uint64_t a, uint64_t b, FpEnv *e) {
    if (op == FP_ACGE || op == FP_ACGT) {
        a &= ~sign_bit(wide);
        b &= ~sign_bit(wide);
    }
    FpRelation r = wide ? f64_compare(a, b, op != FP_CMEQ, e) : f32_compare((uint32_t)a, (uint32_t)b, op != FP_CMEQ, e);
    bool holds = op == FP_CMEQ ? r == FP_EQUAL : r == FP_GREATER || (r == FP_EQUAL && (op == FP_CMGE || op == FP_ACGE));
    return holds ? (wide ? UINT64_MAX : UINT32_MAX) : 0;
}

uint64_t arm_fp2(unsigned op, bool wide, uint64_t a, uint64_t b, FpEnv *e) {
    uint64_t r;
    switch (op) {
    case FP_MUL: return CALL2(mul);
    case FP_DIV: return CALL2(div);
    case FP_ADD: return CALL2(add);
    case FP_SUB: return CALL2(sub);
    case FP_MAX: return CALL2(maximum);
    case FP_MIN: return CALL2(minimum);
    case FP_MAXNM: return max_number(wide, false, a, b, e);
    case FP_MINNM: return max_number(wide, true, a, b, e);
    case FP_NMUL: return CALL2(mul) ^ sign_bit(wide);
    case FP_MULX:
        if (!zero_times_infinity(wide, a, b, e)) return CALL2(mul);
        r = wide ? 1ull << 62 : 1ull << 30; // 2.0
        return r | ((a ^ b) & sign_bit(wide));
    case FP_ABD:
        r = CALL2(sub);
        return r & ~sign_bit(wide);
    case FP_RECPS: return newton_step(wide, false, a, b, e);
    case FP_RSQRTS: return newton_step(wide, true, a, b, e);
    default: return compare(wide, op, a, b, e);
    }
}

uint64_t arm_fp_fma(bool wide, bool negate_product, bool negate_addend, uint64_t a, uint64_t b, uint64_t c, FpEnv *e) {
    if (negate_product) a ^= sign_bit(wide);
    if (negate_addend) c ^= sign_bit(wide);
    return wide ? f64_fma(a, b, c, e) : f32_fma((uint32_t)a, (uint32_t)b, (uint32_t)c, e);
}

uint64_t arm_fp_round(bool wide, uint64_t a, unsigned mode, bool exact, FpEnv *e) {
    FpEnv to = {(uint8_t)mode, 0, e->policy};
    uint64_t r = wide ? f64_round_int(a, exact, &to) : f32_round_int((uint32_t)a, exact, &to);
    e->flags |= to.flags;
    return r;
}

uint64_t arm_fp_sqrt(bool wide, uint64_t a, FpEnv *e) { return wide ? f64_sqrt(a, e) : f32_sqrt((uint32_t)a, e); }

// Scaling by 2^fraction is exact in binary64, whose range holds any of binary32; what overflows saturates all the same.
uint64_t arm_fp_to_int(bool wide, uint64_t a, unsigned bits, bool is_unsigned, unsigned mode, unsigned fraction, FpEnv *e) {
    FpEnv to = {(uint8_t)mode, 0, e->policy};
    if (fraction) {
        FpEnv quiet = {FP_RNE, 0, e->policy & ~FP_FLUSH_OUT};
        if (!wide) a = f32_to_f64((uint32_t)a, &to);
        wide = true;
        if (!is_nan(true, a)) a = f64_mul(a, (uint64_t)(1023 + fraction) << 52, &quiet);
        to.flags |= quiet.flags & FP_ID;
    }
    uint64_t r;
    if (bits == 64) r = is_unsigned ? (wide ? f64_to_u64(a, &to) : f32_to_u64((uint32_t)a, &to))
                                    : (uint64_t)(wide ? f64_to_i64(a, &to) : f32_to_i64((uint32_t)a, &to));
    else r = is_unsigned ? (wide ? f64_to_u32(a, &to) : f32_to_u32((uint32_t)a, &to))
                         : (uint32_t)(wide ? f64_to_i32(a, &to) : f32_to_i32((uint32_t)a, &to));
    e->flags |= to.flags;
    return r;
}

uint64_t arm_fp_from_int(bool wide, uint64_t a, unsigned bits, bool is_unsigned, unsigned fraction, FpEnv *e) {
    if (bits == 32) a = is_unsigned ? (uint32_t)a : (uint64_t)(int64_t)(int32_t)a;
    uint64_t r = is_unsigned ? (wide ? f64_from_u64(a, e) : f32_from_u64(a, e)) : wide ? f64_from_i64((int64_t)a, e) : f32_from_i64((int64_t)a, e);
    if (fraction && r) r -= (uint64_t)fraction << (wide ? 52 : 23); // a power of two: never subnormal
    return r;
}


// ---- the scalar groups; `bits` is the instruction
static uint64_t fp_reg(const ArmState *s, unsigned r, bool wide) { return wide ? s->v[r][0] : (uint32_t)s->v[r][0]; }
static void set_fp(ArmState *s, unsigned r, uint64_t value) {
    s->v[r][0] = value;
    s->v[r][1] = 0;
}
static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }

// FCVT: between half, single and double.
static uint64_t convert(unsigned from, unsigned to, uint64_t a, FpEnv *e) {
    enum { S, D, H = 3 };
    if (from == H) return to == D ? f16_to_f64((uint16_t)a, e) : f16_to_f32((uint16_t)a, e);
    if (from == S) return to == D ? f32_to_f64((uint32_t)a, e) : f32_to_f16((uint32_t)a, e);
    return to == S ? f64_to_f32(a, e) : f64_to_f16(a, e);
}

uint64_t arm_fp_one(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    static const uint8_t modes[8] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ, FP_RMM, 0, 0, 0};
    ArmState *s = arm_state(v);
    unsigned op = bits >> 15 & 63, type = bits >> 22 & 3;
    bool wide = type == 1;
    FpEnv e = arm_fp_env(s);
    uint64_t a = fp_reg(s, rn(bits), true), r;
    if (!wide) a = type == 3 ? (uint16_t)a : (uint32_t)a;
    if (op == 3) r = arm_fp_sqrt(wide, a, &e);
    else if (op < 8) r = convert(type, op & 3, a, &e);
    else r = arm_fp_round(wide, a, op >= 14 ? e.rounding : modes[op & 7], op == 14, &e);
    set_fp(s, rd(bits), r);
    arm_fp_done(s, &e);
    return 0;
}

uint64_t arm_fp_two(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool wide = bits >> 22 & 1;
    FpEnv e = arm_fp_env(s);
    set_fp(s, rd(bits), arm_fp2(bits >> 12 & 15, wide, fp_reg(s, rn(bits), wide), fp_reg(s, rm(bits), wide), &e));
    arm_fp_done(s, &e);
    return 0;
}

// FMADD a*b+c, FMSUB -a*b+c, FNMADD -a*b-c, FNMSUB a*b-c; c is Ra.
uint64_t arm_fp_three(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool wide = bits >> 22 & 1, o1 = bits >> 21 & 1, o0 = bits >> 15 & 1;
    FpEnv e = arm_fp_env(s);
    uint64_t addend = fp_reg(s, bits >> 10 & 31, wide);
    set_fp(s, rd(bits), arm_fp_fma(wide, o0 != o1, o1, fp_reg(s, rn(bits), wide), fp_reg(s, rm(bits), wide), addend, &e));
    arm_fp_done(s, &e);
    return 0;
}

// FCMP, FCMPE, and with zero: NZCV in bits 31:28. Bit 4 signals for quiet NaNs, of FCCMP as well, which compares only if `otherwise` is -1.
uint64_t arm_fp_compare(Vcpu *v, uint64_t bits, uint64_t with_zero, uint64_t otherwise) {
    if (otherwise != UINT64_MAX) return otherwise;
    ArmState *s = arm_state(v);
    bool wide = bits >> 22 & 1, signals = bits >> 4 & 1;
    FpEnv e = arm_fp_env(s);
    uint64_t a = fp_reg(s, rn(bits), wide), b = with_zero ? 0 : fp_reg(s, rm(bits), wide);
    FpRelation r = wide ? f64_compare(a, b, signals, &e) : f32_compare((uint32_t)a, (uint32_t)b, signals, &e);
    arm_fp_done(s, &e);
    return arm_flags_of(r);
}

// Between floating point and a general register; fp_fixed gives the fraction bits, else 0.
static uint64_t fraction(uint64_t bits) { return bits >> 21 & 1 ? 0 : 64 - (bits >> 10 & 63); }

uint64_t arm_fp_to_x(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    static const uint8_t modes[4] = {FP_RNE, FP_RUP, FP_RDN, FP_RTZ};
    ArmState *s = arm_state(v);
    bool wide = bits >> 22 & 1;
    unsigned op = bits >> 16 & 7, mode = op >= 4 ? FP_RMM : modes[bits >> 19 & 3];
    FpEnv e = arm_fp_env(s);
    uint64_t r = arm_fp_to_int(wide, fp_reg(s, rn(bits), wide), bits >> 31 & 1 ? 64 : 32, op & 1, mode, (unsigned)fraction(bits), &e);
    arm_fp_done(s, &e);
    return r;
}
uint64_t arm_fp_from_x(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    ArmState *s = arm_state(v);
    FpEnv e = arm_fp_env(s);
    unsigned width = bits >> 31 & 1 ? 64 : 32;
    set_fp(s, rd(bits), arm_fp_from_int(bits >> 22 & 1, value, width, bits >> 16 & 1, (unsigned)fraction(bits), &e));
    arm_fp_done(s, &e);
    return 0;
}
