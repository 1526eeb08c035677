// SPDX-License-Identifier: MIT
// Heap sort of 32-bit keys: data-dependent addresses and branches.
#include "tests/bench/kernels/kernel.h"

#define COUNT 32768

static uint32_t *heap;

static void prepare(void) {
    heap = arena_alloc(COUNT * sizeof *heap);
}

static inline void sift_down(unsigned at, unsigned end) {
    uint32_t value = heap[at];

    for (unsigned child; (child = 2 * at + 1) < end; at = child) {
        if (child + 1 < end && heap[child] < heap[child + 1])
            child++;
        if (heap[child] <= value)
            break;
        heap[at] = heap[child];
    }
    heap[at] = value;
}

static NOINLINE void sort_heap(void) {
    for (unsigned i = COUNT / 2; i-- > 0;)
        sift_down(i, COUNT);
    for (unsigned end = COUNT - 1; end > 0; end--) {
        uint32_t largest = heap[0];
        heap[0] = heap[end];
        heap[end] = largest;
        sift_down(0, end);
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 4;

    for (unsigned n = 0; n < iterations; n++) {
        for (unsigned i = 0; i < COUNT; i++)
            heap[i] = random_next(&seed);
        sort_heap();
        for (unsigned i = 0; i < COUNT; i++)
            sum += (uint64_t)heap[i] * i;
    }
    return sum;
}

const Kernel kernel = {"heapsort", 50, prepare, run};
