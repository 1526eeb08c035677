// SPDX-License-Identifier: MIT
// -serial, -monitor, -gdb and -chardev texts. Splits and checks only; ui/backends.c opens them.
#include "ui/chardev.h"
#include <stdio.h>
#include <string.h>
#include "tcg/base/fail.h"
#include "tcg/base/near.h"

const char *const chardev_backends[] = {"stdio", "file", "socket", "pipe", "pty", "null", "qemu-vdagent", "vc", NULL};

#define COMMON                                                                                               \
    {"backend", KEY_TEXT}, {"id", KEY_TEXT}, {"mux", KEY_BOOL}, {"mon", KEY_BOOL}, {"logfile", KEY_TEXT}, {  \
        "logappend", KEY_BOOL                                                                                \
    }
static const KeyRow stdio_keys[] = {COMMON, {"signal", KEY_BOOL}, {NULL}};
static const KeyRow file_keys[] = {COMMON, {"path", KEY_TEXT}, {"append", KEY_BOOL}, {NULL}};
static const KeyRow path_keys[] = {COMMON, {"path", KEY_TEXT}, {NULL}};
static const KeyRow null_keys[] = {COMMON, {NULL}};
static const KeyRow socket_keys[] = {
    COMMON,
    {"path", KEY_TEXT},
    {"host", KEY_TEXT},
    {"port", KEY_TEXT},
    {"server", KEY_BOOL},
    {"wait", KEY_BOOL},
    {"nodelay", KEY_BOOL},
    {"delay", KEY_BOOL},
    {"ipv4", KEY_BOOL},
    {"ipv6", KEY_BOOL},
    {"telnet", KEY_BOOL},
    {"reconnect", KEY_NUMBER},
    {NULL},
};
static const KeyRow vdagent_keys[] = {
    {"backend", KEY_TEXT},
    {"id", KEY_TEXT},
    {"name", KEY_CHOICE, "vdagent"},
    {"clipboard", KEY_BOOL},
    {"mouse", KEY_CHOICE, "off"}, // tablets are the pointer here
    {NULL},
};
// A text view of the window, whose size is fixed.
static const KeyRow vc_keys[] = {COMMON, {"width", KEY_NUMBER}, {"height", KEY_NUMBER}, {"cols", KEY_NUMBER}, {"rows", KEY_NUMBER}, {NULL}};
static const KeyRow *const keys[] = {stdio_keys, file_keys, socket_keys,  path_keys,
                                     null_keys,  null_keys, vdagent_keys, vc_keys};

static bool check_socket(const KeyVals *kv, const char *what, char *error, size_t error_size) {
    const char *port = keyvals_get(kv, "port");
    uint64_t number;
    if (keyvals_get(kv, "path")) return !port || FAIL("%s: path= or host= and port=, not both", what);
    if (!port) return FAIL("%s: a socket needs path=FILE, or host= and port=", what);
    return (text_size(port, 0, &number) && number <= 65535) ||
           FAIL("%s: port %s: a number up to 65535 is expected", what, port);
}

// Keys of a known back end.
static bool check(KeyVals *kv, const char *what, char *error, size_t error_size) {
    const char *backend = keyvals_get(kv, "backend");
    unsigned i = 0;
    while (chardev_backends[i] && strcmp(chardev_backends[i], backend)) i++;
    if (!chardev_backends[i]) {
        char kind[64];
        snprintf(kind, sizeof(kind), "back end of %s:", what);
        near_error(error, error_size, kind, backend, chardev_backends, i, NULL);
        return false;
    }
    if (!keyvals_check(kv, keys[i], what, error, error_size)) return false;
    if (keys[i] == socket_keys) return check_socket(kv, what, error, error_size);
    bool needs_path = keys[i] == file_keys || keys[i] == path_keys;
    return !needs_path || keyvals_get(kv, "path") || FAIL("%s: %s needs a path", what, backend);
}

bool chardev_long(KeyVals *kv, const char *text, char *error, size_t error_size) {
    if (!keyvals_parse(kv, text, "backend", error, error_size)) return false;
    bool ok = true;
    const char *backend = keyvals_get(kv, "backend");
    if (!backend)
        ok = FAIL("-chardev %s: no back end is named (stdio, file, socket, pipe, pty, null, qemu-vdagent, vc)", text);
    else if (!keyvals_get(kv, "id"))
        ok = FAIL("-chardev %s needs id=", backend);
    if (ok) ok = check(kv, "-chardev", error, error_size);
    if (!ok) keyvals_free(kv);
    return ok;
}

// "host:port" or "[v6]:port" or ":port".
static bool split_address(KeyVals *kv, const char *what, char *error, size_t error_size) {
    char host[256];
    const char *address = keyvals_get(kv, "address"), *colon = address ? strrchr(address, ':') : NULL;
    if (!colon || (size_t)(colon - address) >= sizeof(host))
        return FAIL("%s: tcp:%s: an address is written HOST:PORT", what, address ? address : "");
    snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
    size_t n = strlen(host);
    keyvals_set(kv, "port", colon + 1);
    if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = 0;
        keyvals_set(kv, "host", host + 1);
    } else {
        keyvals_set(kv, "host", host);
    }
    keyvals_drop(kv, "address");
    return true;
}

static bool one_value(KeyVals *kv, const char *backend, const char *key, const char *value) {
    keyvals_set(kv, "backend", backend);
    if (key) keyvals_set(kv, key, value);
    return true;
}

static const char *after(const char *text, const char *prefix) {
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) ? NULL : text + n;
}

bool chardev_is_view(const char *text) { return !strcmp(text, "vc") || after(text, "vc:"); }

static bool unknown(const char *text, const char *what, char *error, size_t error_size) {
    static const char *const forms[] = {"stdio", "mon:stdio", "null",   "none", "pty",    "file",
                                        "unix",  "tcp",       "telnet", "pipe", "vc", "chardev"};
    char word[64], kind[64];
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, strncmp(text, "mon:", 4) ? ":," : ","), text);
    snprintf(kind, sizeof(kind), "%s form", what);
    near_error(error, error_size, kind, word, forms, sizeof(forms) / sizeof(forms[0]),
               "stdio, mon:stdio, file:F, unix:P, tcp:H:P, pipe:P, pty, vc, null, none, chardev:ID");
    return false;
}

static bool split(KeyVals *kv, const char *text, const char *what, char *error, size_t error_size) {
    const char *rest;
    kv->n = 0;
    if (!strcmp(text, "stdio") || !strcmp(text, "null") || !strcmp(text, "none") || !strcmp(text, "pty"))
        return one_value(kv, text, NULL, NULL);
    if (chardev_is_view(text)) return one_value(kv, "vc", NULL, NULL);
    if ((rest = after(text, "chardev:"))) return one_value(kv, "chardev", "id", rest);
    if ((rest = after(text, "file:"))) return one_value(kv, "file", "path", rest);
    if ((rest = after(text, "pipe:"))) return one_value(kv, "pipe", "path", rest);
    bool telnet = (rest = after(text, "telnet:")) != NULL,
         tcp = telnet || (rest = after(text, "tcp:")) != NULL;
    if (!tcp && !(rest = after(text, "unix:"))) return unknown(text, what, error, error_size);
    if (!keyvals_parse(kv, rest, tcp ? "address" : "path", error, error_size)) return false;
    keyvals_set(kv, "backend", "socket");
    if (telnet) keyvals_set(kv, "telnet", "on");
    return !tcp || split_address(kv, what, error, error_size);
}

bool chardev_short(KeyVals *kv, const char *text, const char *what, char *error, size_t error_size) {
    const char *shared = after(text, "mon:");
    bool ok = split(kv, shared ? shared : text, what, error, error_size);
    if (ok && shared) {
        keyvals_set(kv, "mux", "on");
        keyvals_set(kv, "mon", "on");
    }
    const char *backend = ok ? keyvals_get(kv, "backend") : "";
    if (ok && !strcmp(backend, "chardev"))
        ok = *keyvals_get(kv, "id") || FAIL("%s chardev: names no -chardev: chardev:ID", what);
    else if (ok && strcmp(backend, "none"))
        ok = check(kv, what, error, error_size);
    if (!ok) keyvals_free(kv);
    return ok;
}
