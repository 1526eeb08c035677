// SPDX-License-Identifier: MIT
// The Express capability (PCI Express Base 4.0, 7.5.3), and root ports: bridges with one slot behind them. Links are always up at the
// lowest speed, and nothing is plugged or unplugged while the machine runs, so these registers keep what is written and do nothing.
#include <stdio.h>
#include <stdlib.h>
#include "hw/pci/host.h"

enum { SIZE = 0x3c, VERSION = 2, ROOT_PORT = 4, SLOT_IMPLEMENTED = 0x100, LINK = 0x11 }; // 2.5 GT/s, one lane

#define KEEPS(o, n, m, mk) {(o), (n), 2, REG_RW, REG_FIELD(PciRegs, m), .mask = (mk)}
static const Reg rows[] = {
    KEEPS(0x08, "DeviceControl", device_control, 0x78ff),
    KEEPS(0x10, "LinkControl", link_control, 0x0143),
    KEEPS(0x18, "SlotControl", slot_control, 0x1fff),
    KEEPS(0x1c, "RootControl", root_control, 0x001f),
};

static void put(uint8_t *at, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) at[i] = value >> 8 * i & 0xff;
}

void pci_add_express(Device *d, unsigned port_type, unsigned slot) {
    unsigned at = pci_add_cap(d, PCI_CAP_EXPRESS, SIZE, rows, port_type == ROOT_PORT ? 4 : 2);
    uint8_t *c = pci_of(d)->fixed + at;
    unsigned flags = VERSION | port_type << 4 | (port_type == ROOT_PORT ? SLOT_IMPLEMENTED : 0);
    c[2] = flags & 0xff;
    c[3] = flags >> 8;
    put(c + 0x04, 0x8000);      // role-based error reporting
    put(c + 0x0c, LINK);        // what the link can
    put(c + 0x10, LINK << 16);  // and does
    if (port_type == ROOT_PORT) {
        put(c + 0x14, slot << 19);
        put(c + 0x18, 0x40 << 16); // something is in the slot
    }
    pci_of(d)->express = true;
}

// ---- root ports

typedef struct RootPort { // wiring
    uint32_t chassis, slot, port;
} RootPort;

static bool port_plug(Device *d, char *error, size_t error_size) {
    static const PciInfo info = {.vendor = 0x1b36, .device = 0x000c, .class_code = 0x060400, .pin = 1, .bridge = true};
    if (!pci_init(d, &info, error, error_size)) return false;
    uint8_t *c = pci_of(d)->fixed + pci_add_cap(d, PCI_CAP_SUBSYSTEM, 8, NULL, 0);
    put(c + 4, info.vendor);
    pci_add_express(d, ROOT_PORT, ((RootPort *)d->state)->slot & 0x1fff);
    pci_host_add_bus(d);
    return true;
}

static void port_unplug(Device *d) { free(pci_of(d)->below); }

static const Prop port_props[] = {
    PROP(RootPort, chassis, PROP_U32, "0", "number of the chassis; no effect"),
    PROP(RootPort, slot, PROP_U32, "0", "number of its slot"),
    PROP(RootPort, port, PROP_U32, "0", "number of the port; no effect"),
};

const DeviceType pcie_root_port_type = {
    .name = "pcie-root-port",
    .title = "PCI Express root port",
    .size = sizeof(RootPort),
    .bus = &pci_bus,
    .props = port_props,
    .nprops = sizeof(port_props) / sizeof(port_props[0]),
    .plug = port_plug,
    .unplug = port_unplug,
};
