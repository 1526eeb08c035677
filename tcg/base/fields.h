// SPDX-License-Identifier: MIT
// State described once: a table of the fields of a plain struct, from which come reset, save, load, print and
// diff. Structs keep their fields first and host wiring (pointers, locks, threads) last; `Fields.size` is
// where the wiring starts, and fields_check proves that the table covers every byte before it exactly once
// (padding must be named too: FIELD_PAD).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Field {
    const char *name;
    uint32_t offset;
    uint16_t size;         // bytes of one element: 1, 2, 4, 8 (or any, for raw bytes)
    uint32_t count;        // elements
    uint16_t since;        // format version that introduced it; older images leave the reset value
    bool pad;              // named padding: not saved
    uint64_t reset;
    const char *const *names; // names of the elements, or NULL: name[i]
} Field;

typedef struct Fields {
    const char *name;
    unsigned version;
    const Field *fields;
    unsigned nfields;
    size_t size;           // bytes covered: everything before the wiring
    unsigned oldest;       // images of older versions are refused
} Fields;

#define FIELD_(T, m, ...) {.name = #m, .offset = offsetof(T, m), __VA_ARGS__}
#define FIELD(T, m, r) FIELD_(T, m, .size = sizeof(((T *)0)->m), .count = 1, .reset = (r))
#define FIELD_COUNT(T, m) (sizeof(((T *)0)->m) / sizeof(((T *)0)->m[0]))
#define FIELD_ARRAY(T, m, r) \
    FIELD_(T, m, .size = sizeof(((T *)0)->m[0]), .count = FIELD_COUNT(T, m), .reset = (r))
#define FIELD_NAMED(T, m, r, n) \
    FIELD_(T, m, .size = sizeof(((T *)0)->m[0]), .count = FIELD_COUNT(T, m), .reset = (r), .names = (n))
#define FIELD_PAD(T, m) FIELD_(T, m, .size = 1, .count = sizeof(((T *)0)->m), .pad = true)
#define FIELDS(NAME, VERSION, TABLE, SIZE) {NAME, VERSION, TABLE, sizeof(TABLE) / sizeof((TABLE)[0]), SIZE}

// A growing byte buffer (save) or a bounded one (load). `failed` sticks.
typedef struct Bytes {
    uint8_t *data;
    size_t size, at, capacity;
    bool failed;
} Bytes;
void bytes_put(Bytes *b, const void *p, size_t n);
bool bytes_take(Bytes *b, void *p, size_t n);
void bytes_free(Bytes *b);

void fields_reset(const Fields *f, void *state);
// The saved form names each field, its element size and count, so images survive reordering; little-endian.
void fields_save(const Fields *f, const void *state, Bytes *out);
// Hostile input: false with a message in error; state is untouched on failure.
bool fields_load(const Fields *f, void *state, Bytes *in, char *error, size_t error_size);
void fields_print(const Fields *f, const void *state, FILE *to);
// The name of the first field that differs (static buffer), or NULL.
const char *fields_diff(const Fields *f, const void *a, const void *b);
// NULL, or what byte the table covers not at all or twice (static buffer).
const char *fields_check(const Fields *f);
