// SPDX-License-Identifier: MIT
// The steps of an AES round and the arithmetic beneath, by definition: FIPS 197, 4.2 and 5.1. The interpreter's, and for hosts without AES
// instructions; tables are made from the definitions when first asked.
#include "tcg/base/aes.h"
#include <pthread.h>

uint8_t gf_mul(unsigned a, unsigned b, unsigned polynomial) {
    unsigned r = 0;
    for (; b; b >>= 1, a = a << 1 ^ (a & 0x80 ? polynomial : 0)) r ^= b & 1 ? a : 0;
    return (uint8_t)r;
}
uint8_t gf_inverse(unsigned a, unsigned polynomial) {
    for (unsigned b = 1; b < 256 && a; b++)
        if (gf_mul(a, b, polynomial) == 1) return (uint8_t)b;
    return 0;
}

static uint8_t box[256], unbox[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t turn(uint8_t a, unsigned n) { return (uint8_t)(a << n | a >> (8 - n)); }

static void make_boxes(void) {
    for (unsigned x = 0; x < 256; x++) {
        uint8_t i = gf_inverse(x, 0x11b);
        box[x] = i ^ turn(i, 1) ^ turn(i, 2) ^ turn(i, 3) ^ turn(i, 4) ^ 0x63;
        unbox[box[x]] = (uint8_t)x;
    }
}

void aes_substitute(const uint8_t a[16], bool back, uint8_t r[16]) {
    pthread_once(&once, make_boxes);
    for (unsigned i = 0; i < 16; i++) r[i] = (back ? unbox : box)[a[(back ? i - 4 * (i & 3) : i + 4 * (i & 3)) & 15]];
}

void aes_mix_columns(const uint8_t a[16], bool back, uint8_t r[16]) {
    static const uint8_t factors[2][4] = {{2, 3, 1, 1}, {14, 11, 13, 9}};
    for (unsigned i = 0; i < 16; i++) {
        r[i] = 0;
        for (unsigned k = 0; k < 4; k++) r[i] ^= gf_mul(a[(i & 12) | ((i + k) & 3)], factors[back][k], 0x11b);
    }
}
