// SPDX-License-Identifier: MIT
// A pseudo-terminal: the user's program opens the other side whenever it likes. Linux reports "hung up" on
// ours while nobody has it open, and nothing tells when somebody comes, so a timer looks four times a second;
// meanwhile output is dropped.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

typedef struct Pty {
    int master;
    uv_timer_t *look;
} Pty;

static void freed(uv_handle_t *timer) { free(timer); }

static void look(uv_timer_t *timer) {
    Chan *c = timer->data;
    Pty *p = c->own;
    struct pollfd q = {p->master, POLLIN, 0};
    if (c->in >= 0 || poll(&q, 1, 0) < 0 || (q.revents & POLLHUP)) return;
    uv_timer_stop(timer);
    int fd = fcntl(p->master, F_DUPFD_CLOEXEC, 3);
    chan_connect(c, fd, fd);
}

static void lost(Chan *c) { uv_timer_start(((Pty *)c->own)->look, look, 250, 250); }

static void closed(Chan *c) {
    Pty *p = c->own;
    uv_close((uv_handle_t *)p->look, freed);
    close(p->master);
}

static const ChanKind pty = {.lost = lost, .close = closed};

// The other side starts raw, and is opened and closed once: only then Linux says "hung up".
static bool prepare(int master, char *name, size_t size) {
    struct termios mode;
    if (grantpt(master) || unlockpt(master) || ptsname_r(master, name, size)) return false;
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &mode)) return false;
    cfmakeraw(&mode);
    tcsetattr(slave, TCSANOW, &mode);
    close(slave);
    return true;
}

Chan *chan_open_pty(const SerialSpec *s, Loop *l, char *error, size_t error_size) {
    char name[128];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || !prepare(master, name, sizeof name)) {
        snprintf(error, error_size, "cannot make a pseudo-terminal: %s", strerror(errno));
        if (master >= 0) close(master);
        return NULL;
    }
    Chan *c = chan_new(s, l, &pty);
    Pty *p = c->own = calloc(1, sizeof *p);
    p->master = master;
    c->where = strdup(name);
    p->look = malloc(sizeof *p->look);
    uv_timer_init(loop_uv(l), p->look);
    p->look->data = c;
    lost(c);
    return c;
}
