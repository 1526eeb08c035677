// SPDX-License-Identifier: MIT
// PCI functions (PCI Local Bus 3.0, PCI Express Base 4.0): what the bus adds to a device. Configuration space is register rows: the
// header's from hw/pci/config.c, those of each capability appended by pci_add_cap. What the guest may change is PciRegs; what never
// changes is `fixed`. BARs are banks of registers that the host bridge (hw/pci/host.h) maps where the guest puts them.
//
// A function is a Device whose type has .bus = &pci_bus (or a DeviceBus that begins with a Pci). In its plug it calls, in this order:
// pci_init, pci_add_cap, pci_add_bar, pci_add_msix. Interrupts: pci_intx for the level of its pin, pci_msix_notify for a vector. All
// under the device's one lock.
#pragma once
#include "hw/core/device.h"

enum { PCI_BARS = 6, PCI_VECTORS = 32, PCI_CONFIG_SIZE = 4096, PCI_ROWS = 96, PCI_PAGES = 4 };
enum { PCI_COMMAND_IO = 1, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4, PCI_COMMAND_NO_INTX = 0x400 };
enum { PCI_CAP_VENDOR = 0x09, PCI_CAP_SUBSYSTEM = 0x0d, PCI_CAP_EXPRESS = 0x10, PCI_CAP_MSIX = 0x11 };
enum { PCI_MSIX_ENABLE = 0x8000, PCI_MSIX_MASK_ALL = 0x4000, PCI_MSIX_PENDING = 0x800 };
#define PCI_UNMAPPED UINT64_MAX

typedef struct PciRegs { // saved
    uint64_t msix_address[PCI_VECTORS];
    uint32_t msix_data[PCI_VECTORS], msix_mask[PCI_VECTORS];
    uint32_t msix_pending; // one bit a vector
    uint32_t bar[PCI_BARS];
    uint16_t command, msix_control, device_control, link_control, slot_control, root_control, bridge_control;
    uint16_t memory_base, memory_limit, prefetch_base, prefetch_limit; // bridges
    uint16_t pad2;
    uint32_t prefetch_base_upper, prefetch_limit_upper;
    uint8_t primary, secondary, subordinate, io_base, io_limit;
    uint8_t cache_line, interrupt_line, pad[5];
} PciRegs;

typedef enum PciBarKind { PCI_BAR_NONE, PCI_BAR_IO, PCI_BAR_MEMORY, PCI_BAR_MEMORY64 } PciBarKind;

typedef struct PciBar { // wiring
    Device *device;
    uint8_t index, kind;
    uint64_t size;                     // a power of two
    const RegBank *bank[PCI_PAGES];    // of each 4 KiB, offsets counted from there; NULL: reads as zero
    uint8_t *ram; // memory of its own instead of registers; NULL: registers
    MemOps ops;
    uint64_t mapped; // where the bridge has it in memory, or PCI_UNMAPPED; with the bridge's lock
    char name[48];   // in the memory map
} PciBar;

typedef struct PciBusNode PciBusNode; // hw/pci/host.h

typedef struct Pci { // what the bus adds
    PciRegs regs;
    // wiring
    uint8_t fixed[256]; // of configuration space: what does not change
    Reg rows[PCI_ROWS];
    RegBank config;
    PciBar bar[PCI_BARS];
    unsigned vectors;  // MSI-X, 0: none
    bool intx;         // level of its pin, before it is masked
    bool express;      // has an Express capability: 4096 bytes of configuration space
    uint8_t last_cap, next_cap; // offset of the newest capability; where the next one may go
    uint8_t devfn;
    PciBusNode *node;  // the bus it is on
    PciBusNode *below; // a bridge's other side
    char *addr, *romfile;
    bool multifunction;
    // What the type does with offsets of its capabilities that no row covers (true: done), and when the guest switched bus mastering.
    bool (*config_read)(Device *d, uint64_t offset, unsigned size, uint64_t *value);
    bool (*config_write)(Device *d, uint64_t offset, unsigned size, uint64_t value);
} Pci;
static inline Pci *pci_of(const Device *d) { return d->bus_state; }

extern const DeviceBus pci_bus;
// For a DeviceBus that begins with a Pci.
extern const Fields pci_fields;
#define PCI_PROPS                                                                                                                    \
    {"addr", PROP_STRING, offsetof(Pci, addr), NULL, "slot and function: 3 or 3.1; lowest free slot if not said"},                   \
        {"multifunction", PROP_BOOL, offsetof(Pci, multifunction), "off", "other functions of the slot may exist"},                  \
        {"romfile", PROP_STRING, offsetof(Pci, romfile), NULL, "option ROM; only the empty name, none, is taken"}
void pci_update(Device *d);
void pci_settled(Device *d);

typedef struct PciInfo {
    uint16_t vendor, device, subsystem_vendor, subsystem;
    uint32_t class_code; // class, subclass, interface
    uint8_t revision;
    uint8_t pin; // 1: INTA; 0: none
    bool bridge; // header of type 1
} PciInfo;
// False with a message: its properties make no sense.
bool pci_init(Device *d, const PciInfo *info, char *error, size_t error_size);
// A capability of `size` bytes with rows (offsets from its start, fields in PciRegs). Returns its offset; fixed bytes may be filled in.
unsigned pci_add_cap(Device *d, unsigned id, unsigned size, const Reg *rows, unsigned nrows);
// Banks of each page, up to PCI_PAGES; a 64-bit BAR takes the index above too.
PciBar *pci_add_bar(Device *d, unsigned index, PciBarKind kind, uint64_t size, const RegBank *const *banks, unsigned nbanks);
// A prefetchable BAR of RAM, which the guest moves with its contents: `size` bytes at bar->ram, zero at first, until pci_free_ram in the
// type's unplug. NULL: the host has no room.
PciBar *pci_add_ram_bar(Device *d, unsigned index, uint64_t size);
void pci_free_ram(Device *d);
// Table and pending bits in a memory BAR of their own.
void pci_add_msix(Device *d, unsigned vectors, unsigned bar);
void pci_add_express(Device *d, unsigned port_type, unsigned slot); // 0: endpoint, 4: root port; slot of a port

void pci_intx(Device *d, bool level);
bool pci_msix_on(const Device *d);
void pci_msix_notify(Device *d, unsigned vector); // sent by the update that follows, when it is not masked
static inline bool pci_master(const Device *d) { return pci_of(d)->regs.command & PCI_COMMAND_MASTER; }

// One access to configuration space, lock taken.
uint64_t pci_config_read(Device *d, uint64_t offset, unsigned size);
void pci_config_write(Device *d, uint64_t offset, uint64_t value, unsigned size);
// Where the guest wants a BAR on the bus, or PCI_UNMAPPED; with the lock.
uint64_t pci_bar_address(const Device *d, unsigned index);
uint64_t pci_bar_read(Device *d, const PciBar *b, uint64_t offset, unsigned size); // with the lock, no update
void pci_bar_write(Device *d, const PciBar *b, uint64_t offset, uint64_t value, unsigned size);
