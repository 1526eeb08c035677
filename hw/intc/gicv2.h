// SPDX-License-Identifier: MIT
// Arm Generic Interrupt Controller, version 2 (IHI 0048B): distributor and CPU interfaces in one window of 128 KiB. Inputs and outputs
// are those of gic_lines.h.
#pragma once
#include "hw/intc/gic_lines.h"

enum { GICV2_CPU = 0x10000 }; // offset of the CPU interfaces
extern const DeviceType gicv2_type;
