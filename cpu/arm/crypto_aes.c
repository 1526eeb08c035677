// SPDX-License-Identifier: MIT
// FEAT_AES, FEAT_PMULL, FEAT_SM4: with the host's AES and carry-less multiplication where it has them, else by tables that are made from
// the ciphers' definitions. FIPS 197; GB/T 32907; DDI 0487, C7.2.
#include <immintrin.h>
#include <pthread.h>
#include "cpu/arm/simd.h"

static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }

// ---- GF(2^8)
static uint8_t gf_mul(unsigned a, unsigned b, unsigned polynomial) {
    unsigned r = 0;
    for (; b; b >>= 1, a = a << 1 ^ (a & 0x80 ? polynomial : 0)) r ^= b & 1 ? a : 0;
    return (uint8_t)r;
}
static uint8_t gf_inverse(unsigned a, unsigned polynomial) {
    for (unsigned b = 1; b < 256 && a; b++)
        if (gf_mul(a, b, polynomial) == 1) return (uint8_t)b;
    return 0;
}

static uint8_t aes_box[256], aes_unbox[256], sm4_box[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t turn(uint8_t a, unsigned n) { return (uint8_t)(a << n | a >> (8 - n)); }
// SM4's affine map: bit k of the result is the parity of a and the row 0xa7 turned by k, and then 0xd3 is added.
static uint8_t sm4_affine(uint8_t a) {
    uint8_t r = 0;
    for (unsigned k = 0; k < 8; k++) r |= (uint8_t)((__builtin_popcount(a & turn(0xa7, k)) & 1) << k);
    return r ^ 0xd3;
}
static void make_boxes(void) {
    for (unsigned x = 0; x < 256; x++) {
        uint8_t i = gf_inverse(x, 0x11b);
        aes_box[x] = i ^ turn(i, 1) ^ turn(i, 2) ^ turn(i, 3) ^ turn(i, 4) ^ 0x63;
        aes_unbox[aes_box[x]] = (uint8_t)x;
        sm4_box[x] = sm4_affine(gf_inverse(sm4_affine((uint8_t)x), 0x1f5));
    }
}

// ---- AES; byte i of the register is row i % 4, column i / 4
static Vec shift_rows(const Vec *a, bool back, const uint8_t *box) {
    Vec r;
    for (unsigned i = 0; i < 16; i++) r.b[i] = box[a->b[(back ? i - 4 * (i & 3) : i + 4 * (i & 3)) & 15]];
    return r;
}
static Vec mix_columns(const Vec *a, bool back) {
    static const uint8_t factors[2][4] = {{2, 3, 1, 1}, {14, 11, 13, 9}};
    Vec r;
    for (unsigned i = 0; i < 16; i++) {
        r.b[i] = 0;
        for (unsigned k = 0; k < 4; k++) r.b[i] ^= gf_mul(a->b[(i & 12) | ((i + k) & 3)], factors[back][k], 0x11b);
    }
    return r;
}
static Vec aes_soft(unsigned op, Vec a, Vec key) {
    pthread_once(&once, make_boxes);
    for (unsigned k = 0; k < 2; k++) key.d[k] ^= a.d[k];
    switch (op) {
    case 4: return shift_rows(&key, false, aes_box);
    case 5: return shift_rows(&key, true, aes_unbox);
    default: return mix_columns(&a, op == 7);
    }
}

// The host's round instructions do what Arm has in two; a round of decryption undoes all of one of encryption but the columns.
__attribute__((target("aes,sse2"))) static Vec aes_host(unsigned op, Vec a, Vec key) {
    __m128i zero = _mm_setzero_si128(), x = _mm_loadu_si128((__m128i *)&a), k = _mm_loadu_si128((__m128i *)&key);
    switch (op) {
    case 4: x = _mm_aesenclast_si128(_mm_xor_si128(x, k), zero); break;
    case 5: x = _mm_aesdeclast_si128(_mm_xor_si128(x, k), zero); break;
    case 6: x = _mm_aesenc_si128(_mm_aesdeclast_si128(x, zero), zero); break;
    default: x = _mm_aesimc_si128(x);
    }
    _mm_storeu_si128((__m128i *)&a, x);
    return a;
}

uint64_t arm_aes(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned op = bits >> 12 & 31; // 4 aese, 5 aesd, 6 aesmc, 7 aesimc
    Vec n = vec(s, rn(bits)), d = vec(s, rd(bits));
    if (op > 5) d = n;
    set_vec(s, rd(bits), __builtin_cpu_supports("aes") ? aes_host(op, d, n) : aes_soft(op, d, n));
    return 0;
}

// ---- PMULL of 64 bits
static Vec product_soft(uint64_t a, uint64_t b) {
    Vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 64; i++) {
        if (!(b >> i & 1)) continue;
        r.d[0] ^= a << i;
        r.d[1] ^= i ? a >> (64 - i) : 0;
    }
    return r;
}
__attribute__((target("pclmul,sse2"))) static Vec product_host(uint64_t a, uint64_t b) {
    Vec r;
    _mm_storeu_si128((__m128i *)&r, _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)a), _mm_cvtsi64_si128((int64_t)b), 0));
    return r;
}
uint64_t arm_pmull(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    unsigned upper = bits >> 30 & 1;
    uint64_t x = s->v[rn(bits)][upper], y = s->v[rm(bits)][upper];
    set_vec(s, rd(bits), __builtin_cpu_supports("pclmul") ? product_host(x, y) : product_soft(x, y));
    return 0;
}

// ---- SM4: four rounds of the cipher, or of its key schedule
static uint32_t rotl(uint32_t a, unsigned n) { return a << n | a >> (32 - n); }
static uint32_t sm4_substitute(uint32_t a) {
    uint32_t r = 0;
    for (unsigned k = 0; k < 32; k += 8) r |= (uint32_t)sm4_box[a >> k & 255] << k;
    return r;
}
uint64_t arm_sm4(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    bool key = bits >> 14 & 1;
    Vec x = vec(s, key ? rn(bits) : rd(bits)), with = vec(s, key ? rm(bits) : rn(bits));
    pthread_once(&once, make_boxes);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t y = sm4_substitute(x.s[3] ^ x.s[2] ^ x.s[1] ^ with.s[i]);
        y ^= key ? rotl(y, 13) ^ rotl(y, 23) : rotl(y, 2) ^ rotl(y, 10) ^ rotl(y, 18) ^ rotl(y, 24);
        y ^= x.s[0];
        x = (Vec){.s = {x.s[1], x.s[2], x.s[3], y}};
    }
    set_vec(s, rd(bits), x);
    return 0;
}
