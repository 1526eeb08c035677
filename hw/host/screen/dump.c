// SPDX-License-Identifier: MIT
// Pictures as files: PNG through libpng, PPM without. Called by the monitor and by the window's screenshot key;
// a file that could not be written whole is removed.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hw/host/screen.h"
#include "tcg/base/fail.h"
#ifdef HAVE_PNG
#include <png.h>
#endif

static void put_row(uint8_t *rgb, const uint32_t *pixels, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        *rgb++ = (uint8_t)(pixels[i] >> 16);
        *rgb++ = (uint8_t)(pixels[i] >> 8);
        *rgb++ = (uint8_t)pixels[i];
    }
}

static bool write_ppm(const Picture *p, FILE *f, uint8_t *row) {
    bool ok = fprintf(f, "P6\n%u %u\n255\n", p->width, p->height) > 0;
    for (uint32_t y = 0; ok && y < p->height; y++) {
        put_row(row, p->pixels + (size_t)y * p->width, p->width);
        ok = fwrite(row, 3, p->width, f) == p->width;
    }
    return ok;
}

#ifdef HAVE_PNG
static bool write_png(const Picture *p, FILE *f, uint8_t *row) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool ok = info && !setjmp(png_jmpbuf(png));
    if (ok) {
        png_init_io(png, f);
        png_set_compression_level(png, 3);
        png_set_IHDR(png, info, p->width, p->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        for (uint32_t y = 0; y < p->height; y++) {
            put_row(row, p->pixels + (size_t)y * p->width, p->width);
            png_write_row(png, row);
        }
        png_write_end(png, NULL);
    }
    png_destroy_write_struct(&png, &info);
    return ok;
}
#endif

bool picture_write(const Picture *p, const char *path, char *error, size_t error_size) {
    size_t n = strlen(path);
    bool ppm = n >= 4 && !strcmp(path + n - 4, ".ppm");
#ifndef HAVE_PNG
    if (!ppm) return FAIL("'%s': this Myna was built without libpng: name a file that ends in .ppm", path);
#endif
    FILE *f = fopen(path, "wb");
    if (!f) return FAIL("'%s': %s", path, strerror(errno));
    uint8_t *row = malloc(3ull * p->width);
    bool ok = row;
#ifdef HAVE_PNG
    ok = ok && (ppm ? write_ppm(p, f, row) : write_png(p, f, row));
#else
    ok = ok && write_ppm(p, f, row);
#endif
    free(row);
    ok = !fclose(f) && ok;
    if (ok) return true;
    int why = errno;
    unlink(path);
    return FAIL("'%s': %s", path, why ? strerror(why) : "it could not be written");
}

bool screen_dump(Screen *s, unsigned head, const char *path, char *error, size_t error_size) {
    if (head >= screen_heads(s))
        return FAIL(screen_heads(s) ? "there is no head %u" : "this machine has no display device", head);
    Picture *p = screen_capture(s, head);
    if (!p) return FAIL("head %u shows nothing", head);
    bool ok = picture_write(p, path, error, error_size);
    picture_drop(p);
    return ok;
}
