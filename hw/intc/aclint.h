// SPDX-License-Identifier: MIT
// Core-local interrupts of RISC-V harts. aclint_type is an ACLINT MSWI and MTIMER side by side, which is SiFive's
// CLINT: outputs 2h = machine software interrupt of hart h, 2h + 1 = machine timer. Its property aclint=on names
// the two in the device tree one by one. Output ACLINT_TIME: an edge whenever software has moved mtime, which is
// the machine's clock_ticks. aclint_sswi_type: output h = supervisor software interrupt, an edge.
#pragma once
#include "hw/core/device.h"
enum { ACLINT_HARTS = 32, ACLINT_HZ = 10000000, ACLINT_TIME = 2 * ACLINT_HARTS };
extern const DeviceType aclint_type, aclint_sswi_type;

// For the two of them: a message if there are none or too many; interrupts-extended of all harts.
bool aclint_check_harts(uint32_t harts, char *error, size_t error_size);
void aclint_dt_interrupts(Device *d, Fdt *f, uint32_t harts, unsigned n, const uint32_t *causes);
