// SPDX-License-Identifier: MIT
// The event loop: one thread, over libuv. Back ends, timers, reset and power-off run here. The one way in
// from other threads is loop_post. Nothing is called with a lock held.
#pragma once
#include <stdbool.h>
#include "cpu/bus/clock.h"

typedef struct Loop Loop;
typedef struct Watch Watch; // a file descriptor watched

Loop *loop_new(Clock *clock);
void loop_start(Loop *l);        // its thread begins
// any thread but its own; returns when the thread has ended; posted work was done
void loop_stop(Loop *l);
void loop_free(Loop *l);
bool loop_here(const Loop *l);   // is this the loop's thread?

// Runs fn(arg) on the loop's thread, in the order posted. Any thread, any lock held.
void loop_post(Loop *l, void (*fn)(void *arg), void *arg);
// The same, and waits until it was run (at once on the loop's thread). No lock held.
void loop_call(Loop *l, void (*fn)(void *arg), void *arg);

enum { WATCH_READ = 1, WATCH_WRITE = 2 };
// On the loop's thread (or before loop_start): calls fn with the events that are ready. The descriptor stays
// the caller's; it may be a socket, pipe, terminal or eventfd. Plain files are always ready and cannot be
// watched: NULL.
Watch *loop_watch(Loop *l, int fd, unsigned events, void (*fn)(void *opaque, unsigned events), void *opaque);
void watch_set(Watch *w, unsigned events); // 0: paused
void watch_free(Watch *w);

// The uv_loop_t, for back ends that want libuv's own streams; loop's thread only.
void *loop_uv(Loop *l);
