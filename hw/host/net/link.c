// SPDX-License-Identifier: MIT
// Frames as datagrams on a descriptor, on a port's thread. A full socket drops the frame, as a wire does.
#include "hw/host/net/link.h"
#include "hw/host/net/port.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BURST = 64 };

typedef struct Link {
    Port port; // first
    int fd;
    bool ended;
    uint8_t frame[NET_FRAME];
} Link;

static void link_send(Port *p, const uint8_t *frame, size_t size) {
    if (write(((Link *)p)->fd, frame, size) < 0) __atomic_fetch_add(&p->dropped, 1, __ATOMIC_RELAXED);
}

static unsigned link_fill(Port *p, struct pollfd *fds, unsigned max, int *timeout_ms) {
    Link *l = (Link *)p;
    fds[0] = (struct pollfd){l->fd, POLLIN, 0};
    return l->ended ? 0 : 1;
}

static void link_dispatch(Port *p, const struct pollfd *fds, unsigned n) {
    Link *l = (Link *)p;
    for (unsigned i = 0; n && fds[0].revents && i < BURST; i++) {
        ssize_t size = read(l->fd, l->frame, sizeof l->frame);
        if (size > 0) {
            port_deliver(p, l->frame, size);
            continue;
        }
        // A peer that is not there yet refuses; one that is gone ends a Unix socket.
        l->ended = size < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED;
        return;
    }
}

static void link_close(Port *p) { close(((Link *)p)->fd); }

static const PortOps link_ops = {link_send, link_fill, link_dispatch, link_close};

Net *net_link_open(const char *id, int fd, const char *dump, char *error, size_t error_size) {
    Pcap *pcap = dump ? pcap_open(dump, 0, error, error_size) : NULL;
    Link *l = !dump || pcap ? calloc(1, sizeof *l) : NULL;
    if (l) {
        l->fd = fd;
        l->port.dump = pcap;
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        if (port_start(&l->port, id, &link_ops, error, error_size)) return &l->port.net;
    }
    free(l);
    pcap_close(pcap);
    close(fd);
    return NULL;
}

bool net_pair_open(Net *pair[2], char *error, size_t error_size) {
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd)) {
        snprintf(error, error_size, "cannot make a pair of sockets: %s", strerror(errno));
        return false;
    }
    pair[0] = net_link_open("pair0", fd[0], NULL, error, error_size);
    if (!pair[0]) {
        close(fd[1]);
        return false;
    }
    pair[1] = net_link_open("pair1", fd[1], NULL, error, error_size);
    if (!pair[1]) pair[0]->close(pair[0]);
    return pair[1] != NULL;
}
