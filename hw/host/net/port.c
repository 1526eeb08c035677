// SPDX-License-Identifier: MIT
// The thread and the queues of every network back end. Other threads only set flags or append frames and
// write the eventfd; the thread does the rest, in this order: work asked for, frames from the card, frames to
// the card that had no room, then poll. The card is called with no lock held; `calling` tells attach and
// pause when such a call is under way.
#include "hw/host/net/port.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "tcg/base/log.h"

enum { QUEUE_MOST = 1024, BURST = 64 };

static void queue_add(PortQueue *q, const uint8_t *bytes, size_t size) {
    PortFrame *f = malloc(sizeof *f + size);
    f->next = NULL;
    f->size = size;
    memcpy(f->bytes, bytes, size);
    if (!q->n++) q->tail = &q->head;
    *q->tail = f;
    q->tail = &f->next;
}

static PortFrame *queue_take(PortQueue *q) {
    PortFrame *f = q->head;
    if (!f) return NULL;
    q->head = f->next;
    q->n--;
    return f;
}

static void queue_free(PortQueue *q) {
    for (PortFrame *f; (f = queue_take(q));) free(f);
}

// With the lock.
static void wake(Port *p) {
    if (p->awake) return;
    p->awake = true;
    uint64_t one = 1;
    while (write(p->wake, &one, sizeof one) < 0 && errno == EINTR) {}
}

static Port *lock_port(Net *n) {
    Port *p = (Port *)n;
    pthread_mutex_lock(&p->lock);
    return p;
}
static void unlock_port(Port *p) { pthread_mutex_unlock(&p->lock); }

static void port_send(Net *n, const uint8_t *frame, size_t size) {
    Port *p = lock_port(n);
    if (p->out.n < QUEUE_MOST && size <= NET_FRAME)
        queue_add(&p->out, frame, size);
    else
        p->dropped++;
    wake(p);
    unlock_port(p);
}

static void port_kick(Net *n) {
    Port *p = lock_port(n);
    p->kicked = true;
    if (!p->paused) wake(p);
    unlock_port(p);
}

static void port_ready(Net *n) {
    Port *p = lock_port(n);
    p->ready = true;
    if (p->in.n && !p->paused) wake(p);
    unlock_port(p);
}

// A call to the card begins, with the lock; false: it is paused.
static bool enter_front(Port *p) {
    if (p->paused) return false;
    p->calling = true;
    unlock_port(p);
    return true;
}
static void leave_front(Port *p) {
    pthread_mutex_lock(&p->lock);
    p->calling = false;
    pthread_cond_broadcast(&p->returned);
}
// Waits until no call is under way; a card may ask from inside its own call.
static void wait_front(Port *p) {
    while (p->calling && !pthread_equal(p->thread, pthread_self())) pthread_cond_wait(&p->returned, &p->lock);
}

static void port_attach(Net *n, const NetFront *front) {
    Port *p = lock_port(n);
    wait_front(p);
    p->front = front ? *front : (NetFront){0};
    p->kicked = p->ready = true;
    wake(p);
    unlock_port(p);
}

static void port_pause(Net *n, bool paused) {
    Port *p = lock_port(n);
    p->paused = paused;
    if (paused) wait_front(p);
    p->ready = true;
    if (!paused) wake(p);
    unlock_port(p);
}

// Offers one frame to the card. False: no room, or it may not be asked now. With the lock.
static bool offer(Port *p, const uint8_t *frame, size_t size) {
    if (!p->front.receive) return true; // no card: the frame is lost
    if (!enter_front(p)) return false;
    bool taken = p->front.receive(p->front.opaque, frame, size);
    leave_front(p);
    return taken;
}

// Ethernet: destination, source, type.
static void log_frame(const char *way, const uint8_t *f, size_t size) {
    if (size >= 14)
        log_print(LOG_NET, "net: %s the guest, %zu bytes, %02x:%02x:%02x:%02x:%02x:%02x to %02x:%02x:%02x:%02x:%02x:%02x, type %02x%02x", way,
                  size, f[6], f[7], f[8], f[9], f[10], f[11], f[0], f[1], f[2], f[3], f[4], f[5], f[12], f[13]);
}

void port_deliver(Port *p, const uint8_t *frame, size_t size) {
    if (size > NET_FRAME) return;
    log_frame("to", frame, size);
    if (p->dump) pcap_write(p->dump, frame, size);
    atomic_fetch_add_explicit(&p->net.received, size, memory_order_relaxed);
    pthread_mutex_lock(&p->lock);
    if (p->in.n || !offer(p, frame, size)) {
        if (p->in.n < QUEUE_MOST)
            queue_add(&p->in, frame, size);
        else
            p->dropped++;
    }
    unlock_port(p);
}

// Frames that waited for room. With the lock.
static void deliver_waiting(Port *p) {
    while (p->ready && p->in.n && !p->paused) {
        p->ready = false; // set again by the card while it is asked
        while (p->in.n && offer(p, p->in.head->bytes, p->in.head->size)) free(queue_take(&p->in));
    }
}

static void send_out(Port *p, const uint8_t *frame, size_t size) {
    log_frame("from", frame, size);
    if (p->dump) pcap_write(p->dump, frame, size);
    atomic_fetch_add_explicit(&p->net.sent, size, memory_order_relaxed);
    p->ops->send(p, frame, size);
}

static void send_queued(Port *p) {
    for (PortFrame *f; (f = queue_take(&p->out));) {
        unlock_port(p);
        send_out(p, f->bytes, f->size);
        free(f);
        pthread_mutex_lock(&p->lock);
    }
}

// Frames the guest sends, up to a burst; true if there may be more. With the lock.
static bool take_frames(Port *p) {
    send_queued(p);
    if (!p->kicked || !p->front.next) return false;
    for (unsigned i = 0; i < BURST; i++) {
        p->kicked = false; // set again by a kick while the card is asked
        if (!enter_front(p)) {
            p->kicked = true;
            return false;
        }
        size_t size = p->front.next(p->front.opaque, p->frame, sizeof p->frame);
        leave_front(p);
        if (!size) return p->kicked;
        unlock_port(p);
        send_out(p, p->frame, size);
        pthread_mutex_lock(&p->lock);
        if (!p->front.next) return false; // unplugged meanwhile
    }
    return p->kicked = true;
}

static void run_call(Port *p) {
    void (*fn)(void *) = p->call;
    if (!fn) return;
    unlock_port(p);
    fn(p->call_arg);
    pthread_mutex_lock(&p->lock);
    p->call = NULL;
    pthread_cond_broadcast(&p->returned);
}

static void poll_once(Port *p, bool again) {
    struct pollfd *fds = p->fds;
    int timeout = -1;
    fds[0] = (struct pollfd){p->wake, POLLIN, 0};
    unsigned n = p->ops->fill(p, fds + 1, PORT_FDS - 1, &timeout);
    if (poll(fds, n + 1, again ? 0 : timeout) < 0) // EINTR: nothing is ready
        for (unsigned i = 0; i <= n; i++) fds[i].revents = 0;
    uint64_t count;
    if (fds[0].revents && read(p->wake, &count, sizeof count) < 0) count = 0; // only wakes
    p->ops->dispatch(p, fds + 1, n);
}

static void *port_thread(void *opaque) {
    Port *p = opaque;
    pthread_mutex_lock(&p->lock);
    while (!p->quit) {
        p->awake = false;
        run_call(p);
        bool again = take_frames(p);
        deliver_waiting(p);
        if (p->quit) break;
        unlock_port(p);
        poll_once(p, again);
        pthread_mutex_lock(&p->lock);
    }
    unlock_port(p);
    return NULL;
}

void port_call(Port *p, void (*fn)(void *arg), void *arg) {
    pthread_mutex_lock(&p->lock);
    while (p->call) pthread_cond_wait(&p->returned, &p->lock);
    p->call = fn;
    p->call_arg = arg;
    wake(p);
    while (p->call == fn && p->call_arg == arg) pthread_cond_wait(&p->returned, &p->lock);
    unlock_port(p);
}

static void free_port(Port *p) {
    queue_free(&p->out);
    queue_free(&p->in);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->returned);
    if (p->wake >= 0) close(p->wake);
    free(p->net.id);
}

static void port_close(Net *n) {
    Port *p = lock_port(n);
    p->quit = true;
    wake(p);
    unlock_port(p);
    pthread_join(p->thread, NULL);
    p->ops->close(p);
    pcap_close(p->dump);
    free_port(p);
    free(p);
}

bool port_start(Port *p, const char *id, const PortOps *ops, char *error, size_t error_size) {
    p->net =
        (Net){port_send, port_kick, port_ready, port_attach, port_pause, port_close, strdup(id ? id : "net")};
    p->ops = ops;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->returned, NULL);
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int e = p->wake < 0 ? errno : 0;
    if (!e) {
        pthread_mutex_lock(&p->lock); // until `thread` is written
        e = pthread_create(&p->thread, NULL, port_thread, p);
        unlock_port(p);
    }
    if (!e) return true;
    snprintf(error, error_size, "cannot start the network thread of '%s': %s", p->net.id, strerror(e));
    free_port(p);
    return false;
}
