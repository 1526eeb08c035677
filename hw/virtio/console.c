// SPDX-License-Identifier: MIT
// virtio console (Virtual I/O Device 1.2, section 5.3) with one port: queue 0 carries input, queue 1 output.
//
// Serial back ends take bytes without blocking, so output is written at once under the device's lock. A chain
// that is taken in part goes back to the ring, and `sent` says how much of it is done: nothing is in flight
// outside the saved state. emerg_wr prints a character before any queue exists.
#include "hw/host/serial.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <string.h>

enum { RX = 0, TX = 1, F_EMERG_WRITE = 1 << 2 };

typedef struct VirtioConsole {
    VirtioRegs regs;
    uint32_t sent; // bytes of the chain at next_avail of the output queue
    uint32_t pad;
    // wiring
    Virtio v;
    Serial *chardev;
    bool paused;
    VirtqElement e;
} VirtioConsole;

typedef struct Config {
    uint16_t cols, rows;
    uint32_t max_nr_ports, emerg_wr;
} Config;

static uint64_t features(Virtio *v) { return F_EMERG_WRITE; }

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    Config c = {.max_nr_ports = 1};
    memcpy(to, &c, sizeof c);
    return sizeof c;
}

static void config_write(Virtio *v, unsigned offset, uint32_t value, unsigned size) {
    VirtioConsole *c = v->device->state;
    uint8_t byte = value;
    if (offset == offsetof(Config, emerg_wr))
        serial_write(c->chardev, &byte, 1);
    else
        log_print(LOG_GUEST_ERROR, "%s: configuration byte %u is read-only", v->device->id, offset);
}

// False: the back end is full.
static bool send_chain(VirtioConsole *c) {
    while (c->sent < c->e.out_bytes) {
        uint8_t bytes[4096];
        size_t n = virtq_gather(&c->e, c->sent, bytes, sizeof bytes);
        size_t took = serial_write(c->chardev, bytes, n);
        c->sent += took;
        if (took < n) return false;
    }
    c->sent = 0;
    return true;
}

static void send(VirtioConsole *c) {
    bool any = false;
    while (virtio_pop(&c->v, TX, &c->e)) {
        if (!send_chain(c)) {
            virtq_unpop(&c->v.q[TX], 1);
            break;
        }
        virtq_push(&c->v.q[TX], c->e.head, 0);
        any = true;
    }
    if (any) virtio_signal(&c->v, TX);
}

static void notify(Virtio *v, unsigned queue) {
    VirtioConsole *c = v->device->state;
    if (queue == TX)
        send(c);
    else
        serial_ready(c->chardev);
}

// ---- the back end's side: the loop's thread, no lock

static size_t can_receive(void *front) {
    VirtioConsole *c = front;
    size_t room = 0;
    device_enter(c->v.device);
    if (!c->paused && virtio_pop(&c->v, RX, &c->e)) {
        room = c->e.in_bytes;
        virtq_unpop(&c->v.q[RX], 1);
    }
    device_leave(c->v.device);
    return room;
}

static void receive(void *front, const uint8_t *bytes, size_t n) {
    VirtioConsole *c = front;
    device_enter(c->v.device);
    if (virtio_pop(&c->v, RX, &c->e)) {
        size_t took = virtq_scatter(&c->v.q[RX], &c->e, 0, bytes, n);
        virtq_push(&c->v.q[RX], c->e.head, took);
        virtio_signal(&c->v, RX);
    }
    device_leave(c->v.device);
}

static void drained(void *front) {
    VirtioConsole *c = front;
    device_enter(c->v.device);
    if (!c->paused) send(c);
    device_leave(c->v.device);
}

// ---- entries

static void reset(Virtio *v) { ((VirtioConsole *)v->device->state)->sent = 0; }

static const VirtioOps ops = {
    .id = 3,
    .nqueues = 2,
    .queue_max = 128,
    .features = features,
    .config = config,
    .config_write = config_write,
    .notify = notify,
    .reset = reset,
};

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioConsole *c = d->state;
    if (!virtio_plug(d, error, error_size)) return false;
    serial_attach(c->chardev, c, can_receive, receive, NULL, drained);
    return true;
}

static void unplug(Device *d) {
    VirtioConsole *c = d->state;
    if (c->v.device) serial_detach(c->chardev);
}

static void set_paused(Device *d, bool paused) {
    VirtioConsole *c = d->state;
    device_enter(d);
    c->paused = paused;
    device_leave(d);
}
static void drain(Device *d) { set_paused(d, true); }
static void resume(Device *d) {
    set_paused(d, false);
    virtio_kick_all(d);
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioConsole), FIELD(VirtioConsole, sent, 0),
                               FIELD(VirtioConsole, pad, 0)};
static const Fields console_fields = FIELDS("virtio-serial", 1, fields, offsetof(VirtioConsole, v));
static const Prop props[] = {
    PROP(VirtioConsole, chardev, PROP_SERIAL, NULL, "what the port is connected to"),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...) \
    { \
        .type = {.name = NAME, .title = "virtio console, one port", \
        .size = sizeof(VirtioConsole), .fields = &console_fields, .props = props, \
        .nprops = sizeof props / sizeof props[0], .plug = plug, .unplug = unplug, .drain = drain, \
        .resume = resume, __VA_ARGS__}, \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioConsole, v), \
    }
const VirtioType virtio_serial_device = TYPE("virtio-serial-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_serial_pci = TYPE("virtio-serial-pci", virtio_pci, VIRTIO_PCI);
