// SPDX-License-Identifier: MIT
// The gdb stub's connection, and stopping and resuming. gdb works in all-stop mode: while it looks, every CPU
// stands; when it resumes, each CPU steps, runs or stays as the packet says. A step alone leaves virtual time
// standing, so no timer fires into it, and the engine holds interrupts back while a CPU steps.
//
// Stops come from four sides: a CPU by itself (breakpoint, step), gdb's Ctrl-C, somebody else pausing the
// machine, its end. The first one clears `running` and is reported; the others find it clear.
#include "ui/gdbstub.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "ui/gdb_impl.h"

void gdbstub_address(const char *gdb, char *text, size_t size) {
    bool anywhere = !strncmp(gdb, "tcp::", 5), socket = !strncmp(gdb, "tcp:", 4) || !strncmp(gdb, "unix:", 5);
    if (anywhere)
        snprintf(text, size, "tcp:localhost:%s,server=on,wait=off", gdb + 5);
    else
        snprintf(text, size, "%s%s", gdb, socket ? ",server=on,wait=off" : "");
}

// ---- sending

static void put_ack(GdbStub *g, char ack) {
    if (!g->no_ack) outbox_put(&g->out, &ack, 1);
}

void gdb_send(GdbStub *g, const char *text, size_t n) {
    free(g->last);
    g->last = gdb_frame(text, n, &g->last_size);
    outbox_put(&g->out, g->last, g->last_size);
}

void gdb_put_thread(FILE *to, unsigned cpu) { fprintf(to, "p1.%x", cpu + 1); }

void gdb_put_stop(GdbStub *g, FILE *to) {
    fprintf(to, "T%02xthread:", g->signal);
    gdb_put_thread(to, g->cpu);
    fprintf(to, ";");
    if (g->watch) fprintf(to, "%s:%" PRIx64 ";", gdb_watch_name(g->watch), g->watch_address);
}

static void report_stop(GdbStub *g) {
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    gdb_put_stop(g, to);
    fclose(to);
    gdb_send(g, text, size);
    free(text);
}

// ---- stopping

static void pause_all(GdbStub *g) {
    Machine *m = g->machine;
    machine_pause(m);
    if (g->partial) {
        clock_pause(m->clock, true);
        for (unsigned i = 0; i < m->ncpus; i++) cpu_pause(m->cpus[i]);
    }
    g->partial = false;
    for (unsigned i = 0; i < m->ncpus; i++) {
        m->cpus[i]->vcpu->step = false;
        // A watchpoint is hit once: if another CPU's stop is told now, this one's is told at the next resume.
        if (atomic_load(&g->why[i]) != 1 + RUN_WATCHPOINT) atomic_store(&g->why[i], 0);
    }
}

static void take_watch(GdbStub *g, unsigned cpu) {
    const Vcpu *v = g->machine->cpus[cpu]->vcpu;
    g->watch = v->watch.access;
    g->watch_address = v->watch.vaddr;
    atomic_store(&g->why[cpu], 0);
}

void gdb_stop(GdbStub *g, unsigned signal, unsigned cpu) {
    bool report = g->running;
    g->running = false;
    pause_all(g);
    if (!report) return;
    g->signal = signal;
    g->watch = 0;
    if (atomic_load(&g->why[cpu]) == 1 + RUN_WATCHPOINT) take_watch(g, cpu);
    g->cpu = g->cpu_run = cpu;
    report_stop(g);
}

static void cpu_stopped(void *stub) {
    GdbStub *g = stub;
    for (unsigned i = 0; g->running && i < g->machine->ncpus; i++)
        if (atomic_load(&g->why[i])) gdb_stop(g, SIGNAL_TRAP, i);
}

// On the vCPU's thread.
static void on_stop(void *opaque, Cpu *c, RunResult why) {
    GdbStub *g = opaque;
    atomic_store(&g->why[c->index], (uint8_t)(1 + why));
    loop_post(g->machine->loop, cpu_stopped, g);
}

void gdbstub_on_state(GdbStub *g) {
    char text[40];
    if (g->machine->state == MACHINE_OFF && g->attached) {
        int n = snprintf(text, sizeof(text), "W%02x;process:1", g->machine->exit_code & 0xff);
        gdb_send(g, text, (size_t)n);
        g->running = false;
    } else if (g->machine->state == MACHINE_PAUSED && g->running && !g->partial) {
        gdb_stop(g, SIGNAL_INT, g->cpu); // the monitor, or a power-off with -no-shutdown
    }
}

// ---- resuming

static void resume_some(GdbStub *g, bool only_steps) {
    Machine *m = g->machine;
    g->partial = true;
    if (!only_steps) clock_pause(m->clock, false);
    for (unsigned i = 0; i < m->ncpus; i++)
        if (g->actions[i].what) cpu_resume(m->cpus[i]);
}

static void arm(Vcpu *v, const GdbAction *a) {
    v->step = a->what == 's' || a->what == 'r';
    v->step_first = a->first;
    v->step_size = a->what == 'r' ? a->size : 0;
}

// A CPU that is resumed stopped at a watchpoint already, when another's stop was told. True: now it is told.
static bool tell_late(GdbStub *g) {
    for (unsigned i = 0; i < g->machine->ncpus; i++) {
        if (!atomic_load(&g->why[i])) continue;
        if (!gdb_watches(g, g->machine->cpus[i]->vcpu->watch.vaddr)) {
            atomic_store(&g->why[i], 0); // gdb has taken it back since
        } else if (g->actions[i].what) {
            gdb_stop(g, SIGNAL_TRAP, i);
            return true;
        }
    }
    return false;
}

void gdb_resume(GdbStub *g) {
    Machine *m = g->machine;
    bool all = true, only_steps = true, any = false;
    for (unsigned i = 0; i < m->ncpus; i++) {
        char what = g->actions[i].what;
        arm(m->cpus[i]->vcpu, &g->actions[i]);
        any |= what != 0;
        all &= what != 0;
        only_steps &= what != 'c';
    }
    g->silent = true;
    g->running = true;
    if (tell_late(g)) return;
    if (!any || m->state == MACHINE_OFF) return; // Ctrl-C ends it
    if (all && !only_steps)
        machine_resume(m);
    else
        resume_some(g, only_steps);
}

// ---- the connection

static void attach(GdbStub *g) {
    g->attached = true;
    g->no_ack = g->running = g->physical = false;
    g->cpu = g->cpu_run = 0;
    g->signal = SIGNAL_TRAP;
    g->watch = 0;
    g->in.state = 0;
    g->was_running = machine_running(g->machine);
    machine_pause(g->machine);
}

void gdb_detach(GdbStub *g, bool resume) {
    if (!g->attached) return;
    g->attached = g->running = false;
    pause_all(g);
    for (unsigned i = 0; i < g->machine->ncpus; i++) atomic_store(&g->why[i], 0);
    gdb_clear_points(g);
    if (resume) machine_resume(g->machine);
}

static void run_packet(GdbStub *g) {
    char *text = NULL;
    size_t size;
    if (g->running) return; // gdb waits for a stop and may only interrupt
    g->reply = open_memstream(&text, &size);
    g->silent = false;
    gdb_command(g);
    fclose(g->reply);
    if (!g->silent) gdb_send(g, text, size);
    free(text);
}

static void take(GdbStub *g, GdbInput input) {
    switch (input) {
    case GDB_PACKET:
        put_ack(g, '+');
        run_packet(g);
        break;
    case GDB_DAMAGED: put_ack(g, '-'); break;
    case GDB_INTERRUPT:
        if (g->running) gdb_stop(g, SIGNAL_INT, g->cpu);
        break;
    case GDB_NACK:
        if (g->last && !g->no_ack) outbox_put(&g->out, g->last, g->last_size);
        break;
    default: break;
    }
}

static size_t can_receive(void *front) { return 4096; }

static void receive(void *front, const uint8_t *bytes, size_t n) {
    GdbStub *g = front;
    if (!g->attached) attach(g); // after a detach on the same connection, or a stream that is always open
    for (size_t i = 0; i < n; i++) take(g, gdb_read(&g->in, bytes[i]));
}

static void on_event(void *front, SerialEvent event) {
    GdbStub *g = front;
    if (event == SERIAL_OPENED) {
        attach(g);
    } else if (event == SERIAL_CLOSED) {
        outbox_clear(&g->out);
        gdb_detach(g, g->was_running);
    }
}

static void drained(void *front) { outbox_flush(&((GdbStub *)front)->out); }

GdbStub *gdbstub_new(Machine *m, Serial *s) {
    GdbStub *g = calloc(1, sizeof(*g));
    g->machine = g->command.machine = m;
    g->out.serial = s;
    g->why = calloc(m->ncpus, sizeof(*g->why));
    g->actions = calloc(m->ncpus, sizeof(*g->actions));
    for (unsigned i = 0; i < m->ncpus; i++) {
        m->cpus[i]->on_stop_opaque = g;
        m->cpus[i]->on_stop = on_stop;
    }
    serial_attach(s, g, can_receive, receive, on_event, drained);
    return g;
}

void gdbstub_free(GdbStub *g) {
    if (!g) return;
    serial_detach(g->out.serial);
    for (unsigned i = 0; i < g->machine->ncpus; i++) g->machine->cpus[i]->on_stop = NULL;
    outbox_clear(&g->out);
    free(g->last);
    free((void *)g->why);
    free(g->actions);
    free(g->point);
    free(g);
}
