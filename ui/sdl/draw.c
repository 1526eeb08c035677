// SPDX-License-Identifier: MIT
// What a window shows: the head's view in a texture of its size, scaled by whole numbers (or smoothly) into the
// middle of the window. Only what changed is uploaded, straight from the picture the device draws into.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"

enum { FIRST_WIDTH = 640, FIRST_HEIGHT = 480 }; // of a head that shows nothing yet

void window_title(Window *o) {
    Windows *w = o->all;
    const char *name = w->machine->spec->name ? w->machine->spec->name : w->machine->board->name;
    const TextView *view = window_view(o);
    char text[256], head[16] = "";
    if (w->n > 1) snprintf(head, sizeof(head), " [%u]", o->head + 1);
    snprintf(text, sizeof(text), "Myna: %.100s%s%s%s%s%s", name, head, view ? " - " : "", view ? view->name : "",
             machine_running(w->machine) ? "" : " (paused)",
             w->grabbed ? " - Ctrl+Alt+G releases the pointer" : "");
    sdl.SetWindowTitle(o->window, text);
}

// OpenGL that is itself software makes every frame with threads of its own; SDL's own blits cost a third of that.
static bool gl_is_software(const SDL_RendererInfo *info) {
    enum { RENDERER = 0x1f01 }; // GL_RENDERER
    const unsigned char *(*get_string)(unsigned name) = NULL;
    if (!strncmp(info->name, "opengl", 6)) *(void **)&get_string = sdl.GL_GetProcAddress("glGetString");
    const char *name = get_string ? (const char *)get_string(RENDERER) : NULL;
    return name && (strstr(name, "llvmpipe") || strstr(name, "softpipe") || strstr(name, "SwiftShader") || strstr(name, "Software"));
}

static void make_renderer(Window *o) {
    static bool software;
    SDL_RendererInfo info = {0};
    if (!software) o->renderer = sdl.CreateRenderer(o->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (o->renderer && !sdl.GetRendererInfo(o->renderer, &info) && gl_is_software(&info) && !getenv("SDL_RENDER_DRIVER")) {
        sdl.DestroyRenderer(o->renderer);
        o->renderer = NULL;
        software = true;
        sdl.SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    }
    if (!o->renderer) o->renderer = sdl.CreateRenderer(o->window, -1, SDL_RENDERER_SOFTWARE);
    if (!o->renderer && software) o->renderer = sdl.CreateRenderer(o->window, -1, SDL_RENDERER_PRESENTVSYNC); // Wayland takes no blits
    if (o->renderer) sdl.GetRendererInfo(o->renderer, &info);
    o->vsync = (info.flags & SDL_RENDERER_PRESENTVSYNC) && !(info.flags & SDL_RENDERER_SOFTWARE);
}

bool window_make(Windows *w, unsigned head, char *error, size_t error_size) {
    Window *o = &w->window[head];
    o->all = w;
    o->head = head;
    o->window = sdl.CreateWindow("Myna", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, FIRST_WIDTH,
                                 FIRST_HEIGHT, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!o->window) return FAIL("no window can be opened: %s", sdl.GetError());
    make_renderer(o);
    if (!o->renderer) return FAIL("nothing can be drawn in a window: %s", sdl.GetError());
    sdl.SetWindowMinimumSize(o->window, 64, 64);
    o->dirty = true;
    window_title(o);
    return true;
}

// The window itself goes with the process: SDL's wake-ups travel on a connection of their own to the X server, and one
// that comes to a window no longer there would end us with an X error instead of the guest's exit code.
void window_destroy(Window *o) {
    if (o->texture) sdl.DestroyTexture(o->texture);
    if (o->cursor_texture) sdl.DestroyTexture(o->cursor_texture);
    if (o->text_texture) sdl.DestroyTexture(o->text_texture);
    if (o->status_texture) sdl.DestroyTexture(o->status_texture);
    if (o->renderer) sdl.DestroyRenderer(o->renderer);
    if (o->window) sdl.HideWindow(o->window);
    if (o->cursor) sdl.FreeCursor(o->cursor);
}

// ---- size

void window_fit(Window *o) {
    SDL_Rect usable = {0, 0, 0, 0};
    uint32_t flags = sdl.GetWindowFlags(o->window);
    if (!o->width || o->all->full_screen || (flags & SDL_WINDOW_MAXIMIZED)) return;
    int width = (int)o->width, height = (int)o->height, index = sdl.GetWindowDisplayIndex(o->window);
    if (index >= 0 && !sdl.GetDisplayUsableBounds(index, &usable) && usable.w > 64 && usable.h > 64) {
        if (width > usable.w) width = usable.w;
        if (height > usable.h) height = usable.h;
    }
    sdl.SetWindowSize(o->window, width, height);
}

SDL_Rect window_place(const Window *o, uint32_t picture_width, uint32_t picture_height) {
    int out_w = 1, out_h = 1;
    sdl.GetRendererOutputSize(o->renderer, &out_w, &out_h);
    double w = picture_width ? picture_width : 1, h = picture_height ? picture_height : 1;
    double scale = out_w / w < out_h / h ? out_w / w : out_h / h;
    if (!o->all->spec.smooth && scale >= 1) scale = (int)scale;
    int width = (int)(w * scale + 0.5), height = (int)(h * scale + 0.5);
    return (SDL_Rect){(out_w - width) / 2, (out_h - height) / 2, width, height};
}

// ---- from the screen

SDL_Texture *window_texture(Window *o, uint32_t width, uint32_t height) {
    SDL_Texture *t = sdl.CreateTexture(o->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
    if (t) sdl.SetTextureBlendMode(t, SDL_BLENDMODE_NONE);
    return t;
}

static void set_size(Window *o, uint32_t width, uint32_t height) {
    if (width == o->width && height == o->height) return;
    if (o->texture) sdl.DestroyTexture(o->texture);
    o->texture = NULL;
    o->width = width;
    o->height = height;
    if (!width) return;
    o->texture = window_texture(o, width, height);
    int now_w = 0, now_h = 0;
    sdl.GetWindowSize(o->window, &now_w, &now_h);
    // The user's own resizing, answered by the guest, leaves the window as it is; so does a picture that comes back as it was.
    bool again = o->last_width == width && o->last_height == height;
    o->last_width = width;
    o->last_height = height;
    if (!again && (now_w != (int)width || now_h != (int)height)) window_fit(o);
}

static void take_cursor(Window *o, const ScreenCursor *c) {
    static const uint32_t r = 0xff0000, g = 0xff00, b = 0xff, a = 0xff000000;
    o->cursor_on = c->visible;
    if (!c->visible) return;
    o->has_cursor = true;
    if (o->cursor) sdl.FreeCursor(o->cursor);
    SDL_Surface *image =
        sdl.CreateRGBSurfaceFrom((void *)c->image, CURSOR_SIDE, CURSOR_SIDE, 32, CURSOR_SIDE * 4, r, g, b, a);
    o->cursor = image ? sdl.CreateColorCursor(image, (int)c->hot_x, (int)c->hot_y) : NULL;
    if (image) sdl.FreeSurface(image);
    if (!o->cursor_texture) {
        o->cursor_texture = sdl.CreateTexture(o->renderer, SDL_PIXELFORMAT_ARGB8888,
                                              SDL_TEXTUREACCESS_STREAMING, CURSOR_SIDE, CURSOR_SIDE);
        if (o->cursor_texture) sdl.SetTextureBlendMode(o->cursor_texture, SDL_BLENDMODE_BLEND);
    }
    if (o->cursor_texture) sdl.UpdateTexture(o->cursor_texture, NULL, c->image, CURSOR_SIDE * 4);
}

// The guest's own image follows the host's pointer without delay; until a guest has one, the host's arrow.
void window_show_cursor(Window *o) {
    bool absolute = input_has(o->all->input, INPUT_ABSOLUTE) && !window_view(o);
    sdl.SetCursor(absolute && o->cursor ? o->cursor : sdl.GetDefaultCursor());
    sdl.ShowCursor(!absolute || !o->has_cursor || o->cursor_on ? SDL_ENABLE : SDL_DISABLE);
}

void window_update(Window *o) {
    Rect d;
    Screen *s = o->all->screen;
    bool cursor_changed = false;
    screen_take(s);
    const Head *h = screen_head(s, o->head);
    unsigned what = screen_what(s, &o->all->client, o->head, &d);
    if (what & SCREEN_SIZE) set_size(o, h->view.width, h->view.height);
    if ((what & SCREEN_PIXELS) && o->texture && h->picture && d.width) {
        SDL_Rect part = {(int)d.x, (int)d.y, (int)d.width, (int)d.height};
        sdl.UpdateTexture(o->texture, &part, picture_at(h->picture, h->view.x + d.x, h->view.y + d.y),
                          (int)h->picture->width * 4);
    }
    if (what & SCREEN_CURSOR) take_cursor(o, &h->cursor), cursor_changed = true;
    o->cursor_x = h->cursor.x - (int32_t)h->cursor.hot_x;
    o->cursor_y = h->cursor.y - (int32_t)h->cursor.hot_y;
    screen_drop(s);
    if (cursor_changed) window_show_cursor(o);
    if (what & (SCREEN_PIXELS | SCREEN_SIZE) || (what && o->all->grabbed)) o->dirty = true;
}

static void draw_texture(Window *o, SDL_Texture *t, uint32_t width, SDL_Rect to) {
    bool whole = to.w % (width ? (int)width : 1) == 0;
    if (!t) return;
    sdl.SetTextureScaleMode(t, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    sdl.RenderCopy(o->renderer, t, NULL, &to);
}

static void draw_picture(Window *o) {
    SDL_Rect to = window_place(o, o->width, o->height);
    draw_texture(o, o->texture, o->width, to);
    if (!o->texture || !o->cursor_texture || !o->cursor_on || !o->all->grabbed) return;
    double scale = (double)to.w / o->width;
    SDL_Rect c = {to.x + (int)(o->cursor_x * scale), to.y + (int)(o->cursor_y * scale), (int)(CURSOR_SIDE * scale),
                  (int)(CURSOR_SIDE * scale)};
    sdl.RenderCopy(o->renderer, o->cursor_texture, NULL, &c);
}

void window_present(Window *o) {
    sdl.SetRenderDrawColor(o->renderer, 0, 0, 0, 255);
    sdl.RenderClear(o->renderer);
    if (window_view(o))
        draw_texture(o, o->text_texture, TERM_WIDTH, window_place(o, TERM_WIDTH, TERM_HEIGHT));
    else
        draw_picture(o);
    window_draw_status(o);
    sdl.RenderPresent(o->renderer);
    o->dirty = false;
    o->presented = sdl.GetTicks64();
}
#endif
