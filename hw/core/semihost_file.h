// SPDX-License-Identifier: MIT
// The files and the console of semihosting: what a guest's handles stand for. Any vCPU's thread; nothing waits longer than a moment,
// since a CPU that waits here can neither be paused nor stopped: HOST_AGAIN means "ask again".
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Serial Serial;
typedef struct HostFiles HostFiles;

enum { HOST_FAILED = -1, HOST_AGAIN = -2 };

HostFiles *hostfiles_new(Serial *console);
void hostfiles_free(HostFiles *f);

// Results are counts or values >= 0, or HOST_FAILED with the cause in *error (errno), or HOST_AGAIN.
int64_t hostfile_open(HostFiles *f, const char *path, unsigned mode, int *error); // mode: 0 to 11, as SYS_OPEN has it; the handle, > 0
int64_t hostfile_close(HostFiles *f, uint64_t handle, int *error);
int64_t hostfile_read(HostFiles *f, uint64_t handle, uint8_t *to, size_t n, int *error);
int64_t hostfile_write(HostFiles *f, uint64_t handle, const uint8_t *from, size_t n, int *error);
int64_t hostfile_seek(HostFiles *f, uint64_t handle, uint64_t to, int *error);
int64_t hostfile_length(HostFiles *f, uint64_t handle, int *error);
int64_t hostfile_is_tty(HostFiles *f, uint64_t handle, int *error);
int64_t hostfiles_console_write(HostFiles *f, const uint8_t *from, size_t n, int *error); // all of it, or HOST_AGAIN and nothing
int64_t hostfiles_console_read(HostFiles *f, int *error); // a byte
