// SPDX-License-Identifier: MIT
// What a C library does in vectors: the end of a string, a byte in a line, a copy, how many bits are set.
#include <arm_neon.h>
#include "tests/bench/kernels/kernel.h"

#define BYTES 4096
static uint8_t *text, *copy;

static void prepare(void) {
    text = arena_alloc(BYTES + 64);
    copy = arena_alloc(BYTES + 64);
    for (int i = 0; i < BYTES; i++) text[i] = (uint8_t)('a' + i % 26);
}

static NOINLINE size_t length(const uint8_t *s) { // four bits a byte that is zero
    for (size_t i = 0;; i += 16) {
        uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(vceqzq_u8(vld1q_u8(s + i))), 4);
        uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
        if (mask) return i + (size_t)__builtin_ctzll(mask) / 4;
    }
}
static NOINLINE unsigned count(const uint8_t *s, size_t n, uint8_t byte) {
    unsigned found = 0;
    for (size_t i = 0; i < n; i += 16) found += vaddvq_u8(vandq_u8(vceqq_u8(vld1q_u8(s + i), vdupq_n_u8(byte)), vdupq_n_u8(1)));
    return found;
}
static NOINLINE void move(uint8_t *to, const uint8_t *from, size_t n) {
    for (size_t i = 0; i < n; i += 64) vst1q_u8_x4(to + i, vld1q_u8_x4(from + i));
}
static NOINLINE unsigned bits(const uint8_t *s, size_t n) {
    unsigned set = 0;
    for (size_t i = 0; i < n; i += 16) set += vaddlvq_u8(vcntq_u8(vld1q_u8(s + i)));
    return set;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;
    for (unsigned n = 0; n < iterations; n++) {
        text[n * 31 % BYTES] = (uint8_t)(n | 1);
        move(copy, text, BYTES);
        sum = sum_add(sum, length(copy) * 3 + count(text, BYTES, 'q') + bits(copy, BYTES));
    }
    return sum;
}

const Kernel kernel = {"strings-u8", 25000, prepare, run};
