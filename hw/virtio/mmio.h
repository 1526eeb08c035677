// SPDX-License-Identifier: MIT
// virtio over memory-mapped registers (Virtual I/O Device 1.2, section 4.2): interface version 2, and version
// 1 (legacy, 4.2.4), which is the default as `-global virtio-mmio.force-legacy=` has it elsewhere. A device
// type with these entries is a device with its own window: the board maps it into a slot and wires output 0.
#pragma once
#include "hw/virtio/virtio.h"

enum { VIRTIO_MMIO_NREGS = 28, VIRTIO_MMIO_WINDOW = 0x200 };
extern const DeviceBus virtio_mmio_bus; // force-legacy=
extern const VirtioTransport virtio_mmio;
extern const Reg virtio_mmio_regs[VIRTIO_MMIO_NREGS];
extern const DeviceType virtio_mmio_empty; // "virtio-mmio": a slot with nothing in it

void virtio_mmio_update(Device *d);
void virtio_mmio_fdt(Device *d, Fdt *f);
uint64_t virtio_mmio_read(Device *d, uint64_t offset, unsigned size);
void virtio_mmio_write(Device *d, uint64_t offset, uint64_t value, unsigned size);

// The part of a DeviceType that the transport gives.
#define VIRTIO_MMIO                                                                                          \
    .regs = virtio_mmio_regs, .nregs = VIRTIO_MMIO_NREGS, .window = VIRTIO_MMIO_WINDOW, .max_access = 4,     \
    .bus = &virtio_mmio_bus, .update = virtio_mmio_update, .fdt = virtio_mmio_fdt, .read = virtio_mmio_read,         \
    .write = virtio_mmio_write, .reset = virtio_reset, .loaded = virtio_loaded
