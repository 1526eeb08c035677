// SPDX-License-Identifier: MIT
// A recursive-descent parser and evaluator of arithmetic text: mutual recursion with branches on every character.
#include "tests/bench/kernels/kernel.h"

#define SIZE 4096

static char *text;
static const char *at;

// Writes a random expression of the grammar below and returns where it ended.
static char *write_sum(char *out, uint64_t *seed, int depth) {
    unsigned terms = 1 + random_next(seed) % 3;

    for (unsigned t = 0; t < terms; t++) {
        if (t)
            *out++ = "+-*^"[random_next(seed) % 4];
        if (depth && random_next(seed) % 3) {
            *out++ = '(';
            out = write_sum(out, seed, depth - 1);
            *out++ = ')';
        } else {
            for (unsigned digits = 1 + random_next(seed) % 4; digits; digits--)
                *out++ = '0' + random_next(seed) % 10;
        }
    }
    return out;
}

static void prepare(void) {
    uint64_t seed = 14;
    char *out;

    text = arena_alloc(SIZE * 2);
    out = text;
    while (out < text + SIZE - 1024) {
        out = write_sum(out, &seed, 3);
        *out++ = '+';
    }
    *out++ = '1';
    *out = 0;
}

static uint64_t parse_sum(void);

static NOINLINE uint64_t parse_atom(void) {
    uint64_t value = 0;

    if (*at == '(') {
        at++;
        value = parse_sum();
        at++;
        return value;
    }
    while (*at >= '0' && *at <= '9')
        value = value * 10 + (*at++ - '0');
    return value;
}

static NOINLINE uint64_t parse_product(void) {
    uint64_t value = parse_atom();

    while (*at == '*' || *at == '^') {
        if (*at++ == '*')
            value *= parse_atom();
        else
            value ^= parse_atom();
    }
    return value;
}

static NOINLINE uint64_t parse_sum(void) {
    uint64_t value = parse_product();

    while (*at == '+' || *at == '-') {
        if (*at++ == '+')
            value += parse_product();
        else
            value -= parse_product();
    }
    return value;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        at = text;
        sum = sum_add(sum, parse_sum());
        for (char *c = text; c < text + 64; c++)
            if (*c >= '0' && *c <= '9')
                *c = '0' + (*c + n) % 10;
    }
    return sum;
}

const Kernel kernel = {"parser", 6000, prepare, run};
