// SPDX-License-Identifier: MIT
// The identification a monitor gives (VESA E-EDID 1.4): what a display device tells the guest of a head.
#pragma once
#include <stdint.h>

enum { EDID_SIZE = 128 };
void edid_make(uint8_t edid[EDID_SIZE], unsigned head, uint32_t width, uint32_t height);
