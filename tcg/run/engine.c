// SPDX-License-Identifier: MIT
// Making and unmaking engines and vCPUs, `info jit`.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tcg/base/log.h"
#include "tcg/run/arena.h"
#include "tcg/run/cache.h"
#include "tcg/run/fpmode.h"
#include "tcg/run/hostile.h"
#include "tcg/run/reserve.h"
#include "tcg/run/tier2.h"

typedef struct Extent { // of a half's hot and cold part: where they begin, and how long they are
    size_t hot, cold, hot_size, cold_size;
} Extent;

static Extent code_extent(const CodeBuffer *c, unsigned half) {
    size_t hot = c->cold_start / c->halves, cold = (c->size - c->cold_start) / c->halves;
    return (Extent){half * hot, c->cold_start + half * cold, hot, cold};
}

// Gives whole pages back to the host. Advice: what stays will be written over.
static void code_forget(const CodeBuffer *c, size_t from, size_t *ahead) {
    from = (from + PAGE_SIZE - 1) & PAGE_MASK;
    if (*ahead > from)
        madvise(c->rw + from, *ahead - from, MADV_REMOVE);
    *ahead = 0;
}

// Part `half` of c is the one that code goes to, from its start; nothing that was there is needed any more.
void code_begin_half(CodeBuffer *c, unsigned half) {
    Extent x = code_extent(c, half);
    c->half = half;
    c->used = half ? x.hot : c->fixed;
    c->cold = x.cold;
    code_forget(c, c->used, &c->ahead[half]);
    code_forget(c, c->cold, &c->cold_ahead[half]);
    code_open(c, c->open);
}

static size_t at_most(size_t n, size_t limit) { return n < limit ? n : limit; }

// How far both parts may be filled.
void code_open(CodeBuffer *c, size_t open) {
    Extent x = code_extent(c, c->half);
    c->open = at_most(open, x.hot_size);
    c->hot_end = x.hot + c->open;
    c->cold_end = x.cold + at_most(c->open, x.cold_size);
}

// Bytes that are open, of all halves.
static size_t code_opened(const CodeBuffer *c) {
    return c->halves * (c->open + at_most(c->open, code_extent(c, 0).cold_size));
}

size_t code_size(const CodeBuffer *c) {
    Extent x = code_extent(c, c->half);
    return c->used - x.hot + c->cold - x.cold;
}

bool code_map(CodeBuffer *c, size_t size, unsigned halves, size_t easy) {
    int fd = memfd_create("myna-code", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
        return false;
    c->rw = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    c->rx = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_32BIT, fd, 0);
    close(fd);
    c->size = size;
    c->cold_start = size / 2;
    c->halves = halves;
    c->open = easy / 2 / halves;
    code_begin_half(c, 0);
    return c->rw != MAP_FAILED && c->rx != MAP_FAILED;
}

// What one step of code_ahead makes ready, and how little may be left before the next. Advice: should it fail, pages come when touched.
enum { AHEAD = 256 << 10, AHEAD_LEFT = 16 << 10 };

static void make_ready(const CodeBuffer *c, size_t used, size_t *ahead, size_t end) {
    if (!*ahead)
        *ahead = used & PAGE_MASK;
    if (used + AHEAD_LEFT <= *ahead || *ahead >= end)
        return;
    size_t n = end - *ahead < AHEAD ? end - *ahead : AHEAD;
    madvise(c->rw + *ahead, n, MADV_POPULATE_WRITE);
    madvise(c->rx + *ahead, n, MADV_POPULATE_READ);
    *ahead += n;
}

void engine_code_ahead(CodeBuffer *c) {
    make_ready(c, c->used, &c->ahead[c->half], c->hot_end);
    make_ready(c, c->cold, &c->cold_ahead[c->half], c->cold_end);
}

Engine *engine_new(const Guest *guest, const EngineOptions *options) {
    Engine *e = calloc(1, sizeof(*e));
    if (!e)
        return NULL;
    e->guest = guest;
    if (options)
        e->options = *options;
    size_t size = e->options.cache_size ? e->options.cache_size : CACHE_SIZE;
    e->code.size = size;
    e->code.halves = 2;
    e->trace = log_on(LOG_EXEC | LOG_CPU);
    hostile_seed(e);
    e->backend = &backend_x86;
    guard_install();
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->gate_lock, NULL);
    pthread_cond_init(&e->gate_open, NULL);
    e->arenas[0] = e->arena = arena_new();
    e->arenas[1] = arena_new();
    e->links_room = ((uint32_t)(size / 64) + 512) & ~1u;
    e->links = calloc(e->links_room, sizeof(Link));
    e->late = calloc(e->links_room, sizeof(LateStub));
    e->reserve = e->options.strict ? reserve_new() : NULL;
    cache_begin_half(e, 0);
    if (!e->options.interpret && (!code_map(&e->code, size, 2, CACHE_EASY) || !e->backend->init(e, &e->code))) {
        fprintf(stderr, "myna: this host gives no executable memory; guest code is interpreted (slow)\n");
        e->options.interpret = true;
    }
    tier2_init(e); // without it, tier 1 does it all
    return e;
}

static void code_unmap(CodeBuffer *c) {
    if (!c->rw)
        return;
    munmap(c->rw, c->size);
    munmap(c->rx, c->size);
}

void engine_free(Engine *e) {
    if (log_on(LOG_JIT)) {
        char *text = engine_info(e);
        fputs(text, log_begin());
        log_end();
        free(text);
    }
    tier2_fini(e);
    for (unsigned i = 0; i < PAGE_HASH; i++)
        for (CodePage *p = e->pages[i], *next; p; p = next) {
            next = p->next;
            free(p);
        }
    code_unmap(&e->code);
    code_unmap(&e->region_code);
    e->backend->fini(e);
    arena_free(e->arenas[0]);
    arena_free(e->arenas[1]);
    reserve_free(e->reserve);
    free(e->breakpoints);
    free(e->watchpoints);
    free(e->links);
    free(e->late);
    for (unsigned i = 0; i < sizeof(e->accesses) / sizeof(e->accesses[0]); i++)
        free(e->accesses[i].access);
    free(e);
}

void engine_attach(Engine *e, Vcpu *v) {
    tier2_hold(e, true);
    pthread_mutex_lock(&e->lock);
    e->vcpus[e->nvcpus++] = v;
    pthread_mutex_unlock(&e->lock);
    tier2_hold(e, false);
}

bool vcpu_strict(const Vcpu *v) { return v->engine && v->engine->reserve; } // a test may translate without an engine

static uint64_t no_time(const Ticker *t, uint64_t tick_ns) { return 0; }
const Ticker ticker_none = {.span = UINT64_MAX, .read = no_time};

Vcpu *vcpu_new(const Guest *guest, Engine *engine, unsigned index, void *owner) {
    size_t size = (sizeof(Vcpu) + guest->state_size + 63) & ~(size_t)63;
    Vcpu *v = aligned_alloc(64, size);
    if (!v)
        return NULL;
    memset(v, 0, size);
    v->guest = guest;
    v->engine = engine;
    v->index = index;
    v->owner = owner;
    v->ticker = &ticker_none;
    if (!tlb_init(v) || !work_init(v))
        return NULL;
    engine_attach(engine, v);
    return v;
}

void vcpu_leave(Vcpu *v) {
    Engine *e = v->engine;
    tier2_hold(e, true);
    pthread_mutex_lock(&e->lock);
    for (unsigned i = 0; i < e->nvcpus; i++)
        if (e->vcpus[i] == v) {
            e->vcpus[i] = e->vcpus[--e->nvcpus];
            for (unsigned k = 0; k < STAT_COUNT; k++)
                e->gone[k] += v->stat[k];
        }
    pthread_mutex_unlock(&e->lock);
    tier2_hold(e, false);
}

void vcpu_free(Vcpu *v) {
    vcpu_leave(v);
    work_free(v);
    tlb_free(v);
    free(v);
}

unsigned vcpu_fp_flags(Vcpu *v) {
    if (v->fp_live) {
        unsigned m = _mm_getcsr();
        v->fp_flags |= (uint8_t)fp_flags_of_mxcsr(m);
        _mm_setcsr(m & ~(unsigned)MXCSR_FLAGS);
    }
    return v->fp_flags;
}

void vcpu_fp_set(Vcpu *v, unsigned rm, unsigned flags) {
    v->fp_rm = (uint8_t)rm;
    v->fp_flags = (uint8_t)flags;
    if (v->fp_live)
        _mm_setcsr(fp_mxcsr_of_rm(rm));
}

void vcpu_fence_i(Vcpu *v) {
    cache_fence(v->engine, v);
}

static void add_stats(Vcpu *v, void *sum) {
    for (unsigned k = 0; k < STAT_COUNT; k++)
        ((uint64_t *)sum)[k] += v->stat[k];
}

char *engine_info(Engine *e) {
    static const char *const name[STAT_COUNT] = {
        "  to look a jump up", "  to link a direct exit", "  to take a trap", "  for requests",
        "blocks translated", "guest instructions translated", "host bytes emitted", "links", "page walks",
        "slow loads and stores", "I/O accesses", "TLB flushes", "TLB page flushes", "traps", "interrupts", "suspect blocks met",
        "suspect blocks revived", "ops through the interpreter", "cache halves evicted", "sites that rove",
        "stubs made late", "texts known from before",
    };
    uint64_t sum[STAT_COUNT];
    pthread_mutex_lock(&e->lock);
    memcpy(sum, e->gone, sizeof(sum));
    size_t used = e->options.interpret ? arena_used(e->arenas[0]) + arena_used(e->arenas[1]) : e->other_half + code_size(&e->code);
    size_t opened = e->options.interpret ? e->code.size : code_opened(&e->code);
    uint64_t translate_ns = e->translate_ns;
    pthread_mutex_unlock(&e->lock);
    for (unsigned i = 0; i < e->nvcpus; i++)
        vcpu_work(e->vcpus[i], add_stats, sum, true);
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f, "backend                        %s\n", e->options.interpret ? "interpreter" : e->backend->name);
    fprintf(f, "code cache                     %zu of %zu KiB, which may grow to %zu\n", used >> 10, opened >> 10, e->code.size >> 10);
    fprintf(f, "%-30s %llu\n", "exits to the run loop",
            (unsigned long long)(sum[STAT_LEFT_LOOKUP] + sum[STAT_LEFT_LINK] + sum[STAT_LEFT_TRAP] + sum[STAT_LEFT_POLL]));
    for (unsigned k = 0; k < STAT_COUNT; k++)
        fprintf(f, "%-30s %llu\n", name[k], (unsigned long long)sum[k]);
    if (sum[STAT_INSNS])
        fprintf(f, "%-30s %.1f ns a guest instruction, %.1f host bytes\n", "translation",
                (double)translate_ns / (double)sum[STAT_INSNS], (double)sum[STAT_HOST_BYTES] / (double)sum[STAT_INSNS]);
    tier2_info(e, f);
    fclose(f);
    return text;
}
