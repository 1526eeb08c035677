// SPDX-License-Identifier: MIT
// A binary search tree of 16k nodes in random order: insertion, look-up and recursive walks.
#include "tests/bench/kernels/kernel.h"

#define NODES 16384

typedef struct Node {
    struct Node *left, *right;
    uint64_t key, count;
} Node;

static Node *pool;
static unsigned used;

static void prepare(void) {
    pool = arena_alloc(NODES * sizeof *pool);
}

static NOINLINE Node *insert(Node *node, uint64_t key) {
    if (!node) {
        node = &pool[used++];
        *node = (Node){.key = key, .count = 1};
    } else if (key < node->key) {
        node->left = insert(node->left, key);
    } else if (key > node->key) {
        node->right = insert(node->right, key);
    } else {
        node->count++;
    }
    return node;
}

static NOINLINE uint64_t walk(const Node *node, unsigned depth) {
    if (!node)
        return depth;
    return walk(node->left, depth + 1) * 3 + walk(node->right, depth + 1) + node->key * node->count;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0, seed = 10;

    for (unsigned n = 0; n < iterations; n++) {
        Node *root = NULL;
        used = 0;
        for (int i = 0; i < NODES; i++)
            root = insert(root, random_next(&seed) >> 20);
        for (int i = 0; i < 8; i++)
            sum = sum_add(sum, walk(root, i));
    }
    return sum;
}

const Kernel kernel = {"tree", 20, prepare, run};
