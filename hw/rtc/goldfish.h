// SPDX-License-Identifier: MIT
// The Goldfish real-time clock: wall time in nanoseconds and one alarm.
#pragma once
#include "hw/core/device.h"
extern const DeviceType goldfish_rtc_type;
