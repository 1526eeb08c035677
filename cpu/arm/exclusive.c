// SPDX-License-Identifier: MIT
// Exclusives where they are strict (vcpu_strict): DDI 0487, B2.12. Called by translated code (a64_atomic.c).
#include "cpu/arm/state.h"

uint64_t arm_ldxr(Vcpu *v, uint64_t vaddr, uint64_t memop, uint64_t c) {
    ArmState *s = arm_state(v);
    uint64_t value[2];
    if (!vcpu_load_reserved(v, vaddr, (unsigned)memop, value)) return 0;
    s->res_vaddr = vaddr;
    s->res_value = value[0];
    s->res_value2 = value[1];
    return value[0];
}

static uint64_t store(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t value[2]) {
    ArmState *s = arm_state(v);
    const uint64_t seen[2] = {s->res_value, s->res_value2};
    bool done;
    if (!vcpu_store_conditional(v, vaddr, memop, s->res_vaddr == vaddr ? seen : NULL, value, &done)) return 0;
    s->res_vaddr = ARM_RES_NONE;
    return !done;
}

uint64_t arm_stxr(Vcpu *v, uint64_t vaddr, uint64_t value, uint64_t memop) { return store(v, vaddr, (unsigned)memop, (uint64_t[2]){value}); }

uint64_t arm_stxp(Vcpu *v, uint64_t vaddr, uint64_t low, uint64_t high) {
    return store(v, vaddr, MO_128 | MO_ALIGN | MO_ATOMIC, (uint64_t[2]){low, high});
}
