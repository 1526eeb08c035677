// SPDX-License-Identifier: MIT
// Opens what the command line names outside the machine: disks, networks, byte streams. They become the
// machine's back ends, by id, before its board is built; machine_free closes them.
#pragma once
#include "ui/options.h"

// -drive, -blockdev, -netdev, -chardev, then -serial into m->serials.
bool backends_open(Machine *m, const Options *o, char *error, size_t error_size);
// A stream of its own for a monitor or gdb: "stdio", "unix:...", "chardev:ID". *s is NULL for "none".
bool backends_stream(Machine *m, const Options *o, const char *text, const char *what, Serial **s,
                     char *error, size_t error_size);
// Is it one of several fronts on its channel?
bool backends_is_shared(Machine *m, const Serial *s);
// The front that a monitor gets on a `-serial mon:...`, or NULL.
Serial *backends_shared_monitor(Machine *m, unsigned serial);
