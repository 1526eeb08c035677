// SPDX-License-Identifier: MIT
// The instructions about memory as a whole that SYS encodes: caches, TLB maintenance, address translation. DDI 0487, C5.3 to C5.5.
// Caches are the host's and coherent, so cleaning is checking that it may be done; IC only makes earlier stores visible to fetch.
#include "cpu/arm/state.h"

#define OP(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

// ---- TLB maintenance: by address always takes all ASIDs, which is more than asked for and never wrong
// One word, so that it can travel: a page's address, whose low bits say what it is.
enum { TLBI_PAGE, TLBI_ASID, TLBI_ALL, TLBI_KIND = 3 };

static void flush(Vcpu *v, void *arg) {
    ArmState *s = arm_state(v);
    uint64_t what = *(uint64_t *)arg;
    arm_walks_flush(s);
    if ((what & TLBI_KIND) == TLBI_ASID) vcpu_flush(v, (int64_t)(what >> 12));
    else if ((what & TLBI_KIND) == TLBI_ALL || s->tagged) vcpu_flush(v, -1);
    else vcpu_flush_page(v, what, -1);
}

// EL2's own take everything: IPAS2E1 and IPAS2LE1 (CRm 0 and 4), ALLE2, VAE2, ALLE1, VALE2, VMALLS12E1 (3 and 7).
static bool tlbi_el2(Vcpu *v, unsigned crm) {
    uint64_t what = TLBI_ALL;
    if (arm_state(v)->el < 2 || (crm != 0 && crm != 3 && crm != 4 && crm != 7)) return false;
    if (crm == 0 || crm == 3) engine_shoot(v->engine, v, flush, &what);
    else flush(v, &what);
    return true;
}

// Inner-shareable forms reach every core before it runs on, which is sooner than the DSB that waits for them.
static bool tlbi(Vcpu *v, unsigned op, uint64_t value) {
    unsigned crm = op >> 3 & 15;
    uint64_t what;
    if (op >> 11 == 4) return tlbi_el2(v, crm);
    if (op >> 11) return false;
    if (crm != 3 && crm != 7) return false;
    switch (op & 7) {
    case 0: what = TLBI_ALL; break;
    case 2: what = value >> 48 << 12 | TLBI_ASID; break;
    case 1: case 3: case 5: case 7: what = (uint64_t)((int64_t)(value << 20) >> 8) & ~(uint64_t)TLBI_KIND; break; // VA<55:12> in bits 43:0
    default: return false;
    }
    if (crm == 3) engine_shoot(v->engine, v, flush, &what);
    else flush(v, &what);
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
    case OP(3, 7, 12, 1): case OP(3, 7, 13, 1):                                                // DC CVAP, CVADP
        if (!arm_has(arm_state(v)->config, (op >> 3 & 15) == 13 ? ARM_dpb2 : ARM_dpb)) return false;
        maintain(v, value);
        return true;
    case OP(3, 7, 3, 4): case OP(3, 7, 3, 5): case OP(3, 7, 3, 7):                             // CFP, DVP, CPP RCTX: nothing is predicted
        return arm_has(arm_state(v)->config, ARM_specres);
    }
    return false;
}

static bool translate(Vcpu *v, unsigned op, uint64_t value) {
    bool with_pan = (op >> 3 & 15) == 9, write = op & 1;
    if ((op & ~7u) == OP(4, 7, 8, 0) && arm_state(v)->el >= 2 && (op & 7) != 2 && (op & 7) != 3) { // S1E2R, S1E2W; S12E1R to S12E0W
        bool both = op & 4;
        arm_state(v)->par = arm_address_translate(v, value, write ? ACCESS_WRITE : ACCESS_READ, both ? 1 : 2, both && (op & 2), false, both);
        return true;
    }
    if ((op & ~0xfu) != OP(0, 7, 8, 0) || (op & 7) > (with_pan ? 1 : 3)) return false;
    if (with_pan && !arm_has(arm_state(v)->config, ARM_pan2)) return false;
    arm_state(v)->par = arm_address_translate(v, value, write ? ACCESS_WRITE : ACCESS_READ, 1, op & 2, with_pan, false);
    return true;
}

// What EL0 may: those of op1 = 3, if SCTLR_EL1.UCI (or .DZE) lets it.
static bool el0_refused(const ArmState *s, unsigned op) {
    bool rctx = (op >> 3) == OP(3, 7, 3, 0) >> 3;
    return !(s->sctlr[1] & (op == OP(3, 7, 4, 1) ? SCTLR_DZE : rctx ? SCTLR_ENRCTX : SCTLR_UCI));
}

uint64_t arm_sys(Vcpu *v, uint64_t bits, uint64_t value, uint64_t c) {
    const ArmState *s = arm_state(v);
    unsigned op = bits >> 5 & 0x3fff, crn = op >> 7 & 15;
    if (!s->el && (op >> 11) != 3) return arm_undefined(v, bits, 0, 0);
    if (!s->el && crn == 7 && el0_refused(s, op))
        return arm_fault(v, ESR(EC_SYSREG, 1 << 20 | (op & 7) << 17 | 3 << 14 | 7 << 10 | (bits & 31) << 5 | (op >> 3 & 15) << 1));
    if (arm_traps(s, 1 << 14 | op, true)) {
        uint64_t iss = 1 << 20 | (op & 7) << 17 | (op >> 11) << 14 | crn << 10 | (bits & 31) << 5 | (op >> 3 & 15) << 1;
        return arm_fault_el2(v, ESR(EC_SYSREG, iss));
    }
    bool known = crn == 8 ? tlbi(v, op, value) : cache(v, op, value) || translate(v, op, value);
    return known ? 0 : arm_undefined(v, bits, 0, 0);
}

uint64_t arm_isb(Vcpu *v, uint64_t a, uint64_t b, uint64_t c) {
    arm_update_context(v);
    return 0;
}
