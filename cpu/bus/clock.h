// SPDX-License-Identifier: MIT
// Virtual time: the only place (with hosttime.c, its part) that reads the host's clock. Nanoseconds since the machine started, stopped
// while it is paused. Deadlines run on the event loop's thread (hw/core/loop sets the driver), or wake a
// vCPU.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "tcg/base/fields.h"
#include "tcg/run/ticker.h"

typedef struct Clock Clock;
typedef struct Timer Timer; // one deadline
typedef void TimerFn(void *opaque);

Clock *clock_new(void);
void clock_free(Clock *c);
uint64_t clock_now(Clock *c); // ns; monotonic, on one thread and between threads
const Ticker *clock_ticker(Clock *c); // the same for translated code; as long as the clock
void clock_pause(Clock *c, bool paused);
void clock_set(Clock *c, uint64_t ns); // snapshot load
// The platform's counter, one tick each `tick_ns` of virtual time, plus what software moved it by (a CLINT's mtime). What
// CPUs show as their time. clock_ticks_when: the virtual time at which it reaches `ticks`, 0 if it has, UINT64_MAX: never.
// clock_ticks_shift is for the device whose state the shift is; true if it changed: tell the CPUs then.
uint64_t clock_ticks(Clock *c, uint64_t tick_ns);
uint64_t clock_ticks_when(Clock *c, uint64_t tick_ns, uint64_t ticks);
bool clock_ticks_shift(Clock *c, uint64_t shift);
// Virtual time and the wall clock's offset as saved fields, the clock being paused. False with a message.
void clock_save(Clock *c, Bytes *out);
bool clock_load(Clock *c, Bytes *in, char *error, size_t error_size);
uint64_t clock_wall(Clock *c);         // host wall clock, ns since 1970: for RTCs
// From now on the wall clock is virtual time plus this: what RTCs show is then a matter of virtual time
// alone.
void clock_wall_at_zero(Clock *c, uint64_t ns);

Timer *timer_new(Clock *c, TimerFn *fn, void *opaque);
void timer_free(Timer *t);
// replaces; UINT64_MAX: never. Any thread; fn runs on the loop's thread, no lock held
void timer_set(Timer *t, uint64_t deadline_ns);
uint64_t timer_deadline(const Timer *t);
// For the loop: the nearest deadline (UINT64_MAX while paused), running what is due, and the alarm, which is
// told the nearest deadline under the clock's lock whenever it becomes earlier and after each clock_run_due.
uint64_t clock_next(Clock *c);
void clock_run_due(Clock *c);
// Moves a paused clock on to `ns` and runs what falls due on the way, in order, on the calling thread: time
// for deterministic runs and tests.
void clock_step(Clock *c, uint64_t ns);
void clock_on_earlier(Clock *c, void (*alarm)(void *opaque, uint64_t deadline_ns), void *opaque);
