// SPDX-License-Identifier: MIT
// Byte streams: -chardev, -serial, -monitor, -gdb. A -chardev is opened once; whoever comes second on one
// with mux=on gets another front of the same channel.
#include "ui/backends.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ui/backends_impl.h"
#include "ui/chardev.h"

// Keys of a checked chardev text as hw/host/serial takes them.
static SerialSpec serial_spec(const KeyVals *kv, const Options *o) {
    static const struct {
        const char *name;
        SerialKind kind;
    } kinds[] = {{"stdio", SERIAL_STDIO}, {"file", SERIAL_FILE}, {"pipe", SERIAL_PIPE}, {"pty", SERIAL_PTY}};
    const char *backend = keyvals_get(kv, "backend"), *path = keyvals_get(kv, "path");
    SerialSpec s = {
        .kind = SERIAL_NULL,
        .id = keyvals_get(kv, "id"),
        .path = path,
        .host = keyvals_get(kv, "host"),
        .port = keyvals_get(kv, "port"),
        .fd = -1,
        .server = keyvals_bool(kv, "server", false),
        .wait = keyvals_bool(kv, "wait", true),
        .telnet = keyvals_bool(kv, "telnet", false),
        .mux = keyvals_bool(kv, "mux", false),
        .signals = keyvals_bool(kv, "signal", !o->nographic) && !keyvals_bool(kv, "mux", false),
        .append = keyvals_bool(kv, "append", false),
        .reconnect = (unsigned)keyvals_number(kv, "reconnect", 0),
        .log_file = keyvals_get(kv, "logfile"),
    };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(backend, kinds[i].name)) s.kind = kinds[i].kind;
    if (!strcmp(backend, "socket")) s.kind = path ? SERIAL_UNIX : SERIAL_TCP;
    if (s.host && !*s.host) s.host = NULL;
    return s;
}

// Opens it as the machine's end `id`.
static Serial *open_stream(Machine *m, const Options *o, const KeyVals *kv, const char *id, const char *what,
                           char *error, size_t error_size) {
    SerialSpec spec = serial_spec(kv, o);
    char why[600], label[64];
    snprintf(label, sizeof(label), "%s%s", strncmp(id, "port", 4) ? "" : "serial",
             strncmp(id, "port", 4) ? id : id + 4);
    spec.id = id;
    bool agent = !strcmp(keyvals_get(kv, "backend"), "qemu-vdagent");
    Serial *s = agent ? vdagent_open(id, keyvals_bool(kv, "clipboard", false) ? &m->clipboard : NULL, m->screen, m->loop)
                      : serial_open(&spec, m->loop, why, sizeof(why));
    if (!s) return snprintf(error, error_size, "%s: %s", what, why), NULL;
    if (!machine_add_end(m, PROP_SERIAL, id, s)) {
        serial_close(s);
        return snprintf(error, error_size, "%s: id '%s' is given twice", what, id), NULL;
    }
    if (spec.kind == SERIAL_PTY ||
        (spec.port && !strcmp(spec.port, "0"))) // nobody can know where; tools read this
        fprintf(stderr, "char device redirected to %s (label %s)\n", serial_where(s), label);
    return s;
}

static bool open_chardevs(Machine *m, const Options *o, char *error, size_t error_size) {
    for (unsigned i = 0; i < o->spec.chardevs.n; i++) {
        KeyVals kv;
        if (!chardev_long(&kv, o->spec.chardevs.item[i], error, error_size)) return false;
        Serial *s = open_stream(m, o, &kv, keyvals_get(&kv, "id"), "-chardev", error, error_size);
        keyvals_free(&kv);
        if (!s) return false;
    }
    return true;
}

// ---- fronts on a -chardev

static bool chardev_is_mux(const Options *o, const char *id) {
    bool mux = false;
    for (unsigned i = 0; i < o->spec.chardevs.n; i++) {
        KeyVals kv;
        char ignored[8];
        if (!chardev_long(&kv, o->spec.chardevs.item[i], ignored, sizeof(ignored))) continue;
        if (!strcmp(keyvals_get(&kv, "id"), id)) mux = keyvals_bool(&kv, "mux", false);
        keyvals_free(&kv);
    }
    return mux;
}

static bool device_uses(const Options *o, const char *id) {
    for (unsigned i = 0; i < o->spec.devices.n; i++) {
        size_t n = strlen(id);
        for (const char *at = o->spec.devices.item[i]; (at = strstr(at, "chardev=")); at += 8)
            if ((at[-1] == ',' || at[-1] == '.') && !strncmp(at + 8, id, n) && (!at[8 + n] || at[8 + n] == ',')) return true;
    }
    return false;
}

// The first user takes the channel itself, marked by a second name of the end; others share it.
static Serial *take_chardev(Machine *m, const Options *o, const char *id, const char *what, char *error,
                            size_t error_size) {
    char mark[200];
    Serial *s = machine_end(m, PROP_SERIAL, id);
    if (!s)
        return snprintf(error, error_size, "%s chardev:%s: there is no -chardev with id=%s", what, id, id),
               NULL;
    snprintf(mark, sizeof(mark), "front-0-of-%.150s", id);
    if (!device_uses(o, id) && machine_add_end(m, PROP_SERIAL, mark, s)) return s;
    if (!chardev_is_mux(o, id))
        return snprintf(error, error_size, "%s: chardev '%s' is used twice; share it with mux=on", what, id),
               NULL;
    Serial *shared = serial_share(s);
    if (!shared) return snprintf(error, error_size, "%s: chardev '%s' is shared by too many", what, id), NULL;
    for (unsigned i = 1;; i++) {
        snprintf(mark, sizeof(mark), "front-%u-of-%.150s", i, id);
        if (machine_add_end(m, PROP_SERIAL, mark, shared)) return shared;
    }
}

static bool open_short(Machine *m, const Options *o, const char *text, const char *what, const char *id,
                       Serial **s, bool *monitor, char *error, size_t error_size) {
    KeyVals kv;
    *s = NULL;
    if (!chardev_short(&kv, text, what, error, error_size)) return false;
    const char *backend = keyvals_get(&kv, "backend");
    bool ok = true;
    *monitor = keyvals_bool(&kv, "mon", false);
    if (!strcmp(backend, "chardev"))
        ok = (*s = take_chardev(m, o, keyvals_get(&kv, "id"), what, error, error_size)) != NULL;
    else if (strcmp(backend, "none") && strcmp(backend, "null"))
        ok = (*s = open_stream(m, o, &kv, id, what, error, error_size)) != NULL;
    keyvals_free(&kv);
    return ok;
}

// ---- -serial

static void monitor_id(char *id, size_t size, unsigned serial) {
    snprintf(id, size, "monitor-on-serial%u", serial);
}

static bool open_serials(Machine *m, const Options *o, char *error, size_t error_size) {
    enum { MOST = sizeof(m->serials) / sizeof(m->serials[0]) };
    char id[64];
    for (unsigned i = 0; i < o->spec.serials.n; i++) {
        bool monitor;
        if (i >= MOST)
            return snprintf(error, error_size, "-serial was given more than %d times", MOST), false;
        snprintf(id, sizeof(id), "port%u", i);
        if (!open_short(m, o, o->spec.serials.item[i], "-serial", id, &m->serials[i], &monitor, error,
                        error_size))
            return false;
        if (!monitor || !m->serials[i]) continue;
        Serial *shared = serial_share(m->serials[i]);
        monitor_id(id, sizeof(id), i);
        if (shared) machine_add_end(m, PROP_SERIAL, id, shared);
    }
    return true;
}

Serial *backends_shared_monitor(Machine *m, unsigned serial) {
    char id[64];
    monitor_id(id, sizeof(id), serial);
    return machine_end(m, PROP_SERIAL, id);
}

// Fronts that took their place on a -chardev beside others carry a name that says so.
bool backends_is_shared(Machine *m, const Serial *s) {
    for (unsigned i = 0; i < m->ends.n; i++)
        if (m->ends.list[i].end == s && !strncmp(m->ends.list[i].id, "front-", 6))
            return strncmp(m->ends.list[i].id, "front-0-", 8) != 0;
    return false;
}

bool backends_stream(Machine *m, const Options *o, const char *text, const char *what, Serial **s,
                     char *error, size_t error_size) {
    static unsigned number;
    char id[32];
    bool monitor;
    snprintf(id, sizeof(id), "stream%u", number++);
    return open_short(m, o, text, what, id, s, &monitor, error, error_size);
}

bool backends_open(Machine *m, const Options *o, char *error, size_t error_size) {
    return backends_open_disks(m, o, error, error_size) && backends_open_nets(m, o, error, error_size) &&
           open_chardevs(m, o, error, error_size) && open_serials(m, o, error, error_size);
}
