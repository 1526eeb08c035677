// SPDX-License-Identifier: MIT
// How many instructions a guest retires, for whoever shows its speed. Asked for, code is another flavour (CTX_METER in the context word),
// whose blocks add what they have retired to a slot of guest state as they are left (IrBuild.meter): exact, since every way out tells how
// many have not been added yet. Nobody asking, host code has not one byte more (docs/adr/0006).
#pragma once
#include "tcg/run/engine.h"

// From now on the vCPUs of e count, or no longer. Any thread; each vCPU does so before it next runs a block that is looked up.
void engine_meter(Engine *e, bool on);
// What all have counted since they were made. Any thread, at any time: a region keeps its own part to itself until it is left, some
// milliseconds at most while tier 2 looks for loops.
uint64_t engine_metered(Engine *e);

// run.c and tier2.c: behind ir_begin, of a block under this context word; n more instructions of a block that was left in its middle.
void meter_block(const Guest *g, IrBuild *k, uint32_t ctx);
void meter_add(Vcpu *v, unsigned n);
