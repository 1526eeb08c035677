// SPDX-License-Identifier: MIT
// See show.h. The kernel's interfaces: linux/fb.h, drm/drm_mode.h (include/uapi).
#include "tests/bench/display/show.h"
#include <drm/drm.h>
#include <drm/drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void give_up(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void call(int fd, unsigned long request, void *argument, const char *what) {
    while (ioctl(fd, request, argument))
        if (errno != EINTR && errno != EBUSY) // busy: the flip before is under way
            give_up(what);
}

static int open_soon(const char *path) { // its driver may still be starting
    for (int tries = 0; tries < 100; tries++, usleep(50000)) {
        int fd = open(path, O_RDWR);
        if (fd >= 0)
            return fd;
    }
    give_up(path);
}

// ---- /dev/fb0: the kernel finds out by itself what was drawn

static void present_nothing(Show *s) {}

void show_open_fb(Show *s) {
    struct fb_var_screeninfo var;
    struct fb_fix_screeninfo fix;

    s->fd = open_soon("/dev/fb0");
    call(s->fd, FBIOGET_VSCREENINFO, &var, "FBIOGET_VSCREENINFO");
    call(s->fd, FBIOGET_FSCREENINFO, &fix, "FBIOGET_FSCREENINFO");
    s->width = var.xres;
    s->height = var.yres;
    s->stride = fix.line_length / 4;
    s->pixels = mmap(NULL, (size_t)fix.line_length * var.yres, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (s->pixels == MAP_FAILED || var.bits_per_pixel != 32)
        give_up("/dev/fb0");
    s->present = present_nothing;
}

// ---- DRM

static void make_buffer(Show *s, int i) {
    struct drm_mode_create_dumb dumb = {.width = s->width, .height = s->height, .bpp = 32};
    call(s->fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb, "CREATE_DUMB");
    struct drm_mode_fb_cmd fb = {.width = s->width, .height = s->height, .pitch = dumb.pitch, .bpp = 32, .depth = 24, .handle = dumb.handle};
    struct drm_mode_map_dumb map = {.handle = dumb.handle};
    call(s->fd, DRM_IOCTL_MODE_ADDFB, &fb, "ADDFB");
    call(s->fd, DRM_IOCTL_MODE_MAP_DUMB, &map, "MAP_DUMB");
    s->framebuffer[i] = fb.fb_id;
    s->stride = dumb.pitch / 4;
    s->buffer[i] = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, (off_t)map.offset);
    if (s->buffer[i] == MAP_FAILED)
        give_up("dumb buffer");
    memset(s->buffer[i], 0, dumb.size);
}

// Shows what was drawn, waits until that is so, and goes on in the other buffer.
static void flip(Show *s) {
    char events[256];
    struct pollfd ready = {s->fd, POLLIN, 0};
    struct drm_mode_crtc_page_flip f = {.crtc_id = s->crtc, .fb_id = s->framebuffer[s->now], .flags = DRM_MODE_PAGE_FLIP_EVENT};

    call(s->fd, DRM_IOCTL_MODE_PAGE_FLIP, &f, "PAGE_FLIP");
    if (poll(&ready, 1, 5000) != 1 || read(s->fd, events, sizeof events) < 0)
        give_up("no flip");
    s->now ^= 1;
    s->pixels = s->buffer[s->now];
}

void show_open_drm(Show *s) {
    uint32_t crtcs[8], connectors[8];
    struct drm_mode_modeinfo modes[128];
    struct drm_mode_card_res found = {.crtc_id_ptr = (uintptr_t)crtcs, .connector_id_ptr = (uintptr_t)connectors, .count_crtcs = 8, .count_connectors = 8};

    s->fd = open_soon("/dev/dri/card0");
    call(s->fd, DRM_IOCTL_MODE_GETRESOURCES, &found, "GETRESOURCES");
    struct drm_mode_get_connector c = {.connector_id = connectors[0], .modes_ptr = (uintptr_t)modes, .count_modes = 128};
    call(s->fd, DRM_IOCTL_MODE_GETCONNECTOR, &c, "GETCONNECTOR");
    if (!c.count_modes)
        give_up("no mode");
    s->width = modes[0].hdisplay;
    s->height = modes[0].vdisplay;
    s->crtc = crtcs[0];
    make_buffer(s, 0);
    make_buffer(s, 1);
    struct drm_mode_crtc set = {.set_connectors_ptr = (uintptr_t)connectors, .count_connectors = 1, .crtc_id = s->crtc,
                                .fb_id = s->framebuffer[1], .mode_valid = 1, .mode = modes[0]};
    call(s->fd, DRM_IOCTL_MODE_SETCRTC, &set, "SETCRTC");
    s->pixels = s->buffer[0];
    s->present = flip;
}
