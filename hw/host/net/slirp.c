// SPDX-License-Identifier: MIT
// libslirp on a port's thread: what it asks of us (frames to the guest, timers, descriptors to poll) and what
// the port asks of it. libslirp is single-threaded, so nothing here runs elsewhere. Timers are a short list.
#include "hw/host/net/slirp.h"
#ifdef HAVE_SLIRP
#include "tcg/base/log.h"
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(void *opaque) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static ssize_t to_guest(const void *frame, size_t size, void *opaque) {
    port_deliver(opaque, frame, size);
    return size;
}

static void guest_error(const char *message, void *opaque) {
    User *u = opaque;
    log_print(LOG_GUEST_ERROR, "%s: %s", u->port.net.id, message);
}

static void *timer_add(SlirpTimerCb fn, void *fn_opaque, void *opaque) {
    User *u = opaque;
    UserTimer *t = malloc(sizeof *t);
    *t = (UserTimer){fn, fn_opaque, INT64_MAX, u->timers};
    return u->timers = t;
}
static void timer_remove(void *timer, void *opaque) {
    User *u = opaque;
    UserTimer **at = &u->timers;
    while (*at && *at != timer) at = &(*at)->next;
    if (*at) *at = (*at)->next;
    free(timer);
}
static void timer_change(void *timer, int64_t deadline_ms, void *opaque) {
    ((UserTimer *)timer)->deadline_ms = deadline_ms;
}
static void ignore_fd(int fd, void *opaque) {}
static void ignore_notify(void *opaque) {} // we come back to poll after every frame

const SlirpCb user_callbacks = {
    .send_packet = to_guest,
    .guest_error = guest_error,
    .clock_get_ns = now_ns,
    .timer_new = timer_add,
    .timer_free = timer_remove,
    .timer_mod = timer_change,
    .register_poll_fd = ignore_fd,
    .unregister_poll_fd = ignore_fd,
    .notify = ignore_notify,
};

static void user_send(Port *p, const uint8_t *frame, size_t size) {
    slirp_input(((User *)p)->slirp, frame, size);
}

static int add_poll(int fd, int events, void *opaque) {
    User *u = opaque;
    if (u->nfds == u->most) return -1;
    short e = (events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
              (events & SLIRP_POLL_PRI ? POLLPRI : 0);
    u->fds[u->nfds] = (struct pollfd){fd, e, 0};
    return u->nfds++;
}

static int get_events(int i, void *opaque) {
    User *u = opaque;
    if (i < 0 || (unsigned)i >= u->nfds) return 0;
    short e = u->fds[i].revents;
    return (e & POLLIN ? SLIRP_POLL_IN : 0) | (e & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (e & POLLPRI ? SLIRP_POLL_PRI : 0) | (e & POLLERR ? SLIRP_POLL_ERR : 0) |
           (e & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static unsigned user_fill(Port *p, struct pollfd *fds, unsigned max, int *timeout_ms) {
    User *u = (User *)p;
    uint32_t wait = UINT32_MAX;
    u->fds = fds;
    u->most = max;
    u->nfds = 0;
    slirp_pollfds_fill(u->slirp, &wait, add_poll, u);
    int64_t left = wait == UINT32_MAX ? INT64_MAX : wait, now = now_ns(NULL) / 1000000;
    for (UserTimer *t = u->timers; t; t = t->next)
        if (t->deadline_ms != INT64_MAX && t->deadline_ms - now < left) left = t->deadline_ms - now;
    *timeout_ms = left == INT64_MAX ? -1 : left < 0 ? 0 : left > 60000 ? 60000 : left;
    return u->nfds;
}

static void run_timers(User *u) {
    int64_t now = now_ns(NULL) / 1000000;
    for (UserTimer *t = u->timers, *next; t; t = next) {
        next = t->next;
        if (t->deadline_ms > now) continue;
        t->deadline_ms = INT64_MAX;
        t->fn(t->opaque);
    }
}

static void user_dispatch(Port *p, const struct pollfd *fds, unsigned n) {
    User *u = (User *)p;
    slirp_pollfds_poll(u->slirp, 0, get_events, u);
    run_timers(u);
}

static void user_close(Port *p) {
    User *u = (User *)p;
    slirp_cleanup(u->slirp);
    while (u->timers) timer_remove(u->timers, u);
}

const PortOps user_ops = {user_send, user_fill, user_dispatch, user_close};
#endif
