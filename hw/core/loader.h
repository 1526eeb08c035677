// SPDX-License-Identifier: MIT
// Puts boot images into a machine's memory and keeps account, so that two images never lie on each other
// unnoticed.
#pragma once
#include "cpu/bus/mem.h"
#include "hw/core/image.h"

enum { LOADER_PIECES = 64 };
typedef struct Loader {
    Mem *mem;
    struct LoaderPiece {
        char name[96]; // "the kernel 'vmlinux'"
        uint64_t base, size;
    } piece[LOADER_PIECES];
    unsigned n;
} Loader;

// Copies data to base and zeroes up to memory_size. Refused, with both names and ranges, where there is no
// memory or another piece.
bool loader_put(Loader *l, const char *name, uint64_t base, const void *data, size_t size,
                uint64_t memory_size, char *error, size_t error_size);
// The largest part of base..base+size that no piece lies in.
void loader_gap(const Loader *l, uint64_t base, uint64_t size, uint64_t *start, uint64_t *end);
// All of an image: ELF at its own addresses, others at `base`. Gives entry point and the end of what it
// takes.
bool loader_put_image(Loader *l, const char *what, const Image *i, uint64_t base, uint64_t *entry,
                      uint64_t *end, char *error, size_t error_size);
