// SPDX-License-Identifier: MIT
// FEAT_RDM, FEAT_DotProd, FEAT_I8MM: products of integers that are added up. DDI 0487, C7.2. By an element: H:L:M and Rm say which.
#include "cpu/arm/simd.h"

typedef __int128 I128;
static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }
static bool indexed(uint64_t bits) { return bits >> 24 & 1; }
static bool upper(uint64_t bits) { return bits >> 30 & 1; }

// ---- SQRDMLAH, SQRDMLSH: d +- 2ab, the upper half, rounded
static uint64_t doubled(ArmState *s, unsigned size, bool subtract, uint64_t a, uint64_t b, uint64_t d) {
    unsigned bits = 8u << size;
    I128 product = 2 * (I128)sign(a, size) * sign(b, size), one = 1, most = (one << (bits - 1)) - 1;
    I128 x = ((I128)((unsigned __int128)(I128)sign(d, size) << bits) + (subtract ? -product : product) + (one << (bits - 1))) >> bits;
    if (x >= -most - 1 && x <= most) return (uint64_t)x;
    s->fpsr |= FPSR_QC;
    return (uint64_t)(x < 0 ? -most - 1 : most);
}
uint64_t arm_simd_rdm(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned size = bits >> 22 & 3, n = bits >> 28 & 1 ? 1 : (upper(bits) ? 16u : 8u) >> size;
    unsigned h = bits >> 11 & 1, l = bits >> 21 & 1, m = bits >> 20 & 1;
    unsigned index = size == 1 ? h << 2 | l << 1 | m : h << 1 | l;
    bool subtract = bits >> (indexed(bits) ? 13 : 11) & 1;
    Vec a = vec(s, rn(bits)), b = vec(s, indexed(bits) && size == 1 ? rm(bits) & 15 : rm(bits)), d = vec(s, rd(bits)), r = {0};
    for (unsigned i = 0; i < n; i++)
        set_lane(&r, size, i, doubled(s, size, subtract, lane(&a, size, i), lane(&b, size, indexed(bits) ? index : i), lane(&d, size, i)));
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- dot products of bytes
static int64_t byte_of(const Vec *v, unsigned i, bool is_unsigned) { return is_unsigned ? v->b[i] : (int8_t)v->b[i]; }

// Which operands are unsigned: USDOT's first, SUDOT's second, both of UDOT.
static void signs(uint64_t bits, bool *first, bool *second) {
    bool mixed = indexed(bits) ? (bits >> 12 & 15) == 15 : (bits >> 11 & 15) == 3, size = bits >> 22 & 3;
    bool u = bits >> 29 & 1;
    *first = mixed ? size : u;
    *second = mixed ? !size : u;
}
uint64_t arm_simd_dot(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned n = upper(bits) ? 4 : 2, index = (bits >> 11 & 1) << 1 | (bits >> 21 & 1);
    bool u1, u2;
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    signs(bits, &u1, &u2);
    for (unsigned i = 0; i < n; i++) {
        unsigned with = indexed(bits) ? index : i;
        r.s[i] = d.s[i];
        for (unsigned k = 0; k < 4; k++) r.s[i] += (uint32_t)(byte_of(&a, 4 * i + k, u1) * byte_of(&b, 4 * with + k, u2));
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// SMMLA, UMMLA, USMMLA: two rows of eight bytes times two rows.
uint64_t arm_simd_matrix(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    bool u = bits >> 29 & 1, mixed = bits >> 11 & 1;
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits));
    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < 8; k++)
            d.s[i] += (uint32_t)(byte_of(&a, 8 * (i >> 1) + k, u || mixed) * byte_of(&b, 8 * (i & 1) + k, u));
    set_vec(s, rd(bits), d);
    return 0;
}
