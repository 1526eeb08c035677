// SPDX-License-Identifier: MIT
// The least command line that boots a machine: -M -m -smp -cpu -bios -kernel -initrd -append -dtb -d -D -S, with the first serial port
// on this terminal (Ctrl-A x ends it). The full option parser replaces it.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "hw/core/machine.h"
#include "tcg/base/log.h"
#include "tcg/base/near.h"

enum { ESCAPE = 1 /* Ctrl-A */ };

typedef struct Terminal {
    Serial serial; // first
    Machine *machine;
    Watch *watch;
    struct termios before;
    bool raw, escaped;
} Terminal;

static size_t terminal_write(Serial *s, const uint8_t *bytes, size_t n) {
    ssize_t sent = write(STDOUT_FILENO, bytes, n);
    return sent > 0 ? (size_t)sent : 0;
}

static void terminal_ready(Serial *s) {
    Terminal *t = (Terminal *)s;
    (void)t;
}

static void terminal_close(Serial *s) {
    Terminal *t = (Terminal *)s;
    if (t->raw) tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
    t->raw = false;
}

static const SerialOps terminal_ops = {terminal_write, terminal_ready, terminal_close};

// Ctrl-A x quits, Ctrl-A Ctrl-A is one Ctrl-A.
static size_t filter(Terminal *t, uint8_t *bytes, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = bytes[i];
        if (!t->escaped && c == ESCAPE) {
            t->escaped = true;
            continue;
        }
        if (t->escaped && c == 'x') machine_kill(t->machine, 0);
        t->escaped = false;
        bytes[kept++] = c;
    }
    return kept;
}

static void on_input(void *opaque, unsigned events) {
    Terminal *t = opaque;
    uint8_t bytes[16];
    size_t room = t->serial.can_receive ? t->serial.can_receive(t->serial.front) : sizeof(bytes);
    if (!room) {
        usleep(1000); // the guest is not reading; ask again soon
        return;
    }
    ssize_t n = read(STDIN_FILENO, bytes, room < sizeof(bytes) ? room : sizeof(bytes));
    if (n <= 0) {
        watch_set(t->watch, 0);
        return;
    }
    size_t kept = filter(t, bytes, (size_t)n);
    if (kept && t->serial.receive) t->serial.receive(t->serial.front, bytes, kept);
}

static void terminal_open(Terminal *t, Machine *m) {
    t->serial.ops = &terminal_ops;
    t->machine = m;
    t->watch = loop_watch(m->loop, STDIN_FILENO, WATCH_READ, on_input, t);
    if (isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &t->before)) {
        struct termios raw = t->before;
        cfmakeraw(&raw);
        raw.c_oflag |= OPOST;
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        t->raw = true;
    }
}

static void fail(const char *text) {
    fprintf(stderr, "myna: %s\n", text);
    exit(1);
}

static uint64_t parse_size(const char *text) {
    char *end;
    uint64_t n = strtoull(text, &end, 0);
    switch (*end | 0x20) {
    case 'k': return n << 10;
    case 'g': return n << 30;
    default: return n << 20;
    }
}

static void list_boards(void) {
    for (unsigned i = 0; boards[i]; i++) printf("%-20s %s\n", boards[i]->name, boards[i]->title);
    exit(0);
}

static void set_machine(MachineSpec *s, const char *text) {
    size_t n = strcspn(text, ",");
    free(s->machine);
    s->machine = strndup(text, n);
    if (!strcmp(s->machine, "help")) list_boards();
    const char *dump = strstr(text + n, "dumpdtb=");
    if (dump) s->dumpdtb = strdup(dump + 8);
}

static void set_accel(MachineSpec *s, const char *text) {
    s->engine.interpret = strstr(text, "interpret=on") != NULL;
    s->engine.one_insn = strstr(text, "one-insn=on") != NULL;
}

static void set_option(MachineSpec *s, const char *name, const char *value) {
    static const char *const names[] = {"M",      "machine", "m",   "smp", "cpu", "bios",  "kernel",
                                        "initrd", "append",  "dtb", "d",   "D",   "accel", "device"};
    char error[512];
    struct {
        const char *name;
        char **to;
    } texts[] = {{"cpu", &s->cpu},       {"bios", &s->bios},     {"kernel", &s->kernel},
                 {"initrd", &s->initrd}, {"append", &s->append}, {"dtb", &s->dtb}};
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!strcmp(name, texts[i].name)) {
            free(*texts[i].to);
            *texts[i].to = strdup(value);
            return;
        }
    if (!strcmp(name, "M") || !strcmp(name, "machine"))
        set_machine(s, value);
    else if (!strcmp(name, "m"))
        s->ram_size = parse_size(value);
    else if (!strcmp(name, "smp"))
        s->smp = (unsigned)atoi(value);
    else if (!strcmp(name, "accel"))
        set_accel(s, value);
    else if (!strcmp(name, "device"))
        spec_add(&s->devices, value);
    else if (!strcmp(name, "d")) {
        if (!log_set(value, error, sizeof(error))) fail(error);
    } else if (!strcmp(name, "D")) {
        if (!log_file(value, error, sizeof(error))) fail(error);
    } else {
        near_error(error, sizeof(error), "option", name, names, sizeof(names) / sizeof(names[0]), NULL);
        fail(error);
    }
}

static void parse(MachineSpec *s, int argc, char **argv) {
    s->target = strdup(strstr(argv[0], "riscv32") ? "riscv32" : "riscv64");
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i] + strspn(argv[i], "-");
        if (!strcmp(name, "nographic")) continue;
        if (!strcmp(name, "no-reboot")) {
            s->no_reboot = true;
            continue;
        }
        if (!strcmp(name, "S")) {
            s->paused = true;
            continue;
        }
        if (argv[i][0] != '-' || i + 1 == argc) {
            fprintf(stderr, "myna: '%s' is no option or lacks its value\n", argv[i]);
            exit(1);
        }
        set_option(s, name, argv[++i]);
    }
}

static int dump_dtb(Machine *m) {
    FILE *to = fopen(m->spec->dumpdtb, "wb");
    if (!to || fwrite(m->dtb, 1, m->dtb_size, to) != m->dtb_size || fclose(to))
        fail("the device tree cannot be written");
    return 0;
}

static Machine *ending; // for the signal handler
static void on_signal(int number) { machine_kill(ending, 128 + number); }

int main(int argc, char **argv) {
    MachineSpec spec = {0};
    Terminal terminal = {0};
    char error[1024];
    parse(&spec, argc, argv);
    if (!spec.machine) fail("no machine: name one with -M (-M help lists all)");
    const Board *board = board_find(spec.target, spec.machine, error, sizeof(error));
    if (!board) fail(error);
    Machine *m = ending = machine_new(&spec, board);
    terminal.serial.ops = &terminal_ops;
    m->serials[0] = &terminal.serial;
    if (!machine_build(m, error, sizeof(error))) fail(error);
    int code = 0;
    if (spec.dumpdtb) {
        code = dump_dtb(m);
    } else {
        terminal_open(&terminal, m);
        signal(SIGTERM, on_signal);
        signal(SIGINT, on_signal);
        machine_start(m);
        code = machine_wait(m);
    }
    loop_stop(m->loop);
    terminal_close(&terminal.serial);
    if (terminal.watch) watch_free(terminal.watch);
    machine_free(m);
    spec_free(&spec);
    return code;
}
