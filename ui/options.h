// SPDX-License-Identifier: MIT
// The command line, in QEMU's spellings. It yields a plain MachineSpec and what ui needs beside it; it opens
// nothing, prints nothing and starts nothing, so that tests and the fuzzer can call it.
#pragma once
#include "hw/core/machine.h"
#include "ui/audio/audio.h"
#include "ui/sdl/window.h"
#include "ui/vnc/vnc.h"

typedef enum Action {
    ACTION_RUN,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_MACHINES,      // -M help
    ACTION_MACHINE_PROPS, // -M NAME,help
    ACTION_CPUS,
    ACTION_DEVICES,
    ACTION_DEVICE_PROPS, // -device NAME,help
    ACTION_ACCELS,
    ACTION_DISPLAYS,
    ACTION_CHANNELS, // -d help
    ACTION_CHARDEVS,
    ACTION_NETDEVS,
    ACTION_FRIENDLY, // started as plain `myna` without anything to boot
} Action;

typedef struct Options {
    MachineSpec spec;
    Action action;
    char *subject;     // of ACTION_DEVICE_PROPS and ACTION_MACHINE_PROPS
    char *program;     // argv[0] without its folder
    SpecList monitors; // where a monitor listens: as -serial writes them
    char *gdb;         // -gdb, "tcp::1234" for -s
    char *channels;    // -d
    char *log_file;    // -D
    char *pidfile;
    char *profile;        // --profile
    char *memory_backend; // -M memory-backend=
    char *display;        // -display: "none", "sdl", "vnc"; NULL: not said
    WindowSpec window;
    VncSpec vnc; // address NULL: none
    AudioSpec audio;
    bool nographic;
    unsigned pflashes; // the next -drive if=pflash
    bool net_nic, net_user; // the old -net pair
} Options;

// False with one line of cause and fix. The caller frees with options_free either way.
bool options_parse(Options *o, int argc, char **argv, char *error, size_t error_size);
void options_free(Options *o);
void options_help(FILE *to);
// "mon:stdio", "unix:P,server,nowait", "tcp:HOST:PORT", "chardev:ID" ...: does it use this terminal?
bool options_is_stdio(const Options *o, const char *serial);
