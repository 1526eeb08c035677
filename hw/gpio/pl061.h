// SPDX-License-Identifier: MIT
// Arm PL061: eight lines of general-purpose input and output. Inputs 0 to 7 are its pins, output 0 its interrupt.
#pragma once
#include "hw/core/device.h"
extern const DeviceType pl061_type;
