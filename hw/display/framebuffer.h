// SPDX-License-Identifier: MIT
// Displays without registers: memory that is shown. ramfb, which firmware points at its own memory, and
// simple-framebuffer, which the device tree describes.
#pragma once
#include "hw/core/machine.h"

extern const DeviceType ramfb_type, simple_framebuffer_type;
