// SPDX-License-Identifier: MIT
// Registers as rows: which row an offset belongs to. The accesses themselves are device_read and
// device_write.
#pragma once
#include "hw/core/device.h"

// The row that holds `offset`, its element and the byte within it; NULL: none.
const Reg *reg_find(const DeviceType *type, uint64_t offset, unsigned *element, unsigned *within);
// NULL, or why the table is wrong: two rows share a byte, a row leaves the window, a width or field size is
// odd (static buffer).
const char *reg_check(const DeviceType *type);
