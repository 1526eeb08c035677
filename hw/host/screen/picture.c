// SPDX-License-Identifier: MIT
// Pictures and pixel formats. Everything inside Myna is 0xAARRGGBB; this is the one place that knows how other
// formats lie in memory. Called by display devices with sizes they have checked.
#include <stdlib.h>
#include <string.h>
#include "hw/host/screen.h"

Rect rect_join(Rect a, Rect b) {
    if (!a.width || !a.height) return b;
    if (!b.width || !b.height) return a;
    uint32_t x = a.x < b.x ? a.x : b.x, y = a.y < b.y ? a.y : b.y;
    uint32_t ax = a.x + a.width, bx = b.x + b.width, ay = a.y + a.height, by = b.y + b.height;
    return (Rect){x, y, (ax > bx ? ax : bx) - x, (ay > by ? ay : by) - y};
}

Rect rect_meet(Rect a, Rect b) {
    uint64_t x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    uint64_t ax = (uint64_t)a.x + a.width, bx = (uint64_t)b.x + b.width;
    uint64_t ay = (uint64_t)a.y + a.height, by = (uint64_t)b.y + b.height;
    uint64_t right = ax < bx ? ax : bx, below = ay < by ? ay : by;
    if (right <= x || below <= y) return (Rect){0};
    return (Rect){(uint32_t)x, (uint32_t)y, (uint32_t)(right - x), (uint32_t)(below - y)};
}

Picture *picture_new(uint32_t width, uint32_t height) {
    if (!width || !height || width > SCREEN_LARGEST || height > SCREEN_LARGEST) return NULL;
    Picture *p = calloc(1, sizeof(*p) + (size_t)width * height * 4);
    if (!p) return NULL;
    p->users = 1;
    p->width = width;
    p->height = height;
    return p;
}

Picture *picture_hold(Picture *p) {
    if (p) p->users++;
    return p;
}

void picture_drop(Picture *p) {
    if (p && --p->users == 0) free(p);
}

// Where each colour's byte is in a pixel of four bytes; alpha -1: none.
static const struct {
    uint8_t size;
    int8_t r, g, b, a;
} layouts[PIXEL_FORMATS] = {
    [PIXEL_BGRX] = {4, 2, 1, 0, -1},   [PIXEL_BGRA] = {4, 2, 1, 0, 3},  [PIXEL_XRGB] = {4, 1, 2, 3, -1},
    [PIXEL_ARGB] = {4, 1, 2, 3, 0},    [PIXEL_RGBX] = {4, 0, 1, 2, -1}, [PIXEL_RGBA] = {4, 0, 1, 2, 3},
    [PIXEL_XBGR] = {4, 3, 2, 1, -1},   [PIXEL_ABGR] = {4, 3, 2, 1, 0},  [PIXEL_BGR] = {3, 2, 1, 0, -1},
    [PIXEL_RGB565] = {2, 0, 0, 0, -1},
};

unsigned pixel_size(PixelFormat f) { return layouts[f].size; }

static uint32_t from_565(unsigned v) {
    unsigned r = v >> 11, g = v >> 5 & 63, b = v & 31;
    return 0xff000000 | (r << 3 | r >> 2) << 16 | (g << 2 | g >> 4) << 8 | (b << 3 | b >> 2);
}

// Four pixels at a time: the commonest format, and compilers leave such loops as they are at -O2.
static void force_alpha(uint32_t *to, const uint8_t *from, size_t n) {
    typedef uint32_t Four __attribute__((vector_size(16)));
    const Four alpha = {0xff000000, 0xff000000, 0xff000000, 0xff000000};
    Four p;
    for (; n >= 4; n -= 4, to += 4, from += 16) {
        memcpy(&p, from, sizeof(p));
        p |= alpha;
        memcpy(to, &p, sizeof(p));
    }
    for (; n; n--, from += 4) {
        memcpy(to, from, 4);
        *to++ |= 0xff000000;
    }
}

void pixels_convert(uint32_t *to, const uint8_t *from, PixelFormat f, size_t n) {
    unsigned size = layouts[f].size;
    int r = layouts[f].r, g = layouts[f].g, b = layouts[f].b, a = layouts[f].a;
    if (f == PIXEL_BGRA) {
        memmove(to, from, n * 4); // as it is; may be in place
    } else if (f == PIXEL_BGRX) {
        force_alpha(to, from, n);
    } else if (f == PIXEL_RGB565) {
        for (size_t i = 0; i < n; i++, from += 2) to[i] = from_565(from[0] | (unsigned)from[1] << 8);
    } else {
        for (size_t i = 0; i < n; i++, from += size)
            to[i] =
                (a < 0 ? 0xffu : from[a]) << 24 | (uint32_t)from[r] << 16 | (uint32_t)from[g] << 8 | from[b];
    }
}
