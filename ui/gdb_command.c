// SPDX-License-Identifier: MIT
// The packets gdb sends, by their first letter (q and Q are in gdb_query.c). gdb manual, "Packets". An
// unknown packet gets an empty reply, a malformed one E22, a place that cannot be read E14.
#include <stdlib.h>
#include <string.h>
#include "ui/gdb_impl.h"

static void put_error(GdbStub *g, unsigned number) { fprintf(g->reply, "E%02x", number); }
enum { ERROR_FAULT = 14, ERROR_INVALID = 22 };

// ---- registers

static const CpuReg *find_reg(const GdbStub *g, uint64_t number) {
    unsigned n;
    const CpuReg *r = gdb_cpu(g)->type->regs(gdb_cpu(g), &n);
    for (unsigned i = 0; i < n; i++)
        if (r[i].gdb == number) return &r[i];
    return NULL;
}

static void put_reg(GdbStub *g, const CpuReg *r) {
    uint64_t value[2];
    unsigned bytes = (r->bits + 7) / 8;
    Cpu *c = gdb_cpu(g);
    if (r->bits > 64 ? c->type->reg_wide(c, r->gdb, value, false) : c->type->reg_read(c, r->gdb, value))
        gdb_put_hex(g->reply, value, bytes); // guests here are little-endian, as the host is
    else
        for (unsigned i = 0; i < bytes; i++) fprintf(g->reply, "xx");
}

static bool take_reg(GdbStub *g, const CpuReg *r, const char **at) {
    uint64_t value[2] = {0, 0};
    Cpu *c = gdb_cpu(g);
    return gdb_take_bytes(at, (uint8_t *)value, (r->bits + 7) / 8) &&
           (r->bits > 64 ? c->type->reg_wide(c, r->gdb, value, true) : c->type->reg_write(c, r->gdb, value[0]));
}

// g and G hold the general registers; gdb asks for the others one by one.
static void read_registers(GdbStub *g, const char *at, const char *end) {
    unsigned n;
    const CpuReg *r = gdb_cpu(g)->type->regs(gdb_cpu(g), &n);
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(r[i].group, "general")) put_reg(g, &r[i]);
}

static void write_registers(GdbStub *g, const char *at, const char *end) {
    unsigned n;
    bool ok = true;
    const CpuReg *r = gdb_cpu(g)->type->regs(gdb_cpu(g), &n);
    for (unsigned i = 0; i < n && ok && *at; i++)
        if (!strcmp(r[i].group, "general")) ok = take_reg(g, &r[i], &at);
    if (ok)
        fprintf(g->reply, "OK");
    else
        put_error(g, ERROR_INVALID);
}

static void read_register(GdbStub *g, const char *at, const char *end) {
    uint64_t number;
    const CpuReg *r = gdb_take_hex(&at, &number) ? find_reg(g, number) : NULL;
    if (r)
        put_reg(g, r);
    else
        put_error(g, ERROR_INVALID);
}

static void write_register(GdbStub *g, const char *at, const char *end) {
    uint64_t number;
    const CpuReg *r = gdb_take_hex(&at, &number) ? find_reg(g, number) : NULL;
    if (r && gdb_take_char(&at, '=') && take_reg(g, r, &at))
        fprintf(g->reply, "OK");
    else
        put_error(g, ERROR_INVALID);
}

// ---- threads: every CPU is one

static bool is_cpu(const GdbStub *g, int64_t thread) {
    return thread >= 1 && thread <= (int64_t)g->machine->ncpus;
}

static void choose_thread(GdbStub *g, const char *at, const char *end) {
    char what = *at ? *at++ : 0;
    int64_t thread;
    if ((what != 'g' && what != 'c') || !gdb_take_thread(&at, &thread) ||
        (thread > 0 && !is_cpu(g, thread))) {
        put_error(g, ERROR_INVALID);
        return;
    }
    unsigned *to = what == 'g' ? &g->cpu : &g->cpu_run;
    if (thread > 0) *to = (unsigned)thread - 1;
    fprintf(g->reply, "OK");
}

static void is_thread_alive(GdbStub *g, const char *at, const char *end) {
    int64_t thread;
    if (gdb_take_thread(&at, &thread) && is_cpu(g, thread))
        fprintf(g->reply, "OK");
    else
        put_error(g, ERROR_INVALID);
}

// ---- running

// c, s, C, S: [signal;][address], for the thread of Hc; the others run along.
static void run_simple(GdbStub *g, const char *at, const char *end, char action) {
    uint64_t address;
    if (gdb_take_hex(&at, &address)) gdb_cpu(g)->vcpu->pc = address;
    for (unsigned i = 0; i < g->machine->ncpus; i++) g->actions[i] = (GdbAction){.what = 'c'};
    g->actions[g->cpu_run].what = action;
    gdb_resume(g);
}

static void run_continue(GdbStub *g, const char *at, const char *end) { run_simple(g, at, end, 'c'); }
static void run_step(GdbStub *g, const char *at, const char *end) { run_simple(g, at, end, 's'); }
// Signals mean nothing to a machine.
static void run_signal(GdbStub *g, const char *at, const char *end) { run_simple(g, "", end, 'c'); }
static void step_signal(GdbStub *g, const char *at, const char *end) { run_simple(g, "", end, 's'); }

// What comes before the thread: "s", "C05", "r8000,8010".
static bool take_what(const char **at, GdbAction *a) {
    uint64_t signal, end;
    *a = (GdbAction){.what = *(*at)++};
    switch (a->what) {
    case 'c':
    case 's': return true;
    case 'C':
    case 'S':
        a->what = a->what == 'C' ? 'c' : 's';
        return gdb_take_hex(at, &signal);
    case 'r':
        if (!gdb_take_hex(at, &a->first) || !gdb_take_char(at, ',') || !gdb_take_hex(at, &end)) return false;
        a->size = end > a->first ? end - a->first : 0;
        return true;
    default: return false;
    }
}

// One action of vCont: "s:p1.2", "C05:p1.-1", "c". The first one that names a thread is its own.
static bool take_action(GdbStub *g, const char **at) {
    int64_t thread = -1;
    GdbAction a;
    if (!take_what(at, &a)) return false;
    if (gdb_take_char(at, ':') && (!gdb_take_thread(at, &thread) || (thread > 0 && !is_cpu(g, thread))))
        return false;
    for (unsigned i = 0; i < g->machine->ncpus; i++)
        if (!g->actions[i].what && (thread <= 0 || thread == (int64_t)i + 1)) g->actions[i] = a;
    return true;
}

static void run_actions(GdbStub *g, const char *at) {
    bool ok = *at == ';';
    memset(g->actions, 0, g->machine->ncpus * sizeof(*g->actions));
    while (ok && gdb_take_char(&at, ';')) ok = *at && take_action(g, &at);
    if (ok && !*at)
        gdb_resume(g);
    else
        put_error(g, ERROR_INVALID);
}

static void run_v(GdbStub *g, const char *at, const char *end) {
    if (!strcmp(at, "Cont?")) {
        fprintf(g->reply, "vCont;c;C;s;S;r");
    } else if (!strncmp(at, "Cont", 4)) {
        run_actions(g, at + 4);
    } else if (!strncmp(at, "Kill", 4)) {
        fprintf(g->reply, "OK");
        machine_kill(g->machine, 0);
    } else if (!strncmp(at, "Attach;", 7)) {
        gdb_put_stop(g, g->reply);
    } // vMustReplyEmpty and what else there is: empty
}

static void put_status(GdbStub *g, const char *at, const char *end) { gdb_put_stop(g, g->reply); }

static void detach(GdbStub *g, const char *at, const char *end) {
    fprintf(g->reply, "OK");
    gdb_detach(g, true);
}

static void kill_machine(GdbStub *g, const char *at, const char *end) {
    g->silent = true;
    machine_kill(g->machine, 0);
}

void gdb_command(GdbStub *g) {
    static const struct {
        char letter;
        GdbFn *run;
    } table[] = {
        {'?', put_status},       {'g', read_registers},   {'G', write_registers},
        {'p', read_register},    {'P', write_register},   {'m', gdb_read_memory},
        {'M', gdb_write_memory}, {'X', gdb_write_binary}, {'H', choose_thread},
        {'T', is_thread_alive},  {'c', run_continue},     {'s', run_step},
        {'C', run_signal},       {'S', step_signal},      {'v', run_v},
        {'Z', gdb_set_point},    {'z', gdb_clear_point},  {'D', detach},
        {'k', kill_machine},
    };
    const char *packet = g->in.data, *end = packet + g->in.n;
    if (*packet == 'q' || *packet == 'Q') {
        gdb_query(g, packet, g->in.n);
        return;
    }
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].letter == *packet) {
            table[i].run(g, packet + 1, end);
            return;
        }
}
