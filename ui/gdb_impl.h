// SPDX-License-Identifier: MIT
// Inside of the gdb stub. Everything runs on the event loop's thread; only on_stop comes from vCPU threads,
// and it posts.
#pragma once
#include "ui/gdb_packet.h"
#include "ui/gdbstub.h"
#include "ui/monitor.h"
#include "ui/outbox.h"

enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5 };

typedef struct GdbPoint { // a breakpoint or watchpoint
    unsigned type;        // of the Z packet
    uint64_t address, size;
} GdbPoint;

typedef struct GdbAction { // what a resume asks of one CPU
    char what;             // 's' step, 'r' step while in the range, 'c' continue, 0 stay
    uint64_t first, size;
} GdbAction;

struct GdbStub {
    Machine *machine;
    Outbox out;
    GdbReader in;
    char *last; // what was sent last, to send it again
    size_t last_size;
    bool attached, no_ack;
    bool was_running; // when gdb came
    // gdb believes the machine runs: a stop has to be reported. Reports go out once.
    bool running;
    bool partial;          // only some CPUs were resumed, the machine itself is paused
    unsigned cpu, cpu_run; // Hg, Hc
    unsigned signal;       // of the last stop
    unsigned watch;        // of the last stop: the watchpoint's access, 0: none; at
    uint64_t watch_address;
    bool physical;         // addresses of m, M and X are physical
    GdbPoint *point;
    unsigned npoints;
    _Atomic uint8_t *why; // of each CPU: 1 + RunResult if it stopped by itself
    GdbAction *actions;   // of each CPU in the resume being made
    FILE *reply;          // of the command being run
    bool silent;          // it has no reply now
    Command command;      // monitor commands by qRcmd
};

// gdbstub.c
void gdb_send(GdbStub *g, const char *text, size_t n);
void gdb_resume(GdbStub *g);                              // as g->actions say
void gdb_stop(GdbStub *g, unsigned signal, unsigned cpu); // pauses and reports
void gdb_put_stop(GdbStub *g, FILE *to);
void gdb_put_thread(FILE *to, unsigned cpu);
void gdb_detach(GdbStub *g, bool resume);
static inline Cpu *gdb_cpu(const GdbStub *g) { return g->machine->cpus[g->cpu]; }

// gdb_command.c: runs the packet in g->in, writing g->reply.
void gdb_command(GdbStub *g);
// gdb_query.c: q and Q packets. False: unknown.
bool gdb_query(GdbStub *g, const char *packet, size_t n);
// gdb_memory.c
typedef void GdbFn(GdbStub *g, const char *at, const char *end);
GdbFn gdb_read_memory, gdb_write_memory, gdb_write_binary;
char *gdb_memory_map(GdbStub *g); // malloc'd XML
// gdb_point.c
GdbFn gdb_set_point, gdb_clear_point;
void gdb_clear_points(GdbStub *g);
bool gdb_watches(const GdbStub *g, uint64_t address);
const char *gdb_watch_name(unsigned access); // as stop replies spell it
