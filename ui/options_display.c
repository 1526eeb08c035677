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

bool option_display(Options *o, const char *value, char *error, size_t error_size) {
    static const char *const names[] = {"none", "sdl"};
    KeyVals kv;
    if (is_help(value)) return o->action = ACTION_DISPLAYS, true;
    if (!keyvals_parse(&kv, value, "type", error, error_size)) return false;
    const char *type = keyvals_get(&kv, "type");
    bool ok = true;
    if (type && !strcmp(type, "none"))
        text_set(&o->display, "none");
    else if (type && (!strcmp(type, "sdl") || !strcmp(type, "window")))
        ok = set_sdl(o, &kv, error, error_size);
    else
        near_error(error, error_size, "display", type ? type : value, names, 2,
                   "-display help lists them; -nographic is a console here"),
            ok = false;
    keyvals_free(&kv);
    return ok;
}

bool option_full_screen(Options *o, const char *value, char *error, size_t error_size) {
    return o->window.full_screen = true;
}
