// SPDX-License-Identifier: MIT
// Data stores to a page that also holds the code being run, which leave the code as it was.
#include "tests/bench/metal/metal.h"

#define XORI_A0_A0 0x00054513u
#define RET 0x00008067u

static uint32_t *page;

static void prepare(void) {
    page = arena_alloc(PAGE_SIZE);
    page[0] = XORI_A0_A0 | 85u << 20;
    page[1] = RET;
    __asm__ volatile("fence.i" : : : "memory");
}

static uint64_t run(unsigned iterations) {
    uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))page;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        page[512 + n % 500] += n;
        sum += function(page[512 + n % 499]);
    }
    return sum;
}

const Kernel kernel = {"code-page-store", 3000000, prepare, run};
