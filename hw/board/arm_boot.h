// SPDX-License-Identifier: MIT
// What all Arm boards share: cores, and how a boot is laid out in memory.
#pragma once
#include "hw/board/boot.h"

// Engine and cores, configured by -cpu; all but the first are off until PSCI starts them.
bool arm_make_cores(Machine *m, const char *default_model, bool el2, char *error, size_t error_size);
// An interrupt line into a core: pin is one of ARM_PIN_x.
Irq arm_pin(Machine *m, unsigned core, unsigned pin);
void arm_dt_cpus(Machine *m, Fdt *f);

typedef struct ArmBoot {
    BoardTree tree;
    Device *flash, *fw_cfg; // firmware starts in the one and finds the kernel in the other; NULL: there are none
} ArmBoot;
// Kernel, initrd and device tree into memory, the first core to its entry: Board.load.
bool arm_boot(Machine *m, const ArmBoot *how, char *error, size_t error_size);
