// SPDX-License-Identifier: MIT
// For walks backwards along a block: which bytes of guest state are SET before anybody looks. Inside tcg/ir and tcg/opt.
#pragma once
#include "tcg/ir/build.h"

// Granules of 4 bytes that will be SET before they are read: SETs of nothing else are dead.
typedef struct Doomed {
    uint32_t touched; // words of `bits` that are not 0
    uint64_t bits[IR_FORWARD_BYTES / 4 / 64];
} Doomed;

static inline void doom_nothing(Doomed *d) {
    for (; d->touched; d->touched &= d->touched - 1)
        d->bits[__builtin_ctz(d->touched)] = 0;
}

// The granules of a slot that this bookkeeping follows (of 4, 8 or 16 bytes, aligned): their word and bits in it.
static inline bool granules(unsigned slot, unsigned size, unsigned *word, uint64_t *mask) {
    *word = slot / 256;
    *mask = (size == 16 ? 15ULL : size == 8 ? 3ULL : 1ULL) << (slot / 4 % 64);
    return (size == 16 || size == 8 || size == 4) && slot % size == 0 && slot < IR_FORWARD_BYTES;
}

// A SET, looking back: true if it is dead; else it dooms those before it.
static inline bool set_is_dead(Doomed *d, unsigned slot, unsigned size) {
    unsigned word;
    uint64_t mask;
    if (!granules(slot, size, &word, &mask))
        return false;
    if ((d->bits[word] & mask) == mask)
        return true;
    d->bits[word] |= mask;
    d->touched |= 1u << word;
    return false;
}

static inline void spare(Doomed *d, unsigned slot, unsigned size) {
    unsigned word;
    uint64_t mask;
    if (granules(slot, size, &word, &mask))
        d->bits[word] &= ~mask;
    else
        doom_nothing(d);
}
