// SPDX-License-Identifier: MIT
// The host bridge: ECAM (PCI Express Base 4.0, 7.2.2) finds the function of an access, and after each one that may have moved BARs they
// are mapped anew. Windows lie under the BARs in the memory map and answer as a bus without a target does: all ones.
//
// A BAR is mapped where the guest put it if decoding is enabled, it lies within a window (and those of all bridges above it), and no BAR
// found before it is there; otherwise it is nowhere. So BARs over RAM, over other devices and over each other do no harm, and the memory
// map, an immutable snapshot, always has each once.
//
// Locks: the bridge's own (LOCK_BUS) is held while a function's is taken, and while the memory map changes; never the other way round.
#include "hw/pci/host.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/core/wire.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"
#include "tcg/base/near.h"

enum { PINS = 4, MOST = SHARED_WIRE_SOURCES, HEADER = 0x40 };

typedef struct PciHost { // all wiring
    PciMap map;
    PciBusNode root;
    SharedWire wire[PINS];
    Device *function[MOST]; // in order of creation: who comes first gets a contested place
    unsigned n;
} PciHost;

// ---- configuration space

static Device *find(PciBusNode *node, unsigned number, unsigned bus, unsigned devfn) {
    if (bus == number) return node->function[devfn];
    for (unsigned i = 0; i < 256; i++) {
        const Pci *p = node->function[i] ? pci_of(node->function[i]) : NULL;
        if (!p || !p->below || bus < p->regs.secondary || bus > p->regs.subordinate || p->regs.secondary <= number) continue;
        return find(p->below, p->regs.secondary, bus, devfn);
    }
    return NULL;
}

static Device *function_at(Device *d, uint64_t offset) {
    return find(&((PciHost *)d->state)->root, 0, offset >> 20 & 0xff, offset >> 12 & 0xff);
}

static uint64_t ecam_read(Device *d, uint64_t offset, unsigned size) {
    Device *fn = function_at(d, offset);
    return fn ? pci_config_read(fn, offset & 0xfff, size) : UINT64_MAX;
}

static void place_all(PciHost *h);
static void ecam_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    Device *fn = function_at(d, offset);
    if (!fn) return;
    pci_config_write(fn, offset & 0xfff, value, size);
    if ((offset & 0xfff) < HEADER) place_all(d->state);
}

// ---- BARs

static uint64_t bar_ops_read(void *opaque, uint64_t offset, unsigned size) {
    const PciBar *b = opaque;
    device_enter(b->device);
    uint64_t value = pci_bar_read(b->device, b, offset, size);
    device_leave(b->device);
    return value;
}
static void bar_ops_write(void *opaque, uint64_t offset, uint64_t value, unsigned size) {
    const PciBar *b = opaque;
    device_enter(b->device);
    pci_bar_write(b->device, b, offset, value, size);
    device_leave(b->device);
}
static const MemOps bar_ops = {bar_ops_read, bar_ops_write, 1, 8};

static bool inside(uint64_t at, uint64_t size, uint64_t base, uint64_t window) {
    return window && at >= base && at - base < window && size <= window - (at - base);
}

// Bridges forward what lies in one of their windows (PCI-to-PCI Bridge 1.2, 3.2.5).
static bool forwards(const PciRegs *r, bool io, uint64_t at, uint64_t size) {
    if (!(r->command & (io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY))) return false;
    uint64_t base[2] = {(uint64_t)r->memory_base << 16, (uint64_t)r->prefetch_base << 16 | (uint64_t)r->prefetch_base_upper << 32};
    uint64_t limit[2] = {(uint64_t)r->memory_limit << 16 | 0xfffff,
                         (uint64_t)r->prefetch_limit << 16 | 0xfffff | (uint64_t)r->prefetch_limit_upper << 32};
    if (io) {
        base[0] = (uint64_t)r->io_base << 8;
        limit[0] = (uint64_t)r->io_limit << 8 | 0xfff;
    }
    for (unsigned i = 0; i < (io ? 1 : 2); i++)
        if (base[i] <= limit[i] && at >= base[i] && at + (size - 1) <= limit[i]) return true;
    return false;
}

static uint64_t cpu_address(const PciHost *h, const PciBar *b) {
    const PciMap *map = &h->map;
    bool io = b->kind == PCI_BAR_IO;
    lock_take(&b->device->lock);
    uint64_t at = pci_bar_address(b->device, b->index);
    lock_drop(&b->device->lock);
    if (at == PCI_UNMAPPED) return at;
    for (const PciBusNode *node = pci_of(b->device)->node; node->bridge; node = pci_of(node->bridge)->node)
        if (!forwards(&pci_of(node->bridge)->regs, io, at, b->size)) return PCI_UNMAPPED;
    if (io) return inside(at, b->size, 0, map->pio_size) ? map->pio + at : PCI_UNMAPPED;
    bool mine = inside(at, b->size, map->mmio, map->mmio_size) || inside(at, b->size, map->mmio64, map->mmio64_size);
    return mine ? at : PCI_UNMAPPED;
}

typedef struct Place {
    PciBar *bar;
    uint64_t at;
} Place;

// Where each BAR that is anywhere belongs.
static unsigned find_places(const PciHost *h, Place *to) {
    unsigned n = 0;
    for (unsigned k = 0; k < h->n; k++)
        for (unsigned i = 0; i < PCI_BARS; i++) {
            PciBar *b = &pci_of(h->function[k])->bar[i];
            if (!b->kind) continue;
            uint64_t at = cpu_address(h, b);
            for (unsigned o = 0; o < n && at != PCI_UNMAPPED; o++)
                if (to[o].at != PCI_UNMAPPED && at < to[o].at + to[o].bar->size && to[o].at < at + b->size) {
                    log_print(LOG_GUEST_ERROR, "%s at 0x%" PRIx64 " overlaps %s", b->name, at, to[o].bar->name);
                    at = PCI_UNMAPPED;
                }
            to[n++] = (Place){b, at};
        }
    return n;
}

static bool map_bar(Mem *mem, PciBar *b, uint64_t at) {
    char error[300];
    if (b->ram ? mem_map_host(mem, b->name, at, b->size, b->ram, error, sizeof(error))
               : mem_map_io(mem, b->name, at, b->size, &bar_ops, b, NULL, error, sizeof(error)))
        return true;
    log_print(LOG_GUEST_ERROR, "%s", error);
    return false;
}

static void place_all(PciHost *h) {
    if (!h->n) return;
    Mem *mem = h->function[0]->machine->mem;
    Place *place = malloc(h->n * PCI_BARS * sizeof(*place));
    unsigned n = find_places(h, place);
    for (unsigned i = 0; i < n; i++)
        if (place[i].bar->mapped != PCI_UNMAPPED && place[i].bar->mapped != place[i].at) {
            mem_unmap(mem, place[i].bar->name);
            place[i].bar->mapped = PCI_UNMAPPED;
        }
    for (unsigned i = 0; i < n; i++) {
        PciBar *b = place[i].bar;
        if (place[i].at == PCI_UNMAPPED || b->mapped == place[i].at) continue;
        if (map_bar(mem, b, place[i].at)) b->mapped = place[i].at;
    }
    free(place);
}

void pci_host_place(Device *host) {
    lock_take(&host->lock);
    place_all(host->state);
    lock_drop(&host->lock);
}

// What no BAR covers.
static uint64_t nobody_read(void *opaque, uint64_t offset, unsigned size) { return UINT64_MAX; }
static void nobody_write(void *opaque, uint64_t offset, uint64_t value, unsigned size) {}
static const MemOps nobody = {nobody_read, nobody_write, 1, 8};

// ---- functions

uint16_t pci_requester(const Device *d) {
    const Device *bridge = pci_of(d)->node->bridge;
    return (bridge ? pci_of(bridge)->regs.secondary : 0) << 8 | pci_of(d)->devfn;
}

void pci_host_add_bus(Device *bridge) {
    PciBusNode *node = pci_of(bridge)->below = calloc(1, sizeof(*node)), *above = pci_of(bridge)->node;
    *node = (PciBusNode){.host = above->host, .bridge = bridge, .host_msi = above->host_msi};
}

static PciBusNode *find_bus(PciHost *h, const char *name, char *error, size_t error_size) {
    const char *names[32] = {"pcie.0"};
    unsigned n = 1;
    if (!*name || !strcmp(name, "pcie.0")) return &h->root;
    for (unsigned i = 0; i < h->n; i++) {
        if (!pci_of(h->function[i])->below) continue;
        if (!strcmp(h->function[i]->id, name)) return pci_of(h->function[i])->below;
        if (n < 32) names[n++] = h->function[i]->id;
    }
    near_error(error, error_size, "PCI bus", name, names, n, NULL);
    return NULL;
}

static bool free_slot(const PciBusNode *node, unsigned slot) {
    for (unsigned f = 0; f < 8; f++)
        if (node->function[slot * 8 + f]) return false;
    return true;
}

// addr=, in hexadecimal as it is everywhere, or the lowest free slot. Behind an Express port there is one.
static bool choose_slot(Device *d, PciBusNode *node, char *error, size_t error_size) {
    Pci *p = pci_of(d);
    unsigned slot = 0, fn = 0, slots = node->bridge ? 1 : 32;
    char end, end2;
    if (p->addr) {
        int n = sscanf(p->addr, "%x.%x%c", &slot, &fn, &end);
        if (n != 2 && (n != 1 || sscanf(p->addr, "%x%c", &slot, &end2) != 1)) n = 0;
        if (!n || slot >= 32 || fn >= 8)
            return FAIL("%s: addr=%s: a slot (hexadecimal, 0 to 1f) is expected, or SLOT.FUNCTION", d->type->name, p->addr);
        if (slot >= slots) return FAIL("%s: addr=%s: there is only slot 0 behind '%s'", d->type->name, p->addr, node->bridge->id);
    } else {
        while (slot < slots && !free_slot(node, slot)) slot++;
        if (slot == slots)
            return FAIL("all %u PCI slots of '%s' are taken: no room for '%s'", slots, node->bridge ? node->bridge->id : "pcie.0",
                        d->type->name);
    }
    const Device *there = node->function[slot * 8 + fn], *first = node->function[slot * 8];
    if (there) return FAIL("%s: PCI address %02x.%x is taken by '%s'", d->type->name, slot, fn, there->type->name);
    if ((fn && first && !pci_of(first)->multifunction) || (!fn && !p->multifunction && !free_slot(node, slot)))
        return FAIL("%s: PCI slot %02x has several functions: its function 0 needs multifunction=on", d->type->name, slot);
    p->devfn = slot * 8 + fn;
    p->node = node;
    return true;
}

// Each bridge rotates the pins by the slot of what is behind it (PCI-to-PCI Bridge 1.2, 9.1).
static SharedWire *wire_of(PciHost *h, const Device *d) {
    unsigned pin = pci_of(d)->fixed[0x3d] - 1u;
    for (const Device *at = d; at; at = pci_of(at)->node->bridge) pin += pci_of(at)->devfn >> 3;
    return &h->wire[pin % PINS];
}

static void name_bars(Device *d) {
    Pci *p = pci_of(d);
    const Device *bridge = p->node->bridge;
    for (unsigned i = 0; i < PCI_BARS; i++)
        snprintf(p->bar[i].name, sizeof(p->bar[i].name), "%.16s%s%02x.%x %.20s bar %u", bridge ? bridge->id : "", bridge ? ":" : "",
                 p->devfn >> 3, p->devfn & 7, d->type->name, i);
}

static bool attach(Device *d, PciBusNode *node, char *error, size_t error_size) {
    PciHost *h = node->host->state;
    if (h->n == MOST) return FAIL("more than %d PCI functions", MOST);
    if (!choose_slot(d, node, error, error_size) || !device_plug(d, error, error_size)) return false;
    name_bars(d);
    if (pci_of(d)->fixed[0x3d]) device_wire_to(d, 0, shared_wire_input(wire_of(h, d), h->n));
    lock_take(&node->host->lock);
    node->function[pci_of(d)->devfn] = h->function[h->n++] = d;
    lock_drop(&node->host->lock);
    return true;
}

Device *pci_host_plug(Device *host, const DeviceType *type, const char *bus, const char *props, char *error, size_t error_size) {
    char id[48];
    PciHost *h = host->state;
    PciBusNode *node = find_bus(h, bus, error, error_size);
    if (!node) return NULL;
    snprintf(id, sizeof(id), "%.30s.%u", type->name, h->n);
    Device *d = device_new(host->machine, type, id);
    if (machine_globals(host->machine, d, error, error_size) && device_set_all(d, props, error, error_size) &&
        attach(d, node, error, error_size))
        return d;
    device_free(d);
    return NULL;
}

static void each(PciBusNode *node, unsigned bus, void (*fn)(Device *d, unsigned bus, void *arg), void *arg) {
    for (unsigned i = 0; i < 256; i++) {
        if (!node->function[i]) continue;
        fn(node->function[i], bus, arg);
        const Pci *p = pci_of(node->function[i]);
        if (p->below) each(p->below, p->regs.secondary, fn, arg);
    }
}
void pci_host_each(Device *host, void (*fn)(Device *d, unsigned bus, void *arg), void *arg) {
    each(&((PciHost *)host->state)->root, 0, fn, arg);
}

// ---- the bridge itself

static bool root_plug(Device *d, char *error, size_t error_size) {
    static const PciInfo info = {
        .vendor = 0x1b36, .device = 0x0008, .subsystem_vendor = 0x1af4, .subsystem = 0x1100, .class_code = 0x060000};
    return pci_init(d, &info, error, error_size);
}
static const DeviceType root_type = {.name = "gpex-root", .title = "host bridge", .bus = &pci_bus, .plug = root_plug};

static void host_reset(Device *d) {
    PciHost *h = d->state;
    for (unsigned i = 0; i < PINS; i++) shared_wire_clear(&h->wire[i]); // functions, reset after this one, tell their levels
}
static bool host_loaded(Device *d, char *error, size_t error_size) {
    host_reset(d);
    return true;
}

static void host_unplug(Device *d) {
    PciHost *h = d->state;
    for (unsigned i = 0; i < PINS; i++) shared_wire_destroy(&h->wire[i]);
}

static unsigned map_cells(const PciHost *h, unsigned slot, unsigned pin, uint32_t *to) {
    Device *intc = h->map.intc;
    unsigned n = 0, input = h->map.irq + (pin + slot) % PINS;
    to[n++] = slot << 11; // PCI address: bus 0, slot
    to[n++] = 0;
    to[n++] = 0;
    to[n++] = pin + 1;
    to[n++] = intc->phandle;
    for (unsigned i = 0; i < h->map.intc_address_cells; i++) to[n++] = 0;
    if (intc->type->irq_specifier) return n + intc->type->irq_specifier(intc, input, to + n);
    to[n++] = input;
    return n;
}

static void dt_interrupt_map(const PciHost *h, Fdt *f) {
    uint32_t cells[PINS * PINS * 16];
    unsigned n = 0;
    for (unsigned slot = 0; slot < PINS; slot++)
        for (unsigned pin = 0; pin < PINS; pin++) n += map_cells(h, slot, pin, cells + n);
    dt_cells(f, "interrupt-map-mask", 4, (const uint32_t[]){0x1800, 0, 0, 7});
    dt_cells(f, "interrupt-map", n, cells);
}

#define HIGH_LOW(x) (uint32_t)((x) >> 32), (uint32_t)(x)
static void host_fdt(Device *d, Fdt *f) {
    const PciHost *h = d->state;
    const PciMap *m = &h->map;
    const uint32_t ranges[] = { // kind, address on the bus, CPU's address, size
        0x01000000, 0, 0, HIGH_LOW(m->pio), HIGH_LOW(m->pio_size),
        0x02000000, HIGH_LOW(m->mmio), HIGH_LOW(m->mmio), HIGH_LOW(m->mmio_size),
        0x03000000, HIGH_LOW(m->mmio64), HIGH_LOW(m->mmio64), HIGH_LOW(m->mmio64_size),
    };
    dt_begin(f, "%s", m->node);
    dt_interrupt_map(h, f);
    dt_cells(f, "ranges", m->mmio64_size ? 21 : 14, ranges);
    dt_reg(f, d->base, d->type->window);
    if (m->msi) dt_cells(f, "msi-map", 4, (const uint32_t[]){0, m->msi->phandle, 0, 0x10000});
    dt_flag(f, "dma-coherent");
    dt_cells(f, "bus-range", 2, (const uint32_t[]){0, m->buses - 1});
    dt_u32(f, "linux,pci-domain", 0);
    dt_string(f, "device_type", "pci");
    dt_string(f, "compatible", "pci-host-ecam-generic");
    dt_u32(f, "#size-cells", 2);
    dt_u32(f, "#interrupt-cells", 1);
    dt_u32(f, "#address-cells", 3);
    dt_end(f);
}

#define HOST_TYPE(BUSES) { \
    .name = "gpex-pcihost", .title = "PCI Express host bridge", .size = sizeof(PciHost), .window = (uint64_t)(BUSES) << 20, \
    .max_access = 4, .rank = LOCK_BUS, .unplug = host_unplug, .reset = host_reset, .loaded = host_loaded, .read = ecam_read, \
    .write = ecam_write, .fdt = host_fdt, \
}
const DeviceType pci_host_type = HOST_TYPE(256), pci_host_small_type = HOST_TYPE(16);

static bool map_windows(Machine *m, const PciMap *map, char *error, size_t error_size) {
    return mem_map_under(m->mem, "PCI I/O", map->pio, map->pio_size, &nobody, NULL, error, error_size) &&
           mem_map_under(m->mem, "PCI memory", map->mmio, map->mmio_size, &nobody, NULL, error, error_size) &&
           (!map->mmio64_size ||
            mem_map_under(m->mem, "PCI memory, 64 bits", map->mmio64, map->mmio64_size, &nobody, NULL, error, error_size));
}

Device *pci_host_new(Machine *m, const PciMap *map, char *error, size_t error_size) {
    Device *d = device_new(m, map->buses > 16 ? &pci_host_type : &pci_host_small_type, "pcie");
    PciHost *h = d->state;
    h->map = *map;
    h->root = (PciBusNode){.host = d, .host_msi = map->msi};
    for (unsigned i = 0; i < PINS; i++) {
        shared_wire_init(&h->wire[i], &d->irq[i], "PCI interrupt");
        if (map->intc) device_wire(d, i, map->intc, map->irq + i);
    }
    bool ok = device_map(d, map->ecam, error, error_size) && map_windows(m, map, error, error_size) &&
              pci_host_plug(d, &root_type, "", "addr=0", error, error_size);
    return ok ? d : NULL; // it belongs to the machine
}
