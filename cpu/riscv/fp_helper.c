// SPDX-License-Identifier: MIT
// Helpers for the floating-point instructions that are too long for IR: classification and Zfa's rounding to integral values. Soft
// floating point does the work; flags go to the soft side of the accrued ones. Unprivileged manual, "F" and "Zfa".
#include "cpu/riscv/helper.h"
#include "tcg/fp/fp.h"

uint64_t riscv_fclass_h(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f16_classify((uint16_t)a); }
uint64_t riscv_fclass_s(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f32_classify((uint32_t)a); }
uint64_t riscv_fclass_d(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f64_classify(a); }

static FpEnv env_of(const Vcpu *v, uint64_t rm) {
    return (FpEnv){.rounding = rm == FP_DYN ? v->fp_rm : (uint8_t)rm, .policy = FP_POLICY_RISCV};
}

uint64_t riscv_fround_h(Vcpu *v, uint64_t a, uint64_t rm, uint64_t exact) {
    FpEnv env = env_of(v, rm);
    a = f16_round_int((uint16_t)a, exact, &env);
    v->fp_flags |= env.flags;
    return a;
}
uint64_t riscv_fround_s(Vcpu *v, uint64_t a, uint64_t rm, uint64_t exact) {
    FpEnv env = env_of(v, rm);
    a = f32_round_int((uint32_t)a, exact, &env);
    v->fp_flags |= env.flags;
    return a;
}
uint64_t riscv_fround_d(Vcpu *v, uint64_t a, uint64_t rm, uint64_t exact) {
    FpEnv env = env_of(v, rm);
    a = f64_round_int(a, exact, &env);
    v->fp_flags |= env.flags;
    return a;
}
uint64_t riscv_fcvtmod_w_d(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    FpEnv env = env_of(v, FP_RTZ);
    uint32_t n = (uint32_t)f64_to_i32_modulo(a, &env);
    v->fp_flags |= env.flags;
    return n;
}
