// SPDX-License-Identifier: MIT
// CRC-32 (IEEE 802.3), one table look-up a byte: a dependent chain of load, shift and xor.
#include "tests/bench/kernels/kernel.h"

#define SIZE (64u << 10)

static uint32_t table[256];
static uint8_t *data;

static void prepare(void) {
    uint64_t seed = 1;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[i] = c;
    }
    data = arena_alloc(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = random_next(&seed);
}

static uint64_t run(unsigned iterations) {
    uint32_t crc = ~0u;

    for (unsigned n = 0; n < iterations; n++)
        for (unsigned i = 0; i < SIZE; i++)
            crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
    return ~crc;
}

const Kernel kernel = {"crc32", 1500, prepare, run};
