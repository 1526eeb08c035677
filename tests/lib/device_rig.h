// SPDX-License-Identifier: MIT
// A device on its own: a machine without CPUs, a clock that only moves when told, recorders on its outputs
// and its serial port.
#pragma once
#include "hw/core/machine.h"

enum { RIG_OUTPUTS = 8, RIG_BYTES = 4096 };

typedef struct Rig {
    Machine *machine;
    Device *device;
    MachineSpec spec;
    Serial serial;           // "rig" for chardev=
    bool level[RIG_OUTPUTS]; // of the outputs
    unsigned edges;          // changes of any of them
    uint8_t sent[RIG_BYTES]; // what the device wrote to its serial port
    size_t nsent;
    size_t accepts; // how many bytes the serial port takes now
    Device *host;   // a PCI function's host bridge
    uint64_t messages; // a digest of the interrupt messages it sent
    unsigned nmessages;
    uint64_t last_address;
    uint32_t last_data, last_source;
} Rig;

enum { RIG_RAM = 0x80000000, RIG_RAM_SIZE = 1 << 20, RIG_PIO = 0x3000000, RIG_MMIO = 0x40000000, RIG_ECAM = 0x30000000 };
enum { RIG_MESSAGES = 0x8020000, RIG_FIRST_PIN = 4 }; // a page that takes messages; outputs of the bridge's four wires
// A host bridge in a machine of its own, its wires on outputs 4 to 7, messages recorded.
Device *rig_pci_host(Machine *m, Rig *r);
// Plugged and reset. A PCI function stands at 01.0 of a host bridge, on a machine with RAM.
Rig *rig_new(const DeviceType *type, const char *props);
void rig_free(Rig *r);
void rig_step(Rig *r, uint64_t ns);                       // time passes
void rig_receive(Rig *r, const uint8_t *bytes, size_t n); // as much as the device takes
// Configuration space, as a CPU reaches it.
uint64_t rig_config_read(Rig *r, unsigned offset, unsigned size);
void rig_config_write(Rig *r, unsigned offset, uint64_t value, unsigned size);
static inline uint64_t rig_read(Rig *r, uint64_t offset, unsigned size) {
    return device_read(r->device, offset, size);
}
static inline void rig_write(Rig *r, uint64_t offset, uint64_t v, unsigned size) {
    device_write(r->device, offset, v, size);
}
