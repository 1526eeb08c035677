// SPDX-License-Identifier: MIT
// The worker threads of a disk. A worker takes a submitted request, or asks the source for one after a kick,
// runs it with no lock held and reports it. `kicked` is cleared before the source is asked and set again when
// it says there is more, so a kick that comes in between is never lost. Pausing stops the asking; what a
// worker holds is finished first.
#include "hw/host/disk/impl.h"
#include <string.h>

static DiskRequest *take_submitted(Disk *d) {
    DiskRequest *r = d->head;
    if (!r) return NULL;
    d->head = r->next;
    if (!d->head) d->tail = &d->head;
    return r;
}

// Called with the lock held; drops it while the source is asked.
static DiskRequest *take_from_source(Disk *d) {
    d->kicked = false;
    pthread_mutex_unlock(&d->lock);
    bool more = false;
    DiskRequest *r = d->next(d->source, &more);
    pthread_mutex_lock(&d->lock);
    if (r && more) d->kicked = true;
    return r;
}

static bool has_work(const Disk *d) { return d->head || (d->kicked && d->next && !d->paused); }

static void *worker(void *opaque) {
    Disk *d = opaque;
    pthread_mutex_lock(&d->lock);
    for (;;) {
        while (!has_work(d) && !d->stop) {
            d->sleeping++;
            pthread_cond_wait(&d->work, &d->lock);
            d->sleeping--;
        }
        if (!has_work(d)) break;
        d->active++;
        DiskRequest *r = take_submitted(d);
        if (!r) r = take_from_source(d);
        if (r) {
            if (has_work(d) && d->sleeping) pthread_cond_signal(&d->work);
            pthread_mutex_unlock(&d->lock);
            r->done(r, disk_run(d, r));
            pthread_mutex_lock(&d->lock);
        }
        if (!--d->active) pthread_cond_broadcast(&d->idle);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

void disk_submit(Disk *d, DiskRequest *r) {
    r->next = NULL;
    pthread_mutex_lock(&d->lock);
    *d->tail = r;
    d->tail = &r->next;
    pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->lock);
}

void disk_source(Disk *d, DiskRequest *(*next)(void *opaque, bool *more), void *opaque) {
    pthread_mutex_lock(&d->lock);
    d->next = next;
    d->source = opaque;
    pthread_mutex_unlock(&d->lock);
}

void disk_kick(Disk *d) {
    pthread_mutex_lock(&d->lock);
    d->kicked = true;
    if (d->sleeping && !d->paused) pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->lock);
}

void disk_pause(Disk *d) {
    pthread_mutex_lock(&d->lock);
    d->paused++;
    while (d->active || d->head) pthread_cond_wait(&d->idle, &d->lock);
    pthread_mutex_unlock(&d->lock);
}

void disk_resume(Disk *d) {
    pthread_mutex_lock(&d->lock);
    if (d->paused) d->paused--;
    if (has_work(d)) pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->lock);
}

bool workers_start(Disk *d, unsigned n) {
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->work, NULL);
    pthread_cond_init(&d->idle, NULL);
    d->tail = &d->head;
    for (; d->nworkers < n; d->nworkers++)
        if (pthread_create(&d->workers[d->nworkers], NULL, worker, d)) break;
    return d->nworkers > 0;
}

void workers_stop(Disk *d) {
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    d->next = NULL;
    pthread_cond_broadcast(&d->work);
    pthread_mutex_unlock(&d->lock);
    for (unsigned i = 0; i < d->nworkers; i++) pthread_join(d->workers[i], NULL);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->work);
    pthread_cond_destroy(&d->idle);
}
