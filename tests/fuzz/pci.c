// SPDX-License-Identifier: MIT
// The input is a list of accesses: to configuration space, to windows, to BARs where they are, to RAM with rings in it. Whatever they
// do, functions answer, BARs stay inside the windows and apart, and what is mapped is what the bridge says.
#include <stdlib.h>
#include <string.h>
#include "hw/display/framebuffer.h"
#include "hw/pci/host.h"
#include "hw/virtio/devices.h"
#include "tests/lib/device_rig.h"

enum { FUNCTIONS = 7, STEP = 12, DIRTY = 1 << 16 };
static Rig *rig;
static Device *function[FUNCTIONS];

static void start(void) {
    static const struct {
        const DeviceType *type;
        const char *bus, *props;
    } more[FUNCTIONS - 1] = {{&virtio_net_pci.type, "", "addr=2"},
                             {&virtio_serial_pci.type, "", "addr=3,chardev=rig"},
                             {&pcie_root_port_type, "", "addr=4,id=port"},
                             {&virtio_rng_pci.type, "port", ""},
                             {&virtio_keyboard_pci.type, "", "addr=6,vectors=0"},
                             {&bochs_display_type, "", "addr=7,vgamem=256k"}};
    char error[200];
    rig = rig_new(&virtio_rng_pci.type, "");
    function[0] = rig->device;
    for (unsigned i = 1; i < FUNCTIONS; i++)
        if (!(function[i] = pci_host_plug(rig->host, more[i - 1].type, more[i - 1].bus, more[i - 1].props, error, sizeof(error)))) abort();
}

// Byte 0: what, byte 1: which, bytes 2 and 3: offset, bytes 4 to 11: value.
static uint64_t address(const uint8_t *x) {
    uint32_t offset = x[2] | (uint32_t)x[3] << 8;
    const PciBar *b = &pci_of(function[x[1] % FUNCTIONS])->bar[x[1] / FUNCTIONS % PCI_BARS];
    switch (x[0] >> 3 & 7) {
    case 0:
    case 1: return RIG_ECAM + (x[1] & 7u) * 0x8000 + (offset & 0xfff);
    case 2: return RIG_ECAM + (x[1] << 20) + offset;
    case 3: return RIG_PIO + offset;
    case 4: return RIG_MMIO + offset;
    case 5: return RIG_RAM + offset;
    default: return b->mapped == PCI_UNMAPPED ? RIG_MMIO : b->mapped + offset % b->size;
    }
}

static void check_map(void) {
    MemRegion region[128];
    unsigned n = mem_regions(rig->machine->mem, region, 128), mapped = 0;
    for (unsigned i = 0; i < FUNCTIONS; i++)
        for (unsigned k = 0; k < PCI_BARS; k++) {
            const PciBar *b = &pci_of(function[i])->bar[k];
            if (!b->kind || b->mapped == PCI_UNMAPPED) continue;
            for (unsigned j = 0; j < n; j++) mapped += !strcmp(region[j].name, b->name) && region[j].base == b->mapped;
            mapped--;
        }
    if (mapped) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!rig) start();
    uint64_t value;
    memset(mem_host(rig->machine->mem, RIG_RAM, DIRTY, true), 0, DIRTY);
    for (Device *d = rig->machine->devices; d; d = d->next) device_reset(d);
    for (; size >= STEP; data += STEP, size -= STEP) {
        memcpy(&value, data + 4, 8);
        unsigned width = 1u << (data[0] & 3);
        bool ok = data[0] & 4 ? mem_io_write(rig->machine->mem, address(data), width, value)
                              : mem_io_read(rig->machine->mem, address(data), width, &value);
        if (!ok && (data[0] >> 3 & 7) < 2) abort(); // configuration space always answers
    }
    check_map();
    picture_drop(screen_capture(rig->machine->screen, 0));
    return 0;
}
