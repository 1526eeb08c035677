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
} Rig;

Rig *rig_new(const DeviceType *type, const char *props); // plugged and reset
void rig_free(Rig *r);
void rig_step(Rig *r, uint64_t ns);                       // time passes
void rig_receive(Rig *r, const uint8_t *bytes, size_t n); // as much as the device takes
static inline uint64_t rig_read(Rig *r, uint64_t offset, unsigned size) {
    return device_read(r->device, offset, size);
}
static inline void rig_write(Rig *r, uint64_t offset, uint64_t v, unsigned size) {
    device_write(r->device, offset, v, size);
}
