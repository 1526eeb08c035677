// SPDX-License-Identifier: MIT
// What a benchmark kernel is. One .c file below kernels/GROUP/ defines one `kernel`; the same source is built
// for bare-metal guests and natively, does the same work in both and must return the same checksum.
#ifndef TESTS_BENCH_KERNEL_H
#define TESTS_BENCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;                      // the row, as tools/bench prints it; no spaces
    unsigned iterations;                   // of the outer loop, sized to 0.3-1 s under the slower emulator
    void (*prepare)(void);                 // untimed, may be NULL
    uint64_t (*run)(unsigned iterations);  // timed; the checksum depends on all the work
} Kernel;

extern const Kernel kernel;

#define ARENA_SIZE (96u << 20)
#define PAGE_SIZE 4096u
#define NOINLINE __attribute__((noinline))

// Zeroed, page-aligned memory that lives until the program ends. Guests place it under small pages whose
// physical order is scattered, as a long-running system's is. Dies when the arena is used up.
void *arena_alloc(size_t size);

// A 64-bit generator (Marsaglia's xorshift, 13-7-17). *state must not be 0.
static inline uint64_t random_next(uint64_t *state) {
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

// Folds one value into a checksum, order-dependent.
static inline uint64_t sum_add(uint64_t sum, uint64_t value) {
    sum = (sum ^ value) * 0x9e3779b97f4a7c15u;
    return sum ^ sum >> 32;
}

static inline uint64_t sum_double(uint64_t sum, double value) {
    union { double d; uint64_t u; } bits = {value};

    return sum_add(sum, bits.u);
}

#endif
