// SPDX-License-Identifier: MIT
// The desktop's windows: one a head of the machine's screen, with keyboard and pointer. All but window_stop is
// the main thread's, as SDL demands.
#pragma once
#include "hw/core/machine.h"

typedef struct WindowSpec {
    bool full_screen, smooth, status;
    bool keep; // closing a window does not end the machine
} WindowSpec;

typedef struct Windows Windows;
// NULL with cause and fix: the guest then runs without.
Windows *windows_open(Machine *m, const WindowSpec *spec, char *error, size_t error_size);
// A stream that a text view shows and types on (Ctrl+Alt+2 for the first one). Before the machine starts. False: it cannot be shown.
bool windows_add_view(Windows *w, const char *name, Serial *s);
void windows_run(Windows *w);   // until windows_stop
void windows_stop(Windows *w);  // any thread, also before windows_run
void windows_state(Windows *w); // any thread: the machine runs, or no longer
void windows_close(Windows *w); // at the end of the process
