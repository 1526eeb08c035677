// SPDX-License-Identifier: MIT
// Retirement by epoch. A global counter is raised with each retirement; each reader publishes the counter's
// value at its last quiet point, 0 while asleep. What was retired at epoch e may be freed when no awake
// reader published less than e.
//
// Why it holds: a reader that published g >= e read the counter after the retirement raised it, hence after
// the pointer was replaced, so it cannot find the old one again; its earlier uses precede the release store
// of g. A sleeper that wakes stores before it loads (a sequentially consistent store against the
// counter's), so it is either seen or sees the new pointer.
#include "tcg/base/epoch.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct EpochReader {
    _Atomic uint64_t seen; // 0: asleep
    unsigned nested;       // epoch_read depth
    bool borrowed;         // awake only for the epoch_read in progress
    EpochReader *next;
};

typedef struct Retired {
    void (*fn)(void *arg);
    void *arg;
    uint64_t epoch;
    struct Retired *next;
} Retired;

static _Atomic uint64_t epoch_now = 1;
static pthread_mutex_t epoch_mutex = PTHREAD_MUTEX_INITIALIZER; // readers and retired
static EpochReader *readers;
static Retired *retired;
static _Thread_local EpochReader *self;
static pthread_key_t self_key;
static pthread_once_t self_once = PTHREAD_ONCE_INIT;

static void reader_remove(void *reader) {
    EpochReader *r = reader;
    pthread_mutex_lock(&epoch_mutex);
    EpochReader **at = &readers;
    while (*at && *at != r) at = &(*at)->next;
    if (*at) *at = r->next;
    pthread_mutex_unlock(&epoch_mutex);
    free(r);
    self = NULL;
}

static void key_make(void) { pthread_key_create(&self_key, reader_remove); }

static EpochReader *reader_self(void) {
    if (self) return self;
    pthread_once(&self_once, key_make);
    EpochReader *r = calloc(1, sizeof(*r));
    pthread_mutex_lock(&epoch_mutex);
    r->next = readers;
    readers = r;
    pthread_mutex_unlock(&epoch_mutex);
    pthread_setspecific(self_key, r); // a thread that ends takes its reader along
    return self = r;
}

EpochReader *epoch_join(void) {
    EpochReader *r = reader_self();
    epoch_enter(r);
    return r;
}

void epoch_part(EpochReader *r) { epoch_leave(r); }

void epoch_quiet(EpochReader *r) {
    uint64_t now = atomic_load_explicit(&epoch_now, memory_order_acquire);
    atomic_store_explicit(&r->seen, now, memory_order_release);
}

void epoch_leave(EpochReader *r) { atomic_store_explicit(&r->seen, 0, memory_order_release); }
void epoch_enter(EpochReader *r) { atomic_store(&r->seen, atomic_load(&epoch_now)); }

void epoch_read(void) {
    EpochReader *r = reader_self();
    if (r->nested++ || atomic_load_explicit(&r->seen, memory_order_relaxed)) return; // awake already
    r->borrowed = true;
    epoch_enter(r);
}

void epoch_read_done(void) {
    EpochReader *r = self;
    if (--r->nested || !r->borrowed) return;
    r->borrowed = false;
    epoch_leave(r);
}

// Takes what no reader can hold any more off the list. Caller holds the mutex; raising the counter was a full
// barrier between replacing the pointer and the loads here.
static Retired *take_free(void) {
    uint64_t oldest = UINT64_MAX;
    for (EpochReader *r = readers; r; r = r->next) {
        uint64_t seen = atomic_load(&r->seen);
        if (seen && seen < oldest) oldest = seen;
    }
    Retired *done = NULL;
    for (Retired **at = &retired; *at;) {
        Retired *x = *at;
        if (x->epoch <= oldest) {
            *at = x->next;
            x->next = done;
            done = x;
        } else {
            at = &x->next;
        }
    }
    return done;
}

void epoch_collect(void) {
    pthread_mutex_lock(&epoch_mutex);
    Retired *done = take_free();
    pthread_mutex_unlock(&epoch_mutex);
    while (done) {
        Retired *next = done->next;
        done->fn(done->arg);
        free(done);
        done = next;
    }
}

void epoch_retire(void (*fn)(void *arg), void *arg) {
    Retired *x = malloc(sizeof(*x));
    pthread_mutex_lock(&epoch_mutex);
    *x = (Retired){fn, arg, atomic_fetch_add(&epoch_now, 1) + 1, retired};
    retired = x;
    pthread_mutex_unlock(&epoch_mutex);
    epoch_collect();
}
