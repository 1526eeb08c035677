// SPDX-License-Identifier: MIT
// Channels: the part all serial back ends share. Devices write into a ring under a lock and never wait; the
// loop writes it out, and tells the devices when it has room again. Input is read only while the port with
// the keyboard has room for it, so that a paste into a slow guest waits in the kernel. With nobody at the
// other end output is dropped, as on a cable that hangs loose.
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void pump(void *chan);
static void hand_over(ChanPort *p);
static void flush(void *chan);
static void on_read(void *chan, unsigned events);
static void on_write(void *chan, unsigned events) { flush(chan); }

// ---- devices' side: any thread

static size_t port_write(Serial *s, const uint8_t *bytes, size_t n) {
    Chan *c = ((ChanPort *)s)->chan;
    lock_take(&c->lock);
    size_t took = c->connected && CHAN_OUT - c->count < n ? CHAN_OUT - c->count : n;
    if (took && c->tap.output) c->tap.output(c->tap.opaque, bytes, took);
    if (!c->connected) {
        lock_drop(&c->lock);
        return n;
    }
    for (size_t i = 0; i < took; i++) c->ring[(c->head + c->count + i) % CHAN_OUT] = bytes[i];
    c->count += took;
    bool post = took && !c->flush_posted;
    if (post) c->flush_posted = true;
    if (took < n) c->refused = true;
    lock_drop(&c->lock);
    if (post) loop_post(c->loop, flush, c);
    return took;
}

static void port_ready(Serial *s) {
    Chan *c = ((ChanPort *)s)->chan;
    lock_take(&c->lock);
    bool post = !c->pump_posted;
    c->pump_posted = true;
    lock_drop(&c->lock);
    if (post) loop_post(c->loop, pump, c);
}

// ---- a tap

static const SerialOps port_ops;

bool serial_tap(Serial *s, const SerialTap *tap) {
    if (s->ops != &port_ops) return false;
    Chan *c = ((ChanPort *)s)->chan;
    lock_take(&c->lock);
    bool ok = !tap || !c->tap.output;
    if (ok) c->tap = tap ? *tap : (SerialTap){0};
    lock_drop(&c->lock);
    return ok;
}

bool serial_is_loose(const Serial *s) {
    const Chan *c = ((const ChanPort *)s)->chan;
    return s->ops == &port_ops && c->in < 0 && c->out < 0 && !c->where;
}

typedef struct Typed {
    Chan *chan;
    size_t n;
    uint8_t bytes[];
} Typed;

static void type(void *arg) {
    Typed *t = arg;
    ChanPort *p = t->chan->port[t->chan->focus];
    size_t n = CHAN_IN - p->waiting < t->n ? CHAN_IN - p->waiting : t->n;
    memcpy(p->input + p->waiting, t->bytes, n);
    p->waiting += n;
    if (!t->chan->closed) hand_over(p);
    free(t);
}

void serial_type(Serial *s, const uint8_t *bytes, size_t n) {
    if (s->ops != &port_ops || !n) return;
    Typed *t = malloc(sizeof(*t) + n);
    t->chan = ((ChanPort *)s)->chan;
    t->n = n;
    memcpy(t->bytes, bytes, n);
    loop_post(t->chan->loop, type, t);
}

// ---- output: loop's thread

static ssize_t write_some(Chan *c, const uint8_t *bytes, size_t n) {
    if (c->socket) return send(c->out, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (c->blocking_out) {
        struct pollfd p = {c->out, POLLOUT, 0};
        if (poll(&p, 1, 0) == 0) return errno = EAGAIN, -1;
        if (n > 512) n = 512;
    }
    return write(c->out, bytes, n);
}

// Takes what was written out of the ring. False: stop for now (an error drops everything).
static bool written(Chan *c, ssize_t n, bool *again) {
    lock_take(&c->lock);
    if (n < 0 && errno != EAGAIN && errno != EINTR) n = c->count;
    if (n > 0) {
        c->head = (c->head + n) % CHAN_OUT;
        c->count -= n;
    }
    *again = c->count > 0;
    if (!*again) c->flush_posted = false;
    lock_drop(&c->lock);
    return n > 0;
}

static void tell_drained(Chan *c) {
    lock_take(&c->lock);
    bool tell = c->refused && c->count < CHAN_OUT / 2;
    if (tell) c->refused = false;
    lock_drop(&c->lock);
    for (unsigned i = 0; tell && i < c->nports; i++)
        if (c->port[i]->s.drained) c->port[i]->s.drained(c->port[i]->s.front);
}

static void flush(void *chan) {
    Chan *c = chan;
    bool again = true, stuck = false;
    while (again && !stuck && c->out >= 0) {
        lock_take(&c->lock);
        size_t at = c->head, n = c->count < CHAN_OUT - at ? c->count : CHAN_OUT - at;
        lock_drop(&c->lock);
        ssize_t done = n ? write_some(c, c->ring + at, n) : 0; // only we take from the ring
        if (c->log && done > 0) fwrite(c->ring + at, 1, done, c->log);
        stuck = !written(c, done, &again);
    }
    if (c->log) fflush(c->log);
    if (c->tx)
        watch_set(c->tx, again && c->out >= 0 ? WATCH_WRITE : 0);
    else if (again && c->out >= 0 && !c->closed)
        loop_post(c->loop, flush, c);
    tell_drained(c);
}

// The last words, waiting up to two seconds for a slow reader.
static void flush_at_end(Chan *c) {
    for (unsigned i = 0; i < 200 && c->out >= 0; i++) {
        flush(c);
        if (!c->count) return;
        struct pollfd p = {c->out, POLLOUT, 0};
        poll(&p, 1, 10);
    }
}

void chan_print(Chan *c, const char *text) {
    if (c->nports) port_write(&c->port[0]->s, (const uint8_t *)text, strlen(text));
}

// ---- input: loop's thread

static void close_end(int *fd, Watch **w) {
    if (*w) watch_free(*w);
    *w = NULL;
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void hand_over(ChanPort *p) {
    while (p->waiting && p->s.can_receive) {
        size_t n = p->s.can_receive(p->s.front);
        if (!n) return;
        if (n > p->waiting) n = p->waiting;
        p->s.receive(p->s.front, p->input, n);
        p->waiting -= n;
        memmove(p->input, p->input + n, p->waiting);
    }
}

// False: there is no more now.
static bool read_some(Chan *c) {
    ChanPort *p = c->port[c->focus];
    if (p->waiting == CHAN_IN || c->in < 0) return false;
    ssize_t n = read(c->in, p->input + p->waiting, CHAN_IN - p->waiting);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0 && c->keep_output) {
        close_end(&c->in, &c->rx);
        c->plain_in = false;
        return false;
    }
    if (n <= 0) {
        chan_disconnect(c);
        c->kind->lost(c);
        return false;
    }
    uint8_t *bytes = p->input + p->waiting;
    size_t left = c->kind->filter ? c->kind->filter(c, bytes, n) : (size_t)n;
    if (c->escapes) left = chan_escapes(c, bytes, left); // may move bytes and the focus elsewhere
    p->waiting += left;
    return true;
}

static void pump(void *chan) {
    Chan *c = chan;
    lock_take(&c->lock);
    c->pump_posted = false;
    lock_drop(&c->lock);
    if (c->closed) return;
    for (unsigned i = 0; i < c->nports; i++) hand_over(c->port[i]);
    while (c->plain_in && read_some(c)) hand_over(c->port[c->focus]);
    if (c->rx) watch_set(c->rx, c->port[c->focus]->waiting < CHAN_IN ? WATCH_READ : 0);
}

static void on_read(void *chan, unsigned events) {
    Chan *c = chan;
    unsigned focus = c->focus;
    if (!read_some(c) && c->rx && c->port[c->focus]->waiting == CHAN_IN) watch_set(c->rx, 0);
    hand_over(c->port[focus]);
    if (focus != c->focus) hand_over(c->port[c->focus]);
}

void chan_event(Chan *c, SerialEvent event) {
    ChanPort *p = c->port[c->focus];
    if (p->s.event) p->s.event(p->s.front, event);
}

static void event_to_all(Chan *c, SerialEvent event) {
    for (unsigned i = 0; i < c->nports; i++)
        if (c->port[i]->s.event) c->port[i]->s.event(c->port[i]->s.front, event);
}

// ---- coming and going

void chan_connect(Chan *c, int in, int out) {
    c->in = in;
    c->out = out >= 0 && out == in ? fcntl(in, F_DUPFD_CLOEXEC, 3) : out; // a watch each
    c->rx = in >= 0 ? loop_watch(c->loop, in, WATCH_READ, on_read, c) : NULL;
    c->tx = c->out >= 0 ? loop_watch(c->loop, c->out, 0, on_write, c) : NULL;
    c->plain_in = in >= 0 && !c->rx;
    lock_take(&c->lock);
    c->connected = c->out >= 0;
    lock_drop(&c->lock);
    event_to_all(c, SERIAL_OPENED);
    if (c->plain_in) port_ready(&c->port[0]->s);
}

void chan_disconnect(Chan *c) {
    lock_take(&c->lock);
    c->connected = false;
    c->count = 0;
    c->flush_posted = false;
    lock_drop(&c->lock);
    close_end(&c->in, &c->rx);
    close_end(&c->out, &c->tx);
    c->plain_in = false;
    event_to_all(c, SERIAL_CLOSED);
    tell_drained(c);
}

void chan_free(Chan *c) {
    for (unsigned i = 0; i < c->nports; i++) {
        free(c->port[i]->s.id);
        free(c->port[i]);
    }
    if (c->log) fclose(c->log);
    lock_destroy(&c->lock);
    free(c->where);
    free(c->own);
    free(c);
}

static void free_chan(void *chan) { chan_free(chan); }

// Work that was posted for the channel is in the queue before free_chan.
static void port_closed(void *port) {
    ChanPort *p = port;
    Chan *c = p->chan;
    p->s.can_receive = NULL;
    p->s.event = NULL;
    p->s.drained = NULL;
    if (--c->open_ports) return;
    flush_at_end(c);
    c->closed = true;
    close_end(&c->in, &c->rx);
    close_end(&c->out, &c->tx);
    if (c->kind->close) c->kind->close(c);
    loop_post(c->loop, free_chan, c);
}

static void port_close(Serial *s) { loop_call(((ChanPort *)s)->chan->loop, port_closed, s); }

static bool port_is_open(Serial *s) {
    Chan *c = ((ChanPort *)s)->chan;
    lock_take(&c->lock);
    bool open = c->connected || c->tap.output;
    lock_drop(&c->lock);
    return open;
}

static const SerialOps port_ops = {port_write, port_ready, port_close, .is_open = port_is_open};

static ChanPort *add_port(Chan *c, const char *id) {
    ChanPort *p = calloc(1, sizeof *p);
    p->s.ops = &port_ops;
    p->s.id = strdup(id ? id : "serial");
    p->chan = c;
    c->port[c->nports++] = p;
    c->open_ports++;
    return p;
}

Chan *chan_new(const SerialSpec *spec, Loop *loop, const ChanKind *kind) {
    Chan *c = calloc(1, sizeof *c);
    c->loop = loop;
    c->kind = kind;
    c->in = c->out = -1;
    c->escapes = spec->mux;
    lock_init(&c->lock, LOCK_BACKEND, "serial");
    add_port(c, spec->id);
    return c;
}

Serial *serial_share(Serial *s) {
    Chan *c = ((ChanPort *)s)->chan;
    if (c->nports == CHAN_PORTS) return NULL;
    c->escapes = true;
    return &add_port(c, s->id)->s;
}

const char *serial_where(const Serial *s) { return ((const ChanPort *)s)->chan->where; }
