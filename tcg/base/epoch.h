// SPDX-License-Identifier: MIT
// Retirement by epoch: memory that readers use without a lock (the memory map, translated code) is freed when
// every reader has passed a quiescent point since it was retired. A reader thread registers once, calls
// epoch_quiet where it holds no such pointer, and brackets long sleeps with epoch_leave / epoch_enter so that
// nobody waits for it.
#pragma once

typedef struct EpochReader EpochReader;

EpochReader *epoch_join(void);    // this thread reads from now on
void epoch_part(EpochReader *r);  // and no longer
void epoch_quiet(EpochReader *r); // holds no retired pointer here: one store
void epoch_leave(EpochReader *r); // asleep: as if always quiet
void epoch_enter(EpochReader *r); // awake again
// Calls fn(arg) once all readers that are awake now have been quiet; runs on some thread that calls
// epoch_retire or epoch_collect.
void epoch_retire(void (*fn)(void *arg), void *arg);
void epoch_collect(void);
// A thread that never joined, or is asleep, reads between these two. They nest, and cost next to nothing on a
// thread that is awake.
void epoch_read(void);
void epoch_read_done(void);
