// SPDX-License-Identifier: MIT
// The core of every virtio device (Virtual I/O Device 1.2, chapter 2): status, features, queues,
// configuration space, interrupts. A device fills VirtioOps and is made into a Device by a transport
// (hw/virtio/mmio.h), which is reached through VirtioTransport alone.
//
// The state struct of a device begins with VirtioRegs (saved; also what the transports' registers select),
// then its own fields, then wiring, where a Virtio stands.
#pragma once
#include "hw/core/device.h"
#include "hw/virtio/virtqueue.h"

enum { VIRTIO_QUEUES = 16, VIRTIO_CONFIG = 256, VIRTIO_NO_VECTOR = 0xffff };
enum {
    VIRTIO_ACKNOWLEDGE = 1,
    VIRTIO_DRIVER = 2,
    VIRTIO_DRIVER_OK = 4,
    VIRTIO_FEATURES_OK = 8,
    VIRTIO_NEEDS_RESET = 64,
    VIRTIO_FAILED = 128,
};
enum { VIRTIO_ISR_QUEUE = 1, VIRTIO_ISR_CONFIG = 2 };
#define VIRTIO_F_ANY_LAYOUT (1ull << 27)
#define VIRTIO_F_INDIRECT   (1ull << 28)
#define VIRTIO_F_EVENT_IDX  (1ull << 29)
#define VIRTIO_F_VERSION_1  (1ull << 32)

typedef struct VirtioRegs {
    uint64_t driver_features;
    uint32_t status, isr;
    uint32_t device_sel, driver_sel; // which 32 bits of the features
    uint32_t queue_sel;
    uint32_t page_size;  // legacy
    uint32_t generation; // of the configuration space
    uint32_t window_bar, window_offset, window_length; // PCI: the way to BARs through configuration space
    uint16_t config_vector;                            // PCI: MSI-X vector
    uint8_t pad[6];
    VirtqRegs q[VIRTIO_QUEUES];
} VirtioRegs;

typedef struct Virtio Virtio;

typedef struct VirtioOps {
    uint32_t id;
    unsigned nqueues;
    uint16_t queue_max;
    bool modern_only; // there is no legacy interface to this device
    uint64_t (*features)(Virtio *v); // the device's own, offered
    unsigned (*config)(Virtio *v,
                       uint8_t config[VIRTIO_CONFIG]); // fills it, returns its
                                                       // length; may be NULL
    void (*config_write)(Virtio *v, unsigned offset, uint32_t value,
                         unsigned size); // may be NULL
    // With the device's lock; these must not block.
    void (*notify)(Virtio *v,
                   unsigned queue); // it may have something: also after start and resume
    void (*reset)(Virtio *v);       // may be NULL: what fields and stopped queues do not say
    void (*settle)(Virtio *v);      // may be NULL: waits for what still touches guest memory
} VirtioOps;

typedef struct VirtioTransport {
    bool (*plug)(Device *d, char *error, size_t error_size); // calls virtio_init
    void (*signal)(Virtio *v, unsigned isr, unsigned queue); // isr: VIRTIO_ISR_x
} VirtioTransport;

struct Virtio { // wiring
    Device *device;
    VirtioRegs *regs;
    const VirtioOps *ops;
    const VirtioTransport *transport;
    bool legacy, modern; // the interfaces that the transport has; both: the driver chooses
    bool dma;            // it may reach memory
    uint32_t epoch; // counts resets: what was started before one must not be
                    // finished after it
    Virtq q[VIRTIO_QUEUES];
};

typedef struct VirtioType { // what a transport makes of a device
    DeviceType type;        // first
    const VirtioOps *ops;
    const VirtioTransport *transport;
    size_t virtio; // where the Virtio stands in the state
} VirtioType;
static inline Virtio *virtio_of(const Device *d) {
    return (Virtio *)((char *)d->state + ((const VirtioType *)d->type)->virtio);
}

// Rows for the Fields table of a state struct T whose member `regs` is the
// VirtioRegs.
#define VIRTQ_FIELDS(T, i)                                                                                   \
    FIELD(T, regs.q[i].desc, 0), FIELD(T, regs.q[i].avail, 0), FIELD(T, regs.q[i].used, 0),                  \
        FIELD(T, regs.q[i].pfn, 0), FIELD(T, regs.q[i].align, 0), FIELD(T, regs.q[i].num, 0),                \
        FIELD(T, regs.q[i].next_avail, 0), FIELD(T, regs.q[i].next_used, 0),                                 \
        FIELD(T, regs.q[i].signalled, 0), FIELD(T, regs.q[i].vector, VIRTIO_NO_VECTOR),                      \
        FIELD(T, regs.q[i].ready, 0), FIELD_PAD(T, regs.q[i].pad)
#define VIRTIO_FIELDS(T)                                                                                     \
    FIELD(T, regs.driver_features, 0), FIELD(T, regs.status, 0), FIELD(T, regs.isr, 0),                      \
        FIELD(T, regs.device_sel, 0), FIELD(T, regs.driver_sel, 0), FIELD(T, regs.queue_sel, 0),             \
        FIELD(T, regs.page_size, 0), FIELD(T, regs.generation, 0), FIELD(T, regs.window_bar, 0),             \
        FIELD(T, regs.window_offset, 0), FIELD(T, regs.window_length, 0),                                    \
        FIELD(T, regs.config_vector, VIRTIO_NO_VECTOR), FIELD_PAD(T, regs.pad),                              \
        VIRTQ_FIELDS(T, 0), VIRTQ_FIELDS(T, 1), VIRTQ_FIELDS(T, 2), VIRTQ_FIELDS(T, 3),                     \
        VIRTQ_FIELDS(T, 4), VIRTQ_FIELDS(T, 5), VIRTQ_FIELDS(T, 6), VIRTQ_FIELDS(T, 7),                      \
        VIRTQ_FIELDS(T, 8), VIRTQ_FIELDS(T, 9), VIRTQ_FIELDS(T, 10), VIRTQ_FIELDS(T, 11),                    \
        VIRTQ_FIELDS(T, 12), VIRTQ_FIELDS(T, 13), VIRTQ_FIELDS(T, 14), VIRTQ_FIELDS(T, 15)

// For transports, under the lock.
uint64_t virtio_offered(Virtio *v);
void virtio_set_status(Virtio *v, uint32_t status);
void virtio_set_features(Virtio *v, unsigned word, uint32_t bits);
Virtq *virtio_selected(Virtio *v); // NULL: no such queue
void virtio_set_queue_size(Virtio *v, uint32_t n);
void virtio_queue_start(Virtio *v, unsigned i);
void virtio_queue_stop(Virtio *v,
                       unsigned i); // forgets its state: legacy page number 0, modern ready 0
void virtio_notify(Virtio *v, uint32_t queue);
uint64_t virtio_config_read(Virtio *v, uint64_t offset, unsigned size);
void virtio_config_write(Virtio *v, uint64_t offset, uint64_t value, unsigned size);

// For devices, under the lock.
bool virtio_has(const Virtio *v, uint64_t feature);
bool virtio_running(const Virtio *v,
                    unsigned queue);            // live, and the device is not broken
void virtio_broken(Virtio *v, const char *why); // the driver must reset: logs a guest error
bool virtio_pop(Virtio *v, unsigned queue,
                VirtqElement *e); // virtq_pop; a broken ring breaks the device
bool virtio_pending(Virtio *v, unsigned queue);
void virtio_signal(Virtio *v,
                   unsigned queue); // after virtq_publish: an interrupt, if the
                                    // driver wants one
void virtio_config_changed(Virtio *v);

// The transport's part of a device's plug.
bool virtio_plug(Device *d, char *error, size_t error_size);
// For the transports' plug: which interfaces there are.
void virtio_init(Device *d, bool legacy, bool modern);
// The transport lets the device reach memory or not; with the lock.
void virtio_set_dma(Virtio *v, bool on);
// DeviceType entries that are the same for all.
void virtio_reset(Device *d);
bool virtio_loaded(Device *d, char *error, size_t error_size);
void virtio_kick_all(Device *d); // takes the lock: looks into every queue,
                                 // after a pause or a load
