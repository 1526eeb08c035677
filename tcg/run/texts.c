// SPDX-License-Identifier: MIT
// Blocks of texts that have stood at a place before. Guests that patch their code go to and fro: static keys, trace points, inline caches of
// a JIT. When a look-up finds that the bytes of a block are others now, the block goes to the shelf under a hash of its own bytes, and what the
// shelf has for the new ones comes back instead of a translation. Called by the run loop and evict.c, with Engine.lock.
//
// A block on the shelf is retired: no look-up, link or jump cache leads to it, but its memory and code stay until their half of the cache goes, as
// that of all retired blocks does. It comes back on the same grounds as a suspect block is revived: address, context and bytes are the same.
// Where a text ends is known from translating it only. So the lengths of texts that a place has had are kept beside, and the shelf is asked for
// one of each. Blocks over two pages, regions and debugged blocks never come here.
#include <string.h>
#include "tcg/run/cache.h"

static uint64_t text_hash(const Block *place, const uint8_t *text, unsigned bytes) {
    const uint64_t mix = 0x9e3779b97f4a7c15u;
    uint64_t hash = (place->paddr ^ (uint64_t)place->ctx << 40 ^ bytes) * mix;
    for (unsigned at = 0; at < bytes; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, bytes - at < 8 ? bytes - at : 8);
        hash = ((hash ^ hash >> 29) ^ word) * mix;
    }
    return hash;
}

// The shelf has room for four of a kind; the oldest is forgotten.
enum { OF_A_KIND = 4 };
static KnownText *shelf_of(Engine *e, uint64_t hash) { return &e->shelf[hash >> 40 & (TEXT_HASH - OF_A_KIND)]; }

static uint8_t *lengths_of(Engine *e, const Block *place) { return e->lengths[text_hash(place, NULL, 0) >> 40 & (TEXT_PLACES - 1)]; }

static void note_length(Engine *e, const Block *b) {
    uint8_t *lengths = lengths_of(e, b), half = (uint8_t)(b->bytes / 2);
    unsigned i = 0;
    while (i < TEXT_LENGTHS - 1 && lengths[i] && lengths[i] != half)
        i++;
    memmove(lengths + 1, lengths, i);
    lengths[0] = half;
}

static void shelve(Engine *e, Block *b) {
    uint64_t hash = text_hash(b, b->copy, b->bytes);
    KnownText *kind = shelf_of(e, hash);
    unsigned free = 0;
    while (free < OF_A_KIND - 1 && kind[free].block)
        free++;
    memmove(kind + 1, kind, free * sizeof(*kind));
    kind[0] = (KnownText){hash, b};
    note_length(e, b);
}

static Block *take(Engine *e, const Block *old, const uint8_t *text, unsigned bytes) {
    uint64_t hash = text_hash(old, text, bytes);
    KnownText *kind = shelf_of(e, hash);
    for (unsigned i = 0; i < OF_A_KIND; i++) {
        Block *b = kind[i].block;
        if (b && kind[i].hash == hash && b->paddr == old->paddr && b->ctx == old->ctx && b->bytes == bytes && memcmp(b->copy, text, bytes) == 0) {
            kind[i].block = NULL;
            return b;
        }
    }
    return NULL;
}

// The bytes of suspect block b are others now, those of its page at `host`: it is retired. Returns the block of the text that is there now, which
// look-ups find again, or NULL.
Block *texts_swap(Engine *e, Block *b, const uint8_t *host) {
    uint8_t text[MAX_BLOCK_INSNS * 4];
    unsigned at = b->paddr & (PAGE_SIZE - 1), room = PAGE_SIZE - at;
    cache_retire(e, b);
    if (b->region || b->next_ppage != ~0ull || b->debug)
        return NULL;
    memcpy(text, host + at, room < sizeof(text) ? room : sizeof(text)); // once: stores of others may come between
    Block *found = NULL;
    const uint8_t *lengths = lengths_of(e, b);
    for (unsigned i = 0; i < TEXT_LENGTHS && lengths[i] && !found; i++)
        found = 2u * lengths[i] <= room ? take(e, b, text, 2u * lengths[i]) : NULL;
    shelve(e, b);
    if (found)
        cache_restore(e, found);
    return found;
}

// The blocks of this half go, and regions, of which there are none here.
void texts_evict(Engine *e, unsigned half) {
    for (unsigned i = 0; i < TEXT_HASH; i++)
        if (e->shelf[i].block && e->shelf[i].block->half == half)
            e->shelf[i].block = NULL;
}
