// SPDX-License-Identifier: MIT
// What the integer ops mean, in C. The folder computes constants with it, the interpreter runs on it, back
// ends fall back on it for ops they have no emitter for, and tests hold emitted code against it. Everything
// here is total: no operand traps.
#include "tcg/ir/ir.h"

typedef unsigned __int128 u128;
typedef __int128 s128;

static inline unsigned width_of(IrType t) { return t == T_I1 ? 1 : 8 * ir_type_size(t); }
static inline uint64_t low_bits(uint64_t v, unsigned n) { return n >= 64 ? v : v & ((1ULL << n) - 1); }
static inline int64_t sign_of(uint64_t v, unsigned n) { return (int64_t)(v << (64 - n)) >> (64 - n); }

static u128 carryless_product(uint64_t a, uint64_t b) {
    u128 r = 0;
    for (unsigned i = 0; i < 64; i++)
        if (b >> i & 1)
            r ^= (u128)a << i;
    return r;
}

// Element `bits` wide number b[i] of a, for each element of b; 0 where there is none.
static uint64_t permute(uint64_t a, uint64_t b, unsigned bits, unsigned w) {
    uint64_t r = 0;
    for (unsigned i = 0; i < w; i += bits) {
        uint64_t index = low_bits(b >> i, bits) * bits;
        if (index < w)
            r |= low_bits(a >> index, bits) << i;
    }
    return r;
}

static uint64_t zip(uint64_t a, unsigned w) {
    uint64_t r = 0;
    for (unsigned i = 0; i < w / 2; i++)
        r |= (a >> i & 1) << 2 * i | (a >> (i + w / 2) & 1) << (2 * i + 1);
    return r;
}

static uint64_t unzip(uint64_t a, unsigned w) {
    uint64_t r = 0;
    for (unsigned i = 0; i < w / 2; i++)
        r |= (a >> 2 * i & 1) << i | (a >> (2 * i + 1) & 1) << (i + w / 2);
    return r;
}

static uint64_t reverse_bits_in_bytes(uint64_t v) {
    v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
    v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
    return (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
}

static uint64_t or_combine_bytes(uint64_t v) {
    uint64_t r = 0;
    for (unsigned i = 0; i < 64; i += 8)
        if (v >> i & 0xff)
            r |= 0xffULL << i;
    return r;
}

static uint64_t divide(IrOpcode op, uint64_t a, uint64_t b, int64_t sa, int64_t sb) {
    switch (op) {
    case OP_DIVU: return b ? a / b : ~0ULL;
    case OP_REMU: return b ? a % b : a;
    case OP_DIVS: return sb == 0 ? ~0ULL : sb == -1 ? -(uint64_t)sa : (uint64_t)(sa / sb);
    default:      return sb == 0 ? a : sb == -1 ? 0 : (uint64_t)(sa % sb);
    }
}

static bool compare(IrOpcode op, uint64_t a, uint64_t b, int64_t sa, int64_t sb) {
    switch (op) {
    case OP_EQ:  return a == b;
    case OP_NE:  return a != b;
    case OP_LTS: return sa < sb;
    case OP_LTU: return a < b;
    case OP_GES: return sa >= sb;
    case OP_GEU: return a >= b;
    default:     return false;
    }
}

static uint64_t evaluate(IrOpcode op, unsigned w, uint64_t a, uint64_t b, int64_t sa, int64_t sb) {
    unsigned n = b & (w - 1); // shift count
    switch (op) {
    case OP_ADD:    return a + b;
    case OP_SUB:    return a - b;
    case OP_AND:    return a & b;
    case OP_OR:     return a | b;
    case OP_XOR:    return a ^ b;
    case OP_ANDN:   return a & ~b;
    case OP_SHL:    return a << n;
    case OP_SHR:    return a >> n;
    case OP_SAR:    return (uint64_t)(sa >> n);
    case OP_ROTR:   return n ? a >> n | a << (w - n) : a;
    case OP_MUL:    return a * b;
    case OP_MULHS:  return (uint64_t)(((s128)sa * sb) >> w);
    case OP_MULHU:  return (uint64_t)(((u128)a * b) >> w);
    case OP_MULHSU: return (uint64_t)(((s128)sa * (s128)b) >> w);
    case OP_DIVS: case OP_DIVU: case OP_REMS: case OP_REMU:
        return divide(op, a, b, sa, sb);
    case OP_MINS:   return sa < sb ? a : b;
    case OP_MINU:   return a < b ? a : b;
    case OP_MAXS:   return sa > sb ? a : b;
    case OP_MAXU:   return a > b ? a : b;
    case OP_CLZ:    return a ? (unsigned)__builtin_clzll(a) - (64 - w) : w;
    case OP_CTZ:    return a ? (unsigned)__builtin_ctzll(a) : w;
    case OP_POPCNT: return (unsigned)__builtin_popcountll(a);
    case OP_BSWAP:  return __builtin_bswap64(a) >> (64 - w);
    case OP_BREV8:  return reverse_bits_in_bytes(a);
    case OP_ORCB:   return or_combine_bytes(a);
    case OP_CLMUL:  return (uint64_t)carryless_product(a, b);
    case OP_CLMULH: return (uint64_t)(carryless_product(a, b) >> w);
    case OP_CLMULR: return (uint64_t)(carryless_product(a, b) >> (w - 1));
    case OP_XPERM4: return permute(a, b, 4, w);
    case OP_XPERM8: return permute(a, b, 8, w);
    case OP_ZIP:    return zip(a, w);
    case OP_UNZIP:  return unzip(a, w);
    case OP_FNEG:   return a ^ 1ull << (w - 1);
    case OP_FABS:   return a & ~(1ull << (w - 1));
    case OP_FSGNJ:  return (a & ~(1ull << (w - 1))) | (b & 1ull << (w - 1));
    default:        return compare(op, a, b, sa, sb);
    }
}

uint64_t ir_eval(IrOpcode op, IrType type, uint64_t a, uint64_t b, uint64_t c) {
    unsigned w = width_of(type);
    uint64_t r;
    switch (op) { // ops whose operand is not of the op's type
    case OP_SEXT8:  r = (uint64_t)sign_of(a, 8); break;
    case OP_SEXT16: r = (uint64_t)sign_of(a, 16); break;
    case OP_SEXT32: r = (uint64_t)sign_of(a, 32); break;
    case OP_ZEXT8:  r = low_bits(a, 8); break;
    case OP_ZEXT16: r = low_bits(a, 16); break;
    case OP_ZEXT32: r = low_bits(a, 32); break;
    case OP_BOOL:   r = a & 1; break;
    case OP_SELECT: r = c & 1 ? a : b; break;
    case OP_SHADD:  r = a + (b << (c & (w - 1))); break;
    default:
        a = low_bits(a, w);
        b = low_bits(b, w);
        r = evaluate(op, w, a, b, sign_of(a, w), sign_of(b, w));
    }
    return low_bits(r, w);
}
