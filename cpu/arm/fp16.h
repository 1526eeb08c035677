// SPDX-License-Identifier: MIT
// Half precision: one lane of the operations of simd.h.
#pragma once
#include "cpu/arm/simd.h"

uint64_t fp16_two(unsigned op, uint64_t a, uint64_t b, FpEnv *e); // op: enum FpOp2
uint64_t fp16_fma(bool negate_product, bool negate_addend, uint64_t a, uint64_t b, uint64_t c, FpEnv *e);
uint64_t fp16_exact(uint64_t a, const FpEnv *e); // as binary64, a subnormal that FPCR.FZ16 flushes as zero; NaNs stay what they are
uint64_t fp16_round(uint64_t a, FpEnv *e);       // of a binary64, once

// One lane of FRECPE, FRSQRTE, FRECPX (fp_estimate.c); size: 1 half, 2 single, 3 double.
uint64_t fp_reciprocal(unsigned size, uint64_t a, FpEnv *e);
uint64_t fp_root_reciprocal(unsigned size, uint64_t a, FpEnv *e);
uint64_t fp_reciprocal_exponent(unsigned size, uint64_t a, FpEnv *e);
