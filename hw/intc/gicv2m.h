// SPDX-License-Identifier: MIT
// GICv2m message frame (Arm SBSA, appendix "GICv2m architecture"): writes of an interrupt number become edges of a GICv2's shared
// interrupts. The board wires output n to shared interrupt first-spi + n.
#pragma once
#include "hw/core/device.h"

enum { GICV2M_SPIS = 64 };
extern const DeviceType gicv2m_type;
void gicv2m_fdt(Device *d, Fdt *f); // inside the GIC's node
