// SPDX-License-Identifier: MIT
// A small LZ77 compressor and its decoder over text-like data: hash table look-ups, match loops, byte copies.
#include "tests/bench/kernels/kernel.h"

#define SIZE (64u << 10)
#define HASH_BITS 12

static uint8_t *input, *packed, *output;
static uint32_t *recent;

static void prepare(void) {
    uint64_t seed = 9;

    input = arena_alloc(SIZE + 8);
    packed = arena_alloc(SIZE * 2);
    output = arena_alloc(SIZE + 8);
    recent = arena_alloc(sizeof(uint32_t) << HASH_BITS);
    for (unsigned i = 0; i < SIZE;) {
        uint64_t r = random_next(&seed);
        unsigned from = r % (i + 1), length = r >> 32 & 15;
        for (; from < i && length && i < SIZE; length--)
            input[i++] = input[from++];
        if (i < SIZE)
            input[i++] = 'a' + (r >> 40) % 26;
    }
}

static NOINLINE unsigned compress(void) {
    unsigned out = 0;

    for (unsigned i = 0; i < SIZE;) {
        uint32_t key = input[i] | input[i + 1] << 8 | input[i + 2] << 16;
        uint32_t *slot = &recent[key * 2654435761u >> (32 - HASH_BITS)];
        unsigned from = *slot, length = 0;
        *slot = i;
        while (from < i && length < 130 && i + length < SIZE && input[from + length] == input[i + length])
            length++;
        if (length < 4) {
            packed[out++] = 0;
            packed[out++] = input[i++];
            continue;
        }
        packed[out++] = length - 3;
        packed[out++] = (i - from) >> 8;
        packed[out++] = i - from;
        i += length;
    }
    return out;
}

static NOINLINE unsigned expand(unsigned size) {
    unsigned out = 0;

    for (unsigned i = 0; i < size;) {
        unsigned code = packed[i++];
        if (code == 0) {
            output[out++] = packed[i++];
            continue;
        }
        unsigned distance = packed[i] << 8 | packed[i + 1];
        i += 2;
        for (unsigned length = code + 3; length; length--, out++)
            output[out] = output[out - distance];
    }
    return out;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        unsigned size = compress();
        sum = sum_add(sum, expand(size) + size);
        input[n * 97 % SIZE] ^= 1;
        sum = sum_add(sum, output[n * 89 % SIZE]);
    }
    return sum;
}

const Kernel kernel = {"lz77", 300, prepare, run};
