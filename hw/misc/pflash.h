// SPDX-License-Identifier: MIT
// A 32 or 64 MiB window of NOR flash, two 16-bit Intel chips side by side.
#pragma once
#include "hw/core/device.h"

enum { PFLASH_SIZE = 32 << 20, PFLASH_SIZE_64 = 64 << 20, PFLASH_BLOCK = 256 << 10 };
extern const DeviceType pflash_type, pflash_64_type;

// Once it is mapped: code runs from it.
bool pflash_code(Device *d);
bool pflash_has_disk(const Device *d);
// What an image of firmware has, before it runs; false with a message: too large.
bool pflash_fill(Device *d, const void *data, size_t size, char *error, size_t error_size);
// One node for windows that follow each other.
void pflash_fdt(Device *const *windows, unsigned n, Fdt *f);
// What a block holds, for whoever saves it: no field of the device. The machine stands still.
uint8_t *pflash_block(Device *d, unsigned block);
