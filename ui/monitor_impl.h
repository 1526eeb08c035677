// SPDX-License-Identifier: MIT
// Between the monitor's table of commands and what they do.
#pragma once
#include "ui/monitor.h"

typedef void CommandFn(Command *c, const char *arguments);
typedef struct CommandRow {
    const char *name, *also, *arguments;
    CommandFn *run;
    const char *help;
} CommandRow;

CommandFn monitor_info;                         // monitor_info.c
CommandFn monitor_x, monitor_xp, monitor_print; // monitor_memory.c
extern const CommandRow monitor_infos[];        // ended by a NULL name
void monitor_list(Command *c, const CommandRow *rows, const char *prefix);
const CommandRow *monitor_find(const CommandRow *rows, const char *name);
// Unknown name: a message with the near match.
void monitor_unknown(Command *c, const CommandRow *rows, const char *kind, const char *name);

static inline Cpu *monitor_cpu(const Command *c) { return c->machine->cpus[c->cpu]; }
// Runs fn where the CPU stands still: on its own thread between blocks, or while it is stopped.
void monitor_on_cpu(Cpu *cpu, void (*fn)(Cpu *cpu, void *arg), void *arg);
