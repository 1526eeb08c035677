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

const Reg *reg_find(const DeviceType *type, uint64_t offset, unsigned *element, unsigned *within) {
    for (unsigned i = 0; i < type->nregs; i++) {
        const Reg *r = &type->regs[i];
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

static uint64_t field_get(Device *d, const Reg *r, unsigned i) {
    uint64_t value = 0;
    if (r->field_size)
        memcpy(&value, (uint8_t *)d->state + r->field + (size_t)i * r->field_size, r->field_size);
    return value;
}

static void field_set(Device *d, const Reg *r, unsigned i, uint64_t value) {
    if (r->field_size)
        memcpy((uint8_t *)d->state + r->field + (size_t)i * r->field_size, &value, r->field_size);
}

static void trace(Device *d, const char *what, const Reg *r, unsigned i, uint64_t value) {
    if (r->count > 1)
        log_write("%s: %s %s[%u] 0x%" PRIx64, d->id, what, r->name, i, value);
    else
        log_write("%s: %s %s 0x%" PRIx64, d->id, what, r->name, value);
}

static uint64_t row_read(Device *d, const Reg *r, unsigned i, bool *changed) {
    if (r->access == REG_WO) return 0;
    uint64_t value = r->get ? r->get(d, i) : field_get(d, r, i);
    *changed |= r->get != NULL;
    if (r->access == REG_RC && value) {
        field_set(d, r, i, 0);
        *changed = true;
    }
    if (log_on(LOG_DEVICE)) trace(d, "read", r, i, value);
    return value & bytes_mask(r->width);
}

static void row_write(Device *d, const Reg *r, unsigned i, uint64_t value) {
    if (log_on(LOG_DEVICE)) trace(d, "write", r, i, value);
    if (r->access == REG_RO || (r->access == REG_RC && !r->set)) {
        log_print(LOG_GUEST_ERROR, "%s: write to read-only %s", d->id, r->name);
        return;
    }
    if (r->set) {
        r->set(d, i, r->mask ? value & r->mask : value);
        return;
    }
    uint64_t old = field_get(d, r, i);
    value &= r->mask;
    if (r->access == REG_W1C)
        value = old & ~value;
    else if (r->access == REG_W1S)
        value |= old;
    else
        value |= old & ~r->mask;
    field_set(d, r, i, value);
}

static void no_register(Device *d, const char *what, uint64_t offset, unsigned size) {
    log_print(LOG_GUEST_ERROR, "%s: %s of %u bytes at 0x%" PRIx64 ", where no register is", d->id, what, size,
              offset);
}

static uint64_t pieces_read(Device *d, uint64_t offset, unsigned size, bool *changed) {
    uint64_t value = 0;
    for (unsigned done = 0, n; done < size; done += n) {
        unsigned i, within;
        const Reg *r = reg_find(d->type, offset + done, &i, &within);
        n = size - done;
        if (!r && d->type->read) return value | d->type->read(d, offset + done, n) << done * 8;
        if (!r) {
            no_register(d, "read", offset + done, n);
            return value;
        }
        if (n > r->width - within) n = r->width - within;
        value |= (row_read(d, r, i, changed) >> within * 8 & bytes_mask(n)) << done * 8;
    }
    return value;
}

// A part of a register: the rest keeps its value, or is zero where only ones written act.
static uint64_t merged(Device *d, const Reg *r, unsigned i, unsigned within, unsigned n, uint64_t value) {
    uint64_t mask = bytes_mask(n) << within * 8, rest = 0;
    if (n == r->width) return value & mask;
    if (r->access == REG_RW) rest = r->field_size || !r->get ? field_get(d, r, i) : r->get(d, i);
    return (rest & ~mask) | (value << within * 8 & mask);
}

static void pieces_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    for (unsigned done = 0, n; done < size; done += n) {
        unsigned i, within;
        const Reg *r = reg_find(d->type, offset + done, &i, &within);
        n = size - done;
        if (!r && d->type->write) {
            d->type->write(d, offset + done, value >> done * 8, n);
            return;
        }
        if (!r) {
            no_register(d, "write", offset + done, n);
            return;
        }
        if (n > r->width - within) n = r->width - within;
        row_write(d, r, i, merged(d, r, i, within, n, value >> done * 8));
    }
}

uint64_t device_read(Device *d, uint64_t offset, unsigned size) {
    bool changed = false;
    lock_take(&d->lock);
    uint64_t value = pieces_read(d, offset, size, &changed);
    if (d->type->read || changed)
        if (d->type->update) d->type->update(d);
    lock_drop(&d->lock);
    return value;
}

void device_write(Device *d, uint64_t offset, uint64_t value, unsigned size) {
    lock_take(&d->lock);
    pieces_write(d, offset, value, size);
    if (d->type->update) d->type->update(d);
    lock_drop(&d->lock);
}

const char *reg_check(const DeviceType *type) {
    static _Thread_local char text[160];
    for (unsigned k = 0; k < type->nregs; k++) {
        const Reg *r = &type->regs[k];
        bool power = r->width && r->width <= 8 && !(r->width & (r->width - 1));
        uint64_t end = r->offset + (uint64_t)(row_count(r) - 1) * row_stride(r) + r->width;
        if (!power || r->field_size > 8 || row_stride(r) < r->width || end > type->window) {
            snprintf(text, sizeof(text), "%s: row %s is malformed or leaves the window", type->name, r->name);
            return text;
        }
        for (unsigned i = 0; i < row_count(r); i++) {
            unsigned element, within;
            uint64_t at = r->offset + (uint64_t)i * row_stride(r);
            for (unsigned b = 0; b < r->width; b++)
                if (reg_find(type, at + b, &element, &within) != r) {
                    snprintf(text, sizeof(text), "%s: %s shares byte 0x%" PRIx64 " with another row",
                             type->name, r->name, at + b);
                    return text;
                }
        }
    }
    return NULL;
}
