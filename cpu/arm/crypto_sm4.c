// SPDX-License-Identifier: MIT
// FEAT_SM4, by a table that is made from the cipher's definition: GB/T 32907; DDI 0487, C7.2. AES is IR (a64_crypto.c).
#include <pthread.h>
#include "cpu/arm/simd.h"
#include "tcg/base/aes.h"

static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }

static uint8_t sm4_box[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t turn(uint8_t a, unsigned n) { return (uint8_t)(a << n | a >> (8 - n)); }
// SM4's affine map: bit k of the result is the parity of a and the row 0xa7 turned by k, and then 0xd3 is added.
static uint8_t sm4_affine(uint8_t a) {
    uint8_t r = 0;
    for (unsigned k = 0; k < 8; k++) r |= (uint8_t)((__builtin_popcount(a & turn(0xa7, k)) & 1) << k);
    return r ^ 0xd3;
}
static void make_boxes(void) {
    for (unsigned x = 0; x < 256; x++)
        sm4_box[x] = sm4_affine(gf_inverse(sm4_affine((uint8_t)x), 0x1f5));
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
