// SPDX-License-Identifier: MIT
// The tables of one address space (struct Space, tlb.h): wiping, flushing and inheriting their entries. tlb.c decides which space.
//
// Guests flush all the time, and the tables are long, so no flush may cost what the tables are long. Three notes are kept:
//  - `used`: the granules of the tables (GRANULE bytes) in which anything was entered since they were wiped. A wipe or a search looks at
//    those alone. Translated code, which refills site pairs, sets them with a store of a constant.
//  - `local`, `global`: hash sets of the pages that entries were made of, those of one address space and those of all. The flush of an
//    ASID drops entries whose page may be local; the rest goes on, and a new address space begins with it. What neither set holds needs
//    no flush at all, which is so for most flushes of single pages.
//  - `before`: a hash set of the pages that a flush of everything or of an ASID dropped. They tend to be wanted again, and walks of neighbours are
//    cheap when one has been walked to: access.c fills up to eight at a time. Every sixteenth flush forgets them, so that only what is still in
//    use comes back.
//  - `wrote`: a hash set of host pages with write entries; few of the pages that get translated code are in it.
// Hash sets err on the side of flushing. Invariant: an entry that is not invalid lies in a used granule, and its page is in `local` or
// `global`; that of a jump over two pages of which one is local is in `local`.
#include <immintrin.h>
#include <string.h>
#include "tcg/run/cache.h"
#include "tcg/run/tlb.h"

// Entries of all tables begin with their tag.
typedef struct Table {
    unsigned offset, size, stride;
    uint64_t invalid; // tag
    bool fetch;
} Table;

#define TABLE(member, stride, invalid, fetch) {offsetof(Space, member), sizeof(((Space *)0)->member), stride, invalid, fetch}
enum { T_READ, T_WRITE, T_OTHER_READ, T_OTHER_WRITE, T_JUMP, T_SITE, T_FETCH, T_IO, TABLES };
static const Table tables[TABLES] = {
    [T_READ] = TABLE(read, sizeof(TlbEntry), TLB_INVALID, false),    [T_WRITE] = TABLE(write, sizeof(TlbEntry), TLB_INVALID, false),
    [T_OTHER_READ] = TABLE(other_read, sizeof(TlbEntry), TLB_INVALID, false),
    [T_OTHER_WRITE] = TABLE(other_write, sizeof(TlbEntry), TLB_INVALID, false),
    [T_JUMP] = TABLE(jump, sizeof(JumpEntry), JUMP_NONE, true),      [T_SITE] = TABLE(site, sizeof(TlbEntry), TLB_INVALID, false),
    [T_FETCH] = TABLE(fetch, sizeof(FetchEntry), TLB_INVALID, true), [T_IO] = TABLE(io, sizeof(IoEntry), TLB_INVALID, false),
};
_Static_assert(sizeof(FetchEntry) == 32 && sizeof(IoEntry) == 32, "entries are 16 or 32 bytes");

static unsigned first_granule(const Table *t) { return t->offset / GRANULE; }
static unsigned end_granule(const Table *t) { return (t->offset + t->size) / GRANULE; }
static char *granule_at(Space *s, unsigned g) { return (char *)s + g * GRANULE; }

// The next used granule from g on, or `end`.
static unsigned next_used(const Space *s, unsigned g, unsigned end) {
    while (g < end && !s->used[g]) {
        uint64_t eight = 0;
        if (g % 8 == 0 && g + 8 <= end)
            memcpy(&eight, s->used + g, 8);
        else
            eight = 1;
        g += eight ? 1 : 8;
    }
    return g;
}
#define EACH_USED(s, t, g) (unsigned g = next_used(s, first_granule(t), end_granule(t)); g < end_granule(t); g = next_used(s, g + 1, end_granule(t)))

// No context word is ~0, so a guest may well jump to the vaddr of an empty jump entry; it may also access that of an empty TLB entry, and
// meets the guard page. Of the other tables' entries the tag alone counts.
static TlbEntry invalid_of(const Table *t) {
    return (TlbEntry){t->invalid, t->invalid == JUMP_NONE ? UINT32_MAX : tlb_invalid_delta()};
}

static void granule_wipe(Space *s, const Table *t, unsigned g) {
    TlbEntry *e = (TlbEntry *)(void *)granule_at(s, g), invalid = invalid_of(t);
    for (unsigned i = 0; i < GRANULE / sizeof(*e); i++)
        e[i] = invalid;
    s->used[g] = 0;
}

static void table_wipe(Space *s, const Table *t) {
    for EACH_USED(s, t, g)
        granule_wipe(s, t, g);
}

enum { FORGET_AFTER = 16 };

static void note_before(Space *s, bool all) {
    bool forget = ++s->flushes % FORGET_AFTER == 0;
    for (unsigned i = 0; i < SEEN_BITS / 64; i++)
        s->before[i] = forget ? 0 : s->local[false][i] | (all ? s->global[false][i] : 0);
}

void space_wipe(Space *s) {
    if (s->clean)
        return;
    for (unsigned i = 0; i < TABLES; i++)
        table_wipe(s, &tables[i]);
    note_before(s, true);
    memset(s->local, 0, sizeof(s->local));
    memset(s->global, 0, sizeof(s->global));
    memset(s->wrote, 0, sizeof(s->wrote));
    s->nbig = 0;
    s->has_global = s->has_local = false;
    recall_begin(s, false);
    s->clean = true;
}

void space_wipe_jumps(Space *s) { table_wipe(s, &tables[T_JUMP]); }

void space_begin(Space *s) {
    memset(s->used, 1, sizeof(s->used));
    s->clean = false;
    space_wipe(s);
    for (unsigned k = 0; k < SITE_ENTRIES; k++)
        s->misses[k] = ROVE_MISSES;
}

// ---- which pages are known

static unsigned hash(uint64_t address) { return (unsigned)((address >> PAGE_BITS) * 0x9e3779b97f4a7c15u >> 52) & (SEEN_BITS - 1); }
static void put(uint64_t *set, uint64_t address) { set[hash(address) / 64] |= 1ull << (hash(address) & 63); }
static bool holds(const uint64_t *set, uint64_t address) { return set[hash(address) / 64] >> (hash(address) & 63) & 1; }

static bool in_big(const Space *s, uint64_t vaddr) {
    for (unsigned i = 0; i < s->nbig && i < BIG_REGIONS; i++)
        if (s->big[i] == vaddr >> 30)
            return true;
    return s->nbig > BIG_REGIONS;
}

void space_filled(Space *s, uint64_t vaddr, bool fetch, const TlbFill *fill) {
    s->clean = false;
    if (fill->global)
        s->has_global = true;
    else
        s->has_local = true;
    put(fill->global ? s->global[fetch] : s->local[fetch], vaddr);
    recall_note(s, vaddr, fill);
    if (fill->span <= PAGE_SIZE || in_big(s, vaddr))
        return;
    if (fill->span > 1ull << 30 || s->nbig >= BIG_REGIONS)
        s->nbig = BIG_REGIONS + 1;
    else
        s->big[s->nbig++] = vaddr >> 30;
}

unsigned space_before(const Space *s, uint64_t vaddr) {
    unsigned which = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t page = (vaddr & -(8 * PAGE_SIZE)) + i * PAGE_SIZE;
        if (holds(s->before, page) && !holds(s->local[false], page) && !holds(s->global[false], page))
            which |= 1u << i;
    }
    return which;
}

void space_see_local(Space *s, uint64_t vaddr) {
    s->has_local = true;
    put(s->local[true], vaddr);
}

void space_wrote(Space *s, const uint8_t *host) { put(s->wrote, (uint64_t)host); }

// ---- the flush of an ASID, and what a new address space begins with

// Copies what is global from granule g of `from` to `s` (which may be the same) and wipes the rest.
static void granule_keep_global(Space *s, const Space *from, const Table *t, unsigned g) {
    const char *old = (const char *)from + g * GRANULE;
    char *new = granule_at(s, g);
    bool kept = false;
    for (unsigned at = 0; at < GRANULE; at += t->stride) {
        uint64_t tag;
        memcpy(&tag, old + at, sizeof(tag));
        if (tag == t->invalid && s == from)
            continue;
        if (tag == t->invalid || holds(from->local[t->fetch], tag)) {
            TlbEntry invalid = invalid_of(t);
            memcpy(new + at, &invalid, sizeof(invalid));
            continue;
        }
        kept = true;
        if (s != from)
            memcpy(new + at, old + at, t->stride);
    }
    s->used[g] = kept;
}

void space_wipe_local(Space *s) {
    if (!s->has_local)
        return;
    note_before(s, false);
    for (unsigned i = 0; i < TABLES; i++)
        for EACH_USED(s, &tables[i], g)
            granule_keep_global(s, s, &tables[i], g);
    memset(s->local, 0, sizeof(s->local));
    s->has_local = false;
}

void space_inherit(Space *s, const Space *donor) {
    if (s == donor) {
        space_wipe_local(s);
        return;
    }
    space_wipe(s);
    for (unsigned i = 0; i < TABLES; i++)
        for EACH_USED(donor, &tables[i], g)
            granule_keep_global(s, donor, &tables[i], g);
    memcpy(s->global, donor->global, sizeof(s->global));
    memcpy(s->wrote, donor->wrote, sizeof(s->wrote));
    memcpy(s->big, donor->big, sizeof(s->big));
    s->nbig = donor->nbig;
    s->has_global = donor->has_global;
    recall_begin(s, true);
    s->clean = false;
}

// ---- the flush of a page

// May an entry of the granule have a first word that lies in the page? Entries have 16 bytes; all are looked at before anything is decided, for
// hardly ever does one. (It takes second words for first ones too.)
__attribute__((target("avx2"))) static bool granule_may_hold(const char *granule, uint64_t page) {
    const __m256i want = _mm256_set1_epi64x((int64_t)page), mask = _mm256_set1_epi64x((int64_t)PAGE_MASK);
    __m256i hits = _mm256_setzero_si256();
    for (unsigned at = 0; at < GRANULE; at += 32) {
        __m256i two = _mm256_loadu_si256((const __m256i *)(const void *)(granule + at));
        hits = _mm256_or_si256(hits, _mm256_cmpeq_epi64(_mm256_and_si256(two, mask), want));
    }
    return !_mm256_testz_si256(hits, hits);
}

static void granule_flush(Space *s, const Table *t, unsigned g, uint64_t page) {
    TlbEntry *e = (TlbEntry *)(void *)granule_at(s, g);
    if (!granule_may_hold((const char *)e, page))
        return;
    TlbEntry invalid = invalid_of(t);
    for (unsigned i = 0; i < GRANULE / sizeof(*e); i++)
        if ((e[i].tag & PAGE_MASK) == page)
            e[i] = invalid;
}

static void flush_data(Space *s, uint64_t page) {
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    unsigned i = tlb_index(page), j = tlb_second(i), k = i & (OTHER_ENTRIES - 1);
    TlbEntry *of_page[] = {&s->read[i], &s->write[i], &s->read[j], &s->write[j], &s->other_read[k], &s->other_write[k]};
    for (i = 0; i < sizeof(of_page) / sizeof(of_page[0]); i++)
        if (of_page[i]->tag == page)
            *of_page[i] = invalid;
    for (i = 0; i < IO_ENTRIES; i++)
        if (s->io[i].tag == page)
            s->io[i].tag = TLB_INVALID;
    for EACH_USED(s, &tables[T_SITE], g)
        granule_flush(s, &tables[T_SITE], g, page);
}

// Jump entries of one page stand together, so a flush looks at theirs alone. An instruction that straddles into the page is in the one
// before it; where pcs have 32 bits, the last page is before the first.
static void flush_code(Space *s, uint64_t page) {
    const Table *t = &tables[T_JUMP];
    unsigned slots = JUMP_ENTRIES < PAGE_SIZE / 2 ? JUMP_ENTRIES : PAGE_SIZE / 2;
    unsigned from = first_granule(t) + jump_index(page) * sizeof(JumpEntry) / GRANULE, end = from + slots * sizeof(JumpEntry) / GRANULE;
    for (unsigned g = next_used(s, from, end); g < end; g = next_used(s, g + 1, end))
        granule_flush(s, t, g, page);
    JumpEntry *straddler = &s->jump[jump_index(page - 2)];
    if ((uint32_t)straddler->vaddr == (uint32_t)(page - 2))
        *straddler = (JumpEntry){JUMP_NONE, UINT32_MAX, 0};
    FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag == page)
        f->tag = TLB_INVALID;
}

// Big pages are entered 4 KiB at a time, so the flush of one address must reach every piece: inside the regions that big pages have been
// filled from, everything goes.
void space_flush_page(Space *s, uint64_t page) {
    if (s->clean || page == TLB_INVALID)
        return;
    if (in_big(s, page)) {
        space_wipe(s);
        return;
    }
    if (holds(s->local[false], page) || holds(s->global[false], page))
        flush_data(s, page);
    if (holds(s->local[true], page) || holds(s->global[true], page))
        flush_code(s, page);
}

// ---- no store to a host page may go unseen

void space_wipe_write(Space *s, const uint8_t *host) {
    static const unsigned in[] = {T_WRITE, T_OTHER_WRITE, T_SITE};
    TlbEntry invalid = {TLB_INVALID, tlb_invalid_delta()};
    if (s->clean || !holds(s->wrote, (uint64_t)host))
        return;
    for (unsigned k = 0; k < sizeof(in) / sizeof(in[0]); k++)
        for EACH_USED(s, &tables[in[k]], g) {
            TlbEntry *e = (TlbEntry *)(void *)granule_at(s, g);
            for (unsigned i = 0; i < GRANULE / sizeof(*e); i++)
                if (e[i].tag + e[i].delta == (uint64_t)host)
                    e[i] = invalid;
        }
}
