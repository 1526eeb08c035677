// SPDX-License-Identifier: MIT
// TCP and Unix sockets. A server has one client at a time and takes the next when that one leaves; a client
// may try again when its server goes. Telnet (RFC 854) is spoken as far as a serial line needs it: characters
// at once, no echo, eight bits, break.
#include "hw/host/holder.h"
#include "hw/host/serial/chan.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

typedef struct Socket {
    int listener; // -1: a client
    Watch *watch;
    uv_timer_t *again; // a client tries again
    struct sockaddr_storage peer;
    socklen_t peer_size;
    unsigned reconnect, iac; // seconds; state of the telnet parser
    char *unlink;            // path of our Unix socket
} Socket;

// ---- telnet

enum { IAC = 255, DONT = 254, WILL = 251, SB = 250, BREAK = 243, SE = 240 };
enum { DATA, COMMAND, OPTION, SUB, SUB_COMMAND };

static void greet(int fd) {
    static const uint8_t hello[] = {IAC, WILL, 1, IAC, WILL, 3, IAC, WILL, 0, IAC, 253 /* DO */, 0};
    if (send(fd, hello, sizeof hello, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        errno = 0; // it will show when we read
}

static size_t telnet(Chan *c, uint8_t *bytes, size_t n) {
    Socket *s = c->own;
    size_t kept = 0;
    for (size_t i = 0; c->telnet && i < n; i++) {
        uint8_t b = bytes[i];
        switch (s->iac) {
        case DATA:
            if (b == IAC)
                s->iac = COMMAND;
            else if (b)
                bytes[kept++] = b; // a 0 follows a lone carriage return
            break;
        case COMMAND:
            s->iac = b >= WILL && b <= DONT ? OPTION : b == SB ? SUB : DATA;
            if (b == IAC) bytes[kept++] = b;
            if (b == BREAK) chan_event(c, SERIAL_BREAK);
            break;
        case OPTION: s->iac = DATA; break;
        case SUB: s->iac = b == IAC ? SUB_COMMAND : SUB; break;
        case SUB_COMMAND: s->iac = b == SE ? DATA : SUB; break;
        }
    }
    return c->telnet ? kept : n;
}

// ---- coming and going

static void take_client(Chan *c, int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); // fails on Unix sockets, harmlessly
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    ((Socket *)c->own)->iac = DATA;
    if (c->telnet) greet(fd);
    chan_connect(c, fd, fd);
}

static void on_client(void *chan, unsigned events) {
    Chan *c = chan;
    Socket *s = c->own;
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return;
    if (c->in >= 0) {
        close(fd); // one at a time
        return;
    }
    watch_set(s->watch, 0);
    take_client(c, fd);
}

static void try_again(uv_timer_t *timer) {
    Chan *c = timer->data;
    Socket *s = c->own;
    int fd = socket(s->peer.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    if (connect(fd, (struct sockaddr *)&s->peer, s->peer_size)) {
        close(fd);
        return;
    }
    uv_timer_stop(timer);
    take_client(c, fd);
}

static void lost(Chan *c) {
    Socket *s = c->own;
    if (s->watch) watch_set(s->watch, WATCH_READ);
    if (s->again) uv_timer_start(s->again, try_again, s->reconnect * 1000, s->reconnect * 1000);
}

static void timer_freed(uv_handle_t *timer) { free(timer); }

static void closed(Chan *c) {
    Socket *s = c->own;
    if (s->watch) watch_free(s->watch);
    if (s->listener >= 0) close(s->listener);
    if (s->again) uv_close((uv_handle_t *)s->again, timer_freed);
    if (s->unlink) unlink(s->unlink);
    free(s->unlink);
}

static const ChanKind kind = {.lost = lost, .close = closed, .filter = telnet};

// ---- addresses

static bool find_tcp(const SerialSpec *s, struct sockaddr_storage *a, socklen_t *n, char *error,
                     size_t size) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = s->server ? AI_PASSIVE : 0}, *found;
    const char *host = s->host && *s->host ? s->host : s->server ? NULL : "localhost";
    if (!host) hints.ai_family = AF_INET; // every address
    int e = getaddrinfo(host, s->port, &hints, &found);
    if (e) {
        snprintf(error, size, "no address '%s:%s': %s", host ? host : "", s->port ? s->port : "",
                 gai_strerror(e));
        return false;
    }
    memcpy(a, found->ai_addr, found->ai_addrlen);
    *n = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool find_address(const SerialSpec *s, struct sockaddr_storage *a, socklen_t *n, char *error,
                         size_t size) {
    if (s->kind == SERIAL_TCP) return find_tcp(s, a, n, error, size);
    struct sockaddr_un *u = (struct sockaddr_un *)a;
    *a = (struct sockaddr_storage){.ss_family = AF_UNIX};
    if (strlen(s->path) >= sizeof u->sun_path) {
        snprintf(error, size, "the path of a Unix socket has at most %zu bytes: '%s'", sizeof u->sun_path - 1,
                 s->path);
        return false;
    }
    strcpy(u->sun_path, s->path);
    *n = sizeof *u;
    return true;
}

static unsigned port_of(const struct sockaddr_storage *a) {
    return ntohs(a->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)a)->sin6_port
                                          : ((const struct sockaddr_in *)a)->sin_port);
}

static void say_where(Chan *c, const SerialSpec *s, int fd) {
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char text[4200];
    if (s->kind == SERIAL_UNIX)
        snprintf(text, sizeof text, "unix:%s", s->path);
    else if (!getsockname(fd, (struct sockaddr *)&a, &n))
        snprintf(text, sizeof text, "tcp:%s:%u", s->host && *s->host ? s->host : "0.0.0.0", port_of(&a));
    else
        return;
    c->where = strdup(text);
}

// ---- server

// A socket file that nobody listens on is left over from somebody who crashed.
static void remove_leftover(const struct sockaddr_storage *a, socklen_t n, const char *path) {
    struct stat st;
    if (lstat(path, &st) || !S_ISSOCK(st.st_mode)) return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)a, n) && errno == ECONNREFUSED) unlink(path);
    if (fd >= 0) close(fd);
}

static void explain_bind(const SerialSpec *s, const struct sockaddr_storage *a, int e, char *error,
                         size_t size) {
    char who[128];
    if (s->kind == SERIAL_UNIX && e == EADDRINUSE) {
        holder_of_unix(s->path, who, sizeof who);
        snprintf(error, size, "the socket '%s' is taken by %s (choose another path)", s->path, who);
    } else if (s->kind == SERIAL_UNIX) {
        snprintf(error, size, "cannot listen on '%s': %s", s->path, strerror(e));
    } else if (e == EADDRINUSE) {
        holder_of_port(false, port_of(a), who, sizeof who);
        snprintf(error, size, "port %u is taken by %s (choose another)", port_of(a), who);
    } else {
        snprintf(error, size, "cannot listen on port %s: %s", s->port, strerror(e));
    }
}

static bool serve(Chan *c, const SerialSpec *s, char *error, size_t error_size) {
    Socket *k = c->own;
    int one = 1;
    int fd = k->listener = socket(k->peer.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && s->kind == SERIAL_TCP) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (s->kind == SERIAL_UNIX) remove_leftover(&k->peer, k->peer_size, s->path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&k->peer, k->peer_size) || listen(fd, 1)) {
        explain_bind(s, &k->peer, errno, error, error_size);
        return false;
    }
    if (s->kind == SERIAL_UNIX) k->unlink = strdup(s->path);
    say_where(c, s, fd);
    if (s->wait) {
        fprintf(stderr, "myna: waiting for a connection on %s\n", c->where);
        int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (client >= 0) take_client(c, client);
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    k->watch = loop_watch(c->loop, fd, c->in >= 0 ? 0 : WATCH_READ, on_client, c);
    return true;
}

// ---- client

static bool dial(Chan *c, const SerialSpec *s, char *error, size_t error_size) {
    Socket *k = c->own;
    if (s->reconnect) {
        k->reconnect = s->reconnect;
        k->again = malloc(sizeof *k->again);
        uv_timer_init(loop_uv(c->loop), k->again);
        k->again->data = c;
    }
    int fd = socket(k->peer.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !connect(fd, (struct sockaddr *)&k->peer, k->peer_size)) {
        take_client(c, fd);
        return true;
    }
    int e = errno;
    if (fd >= 0) close(fd);
    if (s->reconnect) {
        lost(c);
        return true;
    }
    const char *name = s->kind == SERIAL_UNIX ? s->path : s->port;
    snprintf(error, error_size,
             "cannot connect to %s %s: %s (is its server running? server=on listens instead)",
             s->kind == SERIAL_UNIX ? "socket" : "port", name, strerror(e));
    return false;
}

Chan *chan_open_socket(const SerialSpec *s, Loop *l, char *error, size_t error_size) {
    Chan *c = chan_new(s, l, &kind);
    Socket *k = c->own = calloc(1, sizeof *k);
    k->listener = -1;
    c->socket = true;
    c->telnet = s->telnet && s->server;
    if (find_address(s, &k->peer, &k->peer_size, error, error_size) &&
        (s->server ? serve(c, s, error, error_size) : dial(c, s, error, error_size)))
        return c;
    closed(c);
    chan_free(c);
    return NULL;
}
