// SPDX-License-Identifier: MIT
// Advanced SIMD, the groups "three same", "three different", "indexed element" and "shift by immediate", lane by lane. DDI 0487, C4.1.95,
// C7.2. Saturation sets FPSR.QC. Floating point lanes are fp_helper.c's.
#include "cpu/arm/simd.h"

typedef __int128 I128;

typedef struct Lanes { // how this instruction looks at its registers
    unsigned size, n;
    bool u, scalar, upper;
} Lanes;

static Lanes lanes_of(uint64_t bits) {
    unsigned size = bits >> 22 & 3;
    bool q = bits >> 30 & 1, scalar = bits >> 28 & 1;
    return (Lanes){size, scalar ? 1 : (q ? 16u : 8u) >> size, bits >> 29 & 1, scalar, q && !scalar};
}
static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }

static I128 extend(bool u, uint64_t x, unsigned size) { return u ? (I128)(x & mask_of(size)) : (I128)sign(x, size); }

static uint64_t saturate(ArmState *s, bool u, I128 x, unsigned size) {
    I128 high = u ? (I128)mask_of(size) : (I128)(mask_of(size) >> 1), low = u ? 0 : -high - 1;
    if (x >= low && x <= high) return (uint64_t)x;
    s->fpsr |= FPSR_QC;
    return (uint64_t)(x < low ? low : high);
}

static I128 up(I128 x, unsigned count) { return (I128)((unsigned __int128)x << count); }
// By a signed count: to the left, or to the right with rounding.
static I128 shift_by(I128 x, int count, bool round) {
    if (count >= 0) return x == 0 ? 0 : count > 63 ? (x < 0 ? -((I128)1 << 100) : (I128)1 << 100) : up(x, (unsigned)count);
    int n = count < -100 ? 100 : -count;
    return (x + (round ? (I128)1 << (n - 1) : 0)) >> n;
}

static uint64_t shift_register(ArmState *s, unsigned op, const Lanes *l, uint64_t a, uint64_t b) {
    int count = (int8_t)b;
    bool round = op & 2, saturates = op & 1;
    I128 x = extend(l->u, a, l->size);
    if (saturates) return saturate(s, l->u, shift_by(x, count, round), l->size);
    return count > 63 ? 0 : (uint64_t)shift_by(x, count, round);
}

static uint64_t polynomial(uint64_t a, uint64_t b, unsigned bits) {
    uint64_t r = 0;
    for (unsigned i = 0; i < bits; i++) r ^= b >> i & 1 ? a << i : 0;
    return r;
}

static uint64_t doubling_high(ArmState *s, unsigned size, uint64_t a, uint64_t b, bool round) {
    I128 product = 2 * (I128)sign(a, size) * sign(b, size) + (round ? (I128)1 << ((8 << size) - 1) : 0);
    return saturate(s, false, product >> (8 << size), size);
}

// One lane of an integer opcode; d is what the destination held.
static uint64_t three_lane(ArmState *s, unsigned op, const Lanes *l, uint64_t a, uint64_t b, uint64_t d) {
    I128 x = extend(l->u, a, l->size), y = extend(l->u, b, l->size);
    switch (op) {
    case 0: return (uint64_t)((x + y) >> 1);
    case 1: return saturate(s, l->u, x + y, l->size);
    case 2: return (uint64_t)((x + y + 1) >> 1);
    case 4: return (uint64_t)((x - y) >> 1);
    case 5: return saturate(s, l->u, x - y, l->size);
    case 6: return x > y ? UINT64_MAX : 0;
    case 7: return x >= y ? UINT64_MAX : 0;
    case 8: case 9: case 10: case 11: return shift_register(s, op, l, a, b);
    case 12: case 20: return (uint64_t)(x > y ? x : y);
    case 13: case 21: return (uint64_t)(x < y ? x : y);
    case 14: return (uint64_t)(x > y ? x - y : y - x);
    case 15: return d + (uint64_t)(x > y ? x - y : y - x);
    case 16: return l->u ? a - b : a + b;
    case 17: return (l->u ? a == b : (a & b) != 0) ? UINT64_MAX : 0;
    case 18: return l->u ? d - a * b : d + a * b;
    case 19: return l->u ? polynomial(a, b, 8) : a * b;
    case 22: return doubling_high(s, l->size, a, b, l->u);
    default: return a + b; // 23, addp
    }
}

static uint64_t logical(unsigned op, uint64_t a, uint64_t b, uint64_t d) { // U:size
    switch (op) {
    case 0: return a & b;
    case 1: return a & ~b;
    case 2: return a | b;
    case 3: return a | ~b;
    case 4: return a ^ b;
    case 5: return b ^ ((b ^ a) & d); // bsl
    case 6: return d ^ ((d ^ a) & b); // bit
    default: return d ^ ((d ^ a) & ~b); // bif
    }
}

// The floating point opcodes 24 to 31 as operations of simd.h; -1: fmla and fmls.
static int fp_op(unsigned op, bool u, bool high, bool *pairwise) {
    *pairwise = u && (op == 24 || op == 30 || (op == 26 && !high));
    switch (op) {
    case 24: return high ? FP_MINNM : FP_MAXNM;
    case 26: return u ? (high ? FP_ABD : FP_ADD) : high ? FP_SUB : FP_ADD;
    case 27: return u ? FP_MUL : FP_MULX;
    case 28: return !u ? FP_CMEQ : high ? FP_CMGT : FP_CMGE;
    case 29: return high ? FP_ACGT : FP_ACGE;
    case 30: return high ? FP_MIN : FP_MAX;
    case 31: return u ? FP_DIV : high ? FP_RSQRTS : FP_RECPS;
    default: return -1;
    }
}

static void three_fp(ArmState *s, uint64_t bits, const Vec *a, const Vec *b, Vec *d, Lanes *l) {
    bool wide = bits >> 22 & 1, high = bits >> 23 & 1, pairwise;
    int op = fp_op(bits >> 11 & 31, l->u, high, &pairwise);
    FpEnv e = arm_fp_env(s);
    l->size = 2 + wide;
    l->n = l->scalar ? 1 : (l->upper ? 16u : 8u) >> l->size;
    Vec old = *d, r = {0};
    for (unsigned i = 0; i < l->n; i++) {
        uint64_t x = lane(a, l->size, i), y = lane(b, l->size, i);
        if (pairwise) {
            const Vec *from = 2 * i < l->n ? a : b;
            unsigned at = 2 * i < l->n ? 2 * i : 2 * i - l->n;
            x = lane(from, l->size, at);
            y = lane(from, l->size, at + 1);
        }
        uint64_t v = op < 0 ? arm_fp_fma(wide, high, false, x, y, lane(&old, l->size, i), &e) : arm_fp2((unsigned)op, wide, x, y, &e);
        set_lane(&r, l->size, i, v);
    }
    *d = r;
    arm_fp_done(s, &e);
}

uint64_t arm_simd_three(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    Lanes l = lanes_of(bits);
    unsigned op = bits >> 11 & 31;
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    if (op >= 24) {
        three_fp(s, bits, &a, &b, &d, &l);
        set_vec(s, rd(bits), d);
        return 0;
    }
    if (op == 3) {
        for (unsigned i = 0; i < 2; i++) r.d[i] = logical((unsigned)l.u << 2 | l.size, a.d[i], b.d[i], d.d[i]);
        if (!l.upper) r.d[1] = 0;
        set_vec(s, rd(bits), r);
        return 0;
    }
    bool pairwise = op == 20 || op == 21 || op == 23;
    for (unsigned i = 0; i < l.n; i++) {
        const Vec *from = 2 * i < l.n ? &a : &b;
        unsigned at = 2 * i < l.n ? 2 * i : 2 * i - l.n;
        uint64_t x = pairwise ? lane(from, l.size, at) : lane(&a, l.size, i), y = pairwise ? lane(from, l.size, at + 1) : lane(&b, l.size, i);
        set_lane(&r, l.size, i, three_lane(s, op, &l, x, y, lane(&d, l.size, i)));
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- long, wide and narrow
static uint64_t saturating_product(ArmState *s, unsigned size, uint64_t a, uint64_t b) {
    return saturate(s, false, 2 * (I128)sign(a, size) * sign(b, size), size + 1);
}

// One lane of a long operation: a and b narrow, d of twice the width.
static uint64_t long_lane(ArmState *s, unsigned op, bool u, unsigned size, uint64_t a, uint64_t b, uint64_t d) {
    I128 x = extend(u, a, size), y = extend(u, b, size);
    int64_t product;
    switch (op) {
    case 0: return (uint64_t)(x + y);
    case 2: return (uint64_t)(x - y);
    case 5: return d + (uint64_t)(x > y ? x - y : y - x);
    case 7: return (uint64_t)(x > y ? x - y : y - x);
    case 8: return d + (uint64_t)(x * y);
    case 10: return d - (uint64_t)(x * y);
    case 12: return (uint64_t)(x * y);
    case 9: case 11: case 13:
        product = sign(saturating_product(s, size, a, b), size + 1);
        if (op == 13) return (uint64_t)product;
        return saturate(s, false, (I128)sign(d, size + 1) + (op == 9 ? (I128)product : -(I128)product), size + 1);
    default: return polynomial(a, b, 8); // 14, pmull of bytes
    }
}

uint64_t arm_simd_diff(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    Lanes l = lanes_of(bits);
    unsigned op = bits >> 12 & 15, n = l.scalar ? 1 : 8u >> l.size, from = l.upper ? n : 0;
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), d = vec(s, rd(bits)), r = {0};
    bool narrows = op == 4 || op == 6, wide = op == 1 || op == 3;
    if (narrows && l.upper) r.d[0] = d.d[0];
    for (unsigned i = 0; i < n; i++) {
        if (narrows) {
            uint64_t x = lane(&a, l.size + 1, i), y = lane(&b, l.size + 1, i), sum = op == 4 ? x + y : x - y;
            if (l.u) sum += 1ull << ((8 << l.size) - 1);
            set_lane(&r, l.size, from + i, sum >> (8 << l.size));
        } else if (wide) {
            uint64_t x = lane(&a, l.size + 1, i), y = (uint64_t)extend(l.u, lane(&b, l.size, from + i), l.size);
            set_lane(&r, l.size + 1, i, op == 1 ? x + y : x - y);
        } else {
            uint64_t old = lane(&d, l.size + 1, i);
            set_lane(&r, l.size + 1, i, long_lane(s, op, l.u, l.size, lane(&a, l.size, from + i), lane(&b, l.size, from + i), old));
        }
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- by an element: H:L:M and Rm say which
uint64_t arm_simd_indexed(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    static const int8_t same[16] = {18, -1, -1, -1, 18, -1, -1, -1, 19, -1, -1, -1, 22, 22, -1, -1};
    static const int8_t longs[16] = {-1, -1, 8, 9, -1, -1, 10, 11, -1, -1, 12, 13, -1, -1, -1, -1};
    ArmState *s = arm_state(v);
    Lanes l = lanes_of(bits);
    unsigned op = bits >> 12 & 15, h = bits >> 11 & 1, lo = bits >> 21 & 1, m = bits >> 20 & 1;
    bool fp = op == 1 || op == 5 || op == 9;
    if (fp) l.size = 2 + (bits >> 22 & 1);
    unsigned index = l.size == 1 ? h << 2 | lo << 1 | m : l.size == 2 ? h << 1 | lo : h;
    Vec a = vec(s, rn(bits)), b = vec(s, (bits >> 16 & 15) | (l.size == 1 ? 0 : m << 4)), d = vec(s, rd(bits)), r = {0};
    uint64_t y = lane(&b, l.size, index);
    FpEnv e = arm_fp_env(s);
    unsigned n = l.scalar ? 1 : longs[op] >= 0 ? 8u >> l.size : (l.upper ? 16u : 8u) >> l.size, from = longs[op] >= 0 && l.upper ? n : 0;
    for (unsigned i = 0; i < n; i++) {
        uint64_t x = lane(&a, l.size, from + i), old = lane(&d, l.size, i);
        if (fp && op == 9) x = arm_fp2(l.u ? FP_MULX : FP_MUL, l.size == 3, x, y, &e);
        else if (fp) x = arm_fp_fma(l.size == 3, op == 5, false, x, y, old, &e);
        else if (longs[op] >= 0) x = long_lane(s, (unsigned)longs[op], l.u, l.size, x, y, lane(&d, l.size + 1, i));
        else {
            Lanes how = l;
            how.u = op == 4 || op == 13; // mls, sqrdmulh
            x = three_lane(s, (unsigned)same[op], &how, x, y, old);
        }
        set_lane(&r, longs[op] >= 0 ? l.size + 1 : l.size, i, x);
    }
    arm_fp_done(s, &e);
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- shift by immediate: immh:immb is 2 * bits - count to the right, bits + count to the left
static uint64_t shift_lane(ArmState *s, unsigned op, bool u, unsigned size, unsigned immediate, uint64_t a, uint64_t d) {
    int bits = 8 << size, right = 2 * bits - (int)immediate, left = (int)immediate - bits;
    I128 x = extend(u, a, size);
    uint64_t ones = mask_of(size);
    switch (op) {
    case 0: case 4: return (uint64_t)shift_by(x, -right, op == 4);
    case 2: case 6: return d + (uint64_t)shift_by(x, -right, op == 6);
    case 8: return right == bits ? d : (d & ~(ones >> right)) | (a & ones) >> right;          // sri
    case 10: return u ? (d & ~(ones << left)) | a << left : a << left;               // sli, shl
    case 12: return saturate(s, true, shift_by(extend(false, a, size), left, false), size); // sqshlu
    default: return saturate(s, u, shift_by(x, left, false), size);                  // 14: sqshl, uqshl
    }
}

// 16 shrn, sqshrun; 17 rshrn, sqrshrun; 18 sqshrn, uqshrn; 19 with rounding.
static uint64_t narrow_lane(ArmState *s, unsigned op, bool u, unsigned size, unsigned immediate, uint64_t a) {
    int right = 2 * (8 << size) - (int)immediate;
    bool round = op & 1;
    if (op < 18 && !u) return (uint64_t)shift_by(extend(true, a, size + 1), -right, round);
    bool unsigned_in = op >= 18 && u;
    return saturate(s, u, shift_by(extend(unsigned_in, a, size + 1), -right, round), size);
}

static void shift_fp(ArmState *s, uint64_t bits, unsigned size, unsigned n, const Vec *a, Vec *r) {
    FpEnv e = arm_fp_env(s);
    bool wide = size == 3, u = bits >> 29 & 1;
    unsigned fraction = 2 * (8u << size) - (bits >> 16 & 127), width = 8u << size;
    for (unsigned i = 0; i < n; i++) {
        uint64_t x = lane(a, size, i);
        x = (bits >> 11 & 31) == 28 ? arm_fp_from_int(wide, x, width, u, fraction, &e) : arm_fp_to_int(wide, x, width, u, FP_RTZ, fraction, &e);
        set_lane(r, size, i, x);
    }
    arm_fp_done(s, &e);
}

uint64_t arm_simd_shift(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    Lanes l = lanes_of(bits);
    unsigned op = bits >> 11 & 31, immediate = bits >> 16 & 127;
    l.size = 31 - (unsigned)__builtin_clz(immediate >> 3);
    l.n = l.scalar ? 1 : (l.upper ? 16u : 8u) >> l.size;
    Vec a = vec(s, rn(bits)), d = vec(s, rd(bits)), r = {0};
    unsigned n = l.scalar ? 1 : 8u >> l.size;
    if (op >= 28) {
        shift_fp(s, bits, l.size, l.n, &a, &r);
    } else if (op == 20) { // sshll, ushll
        for (unsigned i = 0; i < n; i++)
            set_lane(&r, l.size + 1, i, (uint64_t)up(extend(l.u, lane(&a, l.size, (l.upper ? n : 0) + i), l.size), immediate - (8u << l.size)));
    } else if (op >= 16) {
        if (l.upper) r.d[0] = d.d[0];
        for (unsigned i = 0; i < n; i++)
            set_lane(&r, l.size, (l.upper ? n : 0) + i, narrow_lane(s, op, l.u, l.size, immediate, lane(&a, l.size + 1, i)));
    } else {
        for (unsigned i = 0; i < l.n; i++)
            set_lane(&r, l.size, i, shift_lane(s, op, l.u, l.size, immediate, lane(&a, l.size, i), lane(&d, l.size, i)));
    }
    set_vec(s, rd(bits), r);
    return 0;
}
