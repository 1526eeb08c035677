// SPDX-License-Identifier: MIT
// The terminal in raw mode, and back again on every way out: normal exit, exit() anywhere, the signals that
// end a process, abort. Handlers only restore, put the old disposition back and raise the signal again. A
// process that was stopped and continued sets raw mode again.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios before, raw;
static volatile sig_atomic_t active; // raw mode is on
static int terminal = -1;

static const int fatal[] = {SIGHUP,  SIGINT, SIGQUIT, SIGTERM, SIGABRT,
                            SIGSEGV, SIGBUS, SIGFPE,  SIGILL,  SIGALRM};
enum { NFATAL = sizeof fatal / sizeof fatal[0] };
static struct sigaction old[NFATAL];

static void set_mode(const struct termios *mode) {
    sigset_t block, mask; // in the background this would stop us
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &mask);
    while (tcsetattr(terminal, TCSANOW, mode) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

void serial_restore_terminal(void) {
    if (!active) return;
    active = 0;
    int e = errno;
    set_mode(&before);
    errno = e;
}

static void on_fatal(int signal) {
    serial_restore_terminal();
    for (unsigned i = 0; i < NFATAL; i++)
        if (fatal[i] == signal) sigaction(signal, &old[i], NULL);
    raise(signal); // blocked until we return
}

static void on_continue(int signal) {
    if (active && tcgetpgrp(terminal) == getpgrp()) set_mode(&raw);
}

// Others (the JIT's fault handler, the shell's nohup) keep what they have set.
static void guard_exits(void) {
    static bool done;
    if (done) return;
    done = true;
    atexit(serial_restore_terminal);
    for (unsigned i = 0; i < NFATAL; i++) {
        if (sigaction(fatal[i], NULL, &old[i]) || old[i].sa_handler != SIG_DFL) continue;
        struct sigaction a = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
        sigaction(fatal[i], &a, NULL);
    }
    struct sigaction a = {.sa_handler = on_continue, .sa_flags = SA_RESTART | SA_ONSTACK}, was;
    if (!sigaction(SIGCONT, NULL, &was) && was.sa_handler == SIG_DFL) sigaction(SIGCONT, &a, NULL);
}

bool terminal_raw(int fd, bool signals) {
    if (!isatty(fd) || tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &before)) return false;
    terminal = fd;
    raw = before;
    raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(ECHO | ECHONL | ICANON | IEXTEN | (signals ? 0 : ISIG));
    raw.c_cflag = (raw.c_cflag & ~(CSIZE | PARENB)) | CS8;
    raw.c_oflag |= OPOST; // a lone newline still begins a line
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    guard_exits();
    active = 1;
    set_mode(&raw);
    return true;
}
