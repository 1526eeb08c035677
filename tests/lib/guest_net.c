// SPDX-License-Identifier: MIT
// A guest's side of Ethernet, ARP, IPv4, UDP, DHCP (RFC 2131) and just enough TCP (RFC 9293): no
// retransmission, since the wire loses nothing. Every frame that comes has its checksums verified.
#include "tests/lib/guest_net.h"
#include <string.h>
#include <time.h>

enum { ETH = 14, IP = 20, FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static void put16(uint8_t *p, uint16_t v) { p[0] = v >> 8, p[1] = v; }
static void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16), put16(p + 2, v); }
static uint16_t get16(const uint8_t *p) { return p[0] << 8 | p[1]; }
static uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t sum(const uint8_t *p, size_t n, uint32_t s) {
    for (size_t i = 0; i < n; i++) s += i & 1 ? p[i] : p[i] << 8;
    while (s >> 16) s = (s & 0xffff) + (s >> 16);
    return s;
}
// Over the pseudo-header too; 0xffff if the checksum that is in there is right.
static uint32_t transport_sum(const uint8_t *ip, size_t n) { return sum(ip + 12, 8 + n, ip[9] + n); }

static void send_ip(GuestNet *g, uint32_t to, uint8_t protocol, uint8_t *frame, size_t n,
                    unsigned checksum_at) {
    memcpy(frame, to == 0xffffffff ? (const uint8_t *)"\377\377\377\377\377\377" : g->gateway_mac, 6);
    memcpy(frame + 6, g->mac, 6);
    put16(frame + 12, 0x0800);
    uint8_t *ip = frame + ETH;
    memset(ip, 0, IP);
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = protocol;
    put16(ip + 2, IP + n);
    put32(ip + 12, g->ip);
    put32(ip + 16, to);
    put16(ip + 10, ~sum(ip, IP, 0));
    put16(ip + IP + checksum_at, 0);
    put16(ip + IP + checksum_at, ~transport_sum(ip, n));
    g->send(g->opaque, frame, ETH + IP + n);
}

static void answer_arp(GuestNet *g, const uint8_t *frame) {
    uint8_t reply[60] = {0};
    if (get16(frame + ETH + 6) != 1 || get32(frame + ETH + 24) != g->ip || !g->ip) return;
    memcpy(reply, frame + 6, 6);
    memcpy(reply + 6, g->mac, 6);
    memcpy(reply + 12, frame + 12, 8); // type, hardware, protocol, lengths
    put16(reply + ETH + 6, 2);
    memcpy(reply + ETH + 8, g->mac, 6);
    put32(reply + ETH + 14, g->ip);
    memcpy(reply + ETH + 18, frame + ETH + 8, 10);
    g->send(g->opaque, reply, sizeof reply);
}

// The next IPv4 packet of a protocol; its payload is at *data. Answers ARP meanwhile. 0: none until
// `deadline`.
static size_t receive_ip(GuestNet *g, uint8_t protocol, uint8_t *frame, size_t max, uint8_t **data,
                         int64_t deadline) {
    for (int64_t left; (left = deadline - now_ms()) > 0;) {
        size_t n = g->receive(g->opaque, frame, max, left);
        if (n < ETH + IP) continue;
        if (get16(frame + 12) == 0x0806) answer_arp(g, frame);
        uint8_t *ip = frame + ETH;
        if (get16(frame + 12) != 0x0800 || ip[9] != protocol || ip[0] != 0x45) continue;
        size_t payload = get16(ip + 2) - IP;
        bool none = protocol == 17 && !get16(ip + IP + 6);
        if (sum(ip, IP, 0) != 0xffff || (!none && transport_sum(ip, payload) != 0xffff))
            g->checksums_wrong = true;
        *data = ip + IP;
        return payload;
    }
    return 0;
}

bool guest_arp(GuestNet *g, uint32_t ip, uint8_t mac[6]) {
    uint8_t frame[2048] = {0};
    memset(frame, 0xff, 6);
    memcpy(frame + 6, g->mac, 6);
    memcpy(frame + 12, "\x08\x06\0\1\x08\0\6\4\0\1", 10);
    memcpy(frame + ETH + 8, g->mac, 6);
    put32(frame + ETH + 14, g->ip);
    put32(frame + ETH + 24, ip);
    g->send(g->opaque, frame, 60);
    for (int64_t deadline = now_ms() + 5000, left; (left = deadline - now_ms()) > 0;) {
        size_t n = g->receive(g->opaque, frame, sizeof frame, left);
        if (n < 42 || get16(frame + 12) != 0x0806 || get16(frame + ETH + 6) != 2) continue;
        if (get32(frame + ETH + 14) != ip) continue;
        memcpy(mac, frame + ETH + 8, 6);
        return true;
    }
    return false;
}

void guest_udp_send(GuestNet *g, uint32_t to, uint16_t from_port, uint16_t to_port, const void *data,
                    size_t n) {
    uint8_t frame[2048];
    uint8_t *udp = frame + ETH + IP;
    put16(udp, from_port);
    put16(udp + 2, to_port);
    put16(udp + 4, 8 + n);
    memcpy(udp + 8, data, n);
    send_ip(g, to, 17, frame, 8 + n, 6);
}

size_t guest_udp_receive(GuestNet *g, uint16_t port, void *data, size_t max) {
    uint8_t frame[65536], *udp;
    int64_t deadline = now_ms() + 5000;
    size_t n;
    while ((n = receive_ip(g, 17, frame, sizeof frame, &udp, deadline)) > 8)
        if (get16(udp + 2) == port) {
            n = n - 8 < max ? n - 8 : max;
            memcpy(data, udp + 8, n);
            return n;
        }
    return 0;
}

// Walks the options of a DHCP message.
static void dhcp_options(GuestNet *g, const uint8_t *p, const uint8_t *end, uint8_t *type) {
    while (p + 2 <= end && *p != 255) {
        if (!*p) {
            p++;
            continue;
        }
        const uint8_t *v = p + 2;
        if (v + p[1] > end) return;
        if (*p == 53) *type = *v;
        if (*p == 3 && p[1] >= 4) g->gateway = get32(v);
        if (*p == 6 && p[1] >= 4) g->dns = get32(v);
        if (*p == 12 && p[1] < sizeof g->hostname) memcpy(g->hostname, v, p[1]), g->hostname[p[1]] = 0;
        p = v + p[1];
    }
}

static bool dhcp_step(GuestNet *g, uint8_t type, uint32_t wanted, uint8_t answer, uint32_t *ip) {
    uint8_t m[300] = {1, 1, 6, 0, 'm', 'y', 'n', 'a'}, reply[1500], got = 0;
    uint8_t *o = m + 240;
    memcpy(m + 28, g->mac, 6);
    put32(m + 236, 0x63825363);
    *o++ = 53, *o++ = 1, *o++ = type;
    if (wanted) {
        *o++ = 50, *o++ = 4;
        put32(o, wanted);
        o += 4;
    }
    *o++ = 255;
    guest_udp_send(g, 0xffffffff, 68, 67, m, sizeof m);
    size_t n = guest_udp_receive(g, 68, reply, sizeof reply);
    if (n < 244) return false;
    dhcp_options(g, reply + 240, reply + n, &got);
    *ip = get32(reply + 16);
    return got == answer;
}

bool guest_dhcp(GuestNet *g) {
    uint32_t ip;
    g->ip = 0;
    if (!dhcp_step(g, 1, 0, 2, &ip) || !dhcp_step(g, 3, ip, 5, &ip)) return false;
    g->ip = ip;
    return !g->gateway || guest_arp(g, g->gateway, g->gateway_mac);
}

static void send_tcp(GuestNet *g, uint8_t flags, const void *data, size_t n) {
    uint8_t frame[2048];
    uint8_t *t = frame + ETH + IP;
    memset(t, 0, 20);
    put16(t, g->port);
    put16(t + 2, g->peer_port);
    put32(t + 4, g->sequence);
    put32(t + 8, flags & ACK ? g->acknowledge : 0);
    t[12] = 5 << 4;
    t[13] = flags;
    put16(t + 14, 60000);
    if (n) memcpy(t + 20, data, n);
    send_ip(g, g->peer, 6, frame, 20 + n, 16);
    g->sequence += n + (flags & (SYN | FIN) ? 1 : 0);
}

// The next segment of the connection; its data at *data. False: none came.
static bool receive_tcp(GuestNet *g, uint8_t *frame, size_t max, uint8_t *flags, uint8_t **data, size_t *n) {
    int64_t deadline = now_ms() + 5000;
    uint8_t *t;
    size_t size;
    while ((size = receive_ip(g, 6, frame, max, &t, deadline)) >= 20) {
        if (get16(t + 2) != g->port || (g->peer_port && get16(t) != g->peer_port)) continue;
        g->peer_port = get16(t);
        g->peer = get32(t - IP + 12);
        *flags = t[13];
        *data = t + (t[12] >> 4) * 4;
        *n = size - (t[12] >> 4) * 4;
        if (*flags & SYN)
            g->acknowledge = get32(t + 4) + 1;
        else if (get32(t + 4) != g->acknowledge)
            continue; // seen before
        else
            g->acknowledge += *n + (*flags & FIN);
        return true;
    }
    return false;
}

bool guest_tcp_connect(GuestNet *g, uint32_t to, uint16_t port) {
    uint8_t frame[2048], flags, *data;
    size_t n;
    g->port = g->port < 40000 ? 40000 : g->port + 1;
    g->peer = to;
    g->peer_port = port;
    g->sequence = 1000;
    g->acknowledge = 0;
    send_tcp(g, SYN, NULL, 0);
    if (!receive_tcp(g, frame, sizeof frame, &flags, &data, &n) || (flags & RST) || !(flags & SYN))
        return false;
    send_tcp(g, ACK, NULL, 0);
    return true;
}

bool guest_tcp_accept(GuestNet *g, uint16_t port) {
    uint8_t frame[2048], flags, *data;
    size_t n;
    g->port = port;
    g->peer_port = 0;
    g->sequence = 5000;
    if (!receive_tcp(g, frame, sizeof frame, &flags, &data, &n) || !(flags & SYN)) return false;
    send_tcp(g, SYN | ACK, NULL, 0);
    return true;
}

void guest_tcp_send(GuestNet *g, const void *data, size_t n) { send_tcp(g, ACK | PSH, data, n); }

size_t guest_tcp_receive(GuestNet *g, void *to, size_t max) {
    uint8_t frame[65536], flags, *data;
    size_t n;
    while (receive_tcp(g, frame, sizeof frame, &flags, &data, &n)) {
        if (n || (flags & FIN)) send_tcp(g, ACK, NULL, 0);
        if (n > max) n = max;
        memcpy(to, data, n);
        if (n || (flags & (FIN | RST))) return n;
    }
    return 0;
}

void guest_tcp_close(GuestNet *g) { send_tcp(g, FIN | ACK, NULL, 0); }
