// SPDX-License-Identifier: MIT
// Tier 2: loops that turn out hot are translated again, all blocks of the nest as one region, by a thread of their own.
//
// Finding them costs translated code nothing. Every few milliseconds the thread sets EXIT_TICK on the vCPUs that run code; the next poll, at
// the back edge of a loop, leaves to the run loop, and the block at that pc has been met once more. So has one whose back edge is linked.
// After Tier2.threshold meetings its region is wanted. (With a threshold of 1, which is for tests, the vCPU makes it at once itself.)
//
// Making one: with the lock, form.c chooses blocks and their bytes, as they were when translated, are copied; without it, the copy is
// translated into one IrBlock (ir_region), passes run, and the back end emits into a code buffer that is only tier 2's; with the lock
// again, the region is installed if nobody has stored to the page since and the head is still what look-ups find.
//
// A region is a Block like others, under its head's physical address and context word. It takes the head's place: the head is retired, so
// that its links and jump cache entries lead to a look-up, which finds the region. Entering it is no more than a link, and since guest
// state is canonical at the head, a loop under way continues inside. Its exits are links like others. So all that holds of blocks holds
// of regions: stores to the page make them suspect, breakpoints have blocks of their own for the page, faults find exact state in
// snapshots. What differs: a vCPU may stay inside as long as the loop runs, so making one suspect kicks all vCPUs, and every loop polls.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tcg/base/log.h"
#include "tcg/opt/opt.h"
#include "tcg/run/arena.h"
#include "tcg/run/meter.h"
#include "tcg/run/tier2.h"

enum { TICK_NS = 2000000, IDLE_NS = 20000000, IDLE_AFTER = 100, THRESHOLD = 3, LINKS = 64, HOPELESS = 8 };

#ifdef MYNA_HOSTILE
enum { REGION_CODE = 128 << 10 };
#else
enum { REGION_CODE = 16 << 20 };
#endif

typedef struct Job {
    uint64_t paddr;
    uint32_t ctx;
    bool wanted;
} Job;

struct Tier2 {
    Engine *e;
    pthread_mutex_t lock;    // held while a region is made; before Engine.lock
    pthread_cond_t wake;
    pthread_t thread;
    bool threaded, stop;
    unsigned threshold, idle;
    Job job;
    uint64_t made, failed, dropped, evicted, insns, ns; // for info jit
    // ---- the region that is made
    RegionPlan plan;
    Block *head;
    uint32_t page_live;
    uint32_t first_link;
    uint8_t page[PAGE_SIZE];
    uint8_t *copy;
    RegionPart part[IR_MAX_HEADS];
    IrBuild build;
    IrBlock ir;
};

// ---- choosing, with Engine.lock

static bool page_steady(const CodePage *p) { return (atomic_load(&p->live) & PAGE_STATE) == PAGE_LIVE; }

static void copy_bytes(struct Tier2 *t) {
    for (unsigned i = 0; i < t->plan.n; i++) {
        const Block *b = t->plan.block[i];
        memcpy(t->page + t->plan.pc[i], b->copy, b->bytes);
        t->part[i] = (RegionPart){(uint16_t)t->plan.pc[i], b->bytes};
    }
}

static bool choose(struct Tier2 *t, const Job *job) {
    Engine *e = t->e;
    CodePage *p = cache_page(e, job->paddr & PAGE_MASK, false);
    t->head = cache_find(e, job->paddr, job->ctx, false);
    if (!p || !page_steady(p) || !t->head || t->head->region || atomic_load(&t->head->suspect) || e->nlinks + 2 * LINKS > e->links_end)
        return false;
    t->page_live = atomic_load(&p->live);
    if (!region_plan(e, t->head, &t->plan)) {
        atomic_fetch_add(&t->head->failures, 1);
        return false;
    }
    copy_bytes(t);
    t->first_link = e->nlinks;
    e->nlinks += LINKS;
    return true;
}

// ---- translating, without it

static void build(struct Tier2 *t, const Job *job) {
    Engine *e = t->e;
    IrBuild *k = &t->build;
    int32_t entry = (int32_t)(job->paddr & ~PAGE_MASK);
    ir_begin(k, &t->ir, &e->guest->names, job->paddr & PAGE_MASK, entry, job->ctx);
    meter_block(e->guest, k, job->ctx);
    ir_region(k, t->plan.pc, t->plan.n);
    for (unsigned i = 0; i < t->plan.n; i++) {
        int32_t stop = t->plan.pc[i] + (int32_t)t->part[i].bytes;
        unsigned more = k->nheads;
        ir_head(k, i, stop);
        e->guest->translate(k, e->vcpus[0], t->page, NULL, MAX_BLOCK_INSNS);
        for (; more < k->nheads; more++) { // what stands behind a loop
            ir_head(k, more, stop);
            e->guest->translate(k, e->vcpus[0], t->page, NULL, MAX_BLOCK_INSNS);
        }
    }
    t->ir.pc = entry;
    opt_polls(&t->ir);
    ir_finish(k);
    t->ir.bytes = 0;
    for (unsigned i = 0; i < t->plan.n; i++)
        t->ir.bytes += t->part[i].bytes;
}

// ---- installing, with Engine.lock

static void install(struct Tier2 *t, const Job *job, const Compiled *c) {
    Engine *e = t->e;
    Block *r = cache_add(e, job->paddr, ~0ull, &t->ir);
    r->region = true;
    r->nparts = (uint8_t)t->plan.n;
    r->part = arena_alloc(e->arena, t->plan.n * sizeof(RegionPart));
    memcpy(r->part, t->part, t->plan.n * sizeof(RegionPart));
    uint8_t *to = r->copy;
    for (unsigned i = 0; i < t->plan.n; to += t->part[i++].bytes)
        memcpy(to, t->page + t->part[i].at, t->part[i].bytes);
    r->code = c->entry;
    r->warm = c->warm_entry;
    r->divertible = c->divertible;
    guard_add(e, r, c);
    r->first_link = t->first_link;
    r->nlinks = (uint16_t)c->nlinks;
    for (unsigned i = 0; i < c->nlinks; i++)
        e->links[t->first_link + i] = cache_new_link(r, &c->links[i]);
    cache_retire(e, t->head);
    cache_publish(e, r);
}

static bool unchanged_since(struct Tier2 *t) {
    const CodePage *p = cache_page(t->e, t->head->paddr & PAGE_MASK, false);
    return atomic_load(&p->live) == t->page_live && !t->head->retired && !atomic_load(&t->head->suspect);
}

static void finish(struct Tier2 *t, const Job *job, const Compiled *c, bool compiled) {
    Engine *e = t->e;
    pthread_mutex_lock(&e->lock);
    unsigned used = compiled ? c->nlinks : 0;
    if (e->nlinks == t->first_link + LINKS)
        e->nlinks = t->first_link + used;
    if (compiled && unchanged_since(t)) {
        engine_log_code(e, &t->ir, c);
        install(t, job, c);
        t->made++;
        t->insns += t->ir.ninsns;
    } else if (compiled) {
        t->dropped++;
    } else {
        atomic_store(&t->head->failures, HOPELESS);
        t->failed++;
    }
    pthread_mutex_unlock(&e->lock);
}

// Where there is no room, all regions go: those that are hot are met again.
static bool compile(struct Tier2 *t, Compiled *c) {
    Engine *e = t->e;
    if (e->backend->compile(e, &t->ir, &e->region_code, t->first_link, c))
        return true;
    if (c->beyond)
        return false;
    cache_drop_regions(e);
    t->evicted++;
    return e->backend->compile(e, &t->ir, &e->region_code, t->first_link, c);
}

static void make(struct Tier2 *t, const Job *job) {
    Engine *e = t->e;
    uint64_t began = clock_ns();
    pthread_mutex_lock(&e->lock);
    bool chosen = choose(t, job);
    pthread_mutex_unlock(&e->lock);
    if (!chosen || !e->nvcpus)
        return;
    build(t, job);
    e->backend->prepare(e, &t->ir);
    engine_log_block(&t->ir);
    Compiled c;
    bool compiled = compile(t, &c);
    finish(t, job, &c, compiled);
    t->ns += clock_ns() - began;
}

// ---- when

bool tier2_meet(Engine *e, Block *b) {
    struct Tier2 *t = e->tier2;
    if (!t || b->region || b->debug || !b->code || atomic_load_explicit(&b->failures, memory_order_relaxed) >= HOPELESS)
        return false;
    unsigned met = atomic_fetch_add_explicit(&b->met, 1, memory_order_relaxed) + 1u;
    if (met < t->threshold)
        return false;
    atomic_store_explicit(&b->met, 0, memory_order_relaxed);
    return true;
}

void tier2_want(Engine *e, uint64_t paddr, uint32_t ctx) {
    struct Tier2 *t = e->tier2;
    Job job = {paddr, ctx, true};
    if (t->threaded && pthread_mutex_trylock(&t->lock) != 0)
        return; // busy: if it stays hot, it will be met again
    if (!t->threaded)
        pthread_mutex_lock(&t->lock);
    if (t->threaded) {
        t->job = job;
        pthread_cond_signal(&t->wake);
    } else {
        make(t, &job);
    }
    pthread_mutex_unlock(&t->lock);
}

void tier2_hold(Engine *e, bool on) {
    if (e->tier2 && on)
        pthread_mutex_lock(&e->tier2->lock);
    else if (e->tier2)
        pthread_mutex_unlock(&e->tier2->lock);
}

// ---- the thread

static void tick(struct Tier2 *t) {
    bool busy = false;
    for (unsigned i = 0; i < t->e->nvcpus; i++)
        if (atomic_load_explicit(&t->e->vcpus[i]->in_code, memory_order_relaxed)) {
            atomic_fetch_or(&t->e->vcpus[i]->exit_request, EXIT_TICK);
            busy = true;
        }
    t->idle = busy ? 0 : t->idle + (t->idle < IDLE_AFTER);
}

static void wait(struct Tier2 *t) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += t->idle < IDLE_AFTER ? TICK_NS : IDLE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

static void *run(void *arg) {
    struct Tier2 *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->stop) {
        if (t->job.wanted) {
            Job job = t->job;
            t->job.wanted = false;
            make(t, &job);
        }
        wait(t);
        tick(t);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

// ---- making and unmaking

bool tier2_init(Engine *e) {
    const EngineOptions *o = &e->options;
    if (o->tier == 1 || o->interpret || o->one_insn || e->trace)
        return true;
    struct Tier2 *t = calloc(1, sizeof(*t));
    size_t size = o->region_size ? o->region_size : REGION_CODE;
    if (!t || !code_map(&e->region_code, size, 1, size)) {
        free(t);
        return false;
    }
    t->e = e;
    t->threshold = o->tier2_threshold ? o->tier2_threshold : THRESHOLD;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->wake, &attr);
    e->tier2 = t;
    t->threaded = t->threshold > 1 && pthread_create(&t->thread, NULL, run, t) == 0;
    e->ticks = t->threaded;
    return true;
}

void tier2_fini(Engine *e) {
    struct Tier2 *t = e->tier2;
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    if (t->threaded)
        pthread_join(t->thread, NULL);
    free(t);
    e->tier2 = NULL;
}

void tier2_info(Engine *e, FILE *to) {
    struct Tier2 *t = e->tier2;
    if (!t)
        return;
    tier2_hold(e, true);
    size_t used = code_size(&e->region_code);
    fprintf(to, "%-30s %llu of %llu instructions, %zu KiB, %llu us each\n", "regions", (unsigned long long)t->made, (unsigned long long)t->insns,
            used >> 10, (unsigned long long)(t->made ? t->ns / t->made / 1000 : 0));
    fprintf(to, "%-30s %llu failed, %llu overtaken by stores\n", "regions not installed", (unsigned long long)t->failed, (unsigned long long)t->dropped);
    fprintf(to, "%-30s %llu\n", "regions' buffer full", (unsigned long long)t->evicted);
    tier2_hold(e, false);
}
