// SPDX-License-Identifier: MIT
// The 16550A UART: properties `chardev` (Serial), `clock-frequency` for the device tree.
#pragma once
#include "hw/core/device.h"
extern const DeviceType ns16550_type;
