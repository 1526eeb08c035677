// SPDX-License-Identifier: MIT
// FEAT_PAuth2 with FEAT_FPACCOMBINE: signatures in the upper bits of pointers. DDI 0487, D8.10; the pseudocode is AddPAC, Auth and Strip.
// A signature is exclusive-ored into the extension bits; one that does not fit is an exception at the instruction that checks it. The
// cipher is QARMA5, or by default a mixer of two multiplications that no guest can tell from it but by its values.
#include "cpu/arm/pauth.h"

#define SIGN (1ull << 55)

static uint64_t compute(const ArmState *s, uint64_t x, uint64_t y, unsigned key) {
    const uint64_t *k = s->apkey[key]; // low, high
    if (s->config->qarma5) return qarma5(x, y, k[1], k[0]);
    uint64_t h = (x ^ k[0]) * 0x9e3779b97f4a7c15;
    h = ((h ^ h >> 32) + (y ^ k[1])) * 0xd6e8feb86659fd93;
    return (h ^ h >> 29) * 0xa0761d6478bd642f;
}

static bool enabled(const ArmState *s, unsigned key) {
    static const uint8_t bits[4] = {31, 30, 27, 13}; // SCTLR_EL1.EnIA, EnIB, EnDA, EnDB
    return arm_sctlr(s) >> bits[key] & 1;
}

// Does the top byte of pointers to this half stay out of it?
static bool ignores_top(const ArmState *s, bool upper, bool data) {
    uint64_t tcr = arm_tcr(s);
    return (tcr >> (upper ? 38 : 37) & 1) && (data || !(tcr >> (upper ? 52 : 51) & 1));
}
// The bits that hold a signature, without bit 55, which says which half it is.
static uint64_t signature(const ArmState *s, bool upper, bool data) {
    unsigned size = arm_tcr(s) >> (upper ? 16 : 0) & 63, least = arm_has(s->config, ARM_lva) || arm_has(s->config, ARM_lpa2) ? 12 : 16;
    size = size < least ? least : size > 39 ? 39 : size;
    uint64_t mask = (UINT64_MAX << (64 - size)) & ~SIGN;
    return ignores_top(s, upper, data) ? mask & (SIGN - 1) : mask;
}
uint64_t arm_pac_mask(const ArmState *s, bool upper, bool data) { return signature(s, upper, data); }
static uint64_t extended(uint64_t pointer, uint64_t mask, bool upper) { return upper ? pointer | mask | SIGN : pointer & ~(mask | SIGN); }

uint64_t arm_pac_add(Vcpu *v, uint64_t pointer, uint64_t modifier, uint64_t key) {
    const ArmState *s = arm_state(v);
    bool data = key & PAC_DATA;
    if (!enabled(s, (unsigned)key)) return pointer;
    bool tagged = ignores_top(s, false, data) || ignores_top(s, true, data), upper = tagged ? pointer >> 55 & 1 : pointer >> 63;
    uint64_t mask = signature(s, upper, data), pac = compute(s, extended(pointer, mask, upper), modifier, (unsigned)key);
    return ((pointer ^ (pac & mask)) & ~SIGN) | (upper ? SIGN : 0);
}

uint64_t arm_pac_auth(Vcpu *v, uint64_t pointer, uint64_t modifier, uint64_t key) {
    const ArmState *s = arm_state(v);
    bool data = key & PAC_DATA, upper = pointer >> 55 & 1;
    if (!enabled(s, (unsigned)key)) return pointer;
    uint64_t mask = signature(s, upper, data);
    uint64_t result = pointer ^ (compute(s, extended(pointer, mask, upper), modifier, (unsigned)key) & mask);
    if ((result & mask) != (upper ? mask : 0)) arm_fault(v, ESR(EC_FPAC, key & PAC_KEY));
    return result;
}

uint64_t arm_pac_strip(Vcpu *v, uint64_t pointer, uint64_t data, uint64_t c) {
    bool upper = pointer >> 55 & 1;
    return extended(pointer, signature(arm_state(v), upper, data), upper);
}

uint64_t arm_pac_generic(Vcpu *v, uint64_t x, uint64_t y, uint64_t c) {
    return compute(arm_state(v), x, y, ARM_KEY_GA) & 0xffffffff00000000;
}
