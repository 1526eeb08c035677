// SPDX-License-Identifier: MIT
// See flame.h. A tree of frames.
#include "ui/flame.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct Frame {
    char *name;
    uint64_t self, total;
    struct Frame *child, *next;
} Frame;

struct Flame {
    Frame root;
};

enum { WIDTH = 1200, ROW = 17, MARGIN = 10, HEAD = 40, DEEPEST = 200 };

Flame *flame_new(void) { return calloc(1, sizeof(Flame)); }

static void frames_free(Frame *f) {
    for (Frame *next; f; f = next) {
        next = f->next;
        frames_free(f->child);
        free(f->name);
        free(f);
    }
}

void flame_free(Flame *f) {
    if (!f) return;
    frames_free(f->root.child);
    free(f);
}

// In order of their names, so that two pictures of one guest can be compared.
static Frame *child_of(Frame *f, const char *name) {
    Frame **at = &f->child;
    for (; *at; at = &(*at)->next) {
        int order = strcmp((*at)->name, name);
        if (!order) return *at;
        if (order > 0) break;
    }
    Frame *c = calloc(1, sizeof(*c));
    char *copy = strdup(name);
    if (!c || !copy) {
        free(c);
        free(copy);
        return NULL;
    }
    *c = (Frame){.name = copy, .next = *at};
    return *at = c;
}

void flame_add(Flame *flame, const char *const *names, unsigned n, uint64_t samples) {
    Frame *f = &flame->root;
    f->total += samples;
    for (unsigned i = 0; i < n && i < DEEPEST; i++) {
        Frame *c = child_of(f, names[i]);
        if (!c) break;
        (f = c)->total += samples;
    }
    f->self += samples;
}

uint64_t flame_total(const Flame *f) { return f->root.total; }

static unsigned depth_of(const Frame *f) {
    unsigned deepest = 0;
    for (const Frame *c = f->child; c; c = c->next) {
        unsigned d = 1 + depth_of(c);
        if (d > deepest) deepest = d;
    }
    return deepest;
}

static void put_text(const char *text, unsigned most, FILE *to) {
    for (unsigned i = 0; text[i] && i < most; i++) switch (text[i]) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default: fputc((unsigned char)text[i] < ' ' ? '?' : text[i], to);
        }
}

// Warm colours for the guest's functions, told apart by name; cold ones for the emulator's own parts, in brackets.
static void put_colour(const char *name, FILE *to) {
    unsigned hash = 5381;
    for (const char *p = name; *p; p++) hash = hash * 33 + (unsigned char)*p;
    if (*name == '[')
        fprintf(to, "rgb(%u,%u,%u)", 90 + hash % 40, 140 + hash / 64 % 50, 210 + hash / 4096 % 40);
    else
        fprintf(to, "rgb(%u,%u,%u)", 215 + hash % 40, 90 + hash / 64 % 120, 40 + hash / 8192 % 40);
}

static void put_frames(const Frame *parent, double x, double y, double scale, uint64_t all, FILE *to) {
    for (const Frame *f = parent->child; f; f = f->next) {
        double width = (double)f->total * scale;
        if (width >= 0.3) { // narrower than a pixel: nothing to see
            fputs("<g><title>", to);
            put_text(f->name, 400, to);
            fprintf(to, " (%" PRIu64 " samples, %.2f%%)</title><rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\" fill=\"", f->total,
                    100.0 * (double)f->total / (double)all, x, y, width, ROW - 1);
            put_colour(f->name, to);
            fputs("\"/>", to);
            unsigned letters = (unsigned)(width / 6.6);
            if (letters >= 3) {
                fprintf(to, "<text x=\"%.2f\" y=\"%.0f\">", x + 3, y + 12);
                put_text(f->name, letters, to);
                fputs("</text>", to);
            }
            fputs("</g>\n", to);
            put_frames(f, x, y - ROW, scale, all, to);
        }
        x += width;
    }
}

void flame_svg(const Flame *flame, const char *title, FILE *to) {
    uint64_t all = flame->root.total ? flame->root.total : 1;
    unsigned height = HEAD + (depth_of(&flame->root) + 1) * ROW;
    fprintf(to,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" "
            "height=\"%u\" font-family=\"monospace\" font-size=\"11\">\n<style>g:hover rect{stroke:#000}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fdf6e3\"/>\n<text x=\"%d\" y=\"22\" font-size=\"14\">",
            WIDTH, height, WIDTH, height, MARGIN);
    put_text(title, 400, to);
    fputs("</text>\n", to);
    put_frames(&flame->root, MARGIN, height - ROW - 4, (double)(WIDTH - 2 * MARGIN) / (double)all, all, to);
    fputs("</svg>\n", to);
}

static void put_folded(const Frame *f, const char *path, FILE *to) {
    for (const Frame *c = f->child; c; c = c->next) {
        char *here = NULL;
        if (asprintf(&here, "%s%s%s", path, *path ? ";" : "", c->name) < 0) return;
        if (c->self) fprintf(to, "%s %" PRIu64 "\n", here, c->self);
        put_folded(c, here, to);
        free(here);
    }
}

void flame_folded(const Flame *flame, FILE *to) { put_folded(&flame->root, "", to); }
