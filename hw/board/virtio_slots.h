// SPDX-License-Identifier: MIT
// The devices that users add to a `virt` board: a row of virtio-mmio slots, and PCI functions behind the host bridge.
#pragma once
#include "hw/board/boot.h"

enum { VIRTIO_SLOTS_MOST = 32 };
typedef struct VirtioSlots {
    uint64_t base, stride;
    unsigned n;       // of slots
    Device *intc;
    unsigned irq;     // slot 0's input of intc, the others follow
    Device *slot[VIRTIO_SLOTS_MOST];
} VirtioSlots;

// -device: into the slot that bus=virtio-mmio-bus.N names, or the highest free one; a PCI function, to the host bridge.
bool virtio_slots_plug(Machine *m, VirtioSlots *s, Device *pcie, const DeviceType *type, const char *props, char *error, size_t error_size);
// Transports are always there: what nobody plugged in is empty.
bool virtio_slots_fill(Machine *m, VirtioSlots *s, char *error, size_t error_size);
