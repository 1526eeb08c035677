// SPDX-License-Identifier: MIT
// A driver for virtio-mmio devices in C: a machine with some RAM and nothing else, rings in that RAM, and the
// device's registers through device_read and device_write. Devices answer from other threads, so it waits.
#pragma once
#include "hw/core/machine.h"
#include "hw/virtio/virtio.h"

enum { DRIVER_RAM = 0x80000000, DRIVER_RAM_SIZE = 8 << 20, DRIVER_DATA = 0x80100000, DRIVER_NUM = 16 };

typedef struct Seg {
    uint64_t paddr;
    uint32_t len;
} Seg;

typedef struct DriverQueue {
    uint64_t desc, avail, used; // guest addresses
    uint16_t num, next_desc, avail_idx, seen_used;
} DriverQueue;

typedef struct Driver {
    Device *d;
    uint64_t features;
    DriverQueue q[VIRTIO_QUEUES];
    unsigned edges, level; // of the interrupt line; atomics
} Driver;

Machine *driver_machine(void); // freed with machine_free
Device *driver_device(Machine *m, const VirtioType *type,
                      const char *props); // plugged; aborts with the message
uint8_t *driver_ram(const Driver *v, uint64_t paddr);

// Reset, negotiate `wanted` of what is offered, set up all queues, DRIVER_OK. Legacy or not is the device's
// word.
void driver_start(Driver *v, Device *d, uint64_t wanted);
// The rings of a device that was loaded from a saved image are where they were.
void driver_continue(Driver *v, Device *d, const Driver *before);
uint16_t driver_add(Driver *v, unsigned queue, const Seg *out, unsigned nout, const Seg *in, unsigned nin);
void driver_kick(Driver *v, unsigned queue);
bool driver_used(Driver *v, unsigned queue, uint16_t *head, uint32_t *len); // one, if there is one now
bool driver_wait(Driver *v, unsigned queue, uint16_t *head, uint32_t *len); // waits up to 10 s
// The line is set after the ring: waits until it is high, false after 10 s.
bool driver_interrupted(Driver *v);
uint32_t driver_reg(Driver *v, unsigned offset);
