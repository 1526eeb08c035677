// SPDX-License-Identifier: MIT
// A wire that several sources pull: it is high while any of them is (PCI's INTA to INTD). Where a source stands is told again after
// each reset and load, so there is nothing to save; whoever owns the wire clears it when it is reset.
#pragma once
#include <stdint.h>
#include "cpu/bus/irq.h"
#include "tcg/base/lock.h"

enum { SHARED_WIRE_SOURCES = 256 };

typedef struct SharedWire {
    Lock lock; // of LOCK_ROUTE: sources hold their device's lock, and the sink takes an interrupt controller's
    uint64_t high[SHARED_WIRE_SOURCES / 64];
    const Irq *out;
} SharedWire;

void shared_wire_init(SharedWire *w, const Irq *out, const char *name);
void shared_wire_destroy(SharedWire *w);
void shared_wire_clear(SharedWire *w); // no source is high; the sink is not told
Irq shared_wire_input(SharedWire *w, unsigned source);
