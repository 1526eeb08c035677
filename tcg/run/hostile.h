// SPDX-License-Identifier: MIT
// The hostile build's dice. Everywhere else hostile_roll is constant false, and what hangs on it is left out by the compiler.
#pragma once
#include "tcg/run/vcpu.h"

#ifdef MYNA_HOSTILE
void hostile_seed(Engine *e);                    // takes EngineOptions.seed or makes one; prints it
bool hostile_roll(Vcpu *v, unsigned one_in);     // true once in so many times, on v's thread; yields now and then
unsigned hostile_limit(Vcpu *v);                 // instructions for the next block
void hostile_between_blocks(Vcpu *v);            // flushes, polls, suspicions that nobody asked for; v not active
#else
static inline void hostile_seed(Engine *e) {}
static inline bool hostile_roll(Vcpu *v, unsigned one_in) { return false; }
static inline unsigned hostile_limit(Vcpu *v) { return ~0u; }
static inline void hostile_between_blocks(Vcpu *v) {}
#endif
