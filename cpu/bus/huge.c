// SPDX-License-Identifier: MIT
// Huge pages for guest RAM. Called by mem.c, for each page that a CPU's TLB is filled from, and for long writes.
//
// The host's first touch of a page is left small. A chunk of 2 MiB that TLB fills lead to again and again, since its pages are many or
// since the TLB does not hold them, becomes one page if half of its eighths are in use: a few pages of it are no reason, however often a guest's
// flushes have the TLB filled with them. It becomes so by MADV_COLLAPSE (Linux 6.1); an older kernel is told that it may do so by itself.
// What a loader fills is asked for whole at once. A host where this fails has small pages and nothing else changes.
#include "cpu/bus/huge.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifndef MADV_COLLAPSE // glibc 2.36 has no name for it yet
#define MADV_COLLAPSE 25
#endif

enum { MEETINGS = 64, PARTS = 8, PARTS_USED = 4 };

bool huge_begin(Huge *h, uint8_t *host, uint64_t size) {
    uint64_t skip = -(uintptr_t)host & (HUGE_SIZE - 1);
    h->start = host + skip;
    h->n = size > skip ? (size - skip) / HUGE_SIZE : 0;
    h->chunk = h->n ? calloc(h->n, sizeof(*h->chunk)) : NULL;
    return !h->n || h->chunk;
}

void huge_end(Huge *h) { free(h->chunk); }

static void advise(uint8_t *at, uint64_t size) { madvise(at, size, MADV_HUGEPAGE); }

// The counts are several threads': one may be lost.
void huge_meet(Huge *h, uint8_t *host) {
    uint64_t k = (uint64_t)(host - h->start) / HUGE_SIZE;
    if (host < h->start || k >= h->n) return;
    struct HugeChunk *c = &h->chunk[k];
    uint8_t met = atomic_load_explicit(&c->met, memory_order_relaxed);
    if (met > MEETINGS) return;
    uint8_t part = (uint8_t)(1u << (uint64_t)(host - h->start) / (HUGE_SIZE / PARTS) % PARTS),
            parts = atomic_load_explicit(&c->parts, memory_order_relaxed),
            used = atomic_load_explicit(&c->used, memory_order_relaxed);
    if (!(parts & part)) {
        atomic_store_explicit(&c->parts, parts | part, memory_order_relaxed);
        atomic_store_explicit(&c->used, ++used, memory_order_relaxed);
    }
    if (met < MEETINGS) atomic_store_explicit(&c->met, met + 1, memory_order_relaxed);
    if (met < MEETINGS || used < PARTS_USED) return;
    atomic_store_explicit(&c->met, MEETINGS + 1, memory_order_relaxed);
    uint8_t *chunk = h->start + k * HUGE_SIZE;
    if (madvise(chunk, HUGE_SIZE, MADV_COLLAPSE) != 0) advise(chunk, HUGE_SIZE);
}

void huge_expect(Huge *h, uint8_t *host, uint64_t size) {
    if (size < HUGE_SIZE || host < h->start) return;
    uint64_t first = ((uint64_t)(host - h->start) + HUGE_SIZE - 1) / HUGE_SIZE,
             end = (uint64_t)(host + size - h->start) / HUGE_SIZE;
    if (end > h->n) end = h->n;
    if (first < end) advise(h->start + first * HUGE_SIZE, (end - first) * HUGE_SIZE);
}
