// SPDX-License-Identifier: MIT
// FEAT_PAuth2 with FEAT_FPACCOMBINE: signatures in the upper bits of pointers. DDI 0487, D8.10; the pseudocode is AddPAC, Auth and Strip.
// A signature is exclusive-ored into the extension bits; one that does not fit is an exception at the instruction that checks it. The
// cipher is QARMA5, or by default a mixer of two multiplications that no guest can tell from it but by its values. a64_pauth.c has the
// mixer as IR; here is what it is compared with, and what serves QARMA5 and unusual TCRs.
#include "cpu/arm/pauth.h"

#define SIGN (1ull << 55)

static uint64_t compute(const ArmState *s, uint64_t x, uint64_t y, unsigned key) {
    const uint64_t *k = s->apkey[key]; // low, high
    if (s->config->qarma5) return qarma5(x, y, k[1], k[0]);
    return (__builtin_bswap64((x ^ k[0]) * PAC_FACTOR1) ^ y ^ k[1]) * PAC_FACTOR2;
}

static bool enabled(const ArmState *s, unsigned key) {
    static const uint8_t bits[4] = {31, 30, 27, 13}; // SCTLR_ELx.EnIA, EnIB, EnDA, EnDB
    return arm_sctlr(s) >> bits[key] & 1;
}

// Does the top byte of pointers to this half stay out of it? EL2's addresses are one half.
static bool ignores_top(const ArmState *s, unsigned regime, bool upper, bool data) {
    uint64_t tcr = arm_regime_tcr(s, regime);
    upper &= regime == 1;
    return (tcr >> (upper ? 38 : 37) & 1) && (data || !(tcr >> (upper ? 52 : 51) & 1));
}
static bool tagged(const ArmState *s, bool data) { // bit 55 says which half it is, not bit 63
    return ignores_top(s, arm_regime(s), false, data) || ignores_top(s, arm_regime(s), true, data);
}
// The bits that hold a signature, without bit 55, which says which half it is.
static uint64_t signature(const ArmState *s, unsigned regime, bool upper, bool data) {
    unsigned size = arm_regime_tcr(s, regime) >> (upper && regime == 1 ? 16 : 0) & 63;
    unsigned least = arm_has(s->config, ARM_lva) || arm_has(s->config, ARM_lpa2) ? 12 : 16;
    size = size < least ? least : size > 39 ? 39 : size;
    uint64_t mask = (UINT64_MAX << (64 - size)) & ~SIGN;
    return ignores_top(s, regime, upper, data) ? mask & (SIGN - 1) : mask;
}

void arm_pac_update(ArmState *s) {
    for (unsigned regime = 1; regime <= 2; regime++)
        for (unsigned data = 0; data < 2; data++) {
            uint64_t lower = signature(s, regime, false, data);
            s->pac_mask[regime - 1][data] = lower;
            s->pac_differ[regime - 1][data] = lower ^ signature(s, regime, true, data);
        }
}

uint32_t arm_pac_context(const ArmState *s) {
    uint32_t ctx = 0;
    if (!arm_has(s->config, ARM_pauth)) return 0;
    for (unsigned key = 0; key < 4; key++) ctx |= enabled(s, key) ? ARM_CTX_PAC_KEY << key : 0;
    for (unsigned data = 0; data < 2; data++) ctx |= tagged(s, data) ? ARM_CTX_PAC_TAGGED << data : 0;
    return ctx | (s->el < 2 && arm_el2(s) && !(s->hcr & HCR_API) ? ARM_CTX_PAC_TRAP : 0);
}

uint64_t arm_pac_mask(const ArmState *s, bool upper, bool data) { return signature(s, arm_regime(s), upper, data); }
static uint64_t extended(uint64_t pointer, uint64_t mask, bool upper) { return upper ? pointer | mask | SIGN : pointer & ~(mask | SIGN); }

uint64_t arm_pac_add(Vcpu *v, uint64_t pointer, uint64_t modifier, uint64_t key) {
    const ArmState *s = arm_state(v);
    bool data = key & PAC_DATA;
    if (!enabled(s, (unsigned)key)) return pointer;
    bool upper = tagged(s, data) ? pointer >> 55 & 1 : pointer >> 63;
    uint64_t mask = arm_pac_mask(s, upper, data), pac = compute(s, extended(pointer, mask, upper), modifier, (unsigned)key);
    return ((pointer ^ (pac & mask)) & ~SIGN) | (upper ? SIGN : 0);
}

uint64_t arm_pac_auth(Vcpu *v, uint64_t pointer, uint64_t modifier, uint64_t key) {
    const ArmState *s = arm_state(v);
    bool data = key & PAC_DATA, upper = pointer >> 55 & 1;
    if (!enabled(s, (unsigned)key)) return pointer;
    uint64_t mask = arm_pac_mask(s, upper, data);
    uint64_t result = pointer ^ (compute(s, extended(pointer, mask, upper), modifier, (unsigned)key) & mask);
    if ((result & mask) != (upper ? mask : 0)) arm_fault(v, ESR(EC_FPAC, key & PAC_KEY));
    return result;
}

uint64_t arm_pac_generic(Vcpu *v, uint64_t x, uint64_t y, uint64_t c) {
    return compute(arm_state(v), x, y, ARM_KEY_GA) & 0xffffffff00000000;
}
