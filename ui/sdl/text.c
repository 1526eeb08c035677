// SPDX-License-Identifier: MIT
// Text views: a console of the machine, or the monitor, in a window in place of its head's picture (Ctrl+Alt and a digit). What is written to
// the stream goes through a terminal (ui/text) at once, on the writer's thread; the main thread draws it when the view is shown. There keys
// are characters of the host's layout (SDL_TEXTINPUT), AltGr and dead keys included, and go to the stream, not to the guest's keyboard.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"

enum { PAGE = TERM_ROWS - 1 };

static void output(void *opaque, const uint8_t *bytes, size_t n) {
    TextView *v = opaque;
    char answer[sizeof(v->terminal.answer)];
    lock_take(&v->lock);
    terminal_write(&v->terminal, bytes, n);
    size_t size = v->answers ? v->terminal.answer_size : 0;
    memcpy(answer, v->terminal.answer, size);
    v->terminal.answer_size = 0;
    lock_drop(&v->lock);
    serial_type(v->serial, (const uint8_t *)answer, size);
    atomic_store(&v->dirty, true);
    windows_wake(v->all);
}

bool windows_add_view(Windows *w, const char *name, Serial *s) {
    if (w->nviews == VIEWS) return false;
    TextView *v = calloc(1, sizeof(*v));
    v->all = w;
    v->serial = s;
    v->answers = serial_is_loose(s); // else the terminal at the far end does
    snprintf(v->name, sizeof(v->name), "%s", name);
    lock_init(&v->lock, LOCK_LEAF, "text view");
    terminal_reset(&v->terminal);
    if (!serial_tap(s, &(SerialTap){v, output})) {
        lock_destroy(&v->lock);
        free(v);
        return false;
    }
    w->view[w->nviews++] = v;
    return true;
}

void windows_drop_views(Windows *w) {
    for (unsigned i = 0; i < w->nviews; i++) {
        serial_tap(w->view[i]->serial, NULL);
        lock_destroy(&w->view[i]->lock);
        free(w->view[i]);
    }
    w->nviews = 0;
}

TextView *window_view(const Window *o) { return o->shown ? o->all->view[o->shown - 1] : NULL; }

void window_show_view(Window *o, unsigned n) {
    if (n > o->all->nviews || n == o->shown) return;
    input_release_all(o->all->input);
    windows_grab(o->all, false);
    o->shown = n;
    o->dirty = true;
    if (n)
        sdl.StartTextInput(), atomic_store(&window_view(o)->dirty, true);
    else
        sdl.StopTextInput();
    window_show_cursor(o);
    window_title(o);
    window_update_view(o);
}

void window_update_view(Window *o) {
    TextView *v = window_view(o);
    static uint32_t pixels[TERM_WIDTH * TERM_HEIGHT];
    if (!v || !atomic_exchange(&v->dirty, false)) return;
    lock_take(&v->lock);
    terminal_draw(&v->terminal, pixels);
    lock_drop(&v->lock);
    if (!o->text_texture) o->text_texture = window_texture(o, TERM_WIDTH, TERM_HEIGHT);
    if (o->text_texture) sdl.UpdateTexture(o->text_texture, NULL, pixels, TERM_WIDTH * 4);
    o->dirty = true;
}

// ---- the user

static void type(TextView *v, const char *text, size_t n) {
    lock_take(&v->lock);
    terminal_scroll(&v->terminal, -TERM_HISTORY);
    lock_drop(&v->lock);
    serial_type(v->serial, (const uint8_t *)text, n);
}

void window_view_scroll(Window *o, int up) {
    TextView *v = window_view(o);
    lock_take(&v->lock);
    terminal_scroll(&v->terminal, up);
    lock_drop(&v->lock);
    atomic_store(&v->dirty, true);
    window_update_view(o);
}

void window_view_text(Window *o, const char *text) { type(window_view(o), text, strlen(text)); }

// Keys that make no text, as xterm sends them.
static const struct {
    SDL_Scancode key;
    const char *text;
} sent[] = {
    {SDL_SCANCODE_RETURN, "\r"},      {SDL_SCANCODE_KP_ENTER, "\r"},    {SDL_SCANCODE_BACKSPACE, "\177"}, {SDL_SCANCODE_TAB, "\t"},
    {SDL_SCANCODE_ESCAPE, "\033"},    {SDL_SCANCODE_UP, "\033[A"},      {SDL_SCANCODE_DOWN, "\033[B"},    {SDL_SCANCODE_RIGHT, "\033[C"},
    {SDL_SCANCODE_LEFT, "\033[D"},    {SDL_SCANCODE_HOME, "\033[H"},    {SDL_SCANCODE_END, "\033[F"},     {SDL_SCANCODE_INSERT, "\033[2~"},
    {SDL_SCANCODE_DELETE, "\033[3~"}, {SDL_SCANCODE_PAGEUP, "\033[5~"}, {SDL_SCANCODE_PAGEDOWN, "\033[6~"}, {SDL_SCANCODE_F1, "\033OP"},
    {SDL_SCANCODE_F2, "\033OQ"},      {SDL_SCANCODE_F3, "\033OR"},      {SDL_SCANCODE_F4, "\033OS"},      {SDL_SCANCODE_F5, "\033[15~"},
    {SDL_SCANCODE_F6, "\033[17~"},    {SDL_SCANCODE_F7, "\033[18~"},    {SDL_SCANCODE_F8, "\033[19~"},    {SDL_SCANCODE_F9, "\033[20~"},
    {SDL_SCANCODE_F10, "\033[21~"},   {SDL_SCANCODE_F11, "\033[23~"},   {SDL_SCANCODE_F12, "\033[24~"},
};

void window_view_key(Window *o, const SDL_KeyboardEvent *k) {
    SDL_Keycode sym = k->keysym.sym; // by the layout: Ctrl and the key that is labelled C
    uint16_t mod = k->keysym.mod;
    if (k->type != SDL_KEYDOWN) return;
    if (mod & KMOD_SHIFT && (k->keysym.scancode == SDL_SCANCODE_PAGEUP || k->keysym.scancode == SDL_SCANCODE_PAGEDOWN))
        return window_view_scroll(o, k->keysym.scancode == SDL_SCANCODE_PAGEUP ? PAGE : -PAGE);
    for (unsigned i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
        if (sent[i].key == k->keysym.scancode) return window_view_text(o, sent[i].text);
    if (mod & KMOD_CTRL && !(mod & (KMOD_ALT | KMOD_MODE)) && sym >= '@' && sym < 128) {
        char c = (char)(sym & 0x1f);
        type(window_view(o), &c, 1);
    }
}
#endif
