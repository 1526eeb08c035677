// SPDX-License-Identifier: MIT
// Help texts and lists, on standard output. Lines that other programs parse keep QEMU's form: `NAME  title`
// of -M help, `  NAME` of -cpu help, `  name=<kind>  - help` of options, the version line.
#include "ui/lists.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/log.h"
#include "ui/chardev.h"
#include "ui/options_impl.h"

// The QEMU whose command line and machines these names stand for.
#define QEMU_VERSION "10.0.0"

static bool serves(const Board *b, const char *target) {
    for (unsigned i = 0; b->targets[i]; i++)
        if (!strcmp(b->targets[i], target)) return true;
    return false;
}

static void print_version(const Options *o) {
    if (strstr(o->program, "-system-")) // some read no further than the number
        printf("QEMU emulator version " QEMU_VERSION " (Myna " MYNA_VERSION ")\n");
    printf("Myna " MYNA_VERSION "\n");
}

static void print_machines(const Options *o) {
    printf("Supported machines are:\n");
    for (unsigned i = 0; boards[i]; i++)
        if (serves(boards[i], o->spec.target)) printf("%-20s %s\n", boards[i]->name, boards[i]->title);
}

// As other programs know it: "  name=<kind>   - help".
static void print_option(const char *name, const char *kind, const char *help, const char *preset) {
    int pad = 25 - (int)(strlen(name) + strlen(kind));
    printf("  %s=<%s>%*s - %s%s%s%s\n", name, kind, pad > 0 ? pad : 0, "", help ? help : "",
           preset ? " (default: " : "", preset ? preset : "", preset ? ")" : "");
}

static int print_machine_props(const Options *o) {
    char error[300];
    const Board *b = board_find(o->spec.target, o->subject, error, sizeof(error));
    if (!b) return fprintf(stderr, "myna: %s\n", error), 1;
    printf("%s options:\n", b->name);
    for (const KeyRow *r = machine_keys; r->key; r++) {
        const char *kind = r->kind == KEY_CHOICE ? r->choices : r->kind == KEY_BOOL ? "on|off" : "text";
        print_option(r->key, kind, r->help, NULL);
    }
    for (unsigned i = 0; b->props && b->props[i]; i++) { // "name=kind: help"
        char name[64], kind[64];
        if (sscanf(b->props[i], "%63[^=]=%63[^:]", name, kind) == 2)
            print_option(name, kind, b->props[i] + strcspn(b->props[i], ":") + 2, NULL);
    }
    printf("%s: %s; up to %u CPUs (-smp), %" PRIu64 " MiB of memory unless -m says otherwise\n", b->name,
           b->title, b->max_cpus, b->default_ram >> 20);
    return 0;
}

// A board knows its CPUs; one is made to ask it.
static int print_cpus(const Options *o) {
    char error[512];
    for (unsigned i = 0; boards[i]; i++) {
        if (!serves(boards[i], o->spec.target)) continue;
        MachineSpec spec = {.target = o->spec.target};
        Machine *m = machine_new(&spec, boards[i]);
        bool ok = m->board->build(m, error, sizeof(error)) && m->ncpus && m->cpus[0];
        const CpuType *type = ok ? m->cpus[0]->type : NULL;
        if (ok) printf("Available CPUs:\n");
        for (unsigned k = 0; ok && type->models[k]; k++) printf("  %s\n", type->models[k]);
        if (ok && type->print_properties) type->print_properties(m->cpus[0], stdout);
        machine_free(m);
        if (ok) return 0;
    }
    return fprintf(stderr, "myna: no machine for %s can be made\n", o->spec.target), 1;
}

static void print_devices(void) {
    for (unsigned i = 0; device_types[i]; i++) {
        const DeviceType *t = device_types[i];
        printf("name \"%s\", bus %s, desc \"%s\"\n", t->name, t->bus->name, t->title ? t->title : "");
    }
    printf("name \"virtconsole\", bus virtio-serial-bus, desc \"a console port of a virtio-serial device\"\n"
           "name \"virtserialport\", bus virtio-serial-bus, desc \"a plain port of a virtio-serial device\"\n");
}

static int print_device_props(const Options *o) {
    static const char *const kinds[] = {
        [PROP_BOOL] = "on|off",    [PROP_U32] = "number", [PROP_U64] = "number", [PROP_STRING] = "text",
        [PROP_SERIAL] = "chardev", [PROP_DISK] = "drive", [PROP_NET] = "netdev"};
    char error[300];
    const DeviceType *t = device_type_find(o->subject, error, sizeof(error));
    if (!t) return fprintf(stderr, "myna: -device: %s\n", error), 1;
    printf("%s options:\n", t->name);
    for (unsigned i = 0; i < t->nprops + t->bus->nprops; i++) {
        const Prop *p = i < t->nprops ? &t->props[i] : &t->bus->props[i - t->nprops];
        print_option(p->name, kinds[p->kind], p->help, p->preset);
    }
    return 0;
}

static void print_help(const Options *o) {
    printf("Myna " MYNA_VERSION ": runs a whole computer of another architecture\n\n"
           "  %s -M virt -kernel FILE [option...]\n\n"
           "The options are QEMU's. Started as myna-system-riscv64 or myna-system-riscv32 it is a machine of "
           "that\n"
           "architecture; as plain myna, riscv64. On the console, Ctrl-A h tells the keys; Ctrl-A x ends "
           "it.\n\n",
           o->program);
    options_help(stdout);
}

static void print_friendly(void) {
    printf("Myna " MYNA_VERSION ": runs a whole computer of another architecture\n\n"
           "  anything          myna run FILE...     (kernel, program, initrd, disk; myna run --help)\n"
           "  what is missing   myna doctor\n"
           "  a Linux kernel    myna -M virt -m 1G -bios fw_dynamic.bin -kernel Image -initrd FILE -append "
           "console=ttyS0\n"
           "  a bare program    myna -M virt -bios none -kernel FILE.elf\n\n"
           "myna -help lists the options, myna -M help the machines.\n");
}

// The manual page takes the lines of keys from here.
static void print_displays(void) {
    printf("Available display backend types:\nnone\nsdl\nvnc\n\n"
           "-display sdl[,full-screen=on][,scaling=integer|smooth][,status=on][,window-close=off]\n"
           "-display vnc=unix:PATH|[HOST]:DISPLAY[,password-file=FILE]\n\n"
           "In the window:\n"
           "Ctrl+Alt+1            the picture\n"
           "Ctrl+Alt+2            the monitor\n"
           "Ctrl+Alt+3 to 9       serial ports; Shift+PageUp and PageDown look back\n"
           "Ctrl+Alt+F            full screen\n"
           "Ctrl+Alt+G            grabs or releases the pointer of a mouse\n"
           "Ctrl+Alt+I            integer or smooth scaling\n"
           "Ctrl+Alt+L            status line\n"
           "Ctrl+Alt+P            pause, or go on\n"
           "Ctrl+Alt+R            reset\n"
           "Ctrl+Alt+S            screenshot: myna-N.png in the current folder\n"
           "Ctrl+Alt+Q            quit\n");
}

int lists_print(const Options *o) {
    switch (o->action) {
    case ACTION_HELP: print_help(o); break;
    case ACTION_VERSION: print_version(o); break;
    case ACTION_MACHINES: print_machines(o); break;
    case ACTION_MACHINE_PROPS: return print_machine_props(o);
    case ACTION_CPUS: return print_cpus(o);
    case ACTION_DEVICES: print_devices(); break;
    case ACTION_DEVICE_PROPS: return print_device_props(o);
    case ACTION_ACCELS: printf("Accelerators supported in QEMU binary:\ntcg\n"); break;
    case ACTION_DISPLAYS: print_displays(); break;
    case ACTION_CHANNELS: log_list(stdout); break;
    case ACTION_CHARDEVS:
        printf("Available chardev backend types:\n");
        for (unsigned i = 0; chardev_backends[i]; i++) printf("  %s\n", chardev_backends[i]);
        break;
    case ACTION_NETDEVS: printf("Available netdev backend types:\nuser\n"); break;
    case ACTION_FRIENDLY: print_friendly(); return 1;
    case ACTION_RUN: break;
    }
    return 0;
}
