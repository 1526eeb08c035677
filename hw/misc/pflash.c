// SPDX-License-Identifier: MIT
// NOR flash with the Intel command set (JEDEC JESD68.01 "Common Flash Interface", command set 0001; Intel
// StrataFlash J3 data sheet): two 16-bit chips share a 32-bit bus, and software gives both the same command.
// What the chips hold is host memory, which code is fetched from; reads and writes of data come here. Erasing
// and programming take no time. With a drive the contents are its image's, and every change goes to it.
#include "hw/misc/pflash.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "hw/core/machine.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { CHIPS = 2, BLOCK = PFLASH_BLOCK, BLOCKS_MAX = PFLASH_SIZE_64 / BLOCK, BUFFER = 4096, BUS_SHIFT = 2 };
enum { READY = 0x80, ERASE_ERROR = 0x20, PROGRAM_ERROR = 0x10, LOCKED = 0x02 }; // the status register
enum { MANUFACTURER = 0x89, DEVICE = 0x18, DEVICE_64 = 0x19 };                  // Intel, 128 and 256 Mbit
enum { ARRAY, STATUS, IDENTITY, QUERY };                                        // what reads show
enum { COMMAND, ERASE, PROGRAM, LOCK, BUFFER_COUNT, BUFFER_DATA, BUFFER_CONFIRM }; // what a write is

typedef struct Pflash {
    uint8_t shows, expects, status, pad;
    uint32_t left;   // data words the buffer waits for
    uint32_t at;     // where the buffer goes
    uint8_t buffer[BUFFER];
    // wiring
    uint32_t fresh[BLOCKS_MAX / 32]; // blocks that are erased but whose bytes were not made ones yet
    uint8_t *bytes;
    Disk *drive;
} Pflash;

static const Field pflash_table[] = {
    FIELD(Pflash, shows, ARRAY),
    FIELD(Pflash, expects, COMMAND),
    FIELD(Pflash, status, READY),
    FIELD_PAD(Pflash, pad),
    FIELD(Pflash, left, 0),
    FIELD(Pflash, at, 0),
    FIELD_ARRAY(Pflash, buffer, 0xff),
};
static const Fields pflash_fields = FIELDS("cfi.pflash01", 1, pflash_table, offsetof(Pflash, fresh));

static uint32_t size_of(const Device *d) { return (uint32_t)d->type->window; }

// ---- contents

// New flash reads as ones, but the host's memory as zeros: made good block by block when first looked at.
static uint8_t *touch(Pflash *p, uint32_t offset) {
    uint32_t block = offset / BLOCK, bit = 1u << block % 32;
    if (p->fresh[block / 32] & bit) {
        memset(p->bytes + (size_t)block * BLOCK, 0xff, BLOCK);
        p->fresh[block / 32] &= ~bit;
    }
    return p->bytes + offset;
}

uint8_t *pflash_block(Device *d, unsigned block) { return touch(d->state, block * BLOCK); }

static bool may_change(const Pflash *p) { return !p->drive || !disk_read_only(p->drive); }

// Bytes have changed: the image and translated code hear of it.
static void changed(Device *d, uint32_t offset, uint32_t n) {
    Pflash *p = d->state;
    if (d->base != UINT64_MAX) mem_written(d->machine->mem, d->base + offset, n);
    if (!p->drive) return;
    struct iovec iov = {p->bytes + offset, n};
    DiskRequest r = {.op = DISK_WRITE, .offset = offset, .length = n, .iov = &iov, .niov = 1};
    int error = disk_run(p->drive, &r);
    if (!error) return;
    log_print(LOG_GUEST_ERROR, "%s: '%s' cannot be written: %s", d->id, disk_file(p->drive), strerror(error));
    p->status |= PROGRAM_ERROR;
}

static void erase(Device *d, uint32_t offset) {
    Pflash *p = d->state;
    offset &= ~(uint32_t)(BLOCK - 1);
    if (!may_change(p)) {
        p->status |= ERASE_ERROR | LOCKED;
        return;
    }
    memset(touch(p, offset), 0xff, BLOCK);
    changed(d, offset, BLOCK);
}

// Programming clears bits and never sets one.
static void program(Device *d, uint32_t offset, const uint8_t *from, uint32_t n) {
    Pflash *p = d->state;
    if (!may_change(p)) {
        p->status |= PROGRAM_ERROR | LOCKED;
        return;
    }
    uint8_t *to = touch(p, offset);
    for (uint32_t i = 0; i < n; i++) to[i] &= from[i];
    changed(d, offset, n);
}

// ---- reads

static uint8_t query_byte(const Device *d, uint32_t at) {
    const uint8_t table[] = {
        [0x10] = 'Q', 'R', 'Y',
        [0x13] = 1, 0, 0x31, 0,       // command set 0001, whose table is at 0x31
        [0x1b] = 0x45, 0x55,          // supply 4.5 to 5.5 V
        [0x1f] = 7, 7, 10, 0,         // typical times: 2^7 us a word and a buffer, 2^10 ms a block
        [0x23] = 4, 4, 4, 0,          // the most: 2^4 times that
        [0x27] = size_of(d) == PFLASH_SIZE ? 24 : 25, 2, 0, // 2^n bytes a chip; 8 and 16 bits wide
        [0x2a] = 11, 0,               // 2^11 bytes of buffer
        [0x2c] = 1,                   // regions of equal blocks
        [0x2d] = (uint8_t)(size_of(d) / BLOCK - 1), 0, // number of blocks, less one
        [0x2f] = BLOCK / CHIPS >> 8 & 0xff, BLOCK / CHIPS >> 16, // their size in 256 bytes
        [0x31] = 'P', 'R', 'I', '1', '0', // the command set's own table: nothing optional
        [0x3f] = 1,                   // protection fields
    };
    return at < sizeof(table) ? table[at] : 0;
}

// What one chip shows at its word `at`.
static uint8_t chip_byte(const Device *d, uint32_t at) {
    const Pflash *p = d->state;
    if (p->shows == STATUS) return p->status;
    if (p->shows == QUERY) return query_byte(d, at);
    at &= 0xff;
    return at == 0 ? MANUFACTURER : at == 1 ? (size_of(d) == PFLASH_SIZE ? DEVICE : DEVICE_64) : 0; // 2: the block's lock
}

static uint64_t pflash_read(Device *d, uint64_t offset, unsigned size) {
    Pflash *p = d->state;
    uint64_t value = 0;
    if (p->shows == ARRAY) {
        memcpy(&value, touch(p, (uint32_t)offset), size);
        return value;
    }
    for (unsigned i = 0; i < size; i++) // each chip has two byte lanes, and its answer in the lower
        if (!((offset + i) & 1)) value |= (uint64_t)chip_byte(d, (uint32_t)(offset + i) >> BUS_SHIFT) << 8 * i;
    return value;
}

// ---- writes

static void show(Pflash *p, unsigned what) {
    p->shows = (uint8_t)what;
    p->expects = COMMAND;
}

static void expect(Pflash *p, unsigned what) {
    p->shows = STATUS;
    p->expects = (uint8_t)what;
}

static void command(Device *d, uint32_t offset, uint8_t code) {
    Pflash *p = d->state;
    switch (code) {
    case 0x10:
    case 0x40: expect(p, PROGRAM); break;
    case 0x20: expect(p, ERASE); break;
    case 0x50: p->status = READY; break;
    case 0x60: expect(p, LOCK); break;
    case 0x70: show(p, STATUS); break;
    case 0x90: show(p, IDENTITY); break;
    case 0x98: show(p, QUERY); break;
    case 0xe8: expect(p, BUFFER_COUNT); break;
    case 0xff: show(p, ARRAY); break;
    case 0x00: // what probes for other command sets begin with
    case 0xf0: show(p, ARRAY); break;
    default:
        log_print(LOG_GUEST_ERROR, "%s: unknown command 0x%02x at 0x%" PRIx32, d->id, code, offset);
        show(p, ARRAY);
    }
}

// A command's second half that is none: both error bits say so (J3 data sheet, status register).
static void bad_sequence(Pflash *p) {
    p->status |= ERASE_ERROR | PROGRAM_ERROR;
    expect(p, COMMAND);
}

static void buffer_begin(Pflash *p, uint32_t offset, uint32_t words) {
    if (words >= BUFFER / 4) {
        bad_sequence(p);
        return;
    }
    p->left = words + 1;
    p->at = offset & ~(uint32_t)(BUFFER - 1);
    memset(p->buffer, 0xff, sizeof(p->buffer));
    expect(p, BUFFER_DATA);
}

static void buffer_take(Pflash *p, uint32_t offset, uint64_t value, unsigned size) {
    if ((offset & ~(uint32_t)(BUFFER - 1)) != p->at) { // leaves the buffer
        bad_sequence(p);
        return;
    }
    memcpy(p->buffer + (offset - p->at), &value, size);
    if (--p->left == 0) expect(p, BUFFER_CONFIRM);
}

static void pflash_write(Device *d, uint64_t where, uint64_t value, unsigned size) {
    Pflash *p = d->state;
    uint32_t offset = (uint32_t)where;
    uint8_t code = (uint8_t)value;
    switch (p->expects) {
    case COMMAND: command(d, offset, code); return;
    case BUFFER_COUNT: buffer_begin(p, offset, (uint16_t)value); return;
    case BUFFER_DATA: buffer_take(p, offset, value, size); return;
    case PROGRAM: program(d, offset, (const uint8_t *)&value, size); break;
    case LOCK: // blocks are never locked one by one
        if (code != 0xd0 && code != 0x01) bad_sequence(p);
        break;
    default: // ERASE, BUFFER_CONFIRM
        if (code != 0xd0)
            bad_sequence(p);
        else if (p->expects == ERASE)
            erase(d, offset);
        else
            program(d, p->at, p->buffer, BUFFER);
    }
    expect(p, COMMAND);
}

// ---- the device

static bool read_image(Device *d, char *error, size_t error_size) {
    Pflash *p = d->state;
    uint64_t size = disk_size(p->drive);
    if (size != size_of(d))
        return FAIL("%s: '%s' has %" PRIu64 " bytes; this flash has %u (truncate -s %uM '%s')", d->id,
                    disk_file(p->drive), size, size_of(d), size_of(d) >> 20, disk_file(p->drive));
    struct iovec iov = {p->bytes, size};
    DiskRequest r = {.op = DISK_READ, .length = (uint32_t)size, .iov = &iov, .niov = 1};
    int failed = disk_run(p->drive, &r);
    if (failed) return FAIL("%s: cannot read '%s': %s", d->id, disk_file(p->drive), strerror(failed));
    return true;
}

static bool pflash_plug(Device *d, char *error, size_t error_size) {
    Pflash *p = d->state;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *bytes = mmap(NULL, size_of(d), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (bytes == MAP_FAILED) return FAIL("%s: the host has no room for it", d->id);
    p->bytes = bytes;
    if (p->drive) return read_image(d, error, error_size);
    memset(p->fresh, 0xff, sizeof(p->fresh));
    return true;
}

static void pflash_unplug(Device *d) {
    Pflash *p = d->state;
    if (p->bytes) munmap(p->bytes, size_of(d));
}

static bool pflash_loaded(Device *d, char *error, size_t error_size) {
    const Pflash *p = d->state;
    bool buffer = p->expects == BUFFER_DATA;
    if (p->shows <= QUERY && p->expects <= BUFFER_CONFIRM && p->at <= size_of(d) - BUFFER &&
        p->at % BUFFER == 0 && p->left <= BUFFER / 4 && (!buffer || p->left))
        return true;
    return FAIL("%s: no such state of a flash", d->id);
}

bool pflash_code(Device *d) { return mem_io_code(d->machine->mem, d->base, ((Pflash *)d->state)->bytes); }

bool pflash_fill(Device *d, const void *data, size_t size, char *error, size_t error_size) {
    Pflash *p = d->state;
    if (size > size_of(d)) return FAIL("the firmware has %zu bytes, which is more than the flash of %u MiB", size, size_of(d) >> 20);
    for (size_t at = 0; at < size; at += BLOCK) {
        size_t n = size - at < BLOCK ? size - at : BLOCK;
        memcpy(touch(p, (uint32_t)at), (const uint8_t *)data + at, n);
    }
    if (d->base != UINT64_MAX) mem_written(d->machine->mem, d->base, size);
    return true;
}

bool pflash_has_disk(const Device *d) { return ((const Pflash *)d->state)->drive; }

// Linux: bindings/mtd/mtd-physmap.yaml
void pflash_fdt(Device *const *windows, unsigned n, Fdt *f) {
    uint32_t cells[4 * 4];
    for (unsigned i = 0; i < n; i++) {
        uint64_t base = windows[i]->base;
        memcpy(cells + 4 * i, (const uint32_t[]){(uint32_t)(base >> 32), (uint32_t)base, 0, size_of(windows[i])}, 16);
    }
    dt_begin(f, "flash@%lx", (unsigned long)windows[0]->base);
    dt_u32(f, "bank-width", 4);
    dt_cells(f, "reg", 4 * n, cells);
    dt_string(f, "compatible", "cfi-flash");
    dt_end(f);
}

static const Prop pflash_props[] = {PROP(Pflash, drive, PROP_DISK, NULL, "its contents, an image of the flash's size")};

#define TYPE(n, t, size_)                                                                                                  \
    {                                                                                                                      \
        .name = n, .title = t, .size = sizeof(Pflash), .fields = &pflash_fields, .window = size_, .max_access = 4,         \
        .props = pflash_props, .nprops = 1, .plug = pflash_plug, .unplug = pflash_unplug, .loaded = pflash_loaded,         \
        .read = pflash_read, .write = pflash_write,                                                                        \
    }
const DeviceType pflash_type = TYPE("cfi.pflash01", "NOR flash, Intel command set, 32 MiB", PFLASH_SIZE);
const DeviceType pflash_64_type = TYPE("cfi.pflash01-64m", "NOR flash, Intel command set, 64 MiB", PFLASH_SIZE_64);
