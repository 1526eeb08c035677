// SPDX-License-Identifier: MIT
// Configuration space of PCI functions (PCI Local Bus 3.0 chapter 6, PCI-to-PCI Bridge 1.2 chapter 3): the header's rows, capabilities,
// BARs as the guest sizes and places them. Called by the host bridge for each access, with the function's lock.
//
// A read of what does not exist below 0x100 gives zero; above it, all ones unless the function is an Express one. Writes to what cannot
// change are no mistake: software sizes BARs that way.
#include "hw/pci/pci.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "hw/core/reg.h"
#include "hw/pci/host.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { COMMAND_MASK = 0x507, STATUS_CAPS = 0x10, STATUS_INTX = 8, FIRST_CAP = 0x40 };
enum { AT_HEADER = 0x0e, AT_CAPS = 0x34, AT_PIN = 0x3d };

static const Field fields[] = {
    FIELD_ARRAY(PciRegs, msix_address, 0), FIELD_ARRAY(PciRegs, msix_data, 0), FIELD_ARRAY(PciRegs, msix_mask, 1),
    FIELD(PciRegs, msix_pending, 0), FIELD_ARRAY(PciRegs, bar, 0), FIELD(PciRegs, command, 0), FIELD(PciRegs, msix_control, 0),
    FIELD(PciRegs, device_control, 0), FIELD(PciRegs, link_control, 0), FIELD(PciRegs, slot_control, 0), FIELD(PciRegs, root_control, 0),
    FIELD(PciRegs, bridge_control, 0), FIELD(PciRegs, memory_base, 0), FIELD(PciRegs, memory_limit, 0), FIELD(PciRegs, prefetch_base, 0),
    FIELD(PciRegs, prefetch_limit, 0), FIELD_PAD(PciRegs, pad2),
    FIELD(PciRegs, prefetch_base_upper, 0), FIELD(PciRegs, prefetch_limit_upper, 0), FIELD(PciRegs, primary, 0),
    FIELD(PciRegs, secondary, 0), FIELD(PciRegs, subordinate, 0), FIELD(PciRegs, io_base, 0), FIELD(PciRegs, io_limit, 0),
    FIELD(PciRegs, cache_line, 0), FIELD(PciRegs, interrupt_line, 0), FIELD_PAD(PciRegs, pad),
};
const Fields pci_fields = FIELDS("pci", 1, fields, sizeof(PciRegs));

static const Prop props[] = {PCI_PROPS};
const DeviceBus pci_bus = {
    .name = "PCI",
    .size = sizeof(Pci),
    .fields = &pci_fields,
    .props = props,
    .nprops = sizeof(props) / sizeof(props[0]),
    .update = pci_update,
    .settled = pci_settled,
};

void pci_settled(Device *d) {
    if (pci_of(d)->node) pci_host_place(pci_of(d)->node->host);
}

// ---- BARs

static uint32_t bar_flags(const PciBar *b) {
    return b->kind == PCI_BAR_IO ? 1 : b->kind == PCI_BAR_MEMORY64 ? 0xc : b->ram ? 8 : 0; // 64-bit ones and RAM are prefetchable
}

static uint64_t bar_get(Device *d, unsigned i) { return pci_of(d)->regs.bar[i] | bar_flags(&pci_of(d)->bar[i]); }

static void bar_set(Device *d, unsigned i, uint64_t value) {
    Pci *p = pci_of(d);
    const PciBar *b = &p->bar[i], *below = i ? &p->bar[i - 1] : NULL;
    uint64_t mask = 0;
    if (b->kind) mask = ~(b->size - 1) & (b->kind == PCI_BAR_IO ? ~3ull : ~15ull);
    if (below && below->kind == PCI_BAR_MEMORY64) mask = ~(below->size - 1) >> 32;
    p->regs.bar[i] = (uint32_t)(value & mask);
}

uint64_t pci_bar_address(const Device *d, unsigned index) {
    const Pci *p = pci_of(d);
    const PciBar *b = &p->bar[index];
    uint16_t need = b->kind == PCI_BAR_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    if (!b->kind || !(p->regs.command & need)) return PCI_UNMAPPED;
    uint64_t at = p->regs.bar[index] & (b->kind == PCI_BAR_IO ? ~3u : ~15u);
    if (b->kind == PCI_BAR_MEMORY64) at |= (uint64_t)p->regs.bar[index + 1] << 32;
    return at ? at : PCI_UNMAPPED; // 0 is what a BAR holds that nobody has placed
}

PciBar *pci_add_bar(Device *d, unsigned index, PciBarKind kind, uint64_t size, const RegBank *const *banks, unsigned nbanks) {
    PciBar *b = &pci_of(d)->bar[index];
    *b = (PciBar){.device = d, .index = index, .kind = kind, .size = size, .mapped = PCI_UNMAPPED};
    for (unsigned i = 0; i < nbanks && i < PCI_PAGES; i++) b->bank[i] = banks[i];
    return b;
}

PciBar *pci_add_ram_bar(Device *d, unsigned index, uint64_t size) {
    PciBar *b = pci_add_bar(d, index, PCI_BAR_MEMORY, size, NULL, 0);
    void *ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    b->ram = ram == MAP_FAILED ? NULL : ram;
    return b->ram ? b : NULL;
}

void pci_free_ram(Device *d) {
    for (unsigned i = 0; i < PCI_BARS; i++)
        if (pci_of(d)->bar[i].ram) munmap(pci_of(d)->bar[i].ram, pci_of(d)->bar[i].size);
}

uint64_t pci_bar_read(Device *d, const PciBar *b, uint64_t offset, unsigned size) {
    const RegBank *bank = offset >> 12 < PCI_PAGES ? b->bank[offset >> 12] : NULL;
    uint64_t value = 0;
    if (b->ram && offset < b->size && size <= b->size - offset) memcpy(&value, b->ram + offset, size);
    if (b->ram) return value;
    return bank ? reg_bank_read(d, bank, offset & 0xfff, size) : 0;
}

void pci_bar_write(Device *d, const PciBar *b, uint64_t offset, uint64_t value, unsigned size) {
    const RegBank *bank = offset >> 12 < PCI_PAGES ? b->bank[offset >> 12] : NULL;
    if (b->ram && offset < b->size && size <= b->size - offset) memcpy(b->ram + offset, &value, size);
    if (bank) reg_bank_write(d, bank, offset & 0xfff, value, size);
}

// ---- the header

static uint64_t status_get(Device *d, unsigned i) {
    Pci *p = pci_of(d);
    return (p->fixed[AT_CAPS] ? STATUS_CAPS : 0) | (p->intx ? STATUS_INTX : 0);
}
static uint64_t prefetch_get(Device *d, unsigned i) { return pci_of(d)->regs.prefetch_base | 1; } // 64-bit addresses
static uint64_t prefetch_limit_get(Device *d, unsigned i) { return pci_of(d)->regs.prefetch_limit | 1; }
static void ignore(Device *d, unsigned i, uint64_t value) {} // no error is ever flagged; ones written clear nothing

#define CONFIG(o, n, w)        {(o), (n), (w), REG_RW, .field = offsetof(Pci, fixed) + (o), .field_size = (w), .mask = 0, .set = ignore}
#define STATE(o, n, w, m, mk)  {(o), (n), (w), REG_RW, REG_FIELD(PciRegs, m), .mask = (mk)}
static const Reg common_rows[] = {
    CONFIG(0x00, "VendorID", 2),
    CONFIG(0x02, "DeviceID", 2),
    STATE(0x04, "Command", 2, command, COMMAND_MASK),
    {0x06, "Status", 2, REG_RW, .get = status_get, .set = ignore},
    CONFIG(0x08, "RevisionID", 1),
    CONFIG(0x09, "Interface", 1),
    CONFIG(0x0a, "SubClass", 1),
    CONFIG(0x0b, "BaseClass", 1),
    STATE(0x0c, "CacheLineSize", 1, cache_line, 0xff),
    CONFIG(0x0d, "LatencyTimer", 1),
    CONFIG(0x0e, "HeaderType", 1),
    CONFIG(0x0f, "BIST", 1),
    CONFIG(0x34, "CapabilitiesPointer", 1),
    STATE(0x3c, "InterruptLine", 1, interrupt_line, 0xff),
    CONFIG(0x3d, "InterruptPin", 1),
};
static const Reg device_rows[] = {
    {0x10, "BaseAddress", 4, REG_RW, REG_FIELD_ARRAY(PciRegs, bar), .count = PCI_BARS, .get = bar_get, .set = bar_set},
    CONFIG(0x28, "CardbusCIS", 4),
    CONFIG(0x2c, "SubsystemVendorID", 2),
    CONFIG(0x2e, "SubsystemID", 2),
    CONFIG(0x30, "ExpansionROM", 4),
    CONFIG(0x38, "Reserved", 4),
    CONFIG(0x3e, "MinGnt", 1),
    CONFIG(0x3f, "MaxLat", 1),
};
static const Reg bridge_rows[] = {
    {0x10, "BaseAddress", 4, REG_RW, REG_FIELD_ARRAY(PciRegs, bar), .count = 2, .get = bar_get, .set = bar_set},
    STATE(0x18, "PrimaryBus", 1, primary, 0xff),
    STATE(0x19, "SecondaryBus", 1, secondary, 0xff),
    STATE(0x1a, "SubordinateBus", 1, subordinate, 0xff),
    CONFIG(0x1b, "SecondaryLatency", 1),
    STATE(0x1c, "IOBase", 1, io_base, 0xf0),
    STATE(0x1d, "IOLimit", 1, io_limit, 0xf0),
    CONFIG(0x1e, "SecondaryStatus", 2),
    STATE(0x20, "MemoryBase", 2, memory_base, 0xfff0),
    STATE(0x22, "MemoryLimit", 2, memory_limit, 0xfff0),
    {0x24, "PrefetchBase", 2, REG_RW, REG_FIELD(PciRegs, prefetch_base), .mask = 0xfff0, .get = prefetch_get},
    {0x26, "PrefetchLimit", 2, REG_RW, REG_FIELD(PciRegs, prefetch_limit), .mask = 0xfff0, .get = prefetch_limit_get},
    STATE(0x28, "PrefetchBaseUpper", 4, prefetch_base_upper, 0xffffffff),
    STATE(0x2c, "PrefetchLimitUpper", 4, prefetch_limit_upper, 0xffffffff),
    CONFIG(0x30, "IOUpper", 4),
    CONFIG(0x38, "ExpansionROM", 4),
    STATE(0x3e, "BridgeControl", 2, bridge_control, 0x5f),
};

static uint64_t other_read(Device *d, uint64_t offset, unsigned size) {
    Pci *p = pci_of(d);
    uint64_t value = 0;
    if (p->config_read && p->config_read(d, offset, size, &value)) return value;
    if (offset >= sizeof(p->fixed)) return p->express ? 0 : UINT64_MAX;
    size_t n = size < sizeof(p->fixed) - offset ? size : sizeof(p->fixed) - offset;
    memcpy(&value, p->fixed + offset, n);
    return value;
}

static void other_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    Pci *p = pci_of(d);
    if (p->config_write) p->config_write(d, offset, size, value);
}

static void add_rows(Pci *p, const Reg *rows, unsigned n, unsigned at) {
    for (unsigned i = 0; i < n; i++) {
        if (p->config.nregs == PCI_ROWS) die("more than %d rows of configuration space", PCI_ROWS);
        p->rows[p->config.nregs] = rows[i];
        p->rows[p->config.nregs++].offset += at;
    }
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = value & 0xff;
    at[1] = value >> 8 & 0xff;
}

bool pci_init(Device *d, const PciInfo *info, char *error, size_t error_size) {
    Pci *p = pci_of(d);
    uint8_t *c = p->fixed;
    if (p->romfile && *p->romfile) return FAIL("%s: romfile=%s: option ROMs are not run; say romfile=", d->type->name, p->romfile);
    p->config = (RegBank){.regs = p->rows, .of_bus = true, .read = other_read, .write = other_write};
    add_rows(p, common_rows, sizeof(common_rows) / sizeof(common_rows[0]), 0);
    if (info->bridge)
        add_rows(p, bridge_rows, sizeof(bridge_rows) / sizeof(bridge_rows[0]), 0);
    else
        add_rows(p, device_rows, sizeof(device_rows) / sizeof(device_rows[0]), 0);
    put16(c, info->vendor);
    put16(c + 2, info->device);
    c[8] = info->revision;
    c[9] = info->class_code & 0xff;
    put16(c + 0xa, info->class_code >> 8);
    c[AT_HEADER] = (info->bridge ? 1 : 0) | (p->multifunction ? 0x80 : 0);
    if (!info->bridge) {
        put16(c + 0x2c, info->subsystem_vendor);
        put16(c + 0x2e, info->subsystem);
    }
    c[AT_PIN] = info->pin;
    p->next_cap = FIRST_CAP;
    for (unsigned i = 0; i < PCI_BARS; i++) p->bar[i].mapped = PCI_UNMAPPED;
    return true;
}

unsigned pci_add_cap(Device *d, unsigned id, unsigned size, const Reg *rows, unsigned nrows) {
    Pci *p = pci_of(d);
    unsigned at = p->next_cap;
    if (at + size > sizeof(p->fixed)) die("%s: no room for capability %u", d->type->name, id);
    p->fixed[at] = id;
    p->fixed[at + 1] = p->fixed[AT_CAPS]; // the newest comes first
    p->fixed[AT_CAPS] = at;
    p->next_cap = (at + size + 3) & ~3u;
    add_rows(p, rows, nrows, at);
    return at;
}

uint64_t pci_config_read(Device *d, uint64_t offset, unsigned size) { return device_read_bank(d, &pci_of(d)->config, offset, size); }
void pci_config_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    device_write_bank(d, &pci_of(d)->config, offset, value, size);
}
