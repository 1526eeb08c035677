// SPDX-License-Identifier: MIT
// Device life: creation with default properties, plugging, mapping, wires, timers, reset, save and load. The
// register file is in hw/core/reg.c. Boards and -device call this; a device's own code runs only through its
// DeviceType.
//
// Invariants: `update` follows every change of state, under the lock that the change was made under. After
// reset and load the levels last sent count as unknown, so every output is sent again and sinks that were
// reset earlier (creation order) hear it.
#include "hw/core/device.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/core/reg.h"
#include "tcg/base/log.h"

enum { LEVEL_UNKNOWN = 2 };

struct DeviceTimer {
    Device *device;
    void (*fn)(Device *d, unsigned i);
    unsigned i;
    Timer *timer;
    DeviceTimer *next;
};

void device_update(Device *d) {
    if (d->type->update) d->type->update(d);
    if (d->type->bus && d->type->bus->update) d->type->bus->update(d);
}

static void set_presets(Device *d, const Prop *props, unsigned n) {
    char error[200];
    for (unsigned i = 0; i < n; i++)
        if (props[i].preset && !device_set(d, props[i].name, props[i].preset, error, sizeof(error)))
            die("%s: %s", d->type->name, error);
}

static void fields_of_device(Device *d, void (*fn)(const Fields *f, void *state)) {
    if (d->type->fields) fn(d->type->fields, d->state);
    if (d->type->bus && d->type->bus->fields) fn(d->type->bus->fields, d->bus_state);
}

Device *device_new(Machine *m, const DeviceType *type, const char *id) {
    Device *d = calloc(1, sizeof(*d));
    d->type = type;
    d->machine = m;
    d->id = strdup(id);
    d->state = calloc(1, type->size ? type->size : 1);
    d->bus_state = type->bus && type->bus->size ? calloc(1, type->bus->size) : NULL;
    d->base = UINT64_MAX;
    d->phandle = ++m->phandles;
    memset(d->irq_level, LEVEL_UNKNOWN, sizeof(d->irq_level));
    lock_init(&d->lock, type->rank ? type->rank : LOCK_DEVICE, d->id);
    Device **at = &m->devices;
    while (*at) at = &(*at)->next;
    *at = d;
    if (type->bus) set_presets(d, type->bus->props, type->bus->nprops);
    set_presets(d, type->props, type->nprops);
    fields_of_device(d, fields_reset);
    return d;
}

bool device_plug(Device *d, char *error, size_t error_size) {
    return !d->type->plug || d->type->plug(d, error, error_size);
}

static uint64_t window_read(void *opaque, uint64_t offset, unsigned size) {
    return device_read(opaque, offset, size);
}
static void window_write(void *opaque, uint64_t offset, uint64_t value, unsigned size) {
    device_write(opaque, offset, value, size);
}

bool device_map(Device *d, uint64_t base, char *error, size_t error_size) {
    d->ops = (MemOps){window_read, window_write, d->type->min_access, d->type->max_access};
    if (!mem_map_io(d->machine->mem, d->id, base, d->type->window, &d->ops, d, NULL, error, error_size))
        return false;
    d->base = base;
    return true;
}

static void timers_free(Device *d) {
    while (d->timers) {
        DeviceTimer *t = d->timers;
        d->timers = t->next;
        timer_free(t->timer);
        free(t);
    }
}

static void props_free(void *state, const Prop *props, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        if (props[i].kind == PROP_STRING) free(*(char **)((uint8_t *)state + props[i].offset));
}

void device_free(Device *d) {
    if (d->base != UINT64_MAX) mem_unmap(d->machine->mem, d->id);
    timers_free(d);
    if (d->type->unplug) d->type->unplug(d);
    Device **at = &d->machine->devices;
    while (*at && *at != d) at = &(*at)->next;
    if (*at) *at = d->next;
    props_free(d->state, d->type->props, d->type->nprops);
    if (d->type->bus) props_free(d->bus_state, d->type->bus->props, d->type->bus->nprops);
    lock_destroy(&d->lock);
    free(d->state);
    free(d->bus_state);
    free(d->id);
    free(d);
}

// ---- wires

static void input_set(void *opaque, unsigned n, bool level) {
    Device *d = opaque;
    lock_take(&d->lock);
    d->type->input(d, n, level);
    device_update(d);
    lock_drop(&d->lock);
}

Irq device_input(Device *to, unsigned input) { return (Irq){input_set, to, input}; }

bool device_msi(Device *to, uint64_t address, uint32_t data, uint32_t source) {
    lock_take(&to->lock);
    bool mine = to->type->msi && to->type->msi(to, address, data, source);
    device_update(to);
    lock_drop(&to->lock);
    return mine;
}

void device_wire(Device *d, unsigned output, Device *to, unsigned input) {
    device_wire_to(d, output, device_input(to, input));
    d->irq_to[output] = to;
}

void device_wire_to(Device *d, unsigned output, Irq irq) {
    if (output >= DEVICE_IRQS) die("%s has no output %u", d->id, output);
    lock_take(&d->lock); // what it is plugged into may have something for it already
    d->irq[output] = irq;
    d->irq_level[output] = LEVEL_UNKNOWN;
    lock_drop(&d->lock);
}

void device_irq(Device *d, unsigned output, bool level) {
    if (d->irq_level[output] == level) return;
    d->irq_level[output] = level;
    irq_set(&d->irq[output], level);
}

void device_dt_interrupts(Device *d, Fdt *f) {
    uint32_t cells[DEVICE_IRQS * 4];
    unsigned n = 0;
    for (unsigned i = 0; i < DEVICE_IRQS; i++) {
        Device *to = d->irq_to[i];
        if (to && to->type->irq_specifier) n += to->type->irq_specifier(to, d->irq[i].n, cells + n);
        else if (to) cells[n++] = d->irq[i].n;
    }
    if (!n) return;
    dt_cells(f, "interrupts", n, cells);
    dt_u32(f, "interrupt-parent", d->irq_to[0]->phandle);
}

// ---- timers, outside changes

void device_enter(Device *d) { lock_take(&d->lock); }
void device_leave(Device *d) {
    device_update(d);
    lock_drop(&d->lock);
}

static void timer_fired(void *opaque) {
    DeviceTimer *t = opaque;
    device_enter(t->device);
    t->fn(t->device, t->i);
    device_leave(t->device);
}

DeviceTimer *device_timer(Device *d, void (*fn)(Device *d, unsigned i), unsigned i) {
    DeviceTimer *t = calloc(1, sizeof(*t));
    *t = (DeviceTimer){d, fn, i, NULL, d->timers};
    t->timer = timer_new(d->machine->clock, timer_fired, t);
    d->timers = t;
    return t;
}

void device_timer_set(DeviceTimer *t, uint64_t deadline_ns) { timer_set(t->timer, deadline_ns); }

// ---- reset, save, load

static void settled(Device *d) {
    if (d->type->bus && d->type->bus->settled) d->type->bus->settled(d);
}

void device_reset(Device *d) {
    lock_take(&d->lock);
    fields_of_device(d, fields_reset);
    if (d->type->reset) d->type->reset(d);
    memset(d->irq_level, LEVEL_UNKNOWN, sizeof(d->irq_level));
    device_update(d);
    lock_drop(&d->lock);
    settled(d);
}

void device_save(Device *d, Bytes *out) {
    const DeviceBus *bus = d->type->bus;
    lock_take(&d->lock);
    if (d->type->fields) fields_save(d->type->fields, d->state, out);
    if (bus && bus->fields) fields_save(bus->fields, d->bus_state, out);
    if (d->type->save) d->type->save(d, out);
    lock_drop(&d->lock);
}

bool device_load(Device *d, Bytes *in, char *error, size_t error_size) {
    const DeviceBus *bus = d->type->bus;
    lock_take(&d->lock);
    bool ok = (!d->type->fields || fields_load(d->type->fields, d->state, in, error, error_size)) &&
              (!bus || !bus->fields || fields_load(bus->fields, d->bus_state, in, error, error_size)) &&
              (!d->type->load || d->type->load(d, in, error, error_size)) &&
              (!d->type->loaded || d->type->loaded(d, error, error_size));
    if (!ok) fields_of_device(d, fields_reset); // never run on what made no sense
    memset(d->irq_level, LEVEL_UNKNOWN, sizeof(d->irq_level));
    device_update(d);
    lock_drop(&d->lock);
    settled(d);
    return ok;
}
