// SPDX-License-Identifier: MIT
// Time from the host's TSC, held to CLOCK_MONOTONIC. Called by clock.c; translated code reads HostTime.ticker by itself.
//
// CLOCK_MONOTONIC less an offset is the truth. Reading it costs more than all else an instruction like rdtime does, so it is read five times
// a second only; between, time is the TSC since then, scaled. The scale is what the last stretch showed, less 2 millionths: so time
// is a little slow, and each new stretch begins with a step forward of under a microsecond. It never goes back: a stretch begins no
// earlier than the one before it could have ended, which is as far as `span` lets readers go. Deadlines are reckoned in the same time.
//
// The TSC must be invariant (Intel SDM vol. 3, 18.17.4; AMD APM vol. 2, 13.2.4), and Linux must trust it too, since it checks that cores agree.
// Otherwise, and until the scale is known, time is read from the host as it is. A scale that changes by a thousandth (a host that
// slept) is measured anew; one that runs far ahead of the truth is given up.
#include "cpu/bus/hosttime.h"
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define STRETCH_NS 200000000u // readers ask anew after that
#define FIRST_NS 20000000u    // as much must have passed for a first scale

static uint64_t clock_read(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t hosttime_wall(void) { return clock_read(CLOCK_REALTIME); }

// Not before what stands ahead of it: another vCPU's reading may have come by memory.
static uint64_t tsc_read(void) {
    _mm_lfence();
    return __rdtsc();
}

static bool tsc_trusted(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(0x80000007, &a, &b, &c, &d) || !(d & 1u << 8)) return false;
    FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    char name[32] = "tsc";
    if (f) {
        if (!fgets(name, sizeof name, f)) name[0] = '\0';
        fclose(f);
    }
    return !strcmp(name, "tsc\n") || !f;
}

// Both clocks at one moment: the TSC halfway between two reads that lie close together.
static void read_both(uint64_t *tsc, uint64_t *ns) {
    uint64_t best = UINT64_MAX;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t before = tsc_read(), now = clock_read(CLOCK_MONOTONIC), width = tsc_read() - before;
        if (width >= best) continue;
        best = width;
        *tsc = before + width / 2;
        *ns = now;
    }
}

// With `change` held.
static void publish(Ticker *t, uint64_t from, uint64_t span, uint64_t rate, uint64_t base) {
    uint32_t n = atomic_load_explicit(&t->begun, memory_order_relaxed) + 1;
    atomic_store_explicit(&t->begun, n, memory_order_relaxed);
    atomic_store_explicit(&t->from, from, memory_order_release);
    atomic_store_explicit(&t->span, span, memory_order_release);
    atomic_store_explicit(&t->rate, rate, memory_order_release);
    atomic_store_explicit(&t->base, base, memory_order_release);
    atomic_store_explicit(&t->done, n, memory_order_release);
}

static uint64_t scaled(uint64_t ticks, uint64_t rate) { return (uint64_t)((unsigned __int128)ticks * rate >> 64); }

static bool read_fast(const Ticker *t, uint64_t *ns) {
    uint32_t done = atomic_load_explicit(&t->done, memory_order_acquire);
    uint64_t passed = tsc_read() - atomic_load_explicit(&t->from, memory_order_acquire);
    if (passed > atomic_load_explicit(&t->span, memory_order_acquire)) return false;
    uint64_t rate = atomic_load_explicit(&t->rate, memory_order_acquire);
    *ns = atomic_load_explicit(&t->base, memory_order_acquire) + scaled(passed, rate);
    return atomic_load_explicit(&t->begun, memory_order_relaxed) == done;
}

// A new stretch from `ns` on, at `rate`. One nanosecond more than they can know makes up for a reader that looked at `begun` early.
static void begin_stretch(HostTime *t, uint64_t tsc, uint64_t ns, uint64_t rate) {
    uint64_t span = (uint64_t)(((unsigned __int128)STRETCH_NS << 64) / rate);
    publish(&t->ticker, tsc, span, rate, ns);
    t->floor = ns + scaled(span, rate) + 1;
}

static void read_as_it_is(HostTime *t, uint64_t ns) {
    publish(&t->ticker, 0, 0, 0, 0);
    t->floor = ns;
}

// What a stretch showed: ns a tick, times 2^64. 0: it says nothing. Above 1 GHz that is a fraction.
static uint64_t measure(uint64_t ticks, uint64_t ns) {
    return ns < ticks && ns >= FIRST_NS ? (uint64_t)(((unsigned __int128)ns << 64) / ticks) : 0;
}

static bool differ(uint64_t a, uint64_t b) { return (a > b ? a - b : b - a) > b >> 10; }

// The stretch is over, or there is none. With `change` held.
static uint64_t go_on(HostTime *t) {
    uint64_t tsc, host;
    read_both(&tsc, &host);
    uint64_t passed = host - t->mark_ns, rate = measure(tsc - t->mark_tsc, passed);
    uint64_t now = host - atomic_load(&t->offset), ahead = now < t->floor ? t->floor - now : 0;
    now += ahead;
    if (passed < FIRST_NS) {
        t->floor = now;
        return now;
    }
    t->mark_tsc = tsc;
    t->mark_ns = host;
    bool strange = t->rate && differ(rate, t->rate);
    t->rate = strange ? 0 : rate;
    if (!t->rate || ahead > STRETCH_NS / 4) {
        t->tsc &= ahead <= STRETCH_NS / 4;
        if (!t->tsc) atomic_store(&t->offset, host - now);
        read_as_it_is(t, now);
        return now;
    }
    uint64_t slower = scaled(rate, (uint64_t)(((unsigned __int128)ahead << 64) / STRETCH_NS)); // to be in step again at its end
    begin_stretch(t, tsc, now, rate - slower - rate / 500000);
    return now;
}

static uint64_t read_slow(HostTime *t) {
    uint64_t ns;
    pthread_mutex_lock(&t->change);
    if (!read_fast(&t->ticker, &ns)) ns = t->tsc ? go_on(t) : clock_read(CLOCK_MONOTONIC) - atomic_load(&t->offset);
    pthread_mutex_unlock(&t->change);
    return ns;
}

uint64_t hosttime_now(HostTime *t) {
    uint64_t ns;
    return read_fast(&t->ticker, &ns) ? ns : read_slow(t);
}

uint64_t hosttime_read(const Ticker *ticker, uint64_t tick_ns) {
    uint64_t ns = hosttime_now((HostTime *)(uintptr_t)ticker);
    return tick_ns ? ns / tick_ns + atomic_load_explicit(&ticker->shift, memory_order_relaxed) : ns;
}

void hosttime_stop(HostTime *t, uint64_t ns) {
    pthread_mutex_lock(&t->change);
    publish(&t->ticker, 0, UINT64_MAX, 0, ns);
    pthread_mutex_unlock(&t->change);
}

void hosttime_go(HostTime *t, uint64_t ns) {
    uint64_t tsc, host;
    pthread_mutex_lock(&t->change);
    read_both(&tsc, &host);
    atomic_store(&t->offset, host - ns);
    if (t->tsc && t->rate) begin_stretch(t, tsc, ns, t->rate - t->rate / 500000);
    else read_as_it_is(t, ns);
    pthread_mutex_unlock(&t->change);
}

void hosttime_init(HostTime *t) {
    pthread_mutex_init(&t->change, NULL);
    t->tsc = tsc_trusted();
    t->ticker.read = hosttime_read;
    read_both(&t->mark_tsc, &t->mark_ns);
    hosttime_go(t, 0);
}

void hosttime_fini(HostTime *t) { pthread_mutex_destroy(&t->change); }
