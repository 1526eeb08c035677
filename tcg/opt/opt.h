// SPDX-License-Identifier: MIT
// Passes and analyses: they know no guest and no host. Each is a file of its own. All but pending.c are of tier 2 alone, over a region's
// IR (ir_region).
#pragma once
#include "tcg/ir/build.h"

enum { OPT_STREAMS = 24, OPT_NO_STREAM = 0xff, OPT_LOOPS = 8, OPT_NO_LOOP = 0xff };

// A local block that branches back to its own label: ops first (the label) to last (the branch).
typedef struct OptLoop {
    IrRef first, last;
    uint8_t lead;       // a stream of its own that moves, or OPT_NO_STREAM: it is no strip then
} OptLoop;

// Accesses that touch one page after another, or one page all the time: a back end may keep that page's address in registers.
typedef struct OptStream {
    uint16_t slot;      // its base counts from this slot, which moves by constants only; IR_NONE: from the value `base` of one local block
    IrRef base;
    bool write;
    uint8_t loop;       // the loop in which it is so, or OPT_NO_LOOP: in all of the region
    int32_t step;       // of a loop: what a round adds to the slot,
    int32_t lo, hi;     // and the bytes that a round touches, from where the slot stands when it begins
    uint32_t weight;    // of its accesses
} OptStream;

// pending.c: SETs that are overwritten become pending where the block may be left. held: a bit for each 8 bytes of state that the back end
// has in registers, which are left alone.
enum { OPT_CELLS = IR_FORWARD_BYTES / 8 };
void opt_pending(IrBlock *b, const uint64_t *held);
// polls.c: a POLL stays only where a loop comes around.
void opt_polls(IrBlock *b);
// weigh.c: how often each op runs, as far as loops tell: OPT_LOOP times as often in a loop as around it.
enum { OPT_LOOP = 8, OPT_HOTTEST = 4096 };
void opt_weigh(const IrBlock *b, uint16_t *weight);
// loops.c
unsigned opt_loops(const IrBlock *b, OptLoop *loops);
// streams.c: returns how many; of_op tells each memory op's, or OPT_NO_STREAM. Says which loops are strips (OptLoop.lead).
unsigned opt_streams(const IrBlock *b, const uint16_t *weight, OptLoop *loops, unsigned nloops, OptStream *streams, uint8_t *of_op);
