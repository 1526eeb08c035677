// SPDX-License-Identifier: MIT
// A picture that a program in the guest draws into, and who shows it: /dev/fb0, or DRM's dumb buffers, of which one is shown while the
// other is drawn.
#ifndef TESTS_BENCH_DISPLAY_SHOW_H
#define TESTS_BENCH_DISPLAY_SHOW_H

#include <stdint.h>

typedef struct Show {
    uint32_t width, height, stride; // pixels
    uint32_t *pixels;               // to draw in now
    void (*present)(struct Show *s); // what was drawn is shown
    int fd;
    uint32_t crtc, framebuffer[2], now; // DRM
    uint32_t *buffer[2];
} Show;

_Noreturn void give_up(const char *what); // with errno's text
void show_open_fb(Show *s);
void show_open_drm(Show *s);

#endif
