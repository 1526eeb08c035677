// SPDX-License-Identifier: MIT
// SHA-256 compression (FIPS 180-4) over a buffer: rotates, 32-bit adds, many live values.
#include "tests/bench/kernels/kernel.h"

#define BLOCKS 256

static uint32_t K[64];  // filled from cube roots of the first 64 primes, as the standard defines them
static uint32_t *data;

static uint64_t cube_root_fraction(uint64_t prime) {
    uint64_t root = 0;  // floor(cbrt(prime) * 2^32), found bit by bit

    for (int bit = 35; bit >= 0; bit--) {
        unsigned __int128 t = root | (uint64_t)1 << bit;
        if (t * t * t < (unsigned __int128)prime << 96)
            root = t;
    }
    return root;
}

static void prepare(void) {
    uint64_t seed = 5, prime = 2;

    for (int i = 0; i < 64; prime++) {
        int divisor = 2;
        while (prime % divisor)
            divisor++;
        if (divisor == (int)prime)
            K[i++] = cube_root_fraction(prime);
    }
    data = arena_alloc(BLOCKS * 64);
    for (int i = 0; i < BLOCKS * 16; i++)
        data[i] = random_next(&seed);
}

static inline uint32_t ror(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

static NOINLINE void compress(uint32_t h[8], const uint32_t *block) {
    uint32_t w[64];

    for (int i = 0; i < 16; i++)
        w[i] = __builtin_bswap32(block[i]);
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = k + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
        uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        k = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += k;
}

static uint64_t run(unsigned iterations) {
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (int i = 0; i < BLOCKS; i++)
            compress(h, data + i * 16);
    for (int i = 0; i < 8; i++)
        sum = sum_add(sum, h[i]);
    return sum;
}

const Kernel kernel = {"sha256", 1000, prepare, run};
