// SPDX-License-Identifier: MIT
// String primitives as plain byte loops (strlen, strcmp, memcpy, memchr) and a word copy.
#include "tests/bench/kernels/kernel.h"

#define LENGTH 4000
#define COUNT 8

static char *text[COUNT], *copy;

static void prepare(void) {
    uint64_t seed = 6;

    for (int t = 0; t < COUNT; t++) {
        text[t] = arena_alloc(LENGTH + 1);
        for (int i = 0; i < LENGTH; i++)
            text[t][i] = i < LENGTH / 2 ? 'a' + i % 23 : 'a' + (int)(random_next(&seed) % 25);
        text[t][LENGTH - t * 100] = 0;
    }
    copy = arena_alloc(LENGTH + 1);
}

static NOINLINE size_t length_of(const char *s) {
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

static NOINLINE int compare(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

static NOINLINE void copy_bytes(char *to, const char *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

static NOINLINE void copy_words(uint64_t *to, const uint64_t *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

static NOINLINE size_t find(const char *s, char wanted, size_t n) {
    size_t i = 0;

    while (i < n && s[i] != wanted)
        i++;
    return i;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (int t = 0; t < COUNT; t++) {
            size_t length = length_of(text[t]);
            copy_bytes(copy, text[t], length + 1);
            sum = sum_add(sum, compare(copy, text[(t + 1) % COUNT]));
            sum = sum_add(sum, length + find(copy, 'z', length));
            copy_words((uint64_t *)copy, (const uint64_t *)text[(t + n) % COUNT], LENGTH / 8);
            sum = sum_add(sum, copy[n % LENGTH]);
        }
    return sum;
}

const Kernel kernel = {"strings", 1800, prepare, run};
