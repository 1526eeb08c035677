// SPDX-License-Identifier: MIT
// The PCI Express host bridge of the `virt` boards (device tree binding pci-host-ecam-generic): configuration space in memory (ECAM),
// windows for BARs, four interrupt wires, and which function is where. A board makes one and plugs functions into it.
#pragma once
#include "hw/pci/pci.h"

struct PciBusNode { // a bus: the root's, or what is behind a bridge
    Device *host, *bridge; // bridge: NULL for the root bus
    Device *host_msi;      // where messages go: a type with `msi`, or NULL
    Device *function[256]; // by slot * 8 + function
};

typedef struct PciMap {
    const char *node; // in the device tree: "pci@30000000"
    uint64_t ecam;    // 1 MiB a bus
    unsigned buses;   // 16 or 256
    uint64_t pio, pio_size, mmio, mmio_size, mmio64, mmio64_size; // in CPU addresses; memory has the same on the bus. Size 0: none
    Device *intc, *msi;    // may be NULL: whoever makes the bridge wires its outputs; functions have their pins only
    unsigned irq;          // INTA's input of intc, the others follow
    unsigned intc_address_cells;
} PciMap;

// The bridge and its function 00.0, mapped and wired; NULL with a message.
Device *pci_host_new(Machine *m, const PciMap *map, char *error, size_t error_size);
// -device: a function on bus `bus` ("pcie.0", the id of a bridge, or "": the root's) with these properties. NULL with a message.
Device *pci_host_plug(Device *host, const DeviceType *type, const char *bus, const char *props, char *error, size_t error_size);

// The guest changed what it sees of a function: BARs are mapped anew. No lock of a device is held.
void pci_host_place(Device *host);
// For bridges: their other side.
void pci_host_add_bus(Device *bridge);
// The number messages carry: bus, slot, function.
uint16_t pci_requester(const Device *d);
// Calls fn for each function in the order of their numbers (monitor).
void pci_host_each(Device *host, void (*fn)(Device *d, unsigned bus, void *arg), void *arg);
extern const DeviceType pci_host_type, pci_host_small_type, pcie_root_port_type;
