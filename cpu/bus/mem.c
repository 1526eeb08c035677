// SPDX-License-Identifier: MIT
// A physical address space. The map is an immutable array of regions sorted by address; readers find a region
// by binary search (after a look at the last one this thread used) without any lock. A change copies the
// array, publishes the copy and retires the old one by epoch, so a reader never sees a half-made map and
// never a freed one. Called by CPUs (page-table walks, I/O), devices (DMA), loaders.
//
// RAM is one anonymous host mapping a region, aligned like its guest address modulo 2 MiB so that huge pages
// fit (huge.c), and not reserved: a guest with much memory costs only what it touches.
#include "cpu/bus/mem.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "cpu/bus/huge.h"
#include "tcg/base/epoch.h"
#include "tcg/base/log.h"

enum { LISTENERS = 4 };

typedef struct Region {
    char *name;
    uint64_t base, size;
    uint8_t *host; // RAM and ROM
    void *mapping; // what munmap gets
    size_t mapping_size;
    Huge huge;
    bool read_only;
    uint8_t *_Atomic code; // I/O whose bytes code is fetched from
    const MemOps *ops; // I/O
    void *opaque;
    Lock *lock;
} Region;

typedef struct Map {
    uint64_t serial; // unique: what the last-hit memory compares
    unsigned n, nunder;
    Region *region[]; // n sorted by address, then nunder that lie under them
} Map;

typedef struct Listener {
    void (*written)(void *opaque, uint64_t paddr, uint64_t size);
    void *opaque;
} Listener;

struct Mem {
    _Atomic(Map *) map;
    Lock lock; // changes only
    Listener listener[LISTENERS];
    unsigned nlisteners;
    Listener unmapped;
};

static _Atomic uint64_t map_serials = 1;

static Map *map_make(unsigned n, unsigned nunder) {
    Map *map = calloc(1, sizeof(*map) + (n + nunder) * sizeof(map->region[0]));
    map->serial = atomic_fetch_add(&map_serials, 1);
    map->n = n;
    map->nunder = nunder;
    return map;
}

static Region *find_under(const Map *map, uint64_t paddr) {
    for (unsigned i = map->n; i < map->n + map->nunder; i++)
        if (paddr - map->region[i]->base < map->region[i]->size) return map->region[i];
    return NULL;
}

// The region that holds paddr, or NULL. Inside epoch_read.
static Region *find(Mem *m, uint64_t paddr) {
    static _Thread_local struct {
        uint64_t serial;
        Region *region;
    } last;
    Map *map = atomic_load_explicit(&m->map, memory_order_acquire);
    if (last.serial == map->serial && paddr - last.region->base < last.region->size) return last.region;
    unsigned low = 0, high = map->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        Region *r = map->region[mid];
        if (paddr < r->base) {
            high = mid;
        } else if (paddr - r->base >= r->size) {
            low = mid + 1;
        } else {
            last.serial = map->serial;
            last.region = r;
            return r;
        }
    }
    return find_under(map, paddr);
}

static void region_free(void *region) {
    Region *r = region;
    if (r->mapping) munmap(r->mapping, r->mapping_size);
    huge_end(&r->huge);
    free(r->name);
    free(r);
}

Mem *mem_new(void) {
    Mem *m = calloc(1, sizeof(*m));
    lock_init(&m->lock, LOCK_MEM, "memory map");
    atomic_init(&m->map, map_make(0, 0));
    return m;
}

void mem_free(Mem *m) {
    Map *map = atomic_load(&m->map);
    for (unsigned i = 0; i < map->n + map->nunder; i++) region_free(map->region[i]);
    free(map);
    lock_destroy(&m->lock);
    free(m);
}

// Under the lock: the old map with `add` at index `at`, or without what is there.
static void publish(Mem *m, Map *old, Map *map, unsigned at, Region *add) {
    unsigned skip = add ? 0 : 1, behind = map->n + map->nunder - at - !skip;
    memcpy(map->region, old->region, at * sizeof(Region *));
    if (add) map->region[at] = add;
    memcpy(map->region + at + !skip, old->region + at + skip, behind * sizeof(Region *));
    atomic_store_explicit(&m->map, map, memory_order_release);
    lock_drop(&m->lock);
    epoch_retire(free, old);
}

// Publishes the map with `add` (owned on success) in its place.
static bool insert(Mem *m, Region *add, char *error, size_t error_size) {
    lock_take(&m->lock);
    Map *old = atomic_load(&m->map), *map = map_make(old->n + 1, old->nunder);
    unsigned at = 0;
    for (unsigned i = 0; i < old->n; i++) {
        Region *r = old->region[i];
        if (r->base <= add->base + (add->size - 1) && add->base <= r->base + (r->size - 1)) {
            snprintf(error, error_size,
                     "'%s' at 0x%" PRIx64 "..0x%" PRIx64 " overlaps '%s' at 0x%" PRIx64 "..0x%" PRIx64,
                     add->name, add->base, add->base + add->size - 1, r->name, r->base,
                     r->base + r->size - 1);
            lock_drop(&m->lock);
            free(map);
            return false;
        }
        at += r->base < add->base;
    }
    publish(m, old, map, at, add);
    return true;
}

static Region *region_make(const char *name, uint64_t base, uint64_t size) {
    Region *r = calloc(1, sizeof(*r));
    *r = (Region){.name = strdup(name), .base = base, .size = size};
    return r;
}

static bool region_back(Region *r) {
    r->mapping_size = r->size + HUGE_SIZE;
    r->mapping = mmap(NULL, r->mapping_size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r->mapping == MAP_FAILED) {
        r->mapping = NULL;
        return false;
    }
    uintptr_t start = (uintptr_t)r->mapping;
    r->host = (uint8_t *)start + ((r->base - start) & (HUGE_SIZE - 1));
    return huge_begin(&r->huge, r->host, r->size);
}

static bool sane(const char *name, uint64_t base, uint64_t size, char *error, size_t error_size) {
    if (size && base + (size - 1) >= base) return true;
    snprintf(error, error_size,
             "'%s' at 0x%" PRIx64 " with 0x%" PRIx64 " bytes does not fit the address space", name, base,
             size);
    return false;
}

bool mem_map_ram(Mem *m, const char *name, uint64_t base, uint64_t size, bool read_only, char *error,
                 size_t error_size) {
    if (!sane(name, base, size, error, error_size)) return false;
    Region *r = region_make(name, base, size);
    r->read_only = read_only;
    if (size > SIZE_MAX / 2 || !region_back(r)) {
        snprintf(error, error_size, "the host has no room for %" PRIu64 " MiB of '%s'", size >> 20, name);
        region_free(r);
        return false;
    }
    if (insert(m, r, error, error_size)) return true;
    region_free(r);
    return false;
}

bool mem_map_host(Mem *m, const char *name, uint64_t base, uint64_t size, uint8_t *host, char *error, size_t error_size) {
    if (!sane(name, base, size, error, error_size)) return false;
    Region *r = region_make(name, base, size);
    r->host = host;
    if (insert(m, r, error, error_size)) return true;
    region_free(r);
    return false;
}

bool mem_map_io(Mem *m, const char *name, uint64_t base, uint64_t size, const MemOps *ops, void *opaque,
                Lock *lock, char *error, size_t error_size) {
    if (!sane(name, base, size, error, error_size)) return false;
    Region *r = region_make(name, base, size);
    r->ops = ops;
    r->opaque = opaque;
    r->lock = lock;
    if (insert(m, r, error, error_size)) return true;
    region_free(r);
    return false;
}

bool mem_map_under(Mem *m, const char *name, uint64_t base, uint64_t size, const MemOps *ops, void *opaque, char *error,
                   size_t error_size) {
    if (!sane(name, base, size, error, error_size)) return false;
    Region *r = region_make(name, base, size);
    r->ops = ops;
    r->opaque = opaque;
    lock_take(&m->lock);
    Map *old = atomic_load(&m->map), *map = map_make(old->n, old->nunder + 1);
    publish(m, old, map, old->n + old->nunder, r);
    return true;
}

void mem_unmap(Mem *m, const char *name) {
    lock_take(&m->lock);
    Map *old = atomic_load(&m->map);
    unsigned at = 0, all = old->n + old->nunder;
    while (at < all && strcmp(old->region[at]->name, name)) at++;
    if (at == all) {
        lock_drop(&m->lock);
        return;
    }
    Region *gone = old->region[at];
    uint64_t base = gone->base, size = gone->host ? gone->size : 0;
    publish(m, old, at < old->n ? map_make(old->n - 1, old->nunder) : map_make(old->n, old->nunder - 1), at, NULL);
    if (size && m->unmapped.written) m->unmapped.written(m->unmapped.opaque, base, size);
    epoch_retire(region_free, gone);
}

uint8_t *mem_host(Mem *m, uint64_t paddr, uint64_t size, bool write) {
    uint8_t *host = NULL;
    epoch_read();
    Region *r = find(m, paddr);
    if (r && r->host && !(write && r->read_only) && size <= r->size - (paddr - r->base))
        host = r->host + (paddr - r->base);
    epoch_read_done();
    return host;
}

bool mem_io_code(Mem *m, uint64_t base, uint8_t *host) {
    epoch_read();
    Region *r = find(m, base);
    bool ok = r && r->base == base && r->ops;
    if (ok) atomic_store(&r->code, host);
    epoch_read_done();
    return ok;
}

uint8_t *mem_code(Mem *m, uint64_t paddr, uint64_t size) {
    uint8_t *host = NULL;
    epoch_read();
    Region *r = find(m, paddr);
    uint8_t *bytes = r ? r->host ? r->host : atomic_load(&r->code) : NULL;
    if (bytes && size <= r->size - (paddr - r->base)) host = bytes + (paddr - r->base);
    epoch_read_done();
    return host;
}

uint8_t *mem_page(Mem *m, uint64_t paddr, bool *writable) {
    uint8_t *host = NULL;
    epoch_read();
    Region *r = find(m, paddr);
    if (r && r->host && r->size - (paddr - r->base) >= 4096) {
        host = r->host + (paddr - r->base);
        *writable = !r->read_only;
        huge_meet(&r->huge, host);
    }
    epoch_read_done();
    return host;
}

// The largest power of two that a piece of an access may have at `offset`.
static unsigned piece_size(const Region *r, uint64_t offset, unsigned left) {
    unsigned size = r->ops->max ? r->ops->max : 8;
    while (size > left || (offset & (size - 1))) size /= 2;
    return size;
}

static uint64_t region_read(Region *r, uint64_t offset, unsigned size) {
    unsigned min = r->ops->min > size ? r->ops->min : size, shift = (unsigned)(offset & (min - 1)) * 8;
    if (!r->ops->read) return 0;
    uint64_t value = r->ops->read(r->opaque, offset & ~(uint64_t)(min - 1), min) >> shift;
    return size == 8 ? value : value & ((1ull << size * 8) - 1);
}

static void region_write(Region *r, uint64_t offset, uint64_t value, unsigned size) {
    unsigned min = r->ops->min > size ? r->ops->min : size, shift = (unsigned)(offset & (min - 1)) * 8;
    if (size < 8) value &= (1ull << size * 8) - 1;
    if (r->ops->write) r->ops->write(r->opaque, offset & ~(uint64_t)(min - 1), value << shift, min);
}

static void region_lock(Region *r) {
    if (r->lock) lock_take(r->lock);
}
static void region_unlock(Region *r) {
    if (r->lock) lock_drop(r->lock);
}

static bool io_read(Mem *m, uint64_t paddr, unsigned size, uint64_t *value) {
    Region *r = find(m, paddr);
    *value = 0;
    if (!r || size > r->size - (paddr - r->base)) return false;
    uint64_t offset = paddr - r->base;
    if (r->host) {
        memcpy(value, r->host + offset, size);
        return true;
    }
    region_lock(r);
    for (unsigned done = 0, n; done < size; done += n) {
        n = piece_size(r, offset + done, size - done);
        *value |= region_read(r, offset + done, n) << done * 8;
    }
    region_unlock(r);
    return true;
}

static bool io_write(Mem *m, uint64_t paddr, unsigned size, uint64_t value) {
    Region *r = find(m, paddr);
    if (!r || size > r->size - (paddr - r->base)) return false;
    uint64_t offset = paddr - r->base;
    if (r->host) {
        if (r->read_only) {
            log_print(LOG_GUEST_ERROR, "%s: write of %u bytes to read-only memory at 0x%" PRIx64, r->name,
                      size, paddr);
            return true;
        }
        memcpy(r->host + offset, &value, size);
        mem_written(m, paddr, size);
        return true;
    }
    region_lock(r);
    for (unsigned done = 0, n; done < size; done += n) {
        n = piece_size(r, offset + done, size - done);
        region_write(r, offset + done, value >> done * 8, n);
    }
    region_unlock(r);
    return true;
}

bool mem_io_read(Mem *m, uint64_t paddr, unsigned size, uint64_t *value) {
    epoch_read();
    bool ok = io_read(m, paddr, size, value);
    epoch_read_done();
    return ok;
}

bool mem_io_write(Mem *m, uint64_t paddr, unsigned size, uint64_t value) {
    epoch_read();
    bool ok = io_write(m, paddr, size, value);
    epoch_read_done();
    return ok;
}

// Calls piece for each stretch of memory of [paddr, +size). False at the first gap or I/O region; what came
// before is done.
typedef void PieceFn(Mem *m, Region *r, uint64_t paddr, uint8_t *host, void *buffer, uint64_t n);
static bool each_piece(Mem *m, uint64_t paddr, void *buffer, uint64_t size, bool rom_too, bool io_too,
                       PieceFn *piece) {
    bool ok = true;
    epoch_read();
    while (size && ok) {
        Region *r = find(m, paddr);
        ok = r && (r->host || io_too) && (rom_too || !r->read_only);
        if (!ok) break;
        uint64_t n = r->size - (paddr - r->base);
        if (n > size) n = size;
        if (piece) piece(m, r, paddr, r->host + (paddr - r->base), buffer, n);
        if (buffer) buffer = (uint8_t *)buffer + n;
        paddr += n;
        size -= n;
        if (size && paddr == 0) ok = false; // past the end of the address space
    }
    epoch_read_done();
    return ok;
}

static void piece_read(Mem *m, Region *r, uint64_t paddr, uint8_t *host, void *buffer, uint64_t n) {
    memcpy(buffer, host, n);
}
static void piece_write(Mem *m, Region *r, uint64_t paddr, uint8_t *host, void *buffer, uint64_t n) {
    huge_expect(&r->huge, host, n);
    memcpy(host, buffer, n);
    mem_written(m, paddr, n);
}

bool mem_exists(Mem *m, uint64_t paddr, uint64_t size) {
    return each_piece(m, paddr, NULL, size, true, true, NULL);
}
bool mem_read(Mem *m, uint64_t paddr, void *to, uint64_t size) {
    return each_piece(m, paddr, to, size, true, false, piece_read);
}
bool mem_write(Mem *m, uint64_t paddr, const void *from, uint64_t size) {
    return each_piece(m, paddr, (void *)from, size, false, false, piece_write);
}
bool mem_load_rom(Mem *m, uint64_t paddr, const void *from, uint64_t size) {
    return each_piece(m, paddr, (void *)from, size, true, false, piece_write);
}

void mem_written(Mem *m, uint64_t paddr, uint64_t size) {
    for (unsigned i = 0; i < m->nlisteners; i++) m->listener[i].written(m->listener[i].opaque, paddr, size);
}

void mem_listen(Mem *m, void (*written)(void *opaque, uint64_t paddr, uint64_t size), void *opaque) {
    if (m->nlisteners == LISTENERS) die("more than %d listeners of one memory", LISTENERS);
    m->listener[m->nlisteners] = (Listener){written, opaque};
    m->nlisteners++;
}

void mem_listen_unmapped(Mem *m, void (*unmapped)(void *opaque, uint64_t paddr, uint64_t size), void *opaque) {
    m->unmapped = (Listener){unmapped, opaque};
}

unsigned mem_regions(Mem *m, MemRegion *out, unsigned max) {
    epoch_read();
    Map *map = atomic_load_explicit(&m->map, memory_order_acquire);
    unsigned n = map->n + map->nunder;
    for (unsigned i = 0; i < n && i < max; i++) {
        Region *r = map->region[i];
        out[i] = (MemRegion){r->name, r->base, r->size, r->host != NULL, r->read_only};
    }
    epoch_read_done();
    return n;
}
