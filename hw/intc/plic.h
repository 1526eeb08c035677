// SPDX-License-Identifier: MIT
// The RISC-V platform-level interrupt controller, as SiFive lays it out. Inputs 1..sources-1; outputs: one a
// context, in order hart 0 M, hart 0 S, hart 1 M, ... (contexts = 2 * harts). The board wires outputs to CPU
// pins before the device tree is made.
#pragma once
#include "hw/core/device.h"
enum { PLIC_SOURCES = 96, PLIC_CONTEXTS = 64 };
extern const DeviceType plic_type;
