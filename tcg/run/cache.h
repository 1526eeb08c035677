// SPDX-License-Identifier: MIT
// The store of translated blocks, shared by all vCPUs of an engine: look up, link, suspect, retire.
//
// A block is stored once under (paddr, context word), whatever vaddrs map it. Look-ups take no lock; whatever changes the store holds
// Engine.lock. A vCPU that holds a Block pointer or runs translated code is `active` (Vcpu.in_code); memory of blocks and code is reused
// only when no vCPU is (engine_exclusive).
//
// Self-modifying code. A page with live blocks is `live`: no vCPU has a write-TLB entry for it. The first store to it goes the slow path
// (cache_store_page): its blocks become suspect (unlinked, their entries diverted) and the page is opened for stores at full speed. A
// look-up that finds a suspect block makes the page live again, compares the guest bytes with the copy taken at translation, and
// revives or retires the block. Where code has changed a few times, the first few stores leave the page live instead, without a write-TLB
// entry: they are noted one by one, and a guest that patches an instruction is spared opening and closing the page (access.c, cache_patched).
//
// A page whose suspects keep being found unchanged, since data beside the code is stored to, becomes mixed in a guest that has been seen to
// fence: stores go at full speed while its blocks run on, and the guest's next instruction fence makes them suspect. Writes by DMA still do so at once.
#pragma once
#include "tcg/run/backend.h"
#include "tcg/run/engine.h"
#include "tcg/run/tlb.h"

typedef struct CodePage CodePage;
typedef struct DebugPoints DebugPoints;
typedef struct Reserve Reserve;

typedef struct RegionPart { uint16_t at, bytes; } RegionPart; // offset in the page

typedef struct Block {
    uint64_t paddr;
    uint64_t next_ppage;            // straddling: the physical page of its last bytes, else ~0
    uint32_t ctx;
    uint32_t code;                  // executable address; 0: interpreted
    uint32_t warm;                  // entry for links that left guest FP registers in the host's
    uint16_t bytes, nlinks;
    uint32_t first_link, incoming;  // Engine.links: its own exits; head of the list of links to it (0: none)
    _Atomic bool suspect;
    uint8_t half;                   // of the cache: evict.c
    bool retired, divertible;       // divertible: Backend.divert takes its entry; `kept` is what that gave
    uint16_t kept;
    bool region;                    // tier2.c: several blocks in one, of `part`; `copy` holds the bytes of one part after another
    _Atomic uint8_t failures;       // how often no region was found to begin here
    _Atomic uint8_t met;            // how often a loop came around here, as far as was seen
    uint8_t nparts;
    bool debug;                     // for vaddrs on whose page a breakpoint is: one instruction, no links from or to it
    uint16_t mark;                  // form.c's own
    union {
        struct RegionPart *part;
        struct InterpBlock *ir;     // interpreted; of a region that has code, never looked at
    };
    struct Block *_Atomic next;     // hash chain
    struct Block *in_page[2];       // next block of the page (and of the straddled one)
    uint8_t copy[];                 // guest bytes at translation
} Block;

// Bytes of host code: how much the cache may grow to unless options say otherwise, and how much of that is used freely.
#ifdef MYNA_HOSTILE
#define CACHE_SIZE ((size_t)8 << 20)
#define CACHE_EASY ((size_t)4 << 20)
#else
#define CACHE_SIZE ((size_t)512 << 20)
#define CACHE_EASY ((size_t)64 << 20)
#endif

enum { PAGE_OPEN, PAGE_CLOSING /* vCPUs are being told */, PAGE_LIVE, PAGE_MIXED, PAGE_STATE = 3, PAGE_ROUND = 4 };

typedef struct AccessList {
    CompiledAccess *access;
    unsigned n, room;
} AccessList;

struct CodePage {
    uint64_t ppage;
    _Atomic uint32_t live;          // PAGE_OPEN to PAGE_MIXED, plus PAGE_ROUND times how often it was closed
    unsigned turns;                 // suspects in a row that were found unchanged: it is data that is stored there
    unsigned patches;               // stores since a suspect was looked at
    unsigned rewrites;              // suspects that were found changed since more stores than a patch has came in a row
    bool dormant;                   // all its blocks are suspect
    _Atomic bool hot;               // rove.c: its sites have pairs
    uint8_t met;                    // ticks that found its code running, since Engine.answered was met_since
    uint32_t met_since;
    CodePage *next_mixed;
    Block *blocks;
    CodePage *_Atomic next;
};

// A direct exit: a 4-byte aligned rel32 that jumps to its stub until it is linked.
typedef struct Link {
    uint32_t site, stub;            // executable addresses: of the rel32, of the stub
    int32_t target;                 // offset from the page
    uint32_t next : 30;             // in to->incoming
    bool warm : 1;                  // to the target's warm entry
    bool paired : 1;                // a call, or what comes behind it
    Block *from, *to;
} Link;
_Static_assert(sizeof(Link) == 32, "small: there is one for each exit");

typedef struct KnownText {
    uint64_t hash;
    Block *block; // or NULL
} KnownText;

enum { MIXED_AFTER = 16, PATCHES = 8, PATCHED_AFTER = 4 };
enum { HASH_SIZE = 1 << 18, PAGE_HASH = 1 << 14, MAX_VCPUS = 64, ROVE_BITS = 1 << 13, EVICTED_BITS = 1 << 20 };
enum { TEXT_HASH = 1 << 14, TEXT_PLACES = 1 << 10, TEXT_LENGTHS = 8 };

struct EngineProfile {
    unsigned hz;
    void (*fn)(void *opaque, Vcpu *v, const uint32_t *samples); // NULL: off
    void *opaque;
};

struct Engine {
    const Guest *guest;
    const Backend *backend;
    EngineOptions options;
    struct EngineProfile profile;
    bool trace;                     // each block is entered by the run loop, so that -d exec and -d cpu see it
    pthread_mutex_t lock;           // the store, links, translation
    pthread_mutex_t gate_lock;      // one exclusive section at a time
    pthread_cond_t gate_open;
    _Atomic bool gate;
    _Atomic uint32_t generation;    // counts evictions
    Block *_Atomic hash[HASH_SIZE];
    CodePage *_Atomic pages[PAGE_HASH];
    CodePage *_Atomic mixed;        // list of mixed pages
    KnownText shelf[TEXT_HASH];     // texts.c
    uint8_t lengths[TEXT_PLACES][TEXT_LENGTHS]; // half the bytes of texts that are on it, by a hash of their place; the latest first
    _Atomic bool fenced;            // the guest uses instruction fences
    bool ticks;                     // tier 2 asks now and then what is running
    uint32_t answered;              // how often it was answered: rove.c
    Link *links;
    uint32_t nlinks, links_end, links_room; // links_end: of the half that is filled; evict.c
    uint32_t links_used[2];         // where the other half's end; 0: it never had any
    LateStub *late;                 // as links
    uint32_t nlate, late_end, late_used[2];
    struct Arena *arena, *arenas[2]; // blocks, byte copies: of the half that is filled, of both
    size_t other_half;              // bytes of code in the other one
    unsigned came, came_again;      // blocks translated since the last eviction; those of them that had been evicted before
    uint64_t evicted[EVICTED_BITS / 64]; // hashes of blocks that were
    AccessList accesses[3];         // guard.c: of blocks of each half, of regions
    CodeBuffer code, region_code;
    struct Tier2 *tier2;            // NULL: off
    Reserve *reserve;               // reserve.c; NULL: reservations are not strict
    Vcpu *vcpus[MAX_VCPUS];
    unsigned nvcpus;
    DebugPoints *_Atomic breakpoints, *_Atomic watchpoints; // debug.c; NULL: none
    uint64_t ppage;                 // physical page of the block being translated
    uint64_t roving[ROVE_BITS / 64], watched[ROVE_BITS / 64], settled[ROVE_BITS / 64]; // hashes of instructions: rove.c
    uint8_t page[PAGE_SIZE], next_page[4]; // guest bytes being translated, at their offset; the first of the straddled page
    IrBuild build;
    IrBlock ir;
    uint64_t gone[STAT_COUNT];      // what freed vCPUs counted
    uint64_t translate_ns;
    void *backend_state;
};

enum { MAX_BLOCK_INSNS = 64 };
void engine_log_block(const IrBlock *ir);            // dump.c: -d op, op_opt, out_asm
void engine_log_entry(Vcpu *v);                      // -d exec, cpu
void engine_log_code(Engine *e, const IrBlock *ir, const Compiled *c);
CodeBuffer *engine_buffer(Engine *e, uint32_t at);   // the one that the executable address lies in
bool code_map(CodeBuffer *c, size_t size, unsigned halves, size_t easy); // easy: of all of it, what is open at first
void code_open(CodeBuffer *c, size_t open);
void code_begin_half(CodeBuffer *c, unsigned half);
size_t code_size(const CodeBuffer *c);               // bytes in the half that is filled
bool block_covers(const Block *b, uint64_t paddr);   // is it of the instruction there?
uint64_t clock_ns(void);

Block *cache_find(Engine *e, uint64_t paddr, uint32_t ctx, bool debug);         // lock-free; may be suspect
CodePage *cache_page(Engine *e, uint64_t ppage, bool create);                   // create: with the lock
bool cache_page_live(const CodePage *p);
void cache_page_set(CodePage *p, unsigned state);                               // with the lock
void cache_post_jumps(Engine *e);                                               // with the lock: all vCPUs wipe their jump caches
bool cache_page_open(Engine *e, uint64_t ppage);                                // stores there need no slow path; on a vCPU's thread, which
                                                                                // then serves its queue before it relies on it
void cache_protect(Engine *e, Vcpu *v, uint64_t ppage, const uint8_t *host);    // no lock, v not active
void cache_fence(Engine *e, Vcpu *v);                                           // the guest's instruction fence
void cache_store_page(Engine *e, uint64_t ppage, bool dma);                               // before a store to RAM that may hold blocks
bool cache_patch(Engine *e, uint64_t ppage);                                    // the same, but if true, then behind it cache_patched
void cache_patched(Engine *e, uint64_t ppage);
void cache_publish(Engine *e, Block *b);                                        // with the lock: look-ups find it
Block *cache_add(Engine *e, uint64_t paddr, uint64_t next_ppage, const IrBlock *ir); // with the lock
void cache_revive(Engine *e, Block *b);                                         // with the lock: a suspect block is as memory is
void cache_retire(Engine *e, Block *b);                                         // with the lock
void cache_restore(Engine *e, Block *b);                                        // with the lock: a retired block is as memory is
Block *texts_swap(Engine *e, Block *b, const uint8_t *host);                    // texts.c
void texts_evict(Engine *e, unsigned half);
// rove.c. A load or store site's pair missed many times (thunk of translated code; pc_off is set); a watched site's accesses were counted.
void cache_rove(Vcpu *v, unsigned site), cache_watch(Vcpu *v, unsigned site);
bool cache_pairs(Engine *e, uint64_t ppage);                                    // sites of code on this page have pairs
bool cache_tick(Engine *e, const Block *b);                                     // no lock: a tick found b running. True: it is to be translated anew
bool cache_roves(const Engine *e, uint64_t paddr);                              // the accesses of the instruction there ask the TLB at once
bool cache_watched(const Engine *e, uint64_t paddr);                            // they are counted
static inline Link cache_new_link(Block *from, const CompiledLink *l) {
    return (Link){.site = l->site, .stub = l->stub, .target = l->target, .from = from, .warm = l->warm, .paired = l->paired};
}
// Of a half, in Engine.links and Engine.late: the first; 0 means none.
static inline uint32_t cache_links_begin(const Engine *e, unsigned half) { return half ? e->links_room / 2 : 1; }
void cache_link(Engine *e, uint32_t link, Block *to);                           // with the lock

// evict.c. The half that is filled is full: what is in the other one goes. v not active.
void cache_flush(Engine *e, Vcpu *v, uint32_t generation);                      // Engine.generation when it was full
void cache_drop_regions(Engine *e);                  // with tier2_hold, no vCPU active by the caller: makes room for regions
void cache_begin_half(Engine *e, unsigned half);
void cache_note(Engine *e, const Block *b);                                     // with the lock: a new block

// guard.c: faults of translated code on the TLB's guard page.
bool guard_install(void);
enum { OF_REGIONS = 2 };                                // in place of a half
void guard_add(Engine *e, const Block *b, const Compiled *c); // with the lock
Vcpu *guard_running(void);                              // that of this thread
void guard_thread(Vcpu *v);                             // this thread runs v (NULL: none)

void engine_code_ahead(CodeBuffer *c);                                          // with the lock: before a block is emitted
void engine_exclusive(Engine *e, Vcpu *v, bool enter);                          // all other vCPUs out of code; v (may be NULL) not active

// debug.c. Whose breakpoints are in [first, last]?
enum { BREAK_DEBUGGER = 1, BREAK_GUEST = 2 };
unsigned debug_break_slow(Engine *e, uint64_t first, uint64_t last);
static inline unsigned debug_break_in(Engine *e, uint64_t first, uint64_t last) {
    return atomic_load_explicit(&e->breakpoints, memory_order_relaxed) ? debug_break_slow(e, first, last) : 0;
}
static inline bool debug_watches(Engine *e) { return atomic_load_explicit(&e->watchpoints, memory_order_relaxed); }
bool debug_watch_page(Engine *e, uint64_t page); // no access to it may go unseen
// Before an access (WATCHED_READ, WATCHED_WRITE): true if the instruction must be run by itself, which has been arranged for; nothing may
// be accessed now. After it: notes what was hit.
bool debug_watch_before(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access);
// Behind its page walk: true if the guest has taken an exception.
bool debug_watch_guest(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access, unsigned mmu);
void debug_watch_after(Vcpu *v, uint64_t vaddr, unsigned size, unsigned access);

bool run_trap(Vcpu *v); // takes the raised trap, in translated code; false: the run loop must
bool work_init(Vcpu *v);
void work_free(Vcpu *v);
