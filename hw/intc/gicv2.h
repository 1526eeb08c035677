// SPDX-License-Identifier: MIT
// Arm Generic Interrupt Controller, version 2 (IHI 0048B): distributor and CPU interfaces in one window of 128 KiB.
#pragma once
#include "hw/core/device.h"

enum { GICV2_CORES = 8, GICV2_IRQS = 288, GICV2_SPIS = GICV2_IRQS - 32 };
// Inputs: shared interrupt n (ID 32 + n) is n; private interrupt `id` (16..31) of a core is GICV2_PPI(core, id).
#define GICV2_PPI(core, id) (GICV2_SPIS + 32 * (core) + (id))
// Outputs: 2 * core is that core's IRQ, 2 * core + 1 its FIQ.
extern const DeviceType gicv2_type;
