// SPDX-License-Identifier: MIT
// Interrupt Translation Service of a GICv3 (IHI 0069H, 5.2): messages of devices become LPIs, by tables in guest memory.
#pragma once
#include "hw/core/device.h"

extern const DeviceType gicv3_its_type;
enum { GICV3_ITS_SIZE = 0x20000 };

// The GIC whose LPIs it makes, with its=on. Before it is used.
void gicv3_its_connect(Device *its, Device *gic);
void gicv3_its_fdt(Device *its, Fdt *f); // inside the GIC's node
