// SPDX-License-Identifier: MIT
// Arm Generic Interrupt Controller, version 3 (IHI 0069H): one distributor, and for each core a redistributor and the CPU interface
// that its system registers reach. Inputs and outputs are those of gic_lines.h.
#pragma once
#include "hw/intc/gic_lines.h"

// Offsets of the device: the distributor, then a redistributor a core.
enum { GICV3_REDIST = 0x10000, GICV3_REDIST_SIZE = 0x20000 };
extern const DeviceType gicv3_type;

// The windows: the distributor at one place, the redistributors at another. Instead of device_map.
bool gicv3_map(Device *gic, uint64_t distributor, uint64_t redistributors, char *error, size_t error_size);

// ICC_* registers of a core, on its own thread; `number` is op0:op1:CRn:CRm:op2 as mrs and msr encode it. False: there is none.
bool gicv3_read(void *gic, unsigned core, unsigned number, uint64_t *value);
bool gicv3_write(void *gic, unsigned core, unsigned number, uint64_t value);

// Locality-specific peripheral interrupts, for an ITS. They take the GIC's lock.
enum { LPI_FIRST = 8192, LPI_END = 65536 };
unsigned gicv3_cores(const Device *gic);
void gicv3_lpi_set(Device *gic, unsigned core, uint32_t irq, bool pending);
void gicv3_lpi_move(Device *gic, unsigned from, unsigned to, uint32_t irq); // if it is pending
void gicv3_lpi_move_all(Device *gic, unsigned from, unsigned to);
void gicv3_lpi_changed(Device *gic); // the configuration in memory
