// SPDX-License-Identifier: MIT
// State described once. From a table of fields come reset, save, load, print and diff; devices and CPUs call
// nothing else for their state. The image of a struct is: name, version, number of fields; then for each
// field name, element size, count and the bytes (little-endian, as the host). Names make it independent of
// order. Everything read from an image is checked before it is used.
#include "tcg/base/fields.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"

enum { NAME_MAX_SIZE = 255 };

void bytes_put(Bytes *b, const void *p, size_t n) {
    if (b->size + n > b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 256;
        while (capacity < b->size + n) capacity *= 2;
        uint8_t *data = realloc(b->data, capacity);
        if (!data) {
            b->failed = true;
            return;
        }
        b->data = data;
        b->capacity = capacity;
    }
    if (n) memcpy(b->data + b->size, p, n);
    b->size += n;
}

bool bytes_take(Bytes *b, void *p, size_t n) {
    if (b->failed || n > b->size - b->at) {
        b->failed = true;
        memset(p, 0, n);
        return false;
    }
    if (n) memcpy(p, b->data + b->at, n);
    b->at += n;
    return true;
}

void bytes_free(Bytes *b) {
    free(b->data);
    *b = (Bytes){0};
}

static size_t field_bytes(const Field *f) { return (size_t)f->size * f->count; }

void fields_reset(const Fields *f, void *state) {
    for (unsigned i = 0; i < f->nfields; i++) {
        const Field *x = &f->fields[i];
        uint8_t *at = (uint8_t *)state + x->offset;
        memset(at, 0, field_bytes(x));
        if (!x->reset || x->pad) continue;
        for (uint32_t k = 0; k < x->count; k++)
            memcpy(at + (size_t)k * x->size, &x->reset, x->size < 8 ? x->size : 8);
    }
}

static void put_name(Bytes *out, const char *name) {
    uint8_t n = (uint8_t)strnlen(name, NAME_MAX_SIZE);
    bytes_put(out, &n, 1);
    bytes_put(out, name, n);
}

static bool take_name(Bytes *in, char name[NAME_MAX_SIZE + 1]) {
    uint8_t n;
    if (!bytes_take(in, &n, 1) || !bytes_take(in, name, n)) return false;
    name[n] = 0;
    return !memchr(name, 0, n);
}

void fields_save(const Fields *f, const void *state, Bytes *out) {
    uint32_t saved = 0, version = f->version;
    for (unsigned i = 0; i < f->nfields; i++) saved += !f->fields[i].pad;
    put_name(out, f->name);
    bytes_put(out, &version, 4);
    bytes_put(out, &saved, 4);
    for (unsigned i = 0; i < f->nfields; i++) {
        const Field *x = &f->fields[i];
        if (x->pad) continue;
        put_name(out, x->name);
        bytes_put(out, &x->size, 2);
        bytes_put(out, &x->count, 4);
        bytes_put(out, (const uint8_t *)state + x->offset, field_bytes(x));
    }
}

static const Field *field_find(const Fields *f, const char *name) {
    for (unsigned i = 0; i < f->nfields; i++)
        if (!f->fields[i].pad && !strcmp(f->fields[i].name, name)) return &f->fields[i];
    return NULL;
}

static bool load_one(const Fields *f, uint8_t *state, uint8_t *seen, Bytes *in, char *error,
                     size_t error_size) {
    char name[NAME_MAX_SIZE + 1];
    uint16_t size;
    uint32_t count;
    if (!take_name(in, name) || !bytes_take(in, &size, 2) || !bytes_take(in, &count, 4))
        return FAIL("image of '%s' ends inside a field", f->name);
    const Field *x = field_find(f, name);
    if (!x) return FAIL("image of '%s' has a field '%s' that this version does not know", f->name, name);
    if (x->size != size || x->count != count)
        return FAIL("field '%s' of '%s' is %u x %" PRIu32 " bytes in the image, not %u x %" PRIu32, name,
                    f->name, size, count, x->size, x->count);
    if (seen[x - f->fields]) return FAIL("image of '%s' has field '%s' twice", f->name, name);
    seen[x - f->fields] = 1;
    if (!bytes_take(in, state + x->offset, field_bytes(x)))
        return FAIL("image of '%s' ends in field '%s'", f->name, name);
    return true;
}

static bool load_all(const Fields *f, uint8_t *state, uint8_t *seen, Bytes *in, char *error,
                     size_t error_size) {
    char name[NAME_MAX_SIZE + 1];
    uint32_t version, n;
    if (!take_name(in, name) || !bytes_take(in, &version, 4) || !bytes_take(in, &n, 4))
        return FAIL("image of '%s' ends in its header", f->name);
    if (strcmp(name, f->name)) return FAIL("image holds '%s' where '%s' is expected", name, f->name);
    if (version > f->version)
        return FAIL("image of '%s' has version %" PRIu32 "; this program knows %u", f->name, version,
                    f->version);
    if (version < f->oldest)
        return FAIL("image of '%s' has version %" PRIu32 "; this program reads those from %u on", f->name, version, f->oldest);
    for (uint32_t i = 0; i < n; i++)
        if (!load_one(f, state, seen, in, error, error_size)) return false;
    for (unsigned i = 0; i < f->nfields; i++)
        if (!f->fields[i].pad && !seen[i] && f->fields[i].since <= version)
            return FAIL("image of '%s' lacks field '%s'", f->name, f->fields[i].name);
    return true;
}

bool fields_load(const Fields *f, void *state, Bytes *in, char *error, size_t error_size) {
    uint8_t *copy = malloc(f->size ? f->size : 1), *seen = calloc(f->nfields ? f->nfields : 1, 1);
    memcpy(copy, state, f->size);
    fields_reset(f, copy);
    bool ok = load_all(f, copy, seen, in, error, error_size);
    if (ok) memcpy(state, copy, f->size);
    free(copy);
    free(seen);
    return ok;
}

static void print_element(const Field *x, const uint8_t *at, FILE *to) {
    uint64_t value = 0;
    if (x->size <= 8) {
        memcpy(&value, at, x->size);
        fprintf(to, "%0*" PRIx64, x->size * 2, value);
        return;
    }
    for (unsigned i = x->size; i-- > 0;) fprintf(to, "%02x", at[i]);
}

void fields_print(const Fields *f, const void *state, FILE *to) {
    for (unsigned i = 0; i < f->nfields; i++) {
        const Field *x = &f->fields[i];
        for (uint32_t k = 0; k < x->count && !x->pad; k++) {
            if (x->names)
                fprintf(to, "%-12s ", x->names[k]);
            else if (x->count > 1)
                fprintf(to, "%s[%" PRIu32 "] ", x->name, k);
            else
                fprintf(to, "%-12s ", x->name);
            print_element(x, (const uint8_t *)state + x->offset + (size_t)k * x->size, to);
            fputc('\n', to);
        }
    }
}

const char *fields_diff(const Fields *f, const void *a, const void *b) {
    static _Thread_local char text[96];
    for (unsigned i = 0; i < f->nfields; i++) {
        const Field *x = &f->fields[i];
        for (uint32_t k = 0; k < x->count && !x->pad; k++) {
            size_t at = x->offset + (size_t)k * x->size;
            if (!memcmp((const uint8_t *)a + at, (const uint8_t *)b + at, x->size)) continue;
            if (x->names)
                snprintf(text, sizeof(text), "%s", x->names[k]);
            else if (x->count > 1)
                snprintf(text, sizeof(text), "%s[%" PRIu32 "]", x->name, k);
            else
                snprintf(text, sizeof(text), "%s", x->name);
            return text;
        }
    }
    return NULL;
}

const char *fields_check(const Fields *f) {
    static _Thread_local char text[160];
    const Field **owner = calloc(f->size ? f->size : 1, sizeof(*owner));
    const char *fault = NULL;
    for (unsigned i = 0; i < f->nfields && !fault; i++) {
        const Field *x = &f->fields[i];
        for (size_t at = x->offset; at < x->offset + field_bytes(x) && !fault; at++) {
            if (at >= f->size)
                snprintf(text, sizeof(text), "%s: field '%s' reaches into the wiring", f->name, x->name),
                    fault = text;
            else if (owner[at])
                snprintf(text, sizeof(text), "%s: byte %zu is in '%s' and in '%s'", f->name, at,
                         owner[at]->name, x->name),
                    fault = text;
            else
                owner[at] = x;
        }
    }
    for (size_t at = 0; at < f->size && !fault; at++)
        if (!owner[at])
            snprintf(text, sizeof(text), "%s: byte %zu is in no field", f->name, at), fault = text;
    free(owner);
    return fault;
}
