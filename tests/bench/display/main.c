// SPDX-License-Identifier: MIT
// Draws on the guest's screen: the rows of the group `display`, named on the command line. Those that the guest times print `start NAME` and
// `NAME frames seconds checksum`, as tests/bench/linux does; `updates` and `still` only say when they begin and end, `input-to-picture`
// answers keys until it is killed: what they cost is measured outside.
#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "tests/bench/display/show.h"

enum { FRAMES = 150, UPDATES = 600, RATE = 60 };

static double seconds_now(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

// Three waves that move, each pixel of each frame computed anew, with integers alone.
static uint64_t draw_waves(Show *s, unsigned frame, const uint8_t wave[256], const uint32_t colours[256]) {
    uint64_t sum = 0;

    for (uint32_t y = 0; y < s->height; y++) {
        uint32_t *row = s->pixels + (size_t)y * s->stride;
        for (uint32_t x = 0; x < s->width; x++) {
            unsigned v = wave[(x + 2 * frame) & 255] + wave[(y + 3 * frame) & 255] + wave[((x + y) / 2 - frame) & 255];
            row[x] = colours[v & 255];
        }
        sum = sum * 31 + row[(frame * 7 + y) % s->width];
    }
    return sum;
}

// The card has one master, this process, as long as anything of it is open.
static Show *drm(void) {
    static Show s;

    if (!s.pixels)
        show_open_drm(&s);
    return &s;
}

static void animate(const char *name, Show *s) {
    uint8_t wave[256];
    uint32_t colours[256];
    uint64_t sum = 0;

    for (int i = 0; i < 256; i++) {
        int half = i < 128 ? i : 255 - i;
        wave[i] = (uint8_t)(half * half / 64);
        colours[i] = (uint32_t)(i << 16 | (255 - i) << 8 | (i * 2 & 255));
    }
    printf("start %s\n", name);
    fflush(stdout);
    double start = seconds_now();
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        sum += draw_waves(s, frame, wave, colours);
        s->present(s);
    }
    printf("%s %u %.6f %016llx\n", name, FRAMES, seconds_now() - start, (unsigned long long)sum);
    fflush(stdout);
}

static void fill(Show *s, uint32_t colour) {
    for (uint32_t y = 0; y < s->height; y++)
        for (uint32_t x = 0; x < s->width; x++)
            s->pixels[(size_t)y * s->stride + x] = colour;
}

// The picture changes 60 times a second (or not at all: shown is false), at no cost of drawing.
static void update(const char *name, int shown) {
    Show *s = drm();

    fill(s, 0x204060);
    s->present(s);
    fill(s, 0x604020);
    printf("start %s\n", name);
    fflush(stdout);
    double start = seconds_now();
    for (unsigned i = 1; i <= UPDATES; i++) {
        double left = start + (double)i / RATE - seconds_now();
        if (left > 0)
            usleep((useconds_t)(left * 1e6));
        if (shown)
            s->present(s);
    }
    printf("%s %u %.6f 0\n", name, UPDATES, seconds_now() - start);
    fflush(stdout);
}

// Each key that goes down fills the screen with the next colour.
static void answer_keys(const char *name) {
    static const uint32_t colours[2] = {0xff0000, 0x0000ff};
    Show *s = drm();
    struct input_event e;
    int keys = open("/dev/input/event0", O_RDONLY);

    if (keys < 0)
        give_up("/dev/input/event0");
    fill(s, colours[1]);
    s->present(s);
    printf("start %s\n", name);
    fflush(stdout);
    for (unsigned n = 0; read(keys, &e, sizeof e) == sizeof e;) {
        if (e.type != EV_KEY || e.value != 1)
            continue;
        fill(s, colours[n++ & 1]);
        s->present(s);
    }
}

int main(int argc, char **argv) {
    Show fb = {0};

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "fb-animation"))
            show_open_fb(&fb), animate(argv[i], &fb);
        if (!strcmp(argv[i], "drm-animation"))
            animate(argv[i], drm());
        if (!strcmp(argv[i], "updates") || !strcmp(argv[i], "still"))
            update(argv[i], !strcmp(argv[i], "updates"));
        if (!strcmp(argv[i], "input-to-picture"))
            answer_keys(argv[i]);
    }
    return 0;
}
