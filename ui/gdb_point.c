// SPDX-License-Identifier: MIT
// Breakpoints and watchpoints of gdb: Z and z packets. All are the engine's, by virtual address, so one can be
// set before anything is mapped there; software and hardware breakpoints are the same thing. gdb may set two
// kinds at one address and takes back each by itself. gdb manual, "Packets".
#include <stdlib.h>
#include "ui/gdb_impl.h"

enum { SOFTWARE, HARDWARE, WRITE, READ, ACCESS };

static unsigned watch_access(unsigned type) {
    return type == WRITE ? WATCHED_WRITE : type == READ ? WATCHED_READ : WATCHED_READ | WATCHED_WRITE;
}

const char *gdb_watch_name(unsigned access) {
    return access == WATCHED_WRITE ? "watch" : access == WATCHED_READ ? "rwatch" : "awatch";
}

// "type,address,kind[;...]"; kind is the length of what is watched. Conditions are gdb's to check.
static bool take_point(GdbStub *g, const char *at, GdbPoint *p) {
    uint64_t type;
    *p = (GdbPoint){0};
    if (!gdb_take_hex(&at, &type) || !gdb_take_char(&at, ',') || !gdb_take_hex(&at, &p->address) ||
        !gdb_take_char(&at, ',') || !gdb_take_hex(&at, &p->size)) {
        fprintf(g->reply, "E16");
        return false;
    }
    p->type = (unsigned)type;
    return type <= ACCESS; // others: the empty reply
}

static bool equal(const GdbPoint *a, const GdbPoint *b) {
    return a->type == b->type && a->address == b->address && (a->type < WRITE || a->size == b->size);
}

static unsigned find_point(const GdbStub *g, const GdbPoint *p) {
    unsigned i = 0;
    while (i < g->npoints && !equal(&g->point[i], p)) i++;
    return i;
}

static bool other_breakpoint_at(const GdbStub *g, uint64_t address) {
    for (unsigned i = 0; i < g->npoints; i++)
        if (g->point[i].type < WRITE && g->point[i].address == address) return true;
    return false;
}

bool gdb_watches(const GdbStub *g, uint64_t address) {
    for (unsigned i = 0; i < g->npoints; i++)
        if (g->point[i].type >= WRITE && address - g->point[i].address < g->point[i].size) return true;
    return false;
}

static void apply(GdbStub *g, const GdbPoint *p, bool set) {
    Engine *e = g->machine->engine;
    if (p->type >= WRITE)
        engine_watch(e, p->address, p->size, watch_access(p->type), set);
    else if (!other_breakpoint_at(g, p->address))
        engine_breakpoint(e, p->address, set);
}

void gdb_set_point(GdbStub *g, const char *at, const char *end) {
    GdbPoint p;
    if (!take_point(g, at, &p)) return;
    if (find_point(g, &p) == g->npoints) {
        GdbPoint *room = realloc(g->point, (g->npoints + 1) * sizeof(*room));
        if (!room) {
            fprintf(g->reply, "E0c");
            return;
        }
        g->point = room;
        apply(g, &p, true);
        g->point[g->npoints++] = p;
    }
    fprintf(g->reply, "OK");
}

static void remove_point(GdbStub *g, unsigned i) {
    GdbPoint p = g->point[i];
    g->point[i] = g->point[--g->npoints];
    apply(g, &p, false);
}

void gdb_clear_point(GdbStub *g, const char *at, const char *end) {
    GdbPoint p;
    if (!take_point(g, at, &p)) return;
    unsigned i = find_point(g, &p);
    if (i < g->npoints) remove_point(g, i);
    fprintf(g->reply, "OK");
}

void gdb_clear_points(GdbStub *g) {
    while (g->npoints) remove_point(g, g->npoints - 1);
}
