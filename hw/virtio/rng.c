// SPDX-License-Identifier: MIT
// virtio entropy device (Virtual I/O Device 1.2, section 5.4). Each buffer gets up to MOST bytes of the
// host's random generator at once, on the notifying vCPU: less work than waking another thread, and a guest
// that asks for much asks again.
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include <sys/random.h>

enum { MOST = 256 }; // getrandom gives as much in one piece whatever comes

typedef struct VirtioRng {
    VirtioRegs regs;
    // wiring
    Virtio v;
    char *force_legacy;
    VirtqElement e;
} VirtioRng;

static uint64_t features(Virtio *v) { return 0; }

static void notify(Virtio *v, unsigned queue) {
    VirtioRng *r = v->device->state;
    bool any = false;
    while (virtio_pop(v, 0, &r->e)) {
        uint8_t bytes[MOST];
        size_t n = r->e.in_bytes < MOST ? r->e.in_bytes : MOST;
        ssize_t got = getrandom(bytes, n, 0);
        if (got > 0) virtq_scatter(&v->q[0], &r->e, 0, bytes, got);
        virtq_push(&v->q[0], r->e.head, got > 0 ? got : 0);
        any = true;
    }
    if (any) virtio_signal(v, 0);
}

static const VirtioOps ops = {.id = 4, .nqueues = 1, .queue_max = 8, .features = features, .notify = notify};

static bool plug(Device *d, char *error, size_t error_size) {
    return virtio_mmio_plug(d, ((VirtioRng *)d->state)->force_legacy, error, error_size);
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioRng)};
static const Fields rng_fields = FIELDS("virtio-rng", 1, fields, offsetof(VirtioRng, v));
static const Prop props[] = {
    {"force-legacy", PROP_STRING, offsetof(VirtioRng, force_legacy), NULL, "on: interface version 1"},
};

const VirtioType virtio_rng_device = {
    .type =
        {
            .name = "virtio-rng-device",
            .title = "virtio random number generator",
            .size = sizeof(VirtioRng),
            .fields = &rng_fields,
            .props = props,
            .nprops = sizeof props / sizeof props[0],
            .plug = plug,
            .resume = virtio_kick_all,
            VIRTIO_MMIO,
        },
    .ops = &ops,
    .virtio = offsetof(VirtioRng, v),
};
