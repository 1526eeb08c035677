// SPDX-License-Identifier: MIT
// What an ITS does: translation of an event, and the commands that fill its tables (IHI 0069H, 5.2, 5.3). Queue and tables are in guest
// memory, so every address, index and entry is checked when it is used; a command that makes no sense is passed over and told as
// guest_error. Nothing is cached: INV, INVALL and SYNC have little to do.
//
// Entries, 8 bytes each, are ours alone. Device: valid, address of its table, bits of its event IDs less one. Event: valid, collection in
// bits 47:32, LPI in 31:0. Collection: valid, core.
#include "hw/intc/gicv3_its_impl.h"
#include "tcg/base/log.h"

enum {
    MOVI = 0x01, INT = 0x03, CLEAR = 0x04, SYNC = 0x05, MAPD = 0x08, MAPC = 0x09, MAPTI = 0x0a, MAPI = 0x0b, INV = 0x0c, INVALL = 0x0d,
    MOVALL = 0x0e, DISCARD = 0x0f,
};
#define ITT_ADDRESS 0x000fffffffffff00ull

typedef struct Command {
    uint64_t word[ITS_COMMAND / 8];
} Command;

// An event, found: where its entry is and what it says.
typedef struct Event {
    uint64_t at, entry;
    uint32_t lpi, collection, core;
    bool mapped; // the collection is, to `core`
} Event;

static bool load(Device *d, uint64_t at, uint64_t *value) { return mem_read(d->machine->mem, at, value, 8); }
static bool store(Device *d, uint64_t at, uint64_t value) { return mem_write(d->machine->mem, at, &value, 8); }

// ---- tables

static uint64_t page_size(uint64_t baser) {
    static const uint32_t sizes[4] = {4096, 16384, 65536, 65536};
    return sizes[baser >> 8 & 3];
}
// 64 KiB pages: bits 15:12 of the field are bits 51:48 of the address.
static uint64_t table_base(uint64_t baser) {
    if (page_size(baser) < 65536) return baser & 0x0000fffffffff000ull;
    return (baser & 0x0000ffffffff0000ull) | (baser >> 12 & 15) << 48;
}

// Where entry `index` of a table is; false: it has no place. Of an indirect table the first level names pages.
static bool entry_at(Device *d, unsigned table, uint64_t index, uint64_t *at) {
    const Its *t = d->state;
    uint64_t baser = t->baser[table], size = page_size(baser), bytes = ((baser & 0xff) + 1) * size, per_page = size / ITS_ENTRY, page;
    if (!(baser & ITS_VALID) || index >> ITS_ID_BITS) return false;
    if (!(baser >> 62 & 1)) {
        *at = table_base(baser) + index * ITS_ENTRY;
        return index < bytes / ITS_ENTRY;
    }
    if (index / per_page >= bytes / 8 || !load(d, table_base(baser) + index / per_page * 8, &page) || !(page & ITS_VALID)) return false;
    *at = (page & 0x000ffffffffff000ull & ~(size - 1)) + index % per_page * ITS_ENTRY;
    return true;
}

static bool collection_core(Device *d, uint32_t collection, uint32_t *core) {
    uint64_t at, entry;
    if (!entry_at(d, ITS_COLLECTIONS, collection, &at) || !load(d, at, &entry) || !(entry & ITS_VALID)) return false;
    *core = (uint32_t)entry & 0xffff;
    return *core < gicv3_cores(((const Its *)d->state)->gic);
}

// The place of an event's entry, be it valid or not.
static bool event_at(Device *d, uint32_t device, uint32_t event, uint64_t *at) {
    uint64_t place, entry;
    if (!entry_at(d, ITS_DEVICES, device, &place) || !load(d, place, &entry) || !(entry & ITS_VALID)) return false;
    *at = (entry & ITT_ADDRESS) + (uint64_t)event * ITS_ENTRY;
    return event < 2ull << (entry & 31) && event >> ITS_ID_BITS == 0;
}

static bool find_event(Device *d, uint32_t device, uint32_t event, Event *e) {
    if (!event_at(d, device, event, &e->at) || !load(d, e->at, &e->entry) || !(e->entry & ITS_VALID)) return false;
    e->lpi = (uint32_t)e->entry;
    e->collection = e->entry >> 32 & 0xffff;
    e->mapped = collection_core(d, e->collection, &e->core);
    return e->lpi >= LPI_FIRST && e->lpi < LPI_END;
}

// ---- events

static bool event_set(Device *d, uint32_t device, uint32_t event, bool pending) {
    Event e;
    if (!find_event(d, device, event, &e) || !e.mapped) return false;
    gicv3_lpi_set(((Its *)d->state)->gic, e.core, e.lpi, pending);
    return true;
}

void its_translate(Device *d, uint32_t device, uint32_t event) {
    if (!event_set(d, device, event, true))
        log_print(LOG_GUEST_ERROR, "%s: event %u of device 0x%x is mapped to nothing", d->id, event, device);
}

// ---- commands: each says whether it made sense

static uint32_t device_of(const Command *c) { return (uint32_t)(c->word[0] >> 32); }
static uint32_t event_of(const Command *c) { return (uint32_t)c->word[1]; }
static uint32_t core_of(uint64_t word) { return word >> 16 & 0xffff; } // GITS_TYPER.PTA = 0: a core's number

static bool map_device(Device *d, const Command *c) {
    uint64_t at, bits = c->word[1] & 31;
    if (!entry_at(d, ITS_DEVICES, device_of(c), &at) || bits >= ITS_ID_BITS) return false;
    return store(d, at, c->word[2] & ITS_VALID ? ITS_VALID | (c->word[2] & ITT_ADDRESS) | bits : 0);
}

static bool map_collection(Device *d, const Command *c) {
    uint64_t at, core = core_of(c->word[2]);
    bool valid = c->word[2] & ITS_VALID;
    if (!entry_at(d, ITS_COLLECTIONS, c->word[2] & 0xffff, &at)) return false;
    if (valid && core >= gicv3_cores(((Its *)d->state)->gic)) return false;
    return store(d, at, valid ? ITS_VALID | core : 0);
}

static bool map_event(Device *d, const Command *c, uint32_t lpi) {
    uint64_t at;
    if (lpi < LPI_FIRST || lpi >= LPI_END || !event_at(d, device_of(c), event_of(c), &at)) return false;
    return store(d, at, ITS_VALID | (c->word[2] & 0xffff) << 32 | lpi);
}

static bool move_event(Device *d, const Command *c) {
    Event e;
    uint32_t to;
    if (!find_event(d, device_of(c), event_of(c), &e) || !collection_core(d, c->word[2] & 0xffff, &to)) return false;
    if (!store(d, e.at, (e.entry & ~(0xffffull << 32)) | (c->word[2] & 0xffff) << 32)) return false;
    if (e.mapped) gicv3_lpi_move(((Its *)d->state)->gic, e.core, to, e.lpi);
    return true;
}

static bool discard_event(Device *d, const Command *c) {
    Event e;
    if (!find_event(d, device_of(c), event_of(c), &e)) return false;
    if (e.mapped) gicv3_lpi_set(((Its *)d->state)->gic, e.core, e.lpi, false);
    return store(d, e.at, 0);
}

static bool move_all(Device *d, const Command *c) {
    Device *gic = ((Its *)d->state)->gic;
    uint32_t from = core_of(c->word[2]), to = core_of(c->word[3]);
    if (from >= gicv3_cores(gic) || to >= gicv3_cores(gic)) return false;
    gicv3_lpi_move_all(gic, from, to);
    return true;
}

static bool invalidate(Device *d) {
    gicv3_lpi_changed(((Its *)d->state)->gic);
    return true;
}

static bool run(Device *d, const Command *c) {
    switch (c->word[0] & 0xff) {
    case MAPD: return map_device(d, c);
    case MAPC: return map_collection(d, c);
    case MAPTI: return map_event(d, c, (uint32_t)(c->word[1] >> 32));
    case MAPI: return map_event(d, c, event_of(c));
    case MOVI: return move_event(d, c);
    case DISCARD: return discard_event(d, c);
    case INT: return event_set(d, device_of(c), event_of(c), true);
    case CLEAR: return event_set(d, device_of(c), event_of(c), false);
    case INV: case INVALL: return invalidate(d);
    case MOVALL: return move_all(d, c);
    case SYNC: return true;
    default: return false;
    }
}

void its_run_queue(Device *d) {
    Its *t = d->state;
    uint64_t size = its_queue_size(t), base = t->cbaser & 0x000ffffffffff000ull;
    if (!(t->ctlr & 1) || !(t->cbaser & ITS_VALID) || t->cwriter >= size) return;
    while (t->creadr != t->cwriter) {
        Command c;
        if (!mem_read(d->machine->mem, base + t->creadr, &c, sizeof(c))) c.word[0] = 0;
        if (log_on(LOG_DEVICE))
            log_write("%s: command 0x%llx 0x%llx 0x%llx 0x%llx", d->id, (unsigned long long)c.word[0], (unsigned long long)c.word[1],
                      (unsigned long long)c.word[2], (unsigned long long)c.word[3]);
        if (!run(d, &c)) log_print(LOG_GUEST_ERROR, "%s: command 0x%02x makes no sense here", d->id, (unsigned)(c.word[0] & 0xff));
        t->creadr += ITS_COMMAND;
        if (t->creadr >= size) t->creadr = 0;
    }
}
