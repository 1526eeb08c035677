// SPDX-License-Identifier: MIT
// The monitor: people's commands to a running machine, on a console shared by Ctrl-A c, on a stream of its
// own, or through gdb's `monitor`.
#pragma once
#include "hw/core/machine.h"

typedef struct Monitor Monitor;

// A front on `s`, before the machine starts. The machine closes the stream. `shared`: it is a console's too,
// so the monitor says nothing before it has the keyboard.
Monitor *monitor_new(Machine *m, Serial *s, bool shared);
void monitor_free(Monitor *mon); // the loop stands

// Who asks: the CPU that `cpu N` chose. One a monitor, one a gdb connection.
typedef struct Command {
    Machine *machine;
    unsigned cpu;
    FILE *to;
} Command;
// Runs one line; answers and errors go to c->to. Loop's thread.
void monitor_command(Command *c, const char *line);
