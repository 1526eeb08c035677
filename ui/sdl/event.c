// SPDX-License-Identifier: MIT
// What the user does in a window: keys and pointer to the guest (or a text view), Ctrl+Alt and a letter or digit to Myna. With an absolute
// pointer device nothing is ever grabbed; with a mouse a click grabs, Ctrl+Alt+G lets go, and the title says so.
#include <linux/input-event-codes.h>
#include <stdio.h>
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"
#include "ui/sdl/keys.h"

enum { RESIZE_DELAY = 200 }; // ms after the last movement of the window's edge

static Window *find(Windows *w, uint32_t id) {
    for (unsigned i = 0; i < w->n; i++)
        if (sdl.GetWindowID(w->window[i].window) == id) return &w->window[i];
    return NULL;
}

static void titles(Windows *w) {
    for (unsigned i = 0; i < w->n; i++) window_title(&w->window[i]);
}

void windows_grab(Windows *w, bool on) {
    if (on == w->grabbed) return;
    w->grabbed = on;
    sdl.SetRelativeMouseMode(on ? SDL_TRUE : SDL_FALSE);
    for (unsigned i = 0; i < w->n; i++) w->window[i].dirty = true;
    titles(w);
}

// ---- keys of our own

static void set_full_screen(Windows *w, Window *o) {
    w->full_screen = !w->full_screen;
    sdl.SetWindowFullscreen(o->window, w->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    sdl.SetWindowKeyboardGrab(o->window, w->full_screen ? SDL_TRUE : SDL_FALSE);
    o->resize_at = sdl.GetTicks64() + RESIZE_DELAY;
    o->dirty = true;
}

static void take_shot(Windows *w, Window *o) {
    char path[64], error[300];
    FILE *taken;
    do snprintf(path, sizeof(path), "myna-%u.png", ++w->shots);
    while ((taken = fopen(path, "rb")) && !fclose(taken) && w->shots < 10000);
    bool ok = screen_dump(w->screen, o->head, path, error, sizeof(error));
    fprintf(stderr, "myna: screenshot: %s\n", ok ? path : error);
}

static bool hot_key(Windows *w, Window *o, SDL_Scancode key) {
    switch (key) {
    case SDL_SCANCODE_G: windows_grab(w, !w->grabbed && !input_has(w->input, INPUT_ABSOLUTE)); return true;
    case SDL_SCANCODE_F: set_full_screen(w, o); return true;
    case SDL_SCANCODE_S: take_shot(w, o); return true;
    case SDL_SCANCODE_R: machine_reset(w->machine); return true;
    case SDL_SCANCODE_Q: machine_kill(w->machine, 0); return true;
    case SDL_SCANCODE_P:
        machine_running(w->machine) ? machine_pause(w->machine) : machine_resume(w->machine);
        return true;
    case SDL_SCANCODE_I:
        w->spec.smooth = !w->spec.smooth;
        o->dirty = true;
        return true;
    case SDL_SCANCODE_L:
        windows_show_status(w, !w->spec.status);
        return true;
    default:
        if (key < SDL_SCANCODE_1 || key > SDL_SCANCODE_9) return false;
        return window_show_view(o, key - SDL_SCANCODE_1), true;
    }
}

static void key_event(Windows *w, Window *o, const SDL_KeyboardEvent *k) {
    bool ours = (k->keysym.mod & (KMOD_LCTRL | KMOD_RCTRL)) && (k->keysym.mod & KMOD_LALT);
    bool text = o && window_view(o);
    if (k->repeat && !text) return; // guests repeat by themselves
    if (k->type == SDL_KEYDOWN && ours && o && !k->repeat && hot_key(w, o, k->keysym.scancode)) return;
    if (text) return window_view_key(o, k);
    input_key(w->input, key_from_usage(k->keysym.scancode), k->type == SDL_KEYDOWN);
}

// ---- pointer

static void point(Windows *w, Window *o, int x, int y) {
    int points_w = 1, points_h = 1, out_w = 1, out_h = 1;
    uint32_t ax, ay;
    if (!o->width || window_view(o) || !input_has(w->input, INPUT_ABSOLUTE)) return;
    sdl.GetWindowSize(o->window, &points_w, &points_h);
    sdl.GetRendererOutputSize(o->renderer, &out_w, &out_h);
    SDL_Rect to = window_place(o, o->width, o->height);
    // The middle of the host's pixel, so that no guest pixel is out of reach.
    double px = ((x + 0.5) * out_w / points_w - to.x) * o->width / to.w - 0.5;
    double py = ((y + 0.5) * out_h / points_h - to.y) * o->height / to.h - 0.5;
    px = px < 0 ? 0 : px > o->width - 1 ? o->width - 1 : px;
    py = py < 0 ? 0 : py > o->height - 1 ? o->height - 1 : py;
    screen_locate(w->screen, o->head, px, py, &ax, &ay);
    input_point(w->input, ax, ay);
}

static void motion_event(Windows *w, Window *o, const SDL_MouseMotionEvent *m) {
    if (w->grabbed)
        input_move(w->input, m->xrel, m->yrel);
    else if (o)
        point(w, o, m->x, m->y);
}

static void button_event(Windows *w, Window *o, const SDL_MouseButtonEvent *b) {
    static const uint16_t codes[] = {[SDL_BUTTON_LEFT] = BTN_LEFT,
                                     [SDL_BUTTON_MIDDLE] = BTN_MIDDLE,
                                     [SDL_BUTTON_RIGHT] = BTN_RIGHT,
                                     [SDL_BUTTON_X1] = BTN_SIDE,
                                     [SDL_BUTTON_X2] = BTN_EXTRA};
    bool absolute = input_has(w->input, INPUT_ABSOLUTE);
    if (o && window_view(o)) return;
    if (b->button >= sizeof(codes) / sizeof(codes[0]) || !codes[b->button]) return;
    if (!absolute && !w->grabbed) {
        if (b->type == SDL_MOUSEBUTTONUP && b->button == SDL_BUTTON_LEFT &&
            input_has(w->input, INPUT_RELATIVE))
            windows_grab(w, true);
        return;
    }
    if (absolute && o) point(w, o, b->x, b->y);
    input_button(w->input, codes[b->button], b->type == SDL_MOUSEBUTTONDOWN);
}

static void wheel_event(Windows *w, Window *o, const SDL_MouseWheelEvent *m) {
    int sign = m->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    if (o && window_view(o)) return window_view_scroll(o, 3 * m->y * sign);
    input_wheel(w->input, -m->y * sign, m->x * sign);
}

static void finger_event(Windows *w, const SDL_TouchFingerEvent *f) {
    double x = f->x < 0 ? 0 : f->x > 1 ? 1 : f->x, y = f->y < 0 ? 0 : f->y > 1 ? 1 : f->y;
    if (input_has(w->input, INPUT_TOUCH))
        input_touch(w->input, (unsigned)(f->fingerId % 10), f->type != SDL_FINGERUP,
                    (uint32_t)(x * INPUT_AXIS), (uint32_t)(y * INPUT_AXIS));
}

// ---- windows

static void window_event(Windows *w, Window *o, const SDL_WindowEvent *e) {
    switch (e->event) {
    case SDL_WINDOWEVENT_EXPOSED: o->dirty = true; break;
    case SDL_WINDOWEVENT_SIZE_CHANGED: o->dirty = true; break;
    case SDL_WINDOWEVENT_RESIZED:
        o->resize_at = sdl.GetTicks64() + RESIZE_DELAY;
        break; // by the user or the desktop
    case SDL_WINDOWEVENT_ENTER: window_show_cursor(o); break;
    case SDL_WINDOWEVENT_FOCUS_GAINED:
        window_view(o) ? sdl.StartTextInput() : sdl.StopTextInput();
        windows_offer_clipboard(w);
        break;
    case SDL_WINDOWEVENT_FOCUS_LOST:
        input_release_all(w->input);
        windows_grab(w, false);
        break;
    case SDL_WINDOWEVENT_CLOSE:
        if (!w->spec.keep) machine_kill(w->machine, 0);
        break;
    }
}

void windows_event(Windows *w, const SDL_Event *e) {
    switch (e->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP: key_event(w, find(w, e->key.windowID), &e->key); break;
    case SDL_MOUSEMOTION:
        if (e->motion.which != SDL_TOUCH_MOUSEID) motion_event(w, find(w, e->motion.windowID), &e->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (e->button.which != SDL_TOUCH_MOUSEID) button_event(w, find(w, e->button.windowID), &e->button);
        break;
    case SDL_MOUSEWHEEL: wheel_event(w, find(w, e->wheel.windowID), &e->wheel); break;
    case SDL_TEXTINPUT: {
        Window *o = find(w, e->text.windowID);
        if (o && window_view(o)) window_view_text(o, e->text.text);
        break;
    }
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP: finger_event(w, &e->tfinger); break;
    case SDL_WINDOWEVENT: {
        Window *o = find(w, e->window.windowID);
        if (o) window_event(w, o, &e->window);
        break;
    }
    case SDL_CLIPBOARDUPDATE: windows_offer_clipboard(w); break;
    case SDL_QUIT:
        if (!w->spec.keep) machine_kill(w->machine, 0);
        break;
    }
}
#endif
