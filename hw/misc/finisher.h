// SPDX-License-Identifier: MIT
// SiFive's test finisher (the guest ends the machine with an exit code or resets it), and its syscon nodes
// for poweroff and reboot.
#pragma once
#include "hw/core/device.h"
extern const DeviceType finisher_type;
// The device tree's /poweroff and /reboot nodes, which stand beside /soc.
void finisher_fdt_syscon(Device *d, Fdt *f);
