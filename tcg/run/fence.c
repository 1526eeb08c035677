// SPDX-License-Identifier: MIT
// A fence of all translations that looks before it wipes. Called by guests whose fills say how they were found (TlbFill.leaf).
//
// Behind such a fence no translation may be used that the page tables, as they are by then, do not give. Mostly they give what they gave
// before, and hardware may hold any translation that they give at any time. So a space keeps what its fills read: each leaf, and the entries
// above it, once for each last-level table. The fence reads them all again. What is above must be as it was, or everything goes; a leaf
// that says something else costs its own page. The rest stays: TLB, site pairs, jumps, predictions.
//
// It takes a few ns a page, so only the spaces of the page table in use are looked at, and no more than RECALL_LEAVES. What cannot be kept
// track of makes the space `lost`, until its next wipe: a page table of another kind, too many pages, entries that came from another space.
// Whatever else fills depend on (privilege's rules, PMP, the memory map) wipes by itself when it changes. Invariant: a space that is not
// lost has a note of each fill that an entry was made of, but for those that asked no page table.
#include <inttypes.h>
#include "tcg/base/log.h"
#include "tcg/run/tlb.h"

enum { PAGES_DROPPED = 4, BIG = 1 }; // more changed pages than that: everything goes
enum { MAX_REST = 15 };

void recall_begin(Space *s, bool lost) {
    Recall *r = &s->recall;
    r->nleaves = r->npaths = r->latest = 0;
    r->lost = lost || r->resting;
}

static bool path_is(const TlbPath *p, const TlbPath *q) {
    unsigned k = p->n;
    if (k != q->n)
        return false;
    while (k-- > 0) // the last one differs first
        if (p->step[k].entry != q->step[k].entry || p->step[k].value != q->step[k].value)
            return false;
    return true;
}

static bool note_path(Recall *r, const TlbPath *path) {
    if (r->npaths && path_is(&r->path[r->latest], path))
        return true;
    for (r->latest = 0; r->latest < r->npaths; r->latest++)
        if (path_is(&r->path[r->latest], path))
            return true;
    if (r->npaths == RECALL_PATHS)
        return false;
    r->path[r->npaths++] = *path;
    return true;
}

void recall_note(Space *s, uint64_t vaddr, const TlbFill *fill) {
    Recall *r = &s->recall;
    if (r->lost || fill->unpaged)
        return;
    if (!fill->above || r->nleaves == RECALL_LEAVES || !note_path(r, fill->above)) {
        r->lost = true;
        return;
    }
    r->leaf[r->nleaves++] = (RecallLeaf){fill->leaf, (vaddr & PAGE_MASK) | (fill->span > PAGE_SIZE ? BIG : 0)};
}

static uint64_t now(const TlbStep *s) { return __atomic_load_n(s->entry, __ATOMIC_RELAXED); }

// Bits of `gains` may have come, since what was filled without them is still allowed.
static bool still(const TlbStep *s, uint64_t gains) { return ((now(s) ^ s->value) & (~gains | s->value)) == 0; }

static bool paths_hold(const Recall *r) {
    for (unsigned i = 0; i < r->npaths; i++)
        for (unsigned k = 0; k < r->path[i].n; k++)
            if (!still(&r->path[i].step[k], 0))
                return false;
    return true;
}

// Drops what the page tables no longer give. False: that is too much, so everything is to go.
static bool look(Space *s, uint64_t gains, bool *dropped) {
    Recall *r = &s->recall;
    unsigned changed[PAGES_DROPPED], n = 0;
    if (r->lost || !paths_hold(r))
        return false;
    for (unsigned i = 0; i < r->nleaves; i++) {
        if (still(&r->leaf[i].step, gains))
            continue;
        if (r->leaf[i].page & BIG || n == PAGES_DROPPED)
            return false;
        changed[n++] = i;
    }
    *dropped |= n != 0;
    while (n-- > 0 && !s->clean) { // from the end, from where gaps are filled; where big pages are, a flush wipes
        uint64_t page = r->leaf[changed[n]].page;
        r->leaf[changed[n]] = r->leaf[--r->nleaves];
        space_flush_page(s, page);
    }
    return true;
}

// A guest that changes much before each fence is not followed each time: a note costs some ns a fill.
static bool keep(Space *s, uint64_t gains, bool *dropped) {
    Recall *r = &s->recall;
    bool noted = !r->lost, kept = look(s, gains, dropped);
    if (kept)
        r->rest = 0;
    else if (noted)
        r->resting = r->rest = r->rest < MAX_REST ? 2 * r->rest + 1 : MAX_REST;
    else if (r->resting)
        r->resting--;
    return kept;
}

// The page table that was used last.
static uint64_t key_in_use(const SpaceSet *set) {
    const SpaceId *latest = NULL;
    for (unsigned i = 0; i < SPACE_COUNT; i++)
        if (set->id[i].used && set->id[i].key && (!latest || set->id[i].used > latest->used))
            latest = &set->id[i];
    return latest ? latest->key : 0;
}

void vcpu_fence(Vcpu *v) {
    const SpaceSet *set = v->spaces;
    uint64_t key = key_in_use(set);
    bool dropped = false;
    v->stat[STAT_FLUSH]++;
    log_print(LOG_MMU, "mmu: cpu %u fence", v->index);
    for (unsigned i = 0; i < SPACE_COUNT; i++) {
        const SpaceId *id = &set->id[i];
        Space *s = set->spaces[i];
        if (!id->used || s->clean || ((!id->key || id->key == key) && keep(s, v->guest->fill_gains, &dropped)))
            continue;
        space_wipe(s);
        dropped = true;
    }
    v->changed |= dropped;
}
