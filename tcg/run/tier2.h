// SPDX-License-Identifier: MIT
// Tier 2: hot loops compiled again, as regions. tier2.c has the essay.
#pragma once
#include "tcg/run/cache.h"

bool tier2_init(Engine *e);                 // Engine.tier2 stays NULL where options or the host do not want it
void tier2_fini(Engine *e);
// While it is held no region is being made, and no tick comes: for who frees blocks or vCPUs. Before Engine.lock.
void tier2_hold(Engine *e, bool on);
// A loop was seen to come around at b; active. True: the vCPU should call tier2_want, when it is not.
bool tier2_meet(Engine *e, Block *b);
void tier2_want(Engine *e, uint64_t paddr, uint32_t ctx); // makes the region, or asks the thread to; not active, no lock held
void tier2_info(Engine *e, FILE *to);

// form.c: which blocks.
typedef struct RegionPlan {
    unsigned n;
    Block *block[IR_MAX_HEADS];             // ascending
    int32_t pc[IR_MAX_HEADS];               // their offsets in the page
} RegionPlan;
bool region_plan(Engine *e, Block *head, RegionPlan *plan); // with the lock
