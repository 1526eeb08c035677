// SPDX-License-Identifier: MIT
// The interrupt controller of an Arm board: which version, how it is wired to cores, and its device-tree nodes.
#pragma once
#include "hw/board/boot.h"
#include "hw/intc/gic_lines.h"

// Private interrupts, by ID.
enum { ARM_PPI_PMU = 23, ARM_PPI_TIMER_HYP = 26, ARM_PPI_TIMER_VIRTUAL = 27, ARM_PPI_TIMER_SECURE = 29, ARM_PPI_TIMER_PHYSICAL = 30 };

typedef struct BoardGic {
    unsigned version; // 2, 3
    Device *gic;
    Device *msi;      // who takes messages: GICv2m frame or ITS; NULL: none
} BoardGic;

// What -M gic-version= and its= ask for, at QEMU's addresses, wired to the machine's cores.
bool board_gic_make(Machine *m, BoardGic *b, char *error, size_t error_size);
void board_gic_fdt(const BoardGic *b, Fdt *f);
// "interrupts" of private, level-sensitive ones (IDs) in every core.
void board_gic_dt_private(Machine *m, const BoardGic *b, Fdt *f, unsigned n, const unsigned *ids);
