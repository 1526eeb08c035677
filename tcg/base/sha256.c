// SPDX-License-Identifier: MIT
// Parts of SHA-256, as the interpreter does them, and translated code on hosts without such instructions.
#include "tcg/base/sha256.h"
#include <string.h>

static uint32_t rotr(uint32_t a, unsigned n) { return a >> n | a << (32 - n); }
static uint32_t choose(uint32_t x, uint32_t y, uint32_t z) { return z ^ (x & (y ^ z)); }
static uint32_t majority(uint32_t x, uint32_t y, uint32_t z) { return (x & y) | ((x | y) & z); }

void sha256_rounds(const uint32_t x[4], const uint32_t y[4], const uint32_t w[4], bool first, uint32_t r[4]) {
    uint32_t p[4], q[4];
    memcpy(p, x, sizeof p);
    memcpy(q, y, sizeof q);
    for (unsigned e = 0; e < 4; e++) {
        uint32_t t = q[3] + (rotr(q[0], 6) ^ rotr(q[0], 11) ^ rotr(q[0], 25)) + choose(q[0], q[1], q[2]) + w[e];
        uint32_t u = t + (rotr(p[0], 2) ^ rotr(p[0], 13) ^ rotr(p[0], 22)) + majority(p[0], p[1], p[2]), d = p[3];
        memmove(p + 1, p, 12);
        memmove(q + 1, q, 12);
        p[0] = u;
        q[0] = d + t;
    }
    memcpy(r, first ? p : q, sizeof p);
}

static uint32_t sigma0(uint32_t a) { return rotr(a, 7) ^ rotr(a, 18) ^ a >> 3; }
static uint32_t sigma1(uint32_t a) { return rotr(a, 17) ^ rotr(a, 19) ^ a >> 10; }

void sha256_schedule0(const uint32_t d[4], const uint32_t n[4], uint32_t r[4]) {
    uint32_t next[4] = {d[1], d[2], d[3], n[0]};
    for (unsigned e = 0; e < 4; e++) r[e] = d[e] + sigma0(next[e]);
}
void sha256_schedule1(const uint32_t d[4], const uint32_t n[4], const uint32_t m[4], uint32_t r[4]) {
    uint32_t further[4] = {n[1], n[2], n[3], m[0]}, last[2] = {m[2], m[3]};
    for (unsigned e = 0; e < 4; e++) r[e] = d[e] + further[e] + sigma1(e < 2 ? last[e] : r[e - 2]);
}
