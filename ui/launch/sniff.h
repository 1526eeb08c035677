// SPDX-License-Identifier: MIT
// What a file is, by what it holds: for `myna run`. A file is hostile: only its first bytes are looked at, and
// what may be a kernel goes through the checks of hw/core/image.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef enum FileKind {
    FILE_KERNEL,  // a Linux Image
    FILE_PROGRAM, // an ELF
    FILE_INITRD,
    FILE_DISK, // raw
    FILE_TREE, // a device tree
} FileKind;

typedef struct Sniffed {
    FileKind kind;
    const char *target; // "riscv64", "aarch64"; NULL: it does not say
    bool partitions;    // a disk's: the root is not the whole of it
    unsigned root;      // number of the first Linux partition, 0: none was seen
} Sniffed;

// False with what the file seems to be and what to do.
bool file_sniff(const char *path, Sniffed *to, char *error, size_t error_size);
