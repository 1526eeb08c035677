// SPDX-License-Identifier: MIT
// Virtual time and its deadlines. Time is what cpu/bus/hosttime.c makes of the host's clocks, or a frozen value while paused.
// Timers are few (some per CPU and device), so they
// stand in a plain list and the nearest is found by walking it. fn runs on the loop's thread without the
// clock's lock; timer_free waits for a fn that is running elsewhere.
#include "cpu/bus/clock.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "cpu/bus/hosttime.h"
#include "tcg/base/lock.h"

struct Timer {
    Clock *clock;
    TimerFn *fn;
    void *opaque;
    _Atomic uint64_t deadline;
    Timer *next;
};

struct Clock {
    HostTime time;                 // and the counter's shift
    _Atomic bool paused;
    _Atomic uint64_t wall_at_zero; // wall time at virtual 0, or 0: the host's
    Lock lock;                     // below
    pthread_cond_t idle;
    Timer *timers;
    Timer *running; // whose fn is being called, by `runner`
    pthread_t runner;
    void (*alarm)(void *opaque, uint64_t deadline);
    void *alarm_opaque;
};

Clock *clock_new(void) {
    Clock *c = calloc(1, sizeof(*c));
    lock_init(&c->lock, LOCK_LEAF, "clock");
    pthread_cond_init(&c->idle, NULL);
    hosttime_init(&c->time);
    return c;
}

void clock_free(Clock *c) {
    while (c->timers) timer_free(c->timers);
    lock_destroy(&c->lock);
    hosttime_fini(&c->time);
    pthread_cond_destroy(&c->idle);
    free(c);
}

uint64_t clock_now(Clock *c) { return hosttime_now(&c->time); }
const Ticker *clock_ticker(Clock *c) { return &c->time.ticker; }

static Timer *first_due(Clock *c, uint64_t now) {
    Timer *first = NULL;
    for (Timer *t = c->timers; t; t = t->next) {
        uint64_t deadline = timer_deadline(t);
        if (deadline <= now && deadline != UINT64_MAX && (!first || deadline < timer_deadline(first)))
            first = t;
    }
    return first;
}

static bool is_paused(Clock *c) { return atomic_load(&c->paused); }

static uint64_t nearest(Clock *c) {
    Timer *t = is_paused(c) ? NULL : first_due(c, UINT64_MAX);
    return t ? timer_deadline(t) : UINT64_MAX;
}

static void set_alarm(Clock *c) {
    if (c->alarm) c->alarm(c->alarm_opaque, nearest(c));
}

void clock_pause(Clock *c, bool paused) {
    lock_take(&c->lock);
    if (paused && !is_paused(c)) {
        hosttime_stop(&c->time, clock_now(c));
        atomic_store(&c->paused, true);
    } else if (!paused && is_paused(c)) {
        hosttime_go(&c->time, clock_now(c));
        atomic_store(&c->paused, false);
        set_alarm(c);
    }
    lock_drop(&c->lock);
}

void clock_set(Clock *c, uint64_t ns) {
    lock_take(&c->lock);
    (is_paused(c) ? hosttime_stop : hosttime_go)(&c->time, ns);
    set_alarm(c);
    lock_drop(&c->lock);
}

uint64_t clock_ticks(Clock *c, uint64_t tick_ns) { return hosttime_read(&c->time.ticker, tick_ns); }

uint64_t clock_ticks_when(Clock *c, uint64_t tick_ns, uint64_t ticks) {
    uint64_t plain = clock_now(c) / tick_ns, time = plain + atomic_load(&c->time.ticker.shift), at, ns;
    if (ticks <= time) return 0;
    if (__builtin_add_overflow(plain, ticks - time, &at) || __builtin_mul_overflow(at, tick_ns, &ns))
        return UINT64_MAX;
    return ns;
}

bool clock_ticks_shift(Clock *c, uint64_t shift) { return atomic_exchange(&c->time.ticker.shift, shift) != shift; }

// ---- saved state

typedef struct ClockState {
    uint64_t now, wall_at_zero;
} ClockState;
static const Field clock_table[] = {FIELD(ClockState, now, 0), FIELD(ClockState, wall_at_zero, 0)};
static const Fields clock_fields = FIELDS("clock", 1, clock_table, sizeof(ClockState));

void clock_save(Clock *c, Bytes *out) {
    ClockState s = {clock_now(c), atomic_load(&c->wall_at_zero)};
    fields_save(&clock_fields, &s, out);
}

bool clock_load(Clock *c, Bytes *in, char *error, size_t error_size) {
    ClockState s = {0};
    if (!fields_load(&clock_fields, &s, in, error, error_size)) return false;
    if (s.now >= UINT64_MAX / 2) {
        snprintf(error, error_size, "clock: no machine has run that long");
        return false;
    }
    clock_wall_at_zero(c, s.wall_at_zero);
    clock_set(c, s.now);
    return true;
}

uint64_t clock_wall(Clock *c) {
    uint64_t zero = atomic_load_explicit(&c->wall_at_zero, memory_order_relaxed);
    return zero ? zero + clock_now(c) : hosttime_wall();
}

void clock_wall_at_zero(Clock *c, uint64_t ns) { atomic_store(&c->wall_at_zero, ns); }

Timer *timer_new(Clock *c, TimerFn *fn, void *opaque) {
    Timer *t = calloc(1, sizeof(*t));
    t->clock = c;
    t->fn = fn;
    t->opaque = opaque;
    atomic_init(&t->deadline, UINT64_MAX);
    lock_take(&c->lock);
    t->next = c->timers;
    c->timers = t;
    lock_drop(&c->lock);
    return t;
}

void timer_free(Timer *t) {
    Clock *c = t->clock;
    lock_take(&c->lock);
    atomic_store(&t->deadline, UINT64_MAX);
    while (c->running == t && !pthread_equal(c->runner, pthread_self()))
        pthread_cond_wait(&c->idle, &c->lock.mutex);
    for (Timer **at = &c->timers; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    lock_drop(&c->lock);
    free(t);
}

void timer_set(Timer *t, uint64_t deadline_ns) {
    Clock *c = t->clock;
    if (atomic_load_explicit(&t->deadline, memory_order_relaxed) == deadline_ns) return;
    lock_take(&c->lock);
    uint64_t before = nearest(c);
    atomic_store_explicit(&t->deadline, deadline_ns, memory_order_relaxed);
    if (nearest(c) < before) set_alarm(c); // a later one is found when the alarm rings too early
    lock_drop(&c->lock);
}

uint64_t timer_deadline(const Timer *t) { return atomic_load_explicit(&t->deadline, memory_order_relaxed); }

uint64_t clock_next(Clock *c) {
    lock_take(&c->lock);
    uint64_t next = nearest(c);
    lock_drop(&c->lock);
    return next;
}

// Calls one that is due, without the lock; it may change the list.
static void run_one(Clock *c, Timer *t) {
    TimerFn *fn = t->fn;
    void *opaque = t->opaque;
    atomic_store(&t->deadline, UINT64_MAX);
    c->running = t;
    c->runner = pthread_self();
    lock_drop(&c->lock);
    fn(opaque);
    lock_take(&c->lock);
    c->running = NULL;
    pthread_cond_broadcast(&c->idle);
}

void clock_run_due(Clock *c) {
    uint64_t now = clock_now(c);
    lock_take(&c->lock);
    for (Timer *t; !is_paused(c) && (t = first_due(c, now));) run_one(c, t);
    set_alarm(c);
    lock_drop(&c->lock);
}

void clock_step(Clock *c, uint64_t ns) {
    lock_take(&c->lock);
    for (Timer *t; is_paused(c) && (t = first_due(c, ns));) {
        if (timer_deadline(t) > clock_now(c)) hosttime_stop(&c->time, timer_deadline(t));
        run_one(c, t);
    }
    if (is_paused(c)) hosttime_stop(&c->time, ns);
    lock_drop(&c->lock);
}

void clock_on_earlier(Clock *c, void (*alarm)(void *opaque, uint64_t deadline_ns), void *opaque) {
    lock_take(&c->lock);
    c->alarm = alarm;
    c->alarm_opaque = opaque;
    set_alarm(c);
    lock_drop(&c->lock);
}
