// SPDX-License-Identifier: MIT
// Arm PL061 general-purpose input and output (DDI 0190B). Each line is an input or an output (GPIODIR); inputs interrupt by level or by
// edge. Address bits 9:2 of an access to GPIODATA say which lines it concerns. Nothing is connected to what it drives.
#include "hw/gpio/pl061.h"

typedef struct Pl061 {
    uint8_t driven, wires; // what outputs drive, and what comes in
    uint8_t dir, sense, both, event, enabled, latched, function, pad[7];
    // wiring
    uint8_t last; // all lines as last looked at; derived
} Pl061;

static const Field pl061_table[] = {
    FIELD(Pl061, driven, 0), FIELD(Pl061, wires, 0),   FIELD(Pl061, dir, 0),      FIELD(Pl061, sense, 0),
    FIELD(Pl061, both, 0),   FIELD(Pl061, event, 0),   FIELD(Pl061, enabled, 0), FIELD(Pl061, latched, 0),  FIELD(Pl061, function, 0),
    FIELD_PAD(Pl061, pad),
};
static const Fields pl061_fields = FIELDS("pl061", 1, pl061_table, offsetof(Pl061, last));

static uint8_t lines(const Pl061 *p) { return (p->driven & p->dir) | (p->wires & ~p->dir); }
// 3.3.8: edges are kept until they are cleared, levels are what they are.
static uint8_t raw(const Pl061 *p) { return (p->latched & ~p->sense) | (p->sense & ~(lines(p) ^ p->event)); }

static void pl061_update(Device *d) {
    Pl061 *p = d->state;
    uint8_t now = lines(p), changed = now ^ p->last;
    p->last = now;
    p->latched |= changed & ~p->sense & (p->both | (uint8_t)~(now ^ p->event));
    device_irq(d, 0, raw(p) & p->enabled);
}

static void pl061_input(Device *d, unsigned n, bool level) {
    Pl061 *p = d->state;
    if (n < 8) p->wires = level ? p->wires | (uint8_t)(1u << n) : p->wires & (uint8_t)~(1u << n);
}

static void pl061_reset(Device *d) { ((Pl061 *)d->state)->last = lines(d->state); }
static bool pl061_loaded(Device *d, char *error, size_t error_size) {
    pl061_reset(d);
    return true;
}

static uint64_t data_get(Device *d, unsigned i) { return lines(d->state) & i; }
static void data_set(Device *d, unsigned i, uint64_t value) {
    Pl061 *p = d->state;
    uint8_t which = (uint8_t)i & p->dir;
    p->driven = (p->driven & ~which) | ((uint8_t)value & which);
}
static uint64_t ris_get(Device *d, unsigned i) { return raw(d->state); }
static uint64_t mis_get(Device *d, unsigned i) { return raw(d->state) & ((Pl061 *)d->state)->enabled; }
static void ic_set(Device *d, unsigned i, uint64_t value) { ((Pl061 *)d->state)->latched &= (uint8_t)~value; }
static uint64_t id_get(Device *d, unsigned i) {
    static const uint8_t id[8] = {0x61, 0x10, 0x04, 0, 0x0d, 0xf0, 5, 0xb1};
    return id[i];
}

static const Reg pl061_regs[] = {
    {0x000, "GPIODATA", 4, REG_RW, .get = data_get, .set = data_set, .count = 256},
    {0x400, "GPIODIR", 4, REG_RW, REG_FIELD(Pl061, dir), .mask = 0xff},
    {0x404, "GPIOIS", 4, REG_RW, REG_FIELD(Pl061, sense), .mask = 0xff},
    {0x408, "GPIOIBE", 4, REG_RW, REG_FIELD(Pl061, both), .mask = 0xff},
    {0x40c, "GPIOIEV", 4, REG_RW, REG_FIELD(Pl061, event), .mask = 0xff},
    {0x410, "GPIOIE", 4, REG_RW, REG_FIELD(Pl061, enabled), .mask = 0xff},
    {0x414, "GPIORIS", 4, REG_RO, .get = ris_get},
    {0x418, "GPIOMIS", 4, REG_RO, .get = mis_get},
    {0x41c, "GPIOIC", 4, REG_WO, .set = ic_set},
    {0x420, "GPIOAFSEL", 4, REG_RW, REG_FIELD(Pl061, function), .mask = 0xff},
    {0xfe0, "GPIOID", 4, REG_RO, .get = id_get, .count = 8},
};

const DeviceType pl061_type = {
    .name = "pl061",
    .title = "Arm PL061 general-purpose input and output",
    .size = sizeof(Pl061),
    .fields = &pl061_fields,
    .regs = pl061_regs,
    .nregs = sizeof(pl061_regs) / sizeof(pl061_regs[0]),
    .window = 0x1000,
    .rank = LOCK_ROUTE,
    .reset = pl061_reset,
    .loaded = pl061_loaded,
    .update = pl061_update,
    .input = pl061_input,
};
