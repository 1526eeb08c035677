// SPDX-License-Identifier: MIT
// One CPU at a time: -accel tcg,thread=single. CPUs that want to run queue up; the one that runs is asked to
// leave when its slice is over and somebody waits.
#pragma once

typedef struct Cpu Cpu;
typedef struct CpuTurn CpuTurn;

CpuTurn *turn_new(void);
void turn_free(CpuTurn *t);
void turn_take(CpuTurn *t, Cpu *c); // waits; NULL: at once
void turn_drop(CpuTurn *t);
