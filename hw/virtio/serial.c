// SPDX-License-Identifier: MIT
// virtio-serial (Virtual I/O Device 1.2, section 5.3): up to seven ports, consoles and plain ones, each with a queue for
// input and one for output. A driver without VIRTIO_CONSOLE_F_MULTIPORT sees port 0 alone. The control queues are in
// serial_control.c.
//
// Serial back ends take bytes without blocking, so output is written at once under the device's lock. A chain
// that is taken in part goes back to the ring, and `sent` says how much of it is done: nothing is in flight
// outside the saved state. emerg_wr prints a character before any queue exists.
#include "hw/virtio/serial_impl.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Config {
    uint16_t cols, rows;
    uint32_t max_nr_ports, emerg_wr;
} Config;

static uint64_t features(Virtio *v) {
    VirtioSerial *s = v->device->state;
    return F_EMERG_WRITE | (s->max_ports > 1 ? F_MULTIPORT : 0);
}

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    VirtioSerial *s = v->device->state;
    Config c = {.max_nr_ports = s->max_ports};
    memcpy(to, &c, sizeof c);
    return sizeof c;
}

static void config_write(Virtio *v, unsigned offset, uint32_t value, unsigned size) {
    VirtioSerial *s = v->device->state;
    uint8_t byte = value;
    if (offset == offsetof(Config, emerg_wr))
        serial_write(s->port[0].chardev, &byte, 1);
    else
        log_print(LOG_GUEST_ERROR, "%s: configuration byte %u is read-only", v->device->id, offset);
}

// Guests open what they use, but their consoles, and what has no control queue, are in use from the start.
bool port_is_open(const Port *p) {
    VirtioSerial *s = p->all;
    if (!virtio_has(&s->v, F_MULTIPORT)) return p->nr == 0;
    return port_is_console(p) || (s->state[p->nr] & PORT_IS_OPEN);
}

// False: the back end is full.
static bool send_chain(VirtioSerial *s, Port *p) {
    while (s->sent[p->nr] < s->e.out_bytes) {
        uint8_t bytes[4096];
        size_t n = virtq_gather(&s->e, s->sent[p->nr], bytes, sizeof bytes);
        size_t took = serial_write(p->chardev, bytes, n);
        s->sent[p->nr] += took;
        if (took < n) return false;
    }
    s->sent[p->nr] = 0;
    return true;
}

static void send(VirtioSerial *s, Port *p) {
    unsigned queue = port_rx(p->nr) + 1;
    bool any = false;
    while (virtio_pop(&s->v, queue, &s->e)) {
        if (!send_chain(s, p)) {
            virtq_unpop(&s->v.q[queue], 1);
            break;
        }
        virtq_push(&s->v.q[queue], s->e.head, 0);
        any = true;
    }
    if (any) virtio_signal(&s->v, queue);
}

static void notify(Virtio *v, unsigned queue) {
    VirtioSerial *s = v->device->state;
    Port *p = &s->port[queue < 2 ? 0 : queue / 2 - 1];
    if (queue == CONTROL_RX)
        serial_control_tell(s);
    else if (queue == CONTROL_TX)
        serial_control_take(s);
    else if (queue & 1)
        send(s, p);
    else
        serial_ready(p->chardev);
}

// ---- the back end's side: the loop's thread, no lock

static size_t can_receive(void *front) {
    Port *p = front;
    VirtioSerial *s = p->all;
    unsigned queue = port_rx(p->nr);
    size_t room = 0;
    device_enter(s->v.device);
    if (!s->paused && port_is_open(p) && virtio_pop(&s->v, queue, &s->e)) {
        room = s->e.in_bytes;
        virtq_unpop(&s->v.q[queue], 1);
    }
    device_leave(s->v.device);
    return room;
}

static void receive(void *front, const uint8_t *bytes, size_t n) {
    Port *p = front;
    VirtioSerial *s = p->all;
    unsigned queue = port_rx(p->nr);
    device_enter(s->v.device);
    if (virtio_pop(&s->v, queue, &s->e)) {
        size_t took = virtq_scatter(&s->v.q[queue], &s->e, 0, bytes, n);
        virtq_push(&s->v.q[queue], s->e.head, took);
        virtio_signal(&s->v, queue);
    }
    device_leave(s->v.device);
}

static void drained(void *front) {
    Port *p = front;
    device_enter(p->all->v.device);
    if (!p->all->paused) send(p->all, p);
    device_leave(p->all->v.device);
}

static void on_event(void *front, SerialEvent event) {
    Port *p = front;
    if (event != SERIAL_OPENED && event != SERIAL_CLOSED) return;
    device_enter(p->all->v.device);
    if (!p->all->paused) serial_control_tell(p->all);
    device_leave(p->all->v.device);
}

// ---- entries

static void reset(Virtio *v) {
    VirtioSerial *s = v->device->state;
    for (unsigned i = 0; i < PORTS; i++) {
        s->sent[i] = 0;
        if (s->state[i] & PORT_IS_OPEN) serial_front_open(s->port[i].chardev, false);
        s->state[i] &= ~PORT_IS_OPEN;
    }
}

static const VirtioOps ops = {
    .id = 3,
    .nqueues = 2 * PORTS + 2,
    .queue_max = 128,
    .features = features,
    .config = config,
    .config_write = config_write,
    .notify = notify,
    .reset = reset,
};

static bool check_port(Device *d, Port *p, char *error, size_t error_size) {
    if (!p->kind) return !p->chardev || FAIL("%s: port%u.chardev= without port%u=", d->type->name, p->nr, p->nr);
    return !strcmp(p->kind, "console") || !strcmp(p->kind, "port") ||
           FAIL("%s: port%u=%s: console or port is expected", d->type->name, p->nr, p->kind);
}

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioSerial *s = d->state;
    if (s->chardev && !s->port[0].kind) {
        s->port[0].kind = strdup("console");
        s->port[0].chardev = s->chardev;
    }
    if (!s->max_ports || s->max_ports > PORTS)
        return FAIL("%s: max_ports=%u: 1 to %d are possible", d->type->name, s->max_ports, PORTS);
    for (unsigned i = 0; i < PORTS; i++) {
        s->port[i].all = s;
        s->port[i].nr = i;
        if (!check_port(d, &s->port[i], error, error_size)) return false;
        if (s->port[i].kind && i >= s->max_ports)
            return FAIL("%s: port %u with max_ports=%u", d->type->name, i, s->max_ports);
    }
    if (!virtio_plug(d, error, error_size)) return false;
    for (unsigned i = 0; i < PORTS; i++)
        serial_attach(s->port[i].chardev, &s->port[i], can_receive, receive, on_event, drained);
    return true;
}

static void unplug(Device *d) {
    VirtioSerial *s = d->state;
    for (unsigned i = 0; s->v.device && i < PORTS; i++) serial_detach(s->port[i].chardev);
}

static void set_paused(Device *d, bool paused) {
    VirtioSerial *s = d->state;
    device_enter(d);
    s->paused = paused;
    device_leave(d);
}
static void drain(Device *d) { set_paused(d, true); }

static void resume(Device *d) {
    VirtioSerial *s = d->state;
    set_paused(d, false);
    device_enter(d);
    for (unsigned i = 0; i < PORTS; i++) serial_front_open(s->port[i].chardev, s->state[i] & PORT_IS_OPEN);
    device_leave(d);
    virtio_kick_all(d);
}

// Whoever spoke to the guest before spoke to another one.
static bool load(Device *d, Bytes *in, char *error, size_t error_size) {
    VirtioSerial *s = d->state;
    for (unsigned i = 0; i < PORTS; i++) serial_front_open(s->port[i].chardev, false);
    return true;
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioSerial), FIELD_ARRAY(VirtioSerial, sent, 0),
                               FIELD_ARRAY(VirtioSerial, state, 0), FIELD_ARRAY(VirtioSerial, told, 0),
                               FIELD_PAD(VirtioSerial, pad)};
static const Fields serial_fields = FIELDS("virtio-serial", 2, fields, offsetof(VirtioSerial, v));

#define PORT_PROPS(n)                                                                                        \
    {"port" #n, PROP_STRING, offsetof(VirtioSerial, port[n].kind), NULL, "console or port: what port " #n " is"},     \
    {"port" #n ".chardev", PROP_SERIAL, offsetof(VirtioSerial, port[n].chardev), NULL, "what it is connected to"},    \
    {"port" #n ".name", PROP_STRING, offsetof(VirtioSerial, port[n].name), NULL, "what the guest calls it"}
static const Prop props[] = {
    PROP(VirtioSerial, chardev, PROP_SERIAL, NULL, "the same as port0=console,port0.chardev="),
    PROP(VirtioSerial, max_ports, PROP_U32, "7", "how many ports the guest makes room for"),
    PORT_PROPS(0), PORT_PROPS(1), PORT_PROPS(2), PORT_PROPS(3), PORT_PROPS(4), PORT_PROPS(5), PORT_PROPS(6),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...) \
    { \
        .type = {.name = NAME, .title = "virtio serial ports and consoles (virtserialport, virtconsole)", \
        .size = sizeof(VirtioSerial), .fields = &serial_fields, .props = props, \
        .nprops = sizeof props / sizeof props[0], .plug = plug, .unplug = unplug, .drain = drain, \
        .resume = resume, .load = load, __VA_ARGS__}, \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioSerial, v), \
    }
const VirtioType virtio_serial_device = TYPE("virtio-serial-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_serial_pci = TYPE("virtio-serial-pci", virtio_pci, VIRTIO_PCI);
