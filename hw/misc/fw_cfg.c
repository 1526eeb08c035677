// SPDX-License-Identifier: MIT
// fw_cfg (QEMU, docs/specs/fw_cfg.rst): the guest selects an item by key and reads its bytes one after the
// other, or has them copied to memory by DMA. Registers are big-endian, the data register is bytes. What the
// items hold the board says before the guest runs. A few the guest may write, by DMA: what they hold is state, as
// is where it reads.
#include "hw/misc/fw_cfg.h"
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/image.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { WITH_DMA = 3 }; // FW_CFG_ID: the traditional interface and DMA
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8, DMA_WRITE = 16 };

typedef struct Item {
    unsigned key;
    char name[FW_CFG_NAME]; // files
    uint8_t *data;
    size_t size;
    FwCfgWroteFn *wrote; // the guest may write it
    void *opaque;
} Item;

typedef struct FwCfg {
    uint32_t selector, offset;
    uint32_t dma_high; // the upper half of a DMA address, until the lower is written
    uint32_t pad;
    // wiring
    Item *items;
    unsigned nitems;
} FwCfg;

static const Field fw_cfg_table[] = {
    FIELD(FwCfg, selector, 0),
    FIELD(FwCfg, offset, 0),
    FIELD(FwCfg, dma_high, 0),
    FIELD_PAD(FwCfg, pad),
};
static const Fields fw_cfg_fields = FIELDS("fw_cfg", 1, fw_cfg_table, offsetof(FwCfg, items));

// ---- items

static Item *find_key(FwCfg *c, unsigned key) {
    for (unsigned i = 0; i < c->nitems; i++)
        if (c->items[i].key == key) return &c->items[i];
    return NULL;
}

static Item *set_item(FwCfg *c, unsigned key, const void *data, size_t size) {
    Item *item = find_key(c, key);
    if (!item) {
        c->items = realloc(c->items, (c->nitems + 1) * sizeof(*item));
        item = &c->items[c->nitems++];
        *item = (Item){.key = key};
    }
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    free(item->data);
    item->data = copy;
    item->size = size;
    return item;
}

void fw_cfg_set(Device *d, unsigned key, const void *data, size_t size) { set_item(d->state, key, data, size); }

void fw_cfg_set_number(Device *d, unsigned key, uint64_t value, unsigned bytes) {
    uint64_t little = htole64(value);
    fw_cfg_set(d, key, &little, bytes);
}

// The directory: a count, then size, key, 16 bits of zero and name of each, numbers big-endian.
static void make_directory(FwCfg *c) {
    uint32_t files = 0;
    uint8_t *text = calloc(1, 4 + 64 * (size_t)c->nitems), *at = text + 4;
    for (unsigned i = 0; i < c->nitems; i++) {
        const Item *f = &c->items[i];
        if (f->key < FW_CFG_FILES) continue;
        uint32_t size = htobe32((uint32_t)f->size);
        uint16_t key = htobe16((uint16_t)f->key);
        memcpy(at, &size, 4);
        memcpy(at + 4, &key, 2);
        memcpy(at + 8, f->name, FW_CFG_NAME);
        at += 64;
        files++;
    }
    uint32_t count = htobe32(files);
    memcpy(text, &count, 4);
    set_item(c, FW_CFG_DIRECTORY, text, (size_t)(at - text));
    free(text);
}

bool fw_cfg_add_file(Device *d, const char *name, const void *data, size_t size, char *error,
                     size_t error_size) {
    FwCfg *c = d->state;
    unsigned key = FW_CFG_FILES;
    if (!*name || strlen(name) >= FW_CFG_NAME)
        return FAIL("fw_cfg file '%s': a name has 1 to %d characters", name, FW_CFG_NAME - 1);
    if (size > UINT32_MAX) return FAIL("fw_cfg file '%s' has more than 4 GiB", name);
    for (unsigned i = 0; i < c->nitems; i++) {
        if (!strcmp(c->items[i].name, name)) return FAIL("there are two fw_cfg files '%s'", name);
        if (c->items[i].key >= key) key = c->items[i].key + 1;
    }
    snprintf(set_item(c, key, data, size)->name, FW_CFG_NAME, "%s", name);
    make_directory(c);
    return true;
}

bool fw_cfg_add_writable(Device *d, const char *name, size_t size, FwCfgWroteFn *wrote, void *opaque, char *error,
                         size_t error_size) {
    FwCfg *c = d->state;
    uint8_t *zeros = calloc(1, size);
    bool ok = fw_cfg_add_file(d, name, zeros, size, error, error_size);
    free(zeros);
    for (unsigned i = 0; ok && i < c->nitems; i++)
        if (!strcmp(c->items[i].name, name)) c->items[i].wrote = wrote, c->items[i].opaque = opaque;
    return ok;
}

static void tell_written(const Item *i) { i->wrote(i->opaque, i->data, i->size); }

static bool add_user(Device *d, const char *text, char *error, size_t error_size) {
    char *name = spec_value(text, "name"), *file = spec_value(text, "file");
    char *string = spec_value(text, "string");
    Image image = {0};
    bool ok;
    if (string)
        ok = fw_cfg_add_file(d, name, string, strlen(string), error, error_size);
    else
        ok = image_read(&image, file, error, error_size) &&
             fw_cfg_add_file(d, name, image.data, image.size, error, error_size);
    image_close(&image);
    free(name);
    free(file);
    free(string);
    return ok;
}

bool fw_cfg_add_user(Device *d, const SpecList *files, char *error, size_t error_size) {
    for (unsigned i = 0; i < files->n; i++)
        if (!add_user(d, files->item[i], error, error_size)) return false;
    return true;
}

// ---- registers

static void select_item(FwCfg *c, unsigned key) {
    c->selector = key;
    c->offset = 0;
}

// What is left of the selected item; nothing of one that does not exist.
static const uint8_t *rest(FwCfg *c, uint32_t *left) {
    const Item *item = find_key(c, c->selector);
    *left = item && c->offset < item->size ? (uint32_t)(item->size - c->offset) : 0;
    return *left ? item->data + c->offset : NULL;
}

// The data register: bytes in the order of their addresses, zeros past the end.
static uint64_t fw_cfg_read(Device *d, uint64_t offset, unsigned size) {
    FwCfg *c = d->state;
    uint64_t value = 0;
    uint32_t left;
    if (offset >= 8) return 0;
    const uint8_t *from = rest(c, &left);
    unsigned n = left < size ? left : size;
    if (n) memcpy(&value, from, n);
    c->offset += n;
    return le64toh(value);
}

static void fw_cfg_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    log_print(LOG_GUEST_ERROR, "%s: write of %u bytes at 0x%lx: items are read-only", d->id, size,
              (unsigned long)offset);
}

static void selector_set(Device *d, unsigned i, uint64_t value) {
    select_item(d->state, __builtin_bswap16((uint16_t)value));
}

// Zeros where the item has ended.
static bool fill_zero(Mem *m, uint64_t to, uint64_t n) {
    static const uint8_t zeros[4096];
    bool ok = true;
    for (uint64_t part; ok && n; n -= part, to += part) {
        part = n < sizeof(zeros) ? n : sizeof(zeros);
        ok = mem_write(m, to, zeros, part);
    }
    return ok;
}

// As much as the item has room for.
static bool write_item(Device *d, uint32_t length, uint64_t from) {
    FwCfg *c = d->state;
    Item *item = find_key(c, c->selector);
    if (!item || !item->wrote || c->offset > item->size || length > item->size - c->offset) return false;
    if (!mem_read(d->machine->mem, from, item->data + c->offset, length)) return false;
    c->offset += length;
    tell_written(item);
    return true;
}

static bool dma_run(Device *d, uint32_t control, uint32_t length, uint64_t to) {
    FwCfg *c = d->state;
    uint32_t left;
    if (control & DMA_SELECT) select_item(c, control >> 16);
    const uint8_t *from = rest(c, &left);
    uint32_t n = length < left ? length : left;
    if ((control & DMA_WRITE) && !(control & DMA_READ)) return write_item(d, length, to);
    bool ok = true;
    if (control & DMA_READ)
        ok = mem_exists(d->machine->mem, to, length) && (!n || mem_write(d->machine->mem, to, from, n)) &&
             fill_zero(d->machine->mem, to + n, length - n);
    if (control & (DMA_READ | DMA_SKIP)) c->offset += n;
    return ok;
}

// The request at `address`: control, length, address; the answer overwrites control.
static void dma(Device *d, uint64_t address) {
    struct {
        uint32_t control, length;
        uint64_t address;
    } request;
    if (!mem_read(d->machine->mem, address, &request, sizeof(request))) {
        log_print(LOG_GUEST_ERROR, "%s: DMA request at 0x%lx, where no memory is", d->id,
                  (unsigned long)address);
        return;
    }
    bool ok = dma_run(d, be32toh(request.control), be32toh(request.length), be64toh(request.address));
    uint32_t answer = htobe32(ok ? 0 : DMA_ERROR);
    mem_write(d->machine->mem, address, &answer, sizeof(answer));
}

static void dma_high_set(Device *d, unsigned i, uint64_t value) {
    ((FwCfg *)d->state)->dma_high = __builtin_bswap32((uint32_t)value);
}

static void dma_low_set(Device *d, unsigned i, uint64_t value) {
    FwCfg *c = d->state;
    uint64_t address = (uint64_t)c->dma_high << 32 | __builtin_bswap32((uint32_t)value);
    c->dma_high = 0;
    dma(d, address);
}

// "QEMU CFG"
static uint64_t dma_high_get(Device *d, unsigned i) { return 0x554d4551; }
static uint64_t dma_low_get(Device *d, unsigned i) { return 0x47464320; }

static const Reg fw_cfg_regs[] = {
    {0x08, "selector", 2, REG_WO, .set = selector_set},
    {0x10, "DMA address high", 4, REG_RW, .get = dma_high_get, .set = dma_high_set},
    {0x14, "DMA address low", 4, REG_RW, .get = dma_low_get, .set = dma_low_set},
};

// ---- the device

static bool fw_cfg_plug(Device *d, char *error, size_t error_size) {
    fw_cfg_set(d, FW_CFG_SIGNATURE, "QEMU", 4);
    fw_cfg_set_number(d, FW_CFG_ID, WITH_DMA, 4);
    make_directory(d->state);
    return true;
}

static void fw_cfg_unplug(Device *d) {
    FwCfg *c = d->state;
    for (unsigned i = 0; i < c->nitems; i++) free(c->items[i].data);
    free(c->items);
}

static void fw_cfg_reset(Device *d) {
    FwCfg *c = d->state;
    for (unsigned i = 0; i < c->nitems; i++) {
        if (!c->items[i].wrote) continue;
        memset(c->items[i].data, 0, c->items[i].size);
        tell_written(&c->items[i]);
    }
}

// The writable items, in the order they were added.
static void fw_cfg_save(Device *d, Bytes *out) {
    const FwCfg *c = d->state;
    for (unsigned i = 0; i < c->nitems; i++)
        if (c->items[i].wrote) bytes_put(out, c->items[i].data, c->items[i].size);
}

static bool fw_cfg_load(Device *d, Bytes *in, char *error, size_t error_size) {
    FwCfg *c = d->state;
    for (unsigned i = 0; i < c->nitems; i++) {
        if (!c->items[i].wrote) continue;
        if (!bytes_take(in, c->items[i].data, c->items[i].size)) return FAIL("%s: file '%s' is cut", d->id, c->items[i].name);
        tell_written(&c->items[i]);
    }
    return true;
}

// Linux: bindings/firmware/qemu,fw-cfg-mmio.yaml
void fw_cfg_fdt(Device *d, Fdt *f) {
    dt_begin(f, "fw-cfg@%lx", (unsigned long)d->base);
    dt_flag(f, "dma-coherent");
    dt_reg(f, d->base, d->type->window);
    dt_string(f, "compatible", "qemu,fw-cfg-mmio");
    dt_end(f);
}

const DeviceType fw_cfg_type = {
    .name = "fw_cfg",
    .title = "QEMU firmware configuration",
    .size = sizeof(FwCfg),
    .fields = &fw_cfg_fields,
    .regs = fw_cfg_regs,
    .nregs = sizeof(fw_cfg_regs) / sizeof(fw_cfg_regs[0]),
    .window = 0x18,
    .plug = fw_cfg_plug,
    .unplug = fw_cfg_unplug,
    .reset = fw_cfg_reset,
    .save = fw_cfg_save,
    .load = fw_cfg_load,
    .read = fw_cfg_read,
    .write = fw_cfg_write,
};
