// SPDX-License-Identifier: MIT
// The event loop's thread. libuv serves descriptors and the one uv_async_t; deadlines come from a timerfd,
// because libuv's own timers count milliseconds. Whatever thread makes the nearest deadline earlier arms the
// timerfd itself, so setting a timer wakes nobody. Posted work is a queue under a leaf lock; it runs in order
// and never with a lock held.
#include "hw/core/loop.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>
#include "tcg/base/lock.h"
#include "tcg/base/log.h"

typedef struct Post {
    void (*fn)(void *arg);
    void *arg;
    struct Post *next;
} Post;

struct Loop {
    Clock *clock;
    uv_loop_t uv;
    uv_async_t wake;
    Watch *deadline;
    int timer_fd;
    Lock lock; // the queue
    Post *first, **last;
    pthread_t thread;
    bool started, quit;
    _Atomic bool running; // thread is valid
};

struct Watch {
    uv_poll_t poll;
    void (*fn)(void *opaque, unsigned events);
    void *opaque;
};

static void run_posts(Loop *l) {
    for (;;) {
        lock_take(&l->lock);
        Post *p = l->first;
        if (p && !(l->first = p->next)) l->last = &l->first;
        lock_drop(&l->lock);
        if (!p) return;
        p->fn(p->arg);
        free(p);
    }
}

static void on_wake(uv_async_t *wake) {
    Loop *l = wake->data;
    run_posts(l);
    if (l->quit) uv_stop(&l->uv);
}

// Under the clock's lock, on any thread: the nearest deadline is `deadline` now.
static void arm(void *opaque, uint64_t deadline) {
    Loop *l = opaque;
    uint64_t now = clock_now(l->clock), longest = 1000000000ull * 86400;
    struct itimerspec when = {0};
    if (deadline != UINT64_MAX) {
        uint64_t left = deadline > now ? deadline - now : 1;
        if (left > longest) left = longest; // it then fires early and is armed again
        when.it_value.tv_sec = (time_t)(left / 1000000000);
        when.it_value.tv_nsec = (long)(left % 1000000000);
    }
    timerfd_settime(l->timer_fd, 0, &when, NULL);
}

static void on_deadline(void *opaque, unsigned events) {
    Loop *l = opaque;
    uint64_t ticks;
    ssize_t got = read(l->timer_fd, &ticks, sizeof(ticks));
    if (got < 0 && errno != EAGAIN) log_write("timerfd: %s", strerror(errno));
    clock_run_due(l->clock); // arms the next one
}

Loop *loop_new(Clock *clock) {
    Loop *l = calloc(1, sizeof(*l));
    l->clock = clock;
    l->last = &l->first;
    lock_init(&l->lock, LOCK_LEAF, "loop queue");
    l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (uv_loop_init(&l->uv) || l->timer_fd < 0 || uv_async_init(&l->uv, &l->wake, on_wake))
        die("the event loop cannot start: %s", strerror(errno));
    l->wake.data = l;
    l->deadline = loop_watch(l, l->timer_fd, WATCH_READ, on_deadline, l);
    clock_on_earlier(clock, arm, l);
    return l;
}

static void *loop_main(void *loop) {
    Loop *l = loop;
    uv_run(&l->uv, UV_RUN_DEFAULT);
    run_posts(l); // what was posted before the end is done
    return NULL;
}

void loop_start(Loop *l) {
    if (pthread_create(&l->thread, NULL, loop_main, l)) die("the event loop's thread cannot start");
    pthread_setname_np(l->thread, "loop");
    atomic_store(&l->running, true);
}

static void quit(void *loop) { ((Loop *)loop)->quit = true; }

void loop_stop(Loop *l) {
    if (!atomic_load(&l->running)) return;
    loop_post(l, quit, l);
    pthread_join(l->thread, NULL);
    atomic_store(&l->running, false);
}

static void close_any(uv_handle_t *h, void *arg) {
    if (!uv_is_closing(h)) uv_close(h, NULL);
}

void loop_free(Loop *l) {
    clock_on_earlier(l->clock, NULL, NULL);
    run_posts(l);
    if (l->deadline) watch_free(l->deadline);
    uv_walk(&l->uv, close_any, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
    close(l->timer_fd);
    lock_destroy(&l->lock);
    free(l);
}

bool loop_here(const Loop *l) {
    return !atomic_load(&l->running) || pthread_equal(l->thread, pthread_self());
}

void loop_post(Loop *l, void (*fn)(void *arg), void *arg) {
    Post *p = malloc(sizeof(*p));
    *p = (Post){fn, arg, NULL};
    lock_take(&l->lock);
    *l->last = p;
    l->last = &p->next;
    lock_drop(&l->lock);
    uv_async_send(&l->wake);
}

typedef struct Call {
    void (*fn)(void *arg);
    void *arg;
    pthread_mutex_t mutex;
    pthread_cond_t done_cond;
    bool done;
} Call;

static void call_run(void *call) {
    Call *c = call;
    c->fn(c->arg);
    pthread_mutex_lock(&c->mutex);
    c->done = true;
    pthread_cond_signal(&c->done_cond);
    pthread_mutex_unlock(&c->mutex);
}

void loop_call(Loop *l, void (*fn)(void *arg), void *arg) {
    if (loop_here(l)) {
        fn(arg);
        return;
    }
    Call c = {fn, arg, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    loop_post(l, call_run, &c);
    pthread_mutex_lock(&c.mutex);
    while (!c.done) pthread_cond_wait(&c.done_cond, &c.mutex);
    pthread_mutex_unlock(&c.mutex);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    Watch *w = poll->data;
    unsigned ready = status < 0 ? WATCH_READ | WATCH_WRITE : 0; // the reader finds out what is wrong
    if (events & (UV_READABLE | UV_DISCONNECT)) ready |= WATCH_READ;
    if (events & UV_WRITABLE) ready |= WATCH_WRITE;
    w->fn(w->opaque, ready);
}

Watch *loop_watch(Loop *l, int fd, unsigned events, void (*fn)(void *opaque, unsigned events), void *opaque) {
    Watch *w = calloc(1, sizeof(*w));
    w->fn = fn;
    w->opaque = opaque;
    if (uv_poll_init(&l->uv, &w->poll, fd)) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    watch_set(w, events);
    return w;
}

void watch_set(Watch *w, unsigned events) {
    int wanted =
        (events & WATCH_READ ? UV_READABLE | UV_DISCONNECT : 0) | (events & WATCH_WRITE ? UV_WRITABLE : 0);
    if (wanted)
        uv_poll_start(&w->poll, wanted, on_poll);
    else
        uv_poll_stop(&w->poll);
}

static void watch_closed(uv_handle_t *poll) { free(poll->data); }
void watch_free(Watch *w) { uv_close((uv_handle_t *)&w->poll, watch_closed); }

void *loop_uv(Loop *l) { return &l->uv; }
