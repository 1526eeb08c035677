// SPDX-License-Identifier: MIT
// What region.c and strip.c share about the region that is emitted.
#pragma once
#include "tcg/x86/gen.h"

enum { POOL = MAX_PINS + 1, WANT_SLOTS = 48, WANTS = WANT_SLOTS + 2 * OPT_STREAMS, MAX_PROMOTED = 14 };

typedef struct Move { // a register that holds something else than outside
    Reg reg;
    uint16_t pin;     // whose slot is outside, or NOSLOT
    uint16_t slot;    // whose slot inside, or NOSLOT
    bool set;         // the region writes it
} Move;

typedef struct Want { // something that would like a register
    uint32_t weight;
    uint16_t slot;    // of guest state, or NOSLOT
    uint8_t stream;
    bool tag, set, fits;
} Want;

typedef struct StreamHome {
    bool kept;              // here, not in its site's pair alone
    Reg delta, tag;         // tag: minus the page; or NOREG: in memory,
    uint8_t delta_at, tag_at; // where both are put aside too
    uint16_t site;
} StreamHome;

typedef struct Strip {
    uint8_t *from;          // the branch back of the checked loop
    uint32_t at;            // the unchecked one
    uint8_t limit_at;       // spill: where the lead's slot will stand when the strip ends
} Strip;

struct Region {
    PinMap pins;
    Move move[POOL];
    unsigned nmoves, nstreams, nloops, nkept;
    OptStream stream[OPT_STREAMS];
    StreamHome home[OPT_STREAMS];
    OptLoop loop[OPT_LOOPS];
    Strip strip[OPT_LOOPS];
    uint8_t now;            // the loop whose strip is being emitted, or OPT_NO_LOOP
    uint8_t of_op[IR_MAX_OPS];
    uint16_t weight[IR_MAX_OPS];
    Want want[WANTS];
    unsigned nwants;
    bool fp;
    uint32_t leave, enter, reload; // subroutines
    Val saved[IR_MAX_OPS];  // of the ops of strips, as they were before the loop was emitted
};
