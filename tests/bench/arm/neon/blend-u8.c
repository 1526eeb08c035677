// SPDX-License-Identifier: MIT
// Pixels of 8 bits a channel: one picture over another by its alpha channel, with rounding, and the sum of absolute differences.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define PIXELS 2048
static uint8_t *top, *bottom;

static void prepare(void) {
    uint64_t seed = 77;
    top = arena_alloc(PIXELS * 4);
    bottom = arena_alloc(PIXELS * 4);
    for (int i = 0; i < PIXELS * 4; i++) top[i] = (uint8_t)(random_next(&seed) >> 40), bottom[i] = (uint8_t)(random_next(&seed) >> 40);
}

static NOINLINE void blend(void) {
    for (int i = 0; i < PIXELS * 4; i += 32) {
        uint8x8x4_t t = vld4_u8(top + i), b = vld4_u8(bottom + i);
        uint8x8_t rest = vmvn_u8(t.val[3]);
        for (int c = 0; c < 3; c++) {
            uint16x8_t x = vmlal_u8(vmull_u8(t.val[c], t.val[3]), b.val[c], rest);
            b.val[c] = vrshrn_n_u16(vrsraq_n_u16(x, x, 8), 8);
        }
        vst4_u8(bottom + i, b);
    }
}
static NOINLINE uint32_t difference(void) {
    uint32x4_t sum = vdupq_n_u32(0);
    for (int i = 0; i < PIXELS * 4; i += 16) sum = vpadalq_u16(sum, vpaddlq_u8(vabdq_u8(vld1q_u8(top + i), vld1q_u8(bottom + i))));
    return vaddvq_u32(sum);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        blend();
        bottom[n % (PIXELS * 4)] ^= (uint8_t)n;
        sum = sum_add(sum, difference());
    }
    return sum;
}

const Kernel kernel = {"blend-u8", 10000, prepare, run};
