// SPDX-License-Identifier: MIT
// virtio network card (Virtual I/O Device 1.2, section 5.1): queue 0 receives, queue 1 sends; merged receive
// buffers, link status, checksums by the host (the guest leaves them out on the way out, and need not verify
// on the way in).
//
// Notifications only wake the network's thread, which comes for frames (next_frame) and brings them (receive)
// with this device's lock. A frame is wholly in the ring or wholly out of it, so nothing is ever in flight.
#include "hw/core/machine.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <string.h>

enum { RX = 0, TX = 1 };
enum { F_CSUM = 1 << 0, F_GUEST_CSUM = 1 << 1, F_MAC = 1 << 5, F_MRG_RXBUF = 1 << 15, F_STATUS = 1 << 16 };
enum { F_HOST_TSO4 = 1 << 11, F_HOST_TSO6 = 1 << 12 };
enum { NEEDS_CSUM = 1, DATA_VALID = 2 };

typedef struct Header {
    uint8_t flags, gso_type;
    uint16_t hdr_len, gso_size, csum_start, csum_offset;
    uint16_t num_buffers; // only with MRG_RXBUF or VERSION_1
} Header;

typedef struct VirtioNet {
    VirtioRegs regs;
    uint8_t link_down;
    uint8_t pad[7];
    // wiring
    Virtio v;
    Net *netdev;
    char *mac;
    uint8_t address[6];
    VirtqElement first, e;
} VirtioNet;

static uint64_t features(Virtio *v) {
    const Net *net = ((VirtioNet *)v->device->state)->netdev;
    uint64_t f = F_CSUM | F_GUEST_CSUM | F_MAC | F_MRG_RXBUF | F_STATUS;
    return net && net->big_frames ? f | F_HOST_TSO4 | F_HOST_TSO6 : f;
}

static size_t header_size(const Virtio *v) {
    return virtio_has(v, F_MRG_RXBUF | VIRTIO_F_VERSION_1) ? sizeof(Header) : offsetof(Header, num_buffers);
}

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    VirtioNet *n = v->device->state;
    memcpy(to, n->address, 6);
    to[6] = !n->link_down;
    return 8; // mac, status
}

static void notify(Virtio *v, unsigned queue) {
    VirtioNet *n = v->device->state;
    if (!n->netdev) return;
    if (queue == TX)
        n->netdev->kick(n->netdev);
    else
        n->netdev->ready(n->netdev);
}

// ---- out

// The Internet checksum of what lies behind csum_start; its field holds the
// pseudo-header's sum.
static void complete_checksum(uint8_t *frame, size_t size, const Header *h) {
    if (!(h->flags & NEEDS_CSUM) || h->csum_start >= size ||
        (size_t)h->csum_start + h->csum_offset + 2 > size)
        return;
    uint64_t sum = 0;
    for (size_t i = h->csum_start; i < size; i += 2)
        sum += (unsigned)frame[i] << 8 | (i + 1 < size ? frame[i + 1] : 0);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    if (!sum) sum = 0xffff; // UDP: zero means none
    frame[h->csum_start + h->csum_offset] = sum >> 8;
    frame[h->csum_start + h->csum_offset + 1] = sum & 0xff;
}

// One frame with the lock held; 0: none. `any` is set if a chain was used.
static size_t take_frame(VirtioNet *n, uint8_t *frame, size_t max, bool *any) {
    size_t skip = header_size(&n->v), size = 0;
    while (!size && virtio_pop(&n->v, TX, &n->e)) {
        if (n->e.out_bytes < skip) {
            virtio_broken(&n->v, "frame without header");
            return 0;
        }
        Header h = {0};
        virtq_gather(&n->e, 0, &h, skip);
        size = n->e.out_bytes - skip;
        if (size > max) {
            log_print(LOG_GUEST_ERROR, "%s: frame of %zu bytes", n->v.device->id, size);
            size = 0;
        }
        virtq_gather(&n->e, skip, frame, size);
        if (virtio_has(&n->v, F_CSUM)) complete_checksum(frame, size, &h);
        virtq_push(&n->v.q[TX], n->e.head, 0);
        *any = true;
    }
    return size;
}

static size_t next_frame(void *opaque, uint8_t *frame, size_t max) {
    VirtioNet *n = opaque;
    bool any = false;
    device_enter(n->v.device);
    size_t size = take_frame(n, frame, max, &any);
    if (any) virtio_signal(&n->v, TX);
    device_leave(n->v.device);
    return size;
}

// ---- in

static size_t put(VirtioNet *n, const VirtqElement *e, size_t done, const Header *h, size_t skip,
                  const uint8_t *frame, size_t size) {
    size_t at = 0;
    if (done < skip) at = virtq_scatter(&n->v.q[RX], e, 0, (const uint8_t *)h + done, skip - done);
    if (done + at < skip) return at;
    return at + virtq_scatter(&n->v.q[RX], e, at, frame + (done + at - skip), size - (done + at - skip));
}

// Fills buffers until the frame is in; publishes all of them or takes none.
// False: too few.
static bool deliver(VirtioNet *n, const uint8_t *frame, size_t size) {
    Virtq *q = &n->v.q[RX];
    Header h = {.flags = virtio_has(&n->v, F_GUEST_CSUM) ? DATA_VALID : 0, .num_buffers = 1};
    size_t skip = header_size(&n->v), done = 0;
    unsigned used = 0;
    while (done < skip + size) {
        VirtqElement *e = used ? &n->e : &n->first;
        if (!virtio_pop(&n->v, RX, e)) {
            virtq_unpop(q, used);
            return q->broken; // a broken ring swallows the frame
        }
        bool whole = e->in_bytes >= skip + size || virtio_has(&n->v, F_MRG_RXBUF);
        if (!whole || (!used && e->in_bytes < skip)) {
            log_print(LOG_GUEST_ERROR, "%s: receive buffer of %u bytes is too small", n->v.device->id,
                      e->in_bytes);
            virtq_unpop(q, 1);
            return true; // dropped
        }
        size_t part = put(n, e, done, &h, skip, frame, size);
        virtq_fill(q, used++, e->head, part);
        done += part;
        if (!part || used > q->num) {
            virtio_broken(&n->v, "receive buffers without room");
            return true;
        }
    }
    h.num_buffers = used;
    if (skip == sizeof h)
        virtq_scatter(q, &n->first, offsetof(Header, num_buffers), &h.num_buffers, sizeof h.num_buffers);
    virtq_publish(q, used);
    virtio_signal(&n->v, RX);
    return true;
}

static bool receive(void *opaque, const uint8_t *frame, size_t size) {
    VirtioNet *n = opaque;
    device_enter(n->v.device);
    bool taken = !virtio_running(&n->v, RX) || n->link_down || deliver(n, frame, size);
    device_leave(n->v.device);
    return taken;
}

static void link_changed(void *opaque, bool up) {
    VirtioNet *n = opaque;
    device_enter(n->v.device);
    if (n->link_down == up) {
        n->link_down = !up;
        virtio_config_changed(&n->v);
    }
    device_leave(n->v.device);
}

// ---- entries

static const VirtioOps ops = {
    .id = 1,
    .nqueues = 2,
    .queue_max = 256,
    .features = features,
    .config = config,
    .notify = notify,
};

// mac=, or the n-th of the customary addresses for the n-th card of the
// machine.
static bool choose_address(Device *d, char *error, size_t error_size) {
    VirtioNet *n = d->state;
    unsigned a[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    for (const Device *o = d->machine->devices; o && o != d; o = o->next) a[5] += o->type->fields == d->type->fields; // on any transport
    char end;
    if (n->mac &&
        (sscanf(n->mac, "%2x:%2x:%2x:%2x:%2x:%2x%c", a, a + 1, a + 2, a + 3, a + 4, a + 5, &end) != 6 ||
         (a[0] & 1))) {
        snprintf(error, error_size,
                 "%s: mac=%s is no address of a card (six bytes like "
                 "52:54:00:12:34:56, the first "
                 "even)",
                 d->type->name, n->mac);
        return false;
    }
    for (unsigned i = 0; i < 6; i++) n->address[i] = a[i];
    return true;
}

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioNet *n = d->state;
    if (!choose_address(d, error, error_size) || !virtio_plug(d, error, error_size)) return false;
    NetFront front = {n, receive, next_frame, link_changed};
    if (n->netdev) n->netdev->attach(n->netdev, &front);
    return true;
}

static void unplug(Device *d) {
    VirtioNet *n = d->state;
    if (n->netdev && n->v.device) n->netdev->attach(n->netdev, NULL);
}

static void drain(Device *d) {
    VirtioNet *n = d->state;
    if (n->netdev) n->netdev->pause(n->netdev, true);
}

static void resume(Device *d) {
    VirtioNet *n = d->state;
    if (n->netdev) n->netdev->pause(n->netdev, false);
    virtio_kick_all(d);
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioNet), FIELD(VirtioNet, link_down, 0),
                               FIELD_PAD(VirtioNet, pad)};
static const Fields net_fields = FIELDS("virtio-net", 1, fields, offsetof(VirtioNet, v));
static const Prop props[] = {
    PROP(VirtioNet, netdev, PROP_NET, NULL, "the network"),
    PROP(VirtioNet, mac, PROP_STRING, NULL, "address of the card, 52:54:00:12:34:56 and up"),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...) \
    { \
        .type = {.name = NAME, .title = "virtio network card", \
        .size = sizeof(VirtioNet), .fields = &net_fields, .props = props, \
        .nprops = sizeof props / sizeof props[0], .plug = plug, .unplug = unplug, .drain = drain, \
        .resume = resume, __VA_ARGS__}, \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioNet, v), \
    }
const VirtioType virtio_net_device = TYPE("virtio-net-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_net_pci = TYPE("virtio-net-pci", virtio_pci, VIRTIO_PCI);
