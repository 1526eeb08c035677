// SPDX-License-Identifier: MIT
// Making room in the cache of translated blocks: its older half goes.
//
// Code, block memory and links are divided in halves, of which one is filled. When it is full, everything in the other one goes, and that
// one is filled next: so what has just been translated is safe, and what still runs but was older is translated again. Regions (tier 2)
// have a buffer that is not divided: they all go, then and when that is full, and come back if they are hot.
//
// Of each half only a part is used at first, CACHE_EASY bytes of both together, so that a boot, most of whose code never runs again, does not
// fill memory. When much of what is translated had gone before, the guest's working set is larger: then nothing goes, and more of the halves
// is opened, up to tb-size.
//
// It happens in an exclusive section: no vCPU is in translated code or holds a block. What remains must not name what goes: hash chains,
// lists of pages, links from blocks that stay (they get their stubs back), lists of links to them, guard.c's list, and jump caches, which
// each vCPU wipes itself before it next runs.
#include <string.h>
#include <sys/mman.h>
#include "tcg/run/arena.h"
#include "tcg/run/cache.h"
#include "tcg/run/tier2.h"

void cache_begin_half(Engine *e, unsigned half) {
    e->arena = e->arenas[half];
    e->nlinks = e->nlate = cache_links_begin(e, half);
    e->links_end = e->late_end = half ? e->links_room : e->links_room / 2;
}

static unsigned evicted_bit(const Block *b) {
    return (unsigned)((b->paddr ^ (uint64_t)b->ctx << 40) * 0x9e3779b97f4a7c15u >> 44) & (EVICTED_BITS - 1);
}

void cache_note(Engine *e, const Block *b) {
    uint64_t *word = &e->evicted[evicted_bit(b) / 64], bit = 1ull << (evicted_bit(b) & 63);
    e->came++;
    e->came_again += (*word & bit) != 0;
    *word &= ~bit;
}

static bool goes(const Block *b, unsigned half) { return b->half == half || b->region; }

// Blocks that stay lose their lists of links, which sift_links makes anew. Those that were retired have none.
static void sift_hash(Engine *e, unsigned half) {
    for (unsigned i = 0; i < HASH_SIZE; i++) {
        Block *_Atomic *at = &e->hash[i];
        for (Block *b; (b = atomic_load_explicit(at, memory_order_relaxed));) // nobody reads: the lock and the gate
            if (goes(b, half)) {
                e->evicted[evicted_bit(b) / 64] |= 1ull << (evicted_bit(b) & 63);
                atomic_store_explicit(at, atomic_load_explicit(&b->next, memory_order_relaxed), memory_order_relaxed);
            } else {
                b->incoming = 0;
                at = &b->next;
            }
    }
}

static void sift_page(CodePage *p, unsigned half) {
    for (Block **at = &p->blocks; *at;) {
        Block *b = *at, **next = &b->in_page[(b->paddr & PAGE_MASK) != p->ppage];
        if (goes(b, half))
            *at = *next;
        else
            at = next;
    }
    if (!p->blocks) {
        atomic_store_explicit(&p->hot, false, memory_order_relaxed);
        p->turns = 0;
        cache_page_set(p, PAGE_OPEN);
    }
}

static void sift_pages(Engine *e, unsigned half) {
    for (unsigned i = 0; i < PAGE_HASH; i++)
        for (CodePage *p = atomic_load(&e->pages[i]); p; p = atomic_load(&p->next))
            sift_page(p, half);
    CodePage *mixed = NULL;
    for (CodePage *p = atomic_load(&e->mixed), *next; p; p = next) {
        next = p->next_mixed;
        if (!p->blocks)
            continue;
        p->next_mixed = mixed;
        mixed = p;
    }
    atomic_store(&e->mixed, mixed);
}

// Links between blocks that stay, stay.
static void sift_links(Engine *e, unsigned half, unsigned of) {
    uint32_t end = of == e->code.half ? e->nlinks : e->links_used[of];
    for (uint32_t i = cache_links_begin(e, of); i < end; i++) {
        Link *l = &e->links[i];
        Block *to = l->to;
        l->next = 0;
        if (!to)
            continue;
        if (goes(to, half) || goes(l->from, half)) {
            if (!goes(l->from, half))
                e->backend->patch(engine_buffer(e, l->site), l->site, l->stub);
            l->to = NULL;
        } else {
            l->next = to->incoming;
            to->incoming = i;
        }
    }
}

// Zeroes it; whole pages go back to the host.
static void forget(void *p, size_t size) {
    uintptr_t from = (uintptr_t)p, to = from + size, page = (from + PAGE_SIZE - 1) & PAGE_MASK, end = to & PAGE_MASK;
    if (page >= end || madvise((void *)page, end - page, MADV_DONTNEED) < 0)
        page = end = to;
    memset(p, 0, page - from);
    memset((void *)end, 0, to - end);
}

static void drop_links(Engine *e, unsigned half) {
    uint32_t first = cache_links_begin(e, half);
    if (e->links_used[half])
        forget(&e->links[first], (e->links_used[half] - first) * sizeof(Link));
    if (e->late_used[half])
        forget(&e->late[first], (e->late_used[half] - first) * sizeof(LateStub));
}

// Locked, and nothing runs.
static void evict(Engine *e, unsigned half) {
    sift_hash(e, half);
    for (unsigned of = 0; of < 2; of++)
        if (of != half)
            sift_links(e, half, of);
    sift_pages(e, half);
    e->accesses[half].n = e->accesses[OF_REGIONS].n = 0;
    texts_evict(e, half);
    if (e->region_code.rw)
        code_begin_half(&e->region_code, 0);
    atomic_fetch_add(&e->generation, 1);
    cache_post_jumps(e); // each wipes its own: outside of code a vCPU may be filling its TLB right now
}

static void swap_halves(Engine *e) {
    unsigned half = !e->code.half;
    e->links_used[!half] = e->nlinks;
    e->late_used[!half] = e->nlate;
    evict(e, half);
    drop_links(e, half);
    memset(e->roving, 0, sizeof(e->roving));
    memset(e->watched, 0, sizeof(e->watched));
    memset(e->settled, 0, sizeof(e->settled));
    arena_reset(e->arenas[half]);
    e->other_half = code_size(&e->code);
    code_begin_half(&e->code, half);
    cache_begin_half(e, half);
}

enum { AGAIN = 2 }; // more is opened when one block in so many had gone before: translating the same again is never the larger part

static bool open_more(Engine *e) {
    bool again = e->came_again > e->came / AGAIN;
    size_t before = e->code.open;
    e->came = e->came_again = 0;
    if (again && !e->options.interpret)
        code_open(&e->code, before + CACHE_EASY / 16);
    return e->code.open > before;
}

// Their blocks' memory stays until that of their half goes.
void cache_drop_regions(Engine *e) {
    engine_exclusive(e, NULL, true);
    pthread_mutex_lock(&e->lock);
    evict(e, OF_REGIONS);
    pthread_mutex_unlock(&e->lock);
    engine_exclusive(e, NULL, false);
}

void cache_flush(Engine *e, Vcpu *v, uint32_t generation) {
    tier2_hold(e, true);
    engine_exclusive(e, v, true);
    pthread_mutex_lock(&e->lock);
    if (atomic_load(&e->generation) == generation) // else another vCPU has made room
        open_more(e) ? (void)atomic_fetch_add(&e->generation, 1) : swap_halves(e);
    pthread_mutex_unlock(&e->lock);
    engine_exclusive(e, v, false);
    tier2_hold(e, false);
}
