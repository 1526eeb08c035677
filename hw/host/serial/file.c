// SPDX-License-Identifier: MIT
// Serial lines that are opened once: a file (output only), named pipes, a descriptor that was handed to us,
// or nothing at all.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void lost(Chan *c) {}
static const ChanKind simple = {.lost = lost};

static bool open_file(const SerialSpec *s, int *out, char *error, size_t error_size) {
    *out = open(s->path, O_WRONLY | O_CREAT | O_CLOEXEC | (s->append ? O_APPEND : O_TRUNC), 0644);
    if (*out >= 0) return true;
    snprintf(error, error_size, "cannot write serial output to '%s': %s", s->path, strerror(errno));
    return false;
}

// Opening a FIFO for both directions never waits for the other side.
static bool open_pipe(const SerialSpec *s, int *in, int *out, char *error, size_t error_size) {
    char path[4096];
    snprintf(path, sizeof path, "%s.in", s->path);
    *in = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(path, sizeof path, "%s.out", s->path);
    *out = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*in >= 0 && *out >= 0) return true;
    if (*in >= 0) close(*in);
    if (*out >= 0) close(*out);
    *in = *out = open(s->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*in >= 0) return true;
    snprintf(error, error_size, "cannot open the pipe '%s' (make two: mkfifo '%s.in' '%s.out'): %s", s->path,
             s->path, s->path, strerror(errno));
    return false;
}

static bool open_fd(const SerialSpec *s, int *in, int *out, Chan *c, char *error, size_t error_size) {
    struct stat st;
    int flags = fcntl(s->fd, F_GETFL);
    if (flags < 0 || fstat(s->fd, &st)) {
        snprintf(error, error_size,
                 "descriptor %d is not open (the program that starts Myna must pass it on)", s->fd);
        return false;
    }
    c->socket = S_ISSOCK(st.st_mode);
    c->blocking_out = !c->socket && !S_ISREG(st.st_mode) && !(flags & O_NONBLOCK);
    *in = (flags & O_ACCMODE) == O_WRONLY || S_ISREG(st.st_mode) ? -1 : s->fd;
    *out = (flags & O_ACCMODE) == O_RDONLY ? -1 : s->fd;
    return true;
}

Chan *chan_open_file(const SerialSpec *s, Loop *l, char *error, size_t error_size) {
    int in = -1, out = -1;
    Chan *c = chan_new(s, l, &simple);
    bool good = s->kind == SERIAL_NULL   ? true
                : s->kind == SERIAL_FILE ? open_file(s, &out, error, error_size)
                : s->kind == SERIAL_PIPE ? open_pipe(s, &in, &out, error, error_size)
                                         : open_fd(s, &in, &out, c, error, error_size);
    if (!good) {
        chan_free(c);
        return NULL;
    }
    c->keep_output = true;
    chan_connect(c, in, out);
    return c;
}
