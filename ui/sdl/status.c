// SPDX-License-Identifier: MIT
// The status line, on request: a bar at the window's lower edge that tells each second how many frames the guest drew, how many
// instructions its CPUs retired (which they count while the line is there, tcg/run/meter.h) and how busy they kept the host's, and what went
// through its disks and networks.
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "tcg/run/meter.h"
#include "ui/sdl/api.h"
#ifdef HAVE_SDL2
#include "ui/sdl/impl.h"

enum { FIRST = 300, EVERY = 1000, COLUMNS = 116 }; // ms; characters

// Threads of vCPUs, ns.
static uint64_t cpu_time(const Machine *m) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < m->ncpus; i++) {
        clockid_t clock;
        struct timespec t;
        if (!pthread_getcpuclockid(m->cpus[i]->thread, &clock) && !clock_gettime(clock, &t))
            sum += (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
    }
    return sum;
}

static Totals totals(Windows *w) {
    Totals t = {.cpu = cpu_time(w->machine), .instructions = engine_metered(w->machine->engine)};
    const BackEnds *ends = &w->machine->ends;
    for (unsigned i = 0; i < ends->n; i++) {
        if (ends->list[i].kind == PROP_DISK) {
            DiskStats s = disk_stats(ends->list[i].end);
            t.read += s.read_bytes;
            t.written += s.write_bytes;
        } else if (ends->list[i].kind == PROP_NET) {
            Net *n = ends->list[i].end;
            t.sent += atomic_load_explicit(&n->sent, memory_order_relaxed);
            t.received += atomic_load_explicit(&n->received, memory_order_relaxed);
        }
    }
    return t;
}

static const char *rate(char to[16], uint64_t now, uint64_t before, uint64_t ms) {
    double bytes = (double)(now - before) * 1000 / (double)ms;
    const char *unit = "kMG";
    for (bytes /= 1000; bytes >= 1000 && unit[1]; unit++) bytes /= 1000;
    snprintf(to, 16, "%.1f %cB/s", bytes, *unit);
    return to;
}

static uint64_t frames_of(const Window *o) {
    screen_take(o->all->screen);
    uint64_t frames = screen_head(o->all->screen, o->head)->frames;
    screen_drop(o->all->screen);
    return frames;
}

static void write_line(Window *o, uint64_t ms) {
    const Totals *a = &o->all->before, *b = &o->all->now;
    char text[200], r[16], w[16], in[16], out[16];
    uint64_t frames = frames_of(o);
    snprintf(text, sizeof(text), "%ux%u  %.0f frames/s  %.0f MIPS  CPU %.0f%%  disk %s r, %s w  net %s in, %s out", o->width, o->height,
             (double)(frames - o->frames) * 1000 / (double)ms, (double)(b->instructions - a->instructions) / 1e3 / (double)ms,
             (double)(b->cpu - a->cpu) / 1e4 / (double)ms, rate(r, b->read, a->read, ms), rate(w, b->written, a->written, ms),
             rate(in, b->received, a->received, ms), rate(out, b->sent, a->sent, ms));
    o->frames = frames;
    static uint32_t pixels[COLUMNS * FONT_WIDTH * FONT_HEIGHT];
    font_print(pixels, COLUMNS * FONT_WIDTH, COLUMNS, text, 0xffffffff, 0xff202020);
    if (!o->status_texture) o->status_texture = window_texture(o, COLUMNS * FONT_WIDTH, FONT_HEIGHT);
    if (o->status_texture) sdl.UpdateTexture(o->status_texture, NULL, pixels, COLUMNS * FONT_WIDTH * 4);
    o->dirty = true;
}

void windows_show_status(Windows *w, bool on) {
    w->spec.status = on;
    engine_meter(w->machine->engine, on);
    w->rated_at = sdl.GetTicks64();
    w->rate_at = w->rated_at + FIRST;
    w->now = totals(w);
    for (unsigned i = 0; i < w->n; i++) {
        Window *o = &w->window[i];
        o->frames = frames_of(o);
        if (o->status_texture) sdl.DestroyTexture(o->status_texture); // what it says is old
        o->status_texture = NULL;
        o->dirty = true;
    }
}

void windows_measure(Windows *w, uint64_t now) {
    if (!w->spec.status || now <= w->rated_at || now < w->rate_at) return;
    uint64_t ms = now - w->rated_at;
    w->rated_at = now;
    w->rate_at = now + EVERY;
    w->before = w->now;
    w->now = totals(w);
    for (unsigned i = 0; i < w->n; i++) write_line(&w->window[i], ms);
}

void window_draw_status(Window *o) {
    int width = 0, height = 0;
    if (!o->all->spec.status || !o->status_texture) return;
    sdl.GetRendererOutputSize(o->renderer, &width, &height);
    int scale = width / (COLUMNS * FONT_WIDTH) > 0 ? width / (COLUMNS * FONT_WIDTH) : 1;
    SDL_Rect to = {0, height - FONT_HEIGHT * scale, COLUMNS * FONT_WIDTH * scale, FONT_HEIGHT * scale};
    sdl.RenderCopy(o->renderer, o->status_texture, NULL, &to);
}
#endif
