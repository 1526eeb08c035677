// SPDX-License-Identifier: MIT
// Options about what shows the machine's heads: -display, -full-screen, -vga. Without any, a machine that has a
// display device gets a window where the desktop is, and its console stays on the terminal.
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/options_impl.h"

static bool is_help(const char *value) { return !strcmp(value, "help") || !strcmp(value, "?"); }

static const KeyRow sdl_keys[] = {
    {"type", KEY_TEXT},
    {"full-screen", KEY_BOOL},
    {"window-close", KEY_BOOL},
    {"scaling", KEY_CHOICE, "integer|smooth"},
    {"status", KEY_BOOL},
    {"gl", KEY_CHOICE, "off"},
    {"show-cursor", KEY_BOOL}, // the guest's own shape is always shown
    {NULL},
};

static bool set_sdl(Options *o, KeyVals *kv, char *error, size_t error_size) {
    if (!keyvals_check(kv, sdl_keys, "-display sdl", error, error_size)) return false;
    const char *scaling = keyvals_get(kv, "scaling");
    text_set(&o->display, "sdl");
    o->window.full_screen |= keyvals_bool(kv, "full-screen", false);
    o->window.smooth = scaling && !strcmp(scaling, "smooth");
    o->window.status = keyvals_bool(kv, "status", false);
    o->window.keep = !keyvals_bool(kv, "window-close", true);
    return true;
}

// "ADDRESS[,password-file=FILE]"
bool option_vnc(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"address", KEY_TEXT}, {"password-file", KEY_TEXT}, {NULL}};
    KeyVals kv;
    if (!strcmp(value, "none")) return true;
    if (!keyvals_parse(&kv, value, "address", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-vnc", error, error_size);
    if (ok && !keyvals_get(&kv, "address")) ok = FAIL("-vnc %s: no address: unix:PATH, :DISPLAY or HOST:DISPLAY", value);
    if (ok) {
        text_set(&o->vnc.address, keyvals_get(&kv, "address"));
        if (keyvals_get(&kv, "password-file")) text_set(&o->vnc.password_file, keyvals_get(&kv, "password-file"));
        if (!o->display) text_set(&o->display, "vnc");
    }
    keyvals_free(&kv);
    return ok;
}

bool option_display(Options *o, const char *value, char *error, size_t error_size) {
    static const char *const names[] = {"none", "sdl", "vnc"};
    KeyVals kv;
    if (is_help(value)) return o->action = ACTION_DISPLAYS, true;
    if (!strncmp(value, "vnc=", 4)) return option_vnc(o, value + 4, error, error_size);
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    const char *type = keyvals_get(&kv, "type");
    bool ok = true;
    if (type && !strcmp(type, "none"))
        text_set(&o->display, "none");
    else if (type && (!strcmp(type, "sdl") || !strcmp(type, "window")))
        ok = set_sdl(o, &kv, error, error_size);
    else
        near_error(error, error_size, "display", type ? type : value, names, 3,
                   "-display help lists them; -nographic is a console here"),
            ok = false;
    keyvals_free(&kv);
    return ok;
}

bool option_audiodev(Options *o, const char *value, char *error, size_t error_size) {
    static const KeyRow rows[] = {{"driver", KEY_CHOICE, "none|wav|sdl"}, {"id", KEY_TEXT}, {"path", KEY_TEXT}, {"in-path", KEY_TEXT}, {NULL}};
    KeyVals kv;
    if (!keyvals_parse(&kv, value, "driver", error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, "-audiodev", error, error_size);
    const char *driver = ok ? keyvals_get(&kv, "driver") : NULL, *path = ok ? keyvals_get(&kv, "path") : NULL;
    bool wav = driver && !strcmp(driver, "wav");
    if (ok && !driver) ok = FAIL("-audiodev %s: no driver is named: none, wav or sdl", value);
    if (ok && wav && !path) ok = FAIL("-audiodev wav: no file is named: path=FILE");
    if (ok) {
        o->audio.kind = wav ? AUDIO_WAV : !strcmp(driver, "sdl") ? AUDIO_SDL : AUDIO_NONE;
        if (path) text_set(&o->audio.path, path);
        if (keyvals_get(&kv, "in-path")) text_set(&o->audio.in_path, keyvals_get(&kv, "in-path"));
    }
    keyvals_free(&kv);
    return ok;
}

bool option_full_screen(Options *o, const char *value, char *error, size_t error_size) {
    return o->window.full_screen = true;
}
