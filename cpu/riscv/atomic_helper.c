// SPDX-License-Identifier: MIT
// Zacas on register pairs (amocas.q, and amocas.d of RV32): twice XLEN in one compare-and-swap. Unprivileged manual, "Zacas".
// A pair that starts at x0 reads as zero, and is not written. And LR and SC where reservations are strict ("Zalrsc").
#include "cpu/riscv/state.h"

typedef unsigned __int128 U128;

static U128 pair_get(const RiscvState *s, unsigned r) {
    if (r == 0) return 0;
    if (s->config->xlen == 32) return (uint32_t)s->x[r] | (uint64_t)s->x[r + 1] << 32;
    return s->x[r] | (U128)s->x[r + 1] << 64;
}

static void pair_set(RiscvState *s, unsigned r, U128 value) {
    unsigned xlen = s->config->xlen;
    if (r == 0) return;
    s->x[r] = xlen == 32 ? (uint32_t)value : (uint64_t)value;
    s->x[r + 1] = (uint64_t)(value >> xlen);
}

uint64_t riscv_lr(Vcpu *v, uint64_t vaddr, uint64_t memop, uint64_t c) {
    RiscvState *s = riscv_state(v);
    uint64_t value[2];
    if (!vcpu_load_reserved(v, vaddr, (unsigned)memop, value)) return 0;
    s->res_vaddr = vaddr;
    s->res_value = value[0];
    return value[0];
}

uint64_t riscv_sc(Vcpu *v, uint64_t vaddr, uint64_t value, uint64_t memop) {
    RiscvState *s = riscv_state(v);
    const uint64_t seen[2] = {s->res_value}, wanted[2] = {value};
    bool done;
    if (!vcpu_store_conditional(v, vaddr, (unsigned)memop, s->res_vaddr == vaddr ? seen : NULL, wanted, &done)) return 0;
    s->res_vaddr = RV_RES_NONE;
    return !done;
}

__attribute__((target("cx16"))) static U128 cas16(void *p, U128 expected, U128 desired) {
    return __sync_val_compare_and_swap((U128 *)p, expected, desired);
}

uint64_t riscv_amocas_pair(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    RiscvState *s = riscv_state(v);
    unsigned rd = bits >> 7 & 31, rs2 = bits >> 20 & 31, size = s->config->xlen / 4;
    if (vaddr % size) return riscv_raise(v, CAUSE_STORE_MISALIGNED, vaddr, 0);
    bool io;
    uint64_t paddr;
    void *host = vcpu_host(v, vaddr, size, ACCESS_WRITE, &io, &paddr);
    if (!host) return v->trap ? 0 : riscv_raise(v, CAUSE_STORE_ACCESS, vaddr, 0);
    U128 expected = pair_get(s, rd), desired = pair_get(s, rs2), old;
    if (size == 16) old = cas16(host, expected, desired);
    else old = __sync_val_compare_and_swap((uint64_t *)host, (uint64_t)expected, (uint64_t)desired);
    pair_set(s, rd, old);
    return 0;
}
