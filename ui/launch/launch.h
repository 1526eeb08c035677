// SPDX-License-Identifier: MIT
// The friendly door: `myna run FILE...` becomes a full command line in QEMU's spellings, which is shown and then
// goes the way of any other. Nothing is started here.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { LAUNCH_WORDS = 128 };
typedef struct Launch {
    char *word[LAUNCH_WORDS]; // ends with NULL
    int n;
    int ssh_port;   // 0: none was forwarded
    bool dry, help; // --dry-run: show it and stop
} Launch;

// words: what stands behind "run". False with cause and fix; launch_free either way.
bool launch_make(Launch *l, int n, char **words, char *error, size_t error_size);
// The equivalent command line for a shell, malloc'd.
char *launch_text(const Launch *l);
void launch_free(Launch *l);
void launch_help(void);

// `myna doctor`: what this host and this build can do, and which package brings what is missing. The exit code: 0.
int doctor_run(void);
