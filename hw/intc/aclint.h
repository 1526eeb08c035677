// SPDX-License-Identifier: MIT
// SiFive's CLINT (an ACLINT MSWI and MTIMER side by side): outputs 2h = machine software interrupt of hart h,
// 2h + 1 = machine timer.
#pragma once
#include "hw/core/device.h"
enum { ACLINT_HARTS = 32, ACLINT_HZ = 10000000 };
extern const DeviceType aclint_type;
