// SPDX-License-Identifier: MIT
// See symbols.h. A sorted array; a symbol without a size reaches up to the next one.
#include "ui/symbols.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/image.h"
#include "tcg/base/fail.h"

typedef struct Entry {
    uint64_t value, size; // size 0: unknown
    char *name;
} Entry;

struct Symbols {
    Entry *entry;
    size_t n, room;
    uint64_t offset; // of the file being read
};

Symbols *symbols_new(void) { return calloc(1, sizeof(Symbols)); }

void symbols_free(Symbols *s) {
    if (!s) return;
    for (size_t i = 0; i < s->n; i++) free(s->entry[i].name);
    free(s->entry);
    free(s);
}

static void add(void *opaque, const char *name, uint64_t value, uint64_t size) {
    Symbols *s = opaque;
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        Entry *more = realloc(s->entry, room * sizeof(*more));
        if (!more) return;
        s->entry = more;
        s->room = room;
    }
    char *copy = strdup(name);
    if (copy) s->entry[s->n++] = (Entry){value + s->offset, size, copy};
}

// Lines "ffffffff80000000 T name", maybe with a module's name behind.
static void read_map(Symbols *s, const Image *file) {
    const char *p = (const char *)file->data, *end = p + file->size;
    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        size_t length = (size_t)((line_end ? line_end : end) - p);
        char line[256], type, name[200];
        uint64_t value;
        snprintf(line, sizeof(line), "%.*s", (int)(length < sizeof(line) ? length : sizeof(line) - 1), p);
        if (sscanf(line, "%" SCNx64 " %c %199s", &value, &type, name) == 3 && strchr("tTwW", type) && name[0] != '$')
            add(s, name, value, 0);
        p += length + 1;
    }
}

static int by_value(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

bool symbols_load(Symbols *s, const char *path, uint64_t offset, char *error, size_t error_size) {
    Image file = {0};
    if (!image_read(&file, path, error, error_size)) return false;
    size_t before = s->n;
    s->offset = offset;
    if (!image_functions(&file, add, s)) read_map(s, &file);
    image_close(&file);
    if (s->n == before) return FAIL("'%s' names no functions: a stripped ELF file, or no System.map", path);
    qsort(s->entry, s->n, sizeof(*s->entry), by_value);
    return true;
}

const char *symbols_name(const Symbols *s, uint64_t vaddr) {
    size_t low = 0, high = s->n; // entries before `low` start at or below vaddr
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->entry[middle].value <= vaddr)
            low = middle + 1;
        else
            high = middle;
    }
    const Entry *e = low ? &s->entry[low - 1] : NULL;
    bool last = low == s->n;
    if (!e || (e->size ? vaddr - e->value >= e->size : last && vaddr - e->value >= 4096)) return NULL;
    return e->name;
}
