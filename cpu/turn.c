// SPDX-License-Identifier: MIT
// A queue by numbers: whoever draws a number waits until it is served, so turns go round. Called by CPU
// threads around cpu_run, with no lock held. Nothing waits for a CPU that waits here (shoot-downs look at
// Vcpu.in_code), so the queue always moves on.
#include "cpu/turn.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include "cpu/cpu.h"

enum { SLICE_NS = 1000000 };

struct CpuTurn {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    _Atomic uint64_t drawn, served; // numbers; they change under the lock
    Cpu *running;
};

CpuTurn *turn_new(void) {
    CpuTurn *t = calloc(1, sizeof(*t));
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->moved, &attr);
    pthread_condattr_destroy(&attr);
    return t;
}

void turn_free(CpuTurn *t) {
    if (!t) return;
    pthread_cond_destroy(&t->moved);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

// True: the slice is over and nobody has moved.
static bool wait_slice(CpuTurn *t) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SLICE_NS;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    return pthread_cond_timedwait(&t->moved, &t->lock, &until) == ETIMEDOUT;
}

void turn_take(CpuTurn *t, Cpu *c) {
    if (!t) return;
    pthread_mutex_lock(&t->lock);
    uint64_t number = c->turn_number ? c->turn_number : t->drawn++;
    c->turn_number = 0;
    while (t->served != number)
        if (wait_slice(t) && t->running) vcpu_kick(t->running->vcpu, EXIT_STOP);
    t->running = c;
    pthread_mutex_unlock(&t->lock);
}

// Without the lock: a CPU that asks again and again would keep the others from drawing.
void turn_offer(CpuTurn *t, Cpu *c) {
    if (!t) return;
    if (atomic_load(&t->drawn) > atomic_load(&t->served) + 1) vcpu_kick(c->vcpu, EXIT_STOP);
}

void turn_drop(CpuTurn *t, Cpu *c, bool again) {
    if (!t) return;
    pthread_mutex_lock(&t->lock);
    if (again) c->turn_number = t->drawn++;
    t->served++;
    t->running = NULL;
    pthread_cond_broadcast(&t->moved);
    pthread_mutex_unlock(&t->lock);
}
