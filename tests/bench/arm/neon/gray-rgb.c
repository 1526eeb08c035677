// SPDX-License-Identifier: MIT
// Pixels of three bytes to gray and back: structures of three.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define PIXELS 2048
static uint8_t *colour, *gray;

static void prepare(void) {
    uint64_t seed = 78;
    colour = arena_alloc(PIXELS * 3);
    gray = arena_alloc(PIXELS);
    for (int i = 0; i < PIXELS * 3; i++) colour[i] = (uint8_t)(random_next(&seed) >> 40);
}

static NOINLINE void to_gray(void) {
    for (int i = 0; i < PIXELS; i += 8) {
        uint8x8x3_t c = vld3_u8(colour + 3 * i);
        uint16x8_t x = vmull_u8(c.val[0], vdup_n_u8(77));
        x = vmlal_u8(vmlal_u8(x, c.val[1], vdup_n_u8(150)), c.val[2], vdup_n_u8(29));
        vst1_u8(gray + i, vshrn_n_u16(x, 8));
    }
}
static NOINLINE void mix(void) {
    for (int i = 0; i < PIXELS; i += 16) {
        uint8x16x3_t c = vld3q_u8(colour + 3 * i);
        uint8x16_t g = vld1q_u8(gray + i);
        for (int k = 0; k < 3; k++) c.val[k] = vrhaddq_u8(c.val[(k + 1) % 3], g);
        vst3q_u8(colour + 3 * i, c);
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        to_gray();
        mix();
        colour[n * 7 % (PIXELS * 3)] ^= (uint8_t)(n * 37);
        sum = sum_add(sum, gray[n * 5 % PIXELS]);
    }
    return sum;
}

const Kernel kernel = {"gray-rgb", 22000, prepare, run};
