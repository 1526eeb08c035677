// SPDX-License-Identifier: MIT
// Data stores to a page that also holds the code being run, which leave the code as it was.
#include "tests/bench/metal/metal.h"

#define EOR_X0_X0 0xd2000000u // by the mask in immr and imms
#define RET 0xd65f03c0u

static uint32_t *page;

static void prepare(void) {
    page = arena_alloc(PAGE_SIZE);
    page[0] = EOR_X0_X0 | 1u << 22 | 7u << 10;
    page[1] = RET;
    sync_code(page, 8);
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
