// SPDX-License-Identifier: MIT
// Arm PrimeCell real-time clock, PL031 (DDI 0224): seconds since 1970 as the wall clock of the machine has them, and a match register
// that interrupts. Guests: Arm boards' kernels and firmware.
#include "hw/rtc/pl031.h"
#include "hw/core/machine.h"

#define NS 1000000000ull

typedef struct Pl031 {
    uint32_t offset; // RTCDR = seconds of the wall clock + offset
    uint32_t match, load, armed, imsc, ris;
    // wiring
    DeviceTimer *timer;
} Pl031;

static const Field pl031_table[] = {
    FIELD(Pl031, offset, 0), FIELD(Pl031, match, 0), FIELD(Pl031, load, 0),
    FIELD(Pl031, armed, 0),  FIELD(Pl031, imsc, 0),  FIELD(Pl031, ris, 0),
};
static const Fields pl031_fields = FIELDS("pl031", 1, pl031_table, offsetof(Pl031, timer));

static uint64_t wall(Device *d) { return clock_wall(d->machine->clock); }
static uint32_t now(Device *d) { return (uint32_t)(wall(d) / NS) + ((Pl031 *)d->state)->offset; }

static uint64_t dr_get(Device *d, unsigned i) { return now(d); }
static void lr_set(Device *d, unsigned i, uint64_t value) {
    Pl031 *p = d->state;
    p->load = (uint32_t)value;
    p->offset += (uint32_t)value - now(d);
}
static void mr_set(Device *d, unsigned i, uint64_t value) {
    Pl031 *p = d->state;
    p->match = (uint32_t)value;
    p->armed = 1;
}
static uint64_t cr_get(Device *d, unsigned i) { return 1; } // it always runs
static void cr_set(Device *d, unsigned i, uint64_t value) {}
static uint64_t mis_get(Device *d, unsigned i) {
    const Pl031 *p = d->state;
    return p->ris & p->imsc;
}
static void icr_set(Device *d, unsigned i, uint64_t value) { ((Pl031 *)d->state)->ris &= ~(uint32_t)value; }
static uint64_t id_get(Device *d, unsigned i) {
    static const uint8_t id[8] = {0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    return id[i & 7];
}

static const Reg pl031_regs[] = {
    {0x00, "RTCDR", 4, REG_RO, .get = dr_get},
    {0x04, "RTCMR", 4, REG_RW, REG_FIELD(Pl031, match), .set = mr_set},
    {0x08, "RTCLR", 4, REG_RW, REG_FIELD(Pl031, load), .set = lr_set},
    {0x0c, "RTCCR", 4, REG_RW, .get = cr_get, .set = cr_set},
    {0x10, "RTCIMSC", 4, REG_RW, REG_FIELD(Pl031, imsc), .mask = 1},
    {0x14, "RTCRIS", 4, REG_RO, REG_FIELD(Pl031, ris)},
    {0x18, "RTCMIS", 4, REG_RO, .get = mis_get},
    {0x1c, "RTCICR", 4, REG_WO, .set = icr_set},
    {0xfe0, "RTCID", 4, REG_RO, .get = id_get, .count = 8},
};

// The match is due when RTCDR reaches it, by way of wrapping around if it has passed.
static void pl031_update(Device *d) {
    Pl031 *p = d->state;
    uint64_t deadline = UINT64_MAX;
    if (p->armed && now(d) == p->match) {
        p->armed = 0;
        p->ris = 1;
    }
    if (p->armed) {
        uint64_t at = (wall(d) / NS + (uint32_t)(p->match - now(d))) * NS; // of the wall clock
        deadline = clock_now(d->machine->clock) + (at - wall(d));
    }
    device_timer_set(p->timer, deadline);
    device_irq(d, 0, p->ris & p->imsc);
}

static void due(Device *d, unsigned i) {} // update sees it

static bool pl031_plug(Device *d, char *error, size_t error_size) {
    ((Pl031 *)d->state)->timer = device_timer(d, due, 0);
    return true;
}

const DeviceType pl031_type = {
    .name = "pl031",
    .title = "Arm PL031 real-time clock",
    .size = sizeof(Pl031),
    .fields = &pl031_fields,
    .regs = pl031_regs,
    .nregs = sizeof(pl031_regs) / sizeof(pl031_regs[0]),
    .window = 0x1000,
    .plug = pl031_plug,
    .update = pl031_update,
};
