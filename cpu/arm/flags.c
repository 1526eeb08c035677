// SPDX-License-Identifier: MIT
// Condition flags at run time: from the stored operands to PSTATE.NZCV. Called by translated code (helper nzcv) when the flags come from
// another block, and by whatever saves PSTATE. DDI 0487, J1.3.3: AddWithCarry.
#include "cpu/arm/simd.h"

static uint32_t of_result(uint64_t r, unsigned bits) {
    return (r >> (bits - 1) & 1 ? NZCV_N : 0) | (r << (64 - bits) ? 0 : NZCV_Z);
}

static uint32_t of_addition(uint64_t a, uint64_t b, unsigned bits) {
    uint64_t r = a + b, mask = UINT64_MAX >> (64 - bits);
    uint64_t v = ((a ^ r) & (b ^ r)) >> (bits - 1) & 1;
    return of_result(r, bits) | ((r & mask) < (a & mask) ? NZCV_C : 0) | (v ? NZCV_V : 0);
}

static uint32_t of_subtraction(uint64_t a, uint64_t b, unsigned bits) {
    uint64_t r = a - b, mask = UINT64_MAX >> (64 - bits);
    uint64_t v = ((a ^ b) & (a ^ r)) >> (bits - 1) & 1;
    return of_result(r, bits) | ((a & mask) >= (b & mask) ? NZCV_C : 0) | (v ? NZCV_V : 0);
}

uint32_t arm_flags_of(FpRelation r) {
    return r == FP_EQUAL ? NZCV_Z | NZCV_C : r == FP_LESS ? NZCV_N : r == FP_GREATER ? NZCV_C : NZCV_C | NZCV_V;
}

uint32_t arm_flags(const ArmState *s) {
    FpEnv e = {.policy = FP_POLICY_ARM}; // the comparison has raised its flags already
    switch (s->cc_op) {
    case CC_ADD32: return of_addition(s->cc_a, s->cc_b, 32);
    case CC_ADD64: return of_addition(s->cc_a, s->cc_b, 64);
    case CC_SUB32: return of_subtraction(s->cc_a, s->cc_b, 32);
    case CC_SUB64: return of_subtraction(s->cc_a, s->cc_b, 64);
    case CC_LOGIC32: return of_result(s->cc_a, 32);
    case CC_LOGIC64: return of_result(s->cc_a, 64);
    case CC_FP32: return arm_flags_of(f32_compare((uint32_t)s->cc_a, (uint32_t)s->cc_b, false, &e));
    case CC_FP64: return arm_flags_of(f64_compare(s->cc_a, s->cc_b, false, &e));
    default: return (uint32_t)s->cc_a & (NZCV_N | NZCV_Z | NZCV_C | NZCV_V);
    }
}

void arm_flags_set(ArmState *s, uint64_t nzcv) {
    s->cc_op = CC_NZCV;
    s->cc_a = nzcv & PSTATE_NZCV;
}

uint64_t arm_nzcv(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return arm_flags(arm_state(v)); }
