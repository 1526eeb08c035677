// SPDX-License-Identifier: MIT
// An interrupt wire: a callback and a number. The sink (PLIC, CPU pin) declares the callback; the source
// raises and lowers it.
#pragma once
#include <stdbool.h>

typedef struct Irq {
    void (*set)(void *opaque, unsigned n, bool level); // any thread; must be idempotent
    void *opaque;
    unsigned n;
} Irq;
static inline void irq_set(const Irq *w, bool level) {
    if (w->set)
        w->set(w->opaque, w->n, level);
}
