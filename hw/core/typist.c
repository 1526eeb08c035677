// SPDX-License-Identifier: MIT
// See typist.h. A chord's keys go down in order and up in reverse, so that modifiers enclose; the next one begins when the last is up.
#include "hw/core/typist.h"
#include <stdlib.h>

enum { WAITING = 256, GAP_MS = 10 };

struct Typist {
    Clock *clock;
    Input *input;
    Timer *timer;
    Chord chord[WAITING];
    unsigned first, n;
    bool down; // the first one's keys
};

static void press(Typist *t, bool down) {
    const Chord *c = &t->chord[t->first];
    for (unsigned i = 0; i < c->n; i++) input_key(t->input, c->key[down ? i : c->n - 1 - i], down);
    t->down = down;
}

static void wait(Typist *t, uint32_t ms) { timer_set(t->timer, clock_now(t->clock) + ms * 1000000ull); }

static void due(void *opaque) {
    Typist *t = opaque;
    if (t->down) {
        press(t, false);
        t->first = (t->first + 1) % WAITING;
        t->n--;
        wait(t, GAP_MS);
    } else if (t->n) {
        press(t, true);
        wait(t, t->chord[t->first].hold_ms);
    }
}

bool typist_type(Typist *t, const Chord *c) {
    if (t->n == WAITING) return false;
    t->chord[(t->first + t->n++) % WAITING] = *c;
    if (t->n == 1 && timer_deadline(t->timer) == UINT64_MAX) due(t);
    return true;
}

Typist *typist_new(Clock *clock, Input *input) {
    Typist *t = calloc(1, sizeof(*t));
    t->clock = clock;
    t->input = input;
    t->timer = timer_new(clock, due, t);
    return t;
}

void typist_free(Typist *t) {
    timer_free(t->timer);
    free(t);
}
