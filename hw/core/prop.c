// SPDX-License-Identifier: MIT
// Properties as the user writes them: `-device driver,key=value,...`, `-global`, `-M name,key=value`. Values are
// checked here, once, with near matches for keys and back ends. Called before a device is plugged.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "tcg/base/fail.h"
#include "tcg/base/near.h"

static bool parse_bool(const char *text, bool *value) {
    static const char *const yes[] = {"on", "true", "yes", "y"}, *const no[] = {"off", "false", "no", "n"};
    for (unsigned i = 0; i < 4; i++) {
        if (!strcmp(text, yes[i])) return *value = true, true;
        if (!strcmp(text, no[i])) return *value = false, true;
    }
    return false;
}

static bool parse_number(const char *text, uint64_t *value) {
    static const char units[] = "kmgt";
    char *end;
    errno = 0;
    if (*text == '-' || !*text) return false;
    *value = strtoull(text, &end, 0);
    if (errno || end == text) return false;
    const char *unit = *end ? strchr(units, *end | 0x20) : NULL;
    if (!*end) return true;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    if (!unit || end[1] || *value > UINT64_MAX >> shift) return false;
    *value <<= shift;
    return true;
}

static bool set_end(Device *d, const Prop *p, void *at, const char *value, char *error, size_t error_size) {
    static const char *const kinds[] = {
        [PROP_SERIAL] = "chardev", [PROP_DISK] = "drive", [PROP_NET] = "netdev"};
    void *end = machine_end(d->machine, p->kind, value);
    if (end) return *(void **)at = end, true;
    const BackEnds *ends = &d->machine->ends;
    const char *names[64];
    unsigned n = 0;
    for (unsigned i = 0; i < ends->n && n < 64; i++)
        if (ends->list[i].kind == p->kind) names[n++] = ends->list[i].id;
    char text[200];
    near_error(text, sizeof(text), kinds[p->kind], value, names, n, NULL);
    return FAIL("%s: %s=%s: %s", d->type->name, p->name, value, text);
}

static bool set_prop(Device *d, void *state, const Prop *p, const char *value, char *error, size_t error_size) {
    void *at = (uint8_t *)state + p->offset;
    uint64_t number;
    switch (p->kind) {
    case PROP_BOOL:
        return parse_bool(value, at) ||
               FAIL("%s: %s=%s: on or off is expected", d->type->name, p->name, value);
    case PROP_U32:
    case PROP_U64:
        if (!parse_number(value, &number) || (p->kind == PROP_U32 && number > UINT32_MAX))
            return FAIL("%s: %s=%s: a number is expected (k, M, G may follow)", d->type->name, p->name,
                        value);
        memcpy(at, &number, p->kind == PROP_U32 ? 4 : 8);
        return true;
    case PROP_STRING: free(*(char **)at); return *(char **)at = strdup(value), true;
    default: return set_end(d, p, at, value, error, error_size);
    }
}

static const Prop *find_prop(const Prop *props, unsigned n, const char *key, const char **names, unsigned *nnames) {
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(props[i].name, key)) return &props[i];
        if (*nnames < 64) names[(*nnames)++] = props[i].name;
    }
    return NULL;
}

bool device_set(Device *d, const char *key, const char *value, char *error, size_t error_size) {
    const DeviceBus *bus = d->type->bus;
    const char *names[64];
    unsigned n = 0;
    if (!strcmp(key, "id")) {
        free(d->id);
        d->id = strdup(value);
        d->lock.name = d->id;
        return true;
    }
    const Prop *p = find_prop(d->type->props, d->type->nprops, key, names, &n);
    if (p) return set_prop(d, d->state, p, value, error, error_size);
    p = bus ? find_prop(bus->props, bus->nprops, key, names, &n) : NULL;
    if (p) return set_prop(d, d->bus_state, p, value, error, error_size);
    char kind[100];
    snprintf(kind, sizeof(kind), "property of '%s':", d->type->name);
    near_error(error, error_size, kind, key, names, n, NULL);
    return false;
}

// Copies up to the next single comma; doubled ones stand for one. Returns what follows it, or NULL at the
// end.
static const char *take_item(const char *from, char *to, size_t size) {
    size_t n = 0;
    for (; *from; from++) {
        if (*from == ',' && *++from != ',') {
            to[n] = 0;
            return from;
        }
        if (n + 1 < size) to[n++] = *from;
    }
    to[n] = 0;
    return NULL;
}

bool device_set_all(Device *d, const char *list, char *error, size_t error_size) {
    char item[4096];
    while (list && *list) {
        list = take_item(list, item, sizeof(item));
        if (!*item) continue;
        char *equals = strchr(item, '=');
        if (equals) *equals = 0;
        if (!device_set(d, item, equals ? equals + 1 : "on", error, error_size)) return false;
    }
    return true;
}

char *spec_value(const char *list, const char *key) {
    size_t n = strlen(key), size = list ? strlen(list) + 3 : 0;
    char *item = malloc(size + 1), *found = NULL;
    while (list && *list) {
        list = take_item(list, item, size);
        if (strncmp(item, key, n) || (item[n] && item[n] != '=')) continue;
        free(found);
        found = strdup(item[n] ? item + n + 1 : "on"); // the last one counts
    }
    free(item);
    return found;
}

char *machine_prop(const Machine *m, const char *key) { return spec_value(m->spec->machine_props, key); }

bool machine_prop_bool(const Machine *m, const char *key, bool preset, bool *value, char *error,
                       size_t error_size) {
    char *text = machine_prop(m, key);
    *value = preset;
    bool ok = !text || parse_bool(text, value) || FAIL("-M %s=%s: on or off is expected", key, text);
    free(text);
    return ok;
}
