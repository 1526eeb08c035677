// SPDX-License-Identifier: MIT
// Quicksort of 64-bit keys (Hoare partition, insertion sort below 16): unpredictable branches, sequential loads.
#include "tests/bench/kernels/kernel.h"

#define COUNT 32768

static uint64_t *keys;

static void prepare(void) {
    keys = arena_alloc(COUNT * sizeof *keys);
}

static void sort_insertion(uint64_t *v, long n) {
    for (long i = 1; i < n; i++) {
        uint64_t key = v[i];
        long j = i;
        for (; j > 0 && v[j - 1] > key; j--)
            v[j] = v[j - 1];
        v[j] = key;
    }
}

static void sort_quick(uint64_t *v, long n) {
    while (n > 16) {
        uint64_t pivot = v[n / 2];
        long i = 0, j = n - 1;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            uint64_t swap = v[i];
            v[i++] = v[j];
            v[j--] = swap;
        }
        sort_quick(v, i);
        v += i;
        n -= i;
    }
    sort_insertion(v, n);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 3;

    for (unsigned n = 0; n < iterations; n++) {
        for (long i = 0; i < COUNT; i++)
            keys[i] = random_next(&seed);
        sort_quick(keys, COUNT);
        for (long i = 1; i < COUNT; i++)
            sum += keys[i - 1] <= keys[i] ? keys[i] * i : 1;
    }
    return sum;
}

const Kernel kernel = {"quicksort", 60, prepare, run};
