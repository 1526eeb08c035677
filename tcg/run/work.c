// SPDX-License-Identifier: MIT
// Requests to a vCPU from other threads, and the two ways of making all vCPUs agree: the shoot-down, after which none runs translated
// code that has not seen a change, and the exclusive section, during which none runs at all.
//
// Protocol: a vCPU stores in_code = true, then reads exit_request and the gate; a requester queues, sets exit_request (or the gate), then
// reads in_code. All sequentially consistent, so one of them sees the other: a vCPU found outside cannot enter without serving its queue.
// No lock is held while waiting, and a waiter serves its own queue, so two vCPUs may shoot each other down.
#include <sched.h>
#include <stdlib.h>
#include "tcg/run/cache.h"

typedef struct Work {
    struct Work *next;
    void (*fn)(Vcpu *v, void *arg);
    void *arg;
    _Atomic bool *done;
} Work;

struct WorkQueue {
    pthread_mutex_t lock;
    Work *head, *tail;
};

bool work_init(Vcpu *v) {
    v->work = calloc(1, sizeof(*v->work));
    return v->work && pthread_mutex_init(&v->work->lock, NULL) == 0;
}

void work_free(Vcpu *v) {
    work_run(v);
    pthread_mutex_destroy(&v->work->lock);
    free(v->work);
}

_Thread_local Vcpu *vcpu_kicked;
_Thread_local bool vcpu_unmapped;

void vcpu_kick(Vcpu *v, uint32_t bits) {
    if (bits & EXIT_IRQ)
        vcpu_kicked = v;
    atomic_fetch_or(&v->exit_request, bits);
    if (v->wake)
        v->wake(v);
}

static void post(Vcpu *v, void (*fn)(Vcpu *v, void *arg), void *arg, _Atomic bool *done) {
    struct WorkQueue *q = v->work;
    pthread_mutex_lock(&q->lock);
    bool same = !done && q->tail && q->tail->fn == fn && q->tail->arg == arg && !q->tail->done;
    if (!same) {
        Work *w = malloc(sizeof(*w));
        *w = (Work){NULL, fn, arg, done};
        if (q->tail)
            q->tail->next = w;
        else
            q->head = w;
        q->tail = w;
    }
    pthread_mutex_unlock(&q->lock);
    vcpu_kick(v, EXIT_WORK);
}

// Takes one request at a time, so that no lock is held while it runs. Safe on the vCPU's thread, or (by engine_shoot) when it is outside.
void work_run(Vcpu *v) {
    struct WorkQueue *q = v->work;
    atomic_fetch_and(&v->exit_request, ~(uint32_t)EXIT_WORK);
    for (;;) {
        pthread_mutex_lock(&q->lock);
        Work *w = q->head;
        if (w && !(q->head = w->next))
            q->tail = NULL;
        pthread_mutex_unlock(&q->lock);
        if (!w)
            return;
        w->fn(v, w->arg);
        if (w->done)
            atomic_store(w->done, true);
        free(w);
    }
}

void vcpu_work(Vcpu *v, void (*fn)(Vcpu *v, void *arg), void *arg, bool wait) {
    _Atomic bool done = false;
    post(v, fn, arg, wait ? &done : NULL);
    while (wait && !atomic_load(&done))
        sched_yield();
}

typedef struct Shot { // shared by all vCPUs of one shoot-down; freed by the last
    void (*fn)(Vcpu *v, void *arg);
    uint64_t arg;
    _Atomic unsigned left;
    _Atomic bool done[MAX_VCPUS];
    _Atomic unsigned refs;
} Shot;

static void shot_put(Shot *s) {
    if (atomic_fetch_sub(&s->refs, 1) == 1)
        free(s);
}

static void shot_run(Vcpu *v, void *arg) {
    Shot *s = arg;
    s->fn(v, &s->arg);
    atomic_store(&s->done[v->index], true);
    shot_put(s);
}

// arg points to a uint64_t, which is copied: a vCPU outside may serve the request after we have returned.
void engine_shoot(Engine *e, Vcpu *self, void (*fn)(Vcpu *v, void *arg), void *arg) {
    if (e->nvcpus == 1 && self) {
        fn(self, arg);
        return;
    }
    Shot *s = calloc(1, sizeof(*s));
    s->fn = fn;
    s->arg = arg ? *(uint64_t *)arg : 0;
    atomic_store(&s->refs, e->nvcpus + 1);
    for (unsigned i = 0; i < e->nvcpus; i++)
        post(e->vcpus[i], shot_run, s, NULL);
    for (unsigned i = 0; i < e->nvcpus; i++) {
        Vcpu *v = e->vcpus[i];
        while (v != self && atomic_load(&v->in_code) && !atomic_load(&s->done[v->index])) {
            if (self)
                work_run(self);
            sched_yield();
        }
    }
    if (self)
        work_run(self);
    shot_put(s);
}

// Enters or leaves the exclusive section. While it lasts, the run loops of all other vCPUs wait at the gate.
void engine_exclusive(Engine *e, Vcpu *self, bool enter) {
    if (!enter) {
        pthread_mutex_lock(&e->gate_lock);
        atomic_store(&e->gate, false);
        pthread_cond_broadcast(&e->gate_open);
        pthread_mutex_unlock(&e->gate_lock);
        return;
    }
    pthread_mutex_lock(&e->gate_lock);
    while (atomic_load(&e->gate))
        pthread_cond_wait(&e->gate_open, &e->gate_lock);
    atomic_store(&e->gate, true);
    pthread_mutex_unlock(&e->gate_lock);
    for (unsigned i = 0; i < e->nvcpus; i++) {
        Vcpu *v = e->vcpus[i];
        if (v == self)
            continue;
        vcpu_kick(v, EXIT_WORK);
        while (atomic_load(&v->in_code))
            sched_yield();
    }
}
