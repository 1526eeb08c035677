// SPDX-License-Identifier: MIT
// For walks backwards along a block: which bytes of guest state are SET before anybody looks. Inside tcg/ir and tcg/opt.
#pragma once
#include <string.h>
#include "tcg/ir/build.h"

// Granules of 4 bytes that will be SET before they are read: SETs of nothing else are dead.
typedef struct Doomed {
    uint32_t touched; // words of `bits` that are not 0
    uint64_t bits[IR_FORWARD_BYTES / 4 / 64];
} Doomed;

static inline void doomed_begin(Doomed *d) {
    d->touched = 0;
    for (unsigned half = 0; half < 2; half++) // in pieces, which are a few stores each
        memset((char *)d->bits + half * sizeof(d->bits) / 2, 0, sizeof(d->bits) / 2);
}

static inline void doom_nothing(Doomed *d) {
    for (; d->touched; d->touched &= d->touched - 1)
        d->bits[__builtin_ctz(d->touched)] = 0;
}

// The granules of a slot that this bookkeeping follows (of 4, 8 or 16 bytes, aligned): their word and bits in it.
static inline bool granules(unsigned slot, IrType type, unsigned *word, uint64_t *mask) {
    static const uint8_t bits[] = {[T_I32] = 1, [T_F32] = 1, [T_I64] = 3, [T_F64] = 3, [T_I128] = 15, [T_V128] = 15};
    static const uint8_t odd[] = {[T_I32] = 3, [T_F32] = 3, [T_I64] = 7, [T_F64] = 7, [T_I128] = 15, [T_V128] = 15};
    *word = slot / 256;
    *mask = (uint64_t)bits[type] << (slot / 4 % 64);
    return *mask && !(slot & (odd[type] | ~(IR_FORWARD_BYTES - 1u)));
}

// A SET, looking back: true if it is dead; else it dooms those before it.
static inline bool set_is_dead(Doomed *d, unsigned slot, IrType type) {
    unsigned word;
    uint64_t mask;
    if (!granules(slot, type, &word, &mask))
        return false;
    if ((d->bits[word] & mask) == mask)
        return true;
    d->bits[word] |= mask;
    d->touched |= 1u << word;
    return false;
}

static inline void spare(Doomed *d, unsigned slot, IrType type) {
    unsigned word;
    uint64_t mask;
    if (granules(slot, type, &word, &mask))
        d->bits[word] &= ~mask;
    else
        doom_nothing(d);
}
