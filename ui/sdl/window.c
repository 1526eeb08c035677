// SPDX-License-Identifier: MIT
// The window's loop, on the main thread: it sleeps in SDL until the user does something, the screen says that
// something changed (client.wake pushes one event), or a deadline comes. An idle guest wakes nobody. Presentation
// is paced by vsync, or by TICK where the renderer has none.
#include "ui/sdl/window.h"
#include <stdio.h>
#include <stdlib.h>
#include "tcg/base/fail.h"
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"

static void wake(void *opaque) {
    Windows *w = opaque;
    SDL_Event e = {.type = w->wake_event};
    if (!atomic_exchange(&w->awake, true)) sdl.PushEvent(&e);
}

void windows_wake(Windows *w) { wake(w); }

void windows_stop(Windows *w) {
    atomic_store(&w->stop, true);
    wake(w);
}

void windows_state(Windows *w) {
    atomic_store(&w->titles, true);
    wake(w);
}

static bool has_display(void) {
    static const char *const names[] = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"};
    for (unsigned i = 0; i < 3; i++)
        if (getenv(names[i]) && *getenv(names[i])) return true;
    return false;
}

static bool start_sdl(const Machine *m, char *error, size_t error_size) {
    if (!screen_heads(m->screen))
        return FAIL("no window: the machine has no display device (-device virtio-gpu-device)");
    if (!has_display()) return FAIL("no window: neither DISPLAY nor WAYLAND_DISPLAY is set");
    if (!sdl_load(error, error_size)) return false;
    sdl.SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    sdl.SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    if (sdl.Init(SDL_INIT_VIDEO)) return FAIL("no window: %s", sdl.GetError());
    sdl.EnableScreenSaver();
    sdl.StopTextInput(); // keys, not characters
    return true;
}

Windows *windows_open(Machine *m, const WindowSpec *spec, char *error, size_t error_size) {
    if (!start_sdl(m, error, error_size)) return NULL;
    Windows *w = calloc(1, sizeof(*w));
    w->machine = m;
    w->input = &m->input;
    w->screen = m->screen;
    w->spec = *spec;
    w->wake_event = sdl.RegisterEvents(1);
    w->n = screen_heads(m->screen);
    for (unsigned i = 0; i < w->n; i++)
        if (!window_make(w, i, error, error_size)) return windows_close(w), NULL;
    if (spec->full_screen) {
        w->full_screen = true;
        sdl.SetWindowFullscreen(w->window[0].window, SDL_WINDOW_FULLSCREEN_DESKTOP);
        w->window[0].resize_at = 1;
    }
    w->client.opaque = w;
    w->client.wake = wake;
    screen_attach(m->screen, &w->client);
    windows_join_clipboard(w);
    if (spec->status) windows_show_status(w, true);
    return w;
}

void windows_close(Windows *w) {
    if (w->client.wake) screen_detach(w->screen, &w->client);
    if (w->clipboard.changed) clipboard_leave(&w->machine->clipboard, &w->clipboard);
    input_release_all(w->input);
    windows_drop_views(w);
    for (unsigned i = 0; i < w->n; i++) window_destroy(&w->window[i]);
    free(w);
}

// ---- deadlines

static void ask_for_size(Window *o) {
    int width = 0, height = 0;
    o->resize_at = 0;
    sdl.GetWindowSize(o->window, &width, &height);
    if (width > 0 && height > 0 && ((uint32_t)width != o->width || (uint32_t)height != o->height))
        screen_request_mode(o->all->screen, o->head, (uint32_t)width, (uint32_t)height);
}

// Is there something to show that may be shown now? *wait: ms until it may.
static bool may_present(const Window *o, uint64_t now, int *wait) {
    if (!o->dirty || (sdl.GetWindowFlags(o->window) & (SDL_WINDOW_HIDDEN | SDL_WINDOW_MINIMIZED)))
        return false;
    uint64_t since = now - o->presented;
    if (o->vsync || since >= TICK) return true;
    if (*wait < 0 || *wait > (int)(TICK - since)) *wait = (int)(TICK - since);
    return false;
}

static void sooner(int *wait, uint64_t at, uint64_t now) {
    int left = at > now ? (int)(at - now) : 0;
    if (*wait < 0 || left < *wait) *wait = left;
}

// Does what is due; returns how long nothing is, -1: until something happens.
static int run_due(Windows *w) {
    uint64_t now = sdl.GetTicks64();
    int wait = -1;
    if (atomic_exchange(&w->titles, false))
        for (unsigned i = 0; i < w->n; i++) window_title(&w->window[i]);
    windows_measure(w, now);
    if (w->spec.status) sooner(&wait, w->rate_at, now);
    for (unsigned i = 0; i < w->n; i++) {
        Window *o = &w->window[i];
        if (o->resize_at && o->resize_at <= now) ask_for_size(o);
        if (o->resize_at) sooner(&wait, o->resize_at, now);
        if (may_present(o, now, &wait)) window_present(o);
    }
    return wait;
}

void windows_run(Windows *w) {
    SDL_Event e;
    for (unsigned i = 0; i < w->n; i++) window_update(&w->window[i]);
    while (!atomic_load(&w->stop)) {
        int wait = run_due(w);
        bool got = wait < 0 ? sdl.WaitEvent(&e) : sdl.WaitEventTimeout(&e, wait);
        while (got && !atomic_load(&w->stop)) {
            if (e.type == w->wake_event) {
                atomic_store(&w->awake, false); // before looking: what comes now wakes again
                for (unsigned i = 0; i < w->n; i++) window_update(&w->window[i]), window_update_view(&w->window[i]);
                windows_take_clipboard(w);
            } else {
                windows_event(w, &e);
            }
            got = sdl.PollEvent(&e);
        }
    }
}
#else
Windows *windows_open(Machine *m, const WindowSpec *spec, char *error, size_t error_size) {
    sdl_load(error, error_size);
    return NULL;
}
bool windows_add_view(Windows *w, const char *name, Serial *s) { return false; }
void windows_run(Windows *w) {}
void windows_stop(Windows *w) {}
void windows_state(Windows *w) {}
void windows_close(Windows *w) {}
#endif
