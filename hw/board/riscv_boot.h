// SPDX-License-Identifier: MIT
// What all RISC-V boards share: harts, the device tree's /cpus, and how a boot is laid out in memory.
#pragma once
#include "hw/board/boot.h"

// Engine and harts of the machine's target, configured by -cpu; m->cpu_phandles for the interrupt
// controllers' nodes.
bool riscv_make_harts(Machine *m, char *error, size_t error_size);
// DRAM at m->ram_base, and the reset ROM.
enum { RISCV_ROM_BASE = 0x1000, RISCV_ROM_SIZE = 0xf000 };
bool riscv_make_memory(Machine *m, const char *ram_name, char *error, size_t error_size);
// Into the open root node; the node of the devices' bus, left open.
void riscv_dt_root(Fdt *f, const char *compatible, const char *model);
void riscv_dt_soc(Fdt *f);
void riscv_dt_cpus(Machine *m, Fdt *f);
void riscv_dt_memory(Machine *m, Fdt *f);
// An interrupt line into a hart: pin is one of RISCV_PIN_x.
Irq riscv_pin(Machine *m, unsigned hart, unsigned pin);
Irq riscv_time_pin(Machine *m); // to all harts: clock_ticks was moved

typedef struct RiscvBoot {
    // Flash with an image (0: none): where the firmware jumps, which gets -kernel, -initrd and -append by
    // fw_cfg; with -bios none, where the harts start.
    uint64_t flash;
    Device *fw_cfg;
    BoardTree tree;
    void (*on_kernel)(
        Machine *m, const Image *kernel); // may be NULL; called with the ELF or Image, NULL if there is none
} RiscvBoot;
// Firmware, kernel, initrd, device tree and reset ROM into memory, harts to the ROM: Board.load.
bool riscv_boot(Machine *m, const RiscvBoot *boot, char *error, size_t error_size);

// hw/board/firmware.c: where OpenSBI is on this host (malloc'd), or NULL with what to do in error.
char *firmware_find(const char *target, char *error, size_t error_size);
