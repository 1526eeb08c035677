// SPDX-License-Identifier: MIT
// Displays that are memory which is shown. ramfb, which firmware points at its own memory, and
// simple-framebuffer, which the device tree describes. bochs-display, which has both, on PCI.
#pragma once
#include "hw/core/machine.h"

extern const DeviceType ramfb_type, simple_framebuffer_type, bochs_display_type;
