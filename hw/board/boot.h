// SPDX-License-Identifier: MIT
// What the boards of all architectures share: making a device in its place, and the parts of a boot that do not depend on
// where things stand. Used by the boards and by riscv_boot.c, arm_boot.c.
#pragma once
#include "hw/core/loader.h"
#include "hw/core/machine.h"

// A device with the user's -global and these properties, plugged and mapped (unless base is UINT64_MAX); NULL with a message.
Device *board_add(Machine *m, const DeviceType *type, const char *id, uint64_t base, const char *props,
                  char *error, size_t error_size);

typedef struct BoardTree {
    const char *stdout_path;             // for /chosen
    void (*make_dt)(Machine *m, Fdt *f); // the root node's contents
    bool kaslr;                          // /chosen gets a kaslr-seed
} BoardTree;

typedef struct BootTree { // a finished device tree, malloc'd
    void *blob;
    size_t size;
} BootTree;

// The user's -dtb or the board's own, with /chosen filled in. An initrd of no bytes is none.
bool boot_make_tree(Machine *m, const BoardTree *board, uint64_t initrd_start, uint64_t initrd_end, BootTree *tree,
                    char *error, size_t error_size);
// Into memory; the machine keeps a copy for the monitor and dumpdtb.
bool boot_put_tree(Machine *m, Loader *l, const BootTree *tree, uint64_t base, char *error, size_t error_size);
// An initrd that was read already.
bool boot_put_initrd(Machine *m, Loader *l, const Image *initrd, uint64_t base, char *error, size_t error_size);

// Kernel, initrd and command line, for firmware to find in fw_cfg; what fw_cfg says of every machine.
bool boot_offer_kernel(Machine *m, Device *fw_cfg, char *error, size_t error_size);
bool boot_fill_fw_cfg(Machine *m, Device *fw_cfg, char *error, size_t error_size);
// The windows of NOR flash, one behind the other, with the drives of -M pflash0= and pflash1=.
enum { BOARD_FLASHES = 2 };
bool boot_add_flash(Machine *m, const DeviceType *type, uint64_t base, Device **flash, char *error, size_t error_size);

static inline uint64_t align_up(uint64_t x, uint64_t to) { return (x + to - 1) & ~(to - 1); }
static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
