// SPDX-License-Identifier: MIT
// What the helpers of Advanced SIMD and floating point share: a register as lanes, and the floating point environment of FPCR and FPSR.
#pragma once
#include <string.h>
#include "cpu/arm/state.h"
#include "tcg/fp/fp.h"

typedef union Vec {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t s[4];
    uint64_t d[2];
} Vec;

static inline Vec vec(const ArmState *s, unsigned r) { return (Vec){.d = {s->v[r][0], s->v[r][1]}}; }
static inline void set_vec(ArmState *s, unsigned r, Vec v) {
    s->v[r][0] = v.d[0];
    s->v[r][1] = v.d[1];
}
static inline uint64_t lane(const Vec *v, unsigned size, unsigned i) {
    switch (size) {
    case 0: return v->b[i];
    case 1: return v->h[i];
    case 2: return v->s[i];
    default: return v->d[i];
    }
}
static inline void set_lane(Vec *v, unsigned size, unsigned i, uint64_t x) {
    switch (size) {
    case 0: v->b[i] = (uint8_t)x; break;
    case 1: v->h[i] = (uint16_t)x; break;
    case 2: v->s[i] = (uint32_t)x; break;
    default: v->d[i] = x;
    }
}
static inline uint64_t mask_of(unsigned size) { return UINT64_MAX >> (64 - (8u << size)); }
static inline int64_t sign(uint64_t x, unsigned size) { return (int64_t)(x << (64 - (8u << size))) >> (64 - (8u << size)); }

#define FPSR_QC (1u << 27)
#define FPCR_DN (1u << 25)
#define FPCR_FZ (1u << 24)
#define FPCR_FZ16 (1u << 19)
FpEnv arm_fp_env(const ArmState *s);
uint32_t arm_flags_of(FpRelation r); // NZCV of a comparison
void arm_fp_done(ArmState *s, const FpEnv *e); // its flags into FPSR

// One lane of a floating point operation; wide: 64 bits, else 32.
enum FpOp2 { FP_MUL, FP_DIV, FP_ADD, FP_SUB, FP_MAX, FP_MIN, FP_MAXNM, FP_MINNM, FP_NMUL, FP_MULX, FP_ABD, FP_RECPS, FP_RSQRTS,
             FP_CMEQ, FP_CMGE, FP_CMGT, FP_ACGE, FP_ACGT };
uint64_t arm_fp2(unsigned op, bool wide, uint64_t a, uint64_t b, FpEnv *e);
uint64_t arm_fp_fma(bool wide, bool negate_product, bool negate_addend, uint64_t a, uint64_t b, uint64_t c, FpEnv *e);
uint64_t arm_fp_round(bool wide, uint64_t a, unsigned mode, bool exact, FpEnv *e);            // mode: FP_RNE ...
uint64_t arm_fp_to_int(bool wide, uint64_t a, unsigned bits, bool is_unsigned, unsigned mode, unsigned fraction, FpEnv *e);
uint64_t arm_fp_from_int(bool wide, uint64_t a, unsigned bits, bool is_unsigned, unsigned fraction, FpEnv *e);
uint64_t arm_fp_sqrt(bool wide, uint64_t a, FpEnv *e);
