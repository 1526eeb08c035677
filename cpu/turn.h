// SPDX-License-Identifier: MIT
// One CPU at a time: -accel tcg,thread=single. CPUs that want to run queue up; the one that runs is asked to
// leave when its slice is over and somebody waits.
#pragma once
#include <stdbool.h>

typedef struct Cpu Cpu;
typedef struct CpuTurn CpuTurn;

CpuTurn *turn_new(void);
void turn_free(CpuTurn *t);
void turn_take(CpuTurn *t, Cpu *c); // waits; NULL: at once
// `again`: c takes one more turn next, and queues up for it before the next CPU can run.
void turn_drop(CpuTurn *t, Cpu *c, bool again);
void turn_offer(CpuTurn *t, Cpu *c); // c runs and has nothing to do: it leaves soon if somebody waits
