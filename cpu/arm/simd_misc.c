// SPDX-License-Identifier: MIT
// Advanced SIMD, the groups "two-register miscellaneous", "across lanes", "scalar pairwise" and what moves lanes: permute, extract, table,
// copies. DDI 0487, C4.1.95, C7.2.
#include "cpu/arm/simd.h"

typedef __int128 I128;
static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }

static uint64_t saturate(ArmState *s, bool u, I128 x, unsigned size) {
    I128 high = u ? (I128)mask_of(size) : (I128)(mask_of(size) >> 1), low = u ? 0 : -high - 1;
    if (x >= low && x <= high) return (uint64_t)x;
    s->fpsr |= FPSR_QC;
    return (uint64_t)(x < low ? low : high);
}

// ---- two registers
// The lanes of each group of 64, 32 or 16 bits in reverse order.
static Vec reverse(const Vec *a, unsigned size, unsigned group) {
    Vec r = {0};
    unsigned per = 1u << (group - size);
    for (unsigned i = 0; i < 16u >> size; i++) set_lane(&r, size, i, lane(a, size, i ^ (per - 1)));
    return r;
}

static uint64_t leading(uint64_t a, unsigned size, bool signs) {
    unsigned bits = 8u << size;
    if (signs) {
        a = sign(a, size) < 0 ? ~a : a;
        a &= mask_of(size);
        return a ? (unsigned)__builtin_clzll(a) - (64 - bits) - 1 : bits - 1;
    }
    return a ? (unsigned)__builtin_clzll(a) - (64 - bits) : bits;
}

static uint64_t reverse_bits(uint64_t a) {
    uint64_t r = 0;
    for (unsigned i = 0; i < 8; i++) r |= (a >> i & 1) << (7 - i);
    return r;
}

static bool compare_zero(unsigned op, bool u, int64_t x) { // 8 cmgt, cmge; 9 cmeq, cmle; 10 cmlt
    if (op == 8) return u ? x >= 0 : x > 0;
    return op == 9 ? (u ? x <= 0 : x == 0) : x < 0;
}

// suqadd adds an unsigned lane to a signed accumulator, usqadd the other way round.
static uint64_t misc_lane(ArmState *s, unsigned op, bool u, unsigned size, uint64_t a, uint64_t d) {
    int64_t x = sign(a, size);
    switch (op) {
    case 3: return saturate(s, u, u ? (I128)d + x : (I128)sign(d, size) + a, size);
    case 4: return leading(a, size, !u);
    case 5: return !u ? (uint64_t)__builtin_popcountll(a) : size ? reverse_bits(a) : ~a;
    case 7: return saturate(s, false, u ? -(I128)x : x < 0 ? -(I128)x : x, size);
    case 8: case 9: case 10: return compare_zero(op, u, x) ? UINT64_MAX : 0;
    default: return u ? -a : x < 0 ? -a : a; // 11: neg, abs
    }
}

static uint64_t narrow_lane(ArmState *s, unsigned op, bool u, unsigned size, uint64_t a) {
    if (op == 18 && !u) return a;                                      // xtn
    if (op == 18) return saturate(s, true, sign(a, size + 1), size);   // sqxtun
    return saturate(s, u, u ? (I128)a : (I128)sign(a, size + 1), size); // sqxtn, uqxtn
}

// Floating point opcodes on one lane; `high` is size<1>.
static uint64_t fp_lane(unsigned op, bool u, bool high, bool wide, uint64_t a, FpEnv *e) {
    static const uint8_t fixed[2][2] = {{FP_RNE, FP_RUP}, {FP_RDN, FP_RTZ}}; // frintn, p, m, z and fcvtn, p, m, z
    uint64_t sign = wide ? 1ull << 63 : 1ull << 31;
    unsigned width = wide ? 64 : 32;
    switch (op) {
    case 12: return arm_fp2(u ? FP_CMGE : FP_CMGT, wide, a, 0, e);
    case 13: return u ? arm_fp2(FP_CMGE, wide, 0, a, e) : arm_fp2(FP_CMEQ, wide, a, 0, e);
    case 14: return arm_fp2(FP_CMGT, wide, 0, a, e);
    case 15: return u ? a ^ sign : a & ~sign;
    case 24: return arm_fp_round(wide, a, u ? FP_RMM : fixed[0][high], false, e);
    case 25: return arm_fp_round(wide, a, u ? e->rounding : fixed[1][high], u && !high, e);
    case 26: return arm_fp_to_int(wide, a, width, u, fixed[0][high], 0, e);
    case 27: return arm_fp_to_int(wide, a, width, u, fixed[1][high], 0, e);
    case 28: return arm_fp_to_int(wide, a, width, u, FP_RMM, 0, e);
    case 29: return arm_fp_from_int(wide, a, width, u, 0, e);
    default: return arm_fp_sqrt(wide, a, e);
    }
}

static void convert_width(ArmState *s, uint64_t bits, const Vec *a, Vec *r) { // fcvtn, fcvtl
    bool wide = bits >> 22 & 1, upper = bits >> 30 & 1;
    unsigned n = wide ? 2 : 4, from = upper ? n : 0;
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n; i++) {
        if ((bits >> 12 & 31) == 22) set_lane(r, wide ? 2 : 1, from + i, wide ? f64_to_f32(a->d[i], &e) : f32_to_f16(a->s[i], &e));
        else set_lane(r, wide ? 3 : 2, i, wide ? f32_to_f64(a->s[from + i], &e) : f16_to_f32(a->h[from + i], &e));
    }
    arm_fp_done(s, &e);
}

static void misc_fp(ArmState *s, uint64_t bits, const Vec *a, Vec *r) {
    bool wide = bits >> 22 & 1, scalar = bits >> 28 & 1, q = bits >> 30 & 1;
    unsigned size = 2 + wide, n = scalar ? 1 : (q ? 16u : 8u) >> size;
    FpEnv e = arm_fp_env(s);
    for (unsigned i = 0; i < n; i++)
        set_lane(r, size, i, fp_lane(bits >> 12 & 31, bits >> 29 & 1, bits >> 23 & 1, wide, lane(a, size, i), &e));
    arm_fp_done(s, &e);
}

// Pairs of lanes added into lanes twice as wide: saddlp, sadalp.
static void add_long_pairs(bool u, unsigned size, unsigned n, bool accumulate, const Vec *a, const Vec *d, Vec *r) {
    for (unsigned i = 0; i < n / 2; i++) {
        uint64_t x = lane(a, size, 2 * i), y = lane(a, size, 2 * i + 1);
        uint64_t sum = u ? x + y : (uint64_t)sign(x, size) + (uint64_t)sign(y, size);
        set_lane(r, size + 1, i, sum + (accumulate ? lane(d, size + 1, i) : 0));
    }
}

uint64_t arm_simd_misc(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned op = bits >> 12 & 31, size = bits >> 22 & 3;
    bool u = bits >> 29 & 1, q = bits >> 30 & 1, scalar = bits >> 28 & 1;
    unsigned n = scalar ? 1 : (q ? 16u : 8u) >> size, half = scalar ? 1 : 8u >> size, from = q && !scalar ? half : 0;
    Vec a = vec(s, rn(bits)), d = vec(s, rd(bits)), r = {0};
    if ((op == 18 || op == 20 || op == 22) && from) r.d[0] = d.d[0];
    if (op < 2) {
        r = reverse(&a, size, op ? 1 : u ? 2 : 3);
        if (!q) r.d[1] = 0;
    } else if (op == 2 || op == 6) {
        add_long_pairs(u, size, n, op == 6, &a, &d, &r);
    } else if (op == 18 || op == 20) {
        for (unsigned i = 0; i < half; i++) set_lane(&r, size, from + i, narrow_lane(s, op, u, size, lane(&a, size + 1, i)));
    } else if (op == 19) { // shll
        for (unsigned i = 0; i < half; i++) set_lane(&r, size + 1, i, lane(&a, size, from + i) << (8 << size));
    } else if (op == 22 || op == 23) {
        convert_width(s, bits, &a, &r);
    } else if (op >= 12) {
        misc_fp(s, bits, &a, &r);
    } else {
        unsigned by = op == 5 ? 0 : size; // cnt, not and rbit are of bytes, whatever size says
        for (unsigned i = 0; i < (op == 5 ? (q ? 16u : 8u) : n); i++)
            set_lane(&r, by, i, misc_lane(s, op, u, size, lane(&a, by, i), lane(&d, by, i)));
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- across lanes, and pairs as scalars
static uint64_t fold(unsigned op, bool u, unsigned size, uint64_t x, uint64_t y) { // 10 max, 26 min, 27 add
    if (op == 27) return x + y;
    bool less = u ? x < y : sign(x, size) < sign(y, size);
    return less == (op == 10) ? y : x;
}

uint64_t arm_simd_across(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned op = bits >> 12 & 31, size = bits >> 22 & 3;
    bool u = bits >> 29 & 1, scalar = bits >> 28 & 1, high = bits >> 23 & 1;
    Vec a = vec(s, rn(bits)), r = {0};
    if (op == 12 || op == 13 || op == 15) { // fmaxnm, fadd, fmax; those with size<1> take the minimum
        FpEnv e = arm_fp_env(s);
        bool wide = scalar && (bits >> 22 & 1);
        unsigned how = op == 13 ? FP_ADD : op == 12 ? (high ? FP_MINNM : FP_MAXNM) : high ? FP_MIN : FP_MAX;
        uint64_t x = arm_fp2(how, wide, lane(&a, 2 + wide, 0), lane(&a, 2 + wide, 1), &e);
        if (!scalar) x = arm_fp2(how, false, x, arm_fp2(how, false, a.s[2], a.s[3], &e), &e);
        arm_fp_done(s, &e);
        r.d[0] = x;
        set_vec(s, rd(bits), r);
        return 0;
    }
    unsigned n = scalar ? 2 : (bits >> 30 & 1 ? 16u : 8u) >> size;
    uint64_t x = 0;
    if (op == 3) { // saddlv, uaddlv
        for (unsigned i = 0; i < n; i++) x += u ? lane(&a, size, i) : (uint64_t)sign(lane(&a, size, i), size);
        set_lane(&r, size + 1, 0, x);
    } else {
        x = lane(&a, size, 0);
        for (unsigned i = 1; i < n; i++) x = fold(op, u, size, x, lane(&a, size, i));
        set_lane(&r, size, 0, x);
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- moving lanes
static Vec permute(const Vec *a, const Vec *b, unsigned op, unsigned size, unsigned n) {
    Vec r = {0};
    unsigned part = op >> 2;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = (op & 3) == 1 ? 2 * i + part : (op & 3) == 2 ? (i & 1 ? n : 0) + (i & ~1u) + part : (i & 1 ? n : 0) + i / 2 + part * n / 2;
        set_lane(&r, size, i, k < n ? lane(a, size, k) : lane(b, size, k - n)); // uzp, trn, zip
    }
    return r;
}

static Vec look_up(const ArmState *s, uint64_t bits, unsigned n) { // tbl, tbx
    unsigned registers = (bits >> 13 & 3) + 1;
    Vec index = vec(s, rm(bits)), r = bits >> 12 & 1 ? vec(s, rd(bits)) : (Vec){0};
    for (unsigned i = 0; i < n; i++) {
        Vec table = vec(s, (rn(bits) + index.b[i] / 16) & 31);
        if (index.b[i] < 16 * registers) r.b[i] = table.b[index.b[i] % 16];
    }
    for (unsigned i = n; i < 16; i++) r.b[i] = 0;
    return r;
}

// The groups by their fixed bits: permute 0.001110..0.....0...10, ext 0.101110, table 0.001110000.....0...00, copies 0..01110000.....0....1.
uint64_t arm_simd_move(Vcpu *v, uint64_t bits, uint64_t b_, uint64_t c) {
    ArmState *s = arm_state(v);
    bool q = bits >> 30 & 1, u = bits >> 29 & 1, copy = bits >> 10 & 1;
    unsigned size = bits >> 22 & 3, n = q ? 16 : 8, immediate = bits >> 11 & 15;
    Vec a = vec(s, rn(bits)), b = vec(s, rm(bits)), r = {0};
    if (copy) { // ins of an element, dup of an element; imm5 says the size by its lowest one
        size = (unsigned)__builtin_ctz(bits >> 16 & 31);
        unsigned to = (bits >> 16 & 31) >> (size + 1);
        if (u) {
            r = vec(s, rd(bits));
            set_lane(&r, size, to, lane(&a, size, immediate >> size));
        } else {
            bool scalar = bits >> 28 & 1;
            for (unsigned i = 0; i < (scalar ? 1 : n >> size); i++) set_lane(&r, size, i, lane(&a, size, to));
        }
    } else if (u) { // ext
        for (unsigned i = 0; i < n; i++) r.b[i] = i + immediate < n ? a.b[i + immediate] : b.b[i + immediate - n];
    } else if (bits >> 11 & 1) {
        r = permute(&a, &b, bits >> 12 & 7, size, n >> size);
    } else {
        r = look_up(s, bits, n);
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- whole structures in memory, where accesses must be aligned
typedef struct Structure {
    unsigned size, registers, elements, lanes; // a register group of `elements` interleaved
} Structure;

static Structure structure_of(uint64_t bits) {
    static const uint8_t regs[16] = {4, 0, 4, 0, 3, 0, 3, 1, 2, 0, 2}, elements[16] = {4, 0, 1, 0, 3, 0, 1, 1, 2, 0, 1};
    unsigned opcode = bits >> 12 & 15, size = bits >> 10 & 3;
    return (Structure){size, regs[opcode], elements[opcode], (bits >> 30 & 1 ? 16u : 8u) >> size};
}

// What is loaded is written only when all of it is there, so that a fault finds the registers as they were.
uint64_t arm_simd_load(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    ArmState *s = arm_state(v);
    Structure t = structure_of(bits);
    Vec r[4] = {0};
    uint64_t x;
    unsigned first = rd(bits);
    for (unsigned g = 0; g < t.registers; g += t.elements) {
        for (unsigned i = 0; i < t.lanes; i++) {
            for (unsigned k = 0; k < t.elements; k++, vaddr += 1u << t.size) {
                if (!vcpu_load(v, vaddr, t.size | MO_ALIGN, &x)) return 0;
                set_lane(&r[g + k], t.size, i, x);
            }
        }
    }
    for (unsigned k = 0; k < t.registers; k++) set_vec(s, (first + k) & 31, r[k]);
    return 0;
}

uint64_t arm_simd_store(Vcpu *v, uint64_t vaddr, uint64_t bits, uint64_t c) {
    Structure t = structure_of(bits);
    unsigned first = rd(bits);
    for (unsigned g = 0; g < t.registers; g += t.elements) {
        for (unsigned i = 0; i < t.lanes; i++) {
            for (unsigned k = 0; k < t.elements; k++, vaddr += 1u << t.size) {
                Vec r = vec(arm_state(v), (first + g + k) & 31);
                if (!vcpu_store(v, vaddr, t.size | MO_ALIGN, lane(&r, t.size, i))) return 0;
            }
        }
    }
    return 0;
}
