// SPDX-License-Identifier: MIT
// The decoder made from an instruction table: a tree whose nodes index a run of encoding bits and whose leaves hold the few rows that are
// left, most special first. Translators call decode_find and decode_operands for each guest instruction; both take a few ns.
//
// A node picks the window of at most six bits that leaves the shortest lists; a row with an ignored or operand bit in the window goes to
// each child it can match. Decoders depend on the set of enabled extensions alone, so there is one for each set ever asked for.
#include "cpu/decode/parse.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 6, LEAF = 2 };

typedef struct Node {
    uint8_t shift, bits; // bits 0: a leaf
    uint16_t n;
    union {
        const struct Node **child;
        const DecodeEntry **list; // most fixed bits first
    };
} Node;

struct Decoder {
    const DecodeTable *table;
    uint64_t features;
    unsigned n;
    DecodeEntry *entries;
    const Node *root[2]; // of 16 and 32 bits
    const Decoder *next;
};

static void *take(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    if (!p) abort();
    return p;
}

// May a row match an encoding whose bits [shift, shift + bits) are `part`?
static bool fits(const DecodeEntry *e, unsigned shift, unsigned bits, unsigned part)
{
    return ((e->value ^ (part << shift)) & e->mask & (((1u << bits) - 1) << shift)) == 0;
}

// The sum of the squares of the children's lengths: what a uniformly chosen row pays.
static uint64_t window_cost(const DecodeEntry **rows, unsigned n, unsigned shift, unsigned bits)
{
    unsigned count[1 << WINDOW] = {0};
    for (unsigned i = 0; i < n; i++) {
        for (unsigned part = 0; part < 1u << bits; part++) count[part] += fits(rows[i], shift, bits, part);
    }
    uint64_t cost = 0;
    for (unsigned part = 0; part < 1u << bits; part++) cost += (uint64_t)count[part] * count[part];
    return cost;
}

static int by_fixed_bits(const void *a, const void *b)
{
    const DecodeEntry *x = *(const DecodeEntry *const *)a, *y = *(const DecodeEntry *const *)b;
    return __builtin_popcount(y->mask) - __builtin_popcount(x->mask);
}

static const Node *leaf_new(const DecodeEntry **rows, unsigned n)
{
    Node *leaf = take(1, sizeof *leaf);
    leaf->n = n;
    leaf->list = take(n, sizeof *leaf->list);
    memcpy(leaf->list, rows, n * sizeof *rows);
    qsort(leaf->list, n, sizeof *leaf->list, by_fixed_bits);
    return leaf;
}

static const Node *node_new(const DecodeEntry **rows, unsigned n, unsigned width)
{
    if (n <= LEAF) return leaf_new(rows, n);
    unsigned shift = 0, bits = 0;
    uint64_t best = (uint64_t)n * n;
    for (unsigned b = 1; b <= WINDOW; b++) {
        for (unsigned s = 0; s + b <= width; s++) {
            uint64_t cost = window_cost(rows, n, s, b) + b; // of equal windows the narrowest
            if (cost < best) best = cost, shift = s, bits = b;
        }
    }
    if (!bits) return leaf_new(rows, n);
    Node *node = take(1, sizeof *node);
    const DecodeEntry **part_rows = take(n, sizeof *part_rows);
    *node = (Node){.shift = shift, .bits = bits};
    node->child = take(1u << bits, sizeof *node->child);
    for (unsigned part = 0; part < 1u << bits; part++) {
        unsigned m = 0;
        for (unsigned i = 0; i < n; i++) {
            if (fits(rows[i], shift, bits, part)) part_rows[m++] = rows[i];
        }
        node->child[part] = m == n ? leaf_new(rows, n) : node_new(part_rows, m, width);
    }
    free(part_rows);
    return node;
}

static const Decoder *decoder_new(const DecodeTable *table, uint64_t features)
{
    Decoder *d = take(1, sizeof *d);
    *d = (Decoder){.table = table, .features = features};
    d->entries = take(table->nrows, sizeof *d->entries);
    for (unsigned i = 0; i < table->nrows; i++) {
        if (decode_parse(table, &table->rows[i], features, &d->entries[d->n])) d->n++;
    }
    const DecodeEntry **rows = take(d->n, sizeof *rows);
    for (unsigned w = 0; w < 2; w++) {
        unsigned n = 0, width = 16 + 16 * w;
        for (unsigned i = 0; i < d->n; i++) {
            if (d->entries[i].width == width) rows[n++] = &d->entries[i];
        }
        d->root[w] = node_new(rows, n, width);
    }
    free(rows);
    return d;
}

const Decoder *decoder_get(const DecodeTable *table, uint64_t features)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static const Decoder *made;
    pthread_mutex_lock(&lock);
    const Decoder *d = made;
    while (d && (d->table != table || d->features != features)) d = d->next;
    if (!d) {
        Decoder *fresh = (Decoder *)decoder_new(table, features);
        fresh->next = made;
        made = d = fresh;
    }
    pthread_mutex_unlock(&lock);
    return d;
}

const DecodeEntry *decode_find(const Decoder *d, uint32_t bits, unsigned width)
{
    const Node *node = d->root[width / 16 - 1];
    while (node->bits) node = node->child[bits >> node->shift & ((1u << node->bits) - 1)];
    for (unsigned i = 0; i < node->n; i++) {
        if ((bits & node->list[i]->mask) == node->list[i]->value) return node->list[i];
    }
    return NULL;
}

void decode_operands(const Decoder *d, const DecodeEntry *e, uint32_t bits, int32_t *operands)
{
    memcpy(operands, e->initial, d->table->noperands * sizeof *operands);
    for (const DecodePiece *p = e->pieces; p < e->pieces + e->npieces; p++) {
        operands[p->operand] |= (bits >> p->from & (UINT32_MAX >> (32 - p->length))) << p->to;
    }
    if (e->sign_operand >= 0) {
        int32_t *o = &operands[e->sign_operand];
        *o = (int32_t)((uint32_t)*o << e->sign_shift) >> e->sign_shift;
    }
}

void decode_hit(const Decoder *d, const DecodeEntry *e)
{
    // A lost count under contention does not matter; a torn one cannot happen.
    uint32_t *hits = &d->table->hits[e->index];
    __atomic_store_n(hits, __atomic_load_n(hits, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

uint32_t decode_hits(const Decoder *d, const DecodeEntry *e)
{
    return __atomic_load_n(&d->table->hits[e->index], __ATOMIC_RELAXED);
}

const DecodeEntry *decode_entries(const Decoder *d, unsigned *n)
{
    *n = d->n;
    return d->entries;
}
