// SPDX-License-Identifier: MIT
// The PL011 serial port (Arm DDI 0183).
#pragma once
#include "hw/core/device.h"

extern const DeviceType pl011_type; // output 0: UARTINTR
