// SPDX-License-Identifier: MIT
// The register file of every device: finds the row, cuts the access to it, applies its rule and mask, traces
// it, and lets the device update what follows. Called by the bus (device_map's window) and by tests; runs
// with the device's lock held.
#include "hw/core/reg.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "tcg/base/log.h"

static unsigned row_count(const Reg *r) { return r->count ? r->count : 1; }
static unsigned row_stride(const Reg *r) { return r->stride ? r->stride : r->width; }

static RegBank bank_of(const DeviceType *type) {
    return (RegBank){.regs = type->regs, .nregs = type->nregs, .read = type->read, .write = type->write};
}

const Reg *reg_find(const RegBank *b, uint64_t offset, unsigned *element, unsigned *within) {
    for (unsigned i = 0; i < b->nregs; i++) {
        const Reg *r = &b->regs[i];
        uint64_t at = offset - r->offset;
        unsigned stride = row_stride(r);
        if (offset < r->offset || at >= (uint64_t)row_count(r) * stride || at % stride >= r->width) continue;
        *element = (unsigned)(at / stride);
        *within = (unsigned)(at % stride);
        return r;
    }
    return NULL;
}

static uint64_t bytes_mask(unsigned n) { return n >= 8 ? UINT64_MAX : (1ull << n * 8) - 1; }

static uint8_t *field_at(Device *d, const RegBank *b, const Reg *r, unsigned i) {
    return (uint8_t *)(b->of_bus ? d->bus_state : d->state) + r->field + (size_t)i * r->field_size;
}

static uint64_t field_get(Device *d, const RegBank *b, const Reg *r, unsigned i) {
    uint64_t value = 0;
    if (r->field_size) memcpy(&value, field_at(d, b, r, i), r->field_size);
    return value;
}

static void field_set(Device *d, const RegBank *b, const Reg *r, unsigned i, uint64_t value) {
    if (r->field_size) memcpy(field_at(d, b, r, i), &value, r->field_size);
}

static void trace(Device *d, const char *what, const Reg *r, unsigned i, uint64_t value) {
    if (r->count > 1)
        log_write("%s: %s %s[%u] 0x%" PRIx64, d->id, what, r->name, i, value);
    else
        log_write("%s: %s %s 0x%" PRIx64, d->id, what, r->name, value);
}

static uint64_t row_read(Device *d, const RegBank *b, const Reg *r, unsigned i, bool *changed) {
    if (r->access == REG_WO) return 0;
    uint64_t value = r->get ? r->get(d, i) : field_get(d, b, r, i);
    *changed |= r->get != NULL;
    if (r->access == REG_RC && value) {
        field_set(d, b, r, i, 0);
        *changed = true;
    }
    if (log_on(LOG_DEVICE)) trace(d, "read", r, i, value);
    return value & bytes_mask(r->width);
}

static void row_write(Device *d, const RegBank *b, const Reg *r, unsigned i, uint64_t value) {
    if (log_on(LOG_DEVICE)) trace(d, "write", r, i, value);
    if (r->access == REG_RO || (r->access == REG_RC && !r->set)) {
        log_print(LOG_GUEST_ERROR, "%s: write to read-only %s", d->id, r->name);
        return;
    }
    if (r->set) {
        r->set(d, i, r->mask ? value & r->mask : value);
        return;
    }
    uint64_t old = field_get(d, b, r, i);
    value &= r->mask;
    if (r->access == REG_W1C)
        value = old & ~value;
    else if (r->access == REG_W1S)
        value |= old;
    else
        value |= old & ~r->mask;
    field_set(d, b, r, i, value);
}

static void no_register(Device *d, const char *what, uint64_t offset, unsigned size) {
    log_print(LOG_GUEST_ERROR, "%s: %s of %u bytes at 0x%" PRIx64 ", where no register is", d->id, what, size,
              offset);
}

static uint64_t pieces_read(Device *d, const RegBank *b, uint64_t offset, unsigned size, bool *changed) {
    uint64_t value = 0;
    for (unsigned done = 0, n; done < size; done += n) {
        unsigned i, within;
        const Reg *r = reg_find(b, offset + done, &i, &within);
        n = size - done;
        if (!r && b->read) return value | b->read(d, offset + done, n) << done * 8;
        if (!r) {
            no_register(d, "read", offset + done, n);
            return value;
        }
        if (n > r->width - within) n = r->width - within;
        value |= (row_read(d, b, r, i, changed) >> within * 8 & bytes_mask(n)) << done * 8;
    }
    return value;
}

// A part of a register: the rest keeps its value, or is zero where only ones written act.
static uint64_t merged(Device *d, const RegBank *b, const Reg *r, unsigned i, unsigned within, unsigned n, uint64_t value) {
    uint64_t mask = bytes_mask(n) << within * 8, rest = 0;
    if (n == r->width) return value & mask;
    if (r->access == REG_RW) rest = r->field_size || !r->get ? field_get(d, b, r, i) : r->get(d, i);
    return (rest & ~mask) | (value << within * 8 & mask);
}

static void pieces_write(Device *d, const RegBank *b, uint64_t offset, uint64_t value, unsigned size) {
    for (unsigned done = 0, n; done < size; done += n) {
        unsigned i, within;
        const Reg *r = reg_find(b, offset + done, &i, &within);
        n = size - done;
        if (!r && b->write) {
            b->write(d, offset + done, value >> done * 8, n);
            return;
        }
        if (!r) {
            no_register(d, "write", offset + done, n);
            return;
        }
        if (n > r->width - within) n = r->width - within;
        row_write(d, b, r, i, merged(d, b, r, i, within, n, value >> done * 8));
    }
}

uint64_t reg_bank_read(Device *d, const RegBank *b, uint64_t offset, unsigned size) {
    bool changed = false;
    return pieces_read(d, b, offset, size, &changed);
}

void reg_bank_write(Device *d, const RegBank *b, uint64_t offset, uint64_t value, unsigned size) {
    pieces_write(d, b, offset, value, size);
}

uint64_t device_read_bank(Device *d, const RegBank *b, uint64_t offset, unsigned size) {
    bool changed = false;
    lock_take(&d->lock);
    uint64_t value = pieces_read(d, b, offset, size, &changed);
    if (b->read || changed) device_update(d);
    lock_drop(&d->lock);
    return value;
}

void device_write_bank(Device *d, const RegBank *b, uint64_t offset, uint64_t value, unsigned size) {
    lock_take(&d->lock);
    pieces_write(d, b, offset, value, size);
    device_update(d);
    lock_drop(&d->lock);
}

uint64_t device_read(Device *d, uint64_t offset, unsigned size) {
    RegBank b = bank_of(d->type);
    return device_read_bank(d, &b, offset, size);
}

void device_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    RegBank b = bank_of(d->type);
    device_write_bank(d, &b, offset, value, size);
}

const char *reg_check(const DeviceType *type) {
    RegBank b = bank_of(type);
    return reg_check_bank(type->name, &b, type->window);
}

const char *reg_check_bank(const char *name, const RegBank *bank, uint64_t window) {
    static _Thread_local char text[160];
    for (unsigned k = 0; k < bank->nregs; k++) {
        const Reg *r = &bank->regs[k];
        bool power = r->width && r->width <= 8 && !(r->width & (r->width - 1));
        uint64_t end = r->offset + (uint64_t)(row_count(r) - 1) * row_stride(r) + r->width;
        if (!power || r->field_size > 8 || row_stride(r) < r->width || end > window) {
            snprintf(text, sizeof(text), "%s: row %s is malformed or leaves the window", name, r->name);
            return text;
        }
        for (unsigned i = 0; i < row_count(r); i++) {
            unsigned element, within;
            uint64_t at = r->offset + (uint64_t)i * row_stride(r);
            for (unsigned b = 0; b < r->width; b++)
                if (reg_find(bank, at + b, &element, &within) != r) {
                    snprintf(text, sizeof(text), "%s: %s shares byte 0x%" PRIx64 " with another row",
                             name, r->name, at + b);
                    return text;
                }
        }
    }
    return NULL;
}
