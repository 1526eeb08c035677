// SPDX-License-Identifier: MIT
// The monitor's face: a line editor on a stream, the table of commands, and those that change the machine.
// All of it runs on the event loop's thread, so pausing and resuming are done when a command returns.
#include "ui/monitor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/host/net/user.h"
#include "tcg/base/log.h"
#include "tcg/base/near.h"
#include "ui/line.h"
#include "ui/monitor_impl.h"
#include "ui/outbox.h"

// Scripts wait for this very text.
#define PROMPT   "(qemu) "
#define GREETING "Myna " MYNA_VERSION " monitor - type 'help' for more information\r\n"

// ---- commands

static void do_quit(Command *c, const char *arguments) { machine_kill(c->machine, 0); }
static void do_stop(Command *c, const char *arguments) { machine_pause(c->machine); }
static void do_cont(Command *c, const char *arguments) { machine_resume(c->machine); }
static void do_reset(Command *c, const char *arguments) { machine_reset(c->machine); }

static void do_powerdown(Command *c, const char *arguments) {
    if (c->machine->board->powerdown) {
        c->machine->board->powerdown(c->machine);
        return;
    }
    fprintf(c->to, "machine '%s' has no power button; type poweroff in the guest, or quit here\n",
            c->machine->board->name);
}

static void do_cpu(Command *c, const char *arguments) {
    char *end;
    unsigned long n = strtoul(arguments, &end, 0);
    if (!*arguments || *end || n >= c->machine->ncpus)
        fprintf(c->to, "cpu takes a number from 0 to %u\n", c->machine->ncpus - 1);
    else
        c->cpu = (unsigned)n;
}

static void do_log(Command *c, const char *arguments) {
    char error[256];
    if (!*arguments || !strcmp(arguments, "help"))
        log_list(c->to);
    else if (!log_set(strcmp(arguments, "none") ? arguments : "", error, sizeof(error)))
        fprintf(c->to, "%s\n", error);
}

// "[NETDEV] FORWARD"
static Net *find_net(Command *c, const char **arguments) {
    const char *space = strchr(*arguments, ' ');
    char id[100];
    if (space) {
        snprintf(id, sizeof(id), "%.*s", (int)(space - *arguments), *arguments);
        *arguments = space + 1;
        return machine_end(c->machine, PROP_NET, id);
    }
    for (unsigned i = 0; i < c->machine->ends.n; i++)
        if (c->machine->ends.list[i].kind == PROP_NET) return c->machine->ends.list[i].end;
    return NULL;
}

static void do_forward(Command *c, const char *arguments) {
    char error[400], text[100];
    Forward f;
    Net *n = find_net(c, &arguments);
    if (!n)
        fprintf(c->to, "there is no such user network\n");
    else if (!forward_parse(arguments, &f, error, sizeof(error)) ||
             !net_user_forward(n, &f, error, sizeof(error)))
        fprintf(c->to, "%s\n", error);
    else
        forward_print(&f, text, sizeof(text)), fprintf(c->to, "%s\n", text);
}

static void do_unforward(Command *c, const char *arguments) {
    char error[400];
    Forward f = {0}, have;
    Net *n = find_net(c, &arguments);
    char full[300];
    snprintf(full, sizeof(full), "%s-:1", arguments); // the guest's half does not matter
    if (!n) {
        fprintf(c->to, "there is no such user network\n");
        return;
    }
    if (!forward_parse(full, &f, error, sizeof(error)) &&
        !forward_parse(arguments, &f, error, sizeof(error))) {
        fprintf(c->to, "%s\n", error);
        return;
    }
    for (unsigned i = 0; net_user_forwarded(n, i, &have); i++)
        if (have.udp == f.udp && have.host_port == f.host_port && net_user_unforward(n, &have)) return;
    fprintf(c->to, "nothing is forwarded there\n");
}

// "[-d HEAD] FILE"
static void do_screendump(Command *c, const char *arguments) {
    char error[400];
    unsigned head = 0;
    int used = 0;
    if (sscanf(arguments, "-d %u %n", &head, &used) == 1) arguments += used;
    if (!*arguments)
        fprintf(c->to, "screendump [-d HEAD] FILE: a file that ends in .png or .ppm\n");
    else if (!screen_dump(c->machine->screen, head, arguments, error, sizeof(error)))
        fprintf(c->to, "%s\n", error);
}

static void do_sendkey(Command *c, const char *arguments) {
    char error[300];
    Chord chord;
    if (!chord_parse(&chord, arguments, error, sizeof(error)))
        fprintf(c->to, "%s\n", error);
    else if (!input_has(&c->machine->input, INPUT_KEYS))
        fprintf(c->to, "the machine has no keyboard (-device virtio-keyboard-device)\n");
    else if (!typist_type(c->machine->typist, &chord))
        fprintf(c->to, "too many keys wait already\n");
}

static CommandFn do_help;
static const CommandRow commands[] = {
    {"help", "?", "[COMMAND]", do_help, "this list"},
    {"quit", "q", "", do_quit, "ends Myna"},
    {"stop", "s", "", do_stop, "pauses the machine"},
    {"cont", "c", "", do_cont, "lets it go on"},
    {"system_reset", NULL, "", do_reset, "resets the machine"},
    {"system_powerdown", NULL, "", do_powerdown, "presses its power button"},
    {"info", NULL, "WHAT", monitor_info, "shows something: info help lists what"},
    {"cpu", NULL, "N", do_cpu, "chooses the CPU that registers and addresses are of"},
    {"x", NULL, "/FMT ADDRESS", monitor_x, "memory at a virtual address: x/8xg $sp, x/5i $pc"},
    {"xp", NULL, "/FMT ADDRESS", monitor_xp, "the same at a physical address"},
    {"print", "p", "/FMT VALUE", monitor_print, "a value: p $a0+8"},
    {"screendump", NULL, "[-d HEAD] FILE", do_screendump, "writes what a head shows as PNG or PPM"},
    {"sendkey", NULL, "KEY[-KEY...] [MS]", do_sendkey, "presses keys on the machine's keyboard: sendkey ctrl-alt-f1"},
    {"log", NULL, "CHANNEL,...|none", do_log, "what -d logs; log help lists the channels"},
    {"hostfwd_add", NULL, "[NETDEV] tcp|udp:[ADDR]:PORT-[ADDR]:PORT", do_forward,
     "forwards a port of the host"},
    {"hostfwd_remove", NULL, "[NETDEV] tcp|udp:[ADDR]:PORT", do_unforward, "no longer forwards it"},
    {NULL},
};

const CommandRow *monitor_find(const CommandRow *rows, const char *name) {
    for (; rows->name; rows++)
        if (!strcmp(rows->name, name) || (rows->also && !strcmp(rows->also, name))) return rows;
    return NULL;
}

void monitor_list(Command *c, const CommandRow *rows, const char *prefix) {
    for (; rows->name; rows++) {
        char left[80];
        snprintf(left, sizeof(left), "%s%s%s%s%s%s", prefix, rows->name, rows->also ? "|" : "",
                 rows->also ? rows->also : "", *rows->arguments && *rows->arguments != '/' ? " " : "",
                 rows->arguments);
        fprintf(c->to, "%-32s %s\n", left, rows->help);
    }
}

void monitor_unknown(Command *c, const CommandRow *rows, const char *kind, const char *name) {
    const char *names[64];
    char error[200];
    unsigned n = 0;
    for (; rows->name && n < 64; rows++) names[n++] = rows->name;
    near_error(error, sizeof(error), kind, name, names, n, "help lists all");
    fprintf(c->to, "%s\n", error);
}

static void do_help(Command *c, const char *arguments) {
    const CommandRow *row = monitor_find(commands, arguments);
    CommandRow one[2] = {row ? *row : commands[0], {NULL}};
    if (*arguments && !row)
        monitor_unknown(c, commands, "command", arguments);
    else
        monitor_list(c, *arguments ? one : commands, "");
}

void monitor_command(Command *c, const char *line) {
    char name[64];
    line += strspn(line, " \t");
    size_t n = strcspn(line, " /\t");
    if (!*line) return;
    snprintf(name, sizeof(name), "%.*s", (int)n, line);
    const CommandRow *row = monitor_find(commands, name);
    const char *arguments = line + n + strspn(line + n, " \t");
    char *trimmed = strdup(arguments);
    for (size_t end = strlen(trimmed); end && (trimmed[end - 1] == ' ' || trimmed[end - 1] == '\n');)
        trimmed[--end] = 0;
    if (row)
        row->run(c, trimmed);
    else
        monitor_unknown(c, commands, "command", name);
    free(trimmed);
}

// ---- on a CPU

typedef struct OnCpu {
    void (*fn)(Cpu *cpu, void *arg);
    void *arg;
} OnCpu;

static void on_cpu(Vcpu *v, void *arg) {
    OnCpu *o = arg;
    o->fn(v->owner, o->arg);
}

void monitor_on_cpu(Cpu *cpu, void (*fn)(Cpu *cpu, void *arg), void *arg) {
    OnCpu o = {fn, arg};
    vcpu_work(cpu->vcpu, on_cpu, &o, true);
}

// ---- the stream

struct Monitor {
    Serial *serial;
    Command command;
    Line line;
    Outbox out;
    bool shared, greeted;
};

static void put_text(Monitor *mon, const char *text, size_t n) {
    for (size_t start = 0, i = 0; i <= n; i++) { // a terminal wants both characters of an end of line
        if (i < n && (text[i] != '\n' || (i && text[i - 1] == '\r'))) continue;
        outbox_put(&mon->out, text + start, i - start);
        if (i < n) outbox_put(&mon->out, "\r\n", 2);
        start = i + 1;
    }
}

static void greet(Monitor *mon) {
    if (!mon->greeted) put_text(mon, GREETING, strlen(GREETING));
    mon->greeted = true;
    put_text(mon, PROMPT, strlen(PROMPT));
}

static void run_line(Monitor *mon) {
    char *text = NULL;
    size_t size;
    mon->command.to = open_memstream(&text, &size);
    monitor_command(&mon->command, mon->line.text);
    fclose(mon->command.to);
    put_text(mon, text, size);
    free(text);
    line_clear(&mon->line);
    put_text(mon, PROMPT, strlen(PROMPT));
}

static void on_echo(void *opaque, const char *bytes, size_t n) {
    outbox_put(&((Monitor *)opaque)->out, bytes, n);
}

static size_t can_receive(void *front) { return 256; }

static void receive(void *front, const uint8_t *bytes, size_t n) {
    Monitor *mon = front;
    for (size_t i = 0; i < n; i++)
        if (line_byte(&mon->line, bytes[i])) run_line(mon);
}

static void on_event(void *front, SerialEvent event) {
    Monitor *mon = front;
    if (event == SERIAL_CLOSED) {
        outbox_clear(&mon->out);
        line_clear(&mon->line);
        mon->greeted = false;
    } else if (event == SERIAL_FOCUS || (event == SERIAL_OPENED && !mon->shared)) {
        if (event == SERIAL_FOCUS) put_text(mon, "\n", 1);
        greet(mon);
    }
}

static void drained(void *front) { outbox_flush(&((Monitor *)front)->out); }

Monitor *monitor_new(Machine *m, Serial *s, bool shared) {
    Monitor *mon = calloc(1, sizeof(*mon));
    mon->serial = mon->out.serial = s;
    mon->command.machine = m;
    mon->line.echo = on_echo;
    mon->line.opaque = mon;
    serial_attach(s, mon, can_receive, receive, on_event, drained);
    mon->shared = shared;
    if (!shared) greet(mon); // nobody hears it where nobody is connected yet
    mon->greeted = false;
    return mon;
}

void monitor_free(Monitor *mon) {
    serial_detach(mon->serial);
    outbox_clear(&mon->out);
    line_free(&mon->line);
    free(mon);
}
