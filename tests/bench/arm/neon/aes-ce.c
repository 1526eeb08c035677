// SPDX-License-Identifier: MIT
// AES-128 in counter mode, four blocks at once, and GHASH's products: what TLS is made of (FIPS 197, SP 800-38D).
#pragma GCC target("arch=armv8-a+crypto")
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define BLOCKS 256
static uint8_t *data, *keys;

static void prepare(void) {
    uint64_t seed = 80;
    data = arena_alloc(BLOCKS * 16);
    keys = arena_alloc(11 * 16);
    for (int i = 0; i < BLOCKS * 16; i++) data[i] = (uint8_t)(random_next(&seed) >> 40);
    for (int i = 0; i < 11 * 16; i++) keys[i] = (uint8_t)(random_next(&seed) >> 40);
}

static NOINLINE void encrypt(uint32x4_t counter) {
    for (int i = 0; i < BLOCKS; i += 4) {
        uint8x16_t x[4];
        for (int k = 0; k < 4; k++) x[k] = vreinterpretq_u8_u32(counter = vaddq_u32(counter, vdupq_n_u32(1)));
        for (int r = 0; r < 9; r++)
            for (int k = 0; k < 4; k++) x[k] = vaesmcq_u8(vaeseq_u8(x[k], vld1q_u8(keys + 16 * r)));
        for (int k = 0; k < 4; k++) {
            x[k] = veorq_u8(vaeseq_u8(x[k], vld1q_u8(keys + 144)), vld1q_u8(keys + 160));
            vst1q_u8(data + 16 * (i + k), veorq_u8(vld1q_u8(data + 16 * (i + k)), x[k]));
        }
    }
}
static NOINLINE uint64_t authenticate(poly64_t h) {
    uint64x2_t sum = vdupq_n_u64(0);
    for (int i = 0; i < BLOCKS; i++) {
        uint64x2_t x = veorq_u64(sum, vreinterpretq_u64_u8(vld1q_u8(data + 16 * i)));
        uint64x2_t low = vreinterpretq_u64_p128(vmull_p64((poly64_t)vgetq_lane_u64(x, 0), h));
        uint64x2_t high = vreinterpretq_u64_p128(vmull_high_p64(vreinterpretq_p64_u64(x), vdupq_n_p64(h)));
        sum = veorq_u64(low, vextq_u64(high, high, 1));
    }
    return vgetq_lane_u64(sum, 0) ^ vgetq_lane_u64(sum, 1);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        encrypt(vdupq_n_u32(n * BLOCKS));
        sum = sum_add(sum, authenticate((poly64_t)0x87654321abcdef01));
    }
    return sum;
}

const Kernel kernel = {"aes-ce", 9000, prepare, run};
