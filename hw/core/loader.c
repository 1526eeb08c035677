// SPDX-License-Identifier: MIT
// Placing images. Boards decide addresses; this refuses what does not fit and says which two things are in
// each other's way. Called with the CPUs stopped, at start and at each reset.
#include "hw/core/loader.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"

#define RANGE     "0x%" PRIx64 "..0x%" PRIx64

// The memory that is nearest to what was wanted, for the message.
static bool no_room(Loader *l, const char *name, uint64_t base, uint64_t size, char *error,
                    size_t error_size) {
    MemRegion r[64];
    unsigned n = mem_regions(l->mem, r, 64), best = 64;
    for (unsigned i = 0; i < n && i < 64; i++)
        if (r[i].ram && (best == 64 || r[i].size > r[best].size)) best = i;
    if (best == 64) return FAIL("%s does not fit: the machine has no memory", name);
    bool starts_inside = base - r[best].base < r[best].size;
    return FAIL("%s does not fit: it needs " RANGE ", but memory '%s' is " RANGE "%s", name, base,
                base + size - 1, r[best].name, r[best].base, r[best].base + r[best].size - 1,
                starts_inside ? " (give the machine more with -m)" : " (was it linked for another machine?)");
}

static bool zero(Mem *m, uint64_t at, uint64_t size) {
    static const uint8_t nothing[65536];
    while (size) {
        uint64_t n = size < sizeof(nothing) ? size : sizeof(nothing);
        if (!mem_load_rom(m, at, nothing, n)) return false;
        at += n;
        size -= n;
    }
    return true;
}

bool loader_put(Loader *l, const char *name, uint64_t base, const void *data, size_t size,
                uint64_t memory_size, char *error, size_t error_size) {
    if (memory_size < size) memory_size = size;
    if (!memory_size) return true;
    uint64_t last = base + (memory_size - 1);
    if (last < base || !mem_host(l->mem, base, memory_size, false))
        return no_room(l, name, base, memory_size, error, error_size);
    for (unsigned i = 0; i < l->n; i++) {
        uint64_t other = l->piece[i].base + (l->piece[i].size - 1);
        if (base <= other && l->piece[i].base <= last)
            return FAIL("%s (" RANGE ") overlaps %s (" RANGE ")", name, base, last, l->piece[i].name,
                        l->piece[i].base, other);
    }
    if (l->n == LOADER_PIECES) return FAIL("more than %d pieces to load", LOADER_PIECES);
    struct LoaderPiece *p = &l->piece[l->n++];
    snprintf(p->name, sizeof(p->name), "%s", name);
    p->base = base;
    p->size = memory_size;
    if (mem_load_rom(l->mem, base, data, size) && zero(l->mem, base + size, memory_size - size)) return true;
    return FAIL("%s cannot be written to memory", name);
}

bool loader_put_image(Loader *l, const char *what, const Image *i, uint64_t base, uint64_t *entry,
                      uint64_t *end, char *error, size_t error_size) {
    char name[96];
    const char *file = strrchr(i->path, '/');
    snprintf(name, sizeof(name), "%s '%s'", what, file ? file + 1 : i->path);
    if (i->kind != IMAGE_ELF) {
        *entry = base;
        *end = base + i->memory_size;
        return loader_put(l, name, base, i->data, i->size, i->memory_size, error, error_size);
    }
    *entry = i->entry;
    *end = 0;
    for (unsigned k = 0; k < i->nsegments; k++) {
        const ImageSegment *s = &i->segment[k];
        if (!loader_put(l, name, s->paddr, i->data + s->offset, s->file_size, s->size, error, error_size))
            return false;
        if (s->paddr + s->size > *end) *end = s->paddr + s->size;
    }
    return true;
}

// Gaps begin at the start and behind each piece.
void loader_gap(const Loader *l, uint64_t base, uint64_t size, uint64_t *start, uint64_t *end) {
    *start = *end = base;
    for (unsigned i = 0; i <= l->n; i++) {
        uint64_t from = i < l->n ? l->piece[i].base + l->piece[i].size : base, to = base + size;
        if (from < base || from > to) continue;
        for (unsigned k = 0; k < l->n; k++) {
            if (l->piece[k].base >= from && l->piece[k].base < to) to = l->piece[k].base;
            else if (l->piece[k].base < from && l->piece[k].base + l->piece[k].size > from) to = from;
        }
        if (to - from > *end - *start) *start = from, *end = to;
    }
}
