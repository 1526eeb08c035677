// SPDX-License-Identifier: MIT
// A generic sort with element size and comparator, as qsort(3) has them: an indirect call a comparison.
#include "tests/bench/kernels/kernel.h"

#define COUNT 8192

typedef struct {
    uint32_t key, serial;
} Item;

static Item *items;
typedef int Compare(const void *, const void *);

static void prepare(void) {
    items = arena_alloc(COUNT * sizeof *items);
}

static NOINLINE int compare_up(const void *a, const void *b) {
    const Item *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static NOINLINE int compare_down(const void *a, const void *b) {
    return -compare_up(a, b);
}

static NOINLINE void swap_bytes(char *a, char *b, size_t size) {
    for (; size >= 4; size -= 4, a += 4, b += 4) {
        uint32_t kept = *(uint32_t *)a;
        *(uint32_t *)a = *(uint32_t *)b;
        *(uint32_t *)b = kept;
    }
}

static NOINLINE void sort(void *base, size_t count, size_t size, Compare *compare) {
    char *v = base;

    while (count > 1) {
        size_t last = 0;
        swap_bytes(v, v + count / 2 * size, size);
        for (size_t i = 1; i < count; i++)
            if (compare(v + i * size, v) < 0)
                swap_bytes(v + ++last * size, v + i * size, size);
        swap_bytes(v, v + last * size, size);
        sort(v, last, size, compare);
        v += (last + 1) * size;
        count -= last + 1;
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 13;

    for (unsigned n = 0; n < iterations; n++) {
        for (unsigned i = 0; i < COUNT; i++)
            items[i] = (Item){random_next(&seed), i};
        sort(items, COUNT, sizeof *items, n & 1 ? compare_down : compare_up);
        for (unsigned i = 0; i < COUNT; i++)
            sum += (uint64_t)items[i].key * i + items[i].serial;
    }
    return sum;
}

const Kernel kernel = {"qsort-compare", 70, prepare, run};
