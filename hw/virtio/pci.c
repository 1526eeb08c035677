// SPDX-License-Identifier: MIT
// virtio over PCI: what the function is (4.1.2), its capabilities (4.1.4), the common configuration's registers (4.1.4.3) and the rest of
// BAR 4, the window into BARs through configuration space (4.1.4.9). The legacy BAR is in hw/virtio/pci_legacy.c. Called by the PCI core
// for each access, with the device's lock.
//
// BAR 4 is four pages: common configuration, ISR, the device's configuration, notification (4 bytes a queue).
#include "hw/virtio/pci.h"
#include <stdio.h>
#include <string.h>
#include "hw/core/reg.h"
#include "hw/pci/host.h"
#include "hw/virtio/pci_impl.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { BAR_LEGACY = 0, BAR_MSIX = 1, BAR_MODERN = 4, PAGE = 0x1000, NOTIFY_STRIDE = 4 };
enum { CAP_COMMON = 1, CAP_NOTIFY = 2, CAP_ISR = 3, CAP_DEVICE = 4, CAP_WINDOW = 5, WINDOW_DATA = 16 };

static VirtqRegs *selected(Device *d) {
    Virtio *v = virtio_of(d);
    return virtio_selected(v) ? &v->regs->q[v->regs->queue_sel] : NULL;
}

// ---- common configuration

static uint64_t device_feature_get(Device *d, unsigned i) {
    Virtio *v = virtio_of(d);
    uint32_t word = v->regs->device_sel;
    return word > 1 ? 0 : (uint32_t)(virtio_offered(v) >> 32 * word);
}
static uint64_t driver_feature_get(Device *d, unsigned i) {
    Virtio *v = virtio_of(d);
    uint32_t word = v->regs->driver_sel;
    return word > 1 ? 0 : (uint32_t)(v->regs->driver_features >> 32 * word);
}
static void driver_feature_set(Device *d, unsigned i, uint64_t value) {
    virtio_set_features(virtio_of(d), virtio_of(d)->regs->driver_sel, value);
}
static uint64_t num_queues_get(Device *d, unsigned i) { return virtio_of(d)->ops->nqueues; }
static void status_set(Device *d, unsigned i, uint64_t value) { virtio_set_status(virtio_of(d), value); }

// A vector that the function does not have is answered with none (4.1.5.1.2).
uint16_t virtio_pci_vector(Device *d, uint64_t value) { return value < pci_of(d)->vectors ? value : VIRTIO_NO_VECTOR; }
static void config_vector_set(Device *d, unsigned i, uint64_t value) { virtio_of(d)->regs->config_vector = virtio_pci_vector(d, value); }
static uint64_t queue_vector_get(Device *d, unsigned i) { return selected(d) ? selected(d)->vector : VIRTIO_NO_VECTOR; }
static void queue_vector_set(Device *d, unsigned i, uint64_t value) {
    if (selected(d)) selected(d)->vector = virtio_pci_vector(d, value);
}

static uint64_t queue_size_get(Device *d, unsigned i) {
    if (!selected(d)) return 0; // not available
    return selected(d)->num ? selected(d)->num : virtio_of(d)->ops->queue_max;
}
static void queue_size_set(Device *d, unsigned i, uint64_t value) { virtio_set_queue_size(virtio_of(d), value); }
static uint64_t queue_enable_get(Device *d, unsigned i) { return selected(d) ? selected(d)->ready : 0; }
static void queue_enable_set(Device *d, unsigned i, uint64_t value) { // only a reset of the device disables it again
    if (value == 1 && selected(d) && !selected(d)->ready) virtio_queue_start(virtio_of(d), virtio_of(d)->regs->queue_sel);
}
static uint64_t notify_off_get(Device *d, unsigned i) { return selected(d) ? virtio_of(d)->regs->queue_sel : 0; }

static uint64_t *queue_address(VirtqRegs *q, unsigned i) { return i == 0 ? &q->desc : i == 1 ? &q->avail : &q->used; }
static uint64_t address_get(Device *d, unsigned i) { return selected(d) ? *queue_address(selected(d), i) : 0; }
static void address_set(Device *d, unsigned i, uint64_t value) {
    if (selected(d) && selected(d)->ready)
        log_print(LOG_GUEST_ERROR, "%s: address of a queue that is enabled", d->id);
    else if (selected(d))
        *queue_address(selected(d), i) = value;
}

#define COMMON(o, n, w, a, ...) {.offset = (o), .name = (n), .width = (w), .access = REG_##a, __VA_ARGS__}
#define COMMON_FIELD(m)         REG_FIELD(VirtioRegs, m), .mask = 0xffffffff // the state struct begins with VirtioRegs
static const Reg common_rows[] = {
    COMMON(0x00, "device_feature_select", 4, RW, COMMON_FIELD(device_sel)),
    COMMON(0x04, "device_feature", 4, RO, .get = device_feature_get),
    COMMON(0x08, "driver_feature_select", 4, RW, COMMON_FIELD(driver_sel)),
    COMMON(0x0c, "driver_feature", 4, RW, .get = driver_feature_get, .set = driver_feature_set),
    COMMON(0x10, "config_msix_vector", 2, RW, COMMON_FIELD(config_vector), .set = config_vector_set),
    COMMON(0x12, "num_queues", 2, RO, .get = num_queues_get),
    COMMON(0x14, "device_status", 1, RW, COMMON_FIELD(status), .set = status_set),
    COMMON(0x15, "config_generation", 1, RO, COMMON_FIELD(generation)),
    COMMON(0x16, "queue_select", 2, RW, REG_FIELD(VirtioRegs, queue_sel), .mask = 0xffff),
    COMMON(0x18, "queue_size", 2, RW, .get = queue_size_get, .set = queue_size_set),
    COMMON(0x1a, "queue_msix_vector", 2, RW, .get = queue_vector_get, .set = queue_vector_set),
    COMMON(0x1c, "queue_enable", 2, RW, .get = queue_enable_get, .set = queue_enable_set),
    COMMON(0x1e, "queue_notify_off", 2, RO, .get = notify_off_get),
    COMMON(0x20, "queue_address", 8, RW, .get = address_get, .set = address_set, .count = 3), // descriptors, driver's, device's
    COMMON(0x38, "queue_notify_data", 2, RO, .mask = 0), // neither feature is offered
    COMMON(0x3a, "queue_reset", 2, RO, .mask = 0),
};
static const RegBank common_bank = {common_rows, sizeof common_rows / sizeof common_rows[0]};

// ---- the other pages

static const Reg isr_rows[] = {{0, "ISR", 1, REG_RC, REG_FIELD(VirtioRegs, isr)}};
static const RegBank isr_bank = {isr_rows, 1};

static uint64_t device_read_config(Device *d, uint64_t offset, unsigned size) { return virtio_config_read(virtio_of(d), offset, size); }
static void device_write_config(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    virtio_config_write(virtio_of(d), offset, value, size);
}
static const RegBank device_bank = {.read = device_read_config, .write = device_write_config};

static void notify_set(Device *d, unsigned i, uint64_t value) { virtio_notify(virtio_of(d), i); }
static const Reg notify_rows[] = {
    {0, "queue_notify", NOTIFY_STRIDE, REG_WO, .set = notify_set, .count = VIRTIO_QUEUES},
};
static const RegBank notify_bank = {notify_rows, 1};
static const RegBank *const modern_banks[] = {&common_bank, &isr_bank, &device_bank, &notify_bank};

// ---- the window: BAR, offset and length in the capability, data behind them

// No rows: which of its bytes are data, and what they mean, is the driver's choice.
static bool window_part(Device *d, uint64_t offset, unsigned size, uint32_t **field) {
    VirtioRegs *r = virtio_of(d)->regs;
    unsigned at = ((VirtioPciPart *)d->bus_state)->window;
    *field = NULL;
    if (!at || offset < at || offset + size > at + WINDOW_DATA + 4u) return false;
    if (offset == at + 4u && size == 1) *field = &r->window_bar;
    if (offset == at + 8u && size == 4) *field = &r->window_offset;
    if (offset == at + 12u && size == 4) *field = &r->window_length;
    return *field || (offset == at + WINDOW_DATA && size == r->window_length);
}

static const PciBar *window_bar(Device *d, unsigned size) {
    const VirtioRegs *r = virtio_of(d)->regs;
    const PciBar *b = r->window_bar < PCI_BARS ? &pci_of(d)->bar[r->window_bar] : NULL;
    bool good = b && b->kind && (r->window_offset & (size - 1)) == 0 && r->window_offset < b->size;
    if (!good) log_print(LOG_GUEST_ERROR, "%s: no register at 0x%x of BAR %u", d->id, r->window_offset, r->window_bar);
    return good ? b : NULL;
}

static bool window_read(Device *d, uint64_t offset, unsigned size, uint64_t *value) {
    uint32_t *field;
    if (!window_part(d, offset, size, &field)) return false;
    const PciBar *b = field ? NULL : window_bar(d, size);
    *value = field ? *field : b ? pci_bar_read(d, b, virtio_of(d)->regs->window_offset, size) : 0;
    return true;
}

static bool window_write(Device *d, uint64_t offset, unsigned size, uint64_t value) {
    uint32_t *field;
    if (!window_part(d, offset, size, &field)) return false;
    const PciBar *b = field ? NULL : window_bar(d, size);
    if (field) *field = (uint32_t)(size == 1 ? value & 0xff : value);
    if (b) pci_bar_write(d, b, virtio_of(d)->regs->window_offset, value, size);
    return true;
}

// ---- what the function is

// The number of a virtio device, the PCI class, and the transitional PCI id; no id: the device has no legacy interface.
static const struct {
    uint32_t id, class_code;
    uint16_t legacy_id;
} kinds[] = {
    {1, 0x020000, 0x1000},  {2, 0x010000, 0x1001}, {3, 0x078000, 0x1003}, {4, 0x00ff00, 0x1005}, {5, 0x00ff00, 0x1002},
    {8, 0x010000, 0x1004},  {9, 0x000200, 0x1009}, {16, 0x038000, 0},     {18, 0x098000, 0},     {19, 0x078000, 0},
    {25, 0x040100, 0},      {26, 0x018000, 0},
};

static void add_cap(Device *d, unsigned type, unsigned page, uint32_t length, unsigned size) {
    unsigned at = pci_add_cap(d, PCI_CAP_VENDOR, size, NULL, 0);
    uint8_t *c = pci_of(d)->fixed + at;
    c[2] = size;
    c[3] = type;
    c[4] = type == CAP_WINDOW ? 0 : BAR_MODERN;
    c[9] = page * (PAGE >> 8);
    c[12] = length & 0xff;
    c[13] = length >> 8;
    if (type == CAP_NOTIFY) c[16] = NOTIFY_STRIDE;
    if (type == CAP_WINDOW) ((VirtioPciPart *)d->bus_state)->window = at;
}

static void add_modern(Device *d) {
    add_cap(d, CAP_COMMON, 0, PAGE, 16);
    add_cap(d, CAP_ISR, 1, PAGE, 16);
    add_cap(d, CAP_DEVICE, 2, PAGE, 16);
    add_cap(d, CAP_NOTIFY, 3, PAGE, 20);
    add_cap(d, CAP_WINDOW, 0, 0, 20);
    pci_add_bar(d, BAR_MODERN, PCI_BAR_MEMORY64, PCI_PAGES * PAGE, modern_banks, PCI_PAGES);
    pci_of(d)->config_read = window_read;
    pci_of(d)->config_write = window_write;
}

static bool choose_interfaces(Device *d, bool may_legacy, bool *legacy, bool *modern, char *error, size_t error_size) {
    VirtioPciPart *p = d->bus_state;
    const char *text = p->disable_legacy;
    bool on = !strcmp(text, "on") || !strcmp(text, "true") || !strcmp(text, "yes");
    bool off = !strcmp(text, "off") || !strcmp(text, "false") || !strcmp(text, "no");
    if (!on && !off && strcmp(text, "auto"))
        return FAIL("%s: disable-legacy=%s: on, off or auto is expected", d->type->name, text);
    if (off && !may_legacy) return FAIL("%s: disable-legacy=off: this device has the modern interface only", d->type->name);
    if (!may_legacy && p->disable_modern)
        return FAIL("%s: disable-modern=on: this device has the modern interface only", d->type->name);
    *modern = !p->disable_modern;
    *legacy = may_legacy && (off || (!on && !p->pci.node->bridge)); // behind an Express port there may be no I/O space to be had
    return *legacy || *modern || FAIL("%s: with disable-legacy=on and disable-modern=on nothing is left", d->type->name);
}

static bool choose_vectors(Device *d, char *error, size_t error_size) {
    VirtioPciPart *p = d->bus_state;
    if (p->vectors == UINT32_MAX) p->vectors = ((const VirtioType *)d->type)->ops->nqueues + 1; // each queue's, the configuration's
    return p->vectors <= PCI_VECTORS || FAIL("%s: vectors=%u: at most %d are possible", d->type->name, p->vectors, PCI_VECTORS);
}

static bool plug(Device *d, char *error, size_t error_size) {
    const VirtioOps *ops = ((const VirtioType *)d->type)->ops;
    VirtioPciPart *p = d->bus_state;
    unsigned k = 0;
    bool legacy, modern;
    while (kinds[k].id != ops->id)
        if (++k == sizeof kinds / sizeof kinds[0]) die("%s: no PCI class for virtio device %u", d->type->name, ops->id);
    if (!choose_interfaces(d, kinds[k].legacy_id && !ops->modern_only, &legacy, &modern, error, error_size) ||
        !choose_vectors(d, error, error_size))
        return false;
    PciInfo info = {.vendor = 0x1af4, .subsystem_vendor = 0x1af4, .class_code = kinds[k].class_code, .pin = 1};
    info.device = legacy ? kinds[k].legacy_id : 0x1040 + ops->id;
    info.subsystem = legacy ? ops->id : 0x1100;
    info.revision = legacy ? 0 : 1;
    if (!pci_init(d, &info, error, error_size)) return false;
    virtio_init(d, legacy, modern);
    if (modern) add_modern(d);
    if (p->vectors) pci_add_msix(d, p->vectors, BAR_MSIX);
    if (legacy) virtio_pci_add_legacy(d, BAR_LEGACY);
    if (p->pci.node->bridge) pci_add_express(d, 0, 0);
    return true;
}

// ---- interrupts

static void signal_pci(Virtio *v, unsigned isr, unsigned queue) {
    v->regs->isr |= isr;
    pci_msix_notify(v->device, isr == VIRTIO_ISR_QUEUE ? v->regs->q[queue].vector : v->regs->config_vector);
}

void virtio_pci_update(Device *d) {
    Virtio *v = virtio_of(d);
    virtio_set_dma(v, pci_master(d));
    pci_intx(d, v->regs->isr != 0);
}

const VirtioTransport virtio_pci = {plug, signal_pci};

static const Prop props[] = {
    PCI_PROPS,
    {"disable-legacy", PROP_STRING, offsetof(VirtioPciPart, disable_legacy), "auto", "on, off, auto: no legacy interface"},
    {"disable-modern", PROP_BOOL, offsetof(VirtioPciPart, disable_modern), "off", "no modern interface"},
    {"vectors", PROP_U32, offsetof(VirtioPciPart, vectors), "0xffffffff", "MSI-X vectors; 0: pins only; unless said, one a queue and one more"},
};
const DeviceBus virtio_pci_bus = {
    .name = "PCI",
    .size = sizeof(VirtioPciPart),
    .fields = &pci_fields,
    .props = props,
    .nprops = sizeof props / sizeof props[0],
    .update = pci_update,
    .settled = pci_settled,
};
