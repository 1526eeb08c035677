// SPDX-License-Identifier: MIT
// Watches the console for the first byte. A silent guest is the commonest trouble there is, and its user sees
// nothing at all: so after five seconds of running one line says what each CPU is doing. The watcher stands
// in for the console's write until a byte came or the line was printed.
#include "ui/silence.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 5000 };

struct Silence {
    Machine *machine;
    Serial *serial;
    const SerialOps *ops; // the console's own
    SerialOps tap;        // in its place
    _Atomic bool spoke;
    Timer *timer;
};

static Silence *of(Serial *s) { return (Silence *)((uint8_t *)s->ops - offsetof(Silence, tap)); }

static size_t tap_write(Serial *s, const uint8_t *bytes, size_t n) {
    Silence *w = of(s);
    if (n) atomic_store_explicit(&w->spoke, true, memory_order_relaxed);
    return w->ops->write(s, bytes, n);
}

typedef struct Look {
    Cpu *cpu;
    char *text;
    size_t size;
} Look;

// On the CPU's own thread, between blocks.
static void look(Vcpu *v, void *arg) {
    Look *l = arg;
    FILE *f = open_memstream(&l->text, &l->size);
    if (l->cpu->type->where) l->cpu->type->where(l->cpu, f);
    fclose(f);
}

static void tell(void *silence) {
    Silence *w = silence;
    if (atomic_load_explicit(&w->spoke, memory_order_relaxed)) return;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    fprintf(f, "myna: the guest has been silent for %d seconds;", PATIENCE_MS / 1000);
    for (unsigned i = 0; i < w->machine->ncpus && i < 2; i++) {
        Look l = {.cpu = w->machine->cpus[i]};
        vcpu_work(l.cpu->vcpu, look, &l, true);
        fprintf(f, "%s cpu%u %s", i ? ";" : "", i, l.text ? l.text : "");
        free(l.text);
    }
    fprintf(f, " (-d int,guest_errors tells more)\r\n");
    fclose(f);
    fputs(text, stderr);
    free(text);
}

Silence *silence_watch(Machine *m, Serial *s) {
    Silence *w = calloc(1, sizeof(*w));
    w->machine = m;
    w->serial = s;
    w->ops = s->ops;
    w->tap = *s->ops;
    w->tap.write = tap_write;
    s->ops = &w->tap;
    w->timer = timer_new(m->clock, tell, w);
    timer_set(w->timer, clock_now(m->clock) + PATIENCE_MS * 1000000ull);
    return w;
}

void silence_free(Silence *w) {
    if (!w) return;
    w->serial->ops = w->ops;
    timer_free(w->timer);
    free(w);
}
