// SPDX-License-Identifier: MIT
// The state of an ITS and what its two files offer each other; all with the device's lock held.
#pragma once
#include "hw/core/machine.h"
#include "hw/intc/gicv3.h"
#include "hw/intc/gicv3_its.h"

enum { ITS_BASERS = 8, ITS_DEVICES = 0, ITS_COLLECTIONS = 1 }; // which GITS_BASER<n> names which table
#define ITS_VALID (1ull << 63)
enum { ITS_ENTRY = 8, ITS_ID_BITS = 16 };  // bytes an entry of any table; bits of event, device and collection IDs, and of LPIs
enum { ITS_COMMAND = 32 };

typedef struct Its {
    uint64_t cbaser, cwriter, creadr, baser[ITS_BASERS];
    uint32_t ctlr, pad;
    // wiring
    Device *gic;
} Its;

static inline uint64_t its_queue_size(const Its *t) { return ((t->cbaser & 0xff) + 1) * 4096; }

// ---- gicv3_its_command.c
void its_run_queue(Device *d);             // all commands from GITS_CREADR to GITS_CWRITER
void its_translate(Device *d, uint32_t device, uint32_t event); // a message has come
