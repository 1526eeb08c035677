// SPDX-License-Identifier: MIT
// Doubly recursive Fibonacci: call, return and stack traffic, little else.
#include "tests/bench/kernels/kernel.h"

static NOINLINE uint64_t fib(unsigned n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        sum = sum_add(sum, fib(20 + n % 3));
    return sum;
}

const Kernel kernel = {"fib", 700, NULL, run};
