// SPDX-License-Identifier: MIT
// The screen of screen.h: heads under one lock, and what each client has not yet seen of them. Devices call in
// from vCPU threads and the loop, clients from theirs; nothing here waits for anybody.
#include <stdlib.h>
#include <string.h>
#include "hw/host/screen.h"

struct Screen {
    Lock lock;
    unsigned nheads;
    Head head[SCREEN_HEADS];
    struct {
        ScreenFront front; // opaque NULL functions: the device is gone
        unsigned first;    // its first head
    } owner[SCREEN_HEADS]; // of each head
    struct {
        uint32_t width, height;
        bool said;
    } wish[SCREEN_HEADS];
    ScreenClient *clients;
    ScreenFollower *followers;
};

Screen *screen_new(void) {
    Screen *s = calloc(1, sizeof(*s));
    lock_init(&s->lock, LOCK_BACKEND, "screen");
    return s;
}

void screen_free(Screen *s) {
    for (unsigned i = 0; i < SCREEN_HEADS; i++) picture_drop(s->head[i].picture);
    lock_destroy(&s->lock);
    free(s);
}

int screen_add(Screen *s, const ScreenFront *front, unsigned n) {
    if (!n || n > SCREEN_HEADS - s->nheads) return -1;
    screen_take(s);
    unsigned first = s->nheads;
    for (unsigned i = 0; i < n; i++) {
        s->owner[first + i].front = *front;
        s->owner[first + i].first = first;
    }
    s->nheads += n;
    screen_drop(s);
    return (int)first;
}

void screen_remove(Screen *s, unsigned first, unsigned n) {
    for (unsigned i = first; i < first + n; i++) {
        screen_show(s, i, NULL, (Rect){0});
        screen_take(s);
        s->owner[i].front = (ScreenFront){0};
        screen_drop(s);
    }
}

void screen_take(Screen *s) { lock_take(&s->lock); }
void screen_drop(Screen *s) { lock_drop(&s->lock); }

// With the lock.
static void tell(Screen *s, unsigned head, unsigned what, Rect damage) {
    for (ScreenClient *c = s->clients; c; c = c->next) {
        bool known = c->what[head];
        c->what[head] |= what;
        c->damage[head] = rect_join(c->damage[head], damage);
        if (!known) c->wake(c->opaque);
    }
}

static Rect whole(const Head *h) { return (Rect){0, 0, h->view.width, h->view.height}; }

void screen_show(Screen *s, unsigned head, Picture *p, Rect view) {
    Head *h = &s->head[head];
    Picture *before;
    screen_take(s);
    bool same_size = p && h->picture && h->view.width == view.width && h->view.height == view.height;
    before = h->picture;
    h->picture = picture_hold(p);
    h->view = p ? view : (Rect){0};
    h->frames++;
    if (p || before) {
        if (!same_size) // what was damaged of the old size may lie outside the new one
            for (ScreenClient *c = s->clients; c; c = c->next) c->damage[head] = (Rect){0};
        tell(s, head, SCREEN_PIXELS | (same_size ? 0 : SCREEN_SIZE), whole(h));
    }
    screen_drop(s);
    picture_drop(before);
}

void screen_changed(Screen *s, unsigned head, Rect r) {
    Head *h = &s->head[head];
    screen_take(s);
    Rect seen = rect_meet(r, h->view);
    if (h->picture && seen.width) {
        h->frames++;
        tell(s, head, SCREEN_PIXELS, (Rect){seen.x - h->view.x, seen.y - h->view.y, seen.width, seen.height});
    }
    screen_drop(s);
}

void screen_set_cursor(Screen *s, unsigned head, const ScreenCursor *c) {
    screen_take(s);
    s->head[head].cursor = *c;
    tell(s, head, SCREEN_CURSOR | SCREEN_CURSOR_MOVED, (Rect){0});
    screen_drop(s);
}

void screen_move_cursor(Screen *s, unsigned head, int32_t x, int32_t y) {
    ScreenCursor *c = &s->head[head].cursor;
    screen_take(s);
    if (c->x != x || c->y != y) {
        c->x = x;
        c->y = y;
        tell(s, head, SCREEN_CURSOR_MOVED, (Rect){0});
    }
    screen_drop(s);
}

bool screen_watched(Screen *s) {
    screen_take(s);
    bool any = s->clients;
    screen_drop(s);
    return any;
}

// ---- clients

void screen_attach(Screen *s, ScreenClient *c) {
    screen_take(s);
    c->next = s->clients;
    s->clients = c;
    for (unsigned i = 0; i < s->nheads; i++) {
        c->what[i] = SCREEN_PIXELS | SCREEN_SIZE | SCREEN_CURSOR | SCREEN_CURSOR_MOVED;
        c->damage[i] = whole(&s->head[i]);
    }
    screen_drop(s);
}

void screen_detach(Screen *s, ScreenClient *c) {
    screen_take(s);
    ScreenClient **at = &s->clients;
    while (*at && *at != c) at = &(*at)->next;
    if (*at) *at = c->next;
    screen_drop(s);
}

unsigned screen_heads(const Screen *s) { return s->nheads; }
const Head *screen_head(const Screen *s, unsigned head) { return &s->head[head]; }

unsigned screen_what(Screen *s, ScreenClient *c, unsigned head, Rect *damage) {
    unsigned what = c->what[head];
    *damage = c->damage[head];
    c->what[head] = 0;
    c->damage[head] = (Rect){0};
    return what;
}

void screen_request_mode(Screen *s, unsigned head, uint32_t width, uint32_t height) {
    if (head >= s->nheads) return;
    screen_take(s);
    ScreenFront front = s->owner[head].front;
    unsigned first = s->owner[head].first;
    screen_drop(s);
    if (front.mode) front.mode(front.opaque, head - first, width, height);
    screen_take(s); // after the device, so that a guest which is woken up finds the new size there
    s->wish[head].width = width;
    s->wish[head].height = height;
    s->wish[head].said = true;
    for (ScreenFollower *f = s->followers; f; f = f->next) f->wished(f->opaque);
    screen_drop(s);
}

void screen_follow(Screen *s, ScreenFollower *f) {
    screen_take(s);
    f->next = s->followers;
    s->followers = f;
    screen_drop(s);
}

void screen_unfollow(Screen *s, ScreenFollower *f) {
    screen_take(s);
    ScreenFollower **at = &s->followers;
    while (*at && *at != f) at = &(*at)->next;
    if (*at) *at = f->next;
    screen_drop(s);
}

bool screen_wish(Screen *s, unsigned head, uint32_t *width, uint32_t *height) {
    screen_take(s);
    bool said = head < s->nheads && s->wish[head].said;
    *width = said ? s->wish[head].width : 0;
    *height = said ? s->wish[head].height : 0;
    screen_drop(s);
    return said;
}

void screen_refresh(Screen *s) {
    for (unsigned i = 0; i < s->nheads; i++) {
        screen_take(s);
        ScreenFront front = s->owner[i].front;
        bool first = s->owner[i].first == i;
        screen_drop(s);
        if (first && front.refresh) front.refresh(front.opaque);
    }
}

static uint32_t to_axis(double at, double size) {
    double value = size > 1 ? at * 0x7fff / (size - 1) + 0.5 : 0;
    return value < 0 ? 0 : value > 0x7fff ? 0x7fff : (uint32_t)value;
}

void screen_locate(Screen *s, unsigned head, double x, double y, uint32_t *ax, uint32_t *ay) {
    double width = 0, height = 0;
    screen_take(s);
    for (unsigned i = 0; i < s->nheads; i++) {
        const Rect *v = &s->head[i].view;
        if (i == head) x += width;
        width += v->width;
        if (v->height > height) height = v->height;
    }
    screen_drop(s);
    *ax = to_axis(x, width);
    *ay = to_axis(y, height);
}

// ---- captures

static uint32_t blend(uint32_t under, uint32_t over) {
    uint32_t a = over >> 24, result = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t u = under >> shift & 255, o = over >> shift & 255;
        result |= (o * a + u * (255 - a) + 127) / 255 << shift;
    }
    return result | 0xff000000;
}

static void draw_cursor(Picture *p, const ScreenCursor *c) {
    int64_t left = (int64_t)c->x - c->hot_x, top = (int64_t)c->y - c->hot_y;
    for (int64_t y = 0; c->visible && y < CURSOR_SIDE; y++)
        for (int64_t x = 0; x < CURSOR_SIDE; x++) {
            int64_t px = left + x, py = top + y;
            if (px < 0 || py < 0 || px >= p->width || py >= p->height) continue;
            uint32_t *at = picture_at(p, (uint32_t)px, (uint32_t)py);
            *at = blend(*at, c->image[y * CURSOR_SIDE + x]);
        }
}

Picture *screen_capture(Screen *s, unsigned head) {
    Picture *copy = NULL;
    screen_refresh(s);
    screen_take(s);
    const Head *h = &s->head[head];
    if (head < s->nheads && h->picture) copy = picture_new(h->view.width, h->view.height);
    for (uint32_t y = 0; copy && y < copy->height; y++)
        memcpy(picture_at(copy, 0, y), picture_at(h->picture, h->view.x, h->view.y + y), copy->width * 4ull);
    if (copy) draw_cursor(copy, &h->cursor);
    screen_drop(s);
    return copy;
}
