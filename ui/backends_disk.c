// SPDX-License-Identifier: MIT
// Disks (-drive, -blockdev) and networks (-netdev, with -object filter-dump). The texts were checked when the
// options were read.
#include <stdio.h>
#include <string.h>
#include "hw/host/net/user.h"
#include "tcg/base/fail.h"
#include "ui/backends_impl.h"
#include "ui/keyval.h"

static bool is(const KeyVals *kv, const char *key, const char *value) {
    const char *is = keyvals_get(kv, key);
    return is && !strcmp(is, value);
}

static bool add_disk(Machine *m, const DiskSpec *spec, const char *what, const char *id, char *error,
                     size_t error_size) {
    char why[600];
    Disk *d = disk_open(spec, why, sizeof(why));
    if (!d) return FAIL("%s: %s", what, why);
    if (machine_add_end(m, PROP_DISK, id, d)) return true;
    disk_close(d);
    return FAIL("%s: id '%s' is given twice", what, id);
}

static bool open_drive(Machine *m, const Options *o, const KeyVals *kv, char *error, size_t error_size) {
    bool cached_unsafe = is(kv, "cache", "unsafe");
    DiskSpec spec = {
        .file = keyvals_get(kv, "file"),
        .read_only = keyvals_bool(kv, "readonly", false),
        .snapshot = keyvals_bool(kv, "snapshot", o->spec.snapshot),
        .discard = is(kv, "discard", "unmap") || is(kv, "discard", "on"),
        .no_flush = cached_unsafe,
        .no_lock = is(kv, "file.locking", "off"),
        .raw = is(kv, "format", "raw") || is(kv, "driver", "raw"),
    };
    return add_disk(m, &spec, "-drive", keyvals_get(kv, "id"), error, error_size);
}

// ---- -blockdev: driver=raw over driver=file, in one or in two options

// Finds the -blockdev with that node-name.
static bool find_node(const Options *o, const char *name, KeyVals *kv) {
    char ignored[8];
    for (unsigned i = 0; i < o->spec.blockdevs.n; i++) {
        if (!keyvals_parse(kv, o->spec.blockdevs.item[i], "driver", ignored, sizeof(ignored))) continue;
        if (is(kv, "node-name", name)) return true;
        keyvals_free(kv);
    }
    return false;
}

// What a layer says about the disk; `prefix` is "file." for a file written inside its raw node.
static void take_layer(DiskSpec *s, const KeyVals *kv, const char *prefix) {
    char key[64];
#define KEY(name) (snprintf(key, sizeof(key), "%s%s", prefix, name), key)
    if (keyvals_get(kv, KEY("filename"))) s->file = keyvals_get(kv, key);
    s->read_only |= keyvals_bool(kv, KEY("read-only"), false);
    s->discard |= is(kv, KEY("discard"), "unmap");
    s->no_flush |= keyvals_bool(kv, KEY("cache.no-flush"), false);
    s->no_lock |= is(kv, KEY("locking"), "off");
#undef KEY
}

static bool open_blockdev(Machine *m, const Options *o, const KeyVals *kv, char *error, size_t error_size) {
    const char *name = keyvals_get(kv, "node-name"), *below = keyvals_get(kv, "file");
    DiskSpec spec = {.raw = is(kv, "driver", "raw"), .snapshot = o->spec.snapshot};
    KeyVals other = {.n = 0};
    if (!name) return FAIL("-blockdev needs a node-name=");
    if (below && !find_node(o, below, &other))
        return FAIL("-blockdev %s: there is no node '%s'", name, below);
    take_layer(&spec, kv, "");
    take_layer(&spec, kv, "file.");
    take_layer(&spec, &other, "");
    bool ok = spec.file ? add_disk(m, &spec, "-blockdev", name, error, error_size)
                        : FAIL("-blockdev %s: no file is named (filename=)", name);
    keyvals_free(&other);
    return ok;
}

// A node that another one stands on is no disk by itself.
static bool is_below(const Options *o, const char *name) {
    bool found = false;
    for (unsigned i = 0; name && i < o->spec.blockdevs.n && !found; i++) {
        KeyVals kv;
        char ignored[8];
        if (!keyvals_parse(&kv, o->spec.blockdevs.item[i], "driver", ignored, sizeof(ignored))) continue;
        found = is(&kv, "file", name);
        keyvals_free(&kv);
    }
    return found;
}

bool backends_open_disks(Machine *m, const Options *o, char *error, size_t error_size) {
    KeyVals kv;
    bool ok = true;
    for (unsigned i = 0; ok && i < o->spec.drives.n; i++) {
        if (!keyvals_parse(&kv, o->spec.drives.item[i], NULL, error, error_size)) return false;
        ok = open_drive(m, o, &kv, error, error_size);
        keyvals_free(&kv);
    }
    for (unsigned i = 0; ok && i < o->spec.blockdevs.n; i++) {
        if (!keyvals_parse(&kv, o->spec.blockdevs.item[i], "driver", error, error_size)) return false;
        if (!is_below(o, keyvals_get(&kv, "node-name"))) ok = open_blockdev(m, o, &kv, error, error_size);
        keyvals_free(&kv);
    }
    return ok;
}

// ---- networks

static void take_dump(const Options *o, NetUserSpec *s, KeyVals *dump) {
    char ignored[8];
    for (unsigned i = 0; i < o->spec.objects.n; i++) {
        if (!keyvals_parse(dump, o->spec.objects.item[i], "qom-type", ignored, sizeof(ignored))) continue;
        if (is(dump, "qom-type", "filter-dump") && is(dump, "netdev", s->id)) {
            s->dump = keyvals_get(dump, "file");
            s->dump_bytes = (unsigned)keyvals_number(dump, "maxlen", 65536);
            return;
        }
        keyvals_free(dump);
    }
}

static bool open_user(Machine *m, const Options *o, const KeyVals *kv, char *error, size_t error_size) {
    const char *forwards[KEYVAL_MAX];
    char why[600];
    KeyVals dump = {.n = 0};
    NetUserSpec s = {
        .id = keyvals_get(kv, "id"),
        .net = keyvals_get(kv, "net"),
        .host = keyvals_get(kv, "host"),
        .dns = keyvals_get(kv, "dns"),
        .dhcp_start = keyvals_get(kv, "dhcpstart"),
        .hostname = keyvals_get(kv, "hostname"),
        .domainname = keyvals_get(kv, "domainname"),
        .tftp = keyvals_get(kv, "tftp"),
        .bootfile = keyvals_get(kv, "bootfile"),
        .restricted = keyvals_bool(kv, "restrict", false),
        .no_ipv4 = !keyvals_bool(kv, "ipv4", true),
        .no_ipv6 = !keyvals_bool(kv, "ipv6", true),
        .hostfwd = forwards,
    };
    for (unsigned i = 0; i < kv->n; i++)
        if (!strcmp(kv->item[i].key, "hostfwd")) forwards[s.nhostfwd++] = kv->item[i].value;
    take_dump(o, &s, &dump);
    Net *n = net_user_open(&s, why, sizeof(why));
    keyvals_free(&dump);
    if (!n) return FAIL("-netdev user: %s", why);
    if (machine_add_end(m, PROP_NET, s.id, n)) return true;
    n->close(n);
    return FAIL("-netdev user: id '%s' is given twice", s.id);
}

bool backends_open_nets(Machine *m, const Options *o, char *error, size_t error_size) {
    bool ok = true;
    for (unsigned i = 0; ok && i < o->spec.netdevs.n; i++) {
        KeyVals kv;
        if (!keyvals_parse(&kv, o->spec.netdevs.item[i], "type", error, error_size)) return false;
        ok = open_user(m, o, &kv, error, error_size);
        keyvals_free(&kv);
    }
    return ok;
}
