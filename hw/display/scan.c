// SPDX-License-Identifier: MIT
// See scan.h. Looks run on the loop's thread from a timer of virtual time, and on any thread that is about to
// capture the screen.
#include "hw/display/scan.h"
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"

enum { MS = 1000000, OFTEN = 16 * MS, SELDOM = 200 * MS, PATIENCE = 30 };

void scan_hide(Scan *s) {
    if (!s->picture) return;
    screen_show(s->device->machine->screen, (unsigned)s->head, NULL, (Rect){0});
    picture_drop(s->picture);
    s->picture = NULL;
}

// Rows that differ are copied. Returns the first and one past the last of them.
static bool compare(Scan *s, uint32_t *first, uint32_t *end) {
    uint32_t *row = malloc(s->width * 4ull);
    *first = s->height;
    *end = 0;
    for (uint32_t y = 0; row && y < s->height; y++) {
        uint32_t *to = picture_at(s->picture, 0, y);
        pixels_convert(row, s->from + (uint64_t)y * s->stride, s->format, s->width);
        if (!memcmp(row, to, s->width * 4ull)) continue;
        memcpy(to, row, s->width * 4ull);
        if (*first > y) *first = y;
        *end = y + 1;
    }
    free(row);
    return *end;
}

static void look(Scan *s) {
    Screen *screen = s->device->machine->screen;
    uint32_t first, end;
    if (s->before) s->before(s->device);
    s->quiet++;
    if (!s->picture) return;
    screen_take(screen);
    bool changed = compare(s, &first, &end);
    screen_drop(screen);
    if (!changed) return;
    s->quiet = 0;
    screen_changed(screen, (unsigned)s->head, (Rect){0, first, s->width, end - first});
}

static void set_timer(Scan *s) {
    bool busy = s->picture && s->quiet < PATIENCE && screen_watched(s->device->machine->screen);
    device_timer_set(s->timer, clock_now(s->device->machine->clock) + (busy ? OFTEN : SELDOM));
}

static Scan *scan_of(Device *d) { return d->owner; }

static void tick(Device *d, unsigned i) {
    Scan *s = scan_of(d);
    if (screen_watched(d->machine->screen)) look(s);
    set_timer(s);
}

static void refresh(void *opaque) {
    Scan *s = opaque;
    device_enter(s->device);
    look(s);
    device_leave(s->device);
}

// 0: absurd.
static uint64_t bytes_of(uint32_t width, uint32_t height, uint32_t stride, PixelFormat format) {
    unsigned size = pixel_size(format);
    bool sane = size && width && height && width <= SCREEN_LARGEST && height <= SCREEN_LARGEST && stride >= width * size;
    return sane ? (uint64_t)stride * (height - 1) + (uint64_t)width * size : 0;
}

bool scan_show(Scan *s, uint64_t base, uint32_t width, uint32_t height, uint32_t stride, PixelFormat format) {
    uint64_t bytes = bytes_of(width, height, stride, format);
    const uint8_t *from = bytes ? mem_host(s->device->machine->mem, base, bytes, false) : NULL;
    return scan_show_memory(s, from, from ? bytes : 0, width, height, stride, format);
}

bool scan_show_memory(Scan *s, const uint8_t *from, uint64_t size, uint32_t width, uint32_t height, uint32_t stride, PixelFormat format) {
    uint64_t bytes = bytes_of(width, height, stride, format);
    bool same = s->picture && s->width == width && s->height == height && s->stride == stride && s->format == format;
    if (same && bytes && bytes <= size) { // another page of it: compared as any change
        s->from = from;
        return true;
    }
    scan_hide(s);
    if (!bytes || bytes > size) return false;
    s->from = from; // RAM stays where it is in the host while the machine lives
    s->width = width;
    s->height = height;
    s->stride = stride;
    s->format = format;
    s->quiet = 0;
    s->picture = picture_new(width, height);
    if (s->picture)
        screen_show(s->device->machine->screen, (unsigned)s->head, s->picture, picture_all(s->picture));
    return s->picture;
}

bool scan_plug(Scan *s, Device *d, void (*before)(Device *d), char *error, size_t error_size) {
    ScreenFront front = {.opaque = s, .refresh = refresh};
    s->device = d;
    s->before = before;
    d->owner = s;
    s->head = screen_add(d->machine->screen, &front, 1);
    if (s->head < 0) return FAIL("%s: the machine has more than %d heads", d->type->name, SCREEN_HEADS);
    s->timer = device_timer(d, tick, 0);
    return true;
}

void scan_unplug(Scan *s) {
    if (!s->device || s->head < 0) return;
    scan_hide(s);
    screen_remove(s->device->machine->screen, (unsigned)s->head, 1);
}

void scan_resume(Device *d, Scan *s) {
    device_enter(d);
    set_timer(s);
    device_leave(d);
}
