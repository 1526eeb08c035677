// SPDX-License-Identifier: MIT
// Between the parts of the window: what they draw (draw.c), what they hear (event.c), and the loop (window.c).
#pragma once
#include "ui/sdl/api.h"
#include "ui/sdl/window.h"

typedef struct Window { // of one head
    Windows *all;
    unsigned head;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture; // of the view's size; NULL: the head is off
    uint32_t width, height;
    uint32_t last_width, last_height; // of the last picture there was
    SDL_Texture *cursor_texture; // for a grabbed pointer
    SDL_Cursor *cursor;
    bool dirty, vsync, has_cursor, cursor_on;
    int32_t cursor_x, cursor_y;
    uint64_t presented; // ticks of the last one
    uint64_t resize_at; // when the guest is asked for the window's size; 0: not
    uint64_t frames;    // at the last look at the rate
    unsigned rate;      // guest's frames a second
} Window;

struct Windows {
    Machine *machine;
    Input *input;
    Screen *screen;
    WindowSpec spec;
    ScreenClient client;
    ClipboardPeer clipboard;
    Window window[SCREEN_HEADS];
    unsigned n;
    bool grabbed, full_screen;
    uint64_t rate_at; // when rates are looked at next
    unsigned shots;
    uint32_t wake_event;
    _Atomic bool awake, stop, titles, copied; // copied: the guest, or a client, has a new text
};

enum { TICK = 16 }; // ms between two presentations where the display does not say

// draw.c
bool window_make(Windows *w, unsigned head, char *error, size_t error_size);
void window_destroy(Window *o);
void window_update(Window *o); // takes what changed from the screen
void window_present(Window *o);
void window_fit(Window *o); // the window takes the picture's size
void window_title(Window *o);
SDL_Rect window_place(const Window *o); // where the picture is drawn, in pixels of the renderer
void window_show_cursor(Window *o);

// event.c
void windows_event(Windows *w, const SDL_Event *e);
void windows_grab(Windows *w, bool on);

// window.c
void windows_wake(Windows *w); // any thread

// clipboard.c
void windows_join_clipboard(Windows *w);
void windows_offer_clipboard(Windows *w); // the desktop's text to the guest
void windows_take_clipboard(Windows *w);  // the guest's to the desktop, if it is new
