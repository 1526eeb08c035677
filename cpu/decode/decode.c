// SPDX-License-Identifier: MIT
// The decoder made from an instruction table. Translators call decode_find and decode_operands for each guest instruction, so both
// have to take a few ns: always three dependent loads, and no loop whose length varies with the instruction mix.
//
//      root    indexed by the encoding bits that the guest names (its major opcode): which further bits to look at
//      window  up to seven consecutive bits, for each root entry those that leave the shortest lists
//      rules   the few rows left, most special first, as mask and value side by side; the last one matches anything and says NULL
//
// Decoders depend on the set of enabled extensions alone, so there is one for each set ever asked for.
#include "cpu/decode/parse.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 7 };

typedef struct Rule {
    uint32_t mask, value;
    const DecodeEntry *entry;
} Rule;

typedef struct Root {
    uint32_t first; // index in starts
    uint8_t shift;
    uint8_t ones; // the window's mask, shifted down; 0: one list
} Root;

typedef struct Tree { // one for each width
    unsigned shift[2], ones[2], length; // the two runs of bits that index roots; length of the first
    Root *roots;
    uint32_t *starts;     // index in rules
    Rule *rules;
    unsigned nstarts, nrules;
} Tree;

struct Decoder {
    const DecodeTable *table;
    uint64_t features;
    unsigned n;
    DecodeEntry *entries;
    Tree tree[2]; // of 16 and 32 bits
    const Decoder *next;
};

static void *take(void *old, size_t n, size_t size) {
    void *p = realloc(old, (n ? n : 1) * size);
    if (!p) abort();
    return p;
}

// May a row match an encoding whose bits `where` are `part`?
static bool fits(const DecodeEntry *e, uint32_t where, uint32_t part) {
    return ((e->value ^ part) & e->mask & where) == 0;
}

// ---- building
// The sum of the squares of the lists' lengths: what a uniformly chosen row pays.
static uint64_t window_cost(const DecodeEntry **rows, unsigned n, unsigned shift, unsigned bits) {
    unsigned count[1 << WINDOW] = {0}, ones = (1u << bits) - 1;
    for (unsigned i = 0; i < n; i++) {
        unsigned fixed = rows[i]->mask >> shift & ones, open = ones & ~fixed, part = open;
        count[(rows[i]->value >> shift & fixed) | part]++;
        while (part) { // every other way to fill the open bits
            part = (part - 1) & open;
            count[(rows[i]->value >> shift & fixed) | part]++;
        }
    }
    uint64_t cost = 0;
    for (unsigned part = 0; part < 1u << bits; part++) cost += (uint64_t)count[part] * count[part];
    return cost;
}

static unsigned window_choose(const DecodeEntry **rows, unsigned n, unsigned width, unsigned *shift) {
    unsigned bits = 0;
    uint64_t best = (uint64_t)n * n;
    uint32_t told = 0; // bits that tell any rows apart; a window that ends with another costs twice the one without it
    for (unsigned i = 0; i < n; i++) told |= rows[i]->mask;
    for (unsigned b = 1; b <= WINDOW && n > 1; b++) {
        for (unsigned s = 0; s + b <= width; s++) {
            if (!(told >> s & 1) || !(told >> (s + b - 1) & 1)) continue;
            uint64_t cost = window_cost(rows, n, s, b) + b; // of equal windows the narrowest
            if (cost < best) best = cost, *shift = s, bits = b;
        }
    }
    return bits;
}

static int by_fixed_bits(const void *a, const void *b) {
    const DecodeEntry *x = *(const DecodeEntry *const *)a, *y = *(const DecodeEntry *const *)b;
    return __builtin_popcount(y->mask) - __builtin_popcount(x->mask);
}

// The list of the rows that fit, shared with an equal one made for the same root (from `since` on).
static void list_add(Tree *t, const DecodeEntry **rows, unsigned n, uint32_t where, uint32_t part, unsigned since) {
    unsigned first = t->nrules, length = 0;
    t->rules = take(t->rules, first + n + 1, sizeof *t->rules);
    for (unsigned i = 0; i < n; i++) {
        if (fits(rows[i], where, part)) t->rules[first + length++] = (Rule){rows[i]->mask, rows[i]->value, rows[i]};
    }
    t->rules[first + length++] = (Rule){0, 0, NULL};
    t->nrules += length;
    for (unsigned k = since; k < t->nstarts; k++) {
        if (memcmp(&t->rules[t->starts[k]], &t->rules[first], length * sizeof *t->rules)) continue;
        t->nrules = first;
        first = t->starts[k];
        break;
    }
    t->starts = take(t->starts, t->nstarts + 1, sizeof *t->starts);
    t->starts[t->nstarts++] = first;
}

// The bits of an index put where they are in an encoding.
static uint32_t scatter(const Tree *t, unsigned index) {
    return (index & t->ones[0]) << t->shift[0] | (index >> t->length & t->ones[1]) << t->shift[1];
}

static void index_choose(Tree *t, uint32_t index) {
    for (unsigned run = 0; run < 2 && index; run++) {
        t->shift[run] = (unsigned)__builtin_ctz(index);
        t->ones[run] = (1u << __builtin_ctz(~(index >> t->shift[run]))) - 1;
        index &= ~(t->ones[run] << t->shift[run]);
    }
    t->length = (unsigned)__builtin_popcount(t->ones[0]);
    if (index) abort(); // a table's index has more than two runs
}

static void tree_make(Tree *t, const DecodeEntry **rows, unsigned n, unsigned width, uint32_t index) {
    const DecodeEntry **part = take(NULL, n, sizeof *part);
    qsort(rows, n, sizeof *rows, by_fixed_bits);
    index_choose(t, index);
    unsigned nroots = 1u << __builtin_popcount(index);
    t->roots = take(NULL, nroots, sizeof *t->roots);
    for (unsigned r = 0; r < nroots; r++) {
        unsigned m = 0, shift = 0;
        for (unsigned i = 0; i < n; i++) {
            if (fits(rows[i], index, scatter(t, r))) part[m++] = rows[i];
        }
        unsigned ones = (1u << window_choose(part, m, width, &shift)) - 1;
        t->roots[r] = (Root){t->nstarts, (uint8_t)shift, (uint8_t)ones};
        for (unsigned k = 0; k <= ones; k++)
            list_add(t, part, m, index | ones << shift, scatter(t, r) | (k << shift & ~index), t->roots[r].first);
    }
    free(part);
}

static const Decoder *decoder_new(const DecodeTable *table, uint64_t features) {
    Decoder *d = take(NULL, 1, sizeof *d);
    *d = (Decoder){.table = table, .features = features};
    d->entries = aligned_alloc(_Alignof(DecodeEntry), (table->nrows + 1) * sizeof *d->entries);
    if (!d->entries) abort();
    for (unsigned i = 0; i < table->nrows; i++) {
        if (decode_parse(table, &table->rows[i], features, &d->entries[d->n])) d->n++;
    }
    const DecodeEntry **rows = take(NULL, d->n, sizeof *rows);
    for (unsigned w = 0; w < 2; w++) {
        unsigned n = 0, width = 16 + 16 * w;
        for (unsigned i = 0; i < d->n; i++) {
            if (d->entries[i].width == width) rows[n++] = &d->entries[i];
        }
        tree_make(&d->tree[w], rows, n, width, table->index[w]);
    }
    free(rows);
    return d;
}

const Decoder *decoder_get(const DecodeTable *table, uint64_t features) {
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

static inline const DecodeEntry *find(const Tree *t, uint32_t bits) {
    const Root *r = &t->roots[(bits >> t->shift[0] & t->ones[0]) | (bits >> t->shift[1] & t->ones[1]) << t->length];
    const Rule *rule = &t->rules[t->starts[r->first + (bits >> r->shift & r->ones)]];
    while ((bits & rule->mask) != rule->value) rule++;
    return rule->entry;
}

static inline const DecodeEntry *look_up(const Decoder *d, uint32_t bits, unsigned width) { return find(&d->tree[width / 16 - 1], bits); }

static inline void piece(const DecodePiece *p, uint32_t bits, int32_t *operands) {
    uint32_t part = bits & p->mask;
    operands[p->operand] |= (int32_t)(part << (p->turn & 31) | part >> (-p->turn & 31)) | p->base; // one rotation
}

// Most rows have up to DECODE_COMMON pieces, so the host need not guess how many.
static inline void fill(const DecodeEntry *e, uint32_t bits, int32_t *operands) {
    memset(operands, 0, DECODE_OPERANDS * sizeof *operands);
    piece(&e->pieces[0], bits, operands);
    piece(&e->pieces[1], bits, operands);
    piece(&e->pieces[2], bits, operands);
    piece(&e->pieces[3], bits, operands);
    for (unsigned k = DECODE_COMMON; k < e->npieces; k++) piece(&e->pieces[k], bits, operands);
    if (e->sign_operand >= 0) {
        int32_t *o = &operands[e->sign_operand];
        *o = (int32_t)((uint32_t)*o << e->sign_shift) >> e->sign_shift;
    }
}

static inline void hit(const DecodeEntry *e) {
    // A lost count under contention does not matter; a torn one cannot happen.
    __atomic_store_n(e->hits, __atomic_load_n(e->hits, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

const DecodeEntry *decode_find(const Decoder *d, uint32_t bits, unsigned width) { return look_up(d, bits, width); }
void decode_operands(const DecodeEntry *e, uint32_t bits, int32_t *operands) { fill(e, bits, operands); }
void decode_hit(const DecodeEntry *e) { hit(e); }
uint32_t decode_hits(const DecodeEntry *e) { return __atomic_load_n(e->hits, __ATOMIC_RELAXED); }

const DecodeEntry *decode_insn(const Decoder *d, uint32_t bits, unsigned width, int32_t *operands) {
    const DecodeEntry *e = look_up(d, bits, width);
    if (e) {
        hit(e);
        fill(e, bits, operands);
    }
    return e;
}

const DecodeEntry *decode_entries(const Decoder *d, unsigned *n) {
    *n = d->n;
    return d->entries;
}
