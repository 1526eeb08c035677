// SPDX-License-Identifier: MIT
// What the x86-64 host's FPU gives a RISC-V guest exactly, and the small repairs where it does not: the rules the JIT's
// floating-point emitters follow. Every numbered rule is proven against tcg/fp by tests/unit/fp_host.c.
//
// MXCSR stays with all exceptions masked, DAZ and FTZ off; its RC field follows frm, its sticky bits collect fflags and
// are read only when the guest reads them. "Canonical" below: a NaN result must become the canonical quiet NaN, for x86
// propagates an operand's payload and makes a *negative* default NaN.
//  1. add sub mul div sqrt, ss and sd: result and all five flags equal in RNE RTZ RDN RUP, made canonical. Masked
//     underflow is "tiny after rounding and inexact", as RISC-V wants. MXCSR.DE has no fflags counterpart.
//  2. vfmadd*ss/sd (FMA3): as 1, except inf * 0 + quiet NaN, which raises nothing where RISC-V raises NV. The
//     result is NaN then, so it costs nothing but in the out-of-line path that makes NaNs canonical.
//  3. cvtss2sd, cvtsd2ss, vcvtph2ps, vcvtps2ph (F16C, immediate 4 = MXCSR.RC): as 1.
//  4. cvtsi2ss/sd from 32 and 64 bits: equal. Unsigned: 32 bits by the 64-bit form; 64 bits by AVX-512's vcvtusi2ss/sd.
//  5. cvt(t)ss2si/sd2si, 32 and 64 bits: equal in range. Out of range and NaN give the least integer and IE alone, so
//     the flags are right and the value is repaired by hostfp_saturate_*. Only that one answer needs a look.
//     To unsigned: vcvt(t)ss2usi/sd2usi (AVX-512F) give all ones and IE out of range; same repair. Without AVX-512,
//     32 bits by the 64-bit form only after a range check: beyond 32 bits it would leave PE, where NV alone is due.
//  6. ucomiss/sd is feq, fltq, fleq; comiss/sd is flt, fle (NV for quiet NaNs too). Flags equal.
//  7. roundss/sd: immediate 4 is froundnx, 12 (no PE) is fround; made canonical.
//  8. minss/maxss differ from fmin/fmax: the second operand wins for NaNs and for two zeros, and a quiet NaN raises IE.
//     They are right only when the operands are ordered and not both zero.
//  9. binary16 add sub mul div sqrt computed as binary32 (vcvtph2ps, operate, vcvtps2ph) equal binary16's own, flags
//     included: 24 >= 2 * 11 + 2 bits make the double rounding harmless. It does not hold for fma.
// 10. RMM (frm 4) does not exist in MXCSR: instructions under it call tcg/fp, but for 12.
// 11. roundss/sd with the mode in its immediate (0, 1, 2: RNE RDN RUP), then cvttss2si/cvttsd2si: a conversion in that mode, to 64
//     bits, and from binary32 to 32 bits. From binary64 to 32, 2^31 - 0.5 rounded up would raise NX besides NV: the rounding has to
//     suppress it (immediate 8), and another one raises it where the result fits. (Proven by tests/unit/fp_modes.c, as is 12.)
// 12. RMM to an integer: the greatest number below 1/2 with the operand's sign, added in round to nearest (EVEX embedded rounding, which
//     raises nothing), then truncated; NX as in 11. What is 1/2 away rounds up to the integer (or its neighbour's tie is even there), what
//     is less does not reach it; beyond 2^52 (2^23) nothing changes.

#ifndef TCG_FP_HOSTFP_H
#define TCG_FP_HOSTFP_H

#include "tcg/fp/fp.h"

enum { HOSTFP_MASKED = 0x1f80, HOSTFP_STICKY = 0x3f }; // MXCSR: all six exceptions masked; all six sticky bits

// MXCSR: IE 1, DE 2, ZE 4, OE 8, UE 16, PE 32. fflags has the same five in the opposite order.
static inline unsigned hostfp_flags(uint32_t mxcsr) {
    return (mxcsr >> 5 & 1) | (mxcsr >> 3 & 2) | (mxcsr >> 1 & 4) | (mxcsr << 1 & 8) | (mxcsr << 4 & 16);
}

static inline bool hostfp_can_round(unsigned rounding) { return rounding <= FP_RUP; }

// The MXCSR that continues a guest with these flags; the rounding must pass hostfp_can_round.
static inline uint32_t hostfp_mxcsr(unsigned rounding, unsigned flags) {
    static const uint8_t rc[4] = {[FP_RNE] = 0, [FP_RDN] = 1, [FP_RUP] = 2, [FP_RTZ] = 3};
    uint32_t sticky = (flags & 1) << 5 | (flags & 2) << 3 | (flags & 4) << 1 | (flags & 8) >> 1 | (flags & 16) >> 4;
    return HOSTFP_MASKED | (uint32_t)rc[rounding & 3] << 13 | sticky;
}

static inline uint32_t hostfp_read_mxcsr(void) {
    uint32_t mxcsr;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr;
}

static inline void hostfp_write_mxcsr(uint32_t mxcsr) {
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

static inline uint32_t hostfp_canonical_f32(uint32_t a) {
    return (a & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : a;
}

static inline uint64_t hostfp_canonical_f64(uint64_t a) {
    return (a & INT64_MAX) > 0x7ff0000000000000 ? 0x7ff8000000000000 : a;
}

// Rule 5: what the host's "indefinite" answer should have been, from the binary64 operand (a binary32 one is widened
// first: an exact conversion). Any other answer passes through; so does a true least integer.
static inline bool hostfp_saturates_low(uint64_t a) { return a >> 63 && (a & INT64_MAX) <= 0x7ff0000000000000; }

static inline int32_t hostfp_saturate_i32(int32_t answer, uint64_t a) {
    return answer != INT32_MIN || hostfp_saturates_low(a) ? answer : INT32_MAX;
}

static inline int64_t hostfp_saturate_i64(int64_t answer, uint64_t a) {
    return answer != INT64_MIN || hostfp_saturates_low(a) ? answer : INT64_MAX;
}

static inline uint32_t hostfp_saturate_u32(uint32_t answer, uint64_t a) {
    return answer == UINT32_MAX && hostfp_saturates_low(a) ? 0 : answer;
}

static inline uint64_t hostfp_saturate_u64(uint64_t answer, uint64_t a) {
    return answer == UINT64_MAX && hostfp_saturates_low(a) ? 0 : answer;
}

#endif
