// SPDX-License-Identifier: MIT
// The run loop of one vCPU: serve requests, take traps and interrupts, find or translate the block at pc, run it, link what it asked for.
// Everything that has to happen between blocks happens here, in this order; translated code stays away for as long as it can.
//
// A vCPU is `active` (in_code) from the look-up of a block until the code it entered has left; only then may it hold Block pointers.
// Translation, exclusive sections and sleeping happen while it is not. Pending links survive only within one generation of the cache.
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tcg/interp/interp.h"
#include "tcg/run/arena.h"
#include "tcg/run/cache.h"
#include "tcg/run/fpmode.h"
#include "tcg/run/hostile.h"
#include "tcg/run/meter.h"
#include "tcg/run/profile.h"
#include "tcg/run/reserve.h"
#include "tcg/run/tier2.h"

typedef struct PendingLink {
    uint32_t link; // 0: none
    uint32_t generation, ctx;
    uint64_t pc;   // where it leads; an interrupt or a trap may send the vCPU elsewhere first
    Space *space;
} PendingLink;

static uint64_t next_page(const Vcpu *v) {
    uint64_t page = (v->pc & PAGE_MASK) + PAGE_SIZE;
    return v->guest->pc32 ? (uint32_t)page : page;
}

static bool straddles(const Engine *e, uint64_t pc) {
    return e->guest->insn_align < 4 && (pc & (PAGE_SIZE - 1)) + 4 > PAGE_SIZE;
}

// Does the block's memory still hold what was translated? `host`, `next`: its page and the one it straddles into.
static bool unchanged(const Block *b, const uint8_t *host, const uint8_t *next) {
    const uint8_t *copy = b->copy;
    for (unsigned i = 0; i < b->nparts; copy += b->part[i++].bytes)
        if (memcmp(copy, host + b->part[i].at, b->part[i].bytes) != 0)
            return false;
    if (b->region)
        return true;
    unsigned at = b->paddr & (PAGE_SIZE - 1), here = b->bytes;
    if (b->next_ppage != ~0ull)
        here = PAGE_SIZE - at;
    return memcmp(b->copy, host + at, here) == 0 && (here == b->bytes || memcmp(b->copy + here, next, b->bytes - here) == 0);
}

static bool stepping(const Vcpu *v) { return v->step || v->replay; }
static bool singly(const Vcpu *v) { return stepping(v) || v->alone; } // no block of more than one instruction, and none found

// What the instruction at v->pc may lie in: its page and, if it may straddle, the next one.
typedef struct Fetch {
    FetchEntry page, next;
    bool two;      // `next` is there
    bool whole;    // the block may serve later runs as well
    bool debug;    // a breakpoint is on the page, as this vCPU sees it: see Block.debug
    uint64_t paddr;
} Fetch;

static unsigned block_limit(const Engine *e, Vcpu *v, const Fetch *f) {
    unsigned limit = hostile_limit(v);
    if (!f->whole || f->debug || e->options.one_insn)
        return 1;
    return limit < MAX_BLOCK_INSNS ? limit : MAX_BLOCK_INSNS;
}

static Block *install_interpreted(Engine *e, Block *b) {
    b->ir = interp_copy(arena_alloc(e->arena, interp_size(&e->ir)), &e->ir);
    cache_publish(e, b);
    return b;
}

static Block *install(Engine *e, Vcpu *v, const Fetch *f, uint64_t next_ppage) {
    const uint8_t *host = e->page, *next = e->next_page;
    Block *b = cache_add(e, f->paddr, next_ppage, &e->ir);
    b->debug = f->debug;
    atomic_store(&b->suspect, !f->whole); // for one run by this vCPU: no other finds it
    unsigned at = f->paddr & (PAGE_SIZE - 1), here = next_ppage == ~0ull ? b->bytes : PAGE_SIZE - at;
    memcpy(b->copy, host + at, here);
    if (here < b->bytes)
        memcpy(b->copy + here, next, b->bytes - here);
    v->stat[STAT_TRANSLATE]++;
    v->stat[STAT_INSNS] += e->ir.ninsns;
    if (e->options.interpret)
        return install_interpreted(e, b);
    Compiled c;
    engine_code_ahead(&e->code);
    if (!e->backend->compile(e, &e->ir, &e->code, e->nlinks, &c)) {
        if (c.beyond)
            return install_interpreted(e, b);
        cache_retire(e, b);
        return NULL;
    }
    engine_log_code(e, &e->ir, &c);
    v->stat[STAT_HOST_BYTES] += c.bytes + c.cold_bytes;
    v->stat[STAT_FALLBACK] += c.fallbacks;
    b->code = c.entry;
    b->warm = c.warm_entry;
    b->divertible = c.divertible;
    guard_add(e, b, &c);
    b->first_link = e->nlinks;
    b->nlinks = (uint16_t)c.nlinks;
    for (unsigned i = 0; i < c.nlinks; i++)
        e->links[e->nlinks++] = cache_new_link(b, &c.links[i]);
    e->nlate += c.nlate;
    cache_publish(e, b);
    return b;
}

static bool cache_full(Engine *e) {
    if (e->options.interpret)
        return arena_used(e->arena) >= e->code.size / 2 || arena_used(e->arena) >= CACHE_EASY / 2;
    return e->nlinks + 64 > e->links_end || e->nlate == e->late_end;
}

// What is decoded and what is kept for later comparison must be the same bytes, though DMA and stores to mixed pages may change them
// meanwhile: both read this copy.
static void snapshot(Engine *e, uint64_t pc, const uint8_t *host, const uint8_t *next) {
    unsigned at = pc & (PAGE_SIZE - 1), n = PAGE_SIZE - at;
    memcpy(e->page + at, host + at, n < MAX_BLOCK_INSNS * 4 ? n : MAX_BLOCK_INSNS * 4);
    if (next)
        memcpy(e->next_page, next, sizeof(e->next_page));
}

// Locked. Translates the block at pc, whose page is live. NULL: it needs a next page that is not there, or the cache is *full.
static Block *translate(Engine *e, Vcpu *v, const Fetch *f, bool *full) {
    uint64_t began = clock_ns();
    if ((*full = cache_full(e)))
        return NULL;
    ir_begin(&e->build, &e->ir, &e->guest->names, v->pc & PAGE_MASK, (int32_t)(v->pc & ~PAGE_MASK), v->ctx);
    meter_block(e->guest, &e->build, v->ctx);
    e->build.needs_next = false;
    e->ir.unlinked = !f->whole || f->debug;
    e->ppage = f->page.ppage;
    snapshot(e, v->pc, f->page.host, f->two ? f->next.host : NULL);
    e->guest->translate(&e->build, v, e->page, f->two ? e->next_page : NULL, block_limit(e, v, f));
    ir_finish(&e->build);
    if (e->build.needs_next)
        return NULL;
    if (!e->options.interpret)
        e->backend->prepare(e, &e->ir);
    engine_log_block(&e->ir);
    bool crosses = (v->pc & ~PAGE_MASK) + e->ir.bytes > PAGE_SIZE;
    Block *b = install(e, v, f, crosses ? f->next.ppage : ~0ull);
    *full = !b;
    e->translate_ns += clock_ns() - began;
    return b;
}

// False: a trap was raised, or there is no RAM.
static bool fetch(Vcpu *v, Fetch *f) {
    const FetchEntry *p = tlb_fetch(v, v->pc, false);
    if (!p)
        return false;
    f->page = *p;
    f->two = false;
    f->whole = p->tag != TLB_INVALID && !singly(v); // not where permissions change inside the page, and not a single step
    f->debug = debug_break_in(v->engine, v->pc & PAGE_MASK, v->pc | ~PAGE_MASK);
    f->paddr = p->ppage | (v->pc & ~PAGE_MASK);
    if (straddles(v->engine, v->pc)) {
        p = tlb_fetch(v, next_page(v), true);
        f->two = p != NULL;
        f->next = f->two ? *p : f->page;
    }
    return true;
}

// Locked. The block if it is what stands in memory now, else NULL: then it is retired.
static Block *settle(Engine *e, Vcpu *v, const Fetch *f, CodePage *page, Block *b) {
    if (atomic_load(&b->suspect) && !b->retired) {
        v->stat[STAT_SUSPECT]++;
        page->patches = 0;
        if (unchanged(b, f->page.host, f->two ? f->next.host : NULL)) {
            v->stat[STAT_REVIVED]++;
            page->turns++;
            cache_revive(e, b);
        } else {
            page->turns = 0;
            page->rewrites++;
            Block *known = texts_swap(e, b, f->page.host);
            v->stat[STAT_KNOWN] += known != NULL;
            return known;
        }
    }
    if (!atomic_load(&b->suspect) && (b->next_ppage == ~0ull || (f->two && b->next_ppage == f->next.ppage)))
        return b;
    page->turns = 0;
    cache_retire(e, b);
    return NULL;
}

// Locked. Finds or translates the block, if its pages are still live.
static Block *obtain(Engine *e, Vcpu *v, const Fetch *f, bool *full) {
    CodePage *page = cache_page(e, f->page.ppage, false), *page2 = f->two ? cache_page(e, f->next.ppage, false) : NULL;
    if (!cache_page_live(page) || (page2 && !cache_page_live(page2)))
        return NULL;
    Block *once = NULL, *b = cache_find(e, f->paddr, v->ctx, f->debug);
    if (b)
        b = settle(e, v, f, page, b);
    if (!b || !f->whole)
        once = translate(e, v, f, full);
    if (once && !f->whole)
        cache_retire(e, once);
    return once;
}

// A jump leads to v->pc, on this page: may it? The pages' guards are looked at here and not in blocks, which other mappings share: a jump
// that a jump cache knows has been let through before.
static bool lands(const Vcpu *v, const FetchEntry *f, bool guarded) {
    return !v->landing || !f->guarded || v->guest->lands((Vcpu *)v, f->host + (v->pc & ~PAGE_MASK), guarded);
}

static JumpEntry *jump_entry(Vcpu *v) { return &v->space->jump[jump_index(v->pc) + (v->landing != 0)]; }

// Makes the block at v->pc ready for find_block; not active. May raise a trap or flush the cache instead. Returns a block only if it
// must be run here and now and never again, which nothing may find or link to: one instruction.
static Block *make_block(Vcpu *v) {
    Engine *e = v->engine;
    Fetch f;
    bool full = false;
    uint32_t generation = atomic_load(&e->generation);
    if (!fetch(v, &f))
        return NULL;
    if (!lands(v, &f.page, v->landing_guarded)) {
        v->guest->mislanded(v);
        return NULL;
    }
    cache_protect(e, v, f.page.ppage, f.page.host);
    if (f.two)
        cache_protect(e, v, f.next.ppage, f.next.host);
    pthread_mutex_lock(&e->lock);
    Block *once = obtain(e, v, &f, &full);
    bool raise = e->build.needs_next && !f.two;
    e->build.needs_next = false;
    pthread_mutex_unlock(&e->lock);
    if (raise)
        tlb_fetch(v, next_page(v), false);
    if (full) {
        v->stat[STAT_CACHE_FULL]++;
        cache_flush(e, v, generation);
    }
    return f.whole ? NULL : once;
}

// The block at v->pc if it can be run now; active. Enters it into the jump cache.
static Block *find_block(Vcpu *v) {
    Engine *e = v->engine;
    Space *s = v->space;
    uint64_t page = v->pc & PAGE_MASK;
    const FetchEntry *f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
    if (f->tag != page || page == TLB_INVALID)
        return NULL;
    bool global = f->global, always = lands(v, f, true);
    if (!always && !lands(v, f, v->landing_guarded))
        return NULL;
    Block *b = cache_find(e, f->ppage | (v->pc & ~PAGE_MASK), v->ctx, debug_break_in(e, page, page | ~PAGE_MASK));
    if (!b || atomic_load(&b->suspect))
        return NULL;
    if (b->next_ppage != ~0ull) {
        page = next_page(v);
        f = &s->fetch[(page >> PAGE_BITS) & (FETCH_ENTRIES - 1)];
        if (f->tag != page || f->ppage != b->next_ppage)
            return NULL;
        if (f->global != global)
            space_see_local(s, v->pc);
    }
    if (b->code && !v->engine->trace && always) {
        JumpEntry *j = jump_entry(v);
        *j = (JumpEntry){v->pc, v->ctx | v->landing << LANDING_SHIFT, b->code};
        space_mark(s, j);
    }
    return b;
}

static void run_interpreted(Vcpu *v, Block *b) {
    v->vpage = v->pc & PAGE_MASK;
    v->landing = 0;
    v->landing_guarded = false;
    interp_run(v, b->ir);
    if (v->trap) v->pc = vcpu_pc(v);
}

// A loop came around at b, as a new link, or a poll that left for a tick, tells: its region may be wanted.
static bool meet(Vcpu *v, Block *b) {
    if (!tier2_meet(v->engine, b))
        return false;
    v->hot = (HotLoop){b->paddr, b->ctx, true};
    return true;
}

static bool closes_loop(const Block *from, const Block *to) {
    return ((from->paddr ^ to->paddr) & PAGE_MASK) == 0 && to->paddr < from->paddr + from->bytes;
}

// Another vCPU may have made the link, but no later than the code that led here, which is all that orders the two: ThreadSanitizer sees none of it.
__attribute__((no_sanitize("thread"))) static int64_t link_target(const Engine *e, uint64_t link) { return e->links[link].target; }

static void run_block(Vcpu *v, Block *b, PendingLink *pending) {
    Engine *e = v->engine;
    bool same = pending->pc == v->pc && pending->ctx == v->ctx && pending->space == v->space &&
                pending->generation == atomic_load(&e->generation);
    if (pending->link && same && b->next_ppage == ~0ull &&
        b->code && pthread_mutex_trylock(&e->lock) == 0) {
        cache_link(e, pending->link, b);
        v->stat[STAT_LINK]++;
        bool loop = closes_loop(e->links[pending->link].from, b);
        pthread_mutex_unlock(&e->lock);
        if (loop && meet(v, b) && e->options.tier2_threshold == 1) {
            pending->link = 0;
            return; // to its region
        }
    }
    pending->link = 0;
    if (e->trace)
        engine_log_entry(v);
    if (!b->code) {
        run_interpreted(v, b);
        return;
    }
    v->vpage = v->pc & PAGE_MASK;
    v->landing = 0;
    v->landing_guarded = false;
    uint64_t left = e->backend->enter(v, b->code);
    if ((left & 0xff) == LEFT_LINK) {
        v->pc = v->vpage + (uint64_t)link_target(e, left >> 8);
        *pending = (PendingLink){(uint32_t)(left >> 8), atomic_load(&e->generation), v->ctx, v->pc, v->space};
    }
    v->ticked = (left & 0xff) != LEFT_TRAP && (atomic_load_explicit(&v->exit_request, memory_order_relaxed) & EXIT_TICK);
    v->polled = v->ticked && (left & 0xff) == LEFT_POLL;
    v->polled_at = v->pc;
    v->stat[STAT_LEFT_LOOKUP + (left & 0xff)]++;
}

// The block was left in its middle.
static void tell_retired(Vcpu *v) {
    if (!vcpu_retired(v))
        return;
    meter_add(v, vcpu_retired(v));
    if (v->guest->retired)
        v->guest->retired(v, vcpu_retired(v));
}

// A raised trap, between blocks or (by the backend) without leaving translated code: there, false leaves it to the run loop, since there
// is more to do first.
static void take_trap(Vcpu *v) {
    v->stat[STAT_TRAP]++;
    tell_retired(v);
    v->trap = 0;
    v->guest->trap(v);
    v->waiting = false;
}

bool run_trap(Vcpu *v) {
    if (v->trap >= TRAP_AGAIN || (atomic_load_explicit(&v->exit_request, memory_order_relaxed) & ~(uint32_t)EXIT_IRQ))
        return false;
    take_trap(v);
    return true;
}

static void wait_gate(Engine *e) {
    pthread_mutex_lock(&e->gate_lock);
    while (atomic_load(&e->gate))
        pthread_cond_wait(&e->gate_open, &e->gate_lock);
    pthread_mutex_unlock(&e->gate_lock);
}

// What may not run, or not now: true if vcpu_run must return *result.
static bool between_blocks(Vcpu *v, RunResult *result) {
    Engine *e = v->engine;
    if (atomic_load(&e->gate))
        wait_gate(e);
    uint32_t request = atomic_load(&v->exit_request);
    if (request & EXIT_WORK)
        work_run(v);
    if (request & EXIT_PROFILE)
        profile_take(v);
    if (request & EXIT_TICK)
        atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_TICK);
    if (v->trap == TRAP_REPLAY) {
        tell_retired(v);
        v->trap = 0;
        v->pc = vcpu_pc(v);
        v->replay = true;
    } else if (v->trap) {
        take_trap(v);
    }
    if ((request & EXIT_IRQ) && !stepping(v)) { // a debugger's step does not land in a handler
        atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_IRQ);
        if (v->guest->interrupt(v)) {
            v->stat[STAT_IRQ]++;
            v->waiting = false;
        }
    }
    if (request & EXIT_STOP) {
        atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_STOP);
        *result = RUN_STOPPED;
        return true;
    }
    if (v->waiting) {
        v->waiting = false;
        if (!v->step && !v->guest->awake(v)) {
            *result = RUN_WAITING;
            return true;
        }
    }
    return false;
}

typedef struct Run { // one call of vcpu_run
    PendingLink pending;
    Block *once;         // from make_block, good within `generation`
    uint32_t generation;
    bool stepped;        // the instruction of a step is done
    RunResult result;
} Run;

// Translated code adds offsets to vpage, which may lead out of a small address space. It can only leave there: neither a link within a
// page nor the jump cache leads on.
static void wrap_pc(Vcpu *v) {
    if (v->guest->pc32)
        v->pc = (uint32_t)v->pc;
}

// Does a breakpoint of the debugger stop here? One of the guest's is an exception, whose handler may begin at the next.
static bool at_breakpoint(Vcpu *v) {
    for (;;) {
        unsigned owners = stepping(v) ? 0 : debug_break_in(v->engine, v->pc, v->pc);
        if (owners & BREAK_DEBUGGER)
            return true;
        if (!owners)
            return false;
        if (!v->guest->breakpoint(v)) {
            v->replay = true;
            return false;
        }
        v->stat[STAT_TRAP]++;
    }
}

// A load-reserved has to wait until its page is watched. It has not run, so no step is done.
static void come_again(Vcpu *v, Run *r) {
    tell_retired(v);
    v->trap = 0;
    v->pc = vcpu_pc(v);
    r->stepped = false;
    reserve_watch(v);
}

// True: vcpu_run returns r->result.
static bool must_return(Vcpu *v, Run *r) {
    Engine *e = v->engine;
    if (v->trap == TRAP_AGAIN)
        come_again(v, r);
    r->stepped |= v->step && v->trap; // at the handler's first instruction
    wrap_pc(v);
    bool stop = between_blocks(v, &r->result);
    if (v->watch.access) {
        r->result = RUN_WATCHPOINT;
        return true;
    }
    if (r->stepped && (v->pc - v->step_first >= v->step_size || (debug_break_in(e, v->pc, v->pc) & BREAK_DEBUGGER))) {
        r->result = RUN_STEPPED;
        return true;
    }
    r->stepped = false;
    if (stop)
        return true;
    r->result = RUN_BREAKPOINT;
    return at_breakpoint(v);
}

static void run_found(Vcpu *v, Run *r, Block *b) {
    bool alone = singly(v), guests = v->alone;
    if (alone) // so that what the instruction leads to is not entered
        atomic_fetch_or(&v->exit_request, EXIT_STEP);
    run_block(v, b, &r->pending);
    if (alone)
        atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_STEP);
    if (v->landing && !v->landing_guarded) {
        const FetchEntry *f = tlb_fetch(v, v->vpage, true);
        v->landing_guarded = f && f->guarded;
    }
    r->stepped = v->step;
    v->replay = false;
    if (guests && !v->trap) v->guest->stepped(v);
}

static void make_ready(Vcpu *v, Run *r) {
    uint32_t urgent = atomic_load(&v->exit_request) & ~(stepping(v) ? (uint32_t)EXIT_IRQ : 0);
    if (urgent || atomic_load(&v->engine->gate))
        return;
    v->vpage = v->pc & PAGE_MASK;
    v->pc_off = (uint32_t)(v->pc & ~PAGE_MASK);
    r->generation = atomic_load(&v->engine->generation);
    v->part = PROFILE_TRANSLATOR;
    r->once = make_block(v);
    v->part = PROFILE_OTHER;
}

static void want_region(Vcpu *v) {
    v->hot.wanted = false;
    tier2_want(v->engine, v->hot.paddr, v->hot.ctx);
}

RunResult vcpu_run(Vcpu *v) {
    Engine *e = v->engine;
    Run r = {0};
    v->watch.access = 0;
    guard_thread(v);
    profile_thread(v);
    fp_host_enter(v);
    for (;;) {
        hostile_between_blocks(v);
        v->changed = false; // translated code starts without predictions each time it is entered
        if (must_return(v, &r))
            break;
        atomic_store(&v->in_code, true);
        Block *b = NULL;
        if (!(atomic_load(&v->exit_request) & ~(uint32_t)EXIT_IRQ) && !atomic_load(&e->gate))
            b = r.once && r.generation == atomic_load(&e->generation) ? r.once : singly(v) ? NULL : find_block(v);
        r.once = NULL;
        if (b && v->ticked && cache_tick(e, b))
            b = NULL;
        v->ticked = false;
        if (b && v->polled && v->pc == v->polled_at)
            meet(v, b);
        v->polled = false;
        if (b)
            run_found(v, &r, b);
        atomic_store(&v->in_code, false);
        if (v->hot.wanted)
            want_region(v);
        if (!b)
            make_ready(v, &r);
    }
    fp_host_leave(v);
    guard_thread(NULL);
    return r.result;
}
