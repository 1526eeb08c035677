// SPDX-License-Identifier: MIT
// FEAT_SHA1, FEAT_SHA512, FEAT_SM3: parts of the hashes' rounds and schedules. FIPS 180-4; GB/T 32905; DDI 0487, C7.2.
#include "cpu/arm/simd.h"

static unsigned rd(uint64_t bits) { return bits & 31; }
static unsigned rn(uint64_t bits) { return bits >> 5 & 31; }
static unsigned rm(uint64_t bits) { return bits >> 16 & 31; }
static uint32_t rotl(uint32_t a, unsigned n) { return a << n | a >> (32 - n); }
static uint64_t rotr64(uint64_t a, unsigned n) { return a >> n | a << (64 - n); }
static uint64_t choose(uint64_t x, uint64_t y, uint64_t z) { return z ^ (x & (y ^ z)); }
static uint64_t majority(uint64_t x, uint64_t y, uint64_t z) { return (x & y) | ((x | y) & z); }

// ---- SHA-1: four rounds with the words w; op 0 chooses, 1 takes the parity, 2 the majority
static Vec sha1_rounds(unsigned op, Vec x, uint32_t y, const Vec *w) {
    for (unsigned e = 0; e < 4; e++) {
        uint32_t f = op == 0 ? (uint32_t)choose(x.s[1], x.s[2], x.s[3])
                             : op == 1 ? x.s[1] ^ x.s[2] ^ x.s[3] : (uint32_t)majority(x.s[1], x.s[2], x.s[3]);
        y += rotl(x.s[0], 5) + f + w->s[e];
        uint32_t last = x.s[3];
        x = (Vec){.s = {y, x.s[0], rotl(x.s[1], 30), x.s[2]}};
        y = last;
    }
    return x;
}
static Vec sha1_schedule1(const Vec *d, const Vec *n) {
    Vec t = {.s = {d->s[0] ^ n->s[1], d->s[1] ^ n->s[2], d->s[2] ^ n->s[3], d->s[3]}};
    return (Vec){.s = {rotl(t.s[0], 1), rotl(t.s[1], 1), rotl(t.s[2], 1), rotl(t.s[3], 1) ^ rotl(t.s[0], 2)}};
}
uint64_t arm_sha1(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    Vec d = vec(s, rd(bits)), n = vec(s, rn(bits)), m = vec(s, rm(bits)), r;
    unsigned op = bits >> 12 & 7;
    if (bits >> 11 & 1) r = op ? sha1_schedule1(&d, &n) : (Vec){.s = {rotl(n.s[0], 30)}};
    else if (op == 3) r = (Vec){.d = {d.d[1] ^ d.d[0] ^ m.d[0], n.d[0] ^ d.d[1] ^ m.d[1]}};
    else r = sha1_rounds(op, d, n.s[0], &m);
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- SHA-512
static uint64_t big0(uint64_t a) { return rotr64(a, 28) ^ rotr64(a, 34) ^ rotr64(a, 39); }
static uint64_t big1(uint64_t a) { return rotr64(a, 14) ^ rotr64(a, 18) ^ rotr64(a, 41); }
static uint64_t small0(uint64_t a) { return rotr64(a, 1) ^ rotr64(a, 8) ^ a >> 7; }
static uint64_t small1(uint64_t a) { return rotr64(a, 19) ^ rotr64(a, 61) ^ a >> 6; }
uint64_t arm_sha512(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    Vec w = vec(s, rd(bits)), x = vec(s, rn(bits)), y = vec(s, rm(bits)), r;
    unsigned op = bits >> 23 & 1 ? 3 : bits >> 10 & 3; // h, h2, su1, su0
    if (op == 0) {
        r.d[1] = w.d[1] + big1(y.d[1]) + choose(y.d[1], x.d[0], x.d[1]);
        uint64_t t = r.d[1] + y.d[0];
        r.d[0] = w.d[0] + big1(t) + choose(t, y.d[1], x.d[0]);
    } else if (op == 1) {
        r.d[1] = w.d[1] + big0(y.d[0]) + majority(x.d[0], y.d[1], y.d[0]);
        r.d[0] = w.d[0] + big0(r.d[1]) + majority(r.d[1], y.d[0], y.d[1]);
    } else if (op == 2) {
        for (unsigned k = 0; k < 2; k++) r.d[k] = w.d[k] + small1(x.d[k]) + y.d[k];
    } else {
        r = (Vec){.d = {w.d[0] + small0(w.d[1]), w.d[1] + small0(x.d[0])}};
    }
    set_vec(s, rd(bits), r);
    return 0;
}

// ---- SM3
static uint32_t sm3_p1(uint32_t a) { return a ^ rotl(a, 15) ^ rotl(a, 23); }
// One round's half: op 0 and 1 make TT1, 2 and 3 TT2, the odd ones by choice or majority.
static Vec sm3_round(unsigned op, const Vec *d, const Vec *n, uint32_t w) {
    uint32_t a = d->s[3], p = d->s[2], q = d->s[1], t = d->s[0] + w;
    t += op == 1 ? (uint32_t)majority(a, p, q) : op == 3 ? (uint32_t)choose(a, p, q) : a ^ p ^ q;
    t += op < 2 ? n->s[3] ^ rotl(a, 12) : n->s[3];
    if (op >= 2) t ^= rotl(t, 9) ^ rotl(t, 17);
    return (Vec){.s = {q, rotl(p, op < 2 ? 9 : 19), a, t}};
}
static Vec sm3_part1(const Vec *d, const Vec *n, const Vec *m) {
    Vec r;
    for (unsigned i = 0; i < 3; i++) r.s[i] = sm3_p1(d->s[i] ^ n->s[i] ^ rotl(m->s[i + 1], 15));
    r.s[3] = sm3_p1(d->s[3] ^ n->s[3] ^ rotl(r.s[0], 15));
    return r;
}
static Vec sm3_part2(const Vec *d, const Vec *n, const Vec *m) {
    Vec r;
    for (unsigned i = 0; i < 4; i++) r.s[i] = n->s[i] ^ rotl(m->s[i], 7);
    uint32_t t = rotl(r.s[0], 15);
    for (unsigned i = 0; i < 4; i++) r.s[i] ^= d->s[i];
    r.s[3] ^= sm3_p1(t);
    return r;
}
uint64_t arm_sm3(Vcpu *v, uint64_t bits, uint64_t b, uint64_t c) {
    ArmState *s = arm_state(v);
    Vec d = vec(s, rd(bits)), n = vec(s, rn(bits)), m = vec(s, rm(bits)), a = vec(s, bits >> 10 & 31), r;
    if (bits >> 21 & 1) r = bits >> 10 & 1 ? sm3_part2(&d, &n, &m) : sm3_part1(&d, &n, &m);
    else if (bits >> 15 & 1) r = sm3_round(bits >> 10 & 3, &d, &n, m.s[bits >> 12 & 3]);
    else r = (Vec){.s = {0, 0, 0, rotl(rotl(n.s[3], 12) + m.s[3] + a.s[3], 7)}};
    set_vec(s, rd(bits), r);
    return 0;
}
