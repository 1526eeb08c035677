// SPDX-License-Identifier: MIT
// Options about the world outside the machine: consoles, monitor, gdb, log, networks.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/chardev.h"
#include "ui/options_impl.h"

static bool is_help(const char *value) { return !strcmp(value, "help") || !strcmp(value, "?"); }

bool option_version(Options *o, const char *value, char *error, size_t error_size) {
    return o->action = ACTION_VERSION, true;
}
bool option_help(Options *o, const char *value, char *error, size_t error_size) {
    return o->action = ACTION_HELP, true;
}

// ---- consoles

bool option_nographic(Options *o, const char *value, char *error, size_t error_size) {
    return o->nographic = true;
}

static bool add_serial(SpecList *l, const char *what, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    if (!chardev_short(&kv, value, what, error, error_size)) return false;
    keyvals_free(&kv);
    return list_add(l, what, value, error, error_size);
}

bool option_serial(Options *o, const char *value, char *error, size_t error_size) {
    return add_serial(&o->spec.serials, "-serial", value, error, error_size);
}

bool option_monitor(Options *o, const char *value, char *error, size_t error_size) {
    return add_serial(&o->monitors, "-monitor", value, error, error_size);
}

bool option_chardev(Options *o, const char *value, char *error, size_t error_size) {
    KeyVals kv;
    if (is_help(value)) return o->action = ACTION_CHARDEVS, true;
    if (!chardev_long(&kv, value, error, error_size)) return false;
    char *text = keyvals_text(&kv, "backend");
    bool ok = list_add(&o->spec.chardevs, "-chardev", text, error, error_size);
    free(text);
    keyvals_free(&kv);
    return ok;
}

bool option_mon(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"chardev", KEY_TEXT},
                                  {"mode", KEY_CHOICE, "readline"},
                                  {"pretty", KEY_BOOL},
                                  {"id", KEY_TEXT},
                                  {NULL}};
    KeyVals kv;
    char text[256];
    if (!keyvals_parse(&kv, value, "chardev", error, error_size)) return false;
    const char *id = keyvals_get(&kv, "chardev");
    bool ok = keyvals_check(&kv, rows, "-mon", error, error_size);
    if (ok && !id) ok = FAIL("-mon %s names no chardev=ID", value);
    if (ok) {
        snprintf(text, sizeof(text), "chardev:%s", id);
        ok = list_add(&o->monitors, "-mon", text, error, error_size);
    }
    keyvals_free(&kv);
    return ok;
}

bool option_gdb_default(Options *o, const char *value, char *error, size_t error_size) {
    return text_set(&o->gdb, "tcp::1234"), true;
}

bool option_log(Options *o, const char *value, char *error, size_t error_size) {
    if (is_help(value)) return o->action = ACTION_CHANNELS, true;
    return text_set(&o->channels, value), true;
}

// ---- networks

#define USER_KEYS                                                                                            \
    {"type", KEY_CHOICE, "user"}, {"id", KEY_TEXT}, {"net", KEY_TEXT}, {"host", KEY_TEXT},                   \
        {"dns", KEY_TEXT}, {"dhcpstart", KEY_TEXT}, {"hostname", KEY_TEXT}, {"domainname", KEY_TEXT},        \
        {"restrict", KEY_BOOL}, {"tftp", KEY_TEXT}, {"bootfile", KEY_TEXT}, {"hostfwd", KEY_TEXT},           \
        {"ipv4", KEY_BOOL}, {                                                                                \
        "ipv6", KEY_BOOL                                                                                     \
    }
#define CARD_KEYS                                                                                            \
    {"model", KEY_TEXT}, {"mac", KEY_TEXT, .also = "macaddr"}, { "name", KEY_TEXT }

// What a card takes of -nic's keys; the rest is the network's.
static bool is_card_key(const char *key) {
    return !strcmp(key, "model") || !strcmp(key, "mac") || !strcmp(key, "name");
}

bool option_netdev(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {USER_KEYS, {NULL}};
    KeyVals kv;
    if (is_help(value)) return o->action = ACTION_NETDEVS, true;
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    const char *type = keyvals_get(&kv, "type");
    bool ok = true;
    if (!type || strcmp(type, "user"))
        ok = FAIL("-netdev %s: Myna has 'user' networking only yet: -netdev user,id=ID", type ? type : value);
    else if (!keyvals_get(&kv, "id"))
        ok = FAIL("-netdev %s needs id=", type);
    for (unsigned i = 0; ok && i < kv.n; i++) // JSON's list of forwards
        if (!strncmp(kv.item[i].key, "hostfwd.", 8)) kv.item[i].key[7] = 0;
    ok = ok && keyvals_check(&kv, rows, "-netdev user", error, error_size);
    if (ok) {
        char *text = keyvals_text(&kv, "type");
        ok = list_add(&o->spec.netdevs, "-netdev", text, error, error_size);
        free(text);
    }
    keyvals_free(&kv);
    return ok;
}

static bool card_model(const char *model, char *error, size_t error_size) {
    static const char *const names[] = {"virtio", "virtio-net", "virtio-net-pci", "virtio-net-device"};
    for (unsigned i = 0; model && i < 4; i++)
        if (!strcmp(model, names[i])) return true;
    if (!model) return true;
    near_error(error, error_size, "network card", model, names + 2, 2, "these boards take virtio-net-pci and virtio-net-device");
    return false;
}

static bool add_card(Options *o, const KeyVals *kv, const char *netdev, char *error, size_t error_size) {
    const char *mac = keyvals_get(kv, "mac"), *model = keyvals_get(kv, "model");
    bool mmio = model && !strcmp(model, "virtio-net-device");
    char text[256];
    if (!card_model(keyvals_get(kv, "model"), error, error_size)) return false;
    snprintf(text, sizeof(text), "virtio-net-%s,netdev=%.60s%s%.40s", mmio ? "device" : "pci", netdev, mac ? ",mac=" : "",
             mac ? mac : "");
    return list_add(&o->spec.devices, "-device", text, error, error_size);
}

// The network's part of -nic and -net user.
static bool add_user(Options *o, const KeyVals *kv, const char *id, char *error, size_t error_size) {
    KeyVals own = {.n = 0};
    char *text;
    keyvals_set(&own, "type", "user");
    keyvals_set(&own, "id", id);
    for (unsigned i = 0; i < kv->n && own.n < KEYVAL_MAX; i++) {
        const KeyVal *k = &kv->item[i];
        if (is_card_key(k->key) || !strcmp(k->key, "type") || !strcmp(k->key, "id")) continue;
        own.item[own.n++] = (KeyVal){strdup(k->key), strdup(k->value), k->bare};
    }
    text = keyvals_text(&own, "type");
    keyvals_free(&own);
    bool ok = list_add(&o->spec.netdevs, "-netdev", text, error, error_size);
    free(text);
    return ok;
}

bool option_nic(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {USER_KEYS, CARD_KEYS, {NULL}};
    KeyVals kv;
    char id[64];
    if (!strcmp(value, "none")) return true;
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-nic", error, error_size);
    snprintf(id, sizeof(id), "nic%u", o->spec.netdevs.n);
    if (ok && keyvals_get(&kv, "id")) snprintf(id, sizeof(id), "%.60s", keyvals_get(&kv, "id"));
    ok = ok && add_user(o, &kv, id, error, error_size) && add_card(o, &kv, id, error, error_size);
    keyvals_free(&kv);
    return ok;
}

// The old pair -net nic -net user: one card on one network.
bool option_net(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {USER_KEYS, CARD_KEYS, {NULL}};
    KeyVals kv;
    if (!strcmp(value, "none")) return true;
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    const char *type = keyvals_get(&kv, "type");
    bool nic = type && !strcmp(type, "nic"), *done = nic ? &o->net_nic : &o->net_user;
    bool ok = true;
    if (nic) keyvals_drop(&kv, "type");
    if (*done)
        ok = FAIL("-net %s: only one; for several cards use -nic", value);
    else
        ok =
            keyvals_check(&kv, rows, "-net", error, error_size) &&
            (nic ? add_card(o, &kv, "net0", error, error_size) : add_user(o, &kv, "net0", error, error_size));
    *done = true;
    keyvals_free(&kv);
    return ok;
}

// ---- all options are read

static bool backend_is_stdio(const KeyVals *kv) { return !strcmp(keyvals_get(kv, "backend"), "stdio"); }

bool options_is_stdio(const Options *o, const char *serial) {
    KeyVals kv;
    char ignored[8];
    if (!chardev_short(&kv, serial, "", ignored, sizeof(ignored))) return false;
    bool yes = backend_is_stdio(&kv);
    const char *id = keyvals_get(&kv, "id");
    for (unsigned i = 0; !yes && id && i < o->spec.chardevs.n; i++) {
        KeyVals other;
        if (!chardev_long(&other, o->spec.chardevs.item[i], ignored, sizeof(ignored))) continue;
        yes = !strcmp(keyvals_get(&other, "id"), id) && backend_is_stdio(&other);
        keyvals_free(&other);
    }
    keyvals_free(&kv);
    return yes;
}

// Somebody else has this terminal already.
static bool terminal_taken(const Options *o) {
    KeyVals kv;
    char ignored[8];
    for (unsigned i = 0; i < o->monitors.n; i++)
        if (options_is_stdio(o, o->monitors.item[i])) return true;
    for (unsigned i = 0; i < o->spec.chardevs.n; i++) {
        if (!chardev_long(&kv, o->spec.chardevs.item[i], ignored, sizeof(ignored))) continue;
        bool yes = backend_is_stdio(&kv);
        keyvals_free(&kv);
        if (yes) return true;
    }
    return false;
}

// The console belongs on the terminal, unless the user said -display none: a window shows heads, not consoles.
static bool add_default_serial(Options *o, char *error, size_t error_size) {
    bool none = o->display && !strcmp(o->display, "none");
    bool here = (o->nographic || !none) && !terminal_taken(o);
    const char *serial = !here ? "null" : o->monitors.n ? "stdio" : "mon:stdio";
    return list_add(&o->spec.serials, "-serial", serial, error, error_size);
}

bool finish_host(Options *o, const char *unused, char *error, size_t error_size) {
    KeyVals empty = {.n = 0};
    if (o->net_nic && !o->net_user && !add_user(o, &empty, "net0", error, error_size)) return false;
    if (o->spec.serials.n || o->spec.nodefaults) return true;
    return add_default_serial(o, error, error_size);
}
