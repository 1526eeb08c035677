// SPDX-License-Identifier: MIT
// QEMU's firmware configuration device, memory-mapped: named texts and numbers that firmware reads.
#pragma once
#include "hw/core/device.h"
#include "hw/core/machine.h"

extern const DeviceType fw_cfg_type;

// Keys with a meaning of their own (QEMU, docs/specs/fw_cfg.rst and its list of selector keys).
enum {
    FW_CFG_SIGNATURE = 0x00,
    FW_CFG_ID = 0x01,
    FW_CFG_RAM_SIZE = 0x03,
    FW_CFG_NOGRAPHIC = 0x04,
    FW_CFG_CPUS = 0x05,
    FW_CFG_KERNEL_SIZE = 0x08,
    FW_CFG_INITRD_SIZE = 0x0b,
    FW_CFG_MAX_CPUS = 0x0f,
    FW_CFG_KERNEL_DATA = 0x11,
    FW_CFG_INITRD_DATA = 0x12,
    FW_CFG_CMDLINE_SIZE = 0x14,
    FW_CFG_CMDLINE_DATA = 0x15,
    FW_CFG_DIRECTORY = 0x19,
    FW_CFG_FILES = 0x20, // the first file
};
enum { FW_CFG_NAME = 56 }; // bytes of a file's name with its zero

// Copies the bytes; replaces what the key had. The machine stands still.
void fw_cfg_set(Device *d, unsigned key, const void *data, size_t size);
void fw_cfg_set_number(Device *d, unsigned key, uint64_t value, unsigned bytes); // little-endian
// False with a message: the name is too long or taken.
bool fw_cfg_add_file(Device *d, const char *name, const void *data, size_t size, char *error,
                     size_t error_size);
// A file of zeros that the guest may write; fn hears what it holds after each write, reset and load, with the fw_cfg's
// lock held: no other device's may be taken.
typedef void FwCfgWroteFn(void *opaque, const uint8_t *data, size_t size);
bool fw_cfg_add_writable(Device *d, const char *name, size_t size, FwCfgWroteFn *wrote, void *opaque, char *error,
                         size_t error_size);
// The files of -fw_cfg.
bool fw_cfg_add_user(Device *d, const SpecList *files, char *error, size_t error_size);
void fw_cfg_fdt(Device *d, Fdt *f);
