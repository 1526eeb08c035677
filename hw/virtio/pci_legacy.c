// SPDX-License-Identifier: MIT
// The legacy interface of virtio over PCI (Virtual I/O Device 1.2, 4.1.4.10): registers in an I/O BAR. The device's configuration follows
// them, behind two more registers while MSI-X is enabled. Queues are three parts in one piece, at a page number.
#include <string.h>
#include "hw/virtio/pci_impl.h"
#include "tcg/base/log.h"

enum { PAGE_SIZE = 4096, CONFIG = 20, CONFIG_MSIX = 24, QUEUE_VECTOR = 22 };

static VirtqRegs *selected(Device *d) {
    Virtio *v = virtio_of(d);
    return virtio_selected(v) ? &v->regs->q[v->regs->queue_sel] : NULL;
}

static uint32_t offered(Device *d) { return (uint32_t)virtio_offered(virtio_of(d)); }
static uint64_t device_features_get(Device *d, unsigned i) { return offered(d); }
static uint64_t driver_features_get(Device *d, unsigned i) { return (uint32_t)virtio_of(d)->regs->driver_features; }
static void driver_features_set(Device *d, unsigned i, uint64_t value) { // there is no FEATURES_OK to refuse with
    virtio_set_features(virtio_of(d), 0, (uint32_t)value & offered(d));
}

static uint64_t queue_address_get(Device *d, unsigned i) { return selected(d) ? selected(d)->pfn : 0; }
static void queue_address_set(Device *d, unsigned i, uint64_t value) {
    Virtio *v = virtio_of(d);
    VirtqRegs *q = selected(d);
    if (!q) return;
    virtio_queue_stop(v, v->regs->queue_sel);
    if (!value) return;
    q->pfn = (uint32_t)value;
    q->num = v->ops->queue_max; // the driver cannot choose
    virtq_place_legacy(q, PAGE_SIZE);
    virtio_queue_start(v, v->regs->queue_sel);
}
static uint64_t queue_size_get(Device *d, unsigned i) { return selected(d) ? virtio_of(d)->ops->queue_max : 0; }
static void notify_set(Device *d, unsigned i, uint64_t value) { virtio_notify(virtio_of(d), value & 0xffff); }
static void status_set(Device *d, unsigned i, uint64_t value) { virtio_set_status(virtio_of(d), value); }

#define FIELD_OF(m) REG_FIELD(VirtioRegs, m), .mask = 0xffff // the state struct begins with VirtioRegs
static const Reg rows[] = {
    {0, "DeviceFeatures", 4, REG_RO, .get = device_features_get},
    {4, "DriverFeatures", 4, REG_RW, .get = driver_features_get, .set = driver_features_set},
    {8, "QueueAddress", 4, REG_RW, .get = queue_address_get, .set = queue_address_set},
    {12, "QueueSize", 2, REG_RO, .get = queue_size_get},
    {14, "QueueSelect", 2, REG_RW, FIELD_OF(queue_sel)},
    {16, "QueueNotify", 2, REG_WO, .set = notify_set},
    {18, "DeviceStatus", 1, REG_RW, FIELD_OF(status), .set = status_set},
    {19, "ISRStatus", 1, REG_RC, REG_FIELD(VirtioRegs, isr)},
};

// NULL: there is none at the offset, or no such queue.
static uint16_t *vector_at(Device *d, uint64_t offset, unsigned size) {
    if (size == 2 && offset == CONFIG) return &virtio_of(d)->regs->config_vector;
    return size == 2 && offset == QUEUE_VECTOR && selected(d) ? &selected(d)->vector : NULL;
}

static uint64_t rest_read(Device *d, uint64_t offset, unsigned size) {
    unsigned start = pci_msix_on(d) ? CONFIG_MSIX : CONFIG;
    if (offset >= start) return virtio_config_read(virtio_of(d), offset - start, size);
    const uint16_t *vector = vector_at(d, offset, size);
    return vector ? *vector : VIRTIO_NO_VECTOR;
}

static void rest_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    unsigned start = pci_msix_on(d) ? CONFIG_MSIX : CONFIG;
    if (offset >= start) {
        virtio_config_write(virtio_of(d), offset - start, value, size);
        return;
    }
    uint16_t *vector = vector_at(d, offset, size);
    if (vector) *vector = virtio_pci_vector(d, value & 0xffff);
}

static const RegBank bank = {rows, sizeof rows / sizeof rows[0], .read = rest_read, .write = rest_write};

void virtio_pci_add_legacy(Device *d, unsigned bar) {
    const RegBank *const banks[] = {&bank};
    Virtio *v = virtio_of(d);
    uint8_t config[VIRTIO_CONFIG];
    unsigned need = CONFIG_MSIX + (v->ops->config ? v->ops->config(v, config) : 0), size = 32;
    while (size < need) size *= 2;
    pci_add_bar(d, bar, PCI_BAR_IO, size, banks, 1);
}
