// SPDX-License-Identifier: MIT
// QARMA-64 with five rounds and S-box 2, the block cipher by which FEAT_PACQARMA5 signs pointers: R. Avanzi, "The QARMA Block Cipher
// Family" (ToSC 2017), and ComputePACQARMA5 of DDI 0487. A block is sixteen cells of four bits, cell 0 uppermost.
#include "cpu/arm/pauth.h"

enum { ROUNDS = 5, CELLS = 16 };
static const uint64_t constants[ROUNDS] = {0, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89, 0x452821e638d01377};
#define ALPHA 0xc0ac29b7c97c50ddull

static const uint8_t shuffle[CELLS] = {0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2};
static const uint8_t tweak_shuffle[CELLS] = {6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11};
static const uint8_t sbox[16] = {11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10};
static const uint8_t inverse_sbox[16] = {5, 14, 13, 8, 10, 11, 1, 9, 2, 6, 15, 0, 4, 12, 7, 3};
enum { TURNED = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 8 | 1 << 11 | 1 << 13 }; // cells of a tweak that a shift register changes

static unsigned cell(uint64_t block, unsigned i) { return block >> (4 * (CELLS - 1 - i)) & 15; }
static uint64_t placed(unsigned value, unsigned i) { return (uint64_t)value << (4 * (CELLS - 1 - i)); }

static uint64_t permute(uint64_t block, const uint8_t *from) {
    uint64_t r = 0;
    for (unsigned i = 0; i < CELLS; i++) r |= placed(cell(block, from[i]), i);
    return r;
}
static uint64_t permute_back(uint64_t block, const uint8_t *from) {
    uint64_t r = 0;
    for (unsigned i = 0; i < CELLS; i++) r |= placed(cell(block, i), from[i]);
    return r;
}
static uint64_t substitute(uint64_t block, const uint8_t *table) {
    uint64_t r = 0;
    for (unsigned i = 0; i < CELLS; i++) r |= placed(table[cell(block, i)], i);
    return r;
}

// Each column times the circulant matrix (0, p, p^2, p), p a rotation of the cell to the left. It is its own inverse.
static unsigned turn(unsigned c, unsigned n) { return (c << n | c >> (4 - n)) & 15; }
static uint64_t mix(uint64_t block) {
    uint64_t r = 0;
    for (unsigned i = 0; i < CELLS; i++) {
        unsigned column = i & 3, row = i >> 2, c[3];
        for (unsigned k = 0; k < 3; k++) c[k] = cell(block, ((row + 1 + k) & 3) << 2 | column);
        r |= placed(turn(c[0], 1) ^ turn(c[1], 2) ^ turn(c[2], 1), i);
    }
    return r;
}

static uint64_t tweak_next(uint64_t tweak) {
    uint64_t block = permute(tweak, tweak_shuffle), r = 0;
    for (unsigned i = 0; i < CELLS; i++) {
        unsigned c = cell(block, i);
        r |= placed(TURNED >> i & 1 ? (c >> 1 | ((c ^ c >> 1) & 1) << 3) : c, i);
    }
    return r;
}
static uint64_t tweak_before(uint64_t tweak) {
    uint64_t block = 0;
    for (unsigned i = 0; i < CELLS; i++) {
        unsigned c = cell(tweak, i);
        block |= placed(TURNED >> i & 1 ? ((c << 1 & 15) | ((c ^ c >> 3) & 1)) : c, i);
    }
    return permute_back(block, tweak_shuffle);
}

uint64_t qarma5(uint64_t block, uint64_t tweak, uint64_t w0, uint64_t k0) {
    uint64_t w1 = (w0 >> 1 | w0 << 63) ^ w0 >> 63, v = block ^ w0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        v ^= k0 ^ tweak ^ constants[i];
        if (i) v = mix(permute(v, shuffle));
        v = substitute(v, sbox);
        tweak = tweak_next(tweak);
    }
    v = substitute(mix(permute(v ^ w1 ^ tweak, shuffle)), sbox);
    v = mix(permute(v, shuffle)) ^ k0; // the reflector
    v = substitute(permute_back(v, shuffle), inverse_sbox);
    v = permute_back(mix(v), shuffle) ^ w0 ^ tweak;
    for (unsigned i = 0; i < ROUNDS; i++) {
        v = substitute(v, inverse_sbox);
        if (i < ROUNDS - 1) v = permute_back(mix(v), shuffle);
        tweak = tweak_before(tweak);
        v ^= constants[ROUNDS - 1 - i] ^ k0 ^ tweak ^ ALPHA;
    }
    return v ^ w1;
}
