// SPDX-License-Identifier: MIT
// The registers of virtio over MMIO (Virtual I/O Device 1.2, 4.2.2; legacy 4.2.4) as rows over VirtioRegs.
// Called by the device core for every access, with the device's lock. The interrupt line is high while
// InterruptStatus is not 0. Registers of the other interface version are guest errors.
#include "hw/virtio/mmio.h"
#include "hw/core/machine.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <string.h>

enum { MAGIC = 0x74726976, VENDOR = 0x554d4551 }; // "virt"; the vendor that small guests check for

static bool interface_is(Device *d, bool legacy, const char *name) {
    bool right = virtio_of(d)->legacy == legacy;
    if (!right)
        log_print(LOG_GUEST_ERROR, "%s: %s is a register of the %s interface", d->id, name,
                  legacy ? "legacy" : "version 2");
    return right;
}

static VirtqRegs *selected(Device *d) {
    Virtio *v = virtio_of(d);
    return virtio_selected(v) ? &v->regs->q[v->regs->queue_sel] : NULL;
}

static uint64_t get_magic(Device *d, unsigned i) { return MAGIC; }
static uint64_t get_version(Device *d, unsigned i) { return virtio_of(d)->legacy ? 1 : 2; }
static uint64_t get_device_id(Device *d, unsigned i) { return virtio_of(d)->ops->id; }
static uint64_t get_vendor(Device *d, unsigned i) { return VENDOR; }
static uint64_t get_none(Device *d, unsigned i) { return 0xffffffff; } // no shared memory: length -1

static uint64_t get_features(Device *d, unsigned i) {
    Virtio *v = virtio_of(d);
    uint32_t word = v->regs->device_sel;
    return word > 1 ? 0 : (uint32_t)(virtio_offered(v) >> 32 * word);
}
static void set_features(Device *d, unsigned i, uint64_t value) {
    Virtio *v = virtio_of(d);
    virtio_set_features(v, v->regs->driver_sel, value);
}

static void set_page_size(Device *d, unsigned i, uint64_t value) {
    if (!interface_is(d, true, "GuestPageSize")) return;
    bool good = value && !(value & (value - 1));
    if (good)
        virtio_of(d)->regs->page_size = value;
    else
        log_print(LOG_GUEST_ERROR, "%s: GuestPageSize 0x%llx", d->id, (unsigned long long)value);
}

static uint64_t get_num_max(Device *d, unsigned i) {
    return virtio_selected(virtio_of(d)) ? virtio_of(d)->ops->queue_max : 0;
}
static void set_num(Device *d, unsigned i, uint64_t value) { virtio_set_queue_size(virtio_of(d), value); }

static void set_align(Device *d, unsigned i, uint64_t value) {
    if (interface_is(d, true, "QueueAlign") && selected(d)) selected(d)->align = value;
}

static uint64_t get_pfn(Device *d, unsigned i) { return selected(d) ? selected(d)->pfn : 0; }
static void set_pfn(Device *d, unsigned i, uint64_t value) {
    Virtio *v = virtio_of(d);
    VirtqRegs *q = selected(d);
    if (!q || !interface_is(d, true, "QueuePFN")) return;
    uint32_t align = q->align;
    virtio_queue_stop(v, v->regs->queue_sel);
    if (!value) return;
    q->align = align;
    q->pfn = value;
    if (!q->num) q->num = v->ops->queue_max;
    if (!v->regs->page_size || !virtq_place_legacy(q, v->regs->page_size)) {
        virtio_broken(v, "QueuePFN without GuestPageSize, or a QueueAlign that is "
                         "no power of two");
        return;
    }
    virtio_queue_start(v, v->regs->queue_sel);
}

static uint64_t get_ready(Device *d, unsigned i) { return selected(d) ? selected(d)->ready : 0; }
static void set_ready(Device *d, unsigned i, uint64_t value) {
    Virtio *v = virtio_of(d);
    VirtqRegs *q = selected(d);
    if (!q || !interface_is(d, false, "QueueReady")) return;
    if (!(value & 1))
        virtio_queue_stop(v, v->regs->queue_sel);
    else if (!q->ready)
        virtio_queue_start(v, v->regs->queue_sel);
}

static void set_notify(Device *d, unsigned i, uint64_t value) { virtio_notify(virtio_of(d), value & 0xffff); }
static void set_ack(Device *d, unsigned i, uint64_t value) { virtio_of(d)->regs->isr &= ~(uint32_t)value; }
static void set_status(Device *d, unsigned i, uint64_t value) { virtio_set_status(virtio_of(d), value); }

// One half of a queue's address. A queue in use keeps its own.
static void set_half(Device *d, uint64_t *address, unsigned high, uint64_t value) {
    if (!interface_is(d, false, "a queue address")) return;
    if (selected(d)->ready) {
        log_print(LOG_GUEST_ERROR, "%s: address of a queue that is ready", d->id);
        return;
    }
    *address = high ? (uint32_t)*address | value << 32 : (*address & ~0xffffffffull) | (uint32_t)value;
}
static void set_desc(Device *d, unsigned i, uint64_t value) {
    if (selected(d)) set_half(d, &selected(d)->desc, i, value);
}
static void set_avail(Device *d, unsigned i, uint64_t value) {
    if (selected(d)) set_half(d, &selected(d)->avail, i, value);
}
static void set_used(Device *d, unsigned i, uint64_t value) {
    if (selected(d)) set_half(d, &selected(d)->used, i, value);
}

#define ROW(o, n, a, ...)                                                                                    \
    { .offset = (o), .name = (n), .width = 4, .access = REG_##a, __VA_ARGS__ }
#define WINDOW_FIELD(m)                                                                                      \
    REG_FIELD(VirtioRegs, m), .mask = 0xffffffff // the state struct begins with VirtioRegs
const Reg virtio_mmio_regs[VIRTIO_MMIO_NREGS] = {
    ROW(0x000, "MagicValue", RO, .get = get_magic),
    ROW(0x004, "Version", RO, .get = get_version),
    ROW(0x008, "DeviceID", RO, .get = get_device_id),
    ROW(0x00c, "VendorID", RO, .get = get_vendor),
    ROW(0x010, "DeviceFeatures", RO, .get = get_features),
    ROW(0x014, "DeviceFeaturesSel", WO, WINDOW_FIELD(device_sel)),
    ROW(0x020, "DriverFeatures", WO, .set = set_features),
    ROW(0x024, "DriverFeaturesSel", WO, WINDOW_FIELD(driver_sel)),
    ROW(0x028, "GuestPageSize", WO, .set = set_page_size),
    ROW(0x030, "QueueSel", WO, WINDOW_FIELD(queue_sel)),
    ROW(0x034, "QueueNumMax", RO, .get = get_num_max),
    ROW(0x038, "QueueNum", WO, .set = set_num),
    ROW(0x03c, "QueueAlign", WO, .set = set_align),
    ROW(0x040, "QueuePFN", RW, .get = get_pfn, .set = set_pfn),
    ROW(0x044, "QueueReady", RW, .get = get_ready, .set = set_ready),
    ROW(0x050, "QueueNotify", WO, .set = set_notify),
    ROW(0x060, "InterruptStatus", RO, WINDOW_FIELD(isr)),
    ROW(0x064, "InterruptACK", WO, .set = set_ack),
    ROW(0x070, "Status", RW, WINDOW_FIELD(status), .set = set_status),
    ROW(0x080, "QueueDesc", WO, .set = set_desc, .count = 2, .stride = 4),
    ROW(0x090, "QueueDriver", WO, .set = set_avail, .count = 2, .stride = 4),
    ROW(0x0a0, "QueueDevice", WO, .set = set_used, .count = 2, .stride = 4),
    ROW(0x0ac, "SHMSel", WO, .mask = 0),
    ROW(0x0b0, "SHMLenLow", RO, .get = get_none),
    ROW(0x0b4, "SHMLenHigh", RO, .get = get_none),
    ROW(0x0b8, "SHMBaseLow", RO, .get = get_none),
    ROW(0x0bc, "SHMBaseHigh", RO, .get = get_none),
    ROW(0x0fc, "ConfigGeneration", RO, WINDOW_FIELD(generation)),
};

uint64_t virtio_mmio_read(Device *d, uint64_t offset, unsigned size) {
    if (offset >= 0x100) return virtio_config_read(virtio_of(d), offset - 0x100, size);
    log_print(LOG_GUEST_ERROR, "%s: read of no register 0x%llx", d->id, (unsigned long long)offset);
    return 0;
}

void virtio_mmio_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    if (offset >= 0x100)
        virtio_config_write(virtio_of(d), offset - 0x100, value, size);
    else
        log_print(LOG_GUEST_ERROR, "%s: write of no register 0x%llx", d->id, (unsigned long long)offset);
}

void virtio_mmio_update(Device *d) { device_irq(d, 0, virtio_of(d)->regs->isr != 0); }

static void signal_mmio(Virtio *v, unsigned isr, unsigned queue) {
    v->regs->isr |= isr;
} // update does the rest

// `-global virtio-mmio.force-legacy=x`, the last one said, or "on".
static const char *machine_default(const Device *d) {
    const char *key = "virtio-mmio.force-legacy=", *value = "on";
    const MachineSpec *spec = d->machine->spec;
    for (unsigned i = 0; spec && i < spec->globals.n; i++)
        if (!strncmp(spec->globals.item[i], key, strlen(key))) value = spec->globals.item[i] + strlen(key);
    return value;
}

typedef struct MmioPart {
    char *force_legacy;
} MmioPart;

static bool plug(Device *d, char *error, size_t error_size) {
    const char *own = ((MmioPart *)d->bus_state)->force_legacy, *value = own ? own : machine_default(d);
    bool on = !strcmp(value, "on") || !strcmp(value, "true") || !strcmp(value, "yes");
    bool off = !strcmp(value, "off") || !strcmp(value, "false") || !strcmp(value, "no");
    if (!on && !off) {
        snprintf(error, error_size, "virtio-mmio.force-legacy is 'on' or 'off', not '%s'", value);
        return false;
    }
    if (((const VirtioType *)d->type)->ops->modern_only) on = false;
    virtio_init(d, on, !on);
    return true;
}

const VirtioTransport virtio_mmio = {plug, signal_mmio};

static const Prop bus_props[] = {
    {"force-legacy", PROP_STRING, offsetof(MmioPart, force_legacy), NULL, "on: interface version 1"},
};
const DeviceBus virtio_mmio_bus = {
    .name = "virtio-bus",
    .size = sizeof(MmioPart),
    .props = bus_props,
    .nprops = sizeof bus_props / sizeof bus_props[0],
};

void virtio_mmio_fdt(Device *d, Fdt *f) {
    dt_begin(f, "virtio_mmio@%llx", (unsigned long long)d->base);
    device_dt_interrupts(d, f);
    dt_reg(f, d->base, VIRTIO_MMIO_WINDOW);
    dt_string(f, "compatible", "virtio,mmio");
    dt_end(f);
}

static uint64_t get_one(Device *d, unsigned i) { return 1; }
static const Reg empty_regs[] = {
    ROW(0x000, "MagicValue", RO, .get = get_magic),
    ROW(0x004, "Version", RO, .get = get_one),
    ROW(0x008, "DeviceID", RO, .mask = 0),
    ROW(0x00c, "VendorID", RO, .get = get_vendor),
};
const DeviceType virtio_mmio_empty = {
    .name = "virtio-mmio",
    .title = "virtio slot with nothing in it",
    .bus = &virtio_mmio_bus, // so that -global virtio-mmio.force-legacy= finds its property; `plug` of the others reads it from there
    .regs = empty_regs,
    .nregs = sizeof empty_regs / sizeof empty_regs[0],
    .window = VIRTIO_MMIO_WINDOW,
    .fdt = virtio_mmio_fdt,
};
