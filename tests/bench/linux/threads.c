// SPDX-License-Identifier: MIT
// Rows with two threads, for two harts: work that shares nothing, and work handed out from a shared counter over a shared array, whose
// results are added up under a lock.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/bench/linux/rows.h"

#define THREADS 2
#define WORDS 8192
#define CHUNK 64

typedef struct {
    pthread_t thread;
    unsigned number, rounds;
    uint64_t sum;
} Worker;

static Worker worker[THREADS];
static uint64_t shared[WORDS], total;
static atomic_uint next_chunk;
static pthread_mutex_t total_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t mix(uint64_t *words, unsigned n, uint64_t sum) {
    for (unsigned i = 0; i < n; i++) {
        words[i] = (words[i] ^ words[i] >> 9) * 5 + i;
        sum += words[i] >> 3;
    }
    return sum;
}

static void *work_alone(void *arg) {
    Worker *w = arg;
    uint64_t *own = calloc(WORDS, sizeof *own);

    if (!own)
        give_up("calloc");
    own[0] = w->number;
    for (unsigned n = 0; n < w->rounds; n++)
        w->sum = mix(own, WORDS, w->sum);
    free(own);
    return NULL;
}

// Each chunk is worked on `rounds` times in all, always by the one who drew its number; addition does not care about the order.
static void *work_shared(void *arg) {
    Worker *w = arg;

    for (;;) {
        unsigned at = atomic_fetch_add(&next_chunk, 1);
        if (at >= WORDS / CHUNK)
            return NULL;
        uint64_t sum = 0;
        for (unsigned n = 0; n < w->rounds; n++)
            sum = mix(shared + at * CHUNK, CHUNK, sum);
        pthread_mutex_lock(&total_lock);
        total += sum;
        pthread_mutex_unlock(&total_lock);
    }
}

static void run_workers(void *(*work)(void *), unsigned rounds) {
    for (unsigned i = 0; i < THREADS; i++) {
        worker[i] = (Worker){.number = i, .rounds = rounds};
        if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
            give_up("pthread_create");
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(worker[i].thread, NULL);
}

uint64_t run_threads_alone(unsigned iterations) {
    run_workers(work_alone, iterations);
    return worker[0].sum ^ worker[1].sum;
}

uint64_t run_threads_shared(unsigned iterations) {
    total = 0;
    for (unsigned i = 0; i < WORDS; i++)
        shared[i] = i;
    for (unsigned n = 0; n < iterations; n++) {
        atomic_store(&next_chunk, 0);
        run_workers(work_shared, 100);
    }
    return total;
}
