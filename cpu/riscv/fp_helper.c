// SPDX-License-Identifier: MIT
// Helpers for the floating-point instructions that are too long for IR: classification and Zfa's modular conversion. Soft floating
// point does the work; flags go to the soft side of the accrued ones. Unprivileged manual, "F" and "Zfa".
#include "cpu/riscv/helper.h"
#include "tcg/fp/fp.h"

uint64_t riscv_fclass_h(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f16_classify((uint16_t)a); }
uint64_t riscv_fclass_s(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f32_classify((uint32_t)a); }
uint64_t riscv_fclass_d(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) { return f64_classify(a); }

uint64_t riscv_fcvtmod_w_d(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    FpEnv env = {.rounding = FP_RTZ, .policy = FP_POLICY_RISCV};
    uint32_t n = (uint32_t)f64_to_i32_modulo(a, &env);
    v->fp_flags |= env.flags;
    return n;
}
