// SPDX-License-Identifier: MIT
// Device trees: a writer that boards and devices use in node order (libfdt's sequential form), and a patcher
// for finished blobs. The first failure sticks in the writer and is reported by fdt_finish.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Fdt {
    void *blob;
    size_t size;
    int failed; // libfdt's error, 0 if none
    int depth;  // nodes open
} Fdt;

void dt_start(Fdt *f);
void dt_begin(Fdt *f, const char *format, ...) __attribute__((format(printf, 2, 3))); // node: "serial@%lx"
void dt_end(Fdt *f);
void dt_flag(Fdt *f, const char *name);
void dt_string(Fdt *f, const char *name, const char *text);
void dt_strings(Fdt *f, const char *name, unsigned n, const char *const *texts);
void dt_u32(Fdt *f, const char *name, uint32_t value);
void dt_cells(Fdt *f, const char *name, unsigned n, const uint32_t *cells);
void dt_bytes(Fdt *f, const char *name, const void *bytes, size_t n);
void dt_reg(Fdt *f, uint64_t base, uint64_t size); // "reg" with two address and two size cells
// Ends the tree; blob is then exact and malloc'd (the caller frees it). False with a message.
bool dt_finish(Fdt *f, char *error, size_t error_size);

// What a boot adds to /chosen of a finished tree, ours or the user's.
typedef struct DtChosen {
    const char *bootargs;           // NULL: leave
    const char *stdout_path;        // NULL: leave
    uint64_t initrd_start, initrd_end; // equal: none
    const uint8_t *rng_seed;        // NULL: none
    size_t rng_seed_size;
    const uint8_t *kaslr_seed;      // 8 bytes; NULL: none
} DtChosen;
// Replaces *blob (malloc'd) by a patched copy. Hostile blobs give an error.
bool dt_patch_chosen(void **blob, size_t *size, const DtChosen *chosen, char *error, size_t error_size);
