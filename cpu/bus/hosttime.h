// SPDX-License-Identifier: MIT
// The part of the clock that reads the host's: see hosttime.c. For clock.c and its tests alone.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include "tcg/run/ticker.h"

typedef struct HostTime {
    Ticker ticker;             // first: hosttime_read gets its address
    bool tsc;                  // the TSC is good to count by
    _Atomic uint64_t offset;   // CLOCK_MONOTONIC at time 0 (modulo 2^64)
    pthread_mutex_t change;    // of the ticker and what follows; a leaf, held for a few reads of the clock
    uint64_t floor;            // what readers may have been told already
    uint64_t rate;             // ns a TSC tick, times 2^64; 0: not known yet
    uint64_t mark_tsc, mark_ns; // both clocks at one moment, not long ago
} HostTime;

void hosttime_init(HostTime *t);
void hosttime_fini(HostTime *t);
uint64_t hosttime_now(HostTime *t);
uint64_t hosttime_read(const Ticker *t, uint64_t tick_ns); // Ticker.read
// Time stands at ns, or goes on from there: earlier than before, too.
void hosttime_stop(HostTime *t, uint64_t ns);
void hosttime_go(HostTime *t, uint64_t ns);
uint64_t hosttime_wall(void); // ns since 1970
