// SPDX-License-Identifier: MIT
// Streaming copy of 4 MiB, eight words a turn as memcpy does it, source and target some pages off a power of two.
#include "tests/bench/kernels/kernel.h"

#define WORDS (4u << 20 >> 3)

static uint64_t *from, *to;

static void prepare(void) {
    uint64_t seed = 31;

    from = arena_alloc(WORDS * 8 + 17 * PAGE_SIZE);
    to = arena_alloc(WORDS * 8);
    for (unsigned i = 0; i < WORDS; i++)
        from[i] = random_next(&seed);
}

static NOINLINE void copy(uint64_t *t, const uint64_t *f, unsigned words) {
    for (; words; words -= 8, t += 8, f += 8) {
        uint64_t a = f[0], b = f[1], c = f[2], d = f[3], e = f[4], g = f[5], h = f[6], k = f[7];
        t[0] = a, t[1] = b, t[2] = c, t[3] = d, t[4] = e, t[5] = g, t[6] = h, t[7] = k;
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        from[n * 4099 % WORDS] += n;
        copy(to, from, WORDS);
        sum = sum_add(sum, to[n * 4099 % WORDS] + to[WORDS - 1 - n]);
    }
    return sum;
}

const Kernel kernel = {"copy-4m", 300, prepare, run};
