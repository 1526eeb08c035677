// SPDX-License-Identifier: MIT
// Types for scripts: chords (hw/host/chord.h) one after another, each held for its time of the guest's clock, on whatever keyboard the
// machine has. Loop's thread.
#pragma once
#include "cpu/bus/clock.h"
#include "hw/host/chord.h"
#include "hw/host/input.h"

typedef struct Typist Typist;

Typist *typist_new(Clock *clock, Input *input);
void typist_free(Typist *t);
bool typist_type(Typist *t, const Chord *c); // false: too many wait already
