// SPDX-License-Identifier: MIT
// The block store; cache.h holds the essay.
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/run/arena.h"
#include "tcg/run/cache.h"
#include "tcg/run/hostile.h"
#include "tcg/run/reserve.h"
#include "tcg/run/tier2.h"

// Neighbours in the guest stay neighbours here, so that what runs together shares lines of the table.
static unsigned block_hash(uint64_t paddr, uint32_t ctx) {
    return (unsigned)((paddr >> 1) ^ (paddr / (2 * HASH_SIZE)) * 0x9e3bu ^ ctx * 0x9e5bu) & (HASH_SIZE - 1);
}

Block *cache_find(Engine *e, uint64_t paddr, uint32_t ctx, bool debug) {
    for (Block *b = atomic_load_explicit(&e->hash[block_hash(paddr, ctx)], memory_order_acquire); b;
         b = atomic_load_explicit(&b->next, memory_order_acquire))
        if (b->paddr == paddr && b->ctx == ctx && b->debug == debug)
            return b;
    return NULL;
}

CodePage *cache_page(Engine *e, uint64_t ppage, bool create) {
    CodePage *_Atomic *head = &e->pages[(ppage >> PAGE_BITS) & (PAGE_HASH - 1)];
    for (CodePage *p = atomic_load_explicit(head, memory_order_acquire); p;
         p = atomic_load_explicit(&p->next, memory_order_acquire))
        if (p->ppage == ppage)
            return p;
    if (!create)
        return NULL;
    CodePage *p = calloc(1, sizeof(*p));
    p->ppage = ppage;
    atomic_store_explicit(&p->next, atomic_load(head), memory_order_relaxed);
    atomic_store_explicit(head, p, memory_order_release);
    return p;
}

static void shoot_writes(Vcpu *v, void *arg) { tlb_wipe_write_page(v, *(uint8_t *const *)arg); }
static void shoot_jumps(Vcpu *v, void *arg) { tlb_wipe_jumps(v); }

void cache_post_jumps(Engine *e) {
    for (unsigned i = 0; i < e->nvcpus; i++)
        vcpu_work(e->vcpus[i], shoot_jumps, NULL, false);
}

static unsigned page_state(const CodePage *p) { return atomic_load(&p->live) & PAGE_STATE; }
// With the lock. The round stays; a closing under way loses its claim.
void cache_page_set(CodePage *p, unsigned state) {
    uint32_t live = atomic_load(&p->live);
    while (!atomic_compare_exchange_weak(&p->live, &live, (live & ~(uint32_t)PAGE_STATE) | state))
        ;
}

bool cache_page_open(Engine *e, uint64_t ppage) {
    const CodePage *p = cache_page(e, ppage, false);
    return !p || page_state(p) == PAGE_OPEN || page_state(p) == PAGE_MIXED;
}

bool cache_page_live(const CodePage *p) { return page_state(p) >= PAGE_LIVE; }

// The page is about to get a live block: no vCPU may store to it unseen any more. A store may open it again while the vCPUs are being
// told, and another vCPU close it once more; the round tells whose closing it is that ends.
void cache_protect(Engine *e, Vcpu *v, uint64_t ppage, const uint8_t *host) {
    CodePage *p = cache_page(e, ppage, false);
    if (p && cache_page_live(p))
        return;
    pthread_mutex_lock(&e->lock);
    p = cache_page(e, ppage, true);
    uint32_t live = atomic_load(&p->live);
    bool mine = (live & PAGE_STATE) == PAGE_OPEN;
    if (mine)
        atomic_store(&p->live, live += PAGE_ROUND + PAGE_CLOSING - PAGE_OPEN);
    pthread_mutex_unlock(&e->lock);
    if (mine) {
        engine_shoot(e, v, shoot_writes, &host);
        atomic_compare_exchange_strong(&p->live, &live, live + PAGE_LIVE - PAGE_CLOSING);
    }
    while (page_state(p) == PAGE_CLOSING)
        sched_yield();
}

CodeBuffer *engine_buffer(Engine *e, uint32_t at) {
    return at - (uint32_t)(uintptr_t)e->code.rx < e->code.size ? &e->code : &e->region_code;
}

static void unlink_incoming(Engine *e, Block *b) {
    for (uint32_t i = b->incoming; i;) {
        Link *l = &e->links[i];
        e->backend->patch(engine_buffer(e, l->site), l->site, l->stub);
        l->to = NULL;
        i = l->next;
        l->next = 0;
    }
    b->incoming = 0;
}

// Locked. From now on nothing runs the block before it was looked at: links to it are undone, and its entry, which jump caches hold,
// leads out. Other vCPUs may finish the run they are in, which in a region is that to the next poll.
static void suspect(Engine *e, Block *b) {
    if (atomic_load_explicit(&b->suspect, memory_order_relaxed) || atomic_exchange(&b->suspect, true))
        return;
    for (unsigned i = 0; b->region && i < e->nvcpus; i++)
        vcpu_kick(e->vcpus[i], EXIT_WORK);
    unlink_incoming(e, b);
    if (b->divertible)
        e->backend->divert(engine_buffer(e, b->code), b->code, &b->kept, true);
    else if (b->code)
        cache_post_jumps(e);
}

void cache_revive(Engine *e, Block *b) {
    cache_page(e, b->paddr & PAGE_MASK, false)->dormant = false;
    if (b->next_ppage != ~0ull)
        cache_page(e, b->next_ppage, false)->dormant = false;
    atomic_store(&b->suspect, false);
    if (b->divertible)
        e->backend->divert(engine_buffer(e, b->code), b->code, &b->kept, false);
}

static void suspect_blocks(Engine *e, CodePage *p) {
    for (Block *b = p->dormant ? NULL : p->blocks; b; b = b->in_page[(b->paddr & PAGE_MASK) != p->ppage])
        suspect(e, b);
    p->dormant = true;
}

static void suspect_page(Engine *e, CodePage *p) {
    suspect_blocks(e, p);
    p->patches = 0;
    cache_page_set(p, PAGE_OPEN);
}

static bool may_mix(const Engine *e, const CodePage *p) { return atomic_load(&e->fenced) && p->turns >= MIXED_AFTER; }

// Locked. True if the page is mixed from now on, so that its blocks run on.
static bool mix(Engine *e, CodePage *p) {
    if (!may_mix(e, p))
        return false;
    cache_page_set(p, PAGE_MIXED);
    p->next_mixed = atomic_load(&e->mixed);
    atomic_store(&e->mixed, p);
    return true;
}

void cache_store_page(Engine *e, uint64_t ppage, bool dma) {
    CodePage *p = cache_page(e, ppage, false);
    unsigned state = p ? page_state(p) : PAGE_OPEN;
    if (state == PAGE_OPEN || (state == PAGE_MIXED && !dma))
        return;
    pthread_mutex_lock(&e->lock);
    state = page_state(p);
    if (dma && state == PAGE_MIXED) { // stays mixed, but what the device wrote counts at once
        suspect_page(e, p);
        cache_page_set(p, PAGE_MIXED);
    } else if (state == PAGE_LIVE ? dma || !mix(e, p) : state == PAGE_CLOSING) {
        suspect_page(e, p);
    }
    pthread_mutex_unlock(&e->lock);
}

// Of a page with live blocks that tends to be patched, the first stores since one was last looked at leave it so.
bool cache_patch(Engine *e, uint64_t ppage) {
    CodePage *p = cache_page(e, ppage, false);
    if (!p || page_state(p) != PAGE_LIVE) {
        cache_store_page(e, ppage, false);
        return false;
    }
    pthread_mutex_lock(&e->lock);
    bool few = page_state(p) == PAGE_LIVE && p->rewrites >= PATCHED_AFTER && p->patches < PATCHES && !may_mix(e, p);
    p->patches += few;
    if (p->patches >= PATCHES) // no patch: a page that is filled anew
        p->rewrites = 0;
    pthread_mutex_unlock(&e->lock);
    if (!few)
        cache_store_page(e, ppage, false);
    return few;
}

// The store is done, so whoever looks at a block from now on sees it. Before, one may have been found as it was.
void cache_patched(Engine *e, uint64_t ppage) {
    pthread_mutex_lock(&e->lock);
    CodePage *p = cache_page(e, ppage, false);
    if (page_state(p) == PAGE_LIVE) {
        atomic_fetch_add(&p->live, PAGE_ROUND); // for tier 2, which compares it
        suspect_blocks(e, p);
    }
    pthread_mutex_unlock(&e->lock);
}

// A page that another vCPU made mixed before stores that this fence is about is in the list: the guest has told this vCPU of them.
void cache_fence(Engine *e, Vcpu *v) {
    if (!atomic_load_explicit(&e->fenced, memory_order_relaxed))
        atomic_store(&e->fenced, true);
    if (!atomic_load(&e->mixed))
        return;
    pthread_mutex_lock(&e->lock);
    for (CodePage *p = atomic_load(&e->mixed); p; p = p->next_mixed) {
        cache_page_set(p, PAGE_OPEN); // it must earn its name again: code that was patched for once stays fast
        p->turns = 0;
        suspect_page(e, p);
    }
    atomic_store(&e->mixed, NULL);
    pthread_mutex_unlock(&e->lock);
}

void engine_written(Engine *e, uint64_t paddr, uint64_t size) {
    if (e->reserve)
        reserve_written(e, paddr, size);
    if (size)
        for (uint64_t page = paddr & PAGE_MASK; page <= ((paddr + size - 1) & PAGE_MASK); page += PAGE_SIZE)
            cache_store_page(e, page, true);
}

static void flush_all(Vcpu *v, void *arg) { vcpu_flush(v, -1); }

void engine_unmapped(Engine *e, uint64_t paddr, uint64_t size) {
    engine_written(e, paddr, size);
    for (unsigned i = 0; i < e->nvcpus; i++)
        vcpu_work(e->vcpus[i], flush_all, NULL, false);
    vcpu_unmapped = true;
}

static void enter_page(Engine *e, Block *b, unsigned i, uint64_t ppage) {
    CodePage *p = cache_page(e, ppage, true);
    b->in_page[i] = p->blocks;
    p->blocks = b;
    p->dormant = false;
}

Block *cache_add(Engine *e, uint64_t paddr, uint64_t next_ppage, const IrBlock *ir) {
    Block *b = arena_alloc(e->arena, sizeof(*b) + ir->bytes);
    *b = (Block){.paddr = paddr, .next_ppage = next_ppage, .ctx = ir->ctx, .bytes = (uint16_t)ir->bytes, .half = (uint8_t)e->code.half};
    cache_note(e, b);
    enter_page(e, b, 0, paddr & PAGE_MASK);
    if (next_ppage != ~0ull)
        enter_page(e, b, 1, next_ppage);
    return b;
}

// Makes a finished block visible to look-ups.
void cache_publish(Engine *e, Block *b) {
    Block *_Atomic *head = &e->hash[block_hash(b->paddr, b->ctx)];
    atomic_store_explicit(&b->next, atomic_load(head), memory_order_relaxed);
    atomic_store_explicit(head, b, memory_order_release);
}

void cache_retire(Engine *e, Block *b) {
    b->retired = true;
    suspect(e, b);
    Block *_Atomic *at = &e->hash[block_hash(b->paddr, b->ctx)];
    for (Block *x; (x = atomic_load(at)); at = &x->next)
        if (x == b) {
            atomic_store(at, atomic_load(&b->next)); // b->next stays: a reader may stand on b
            break;
        }
    for (unsigned i = 0; i < 2; i++) {
        uint64_t ppage = i ? b->next_ppage : b->paddr & PAGE_MASK;
        CodePage *p = ppage == ~0ull ? NULL : cache_page(e, ppage, false);
        for (Block **pb = p ? &p->blocks : NULL; pb && *pb; pb = &(*pb)->in_page[((*pb)->paddr & PAGE_MASK) != ppage])
            if (*pb == b) {
                *pb = b->in_page[i];
                break;
            }
    }
}

// Of one page, and nothing but its bytes had changed. Readers that still stand on it go on among blocks of the same hash.
void cache_restore(Engine *e, Block *b) {
    b->retired = false;
    enter_page(e, b, 0, b->paddr & PAGE_MASK);
    cache_revive(e, b);
    cache_publish(e, b);
}

bool block_covers(const Block *b, uint64_t paddr) {
    for (unsigned i = 0; i < b->nparts; i++)
        if (paddr - ((b->paddr & PAGE_MASK) + b->part[i].at) < b->part[i].bytes)
            return true;
    return !b->region && paddr - b->paddr < b->bytes;
}

void cache_link(Engine *e, uint32_t link, Block *to) {
    Link *l = &e->links[link];
    if (l->to || l->from->retired || l->from->ctx != to->ctx || to->retired || to->debug || atomic_load(&to->suspect))
        return;
    l->to = to;
    l->next = to->incoming;
    to->incoming = link;
    e->backend->patch(engine_buffer(e, l->site), l->site, l->warm ? to->warm : to->code);
}
