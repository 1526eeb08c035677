// SPDX-License-Identifier: MIT
// The soft TLB: address spaces, fills and flushes. Called by translated code's slow paths (access.c), by guests for maintenance, by
// the run loop for fetches. Only the vCPU's own thread touches its spaces; others ask through vcpu_work.
//
// A small set of Spaces is kept for each vCPU, one per translation regime (page table, ASID, privilege, ...): switching between them
// changes one pointer. Invariants:
//  - a read, write or site entry exists only while the guest's page tables, as of its last flush, allow that access;
//  - a write or store-site entry exists only for RAM that is dirty in the page table and holds no live translated block;
//  - a jump entry exists only while its vaddr maps to its block's page: flushing a fetch mapping flushes it.
// What the spaces themselves are is in space.c.
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tcg/base/log.h"
#include "tcg/run/cache.h"
#include "tcg/run/tlb.h"

static uint8_t *guard; // PROT_NONE; shared by all machines of the process

uint64_t tlb_invalid_delta(void) { return (uint64_t)guard - TLB_INVALID; }

bool tlb_guard_hit(const void *address) {
    return (const uint8_t *)address >= guard - PAGE_SIZE && (const uint8_t *)address < guard + 2 * PAGE_SIZE;
}

void tlb_wipe_write_page(Vcpu *v, const uint8_t *host) {
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        space_wipe_write(v->spaces->spaces[i], host);
}

void tlb_wipe_jumps(Vcpu *v) {
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        space_wipe_jumps(v->spaces->spaces[i]);
    v->changed = true;
}

static int empty = -1; // a file that holds one empty space

static void empty_begin(void) {
    uint8_t *p = mmap(NULL, 3 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Space *s = mmap(NULL, sizeof(Space), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || s == MAP_FAILED)
        return;
    guard = p + PAGE_SIZE;
    space_begin(s);
    empty = memfd_create("myna-tlb", MFD_CLOEXEC);
    if (empty >= 0 && write(empty, s, sizeof(Space)) != (ssize_t)sizeof(Space)) {
        close(empty);
        empty = -1;
    }
    munmap(s, sizeof(Space));
}

// Empty entries are not zero, and most are never written. So spaces begin as private mappings of an empty one: only what is used takes
// memory.
static bool spaces_map(Space *s) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, empty_begin);
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        if (mmap(s + i, sizeof(Space), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, empty, 0) == MAP_FAILED)
            return false;
    return true;
}

bool tlb_init(Vcpu *v) {
    Space *s = mmap(NULL, SPACE_COUNT * sizeof(Space), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || !spaces_map(s))
        return false;
    v->spaces = calloc(1, sizeof(SpaceSet));
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        v->spaces->spaces[i] = s + i;
        s[i].index = i;
    }
    v->space = s;
    v->spaces->id[0] = (SpaceId){.key = ~0ull, .used = ++v->spaces->stamp};
    return true;
}

void tlb_free(Vcpu *v) {
    if (v->spaces) munmap(v->spaces->spaces[0], SPACE_COUNT * sizeof(Space));
    free(v->spaces);
}

static unsigned latest_of(uint64_t key2) { return (unsigned)(key2 * 0x9e3779b97f4a7c15u >> 61); }

static void space_use(Vcpu *v, unsigned i) {
    SpaceSet *set = v->spaces;
    set->id[i].used = ++set->stamp;
    set->latest[latest_of(set->id[i].key2)] = (uint8_t)i;
    v->space = set->spaces[i];
}

// The latest space of the same kind (privilege and rules) that holds global pages; SPACE_COUNT if there is none.
static unsigned find_donor(const SpaceSet *set, const SpaceId *id) {
    unsigned donor = SPACE_COUNT;
    for (unsigned i = 0; i < SPACE_COUNT && id->key; i++) {
        const SpaceId *x = &set->id[i];
        if (x->used && x->key && x->key2 == id->key2 && set->spaces[i]->has_global && (donor == SPACE_COUNT || x->used > set->id[donor].used))
            donor = i;
    }
    return donor;
}

static void space_start(SpaceSet *set, unsigned i, unsigned donor) {
    if (donor < SPACE_COUNT)
        space_inherit(set->spaces[i], set->spaces[donor]);
    else
        space_wipe(set->spaces[i]);
}

// A donor with nothing but global pages is as good for the new page table as for the old, so it becomes the new one's: that is how a
// kernel keeps its space from process to process. Otherwise the least recently used space starts with the donor's global pages.
static void space_new(Vcpu *v, SpaceId id) {
    SpaceSet *set = v->spaces;
    unsigned oldest = 0, donor = find_donor(set, &id);
    for (unsigned i = 1; i < SPACE_COUNT; i++)
        if (set->id[i].used < set->id[oldest].used)
            oldest = i;
    if (donor < SPACE_COUNT && !set->spaces[donor]->has_local)
        recall_begin(set->spaces[oldest = donor], true);
    else
        space_start(set, oldest, donor);
    set->id[oldest] = id;
    space_use(v, oldest);
}

static bool space_is(const SpaceId *x, uint64_t key, uint64_t key2) { return x->key == key && x->key2 == key2 && x->used; }

void vcpu_space(Vcpu *v, uint64_t key, uint64_t key2, uint32_t asid) {
    SpaceSet *set = v->spaces;
    const SpaceId *now = &set->id[v->space->index];
    if (now->key == key && now->key2 == key2)
        return;
    v->changed |= now->key != key || ((now->key2 ^ key2) & ((1ull << SPACE_DATA_SHIFT) - 1));
    unsigned i = set->latest[latest_of(key2)];
    if (!space_is(&set->id[i], key, key2))
        for (i = 0; i < SPACE_COUNT && !space_is(&set->id[i], key, key2); i++)
            ;
    if (i < SPACE_COUNT)
        space_use(v, i);
    else
        space_new(v, (SpaceId){.key = key, .key2 = key2, .asid = asid});
}

void vcpu_flush(Vcpu *v, int64_t asid) {
    v->stat[STAT_FLUSH]++;
    v->reserved.page = NULL; // state may have been loaded, or RAM moved
    log_print(LOG_MMU, "mmu: cpu %u flush, asid %" PRId64, v->index, asid);
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

void vcpu_flush_page(Vcpu *v, uint64_t vaddr, int64_t asid) {
    v->stat[STAT_FLUSH_PAGE]++;
    log_print(LOG_MMU, "mmu: cpu %u flush of 0x%" PRIx64 ", asid %" PRId64, v->index, vaddr, asid);
    v->changed = true;
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        const SpaceId *id = &v->spaces->id[i];
        if (id->used && (asid < 0 || id->asid == asid))
            space_flush_page(v->spaces->spaces[i], vaddr & PAGE_MASK);
    }
}

static void log_walk(const Vcpu *v, uint64_t vaddr, Access access, const TlbFill *fill) {
    static const char *const names[] = {[ACCESS_READ] = "read", [ACCESS_WRITE] = "write", [ACCESS_FETCH] = "fetch"};
    if (fill)
        log_print(LOG_MMU, "mmu: cpu %u %s 0x%" PRIx64 " -> 0x%" PRIx64 "%s", v->index, names[access], vaddr, fill->paddr,
                  fill->host ? "" : " I/O");
    else
        log_print(LOG_MMU, "mmu: cpu %u %s 0x%" PRIx64 " faults", v->index, names[access], vaddr);
}

bool tlb_walk(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *fill) {
    uint8_t part = v->part;
    v->stat[STAT_FILL]++;
    v->part = PROFILE_TLB;
    bool filled = v->guest->fill(v, vaddr, access, mmu, size, probe, fill);
    v->part = part;
    if (filled || !probe)
        log_walk(v, vaddr, access, filled ? fill : NULL);
    return filled;
}

const FetchEntry *tlb_fetch(Vcpu *v, uint64_t vaddr, bool probe) {
    Space *s = v->space;
    uint64_t page = vaddr & PAGE_MASK;
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page && page != TLB_INVALID)
        return f;
    TlbFill fill;
    if (!tlb_walk(v, vaddr, ACCESS_FETCH, 0, 2, probe, &fill))
        return NULL;
    if (!fill.host)
        return NULL;
    FetchEntry *e = fill.whole_page ? f : &v->spaces->fetch_once;
    space_filled(s, vaddr, true, &fill);
    e->tag = page;
    e->ppage = fill.paddr & PAGE_MASK;
    e->global = fill.global;
    e->guarded = fill.guarded;
    e->host = fill.host - (fill.paddr & (PAGE_SIZE - 1));
    if (!fill.whole_page)
        e->tag = TLB_INVALID;
    else
        space_mark(s, e);
    return e;
}
