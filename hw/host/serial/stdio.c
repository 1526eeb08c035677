// SPDX-License-Identifier: MIT
// The process's own standard input and output as a serial line. A terminal is put in raw mode and has the
// Ctrl-A keys; a pipe, a file or nothing at all works as well, and its end is no event. Descriptors that
// other processes share are never made non-blocking: terminals and pipes are opened anew.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool in_use;

static void lost(Chan *c) {} // the end of the input ends nothing: keep_output

static void closed(Chan *c) {
    in_use = false;
    serial_restore_terminal();
}

// A description of our own for the output, or a copy that may block.
static int open_output(bool *blocking, bool *socket) {
    struct stat s;
    *blocking = *socket = false;
    if (fstat(STDOUT_FILENO, &s)) return -1;
    *socket = S_ISSOCK(s.st_mode);
    int fd = -1;
    if (S_ISCHR(s.st_mode) || S_ISFIFO(s.st_mode))
        fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) return fd;
    *blocking = !S_ISREG(s.st_mode) && !*socket;
    return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static const ChanKind stdio = {.lost = lost, .close = closed};

Chan *chan_open_stdio(const SerialSpec *s, Loop *l, char *error, size_t error_size) {
    if (in_use) {
        snprintf(error, error_size,
                 "stdio is used twice (share it with mux=on, or give the other serial port none, "
                 "pty, a file or a socket)");
        return NULL;
    }
    Chan *c = chan_new(s, l, &stdio);
    int out = open_output(&c->blocking_out, &c->socket), in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    in_use = true;
    if (terminal_raw(STDIN_FILENO, s->signals)) {
        c->escapes = true;
        static const char hint[] = "[Ctrl-A x ends Myna, Ctrl-A h helps]\n";
        if (isatty(STDERR_FILENO) && write(STDERR_FILENO, hint, sizeof hint - 1) < 0) errno = 0;
    }
    c->keep_output = true;
    chan_connect(c, in, out);
    return c;
}
