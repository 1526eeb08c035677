// SPDX-License-Identifier: MIT
// Unaligned 2-, 4- and 8-byte loads and stores walking through 1 MiB, over cache-line and page borders.
// The accesses are forced to stay whole with inline assembly, since the compiler would split them.
#include "tests/bench/kernels/kernel.h"

#define SIZE (1u << 20)

static uint8_t *bytes;

static void prepare(void) {
    uint64_t seed = 34;

    bytes = arena_alloc(SIZE + PAGE_SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        bytes[i] = random_next(&seed);
}

static inline uint64_t load8(const uint8_t *at) {
    uint64_t value;
#ifdef __riscv
    __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
#else
    __builtin_memcpy(&value, at, 8);
#endif
    return value;
}

static inline void store4(uint8_t *at, uint32_t value) {
#ifdef __riscv
    __asm__ volatile("sw %0, 0(%1)" : : "r"(value), "r"(at) : "memory");
#else
    __builtin_memcpy(at, &value, 4);
#endif
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (unsigned i = n & 7; i < SIZE - 16; i += 13) {
            sum += load8(bytes + i);
            store4(bytes + i + 5, sum >> 16);
        }
    return sum;
}

const Kernel kernel = {"misaligned", 1000, prepare, run};
