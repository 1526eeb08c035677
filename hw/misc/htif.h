// SPDX-License-Identifier: MIT
// The host-target interface of Spike: a console and an exit code through two doublewords in guest memory.
#pragma once
#include "hw/core/device.h"
extern const DeviceType htif_type;
// Where the program keeps `tohost` and `fromhost` (0: it has none, and HTIF sleeps). Called at each load.
void htif_attach(Device *d, uint64_t tohost, uint64_t fromhost);
