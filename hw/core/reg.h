// SPDX-License-Identifier: MIT
// Registers as rows: which row an offset belongs to. The accesses themselves are device_read and
// device_write.
#pragma once
#include "hw/core/device.h"

// The row of a bank that holds `offset`, its element and the byte within it; NULL: none.
const Reg *reg_find(const RegBank *b, uint64_t offset, unsigned *element, unsigned *within);
// NULL, or why the table is wrong: two rows share a byte, a row leaves the window, a width or field size is
// odd (static buffer).
const char *reg_check(const DeviceType *type);
const char *reg_check_bank(const char *name, const RegBank *b, uint64_t window);

// An access within one that is under way, for DeviceType.read and .write of a device with several frames alike. With the device's
// lock; whoever got the outer access updates.
uint64_t reg_bank_read(Device *d, const RegBank *b, uint64_t offset, unsigned size);
void reg_bank_write(Device *d, const RegBank *b, uint64_t offset, uint64_t value, unsigned size);
