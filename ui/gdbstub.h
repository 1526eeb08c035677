// SPDX-License-Identifier: MIT
// Debugging the machine with gdb (or lldb): -gdb, -s. One connection at a time, on any byte stream.
#pragma once
#include "hw/core/machine.h"

typedef struct GdbStub GdbStub;

// "tcp::1234" as the stream to open: a server that waits for nobody, on this host only unless an address is
// given.
void gdbstub_address(const char *gdb, char *text, size_t size);
// Before the machine starts; the machine closes the stream.
GdbStub *gdbstub_new(Machine *m, Serial *s);
void gdbstub_free(GdbStub *g);     // the loop stands; NULL is allowed
void gdbstub_on_state(GdbStub *g); // Machine.on_state
