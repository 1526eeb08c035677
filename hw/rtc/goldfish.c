// SPDX-License-Identifier: MIT
// Goldfish RTC (Android's Goldfish virtual hardware specification, "RTC"): nanoseconds since 1970 in two
// halves, reading the low one latches the high one; an alarm that sets a pending interrupt. Time is the
// host's wall clock plus what the guest wrote.
#include "hw/rtc/goldfish.h"
#include "hw/core/machine.h"

typedef struct Goldfish {
    uint64_t shift;                             // guest time - host wall time, ns
    uint64_t alarm;                             // guest time, ns
    uint32_t time_high, write_high, alarm_high; // latches
    uint8_t armed, pending, enabled, pad;
    // wiring
    DeviceTimer *timer;
} Goldfish;

static const Field goldfish_table[] = {
    FIELD(Goldfish, shift, 0),
    FIELD(Goldfish, alarm, 0),
    FIELD(Goldfish, time_high, 0),
    FIELD(Goldfish, write_high, 0),
    FIELD(Goldfish, alarm_high, 0),
    FIELD(Goldfish, armed, 0),
    FIELD(Goldfish, pending, 0),
    FIELD(Goldfish, enabled, 0),
    FIELD_PAD(Goldfish, pad),
};
static const Fields goldfish_fields = FIELDS("goldfish_rtc", 1, goldfish_table, offsetof(Goldfish, timer));

static uint64_t now(Device *d) { return clock_wall(d->machine->clock) + ((Goldfish *)d->state)->shift; }

static uint64_t time_low_get(Device *d, unsigned i) {
    uint64_t t = now(d);
    ((Goldfish *)d->state)->time_high = (uint32_t)(t >> 32);
    return (uint32_t)t;
}
static void time_low_set(Device *d, unsigned i, uint64_t value) {
    Goldfish *g = d->state;
    g->shift += ((uint64_t)g->write_high << 32 | value) - now(d);
}
static void time_high_set(Device *d, unsigned i, uint64_t value) {
    ((Goldfish *)d->state)->write_high = (uint32_t)value;
}

static uint64_t alarm_low_get(Device *d, unsigned i) { return (uint32_t)((Goldfish *)d->state)->alarm; }
static uint64_t alarm_high_get(Device *d, unsigned i) { return ((Goldfish *)d->state)->alarm >> 32; }
static void alarm_low_set(Device *d, unsigned i, uint64_t value) {
    Goldfish *g = d->state;
    g->alarm = (uint64_t)g->alarm_high << 32 | value;
    g->armed = 1;
}
static void alarm_high_set(Device *d, unsigned i, uint64_t value) {
    ((Goldfish *)d->state)->alarm_high = (uint32_t)value;
}
static void clear_alarm_set(Device *d, unsigned i, uint64_t value) { ((Goldfish *)d->state)->armed = 0; }
static void clear_interrupt_set(Device *d, unsigned i, uint64_t value) {
    ((Goldfish *)d->state)->pending = 0;
}

static const Reg goldfish_regs[] = {
    {0x00, "TIME_LOW", 4, REG_RW, .get = time_low_get, .set = time_low_set},
    {0x04, "TIME_HIGH", 4, REG_RW, REG_FIELD(Goldfish, time_high), .set = time_high_set},
    {0x08, "ALARM_LOW", 4, REG_RW, .get = alarm_low_get, .set = alarm_low_set},
    {0x0c, "ALARM_HIGH", 4, REG_RW, .get = alarm_high_get, .set = alarm_high_set},
    {0x10, "IRQ_ENABLED", 4, REG_RW, REG_FIELD(Goldfish, enabled), .mask = 1},
    {0x14, "CLEAR_ALARM", 4, REG_WO, .set = clear_alarm_set},
    {0x18, "ALARM_STATUS", 4, REG_RO, REG_FIELD(Goldfish, armed)},
    {0x1c, "CLEAR_INTERRUPT", 4, REG_WO, .set = clear_interrupt_set},
};

static void goldfish_update(Device *d) {
    Goldfish *g = d->state;
    uint64_t time = now(d), deadline = UINT64_MAX;
    if (g->armed && g->alarm <= time) {
        g->armed = 0;
        g->pending = 1;
    }
    if (g->armed) deadline = clock_now(d->machine->clock) + (g->alarm - time);
    if (g->armed && deadline < g->alarm - time) deadline = UINT64_MAX;
    device_timer_set(g->timer, deadline);
    device_irq(d, 0, g->pending && g->enabled);
}

static void due(Device *d, unsigned i) {} // update sees it

static bool goldfish_plug(Device *d, char *error, size_t error_size) {
    ((Goldfish *)d->state)->timer = device_timer(d, due, 0);
    return true;
}

static void goldfish_fdt(Device *d, Fdt *f) {
    dt_begin(f, "rtc@%lx", (unsigned long)d->base);
    device_dt_interrupts(d, f);
    dt_reg(f, d->base, d->type->window);
    dt_string(f, "compatible", "google,goldfish-rtc");
    dt_end(f);
}

const DeviceType goldfish_rtc_type = {
    .name = "goldfish_rtc",
    .title = "Goldfish real-time clock",
    .size = sizeof(Goldfish),
    .fields = &goldfish_fields,
    .regs = goldfish_regs,
    .nregs = sizeof(goldfish_regs) / sizeof(goldfish_regs[0]),
    .window = 0x1000,
    .plug = goldfish_plug,
    .update = goldfish_update,
    .fdt = goldfish_fdt,
};
