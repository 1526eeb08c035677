// SPDX-License-Identifier: MIT
// Which access sites are better off without a page pair (ADR 0002). Called by translated code when it has counted enough, by the run loop at
// ticks, and by the back end, which asks how to emit a site.
//
// Pairs are few, and large programs have a hundred thousand sites, none of which runs often: theirs would take the pairs from each other. So code
// gets pairs where it is hot. That is known by the page: of the ticks of a short time, a few have found it running. Loops have pairs at once.
//
// Not every site of hot code should keep its own.
// A pair that misses costs its miss stub and, unless it misses nearly always, a mispredicted branch; a look at the TLB costs a few
// instructions each time. Hits are not counted, since that would cost as much. So a site goes three steps:
//   - its stub counts misses. When many came quickly, the site roves: it asks the TLB from then on;
//   - when many came, yet not so quickly, it is watched: its block is translated anew with a count of accesses, for so many of them;
//   - then the share of misses decides for good: it roves or it keeps its pair.
// What is known hangs on the instruction's physical address, by a hash, and is forgotten when code is evicted.
#include "tcg/run/cache.h"
#include "tcg/run/hostile.h"
#include "tcg/run/tlb.h"

enum { QUICK_NS = 20, HOT_NS = 250, HOT_ROUNDS = 8 }; // a miss; rounds of ROVE_MISSES in a row
enum { HOT_TICKS = 4, HOT_OF = 40 }; // of so many ticks: a tenth of the time
enum { WATCHED_ACCESSES = 8192, WATCHED_MISSES = 0x7fff, SHARE = 4 }; // roves if one access in SHARE misses

static unsigned bit_of(uint64_t paddr) {
    return (unsigned)(paddr * 0x9e3779b97f4a7c15u >> 40) & (ROVE_BITS - 1);
}

static bool has(const uint64_t *set, uint64_t paddr) {
    unsigned bit = bit_of(paddr);
    return __atomic_load_n(&set[bit / 64], __ATOMIC_RELAXED) >> (bit & 63) & 1; // tier 2 asks without the lock
}

static void put(uint64_t *set, uint64_t paddr, bool in) {
    unsigned bit = bit_of(paddr);
    if (in)
        __atomic_fetch_or(&set[bit / 64], 1ull << (bit & 63), __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&set[bit / 64], ~(1ull << (bit & 63)), __ATOMIC_RELAXED);
}

bool cache_roves(const Engine *e, uint64_t paddr) { return has(e->roving, paddr); }
bool cache_watched(const Engine *e, uint64_t paddr) { return has(e->watched, paddr); }

bool cache_pairs(Engine *e, uint64_t ppage) {
    const CodePage *p = e->ticks ? cache_page(e, ppage, false) : NULL;
    return !e->ticks || (p && atomic_load_explicit(&p->hot, memory_order_relaxed));
}

static void retire_all(Engine *e, CodePage *p) {
    for (Block *b = p->blocks, *next; b; b = next) {
        next = b->in_page[(b->paddr & PAGE_MASK) != p->ppage];
        if (!b->region)
            cache_retire(e, b);
    }
}

bool cache_tick(Engine *e, const Block *b) {
    if (!e->ticks || pthread_mutex_trylock(&e->lock) != 0)
        return false;
    CodePage *p = cache_page(e, b->paddr & PAGE_MASK, false);
    bool hot = false;
    if (++e->answered - p->met_since > HOT_OF) {
        p->met_since = e->answered;
        p->met = 0;
    }
    if (!b->region && !atomic_load(&p->hot))
        hot = ++p->met >= HOT_TICKS;
    if (hot) {
        atomic_store(&p->hot, true);
        retire_all(e, p);
    }
    pthread_mutex_unlock(&e->lock);
    return hot;
}

static SiteNote *note_of(Vcpu *v, unsigned site) {
    return &v->site_note[site % (sizeof(v->site_note) / sizeof(*v->site_note))];
}

// How many misses in a row were quick enough that the site is hot, in rounds; *quick: so quick that it roves.
static unsigned hot_rounds(Vcpu *v, unsigned site, bool *quick) {
    SiteNote *n = note_of(v, site);
    uint64_t now = clock_ns(), since = now - n->then;
    n->then = now;
    n->rounds = since < ROVE_MISSES * HOT_NS ? n->rounds + 1 : 0;
    *quick = since < ROVE_MISSES * QUICK_NS || hostile_roll(v, 4);
    v->space->misses[site] = ROVE_MISSES;
    return n->rounds;
}

// Blocks with this instruction are translated anew when they are next met.
static void translate_anew(Engine *e, uint64_t paddr) {
    CodePage *p = cache_page(e, paddr & PAGE_MASK, false);
    for (Block *b = p ? p->blocks : NULL, *next; b; b = next) {
        next = b->in_page[(b->paddr & PAGE_MASK) != p->ppage];
        if (block_covers(b, paddr))
            cache_retire(e, b);
    }
}

// Of the instruction under way. False: not known, or somebody else holds the lock; it will come again.
static bool begin(Vcpu *v, uint64_t *paddr) {
    const FetchEntry *f = tlb_fetch(v, vcpu_pc(v), true);
    if (!f || pthread_mutex_trylock(&v->engine->lock) != 0) return false;
    *paddr = f->ppage | (vcpu_pc(v) & ~PAGE_MASK);
    return true;
}

static void rove(Vcpu *v, uint64_t paddr) {
    put(v->engine->roving, paddr, true);
    v->stat[STAT_ROVE]++;
}

void cache_rove(Vcpu *v, unsigned site) {
    Engine *e = v->engine;
    bool quick;
    unsigned rounds = hot_rounds(v, site, &quick);
    uint64_t paddr;
    if ((!quick && rounds < HOT_ROUNDS && !hostile_roll(v, 4)) || !begin(v, &paddr)) return;
    note_of(v, site)->rounds = 0;
    bool known = has(e->roving, paddr) || (!quick && (has(e->settled, paddr) || has(e->watched, paddr)));
    if (!known && quick)
        rove(v, paddr);
    else if (!known)
        put(e->watched, paddr, true);
    if (!known) translate_anew(e, paddr);
    pthread_mutex_unlock(&e->lock);
}

void cache_watch(Vcpu *v, unsigned site) {
    Engine *e = v->engine;
    SiteNote *n = note_of(v, site);
    uint64_t paddr;
    if (!begin(v, &paddr)) return;
    unsigned misses = WATCHED_MISSES - v->space->misses[site];
    bool done = n->watched == (uint32_t)paddr && misses < 2 * WATCHED_ACCESSES; // and begun in this space
    if (done) {
        bool roves = misses * SHARE > WATCHED_ACCESSES;
        if (roves) rove(v, paddr);
        put(e->settled, paddr, !roves);
        put(e->watched, paddr, false);
        translate_anew(e, paddr);
    }
    n->watched = done ? 0 : (uint32_t)paddr;
    v->space->misses[site] = done ? ROVE_MISSES : WATCHED_MISSES;
    v->space->accesses[site] = done ? 0 : WATCHED_ACCESSES;
    pthread_mutex_unlock(&e->lock);
}
