// SPDX-License-Identifier: MIT
// Pointer chase through 8 MiB: one random cycle over 64-byte nodes, each load waits for the one before.
#include "tests/bench/kernels/kernel.h"

#define NODES (8u << 20 >> 6)

typedef struct Node {
    struct Node *next;
    uint64_t value, unused[6];
} Node;

static Node *nodes;

// Sattolo's shuffle makes a single cycle.
static void prepare(void) {
    uint64_t seed = 30;

    nodes = arena_alloc(NODES * sizeof *nodes);
    for (unsigned i = 0; i < NODES; i++) {
        nodes[i].next = &nodes[i];
        nodes[i].value = i;
    }
    for (unsigned i = NODES - 1; i > 0; i--) {
        unsigned j = random_next(&seed) % i;
        Node *kept = nodes[i].next;
        nodes[i].next = nodes[j].next;
        nodes[j].next = kept;
    }
}

static uint64_t run(unsigned iterations) {
    const Node *at = nodes;
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        sum += at->value ^ n;
        at = at->next;
    }
    return sum;
}

const Kernel kernel = {"chase-8m", 1500000, prepare, run};
