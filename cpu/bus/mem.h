// SPDX-License-Identifier: MIT
// A physical address space: RAM, ROM and memory-mapped I/O. Readers use an immutable map; changes publish a
// new one and retire the old by epoch. RAM is one host mapping a region (huge pages where it is used much), zero until
// touched.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tcg/base/lock.h"

typedef struct Mem Mem;

// A device's window. Offsets count from its base; sizes 1, 2, 4, 8, naturally aligned and inside [min, max] —
// the map splits or widens other accesses. Called with the region's own lock held if `lock` was given, so a
// device is never entered twice.
typedef struct MemOps {
    uint64_t (*read)(void *opaque, uint64_t offset, unsigned size);
    void (*write)(void *opaque, uint64_t offset, uint64_t value, unsigned size);
    uint8_t min, max; // access sizes the device takes; 0: 1 and 8
} MemOps;

Mem *mem_new(void);
void mem_free(Mem *m);
// Overlaps are refused: false with a message naming both regions.
bool mem_map_ram(Mem *m, const char *name, uint64_t base, uint64_t size, bool read_only, char *error, size_t error_size);
// RAM in memory of the caller's, which stays as long as the map does: what devices and CPUs know of it outlives the region.
bool mem_map_host(Mem *m, const char *name, uint64_t base, uint64_t size, uint8_t *host, char *error, size_t error_size);
bool mem_map_io(Mem *m, const char *name, uint64_t base, uint64_t size, const MemOps *ops, void *opaque,
                Lock *lock, char *error, size_t error_size);
// An I/O region under all others: it gets the accesses in its range where nothing else is mapped (what a host bridge answers
// where no device does). Only such regions may be overlapped.
bool mem_map_under(Mem *m, const char *name, uint64_t base, uint64_t size, const MemOps *ops, void *opaque, char *error, size_t error_size);
void mem_unmap(Mem *m, const char *name);

// Host address of [paddr, paddr + size) if it is RAM (or ROM and !write), else NULL. Lock-free.
uint8_t *mem_host(Mem *m, uint64_t paddr, uint64_t size, bool write);
// The same for the whole 4 KiB page at paddr, which a CPU begins to use, for reads; *writable: for writes too.
uint8_t *mem_page(Mem *m, uint64_t paddr, bool *writable);
// The same for fetching code, which runs from flash too: an I/O window for loads and stores.
uint8_t *mem_code(Mem *m, uint64_t paddr, uint64_t size);
// Code is fetched from `host` in the I/O window at `base` (false: there is none); whoever changes the bytes
// calls mem_written.
bool mem_io_code(Mem *m, uint64_t base, uint8_t *host);
// One access by a CPU to what is not RAM; false: nothing there (bus error). Misaligned or odd sizes are
// split.
bool mem_io_read(Mem *m, uint64_t paddr, unsigned size, uint64_t *value);
bool mem_io_write(Mem *m, uint64_t paddr, unsigned size, uint64_t value);
// Is [paddr, +size) anything at all (RAM, ROM or I/O)?
bool mem_exists(Mem *m, uint64_t paddr, uint64_t size);
// DMA, loaders, debugger: any length; RAM and (for loaders) ROM; false where there is no memory. Writes tell
// the listener.
bool mem_read(Mem *m, uint64_t paddr, void *to, uint64_t size);
bool mem_write(Mem *m, uint64_t paddr, const void *from, uint64_t size);
bool mem_load_rom(Mem *m, uint64_t paddr, const void *from, uint64_t size);
// A device wrote RAM through mem_host: tell the listener (translated code there is suspect).
void mem_written(Mem *m, uint64_t paddr, uint64_t size);
void mem_listen(Mem *m, void (*written)(void *opaque, uint64_t paddr, uint64_t size), void *opaque);
// Called after RAM was unmapped, on any thread, the memory map's lock not held: CPUs forget where it was. One listener.
void mem_listen_unmapped(Mem *m, void (*unmapped)(void *opaque, uint64_t paddr, uint64_t size), void *opaque);
// Regions in address order, then those under others: for info mtree and the loader's overlap check.
typedef struct MemRegion {
    const char *name;
    uint64_t base, size;
    bool ram, read_only;
} MemRegion;
unsigned mem_regions(Mem *m, MemRegion *out, unsigned max);
