// SPDX-License-Identifier: MIT
// Opens a serial back end of any kind. Called by ui for -serial, -chardev and -monitor, once each.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <string.h>

static Chan *open_kind(const SerialSpec *s, Loop *l, char *error, size_t error_size) {
    switch (s->kind) {
    case SERIAL_STDIO: return chan_open_stdio(s, l, error, error_size);
    case SERIAL_PTY: return chan_open_pty(s, l, error, error_size);
    case SERIAL_TCP:
    case SERIAL_UNIX: return chan_open_socket(s, l, error, error_size);
    default: return chan_open_file(s, l, error, error_size);
    }
}

Serial *serial_open(const SerialSpec *s, Loop *loop, char *error, size_t error_size) {
    bool needs_path = s->kind == SERIAL_FILE || s->kind == SERIAL_PIPE || s->kind == SERIAL_UNIX;
    if ((needs_path && (!s->path || !*s->path)) || (s->kind == SERIAL_TCP && (!s->port || !*s->port))) {
        snprintf(error, error_size, "%s",
                 needs_path ? "a path is missing (path=)" : "a port is missing (port=)");
        return NULL;
    }
    FILE *log = s->log_file ? fopen(s->log_file, "we") : NULL;
    if (s->log_file && !log) {
        snprintf(error, error_size, "cannot write the log '%s': %s", s->log_file, strerror(errno));
        return NULL;
    }
    Chan *c = open_kind(s, loop, error, error_size);
    if (!c) {
        if (log) fclose(log);
        return NULL;
    }
    c->log = log;
    return &c->port[0]->s;
}
