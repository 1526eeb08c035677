// SPDX-License-Identifier: MIT
// The soft TLB: address spaces, fills and flushes. Called by translated code's slow paths (access.c), by guests for maintenance, by
// the run loop for fetches. Only the vCPU's own thread touches its spaces; others ask through vcpu_work.
//
// A small set of Spaces is kept for each vCPU, one per translation regime (page table, ASID, privilege, ...): switching between them
// changes one pointer. Invariants:
//  - a read, write or site entry exists only while the guest's page tables, as of its last flush, allow that access;
//  - a write or store-site entry exists only for RAM that is dirty in the page table and holds no live translated block;
//  - a jump entry exists only while its vaddr maps to its block's page: flushing a fetch mapping wipes the jump cache.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "tcg/run/cache.h"
#include "tcg/run/tlb.h"

static uint8_t *guard; // PROT_NONE; shared by all machines of the process

uint64_t tlb_invalid_delta(void) { return (uint64_t)guard - TLB_INVALID; }

bool tlb_guard_hit(const void *address)
{
    return (const uint8_t *)address >= guard - PAGE_SIZE && (const uint8_t *)address < guard + 2 * PAGE_SIZE;
}

static void wipe(TlbEntry *e, unsigned n)
{
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    for (unsigned i = 0; i < n; i++)
        e[i] = invalid;
}

void space_wipe_data(Space *s)
{
    wipe(s->read, TLB_ENTRIES);
    wipe(s->write, TLB_ENTRIES);
    wipe(s->site, SITE_ENTRIES);
    for (unsigned i = 0; i < IO_ENTRIES; i++)
        s->io[i].tag = TLB_INVALID;
}

static void wipe_jumps(Space *s)
{
    for (unsigned i = 0; i < JUMP_ENTRIES; i++)
        s->jump[i].vaddr = 1; // odd: no instruction starts there
}

void space_wipe_code(Space *s)
{
    wipe_jumps(s);
    for (unsigned i = 0; i < FETCH_ENTRIES; i++)
        s->fetch[i].tag = TLB_INVALID;
}

void space_wipe(Space *s)
{
    if (s->clean)
        return;
    space_wipe_data(s);
    space_wipe_code(s);
    memset(s->seen, 0, sizeof(s->seen));
    s->nbig = 0;
    s->clean = true;
}

static void wipe_host(TlbEntry *e, unsigned n, const uint8_t *host)
{
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    for (unsigned i = 0; i < n; i++)
        if (e[i].tag + e[i].delta == (uint64_t)host)
            e[i] = invalid;
}

void tlb_wipe_write_page(Vcpu *v, const uint8_t *host)
{
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = v->spaces->spaces[i];
        if (s->clean)
            continue;
        wipe_host(s->write, TLB_ENTRIES, host);
        wipe_host(s->site, SITE_ENTRIES, host);
    }
}

void tlb_wipe_jumps(Vcpu *v)
{
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        if (v->spaces->spaces[i]->valid && !v->spaces->spaces[i]->clean)
            wipe_jumps(v->spaces->spaces[i]);
    v->changed = true;
}

bool tlb_init(Vcpu *v)
{
    if (!guard) {
        uint8_t *p = mmap(NULL, 3 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return false;
        guard = p + PAGE_SIZE;
    }
    v->spaces = calloc(1, sizeof(SpaceSet));
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = aligned_alloc(64, (sizeof(Space) + 63) & ~63ull);
        memset(s, 0, sizeof(*s));
        space_wipe(s);
        v->spaces->spaces[i] = s;
    }
    v->space = v->spaces->spaces[0];
    v->space->valid = true;
    v->space->key = ~0ull;
    return true;
}

void tlb_free(Vcpu *v)
{
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        free(v->spaces->spaces[i]);
    free(v->spaces);
}

void vcpu_space(Vcpu *v, uint64_t key, uint64_t key2, uint32_t asid)
{
    SpaceSet *set = v->spaces;
    if (v->space->key == key && v->space->key2 == key2 && v->space->valid)
        return;
    Space *oldest = set->spaces[0];
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = set->spaces[i];
        if (s->valid && s->key == key && s->key2 == key2) {
            s->used = ++set->stamp;
            v->space = s;
            return;
        }
        if (!s->valid || (oldest->valid && s->used < oldest->used))
            oldest = s;
    }
    space_wipe(oldest);
    oldest->key = key;
    oldest->key2 = key2;
    oldest->asid = asid;
    oldest->valid = true;
    oldest->used = ++set->stamp;
    v->space = oldest;
}

void vcpu_flush(Vcpu *v, int64_t asid)
{
    v->stat[STAT_FLUSH]++;
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = v->spaces->spaces[i];
        if (s->valid && (asid < 0 || s->asid == asid))
            space_wipe(s);
    }
}

static unsigned seen_bit(uint64_t vaddr)
{
    return (unsigned)((vaddr >> PAGE_BITS) * 0x9e3779b97f4a7c15u >> 52) & (SEEN_BITS - 1);
}

static bool in_big(const Space *s, uint64_t vaddr)
{
    for (unsigned i = 0; i < s->nbig && i < BIG_REGIONS; i++)
        if (s->big[i] == vaddr >> 30)
            return true;
    return s->nbig > BIG_REGIONS;
}

static bool space_saw(const Space *s, bool fetch, uint64_t vaddr)
{
    unsigned bit = seen_bit(vaddr);
    return s->seen[fetch][bit / 64] >> (bit & 63) & 1;
}

// Big pages are entered 4 KiB at a time, so the flush of one address must reach every piece: inside the range that big pages
// have been filled from, everything goes.
static void flush_data(Space *s, uint64_t page)
{
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    unsigned i = tlb_index(page);
    if (s->read[i].tag == page)
        s->read[i] = invalid;
    if (s->write[i].tag == page)
        s->write[i] = invalid;
    for (i = 0; i < IO_ENTRIES; i++)
        if (s->io[i].tag == page)
            s->io[i].tag = TLB_INVALID;
    for (i = 0; i < SITE_ENTRIES; i++)
        if (s->site[i].tag == page)
            s->site[i] = invalid;
}

static void flush_code(Space *s, uint64_t page)
{
    for (unsigned i = 0; i < JUMP_ENTRIES; i++) {
        uint64_t vaddr = s->jump[i].vaddr; // an instruction may straddle into the page from 2 bytes before
        if ((vaddr & PAGE_MASK) == page || ((vaddr + 2) & PAGE_MASK) == page)
            s->jump[i].vaddr = 1;
    }
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page)
        f->tag = TLB_INVALID;
}

static void flush_page(Space *s, uint64_t page)
{
    if (s->clean)
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

void vcpu_flush_page(Vcpu *v, uint64_t vaddr, int64_t asid)
{
    v->stat[STAT_FLUSH_PAGE]++;
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        Space *s = v->spaces->spaces[i];
        if (s->valid && (asid < 0 || s->asid == asid))
            flush_page(s, vaddr & PAGE_MASK);
    }
}

void space_filled(Space *s, uint64_t vaddr, bool fetch, const TlbFill *fill)
{
    s->clean = false;
    s->seen[fetch][seen_bit(vaddr) / 64] |= 1ull << (seen_bit(vaddr) & 63);
    if (fill->span <= PAGE_SIZE || in_big(s, vaddr))
        return;
    if (fill->span > 1ull << 30 || s->nbig >= BIG_REGIONS)
        s->nbig = BIG_REGIONS + 1;
    else
        s->big[s->nbig++] = vaddr >> 30;
}

const FetchEntry *tlb_fetch(Vcpu *v, uint64_t vaddr, bool probe)
{
    Space *s = v->space;
    uint64_t page = vaddr & PAGE_MASK;
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page && page != TLB_INVALID)
        return f;
    TlbFill fill;
    v->stat[STAT_FILL]++;
    if (!v->guest->fill(v, vaddr, ACCESS_FETCH, 0, 2, probe, &fill))
        return NULL;
    if (!fill.host)
        return NULL;
    FetchEntry *e = fill.whole_page ? f : &v->spaces->fetch_once;
    space_filled(s, vaddr, true, &fill);
    e->tag = page;
    e->ppage = fill.paddr & PAGE_MASK;
    e->host = fill.host - (fill.paddr & (PAGE_SIZE - 1));
    if (!fill.whole_page)
        e->tag = TLB_INVALID;
    return e;
}
