// SPDX-License-Identifier: MIT
// What all Arm boards share: cores, and how a boot is laid out in memory.
#pragma once
#include "hw/core/loader.h"
#include "hw/core/machine.h"

// Engine and cores, configured by -cpu; all but the first are off until PSCI starts them.
bool arm_make_cores(Machine *m, const char *default_model, char *error, size_t error_size);
// An interrupt line into a core: pin is one of ARM_PIN_x.
Irq arm_pin(Machine *m, unsigned core, unsigned pin);
void arm_dt_cpus(Machine *m, Fdt *f);

typedef struct ArmBoot {
    const char *stdout_path;             // for /chosen
    void (*make_dt)(Machine *m, Fdt *f); // the root node's contents
} ArmBoot;
// Kernel, initrd and device tree into memory, the first core to its entry: Board.load.
bool arm_boot(Machine *m, const ArmBoot *boot, char *error, size_t error_size);
