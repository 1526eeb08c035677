// SPDX-License-Identifier: MIT
// Devices that -device adds to the board itself.
#pragma once
#include "hw/core/machine.h"

extern const DeviceBus system_bus;
// For a board's plug: a device of that bus, with a free range of addresses for those that want one.
bool system_bus_plug(Machine *m, const DeviceType *type, const char *props, uint64_t free_base, char *error,
                     size_t error_size);
