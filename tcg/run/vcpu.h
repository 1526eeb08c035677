// SPDX-License-Identifier: MIT
// A virtual CPU as the translator sees it. The Vcpu stands immediately below its guest's state struct in memory: translated code
// holds the address of the guest state in rbp and finds both within a short displacement.
//
//      rbp - sizeof(Vcpu)          rbp
//      [ cold ............. hot ][ guest state: x1, x2, ... | host wiring ]
//
// Exactly one thread runs a Vcpu. Others reach it by exit_request bits and, for remote TLB flushes, by its request queue.
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "tcg/run/guest.h"
#include "tcg/run/ticker.h"

// The one bit of the context word that is the engine's: code that counts what it runs (meter.h).
enum { CTX_METER = 1 << 27 };

// Bits of Vcpu.exit_request, tested by translated code at back edges and indirect jumps.
enum {
    EXIT_IRQ = 1,       // an interrupt line changed: ask Guest.interrupt
    EXIT_STOP = 2,      // return from vcpu_run
    EXIT_WORK = 4,      // requests are queued (TLB flush, run on vcpu)
    EXIT_STEP = 8,      // the run loop's own: the block that runs is a single step
    EXIT_PROFILE = 16,  // a sample is due (profile.h)
    EXIT_TICK = 32,     // tier 2 asks which loop runs
};

// What a vCPU's thread does, for profiles; whatever is not marked (helpers, the run loop, traps) is PROFILE_OTHER.
enum { PROFILE_OTHER, PROFILE_CODE, PROFILE_TRANSLATOR, PROFILE_TLB, PROFILE_IO, PROFILE_PARTS };

typedef enum RunResult { RUN_STOPPED, RUN_WAITING /* WFI */, RUN_BREAKPOINT, RUN_STEPPED, RUN_WATCHPOINT } RunResult;

enum { WATCHED_READ = 1, WATCHED_WRITE = 2 };
// Vcpu.trap, beside the guest's own values: the access is watched, so the instruction is to be run by itself (tcg/run/debug.c).
#define TRAP_REPLAY UINT32_MAX
#define TRAP_AGAIN (UINT32_MAX - 1) // a load-reserved of a page that is not watched yet: it comes again (tcg/run/reserve.c)

typedef struct HotLoop { // a block that tier 2 should make a region of
    uint64_t paddr;
    uint32_t ctx;
    bool wanted;
} HotLoop;

typedef struct Space Space;   // tcg/run/tlb.h: TLB, jump cache and site pairs of one address space
typedef struct Engine Engine; // tcg/run/engine.h: code cache and translator, shared by all vCPUs of a machine

// What the run loop counts, for info jit.
enum {
    STAT_LEFT_LOOKUP, STAT_LEFT_LINK, STAT_LEFT_TRAP, STAT_LEFT_POLL, // what left the code cache, as LEFT_* tell
    STAT_TRANSLATE, STAT_INSNS, STAT_HOST_BYTES, STAT_LINK, STAT_FILL, STAT_SLOW, STAT_IO, STAT_FLUSH, STAT_FLUSH_PAGE,
    STAT_TRAP, STAT_IRQ, STAT_SUSPECT, STAT_REVIVED, STAT_FALLBACK, STAT_CACHE_FULL, STAT_ROVE, STAT_LATE, STAT_KNOWN,
    STAT_COUNT,
};

// What rove.c knows of a site of loads or stores.
typedef struct SiteNote {
    uint64_t then;             // when its misses were counted last, ns
    uint32_t rounds, watched;  // quick counts in a row; low bits of the physical address of the instruction that is watched
} SiteNote;

struct Vcpu {
    // ---- cold
    const Guest *guest;
    Engine *engine;
    void *owner;               // cpu/cpu.h's Cpu
    const Ticker *ticker;      // virtual time; set by the owner, never NULL
    void (*wake)(Vcpu *v);     // set by the owner, may be NULL: vcpu_kick calls it, so that a sleeping vCPU looks at exit_request
    unsigned index;
    struct SpaceSet *spaces;
    struct WorkQueue *work;
    bool waiting;              // WFI: vcpu_run returns RUN_WAITING
    bool step;                 // one instruction, then RUN_STEPPED: past breakpoints, without interrupts; WFI does not wait
    uint64_t step_first, step_size; // step on while pc is in this range, up to a breakpoint. step_size 0: once
    HotLoop hot;
    bool ticked;               // a tick was answered
    bool polled;               // at a poll,
    uint64_t polled_at;        // of the loop at this pc
    bool alone;                // the guest's: instructions run one by one, Guest.stepped behind each. Set with a context word of its own
    bool replay;               // the run loop's own: one instruction by itself, as a step, then on
    struct { uint64_t vaddr; unsigned access; } watch; // after RUN_WATCHPOINT: where, and what that watchpoint watches for
    uint32_t landing;          // by what kind of jump v->pc was reached, set where it left translated code; 0: any other way, or checked
    bool landing_guarded;      // that jump stands on a guarded page
    uint32_t metered;          // CTX_METER, or 0 (meter.h)
    bool changed;              // context word or address space changed, or WFI: EXIT_SYNC must look again, predicted returns are void
    _Atomic bool in_code;      // between entering and leaving translated code; see work.c on shoot-downs
    struct { void *page; uint32_t round, stores; unsigned line; } reserved; // reserve.c: by the last load-reserved; NULL: none
    struct { uint8_t *host; uint64_t ppage; } wanted; // for TRAP_AGAIN
    bool fp_live;              // MXCSR holds guest flags and rounding mode
    uint8_t fp_rm;             // dynamic rounding mode, FP_*
    uint8_t fp_flags;          // soft side of the sticky flags (RISC-V fflags order); the host's MXCSR holds the rest
    uint64_t stat[STAT_COUNT]; // for info jit
    uint32_t samples[PROFILE_PARTS]; // since the last profile_take
    volatile uint8_t part;     // PROFILE_*, where it is not translated code
    SiteNote site_note[2048];  // of rove.c. One for each site: those of a loop reach the end of their pages together
    uint64_t random;           // hostile build: its stream of dice
    uint64_t scratch[8];       // C helpers' out parameters, 128-bit values
    // ---- hot: the last 128 bytes below the guest state (the struct's end is 64-byte aligned)
    _Alignas(64) uint64_t spill[64]; // temporaries of the running block
    uint64_t pc;               // guest pc, exact whenever translated code is not running
    uint64_t host_sp;          // C stack pointer while translated code runs
    Space *space;              // current address space (r15 in translated code)
    uint64_t vpage;            // vaddr of the page that holds the running block
    uint32_t pc_off;           // offset of the current instruction (16 bits), stored before calls that may leave; above it, how many
                               // instructions the block has retired that are not in the guest's counter yet (0: nothing counts)
    uint32_t trap;             // nonzero: raised, leave to Guest.trap
    _Atomic uint32_t exit_request;
    uint32_t ctx;              // context word: what translation depends on (mode, FP state, ...), set by vcpu_context
    uint64_t stack_limit;      // of the return predictor: below it, it starts afresh
    bool xmm_live;             // guest FP registers are in the host's, newer than in the state; never while C runs
};

static inline void *vcpu_state(Vcpu *v) { return v + 1; }
static inline Vcpu *vcpu_of_state(void *state) { return (Vcpu *)state - 1; }
// The exact guest pc, inside a helper that may trap.
static inline uint64_t vcpu_pc(const Vcpu *v) { return v->vpage + (v->pc_off & 0xffff); }
// There, and when a trap has been raised: what Guest.retired is told.
static inline unsigned vcpu_retired(const Vcpu *v) { return v->pc_off >> 16; }

// ---- what a guest front end calls (tcg/run/run.c, tlb.c)

// Guest state that translation depends on changed: the new context word. Blocks and jump caches are keyed by it.
static inline void vcpu_context(Vcpu *v, uint32_t ctx) {
    ctx |= v->metered;
    v->changed |= v->ctx != ctx;
    v->ctx = ctx;
}
// WFI: the run loop returns RUN_WAITING unless Guest.awake.
static inline void vcpu_wait(Vcpu *v) { v->waiting = v->changed = true; }
// Selects the address space for fetches, loads and stores from now on. The keys must tell apart whatever makes translations differ: `key`
// the page table (0: none), key2 the rules (privilege, SUM/MXR, MPRV ...) and what else global pages depend on. What only concerns loads
// and stores goes to key2's bits from SPACE_DATA_SHIFT on: where the rest stays the same, so do fetches, and translated code runs on.
// `asid` is what flushes name. A small set is kept, least recently used out.
enum { SPACE_DATA_SHIFT = 56 };
void vcpu_space(Vcpu *v, uint64_t key, uint64_t key2, uint32_t asid);
// TLB maintenance of this vCPU. asid -1: all.
void vcpu_flush(Vcpu *v, int64_t asid);
void vcpu_flush_page(Vcpu *v, uint64_t vaddr, int64_t asid);
// All, as far as page tables have changed: what they still give may stay (fence.c).
void vcpu_fence(Vcpu *v);
// fence.i: suspect blocks were found by content already; this only makes stores before it visible to fetch.
void vcpu_fence_i(Vcpu *v);
// Breakpoints and watchpoints of the guest's own, by vaddr: on its thread, or while it is stopped. Guest.breakpoint and Guest.watchpoint
// are asked about what touches one, of any vCPU. A breakpoint is one vaddr, or 0 to UINT64_MAX.
void vcpu_breakpoint(Vcpu *v, uint64_t first, uint64_t last, bool set);
void vcpu_watch(Vcpu *v, uint64_t first, uint64_t last, bool set);
// Floating point: all sticky flags so far (host's folded into the soft side); set rounding mode and flags.
unsigned vcpu_fp_flags(Vcpu *v);
void vcpu_fp_set(Vcpu *v, unsigned rm, unsigned flags);

// Memory through the MMU with current privilege, any alignment; false: trap raised (Vcpu.trap).
bool vcpu_load(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t *value);
bool vcpu_store(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value);
bool vcpu_load128(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[2]);
bool vcpu_store128(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t value[2]); // in one piece if aligned, not I/O; the load too
// value: what is expected, then what is to be stored; the first two become the old value. Aligned, or it traps.
bool vcpu_cas128(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[4]);
// Host address for an atomic or block-zero access of `size` bytes inside one page, writable; NULL: trap raised, or MMIO (*io).
void *vcpu_host(Vcpu *v, uint64_t vaddr, unsigned size, Access access, bool *io, uint64_t *paddr);
// Load-reserved and store-conditional where vcpu_strict: of up to 16 bytes, inside a line. *done: stored; seen: what the load gave, NULL
// where the guest knows of no reservation (the access is checked all the same). False: trap raised.
bool vcpu_strict(const Vcpu *v);
bool vcpu_load_reserved(Vcpu *v, uint64_t vaddr, unsigned memop, uint64_t value[2]);
bool vcpu_store_conditional(Vcpu *v, uint64_t vaddr, unsigned memop, const uint64_t seen[2], const uint64_t value[2], bool *done);

// ---- what the CPU's thread calls
Vcpu *vcpu_new(const Guest *guest, Engine *engine, unsigned index, void *owner); // aligned; state zeroed
void vcpu_leave(Vcpu *v);              // leaves its engine: no other thread reads its state from now on. vcpu_free does so as well
void vcpu_free(Vcpu *v);
RunResult vcpu_run(Vcpu *v);           // until EXIT_STOP, WFI, a breakpoint, a watchpoint or a step done
void vcpu_kick(Vcpu *v, uint32_t bits); // any thread
extern _Thread_local bool vcpu_unmapped; // this thread unmapped RAM (engine_unmapped)
extern _Thread_local Vcpu *vcpu_kicked; // the last that this thread sent an interrupt
// Runs fn on the vCPU's thread between blocks (at once if it is not running); waits for it if `wait`.
void vcpu_work(Vcpu *v, void (*fn)(Vcpu *v, void *arg), void *arg, bool wait);
void work_run(Vcpu *v); // serves v's queue: on its thread, while it sleeps outside vcpu_run
