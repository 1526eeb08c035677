// SPDX-License-Identifier: MIT
// See wire.h. The level goes out under the lock, so that two sources that change at once cannot tell the sink in the wrong order.
#include "hw/core/wire.h"
#include <string.h>

void shared_wire_init(SharedWire *w, const Irq *out, const char *name) {
    *w = (SharedWire){.out = out};
    lock_init(&w->lock, LOCK_ROUTE, name);
}

void shared_wire_destroy(SharedWire *w) { lock_destroy(&w->lock); }

void shared_wire_clear(SharedWire *w) {
    lock_take(&w->lock);
    memset(w->high, 0, sizeof(w->high));
    lock_drop(&w->lock);
}

static void source_set(void *wire, unsigned source, bool level) {
    SharedWire *w = wire;
    uint64_t bit = 1ull << source % 64, *word = &w->high[source / 64 % (SHARED_WIRE_SOURCES / 64)], any = 0;
    lock_take(&w->lock);
    *word = level ? *word | bit : *word & ~bit;
    for (unsigned i = 0; i < SHARED_WIRE_SOURCES / 64; i++) any |= w->high[i];
    irq_set(w->out, any != 0);
    lock_drop(&w->lock);
}

Irq shared_wire_input(SharedWire *w, unsigned source) { return (Irq){source_set, w, source}; }
