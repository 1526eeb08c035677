// SPDX-License-Identifier: MIT
// The rig of device_rig.h. Timers run on the calling thread (clock_step), so every run repeats exactly.
#include "tests/lib/device_rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/pci/host.h"

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

// ---- PCI

typedef struct Recorder {
    Rig *rig;
} Recorder;
static bool take_message(Device *d, uint64_t address, uint32_t data, uint32_t source) {
    Rig *r = ((Recorder *)d->state)->rig;
    if (address >> 12 != RIG_MESSAGES >> 12) return false;
    r->nmessages++;
    r->last_address = address, r->last_data = data, r->last_source = source;
    r->messages = (r->messages ^ address ^ (uint64_t)data << 20 ^ (uint64_t)source << 40) * 0x9e3779b97f4a7c15;
    return true;
}
static const DeviceType recorder_type = {.name = "recorder", .size = sizeof(Recorder), .rank = LOCK_INTC, .msi = take_message};

Device *rig_pci_host(Machine *m, Rig *r) {
    char error[300];
    Device *messages = device_new(m, &recorder_type, "messages");
    ((Recorder *)messages->state)->rig = r;
    PciMap map = {
        .node = "pci", .ecam = RIG_ECAM, .buses = 256, .pio = RIG_PIO, .pio_size = 0x10000, .mmio = RIG_MMIO, .mmio_size = 1 << 30,
        .mmio64 = 1ull << 34, .mmio64_size = 1ull << 34, .msi = messages,
    };
    Device *host = pci_host_new(m, &map, error, sizeof(error));
    if (!host) {
        fprintf(stderr, "rig_pci_host: %s\n", error);
        abort();
    }
    for (unsigned i = 0; i < 4; i++) device_wire_to(host, i, (Irq){output, r, RIG_FIRST_PIN + i});
    return host;
}

uint64_t rig_config_read(Rig *r, unsigned offset, unsigned size) { return device_read(r->host, 1 << 15 | offset, size); }
void rig_config_write(Rig *r, unsigned offset, uint64_t value, unsigned size) { device_write(r->host, 1 << 15 | offset, value, size); }

static Device *plug_function(Rig *r, const DeviceType *type, const char *props, char *error, size_t error_size) {
    if (!mem_map_ram(r->machine->mem, "ram", RIG_RAM, RIG_RAM_SIZE, false, error, error_size)) return NULL;
    r->host = rig_pci_host(r->machine, r);
    return pci_host_plug(r->host, type, "", props, error, error_size);
}

static Device *plug_alone(Rig *r, const DeviceType *type, const char *props, char *error, size_t error_size) {
    Device *d = device_new(r->machine, type, "dut");
    for (unsigned i = 0; i < RIG_OUTPUTS; i++) device_wire_to(d, i, (Irq){output, r, i});
    return device_set_all(d, props, error, error_size) && device_plug(d, error, error_size) ? d : NULL;
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
    bool pci = type->bus && !strcmp(type->bus->name, "PCI");
    r->device = (pci ? plug_function : plug_alone)(r, type, props, error, sizeof(error));
    if (!r->device) {
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
