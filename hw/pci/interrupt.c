// SPDX-License-Identifier: MIT
// How PCI functions interrupt: the pin's level (PCI Local Bus 3.0, 2.2.6 and 6.2.4) and MSI-X (6.8.2): table and pending bits in a BAR.
// Called by the devices and, through rows, by guests; with the function's lock.
//
// A vector that is to be sent is pending until the update that follows finds it unmasked and the function allowed to write to memory;
// so unmasking, enabling and loading need no code of their own. A message goes to the interrupt controller that the host bridge names,
// or, as any write of a device's, to RAM.
#include <stdlib.h>
#include "hw/core/machine.h"
#include "hw/core/reg.h"
#include "hw/pci/host.h"
#include "tcg/base/log.h"

enum { TABLE_STRIDE = 16, CONTROL = 2 };

static uint64_t control_get(Device *d, unsigned i) { return pci_of(d)->regs.msix_control | (pci_of(d)->vectors - 1); }
static void control_set(Device *d, unsigned i, uint64_t value) {
    PciRegs *r = &pci_of(d)->regs;
    r->msix_control = value & (PCI_MSIX_ENABLE | PCI_MSIX_MASK_ALL);
    if (!(r->msix_control & PCI_MSIX_ENABLE)) r->msix_pending = 0;
}
static const Reg cap_rows[] = {{CONTROL, "MSIXControl", 2, REG_RW, .get = control_get, .set = control_set}};

#define TABLE(o, n, w, m, mk) \
    {(o), (n), (w), REG_RW, REG_FIELD_ARRAY(PciRegs, m), .mask = (mk), .count = PCI_VECTORS, .stride = TABLE_STRIDE}
static const Reg table_rows[] = {
    TABLE(0x0, "MSIXAddress", 8, msix_address, ~3ull),
    TABLE(0x8, "MSIXData", 4, msix_data, 0xffffffff),
    TABLE(0xc, "MSIXVectorControl", 4, msix_mask, 1),
    {PCI_MSIX_PENDING, "MSIXPending", 4, REG_RO, REG_FIELD(PciRegs, msix_pending)},
};
// What lies between is reserved: reads as zero, and a write is no more than that (6.8.2).
static uint64_t reserved_read(Device *d, uint64_t offset, unsigned size) { return 0; }
static void reserved_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    log_print(LOG_GUEST_ERROR, "%s: MSI-X write at 0x%lx, where no vector is", d->id, (unsigned long)offset);
}
static const RegBank table_bank = {
    table_rows, sizeof(table_rows) / sizeof(table_rows[0]), .of_bus = true, .read = reserved_read, .write = reserved_write,
};

void pci_add_msix(Device *d, unsigned vectors, unsigned bar) {
    Pci *p = pci_of(d);
    const RegBank *bank = &table_bank;
    p->vectors = vectors;
    pci_add_bar(d, bar, PCI_BAR_MEMORY, 4096, &bank, 1);
    unsigned at = pci_add_cap(d, PCI_CAP_MSIX, 12, cap_rows, 1);
    p->fixed[at + 4] = bar;                     // table: BAR and offset 0
    p->fixed[at + 8] = bar;                     // pending bits
    p->fixed[at + 9] = PCI_MSIX_PENDING >> 8;
}

bool pci_msix_on(const Device *d) { return pci_of(d)->vectors && pci_of(d)->regs.msix_control & PCI_MSIX_ENABLE; }

void pci_msix_notify(Device *d, unsigned vector) {
    Pci *p = pci_of(d);
    if (pci_msix_on(d) && vector < p->vectors) p->regs.msix_pending |= 1u << vector;
}

void pci_intx(Device *d, bool level) { pci_of(d)->intx = level; }

static void send(Device *d, unsigned vector) {
    Pci *p = pci_of(d);
    uint64_t address = p->regs.msix_address[vector];
    uint32_t data = p->regs.msix_data[vector];
    Device *to = p->node ? p->node->host_msi : NULL;
    if (to && device_msi(to, address, data, pci_requester(d))) return;
    if (!mem_write(d->machine->mem, address, &data, 4))
        log_print(LOG_GUEST_ERROR, "%s: message to 0x%llx, where nothing takes it", d->id, (unsigned long long)address);
}

void pci_update(Device *d) {
    Pci *p = pci_of(d);
    bool may_send = pci_msix_on(d) && pci_master(d) && !(p->regs.msix_control & PCI_MSIX_MASK_ALL);
    for (uint32_t left = may_send ? p->regs.msix_pending : 0; left; left &= left - 1) {
        unsigned vector = (unsigned)__builtin_ctz(left);
        if (p->regs.msix_mask[vector] & 1) continue;
        p->regs.msix_pending &= ~(1u << vector);
        if (vector < p->vectors) send(d, vector);
    }
    device_irq(d, 0, p->intx && !pci_msix_on(d) && !(p->regs.command & PCI_COMMAND_NO_INTX));
}
