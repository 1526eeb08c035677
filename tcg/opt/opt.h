// SPDX-License-Identifier: MIT
// Passes and analyses of tier 2 over a region's IR (ir_region): they know no guest and no host. Each is a file of its own.
#pragma once
#include "tcg/ir/ir.h"

enum { OPT_STREAMS = 24, OPT_NO_STREAM = 0xff };

// Accesses that touch one page after another, or one page all the time: a back end may keep that page's address in registers.
typedef struct OptStream {
    uint16_t slot;      // its base counts from this slot, which moves by constants only; IR_NONE: from the value `base` of one local block
    IrRef base;
    bool write;
    uint32_t weight;    // of its accesses
} OptStream;

// polls.c: a POLL stays only where a loop comes around.
void opt_polls(IrBlock *b);
// weigh.c: how often each op runs, as far as loops tell: OPT_LOOP times as often in a loop as around it.
enum { OPT_LOOP = 8, OPT_HOTTEST = 4096 };
void opt_weigh(const IrBlock *b, uint16_t *weight);
// streams.c: returns how many; of_op tells each memory op's, or OPT_NO_STREAM.
unsigned opt_streams(const IrBlock *b, const uint16_t *weight, OptStream *streams, uint8_t *of_op);
