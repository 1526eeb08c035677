// SPDX-License-Identifier: MIT
// Ranked mutexes. Each thread keeps the names of the locks it holds in a short stack (debug builds only),
// which is what makes the order check possible without any global state. Called by everything that shares
// state between threads.
#include "tcg/base/lock.h"
#include "tcg/base/log.h"

#ifdef MYNA_VERIFY
enum { HELD_MAX = 16 };
static _Thread_local const Lock *held[HELD_MAX];
static _Thread_local unsigned nheld;

static void note_take(const Lock *l) {
    for (unsigned i = 0; i < nheld; i++)
        if (held[i]->rank >= l->rank)
            die("lock order: '%s' (rank %d) taken while '%s' (rank %d) is held", l->name, l->rank,
                held[i]->name, held[i]->rank);
    if (nheld == HELD_MAX) die("lock order: '%s' is the %uth lock of one thread", l->name, nheld + 1);
    held[nheld++] = l;
}

static void note_drop(const Lock *l) {
    for (unsigned i = nheld; i-- > 0;)
        if (held[i] == l) {
            held[i] = held[--nheld];
            return;
        }
    die("lock order: '%s' dropped by a thread that does not hold it", l->name);
}
#else
static void note_take(const Lock *l) { (void)l; }
static void note_drop(const Lock *l) { (void)l; }
#endif

void lock_init(Lock *l, LockRank rank, const char *name) {
    pthread_mutex_init(&l->mutex, NULL);
    l->name = name;
    l->rank = rank;
}

void lock_destroy(Lock *l) { pthread_mutex_destroy(&l->mutex); }

void lock_take(Lock *l) {
    note_take(l);
    pthread_mutex_lock(&l->mutex);
}

void lock_drop(Lock *l) {
    note_drop(l);
    pthread_mutex_unlock(&l->mutex);
}
