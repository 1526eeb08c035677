// SPDX-License-Identifier: MIT
// Mutexes with a rank. A thread may only take a lock of a higher rank than any it holds; debug builds
// (MYNA_VERIFY) check that and abort with both names, so a deadlock is found by the first run that takes the
// locks in the wrong order, not by the unlucky one.
#pragma once
#include <pthread.h>

typedef enum LockRank {
    LOCK_MACHINE = 1,
    LOCK_BUS,     // host bridges: an access reaches a device, and may change the memory map
    LOCK_MEM,     // memory map
    LOCK_DEVICE,
    LOCK_ROUTE,   // what stands between devices and interrupt controllers: message frames, shared wires
    LOCK_INTC,    // interrupt controllers: devices raise wires while holding their own lock
    LOCK_BACKEND, // serial, disk, net, screen
    LOCK_CPU,
    LOCK_LEAF,    // clock, loop queue, log: nothing is taken under it
} LockRank;

typedef struct Lock {
    pthread_mutex_t mutex;
    const char *name;
    LockRank rank;
} Lock;

void lock_init(Lock *l, LockRank rank, const char *name);
void lock_destroy(Lock *l);
void lock_take(Lock *l);
void lock_drop(Lock *l);
