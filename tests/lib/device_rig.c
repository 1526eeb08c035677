// SPDX-License-Identifier: MIT
// The rig of device_rig.h. Timers run on the calling thread (clock_step), so every run repeats exactly.
#include "tests/lib/device_rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool load_nothing(Machine *m, char *error, size_t error_size) { return true; }
static const Board rig_board = {.name = "rig", .max_cpus = 1, .default_ram = 1 << 20, .load = load_nothing};

static size_t serial_take(Serial *s, const uint8_t *bytes, size_t n) {
    Rig *r = s->front ? (Rig *)((char *)s - offsetof(Rig, serial)) : NULL;
    if (!r) return n;
    if (n > r->accepts) n = r->accepts;
    if (n > RIG_BYTES - r->nsent) n = RIG_BYTES - r->nsent;
    memcpy(r->sent + r->nsent, bytes, n);
    r->nsent += n;
    return n;
}
static const SerialOps serial_ops = {.write = serial_take};

static void output(void *opaque, unsigned n, bool level) {
    Rig *r = opaque;
    r->edges += r->level[n] != level;
    r->level[n] = level;
}

Rig *rig_new(const DeviceType *type, const char *props) {
    char error[300];
    Rig *r = calloc(1, sizeof(*r));
    r->accepts = RIG_BYTES;
    r->serial.ops = &serial_ops;
    r->machine = machine_new(&r->spec, &rig_board);
    r->machine->ncpus = 0;
    clock_set(r->machine->clock, 1000);
    clock_wall_at_zero(r->machine->clock, 1700000000000000000);
    machine_add_end(r->machine, PROP_SERIAL, "rig", &r->serial);
    r->device = device_new(r->machine, type, "dut");
    for (unsigned i = 0; i < RIG_OUTPUTS; i++) device_wire_to(r->device, i, (Irq){output, r, i});
    if (!device_set_all(r->device, props, error, sizeof(error)) ||
        !device_plug(r->device, error, sizeof(error))) {
        fprintf(stderr, "%s: %s\n", type->name, error);
        abort();
    }
    device_reset(r->device);
    return r;
}

void rig_free(Rig *r) {
    machine_free(r->machine);
    free(r);
}

void rig_step(Rig *r, uint64_t ns) { clock_step(r->machine->clock, clock_now(r->machine->clock) + ns); }

void rig_receive(Rig *r, const uint8_t *bytes, size_t n) {
    size_t room = r->serial.can_receive ? r->serial.can_receive(r->serial.front) : 0;
    if (n > room) n = room;
    if (n) r->serial.receive(r->serial.front, bytes, n);
}
