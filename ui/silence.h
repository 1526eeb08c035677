// SPDX-License-Identifier: MIT
// A guest that says nothing: one line on stderr after five seconds that tells where it stands.
#pragma once
#include "hw/core/machine.h"

typedef struct Silence Silence;
// Listens on the console `s` from now on. Before the machine starts.
Silence *silence_watch(Machine *m, Serial *s);
void silence_free(Silence *w);
