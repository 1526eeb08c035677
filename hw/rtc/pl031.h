// SPDX-License-Identifier: MIT
// The PL031 real-time clock (Arm DDI 0224).
#pragma once
#include "hw/core/device.h"

extern const DeviceType pl031_type; // output 0: RTCINTR
