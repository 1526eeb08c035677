// SPDX-License-Identifier: MIT
// One address space as translated code sees it: everything that a switch must swap and a flush must wipe, in one block under r15.
//
// Tags are page-aligned vaddrs; an access hits when `vaddr - tag <= 4096 - size`, one unsigned compare that also refuses accesses that
// cross the page. `delta` is host address minus vaddr. TLB_INVALID is no canonical address of any guest mode; should a guest use it all
// the same, the entry's delta leads into a guard page, and the SIGSEGV handler turns the fault into the site's slow path.
#pragma once
#include "tcg/run/vcpu.h"

#define PAGE_BITS 12
#define PAGE_SIZE 4096ull
#define PAGE_MASK (~(PAGE_SIZE - 1))
#ifdef MYNA_HOSTILE
#define TLB_ENTRIES 4u
#define OTHER_ENTRIES 2u
#define FETCH_ENTRIES 2u
#define JUMP_ENTRIES 4u
#define SITE_ENTRIES 2u
#define SPACE_COUNT 2u
#define GRANULE 32u
#define RECALL_LEAVES 4u
#define RECALL_PATHS 2u
#else
#define TLB_ENTRIES 4096u
#define OTHER_ENTRIES 256u
#define FETCH_ENTRIES 512u
#define JUMP_ENTRIES 16384u
#define SITE_ENTRIES 2048u
#define SPACE_COUNT 16u
#define GRANULE 256u
#define RECALL_LEAVES 256u
#define RECALL_PATHS 16u
#endif
#define IO_ENTRIES 16u
#define ROVE_MISSES 256u // of a pair: then C looks how quick they were
#define SEEN_BITS 4096u
#define BIG_REGIONS 8u
#define TLB_INVALID (1ull << 63)
#define JUMP_NONE (TLB_INVALID | 1) // odd: no instruction starts there, though a guest may ask for it

#define TLB_FOLD 12 // vpn bits that are folded, so that arrays a power of two apart do not share entries
static inline unsigned tlb_index(uint64_t vaddr) {
    uint64_t vpn = vaddr >> PAGE_BITS;
    return (unsigned)(vpn ^ vpn >> TLB_FOLD) & (TLB_ENTRIES - 1);
}

// Where an entry goes that another page took the place of. Half the table away, neighbours of busy pages are not in its way.
static inline unsigned tlb_second(unsigned index) { return index ^ TLB_ENTRIES / 2; }

static inline unsigned jump_index(uint64_t pc) { return (unsigned)(pc >> 1) & (JUMP_ENTRIES - 1); }

typedef struct TlbEntry {
    uint64_t tag;
    uint64_t delta;
} TlbEntry;

typedef struct FetchEntry {
    uint64_t tag;
    uint64_t ppage; // physical address of the page
    uint8_t *host;
    uint32_t global, guarded;
} FetchEntry;

// vaddr -> code, under one context word. What kind of jump led there counts too (Guest.lands): it stands in bits of the context word
// that no guest uses, and those with one have slots of their own, of odd index, since such guests' instructions are aligned to 4 bytes.
enum { LANDING_SHIFT = 28 }; // just above CTX_METER
// `code` is the low 32 bits of the (low) executable mapping.
typedef struct JumpEntry {
    uint64_t vaddr;
    uint32_t ctx, code;
} JumpEntry;

// Pages that are memory-mapped I/O, or RAM that stores must not reach directly (it holds blocks).
typedef struct IoEntry {
    _Alignas(32) uint64_t tag;
    uint64_t ppage;
    bool read, write;
} IoEntry;

// What the fills of a space have read in page tables: fence.c.
typedef struct RecallLeaf {
    TlbStep step;
    uint64_t page; // its vaddr; bit 0: part of a bigger page
} RecallLeaf;

typedef struct Recall {
    RecallLeaf leaf[RECALL_LEAVES];
    TlbPath path[RECALL_PATHS];
    unsigned nleaves, npaths, latest; // latest: path that was noted last
    bool lost;                        // not all was noted
    unsigned rest, resting;           // fences by which nothing is noted, since looks found too much changed; how many are left
} Recall;

enum {
    SPACE_TABLES = 16 * (2 * TLB_ENTRIES + 2 * OTHER_ENTRIES + JUMP_ENTRIES + SITE_ENTRIES) + 32 * (FETCH_ENTRIES + IO_ENTRIES),
    GRANULES = SPACE_TABLES / GRANULE
};

// space.c holds the essay on its tables.
struct Space {
    _Alignas(PAGE_SIZE) TlbEntry read[TLB_ENTRIES];
    TlbEntry write[TLB_ENTRIES];
    TlbEntry other_read[OTHER_ENTRIES], other_write[OTHER_ENTRIES]; // of privilege index 1: what a kernel's accesses as its user go by
    JumpEntry jump[JUMP_ENTRIES];
    TlbEntry site[SITE_ENTRIES]; // site pairs: the last page each load site (first half) or store site (second half) touched
    FetchEntry fetch[FETCH_ENTRIES];
    IoEntry io[IO_ENTRIES];
    // ---- about them
    uint8_t used[GRANULES]; // granules of the tables that hold an entry: whoever enters one says so; translated code too
    uint16_t misses[SITE_ENTRIES], accesses[SITE_ENTRIES]; // of site pairs, counted down; accesses: of those watched. See rove.c
    uint64_t local[2][SEEN_BITS / 64], global[2][SEEN_BITS / 64]; // hashes of pages filled for data, for fetch: of one address space, of all
    uint64_t before[SEEN_BITS / 64]; // hashes of pages filled for data before the last flush of all or of an ASID
    uint64_t wrote[SEEN_BITS / 64]; // hashes of host pages that got a write entry
    uint64_t big[BIG_REGIONS];  // GiB-sized regions that pages larger than 4 KiB were filled from
    unsigned nbig;              // more than BIG_REGIONS: anywhere
    bool has_global, has_local;
    uint8_t flushes;            // of all or of an ASID
    bool clean;                 // nothing was filled since the last wipe
    unsigned index;
    Recall recall;
};
_Static_assert(offsetof(Space, used) == SPACE_TABLES && SPACE_TABLES % GRANULE == 0, "granules cover the tables");

// An entry was made in one of the tables.
static inline void space_mark(Space *s, const void *entry) {
    s->used[(size_t)((const char *)entry - (const char *)s) / GRANULE] = 1;
    s->clean = false;
}

// What makes a space the one it is; apart from the spaces, so that looking for one reads few lines.
typedef struct SpaceId {
    uint64_t key, key2;
    uint64_t used;      // LRU stamp; 0: not in use
    uint32_t asid;
} SpaceId;

typedef struct SpaceSet {
    SpaceId id[SPACE_COUNT];
    Space *spaces[SPACE_COUNT];
    uint8_t latest[8]; // by a hash of key2: the space last used, looked at first
    uint64_t stamp;
    FetchEntry fetch_once; // a page whose permissions change inside: good for one instruction
} SpaceSet;

bool tlb_init(Vcpu *v);
void tlb_free(Vcpu *v);
// The delta that invalid entries hold: into the guard page.
uint64_t tlb_invalid_delta(void);
bool tlb_guard_hit(const void *address);

void space_begin(Space *s);          // of memory that holds zeros
void space_wipe(Space *s);           // everything
void space_wipe_local(Space *s);     // all but the entries of global pages
void space_inherit(Space *s, const Space *donor); // starts s with donor's global pages
void space_filled(Space *s, uint64_t vaddr, bool fetch, const TlbFill *fill); // before an entry is made of the fill
void space_flush_page(Space *s, uint64_t page);
void recall_begin(Space *s, bool lost); // of a space that is empty; lost: or has entries that were not noted
void recall_note(Space *s, uint64_t vaddr, const TlbFill *fill);
void space_wipe_jumps(Space *s);
void space_see_local(Space *s, uint64_t vaddr); // a jump entry for vaddr hangs on a page that is not global
unsigned space_before(const Space *s, uint64_t vaddr); // which of the eight pages around vaddr are in `before` and not filled since
void space_wrote(Space *s, const uint8_t *host); // a write entry is made for the page
void space_wipe_write(Space *s, const uint8_t *host);
void tlb_wipe_write_page(Vcpu *v, const uint8_t *host); // all spaces: no store to this page of RAM goes unseen (it got a block)
void tlb_wipe_jumps(Vcpu *v);        // all spaces: no jump finds a retired block

// Fetch translation of vaddr's page. NULL: trap raised, or (trap clear) the page is not RAM.
const FetchEntry *tlb_fetch(Vcpu *v, uint64_t vaddr, bool probe);

// Guest.fill, counted, profiled and logged.
bool tlb_walk(Vcpu *v, uint64_t vaddr, Access access, unsigned mmu, unsigned size, bool probe, TlbFill *fill);

// One access by C code to [a]; the slow path of translated loads, stores and atomics.
uint64_t tlb_amo(Vcpu *v, unsigned op, unsigned memop, uint64_t vaddr, uint64_t b, uint64_t c);
