// SPDX-License-Identifier: MIT
// Between the parts of the window: what they draw (draw.c), what they hear (event.c), and the loop (window.c).
#pragma once
#include "ui/sdl/api.h"
#include "ui/sdl/window.h"
#include "ui/text/terminal.h"

enum { VIEWS = 8 };

typedef struct TextView {
    Windows *all;
    char name[32];
    Serial *serial;
    bool answers; // to the questions of programs
    Lock lock;    // of the terminal
    Terminal terminal;
    _Atomic bool dirty;
} TextView;

typedef struct Totals { // since the start: ns, instructions, bytes
    uint64_t cpu, instructions, read, written, sent, received;
} Totals;

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
    uint64_t frames;    // of the guest, when the status was written last
    unsigned shown;     // 0: the picture, else a text view
    SDL_Texture *text_texture, *status_texture;
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
    TextView *view[VIEWS];
    unsigned nviews;
    uint64_t rated_at, rate_at; // when rates were looked at last, and are next
    Totals before, now;
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
SDL_Rect window_place(const Window *o, uint32_t width, uint32_t height); // where a picture is drawn, in pixels of the renderer
void window_show_cursor(Window *o);
SDL_Texture *window_texture(Window *o, uint32_t width, uint32_t height);

// event.c
void windows_event(Windows *w, const SDL_Event *e);
void windows_grab(Windows *w, bool on);

// window.c
void windows_wake(Windows *w); // any thread

// clipboard.c
void windows_join_clipboard(Windows *w);
void windows_offer_clipboard(Windows *w); // the desktop's text to the guest
void windows_take_clipboard(Windows *w);  // the guest's to the desktop, if it is new

// text.c
TextView *window_view(const Window *o);          // NULL: the picture is shown
void window_show_view(Window *o, unsigned n);    // 0: the picture
void window_update_view(Window *o);              // takes what was written
void window_view_key(Window *o, const SDL_KeyboardEvent *k);
void window_view_text(Window *o, const char *text);
void window_view_scroll(Window *o, int up);
void windows_drop_views(Windows *w);

// status.c
void windows_show_status(Windows *w, bool on);
void windows_measure(Windows *w, uint64_t now);
void window_draw_status(Window *o);
