// SPDX-License-Identifier: MIT
// See listen.h. Addresses as QEMU spells them: "unix:PATH", "HOST:DISPLAY"; without HOST only this host is served.
#include "ui/vnc/listen.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "tcg/base/fail.h"

enum { FIRST_PORT = 5900, BACKLOG = 8 };

static bool listen_unix(const char *path, char **unlink_path, int *to, char *error, size_t error_size) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(a.sun_path) || !*path)
        return FAIL("-vnc unix:%s: a path has 1 to %zu characters", path, sizeof(a.sun_path) - 1);
    strcpy(a.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // One that nobody listens on any more is in the way.
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) && errno == ECONNREFUSED) unlink(path);
    if (fd >= 0 && !bind(fd, (struct sockaddr *)&a, sizeof(a)) && !listen(fd, BACKLOG)) {
        *unlink_path = strdup(path);
        *to = fd;
        return true;
    }
    snprintf(error, error_size, "-vnc unix:%s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return false;
}

static bool is_loopback(const struct sockaddr *a) {
    const struct sockaddr_in *v4 = (const void *)a;
    const struct sockaddr_in6 *v6 = (const void *)a;
    return a->sa_family == AF_INET ? ntohl(v4->sin_addr.s_addr) >> 24 == 127
                                   : IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static bool listen_port(const char *host, unsigned port, bool password, int *to, char *error,
                        size_t error_size) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE},
                    *found;
    char service[16];
    int on = 1;
    snprintf(service, sizeof(service), "%u", port);
    int why = getaddrinfo(*host ? host : "127.0.0.1", service, &hints, &found);
    if (why) return FAIL("-vnc %s: %s", host, gai_strerror(why));
    if (!is_loopback(found->ai_addr) && !password) {
        freeaddrinfo(found);
        return FAIL("-vnc %s: other hosts could reach it: add password-file=FILE, or leave the address out "
                    "for this host only",
                    host);
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    bool ok = fd >= 0 && !bind(fd, found->ai_addr, found->ai_addrlen) && !listen(fd, BACKLOG);
    if (!ok) snprintf(error, error_size, "-vnc: port %u: %s", port, strerror(errno));
    if (!ok && fd >= 0) close(fd);
    freeaddrinfo(found);
    *to = fd;
    return ok;
}

bool vnc_listen(const char *address, bool password, char **path, int *fd, char *error, size_t error_size) {
    char host[256], *end;
    const char *colon = strrchr(address, ':');
    *path = NULL;
    if (!strncmp(address, "unix:", 5)) return listen_unix(address + 5, path, fd, error, error_size);
    unsigned long display = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (!colon || end == colon + 1 || *end || display > 65535 - FIRST_PORT)
        return FAIL("-vnc %s: it is written unix:PATH, :DISPLAY or HOST:DISPLAY (port 5900 + DISPLAY)",
                    address);
    snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
    if (host[0] == '[' && strchr(host, ']')) { // an IPv6 address
        memmove(host, host + 1, strlen(host));
        *strchr(host, ']') = 0;
    }
    return listen_port(host, FIRST_PORT + (unsigned)display, password, fd, error, error_size);
}
