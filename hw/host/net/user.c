// SPDX-License-Identifier: MIT
// User networking as the user asks for it: addresses checked, forwards opened, each refusal with cause and
// fix. Forwards change only on the port's thread (port_call), since libslirp is single-threaded.
#include "hw/host/net/slirp.h"
#ifdef HAVE_SLIRP
#include "hw/host/holder.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- forwards

// A port that is free at this moment, or 0.
static uint16_t free_port(bool udp, struct in_addr address) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = address};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && !bind(fd, (struct sockaddr *)&a, n) && !getsockname(fd, (struct sockaddr *)&a, &n);
    if (fd >= 0) close(fd);
    return good ? ntohs(a.sin_port) : 0;
}

static void explain(const Forward *f, int e, char *error, size_t error_size) {
    char text[100], who[128];
    forward_print(f, text, sizeof text);
    if (e == EADDRINUSE) {
        holder_of_port(f->udp, f->host_port, who, sizeof who);
        snprintf(error, error_size,
                 "hostfwd %s: port %u is taken by %s (choose another, or 0 for any free one)", text,
                 f->host_port, who);
    } else if (e == EACCES) {
        snprintf(error, error_size, "hostfwd %s: port %u is for root alone (choose one from 1024 up)", text,
                 f->host_port);
    } else {
        snprintf(error, error_size, "hostfwd %s: %s", text, e ? strerror(e) : "refused");
    }
}

static bool add_forward(User *u, Forward *f, char *error, size_t error_size) {
    unsigned most = sizeof u->forward / sizeof u->forward[0];
    if (u->nforwards == most) {
        snprintf(error, error_size, "hostfwd: more than %u forwards", most);
        return false;
    }
    unsigned tries = f->host_port ? 1 : 8; // a free port may be taken before we have it
    Forward now = *f;
    int e = 0;
    for (unsigned i = 0; i < tries; i++) {
        if (!f->host_port) now.host_port = free_port(f->udp, f->host);
        errno = 0;
        if (!slirp_add_hostfwd(u->slirp, now.udp, now.host, now.host_port, now.guest, now.guest_port)) {
            u->forward[u->nforwards++] = *f = now;
            return true;
        }
        e = errno;
    }
    explain(&now, e, error, error_size);
    return false;
}

typedef struct Call {
    User *u;
    Forward f;
    char *error;
    size_t error_size;
    unsigned i;
    bool ok;
    FILE *to;
} Call;

static void call_add(void *arg) {
    Call *c = arg;
    c->ok = add_forward(c->u, &c->f, c->error, c->error_size);
}
static void call_remove(void *arg) {
    Call *c = arg;
    for (unsigned i = 0; i < c->u->nforwards && !c->ok; i++) {
        Forward *f = &c->u->forward[i];
        if (f->udp != c->f.udp || f->host.s_addr != c->f.host.s_addr || f->host_port != c->f.host_port)
            continue;
        c->ok = !slirp_remove_hostfwd(c->u->slirp, f->udp, f->host, f->host_port);
        if (c->ok) *f = c->u->forward[--c->u->nforwards];
    }
}
static void call_get(void *arg) {
    Call *c = arg;
    c->ok = c->i < c->u->nforwards;
    if (c->ok) c->f = c->u->forward[c->i];
}
static void call_info(void *arg) {
    Call *c = arg;
    char *text = slirp_connection_info(c->u->slirp);
    fputs(text, c->to);
    free(text);
}

bool net_user_forward(Net *n, Forward *f, char *error, size_t error_size) {
    Call c = {.u = (User *)n, .f = *f, .error = error, .error_size = error_size};
    port_call((Port *)n, call_add, &c);
    *f = c.f;
    return c.ok;
}
bool net_user_unforward(Net *n, const Forward *f) {
    Call c = {.u = (User *)n, .f = *f};
    port_call((Port *)n, call_remove, &c);
    return c.ok;
}
bool net_user_forwarded(Net *n, unsigned i, Forward *f) {
    Call c = {.u = (User *)n, .i = i};
    port_call((Port *)n, call_get, &c);
    if (c.ok) *f = c.f;
    return c.ok;
}
void net_user_info(Net *n, FILE *to) {
    Call c = {.u = (User *)n, .to = to};
    port_call((Port *)n, call_info, &c);
}

// ---- opening

typedef struct Network {
    uint32_t net, mask; // host byte order
    char *error;
    size_t error_size;
} Network;

static bool choose(const Network *w, const char *what, const char *text, uint32_t preset,
                   struct in_addr *to) {
    to->s_addr = htonl(w->net | preset);
    if (!text) return true;
    if (inet_pton(AF_INET, text, to) != 1) {
        snprintf(w->error, w->error_size, "%s=%.60s: not an IPv4 address", what, text);
        return false;
    }
    if ((ntohl(to->s_addr) & w->mask) == w->net) return true;
    snprintf(w->error, w->error_size, "%s=%.60s: not inside the guest's network (net=)", what, text);
    return false;
}

static bool choose_addresses(const NetUserSpec *s, SlirpConfig *c, char *error, size_t error_size) {
    Network w = {.error = error, .error_size = error_size};
    if (!network_parse(s->net ? s->net : "10.0.2.0/24", &w.net, &w.mask, error, error_size)) return false;
    uint32_t host = w.net & ~w.mask ? w.net & ~w.mask : 2; // 10.0.2.9/24 says the host's address as well
    w.net &= w.mask;
    c->vnetwork.s_addr = htonl(w.net);
    c->vnetmask.s_addr = htonl(w.mask);
    if (!choose(&w, "host", s->host, host, &c->vhost) || !choose(&w, "dns", s->dns, 3, &c->vnameserver) ||
        !choose(&w, "dhcpstart", s->dhcp_start, 15, &c->vdhcp_start))
        return false;
    if (c->vhost.s_addr != c->vnameserver.s_addr && c->vhost.s_addr != c->vdhcp_start.s_addr) return true;
    snprintf(error, error_size, "host=, dns= and dhcpstart= must differ");
    return false;
}

static bool make_config(const NetUserSpec *s, SlirpConfig *c, char *error, size_t error_size) {
    *c = (SlirpConfig){.version = 1,
                       .restricted = s->restricted,
                       .in_enabled = !s->no_ipv4,
                       .in6_enabled = !s->no_ipv6,
                       .vprefix_len = 64,
                       .vhostname = s->hostname,
                       .vdomainname = s->domainname,
                       .tftp_path = s->tftp,
                       .bootfile = s->bootfile};
    inet_pton(AF_INET6, "fec0::", &c->vprefix_addr6);
    inet_pton(AF_INET6, "fec0::2", &c->vhost6);
    inet_pton(AF_INET6, "fec0::3", &c->vnameserver6);
    return choose_addresses(s, c, error, error_size);
}

Net *net_user_open(const NetUserSpec *s, char *error, size_t error_size) {
    SlirpConfig config;
    if (!make_config(s, &config, error, error_size)) return NULL;
    Pcap *dump = s->dump ? pcap_open(s->dump, s->dump_bytes, error, error_size) : NULL;
    if (s->dump && !dump) return NULL;
    User *u = calloc(1, sizeof *u);
    u->port.dump = dump;
    u->slirp = slirp_new(&config, &user_callbacks, u);
    bool good = u->slirp != NULL;
    if (!good) snprintf(error, error_size, "libslirp refuses this network");
    for (unsigned i = 0; good && i < s->nhostfwd; i++) {
        Forward f;
        good = forward_parse(s->hostfwd[i], &f, error, error_size) && add_forward(u, &f, error, error_size);
    }
    if (good && port_start(&u->port, s->id, &user_ops, error, error_size)) {
        u->port.net.big_frames = true; // libslirp ends TCP here: to it a segment is just bytes
        return &u->port.net;
    }
    if (u->slirp) user_ops.close(&u->port);
    pcap_close(dump);
    free(u);
    return NULL;
}

#else

static const char absent[] = "user networking is not in this build (install libslirp-dev and build again)";
Net *net_user_open(const NetUserSpec *s, char *error, size_t error_size) {
    snprintf(error, error_size, "%s", absent);
    return NULL;
}
bool net_user_forward(Net *n, Forward *f, char *error, size_t error_size) {
    snprintf(error, error_size, "%s", absent);
    return false;
}
bool net_user_unforward(Net *n, const Forward *f) { return false; }
bool net_user_forwarded(Net *n, unsigned i, Forward *f) { return false; }
void net_user_info(Net *n, FILE *to) {}

#endif
