// SPDX-License-Identifier: MIT
// The instructions about memory as a whole that SYS encodes: caches, TLB maintenance, address translation. DDI 0487, C5.3 to C5.5.
// Caches are the host's and coherent, so cleaning is checking that it may be done; IC only makes earlier stores visible to fetch.
#include "cpu/arm/state.h"

#define OP(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

// ---- TLB maintenance: by address always takes all ASIDs, which is more than asked for and never wrong
typedef struct Tlbi {
    enum { TLBI_ALL, TLBI_ASID, TLBI_PAGE } kind;
    uint64_t value;
} Tlbi;

static void flush(Vcpu *v, const Tlbi *t) {
    ArmState *s = arm_state(v);
    arm_walks_flush(s);
    if (t->kind == TLBI_ASID) vcpu_flush(v, (int64_t)t->value);
    else if (t->kind == TLBI_ALL || s->tagged) vcpu_flush(v, -1);
    else vcpu_flush_page(v, t->value, -1);
}

static void flush_other(Vcpu *v, void *arg) { flush(v, arg); }

// Inner-shareable forms reach every core before they are done, which is sooner than the DSB that waits for them.
static void broadcast(Vcpu *v, Tlbi *t) {
    ArmState *s = arm_state(v);
    flush(v, t);
    if (!s->firmware) return;
    for (unsigned i = 0;; i++) {
        Cpu *c = s->firmware->core(s->firmware_opaque, i);
        if (!c) return;
        if (c->vcpu != v) vcpu_work(c->vcpu, flush_other, t, true);
    }
}

static bool tlbi(Vcpu *v, unsigned op, uint64_t value) {
    unsigned crm = op >> 3 & 15;
    uint64_t page = (uint64_t)((int64_t)(value << 20) >> 8); // VA<55:12> is in bits 43:0
    Tlbi t;
    if (crm != 3 && crm != 7) return false;
    switch (op & 7) {
    case 0: t = (Tlbi){TLBI_ALL, 0}; break;
    case 2: t = (Tlbi){TLBI_ASID, value >> 48}; break;
    case 1: case 3: case 5: case 7: t = (Tlbi){TLBI_PAGE, page}; break;
    default: return false;
    }
    if (crm == 3) broadcast(v, &t);
    else flush(v, &t);
    return true;
}

// ---- caches by address: a fault is that of a load, but says it was a cache instruction and wrote (ISS.CM, WnR)
static void maintain(Vcpu *v, uint64_t vaddr) {
    TlbFill fill;
    if (!arm_fill(v, vaddr, ACCESS_READ, 0, 1, false, &fill)) arm_state(v)->fault_esr |= 1 << 8 | 1 << 6;
}

static bool cache(Vcpu *v, unsigned op, uint64_t value) {
    switch (op) {
    case OP(0, 7, 1, 0): case OP(0, 7, 5, 0): vcpu_fence_i(v); return true;                    // IC IALLUIS, IALLU
    case OP(3, 7, 5, 1): vcpu_fence_i(v); return true;                                         // IC IVAU
    case OP(0, 7, 6, 2): case OP(0, 7, 10, 2): case OP(0, 7, 14, 2): return true;              // DC ISW, CSW, CISW
    case OP(0, 7, 6, 1): case OP(3, 7, 10, 1): case OP(3, 7, 11, 1): case OP(3, 7, 14, 1):     // DC IVAC, CVAC, CVAU, CIVAC
        maintain(v, value);
        return true;
    case OP(3, 7, 4, 1): arm_zero_block(v, value, 0, 0); return true;                          // DC ZVA
    }
    return false;
}

static bool translate(Vcpu *v, unsigned op, uint64_t value) {
    bool with_pan = (op >> 3 & 15) == 9;
    if ((op & ~0xfu) != OP(0, 7, 8, 0) || (op & 7) > (with_pan ? 1 : 3)) return false;
    if (with_pan && !arm_has(arm_state(v)->config, ARM_pan)) return false;
    arm_state(v)->par = arm_address_translate(v, value, op & 1 ? ACCESS_WRITE : ACCESS_READ, op & 2, with_pan);
    return true;
}

// What EL0 may: those of op1 = 3, if SCTLR_EL1.UCI (or .DZE) lets it.
static bool el0_refused(const ArmState *s, unsigned op) {
    return !(s->sctlr & (op == OP(3, 7, 4, 1) ? SCTLR_DZE : SCTLR_UCI));
}

uint64_t arm_sys(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    const ArmState *s = arm_state(v);
    unsigned op = bits >> 5 & 0x3fff, crn = op >> 7 & 15;
    if (!s->el && (op >> 11) != 3) return arm_undefined(v, bits, 0, 0);
    if (!s->el && crn == 7 && el0_refused(s, op))
        return arm_fault(v, ESR(EC_SYSREG, 1 << 20 | (op & 7) << 17 | 3 << 14 | 7 << 10 | (bits & 31) << 5 | (op >> 3 & 15) << 1));
    bool known = crn == 8 ? (op >> 11) == 0 && tlbi(v, op, value) : cache(v, op, value) || translate(v, op, value);
    return known ? 0 : arm_undefined(v, bits, 0, 0);
}

uint64_t arm_isb(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    arm_update_context(v);
    return 0;
}
