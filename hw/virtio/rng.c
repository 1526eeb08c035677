// SPDX-License-Identifier: MIT
// virtio entropy device (Virtual I/O Device 1.2, section 5.4). Each buffer gets up to MOST bytes of the
// host's random generator at once, on the notifying vCPU: less work than waking another thread, and a guest
// that asks for much asks again.
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include <sys/random.h>

enum { MOST = 256 }; // getrandom gives as much in one piece whatever comes

typedef struct VirtioRng {
    VirtioRegs regs;
    // wiring
    Virtio v;
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

static const Field fields[] = {VIRTIO_FIELDS(VirtioRng)};
static const Fields rng_fields = FIELDS("virtio-rng", 1, fields, offsetof(VirtioRng, v));

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...) \
    { \
        .type = {.name = NAME, .title = "virtio random number generator", \
        .size = sizeof(VirtioRng), .fields = &rng_fields, .plug = virtio_plug, \
        .resume = virtio_kick_all, __VA_ARGS__}, \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioRng, v), \
    }
const VirtioType virtio_rng_device = TYPE("virtio-rng-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_rng_pci = TYPE("virtio-rng-pci", virtio_pci, VIRTIO_PCI);
