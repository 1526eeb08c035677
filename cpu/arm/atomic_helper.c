// SPDX-License-Identifier: MIT
// 128-bit atomics and dc zva: LDXP, STXP and CASP of X registers as one host compare-and-swap. DDI 0487, B2.2.1, C6.2.
#include "cpu/arm/state.h"

typedef unsigned __int128 U128;
enum { ZVA_BYTES = 64 }; // DCZID_EL0.BS = 4

static U128 pair(uint64_t low, uint64_t high) { return low | (U128)high << 64; }

static U128 cas16(void *p, U128 expected, U128 desired) { return __sync_val_compare_and_swap((U128 *)p, expected, desired); }

// The host address of an aligned access; NULL: raised.
static void *target(Vcpu *v, uint64_t vaddr, unsigned size, Access access) {
    bool io;
    uint64_t paddr;
    if (vaddr % size) {
        arm_misaligned(v, vaddr, access);
        return NULL;
    }
    void *host = vcpu_host(v, vaddr, size, access, &io, &paddr);
    // Exclusives and atomics on device memory: an unsupported access (DFSC 0x35), as B2.2.1 allows.
    if (!host && !v->trap) arm_fault_at(v, ESR(EC_DATA_ABORT, 0x35 | (access == ACCESS_WRITE) << 6), vaddr);
    return host;
}

static void set_x(ArmState *s, unsigned r, uint64_t value) {
    if (r != 31) s->x[r] = value;
}
static uint64_t get_x(const ArmState *s, unsigned r) { return r == 31 ? 0 : s->x[r]; }

uint64_t arm_load_pair_exclusive(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    ArmState *s = arm_state(v);
    void *host = target(v, vaddr, 16, ACCESS_WRITE);
    if (!host) return 0;
    U128 value = cas16(host, 0, 0); // reads both halves in one go
    s->res_vaddr = vaddr;
    s->res_value = (uint64_t)value;
    s->res_value2 = (uint64_t)(value >> 64);
    set_x(s, bits & 31, s->res_value);
    set_x(s, bits >> 10 & 31, s->res_value2);
    return 0;
}

uint64_t arm_store_pair_exclusive(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    ArmState *s = arm_state(v);
    U128 seen = pair(s->res_value, s->res_value2), value = pair(get_x(s, bits & 31), get_x(s, bits >> 10 & 31));
    bool stored = false;
    if (s->res_vaddr == vaddr) {
        void *host = target(v, vaddr, 16, ACCESS_WRITE);
        if (!host) return 0;
        stored = cas16(host, seen, value) == seen;
    }
    s->res_vaddr = ARM_RES_NONE;
    set_x(s, bits >> 16 & 31, !stored);
    return 0;
}

static uint64_t cas_pair32(ArmState *s, void *host, unsigned rs, unsigned rt) {
    uint64_t expected = (uint32_t)get_x(s, rs) | get_x(s, rs + 1) << 32;
    uint64_t desired = (uint32_t)get_x(s, rt) | get_x(s, rt + 1) << 32;
    return __sync_val_compare_and_swap((uint64_t *)host, expected, desired);
}

uint64_t arm_casp(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned rs = bits >> 16 & 31, rt = bits & 31;
    bool wide = bits >> 30 & 1;
    void *host = target(v, vaddr, wide ? 16 : 8, ACCESS_WRITE);
    if (!host) return 0;
    if (wide) {
        U128 old = cas16(host, pair(get_x(s, rs), get_x(s, rs + 1)), pair(get_x(s, rt), get_x(s, rt + 1)));
        set_x(s, rs, (uint64_t)old);
        set_x(s, rs + 1, (uint64_t)(old >> 64));
    } else {
        uint64_t old = cas_pair32(s, host, rs, rt);
        set_x(s, rs, (uint32_t)old);
        set_x(s, rs + 1, old >> 32);
    }
    return 0;
}

uint64_t arm_zero_block(Vcpu *v, uint64_t vaddr, uint64_t b, uint64_t c) {
    bool io;
    uint64_t paddr;
    uint8_t *host = vcpu_host(v, vaddr & -(uint64_t)ZVA_BYTES, ZVA_BYTES, ACCESS_WRITE, &io, &paddr);
    if (host) // by whole words: other cores may be reading them
        for (unsigned i = 0; i < ZVA_BYTES; i += 8) __atomic_store_n((uint64_t *)(host + i), 0, __ATOMIC_RELAXED);
    else if (v->trap)
        arm_state(v)->fault_far = vaddr; // the address as given, not the block's
    else
        arm_fault_at(v, ESR(EC_DATA_ABORT, 0x21 | 1 << 6), vaddr); // device memory: alignment fault
    return 0;
}
