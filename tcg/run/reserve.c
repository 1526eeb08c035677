// SPDX-License-Identifier: MIT
// Strict reservations: what a monitor of cache lines does in hardware.
//
// A page that was load-reserved is *watched*: no vCPU has a write entry for it, so that all stores come by C code (access.c), which counts
// them for each line of 64 bytes under the page's lock. LR notes the count, and SC stores under the same lock only if it has not changed. As
// long as a page stays watched, that is all there is. To begin with, LR leaves translated code (TRAP_AGAIN), all vCPUs are told to wipe
// their write entries (engine_shoot, as for a page that gets code), and the instruction runs again.
//
// A watched page is slow to store to, so it is opened again when many stores came and no LR. It gets a new round then, which ends all
// reservations. Each time it is watched anew it may take twice as many stores, so that a page of locks stays watched, and LR/SC loops come
// to their end beside whoever stores to other lines.
//
// Who stores by a host address, as helpers for whole blocks do, opens the page first (vcpu_host). To be watched again takes a shoot-down,
// which waits for him, since he is active. Devices tell behind a write (engine_written), so a store of theirs counts a little late, but
// before anybody can learn of it by what they do next. Page walks set bits in entries without counting: that changes the value, which SC
// compares too. A vCPU's own stores do not end its reservation.
//
// Lock order: a page's lock is the innermost; nothing is waited for under it. Records stay until the engine goes.
#include <sched.h>
#include <stdlib.h>
#include <xmmintrin.h>
#include "tcg/run/reserve.h"

enum { LINE_BITS = 6, LINES = PAGE_SIZE >> LINE_BITS, HASH = 1 << 12, PATIENCE = 64, MOST_PATIENCE = 1 << 16 };
enum { OPEN, CLOSING /* vCPUs are being told */, WATCHED };

struct ReservedPage {
    uint8_t *host;
    uint64_t ppage;
    ReservedPage *next, *next_physical; // hash chains
    pthread_mutex_t lock;
    _Atomic unsigned state;
    uint32_t round;                     // how often it was opened or closed
    uint32_t stores[LINES];
    unsigned idle, patience;            // stores since the last LR, and how many there may be
};

struct Reserve {
    pthread_mutex_t lock;               // adding records
    ReservedPage *_Atomic by_host[HASH], *_Atomic by_paddr[HASH];
};

Reserve *reserve_new(void) {
    Reserve *r = calloc(1, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void reserve_free(Reserve *r) {
    for (unsigned i = 0; r && i < HASH; i++)
        for (ReservedPage *p = r->by_host[i], *next; p; p = next) {
            next = p->next;
            pthread_mutex_destroy(&p->lock);
            free(p);
        }
    free(r);
}

static uint8_t *page_of(const uint8_t *host) { return (uint8_t *)((uintptr_t)host & PAGE_MASK); }
static unsigned line_of(const uint8_t *host) { return (unsigned)((uintptr_t)host & (PAGE_SIZE - 1)) >> LINE_BITS; }
static ReservedPage *_Atomic *slot(ReservedPage *_Atomic *table, uint64_t page) { return &table[(page >> PAGE_BITS) & (HASH - 1)]; }

static ReservedPage *find(Engine *e, const uint8_t *host) {
    const uint8_t *page = page_of(host);
    ReservedPage *p = atomic_load_explicit(slot(e->reserve->by_host, (uintptr_t)page), memory_order_acquire);
    while (p && p->host != page)
        p = p->next;
    return p;
}

bool reserve_watches(Engine *e, const uint8_t *host) {
    const ReservedPage *p = e->reserve ? find(e, host) : NULL;
    return p && atomic_load(&p->state) != OPEN;
}

// ---- stores. All of this with the page's lock.
static void open_page(ReservedPage *p) {
    p->round++;
    atomic_store(&p->state, OPEN);
}

// The reservation of who stores himself goes on.
static void count_store(Vcpu *v, ReservedPage *p, unsigned line) {
    if (v && v->reserved.page == p && v->reserved.line == line && v->reserved.stores == p->stores[line])
        v->reserved.stores++;
    p->stores[line]++;
}

ReservedPage *reserve_lock(Vcpu *v, uint8_t *host, unsigned size) {
    ReservedPage *p = find(v->engine, host);
    if (!p || atomic_load(&p->state) == OPEN)
        return NULL;
    pthread_mutex_lock(&p->lock);
    for (unsigned line = line_of(host); line <= line_of(host + size - 1); line++)
        count_store(v, p, line);
    if (++p->idle >= p->patience && atomic_load(&p->state) == WATCHED)
        open_page(p);
    return p;
}

void reserve_unlock(ReservedPage *p) { pthread_mutex_unlock(&p->lock); }

void reserve_open(Engine *e, const uint8_t *host) {
    ReservedPage *p = e->reserve ? find(e, host) : NULL;
    if (!p || atomic_load(&p->state) == OPEN)
        return;
    pthread_mutex_lock(&p->lock);
    open_page(p);
    pthread_mutex_unlock(&p->lock);
}

static void written_page(ReservedPage *p, uint64_t first, uint64_t last) {
    pthread_mutex_lock(&p->lock);
    for (uint64_t line = first >> LINE_BITS; line <= last >> LINE_BITS; line++)
        count_store(NULL, p, (unsigned)line);
    pthread_mutex_unlock(&p->lock);
}

void reserve_written(Engine *e, uint64_t paddr, uint64_t size) {
    for (uint64_t end = paddr + size, next; paddr < end; paddr = next) {
        uint64_t page = paddr & PAGE_MASK;
        next = end - page < PAGE_SIZE ? end : page + PAGE_SIZE;
        for (ReservedPage *p = atomic_load_explicit(slot(e->reserve->by_paddr, page), memory_order_acquire); p; p = p->next_physical)
            if (p->ppage == page)
                written_page(p, paddr - page, next - 1 - page);
    }
}

// ---- watching
static void add_to(ReservedPage *_Atomic *head, ReservedPage **next, ReservedPage *p) {
    *next = atomic_load(head);
    atomic_store_explicit(head, p, memory_order_release);
}

static ReservedPage *obtain(Engine *e, uint8_t *host, uint64_t ppage) {
    Reserve *r = e->reserve;
    pthread_mutex_lock(&r->lock);
    ReservedPage *p = find(e, host);
    if (!p) {
        p = calloc(1, sizeof *p);
        *p = (ReservedPage){.host = host, .ppage = ppage, .patience = PATIENCE / 2};
        pthread_mutex_init(&p->lock, NULL);
        add_to(slot(r->by_paddr, ppage), &p->next_physical, p);
        add_to(slot(r->by_host, (uintptr_t)host), &p->next, p);
    }
    pthread_mutex_unlock(&r->lock);
    return p;
}

void reserve_want(Vcpu *v, uint8_t *host, uint64_t paddr) {
    v->wanted.host = page_of(host);
    v->wanted.ppage = paddr & PAGE_MASK;
    v->trap = TRAP_AGAIN;
}

static void shoot_writes(Vcpu *v, void *arg) { tlb_wipe_write_page(v, *(uint8_t *const *)arg); }

void reserve_watch(Vcpu *v) {
    ReservedPage *p = obtain(v->engine, v->wanted.host, v->wanted.ppage);
    pthread_mutex_lock(&p->lock);
    bool mine = atomic_load(&p->state) == OPEN;
    if (mine) {
        atomic_store(&p->state, CLOSING);
        p->idle = 0;
        p->patience = p->patience < MOST_PATIENCE ? 2 * p->patience : MOST_PATIENCE;
    }
    uint32_t round = mine ? ++p->round : 0;
    pthread_mutex_unlock(&p->lock);
    if (mine) {
        uint64_t host = (uintptr_t)p->host;
        engine_shoot(v->engine, v, shoot_writes, &host);
        pthread_mutex_lock(&p->lock);
        if (p->round == round) // nobody opened it meanwhile
            atomic_store(&p->state, WATCHED);
        pthread_mutex_unlock(&p->lock);
    }
    while (atomic_load(&p->state) == CLOSING)
        sched_yield();
}

// ---- LR and SC
#define READ(T) __atomic_load_n((const T *)(const void *)host, __ATOMIC_RELAXED)
__attribute__((no_sanitize("alignment"))) static void read_whole(const uint8_t *host, unsigned size, uint64_t value[2]) {
    value[1] = 0;
    switch (size) {
    case 1: value[0] = READ(uint8_t); break;
    case 2: value[0] = READ(uint16_t); break;
    case 4: value[0] = READ(uint32_t); break;
    case 8: value[0] = READ(uint64_t); break;
    default: _mm_storeu_ps((float *)(void *)value, _mm_load_ps((const float *)(const void *)host));
    }
}

bool reserve_load(Vcpu *v, uint8_t *host, unsigned size, uint64_t value[2]) {
    ReservedPage *p = find(v->engine, host);
    v->reserved.page = NULL;
    if (!p)
        return false;
    pthread_mutex_lock(&p->lock);
    bool watched = atomic_load(&p->state) == WATCHED;
    if (watched) {
        p->idle = 0;
        v->reserved.page = p;
        v->reserved.line = line_of(host);
        v->reserved.round = p->round;
        v->reserved.stores = p->stores[line_of(host)];
        read_whole(host, size, value);
    }
    pthread_mutex_unlock(&p->lock);
    return watched;
}

#define SWAP(T) __sync_bool_compare_and_swap((T *)(void *)host, (T)seen[0], (T)value[0])
__attribute__((target("cx16"), no_sanitize("alignment"))) static bool swap(uint8_t *host, unsigned size, const uint64_t seen[2], const uint64_t value[2]) {
    typedef unsigned __int128 U128;
    switch (size) {
    case 1: return SWAP(uint8_t);
    case 2: return SWAP(uint16_t);
    case 4: return SWAP(uint32_t);
    case 8: return SWAP(uint64_t);
    default: return __sync_bool_compare_and_swap((U128 *)(void *)host, seen[0] | (U128)seen[1] << 64, value[0] | (U128)value[1] << 64);
    }
}

bool reserve_store(Vcpu *v, uint8_t *host, unsigned size, const uint64_t seen[2], const uint64_t value[2]) {
    ReservedPage *p = v->reserved.page;
    unsigned line = line_of(host);
    v->reserved.page = NULL;
    if (!p || p->host != page_of(host) || v->reserved.line != line)
        return false;
    pthread_mutex_lock(&p->lock);
    bool done = atomic_load(&p->state) == WATCHED && p->round == v->reserved.round && p->stores[line] == v->reserved.stores &&
                swap(host, size, seen, value);
    if (done)
        p->stores[line]++;
    pthread_mutex_unlock(&p->lock);
    return done;
}
