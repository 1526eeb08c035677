// SPDX-License-Identifier: MIT
// What a machine shows: heads, each a view of a picture and a cursor. Display devices fill them; windows, VNC
// and screendump draw them.
//
// A picture is 32-bit words 0xAARRGGBB in host memory, shared by counting: the device that draws into it and
// the screen that shows it each hold it. Pixels of a picture that may be shown are written and read with the
// screen's lock (rank LOCK_BACKEND: a device may take it under its own). What changed is told to each client as
// one rectangle a head, gathered until the client takes it, so a slow client costs nobody memory or time.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "tcg/base/lock.h"

enum { SCREEN_HEADS = 8, SCREEN_LARGEST = 16384 }; // pixels a side
enum { CURSOR_SIDE = 64 };

typedef struct Rect {
    uint32_t x, y, width, height;
} Rect;
Rect rect_join(Rect a, Rect b); // the smallest that holds both; an empty one holds nothing
Rect rect_meet(Rect a, Rect b); // width 0: they do not
static inline bool rect_inside(Rect r, uint32_t width, uint32_t height) {
    return r.x <= width && r.width <= width - r.x && r.y <= height && r.height <= height - r.y;
}

// Named by the bytes of a pixel in memory, lowest address first; X carries nothing.
typedef enum PixelFormat {
    PIXEL_NONE,
    PIXEL_BGRX,
    PIXEL_BGRA,
    PIXEL_XRGB,
    PIXEL_ARGB,
    PIXEL_RGBX,
    PIXEL_RGBA,
    PIXEL_XBGR,
    PIXEL_ABGR,
    PIXEL_BGR,    // three bytes
    PIXEL_RGB565, // 16 bits, little-endian
    PIXEL_FORMATS,
} PixelFormat;
unsigned pixel_size(PixelFormat f); // bytes
// n pixels to 0xAARRGGBB; formats without alpha give 0xff.
void pixels_convert(uint32_t *to, const uint8_t *from, PixelFormat f, size_t n);

typedef struct Picture {
    _Atomic unsigned users;
    uint32_t width, height;
    uint32_t pixels[]; // rows one after the other
} Picture;
Picture *picture_new(uint32_t width, uint32_t height); // black; NULL: no memory, or a side of 0 or too long
Picture *picture_hold(Picture *p);
void picture_drop(Picture *p); // NULL: nothing
static inline uint32_t *picture_at(Picture *p, uint32_t x, uint32_t y) {
    return p->pixels + (size_t)y * p->width + x;
}
static inline Rect picture_all(const Picture *p) { return (Rect){0, 0, p->width, p->height}; }

typedef struct ScreenCursor {
    bool visible;
    int32_t x, y;                              // of its hot spot, from the view's corner
    uint32_t hot_x, hot_y;                     // inside the image
    uint32_t image[CURSOR_SIDE * CURSOR_SIDE]; // alpha not multiplied in
} ScreenCursor;

typedef struct Screen Screen;

// ---- a display device's half

typedef struct ScreenFront {
    void *opaque;
    // The user would like this size (0 by 0: this head off). Any thread, no lock held; may be NULL.
    void (*mode)(void *opaque, unsigned head, uint32_t width, uint32_t height);
    // Somebody is about to look, for devices that no guest tells of changes. The same; may be NULL.
    void (*refresh)(void *opaque);
} ScreenFront;

Screen *screen_new(void);
void screen_free(Screen *s); // its devices and clients are gone
// Takes n heads and returns the first; -1: there are not so many. Before the machine runs.
int screen_add(Screen *s, const ScreenFront *front, unsigned n);
// The device goes: its heads are off and stay so.
void screen_remove(Screen *s, unsigned first, unsigned n);
void screen_take(Screen *s);
void screen_drop(Screen *s);
// These take the lock themselves. `view` lies in the picture; NULL: off.
void screen_show(Screen *s, unsigned head, Picture *p, Rect view);
void screen_changed(Screen *s, unsigned head, Rect in_picture);
void screen_set_cursor(Screen *s, unsigned head, const ScreenCursor *c);
void screen_move_cursor(Screen *s, unsigned head, int32_t x, int32_t y);
bool screen_watched(Screen *s); // has any client

// ---- a client's half

typedef struct Head {
    Picture *picture; // NULL: off
    Rect view;
    ScreenCursor cursor;
    uint64_t frames; // changes told by the device
} Head;

enum { SCREEN_PIXELS = 1, SCREEN_SIZE = 2, SCREEN_CURSOR = 4, SCREEN_CURSOR_MOVED = 8 };
typedef struct ScreenClient {
    void *opaque;
    // Any thread, under the screen's lock and perhaps a device's: may only wake the client up.
    void (*wake)(void *opaque);
    unsigned what[SCREEN_HEADS]; // SCREEN_x since last taken
    Rect damage[SCREEN_HEADS];   // in view
    struct ScreenClient *next;
} ScreenClient;

// Everything counts as changed at first.
void screen_attach(Screen *s, ScreenClient *c);
void screen_detach(Screen *s, ScreenClient *c); // on return it is woken no more
unsigned screen_heads(const Screen *s);         // that devices have taken
// With the lock: the head to draw from, and what the client was not yet told; damage is inside the view.
const Head *screen_head(const Screen *s, unsigned head);
unsigned screen_what(Screen *s, ScreenClient *c, unsigned head, Rect *damage);
// What users would like, for who can help a guest to come to it. `wished` may come on any thread, under the screen's lock: it only
// wakes somebody up, who then asks for each head's size; false: nobody said one yet.
typedef struct ScreenFollower {
    void *opaque;
    void (*wished)(void *opaque);
    struct ScreenFollower *next;
} ScreenFollower;
void screen_follow(Screen *s, ScreenFollower *f);
void screen_unfollow(Screen *s, ScreenFollower *f); // on return it is woken no more
bool screen_wish(Screen *s, unsigned head, uint32_t *width, uint32_t *height);
// No lock held.
void screen_request_mode(Screen *s, unsigned head, uint32_t width, uint32_t height);
void screen_refresh(Screen *s);
// Where pixel (x, y) of a head's view is on an absolute pointer that spans all heads side by side: 0..0x7fff.
void screen_locate(Screen *s, unsigned head, double x, double y, uint32_t *ax, uint32_t *ay);

// A copy of what a head shows, the cursor drawn in; NULL: it shows nothing.
Picture *screen_capture(Screen *s, unsigned head);
// Writes a PNG (or, if the name ends in .ppm or there is no libpng, a PPM). False with a message.
bool screen_dump(Screen *s, unsigned head, const char *path, char *error, size_t error_size);
bool picture_write(const Picture *p, const char *path, char *error, size_t error_size);
