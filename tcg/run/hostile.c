// SPDX-License-Identifier: MIT
// The hostile build: what the engine may do at any time, it does at random times. TLBs and jump caches are flushed, exits polled for
// nothing, pages of code suspected without cause, entries not kept, half of the cache dropped, blocks cut short; and threads yield in
// the windows that races need. All of it must be invisible to guests.
//
// Each vCPU has a stream of its own, so with one vCPU a seed (-accel tcg,seed=N) brings a run back as far as its timing does.
#ifdef MYNA_HOSTILE
#include <sched.h>
#include <stdio.h>
#include "tcg/run/cache.h"
#include "tcg/run/hostile.h"

void hostile_seed(Engine *e) {
    if (!e->options.seed)
        e->options.seed = (unsigned)clock_ns() | 1;
    fprintf(stderr, "myna: hostile build, seed %u\n", e->options.seed);
}

// xorshift64*
static uint32_t next(Vcpu *v) {
    uint64_t x = v->random ? v->random : (v->engine->options.seed + 0x9e3779b97f4a7c15u * (v->index + 1)) | 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    v->random = x;
    return (uint32_t)(x * 0x2545f4914f6cdd1du >> 32);
}

bool hostile_roll(Vcpu *v, unsigned one_in) {
    uint32_t r = next(v);
    if (r >> 22 == 0)
        sched_yield();
    return (r & 0xfffff) % one_in == 0;
}

unsigned hostile_limit(Vcpu *v) { return hostile_roll(v, 2) ? 1 : 1 + next(v) % MAX_BLOCK_INSNS; }

static void suspect_any(Vcpu *v) {
    const FetchEntry *f = &v->space->fetch[next(v) % FETCH_ENTRIES];
    if (f->tag != TLB_INVALID)
        cache_store_page(v->engine, f->ppage, hostile_roll(v, 2));
}

void hostile_between_blocks(Vcpu *v) {
    if (hostile_roll(v, 64))
        atomic_fetch_or(&v->exit_request, EXIT_IRQ);
    if (hostile_roll(v, 512)) {
        void *reserved = v->reserved.page; // an SC fails behind a flush; not for nothing, or tests could not tell
        vcpu_flush(v, -1);
        v->reserved.page = reserved;
    }
    if (hostile_roll(v, 512))
        tlb_wipe_jumps(v);
    if (hostile_roll(v, 4096))
        suspect_any(v);
    if (hostile_roll(v, 1 << 19))
        cache_flush(v->engine, v, atomic_load(&v->engine->generation));
}
#endif
