// SPDX-License-Identifier: MIT
// Instructions about memory as a whole: sfence.vma and sinval, fence.i, cache-block operations. IR helpers of
// helper.def. Privileged 10.2.1, 10.5 (Svinval), 10.1.10; Zicbom, Zicboz.
#include "cpu/riscv/state.h"

// Which of rs1, rs2 are x0 is in the instruction. With an address, the fence orders leaf entries only (10.2.1), and the walk cache holds none.
uint64_t riscv_sfence_vma(Vcpu *v, uint64_t vaddr, uint64_t asid, uint64_t bits) {
    RiscvState *s = riscv_state(v);
    if (s->priv == PRIV_U || (v->ctx & RV_CTX_TVM)) return riscv_illegal(v, bits, 0, 0);
    int64_t only = bits >> 20 & 31 ? (int64_t)(asid & (s->config->xlen == 32 ? 0x1ff : 0xffff)) : -1;
    if (bits >> 15 & 31) {
        vcpu_flush_page(v, riscv_mask(s, vaddr), only);
        return 0;
    }
    riscv_walks_flush(s);
    if (only < 0) vcpu_fence(v);
    else vcpu_flush(v, only);
    return 0;
}

uint64_t riscv_sfence_inval(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    return riscv_state(v)->priv == PRIV_U ? riscv_illegal(v, bits, 0, 0) : 0;
}

uint64_t riscv_fence_i(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    vcpu_fence_i(v);
    return 0;
}

// ---- cache blocks

enum { CBO_INVAL, CBO_CLEAN, CBO_FLUSH, CBO_ZERO = 4 }; // bits 31:20 of the instruction

// menvcfg governs S and U, senvcfg also U. CBIE = 1 turns inval into flush, which is the same to us: host
// caches are coherent.
static bool cbo_allowed(const RiscvState *s, unsigned operation) {
    uint64_t field = operation == CBO_INVAL  ? ENVCFG_CBIE
                     : operation == CBO_ZERO ? ENVCFG_CBZE
                                             : ENVCFG_CBCFE;
    if (s->priv < PRIV_M && !(s->menvcfg & field)) return false;
    return s->priv != PRIV_U || (s->senvcfg & field);
}

// inval, clean, flush need permission to read or to write, and report what is missing as a store's fault.
uint64_t riscv_cbo(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    TlbFill fill;
    if (!cbo_allowed(riscv_state(v), bits >> 20 & 0xfff)) return riscv_illegal(v, bits, 0, 0);
    if (!riscv_fill(v, vaddr, ACCESS_READ, 0, 1, true, &fill))
        riscv_fill(v, vaddr, ACCESS_WRITE, 0, 1, false, &fill);
    return 0;
}

uint64_t riscv_cbo_zero(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    RiscvState *s = riscv_state(v);
    unsigned size = s->config->cbo_block;
    bool io = false;
    uint64_t paddr;
    if (!cbo_allowed(s, CBO_ZERO)) return riscv_illegal(v, bits, 0, 0);
    vaddr = riscv_mask(s, vaddr);
    uint8_t *host = vcpu_host(v, vaddr & -(uint64_t)size, size, ACCESS_WRITE, &io, &paddr);
    if (host) // by whole words: other harts may be reading them
        for (unsigned i = 0; i < size; i += 8) __atomic_store_n((uint64_t *)(host + i), 0, __ATOMIC_RELAXED);
    else if (io)
        riscv_raise(v, CAUSE_STORE_ACCESS, vaddr, 0);
    else
        s->trap_tval = vaddr; // the address as given, not the block's
    return 0;
}
