// SPDX-License-Identifier: MIT
// A push button at a general-purpose input: output 0 is high while it is pressed.
#pragma once
#include "hw/core/device.h"
extern const DeviceType gpio_key_type;
void gpio_key_press(Device *key); // it is let go by itself; any thread
