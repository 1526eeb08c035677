// SPDX-License-Identifier: MIT
// The table of options: an option is a row. Options that only store a text, add to a list or set a flag need
// nothing else; the others name a function in options_machine.c, options_device.c or options_host.c. Options
// of QEMU that mean nothing here are rows too, so that each can say why.
#include "ui/options.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/near.h"
#include "ui/options_impl.h"

typedef enum OptionKind {
    TEXT,    // stores its value
    FLAG,    // sets a bool
    CALL,    // a function takes the value
    NOTHING, // accepted and without effect, where `choices` allow it
    ABSENT,  // QEMU has it, Myna does not; `help` says why
} OptionKind;

typedef struct Option {
    const char *name, *also;
    const char *value; // what it takes, as the help names it; NULL: nothing
    OptionKind kind;
    uint32_t offset;
    OptionFn *call;
    const char *choices;
    const char *help;
} Option;

#define AT(m)   .offset = offsetof(Options, m)
#define NOT_YET "Myna does not have this yet"

static const Option table[] = {
    // the machine
    {"M", "machine", "NAME[,key=value]", CALL, .call = option_machine, .help = "board; -M help lists them"},
    {"cpu", NULL, "MODEL[,ext=on|off]", CALL, .call = option_cpu, .help = "CPU model; -cpu help lists them"},
    {"m", NULL, "SIZE", CALL, .call = option_memory, .help = "memory, in MiB or with k, M, G"},
    {"smp", NULL, "N", CALL, .call = option_smp, .help = "number of CPUs"},
    {"accel", NULL, "tcg[,thread=multi,tb-size=MIB,tier=2,reservation=strict]", CALL, .call = option_accel,
     .help = "how guest code runs"},
    {"enable-kvm", NULL, NULL, CALL, .call = option_kvm, .help = "refused: guest and host CPUs differ"},
    {"rtc", NULL, "base=utc,clock=host", CALL, .call = option_rtc, .help = "clock of the board"},
    {"name", NULL, "NAME", CALL, .call = option_name, .help = "name of the machine"},
    // what it boots
    {"kernel", NULL, "FILE", TEXT, AT(spec.kernel), .help = "ELF program or Linux Image"},
    {"initrd", NULL, "FILE", TEXT, AT(spec.initrd), .help = "initial RAM disk for the kernel"},
    {"append", NULL, "TEXT", TEXT, AT(spec.append), .help = "command line of the kernel"},
    {"dtb", NULL, "FILE", TEXT, AT(spec.dtb), .help = "device tree instead of the generated one"},
    {"bios", NULL, "FILE|none|default", TEXT, AT(spec.bios), .help = "firmware"},
    {"fw_cfg", NULL, "name=NAME,file=FILE|string=TEXT", CALL, .call = option_fw_cfg,
     .help = "a file for the firmware, opt/... by custom"},
    // devices
    {"device", NULL, "TYPE[,key=value]", CALL, .call = option_device,
     .help = "adds a device; -device help lists them"},
    {"global", NULL, "TYPE.key=value", CALL, .call = option_global,
     .help = "property of every device of a type"},
    {"object", NULL, "TYPE,id=ID[,key=value]", CALL, .call = option_object,
     .help = "filter-dump, rng-random, rng-builtin, memory-backend-ram"},
    {"drive", NULL, "file=FILE,if=none,id=ID", CALL, .call = option_drive, .help = "disk image"},
    {"blockdev", NULL, "driver=raw|file,node-name=ID", CALL, .call = option_blockdev,
     .help = "disk image, in layers"},
    {"snapshot", NULL, NULL, FLAG, AT(spec.snapshot), .help = "no disk image is written to"},
    {"netdev", NULL, "user,id=ID[,hostfwd=...]", CALL, .call = option_netdev, .help = "network for a card"},
    {"nic", NULL, "user[,model=...]|none", CALL, .call = option_nic, .help = "card and network in one"},
    {"net", NULL, "nic|user|none", CALL, .call = option_net, .help = "the old form of -nic"},
    {"nodefaults", NULL, NULL, FLAG, AT(spec.nodefaults), .help = "no console unless one is named"},
    // consoles
    {"nographic", NULL, NULL, CALL, .call = option_nographic, .help = "console and monitor on this terminal"},
    {"display", NULL, "none|sdl|vnc=ADDRESS", CALL, .call = option_display,
     .help = "sdl: a window a head (-display help tells its keys); none: consoles only where named"},
    {"vnc", NULL, "unix:PATH|[HOST]:DISPLAY", CALL, .call = option_vnc, .help = "serves the first head to VNC clients"},
    {"audiodev", NULL, "none|wav|sdl,id=ID[,path=FILE]", CALL, .call = option_audiodev, .help = "where sound goes"},
    {"full-screen", NULL, NULL, CALL, .call = option_full_screen, .help = "the window fills the screen"},
    {"serial", NULL, "TO", CALL, .call = option_serial,
     .help = "stdio, mon:stdio, file:F, unix:P,server,nowait, tcp:H:P, pty, null, none, chardev:ID"},
    {"chardev", NULL, "TYPE,id=ID[,key=value]", CALL, .call = option_chardev,
     .help = "stdio, file, socket, pty, pipe, null"},
    {"monitor", NULL, "TO", CALL, .call = option_monitor, .help = "where the monitor listens, as -serial"},
    {"mon", NULL, "chardev=ID", CALL, .call = option_mon, .help = "the same on a -chardev"},
    // running
    {"S", NULL, NULL, FLAG, AT(spec.paused), .help = "starts paused: continue with the monitor or gdb"},
    {"s", NULL, NULL, CALL, .call = option_gdb_default, .help = "short for -gdb tcp::1234"},
    {"gdb", NULL, "tcp::PORT|unix:PATH", TEXT, AT(gdb), .help = "waits there for gdb"},
    {"semihosting", NULL, NULL, FLAG, AT(spec.semihosting), .help = "the guest may use files and console of this host"},
    {"semihosting-config", NULL, "enable=on[,arg=TEXT,chardev=ID]", CALL, .call = option_semihosting,
     .help = "the same, with userspace=on|off, target=native|auto"},
    {"no-reboot", NULL, NULL, FLAG, AT(spec.no_reboot), .help = "a reset ends Myna"},
    {"no-shutdown", NULL, NULL, FLAG, AT(spec.no_shutdown), .help = "power-off pauses"},
    {"pidfile", NULL, "FILE", TEXT, AT(pidfile), .help = "writes the process id there"},
    {"profile", NULL, "FILE[,symbols=FILE]", TEXT, AT(profile),
     .help = "draws a flame graph of the guest's functions"},
    {"d", NULL, "CHANNEL,...", CALL, .call = option_log, .help = "log; -d help lists the channels"},
    {"D", NULL, "FILE", TEXT, AT(log_file), .help = "the log goes there, %d becomes the process id"},
    {"version", NULL, NULL, CALL, .call = option_version, .help = "prints the version"},
    {"help", "h", NULL, CALL, .call = option_help, .help = "prints this"},
    // accepted
    {"L", NULL, "DIR", NOTHING, .help = "accepted: no ROM files are needed"},
    {"no-user-config", NULL, NULL, NOTHING, .help = "accepted: there is none"},
    {"nodefconfig", NULL, NULL, NOTHING, .help = "accepted: there is none"},
    {"uuid", NULL, "UUID", NOTHING, .help = "accepted: these boards show none to the guest"},
    {"boot", NULL, "...", NOTHING, .help = "accepted: the order of devices is the firmware's choice"},
    {"msg", NULL, "timestamp=off", NOTHING, .choices = "timestamp=off", .help = "accepted"},
    {"overcommit", NULL, "mem-lock=off", NOTHING,
     .choices = "mem-lock=off|cpu-pm=off|mem-lock=off,cpu-pm=off", .help = "accepted"},
    {"sandbox", NULL, "off", NOTHING, .choices = "off", .help = "accepted"},
    {"vga", NULL, "none", NOTHING, .choices = "none", .help = "accepted"},
    {"parallel", NULL, "none", NOTHING, .choices = "none|null",
     .help = "accepted: there is no parallel port"},
    {"audio", NULL, "none", NOTHING, .choices = "none|driver=none", .help = "accepted"},
    // QEMU's, absent
    {"qmp", NULL, "TO", ABSENT, .help = NOT_YET "; -monitor takes people's commands"},
    {"icount", NULL, "...", ABSENT, .help = NOT_YET "; leave it out"},
    {"incoming", NULL, "TO", ABSENT, .help = NOT_YET},
    {"loadvm", NULL, "NAME", ABSENT, .help = NOT_YET},
    {"daemonize", NULL, NULL, ABSENT, .help = NOT_YET "; start it with '&' or setsid and use -pidfile"},
    {"pflash", NULL, "FILE", CALL, .call = option_pflash, .help = "short for -drive if=pflash,format=raw"},
    {"fsdev", NULL, "...", ABSENT, .help = NOT_YET "; give the guest a disk image or a network"},
    {"virtfs", NULL, "...", ABSENT, .help = NOT_YET "; give the guest a disk image or a network"},
    {"smbios", NULL, "...", ABSENT, .help = "these boards have no SMBIOS tables; leave it out"},
    {"readconfig", NULL, "FILE", ABSENT, .help = NOT_YET "; write the options out"},
    {"trace", NULL, "...", ABSENT, .help = "not Myna's way: see -d help for the log channels"},
    {"plugin", NULL, "FILE", ABSENT, .help = NOT_YET},
    {"usb", NULL, NULL, ABSENT, .help = "these boards have no USB; leave it out"},
    {"cdrom", NULL, "FILE", ABSENT,
     .help = "these boards have none; use -drive file=FILE,if=virtio,readonly=on"},
    {"hda", NULL, "FILE", ABSENT, .help = "these boards have no IDE; use -drive file=FILE,if=virtio"},
    {"sd", NULL, "FILE", ABSENT, .help = "these boards have no card slot; use -drive file=FILE,if=virtio"},
};
enum { OPTIONS = sizeof(table) / sizeof(table[0]) };

// ---- lists and texts

void text_set(char **to, const char *text) {
    char *copy = strdup(text); // may be part of what is freed
    free(*to);
    *to = copy;
}

bool list_add(SpecList *l, const char *what, const char *text, char *error, size_t error_size) {
    return spec_add(l, text) || FAIL("%s was given more than %d times", what, SPEC_LIST);
}

bool list_add_checked(SpecList *l, const char *what, const char *text, const char *first, const KeyRow *rows,
                      char *error, size_t error_size) {
    KeyVals kv;
    if (!keyvals_parse(&kv, text, first, error, error_size)) return false;
    bool ok = keyvals_check(&kv, rows, what, error, error_size);
    if (ok) {
        char *normal = keyvals_text(&kv, first);
        ok = list_add(l, what, normal, error, error_size);
        free(normal);
    }
    keyvals_free(&kv);
    return ok;
}

// ---- parsing

static const Option *find(const char *name) {
    for (unsigned i = 0; i < OPTIONS; i++)
        if (!strcmp(table[i].name, name) || (table[i].also && !strcmp(table[i].also, name))) return &table[i];
    return NULL;
}

static bool unknown(const char *name, char *error, size_t error_size) {
    const char *names[2 * OPTIONS];
    char word[80], hint[40], dashed[2 * OPTIONS][32];
    unsigned n = 0;
    for (unsigned i = 0; i < OPTIONS; i++) {
        if (table[i].kind == ABSENT) continue;
        snprintf(dashed[n], sizeof(dashed[n]), "-%s", table[i].name);
        names[n] = dashed[n], n++;
        if (!table[i].also) continue;
        snprintf(dashed[n], sizeof(dashed[n]), "-%s", table[i].also);
        names[n] = dashed[n], n++;
    }
    snprintf(word, sizeof(word), "-%s", name);
    snprintf(hint, sizeof(hint), "-help lists all");
    near_error(error, error_size, "option", word, names, n, hint);
    return false;
}

static bool accept_nothing(const Option *row, const char *value, char *error, size_t error_size) {
    const KeyRow rows[] = {{"it", KEY_CHOICE, row->choices}, {NULL}};
    KeyVals kv = {.n = 0};
    if (!row->choices) return true;
    keyvals_set(&kv, "it", value);
    bool ok = keyvals_check(&kv, rows, "", error, error_size);
    keyvals_free(&kv);
    return ok || FAIL("-%s %s: Myna only has '%s'", row->name, value, row->choices);
}

static bool apply(Options *o, const Option *row, const char *value, char *error, size_t error_size) {
    uint8_t *at = (uint8_t *)o + row->offset;
    switch (row->kind) {
    case TEXT: return text_set((char **)at, value), true;
    case FLAG: return *(bool *)at = true;
    case CALL: return row->call(o, value, error, error_size);
    case NOTHING: return accept_nothing(row, value, error, error_size);
    case ABSENT: return FAIL("-%s: %s", row->name, row->help);
    }
    return false;
}

// Commands that are planned.
static bool is_friendly(const char *word) {
    static const char *const words[] = {"debug", "img", "snapshot", "machines", "cpus", "devices"};
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (!strcmp(word, words[i])) return true;
    return false;
}

static bool parse_one(Options *o, int argc, char **argv, int *i, char *error, size_t error_size) {
    const char *word = argv[*i];
    if (*i == 1 && is_friendly(word) && !strstr(o->program, "-system-"))
        return FAIL("'myna %s' is not there yet: myna -M virt -kernel FILE starts a machine, myna -help "
                    "lists the options",
                    word);
    if (word[0] != '-' || !word[1])
        return FAIL("'%s' is no option: a kernel is named with -kernel FILE, a disk with -drive file=FILE",
                    word);
    const char *name = word[1] == '-' ? word + 2 : word + 1;
    const Option *row = find(name);
    if (!row) return unknown(name, error, error_size);
    if (!row->value) return apply(o, row, "", error, error_size);
    if (*i + 1 >= argc) return FAIL("-%s needs a value: -%s %s", row->name, row->name, row->value);
    return apply(o, row, argv[++*i], error, error_size);
}

static void set_target(Options *o, const char *program) {
    const char *file = strrchr(program, '/');
    text_set(&o->program, file ? file + 1 : program);
    const char *target = strstr(o->program, "-system-");
    text_set(&o->spec.target, target ? target + 8 : "riscv64");
}

bool options_parse(Options *o, int argc, char **argv, char *error, size_t error_size) {
    memset(o, 0, sizeof(*o));
    set_target(o, argc ? argv[0] : "myna");
    if (argc <= 1 && !strstr(o->program, "-system-")) o->action = ACTION_FRIENDLY;
    for (int i = 1; i < argc && o->action == ACTION_RUN; i++)
        if (!parse_one(o, argc, argv, &i, error, error_size)) return false;
    if (o->action != ACTION_RUN) return true;
    return finish_machine(o, NULL, error, error_size) && finish_devices(o, NULL, error, error_size) &&
           finish_host(o, NULL, error, error_size);
}

void options_free(Options *o) {
    char **texts[] = {&o->subject,  &o->program, &o->gdb,     &o->channels,
                      &o->log_file, &o->pidfile, &o->profile, &o->display, &o->memory_backend, &o->vnc.address, &o->vnc.password_file, &o->audio.path,
                      &o->audio.in_path};
    spec_free(&o->spec);
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    for (unsigned i = 0; i < o->monitors.n; i++) free(o->monitors.item[i]);
    o->monitors.n = 0;
}

void options_help(FILE *to) {
    for (unsigned i = 0; i < OPTIONS; i++) {
        const Option *row = &table[i];
        char left[80];
        if (row->kind == ABSENT) continue;
        snprintf(left, sizeof(left), "-%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        fprintf(to, "  %-36s %s%s%s\n", left, row->help, row->also ? "; also -" : "",
                row->also ? row->also : "");
    }
}
