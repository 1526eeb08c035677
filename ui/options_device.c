// SPDX-License-Identifier: MIT
// Options about what is plugged into the machine: devices, their properties, disks. Whatever form the user
// chose, the spec gets one: "driver,key=value" devices and disks with an id of their own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/options_impl.h"

// ---- -device

// QEMU's names without a bus, for the bus these boards have.
static const char *full_name(const char *driver) {
    static const char *const names[][2] = {{"virtio-blk", "virtio-blk-pci"},
                                           {"virtio-net", "virtio-net-pci"},
                                           {"virtio-rng", "virtio-rng-pci"},
                                           {"virtio-serial", "virtio-serial-pci"}};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(driver, names[i][0])) return names[i][1];
    return driver;
}

bool option_device(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "driver", error, error_size)) return false;
    const char *driver = keyvals_get(&kv, "driver");
    bool ok = true;
    if (!driver) {
        ok = FAIL("-device %s: no driver is named (-device help lists them)", value);
    } else if (!strcmp(driver, "help") || !strcmp(driver, "?")) {
        o->action = ACTION_DEVICES;
    } else if (keyvals_get(&kv, "help")) {
        o->action = ACTION_DEVICE_PROPS;
        text_set(&o->subject, full_name(driver));
    } else if (!strcmp(driver, "virtconsole") || !strcmp(driver, "virtserialport")) {
        ok = device_add_port(o, &kv, error, error_size);
    } else {
        keyvals_set(&kv, "driver", full_name(driver));
        char *text = keyvals_text(&kv, "driver");
        ok = list_add(&o->spec.devices, "-device", text, error, error_size);
        free(text);
    }
    keyvals_free(&kv);
    return ok;
}

bool option_global(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    if (!keyvals_parse(&kv, value, NULL, error, error_size)) return false;
    const char *driver = keyvals_get(&kv, "driver"), *key = keyvals_get(&kv, "property"),
               *to = keyvals_get(&kv, "value");
    char text[512];
    bool ok;
    if (driver && key && to)
        snprintf(text, sizeof(text), "%s.%s=%s", driver, key, to);
    else
        snprintf(text, sizeof(text), "%s", value);
    const char *dot = strchr(text, '.'), *equals = strchr(text, '=');
    if (!dot || !equals || dot > equals || dot == text)
        ok = FAIL("-global %s: it is written TYPE.PROPERTY=VALUE", value);
    else
        ok = list_add(&o->spec.globals, "-global", text, error, error_size);
    keyvals_free(&kv);
    return ok;
}

// ---- -object

bool option_object(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow filter[] = {{"qom-type", KEY_TEXT}, {"id", KEY_TEXT},     {"netdev", KEY_TEXT},
                                    {"file", KEY_TEXT},     {"maxlen", KEY_SIZE}, {NULL}};
    static const KeyRow rng[] = {{"qom-type", KEY_TEXT},
                                 {"id", KEY_TEXT},
                                 {"filename", KEY_CHOICE, "/dev/urandom|/dev/random"},
                                 {NULL}};
    static const KeyRow ram[] = {
        {"qom-type", KEY_TEXT}, {"id", KEY_TEXT}, {"size", KEY_SIZE}, {"share", KEY_BOOL}, {NULL}};
    static const char *const names[] = {"filter-dump", "rng-random", "rng-builtin", "memory-backend-ram"};
    static const KeyRow *const rows[] = {filter, rng, rng, ram};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "qom-type", error, error_size)) return false;
    const char *type = keyvals_get(&kv, "qom-type");
    unsigned i = 0;
    while (type && i < 4 && strcmp(type, names[i])) i++;
    bool ok = type && i < 4;
    if (!ok) near_error(error, error_size, "object", type ? type : value, names, 4, "there are four kinds");
    if (ok && !keyvals_get(&kv, "id")) ok = FAIL("-object %s needs id=", type);
    keyvals_free(&kv);
    return ok && list_add_checked(&o->spec.objects, "-object", value, "qom-type", rows[i], error, error_size);
}

// ---- disks

const KeyRow drive_keys[] = {
    {"file", KEY_TEXT},
    {"if", KEY_CHOICE, "none|virtio|pflash"},
    {"unit", KEY_NUMBER},
    {"id", KEY_TEXT},
    {"format", KEY_CHOICE, "raw"},
    {"readonly", KEY_BOOL, .also = "read-only"},
    {"snapshot", KEY_BOOL},
    {"discard", KEY_CHOICE, "unmap|on|ignore|off"},
    {"detect-zeroes", KEY_CHOICE, "off"},
    {"cache", KEY_CHOICE, "none|writeback|writethrough|directsync|unsafe"},
    {"aio", KEY_CHOICE, "threads|native|io_uring"}, // one way of working serves all three
    {"media", KEY_CHOICE, "disk"},
    {"index", KEY_NUMBER},
    {"file.locking", KEY_CHOICE, "on|off|auto"},
    {"driver", KEY_CHOICE, "raw"},
    {"werror", KEY_CHOICE, "report|enospc"},
    {"rerror", KEY_CHOICE, "report"},
    {NULL},
};

static bool id_taken(const SpecList *l, const char *id) {
    char wanted[128];
    snprintf(wanted, sizeof(wanted), "id=%s", id);
    for (unsigned i = 0; i < l->n; i++) {
        const char *at = strstr(l->item[i], wanted);
        if (at && (at == l->item[i] || at[-1] == ',') && (!at[strlen(wanted)] || at[strlen(wanted)] == ','))
            return true;
    }
    return false;
}

// if=pflash: the board's flash of that number, or the next.
static bool add_pflash(Options *o, const KeyVals *kv, const char *id, char *error, size_t error_size) {
    char key[32];
    uint64_t unit = keyvals_number(kv, "unit", keyvals_number(kv, "index", o->pflashes));
    if (unit > 1)
        return FAIL("-drive if=pflash,unit=%llu: there are flashes 0 and 1", (unsigned long long)unit);
    snprintf(key, sizeof(key), "pflash%u", (unsigned)unit);
    o->pflashes = (unsigned)unit + 1;
    machine_property(o, key, id);
    return true;
}

bool option_drive(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    char id[64], *device;
    if (!keyvals_parse(&kv, value, NULL, error, error_size)) return false;
    bool ok = keyvals_check(&kv, drive_keys, "-drive", error, error_size);
    if (ok && !keyvals_get(&kv, "file")) ok = FAIL("-drive %s: no image is named: file=FILE", value);
    const char *bus = keyvals_get(&kv, "if");
    if (ok && !bus)
        ok = FAIL("-drive %s: say if=virtio or if=pflash, or if=none with a -device virtio-blk-pci,drive=ID",
                  value);
    if (ok && !keyvals_get(&kv, "id")) {
        snprintf(id, sizeof(id), "%s%u", bus, o->spec.drives.n);
        keyvals_set(&kv, "id", id);
    }
    const char *named = keyvals_get(&kv, "id");
    if (ok && id_taken(&o->spec.drives, named)) ok = FAIL("-drive: id '%s' is given twice", named);
    if (ok && !strcmp(bus, "virtio")) {
        ok = asprintf(&device, "virtio-blk-pci,drive=%s", named) > 0 &&
             list_add(&o->spec.devices, "-device", device, error, error_size);
        free(device);
    }
    if (ok && !strcmp(bus, "pflash")) ok = add_pflash(o, &kv, named, error, error_size);
    if (ok) {
        char *text = keyvals_text(&kv, NULL);
        ok = list_add(&o->spec.drives, "-drive", text, error, error_size);
        free(text);
    }
    keyvals_free(&kv);
    return ok;
}

bool option_pflash(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv = {.n = 0};
    keyvals_set(&kv, "file", value);
    keyvals_set(&kv, "if", "pflash");
    keyvals_set(&kv, "format", "raw");
    char *text = keyvals_text(&kv, NULL);
    bool ok = option_drive(o, text, error, error_size);
    free(text);
    keyvals_free(&kv);
    return ok;
}

const KeyRow blockdev_keys[] = {
    {"driver", KEY_CHOICE, "raw|file"},
    {"node-name", KEY_TEXT},
    {"filename", KEY_TEXT},
    {"file", KEY_TEXT},
    {"file.driver", KEY_CHOICE, "file"},
    {"file.filename", KEY_TEXT},
    {"file.node-name", KEY_TEXT},
    {"file.locking", KEY_CHOICE, "on|off|auto"},
    {"file.aio", KEY_CHOICE, "threads|native|io_uring"},
    {"file.discard", KEY_CHOICE, "unmap|ignore"},
    {"file.read-only", KEY_BOOL},
    {"read-only", KEY_BOOL},
    {"auto-read-only", KEY_BOOL},
    {"discard", KEY_CHOICE, "unmap|ignore"},
    {"cache.direct", KEY_BOOL},
    {"cache.no-flush", KEY_BOOL},
    {"file.cache.direct", KEY_BOOL},
    {"file.cache.no-flush", KEY_BOOL},
    {"locking", KEY_CHOICE, "on|off|auto"},
    {"aio", KEY_CHOICE, "threads|native|io_uring"},
    {NULL},
};

bool option_blockdev(Options *o, const char *value, char *error, size_t error_size) {
    return list_add_checked(&o->spec.blockdevs, "-blockdev", value, "driver", blockdev_keys, error,
                            error_size);
}

// ---- all options are read

// An object that a device names: virtio-rng's rng=, a board's memory-backend=.
static bool find_object(const Options *o, const char *id, const char *kind, KeyVals *found) {
    char ignored[8];
    for (unsigned i = 0; i < o->spec.objects.n; i++) {
        if (!keyvals_parse(found, o->spec.objects.item[i], "qom-type", ignored, sizeof(ignored))) continue;
        const char *type = keyvals_get(found, "qom-type"), *name = keyvals_get(found, "id");
        if (type && name && !strncmp(type, kind, strlen(kind)) && !strcmp(name, id)) return true;
        keyvals_free(found);
    }
    return false;
}

// The host's entropy is where all random numbers come from, so a device's rng= only has to exist.
static bool drop_rng(Options *o, char **device, char *error, size_t error_size) {
    KeyVals kv, object;
    if (!keyvals_parse(&kv, *device, "driver", error, error_size)) return false;
    const char *rng = keyvals_get(&kv, "rng");
    bool ok = !rng || find_object(o, rng, "rng-", &object);
    if (!ok) ok = FAIL("-device virtio-rng,rng=%s: there is no -object rng-random,id=%s", rng, rng);
    if (ok && rng) {
        keyvals_free(&object);
        keyvals_drop(&kv, "rng");
        free(*device);
        *device = keyvals_text(&kv, "driver");
    }
    keyvals_free(&kv);
    return ok;
}

static bool apply_memory_backend(Options *o, char *error, size_t error_size) {
    KeyVals kv;
    if (!find_object(o, o->memory_backend, "memory-backend-ram", &kv))
        return FAIL("-M memory-backend=%s: there is no -object memory-backend-ram,id=%s", o->memory_backend,
                    o->memory_backend);
    uint64_t size = keyvals_number(&kv, "size", 0);
    keyvals_free(&kv);
    if (!size || (o->spec.ram_size && o->spec.ram_size != size))
        return FAIL("-M memory-backend=%s: its size and -m differ", o->memory_backend);
    o->spec.ram_size = size;
    return true;
}

bool finish_devices(Options *o, const char *unused, char *error, size_t error_size) {
    for (unsigned i = 0; i < o->spec.devices.n; i++)
        if ((device_is(o->spec.devices.item[i], "virtio-rng-device") ||
             device_is(o->spec.devices.item[i], "virtio-rng-pci")) &&
            !drop_rng(o, &o->spec.devices.item[i], error, error_size))
            return false;
    return !o->memory_backend || apply_memory_backend(o, error, error_size);
}
