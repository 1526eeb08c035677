// SPDX-License-Identifier: MIT
// The soft TLB: address spaces, fills and flushes. Called by translated code's slow paths (access.c), by guests for maintenance, by
// the run loop for fetches. Only the vCPU's own thread touches its spaces; others ask through vcpu_work.
//
// A small set of Spaces is kept for each vCPU, one per translation regime (page table, ASID, privilege, ...): switching between them
// changes one pointer. Invariants:
//  - a read, write or site entry exists only while the guest's page tables, as of its last flush, allow that access;
//  - a write or store-site entry exists only for RAM that is dirty in the page table and holds no live translated block;
//  - a jump entry exists only while its vaddr maps to its block's page: flushing a fetch mapping wipes the jump cache.
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "tcg/run/cache.h"
#include "tcg/run/tlb.h"

static const JumpEntry jump_none = {JUMP_NONE, ~0u, 0}; // no context word is ~0, so a guest may well jump there
static uint8_t *guard; // PROT_NONE; shared by all machines of the process

uint64_t tlb_invalid_delta(void) { return (uint64_t)guard - TLB_INVALID; }

bool tlb_guard_hit(const void *address) {
    return (const uint8_t *)address >= guard - PAGE_SIZE && (const uint8_t *)address < guard + 2 * PAGE_SIZE;
}

static void wipe(TlbEntry *e, unsigned n) {
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    for (unsigned i = 0; i < n; i++)
        e[i] = invalid;
}

void space_wipe_data(Space *s) {
    wipe(s->read, TLB_ENTRIES);
    wipe(s->write, TLB_ENTRIES);
    wipe(s->site, SITE_ENTRIES);
    for (unsigned i = 0; i < IO_ENTRIES; i++)
        s->io[i].tag = TLB_INVALID;
}

static void wipe_jumps(Space *s) {
    for (unsigned i = 0; i < JUMP_ENTRIES; i++)
        s->jump[i] = jump_none;
}

void space_wipe_code(Space *s) {
    wipe_jumps(s);
    for (unsigned i = 0; i < FETCH_ENTRIES; i++)
        s->fetch[i].tag = TLB_INVALID;
}

void space_wipe(Space *s) {
    if (s->clean)
        return;
    space_wipe_data(s);
    space_wipe_code(s);
    memset(s->seen, 0, sizeof(s->seen));
    s->nbig = 0;
    s->has_global = false;
    s->clean = true;
}

static void wipe_host(TlbEntry *e, unsigned n, const uint8_t *host) {
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    for (unsigned i = 0; i < n; i++)
        if (e[i].tag + e[i].delta == (uint64_t)host)
            e[i] = invalid;
}

void tlb_wipe_write_page(Vcpu *v, const uint8_t *host) {
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = v->spaces->spaces[i];
        if (!v->spaces->id[i].used || s->clean)
            continue;
        wipe_host(s->write, TLB_ENTRIES, host);
        wipe_host(s->site, SITE_ENTRIES, host);
    }
}

void tlb_wipe_jumps(Vcpu *v) {
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        if (v->spaces->id[i].used && !v->spaces->spaces[i]->clean)
            wipe_jumps(v->spaces->spaces[i]);
    v->changed = true;
}

// Zeroed memory becomes a space: not before it is used, since most guests start with few.
static void space_begin(Space *s, unsigned index) {
    s->index = index;
    space_wipe(s);
    for (unsigned k = 0; k < SITE_ENTRIES; k++)
        s->misses[k] = ROVE_MISSES;
}

bool tlb_init(Vcpu *v) {
    if (!guard) {
        uint8_t *p = mmap(NULL, 3 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return false;
        guard = p + PAGE_SIZE;
    }
    Space *s = mmap(NULL, SPACE_COUNT * sizeof(Space), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return false;
    v->spaces = calloc(1, sizeof(SpaceSet));
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        v->spaces->spaces[i] = s + i;
    v->space = s;
    space_begin(s, 0);
    v->spaces->id[0] = (SpaceId){.key = ~0ull, .used = ++v->spaces->stamp};
    return true;
}

void tlb_free(Vcpu *v) {
    if (v->spaces) munmap(v->spaces->spaces[0], SPACE_COUNT * sizeof(Space));
    free(v->spaces);
}

static unsigned seen_bit(uint64_t vaddr) {
    return (unsigned)((vaddr >> PAGE_BITS) * 0x9e3779b97f4a7c15u >> 52) & (SEEN_BITS - 1);
}

static void see(Space *s, bool fetch, uint64_t vaddr) { s->seen[fetch][seen_bit(vaddr) / 64] |= 1ull << (seen_bit(vaddr) & 63); }

static void drop_local(TlbEntry *e, const uint64_t *global, unsigned n) {
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    for (unsigned i = 0; i < n; i++)
        if (!map_get(global, i))
            e[i] = invalid;
}

// After a partial wipe: what is still there.
static void see_again(Space *s) {
    memset(s->seen, 0, sizeof(s->seen));
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        if (s->read[i].tag != TLB_INVALID)
            see(s, false, s->read[i].tag);
        if (s->write[i].tag != TLB_INVALID)
            see(s, false, s->write[i].tag);
    }
    for (unsigned i = 0; i < JUMP_ENTRIES; i++)
        if (s->jump[i].vaddr != JUMP_NONE) {
            see(s, true, s->jump[i].vaddr);
            see(s, true, s->jump[i].vaddr + 2); // it may straddle
        }
    for (unsigned i = 0; i < FETCH_ENTRIES; i++)
        if (s->fetch[i].tag != TLB_INVALID)
            see(s, true, s->fetch[i].tag);
}

// What an ASID's flush takes: all but the entries of global pages. Sites are not told apart.
static void space_wipe_local(Space *s) {
    if (s->clean)
        return;
    drop_local(s->read, s->read_global, TLB_ENTRIES);
    drop_local(s->write, s->write_global, TLB_ENTRIES);
    wipe(s->site, SITE_ENTRIES);
    for (unsigned i = 0; i < IO_ENTRIES; i++)
        s->io[i].tag = TLB_INVALID;
    for (unsigned i = 0; i < JUMP_ENTRIES; i++)
        if (!map_get(s->jump_global, i))
            s->jump[i] = jump_none;
    for (unsigned i = 0; i < FETCH_ENTRIES; i++)
        if (!s->fetch[i].global)
            s->fetch[i].tag = TLB_INVALID;
    see_again(s);
}

// The new space takes over the global entries of the latest one of its kind (same privilege and rules, another page table).
static void inherit(Space *s, const Space *donor) {
    if (s != donor)
        memcpy(s, donor, offsetof(Space, index));
    s->clean = false;
    space_wipe_local(s);
}

static void space_use(Vcpu *v, unsigned i) {
    v->spaces->id[i].used = ++v->spaces->stamp;
    v->space = v->spaces->spaces[i];
}

static void space_new(Vcpu *v, SpaceId id) {
    SpaceSet *set = v->spaces;
    unsigned oldest = 0, donor = SPACE_COUNT;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        const SpaceId *x = &set->id[i];
        if (x->used && set->spaces[i]->has_global && x->key2 == id.key2 && id.key && (donor == SPACE_COUNT || x->used > set->id[donor].used))
            donor = i;
        if (x->used < set->id[oldest].used)
            oldest = i;
    }
    if (!set->id[oldest].used)
        space_begin(set->spaces[oldest], oldest);
    if (donor < SPACE_COUNT)
        inherit(set->spaces[oldest], set->spaces[donor]);
    else
        space_wipe(set->spaces[oldest]);
    set->id[oldest] = id;
    space_use(v, oldest);
}

void vcpu_space(Vcpu *v, uint64_t key, uint64_t key2, uint32_t asid) {
    SpaceSet *set = v->spaces;
    const SpaceId *now = &set->id[v->space->index];
    if (now->key == key && now->key2 == key2)
        return;
    v->changed |= now->key != key || (uint32_t)now->key2 != (uint32_t)key2;
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        if (set->id[i].key == key && set->id[i].key2 == key2 && set->id[i].used) {
            space_use(v, i);
            return;
        }
    space_new(v, (SpaceId){.key = key, .key2 = key2, .asid = asid});
}

void vcpu_flush(Vcpu *v, int64_t asid) {
    v->stat[STAT_FLUSH]++;
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = v->spaces->spaces[i];
        const SpaceId *id = &v->spaces->id[i];
        if (!id->used || (asid >= 0 && id->asid != asid))
            continue;
        if (asid < 0)
            space_wipe(s);
        else
            space_wipe_local(s);
    }
}

static bool in_big(const Space *s, uint64_t vaddr) {
    for (unsigned i = 0; i < s->nbig && i < BIG_REGIONS; i++)
        if (s->big[i] == vaddr >> 30)
            return true;
    return s->nbig > BIG_REGIONS;
}

static bool space_saw(const Space *s, bool fetch, uint64_t vaddr) {
    unsigned bit = seen_bit(vaddr);
    return s->seen[fetch][bit / 64] >> (bit & 63) & 1;
}

// Big pages are entered 4 KiB at a time, so the flush of one address must reach every piece: inside the range that big pages
// have been filled from, everything goes.
// The index of the next of n 16-byte entries, from i on, whose first word plus `slack` (0: plain) lies in the page; n if none. Flushes of
// single pages are many, and these arrays long, so two entries are looked at in one go.
__attribute__((target("avx2"))) static unsigned next_of_page(const void *entries, unsigned i, unsigned n, uint64_t page, uint64_t slack) {
    const __m256i want = _mm256_set1_epi64x((int64_t)page), mask = _mm256_set1_epi64x((int64_t)PAGE_MASK);
    const __m256i more = _mm256_set1_epi64x((int64_t)slack);
    const char *p = entries;
    for (i &= ~1u; i < n; i += 2) {
        __m256i e = _mm256_loadu_si256((const __m256i *)(const void *)(p + 16 * i));
        __m256i here = _mm256_cmpeq_epi64(_mm256_and_si256(e, mask), want);
        __m256i near = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_add_epi64(e, more), mask), want);
        int hit = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_or_si256(here, near))) & 5;
        if (hit)
            return i + (hit == 4);
    }
    return n;
}

static void flush_data(Space *s, uint64_t page) {
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    unsigned i = tlb_index(page);
    if (s->read[i].tag == page)
        s->read[i] = invalid;
    if (s->write[i].tag == page)
        s->write[i] = invalid;
    for (i = 0; i < IO_ENTRIES; i++)
        if (s->io[i].tag == page)
            s->io[i].tag = TLB_INVALID;
    for (i = 0; (i = next_of_page(s->site, i, SITE_ENTRIES, page, 0)) < SITE_ENTRIES;)
        s->site[i] = invalid;
}

static void flush_code(Space *s, uint64_t page) {
    for (unsigned i = 0; (i = next_of_page(s->jump, i, JUMP_ENTRIES, page, 2)) < JUMP_ENTRIES;)
        s->jump[i] = jump_none; // 2: an instruction may straddle into the page
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page)
        f->tag = TLB_INVALID;
}

static void flush_page(Space *s, uint64_t page) {
    if (s->clean || page == TLB_INVALID)
        return;
    if (in_big(s, page)) {
        space_wipe(s);
        return;
    }
    if (space_saw(s, false, page))
        flush_data(s, page);
    if (space_saw(s, true, page))
        flush_code(s, page);
}

void vcpu_flush_page(Vcpu *v, uint64_t vaddr, int64_t asid) {
    v->stat[STAT_FLUSH_PAGE]++;
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        const SpaceId *id = &v->spaces->id[i];
        if (id->used && (asid < 0 || id->asid == asid))
            flush_page(v->spaces->spaces[i], vaddr & PAGE_MASK);
    }
}

void space_filled(Space *s, uint64_t vaddr, bool fetch, const TlbFill *fill) {
    s->clean = false;
    s->has_global |= fill->global;
    see(s, fetch, vaddr);
    if (fill->span <= PAGE_SIZE || in_big(s, vaddr))
        return;
    if (fill->span > 1ull << 30 || s->nbig >= BIG_REGIONS)
        s->nbig = BIG_REGIONS + 1;
    else
        s->big[s->nbig++] = vaddr >> 30;
}

const FetchEntry *tlb_fetch(Vcpu *v, uint64_t vaddr, bool probe) {
    Space *s = v->space;
    uint64_t page = vaddr & PAGE_MASK;
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page && page != TLB_INVALID)
        return f;
    TlbFill fill;
    v->stat[STAT_FILL]++;
    uint8_t part = v->part;
    v->part = PROFILE_TLB;
    bool filled = v->guest->fill(v, vaddr, ACCESS_FETCH, 0, 2, probe, &fill);
    v->part = part;
    if (!filled)
        return NULL;
    if (!fill.host)
        return NULL;
    FetchEntry *e = fill.whole_page ? f : &v->spaces->fetch_once;
    space_filled(s, vaddr, true, &fill);
    e->tag = page;
    e->ppage = fill.paddr & PAGE_MASK;
    e->global = fill.global;
    e->host = fill.host - (fill.paddr & (PAGE_SIZE - 1));
    if (!fill.whole_page)
        e->tag = TLB_INVALID;
    return e;
}
