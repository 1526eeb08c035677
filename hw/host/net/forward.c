// SPDX-License-Identifier: MIT
// Parses what the user says about user networking. Called by user.c and by the monitor's hostfwd_add. Every
// error says what was wrong in which text.
#include "hw/host/net/forward.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "tcg/base/fail.h"

// Digits only, up to `most`; *text moves behind them.
static bool take_number(const char **text, unsigned long most, unsigned long *value) {
    const char *p = *text;
    for (*value = 0; *p >= '0' && *p <= '9'; p++) {
        *value = *value * 10 + (*p - '0');
        if (*value > most) return false;
    }
    bool any = p != *text;
    *text = p;
    return any;
}

// "[address]:port"; an empty address leaves *address as it is.
static bool take_end(const char **text, struct in_addr *address, uint16_t *port) {
    const char *colon = strchr(*text, ':');
    char host[64];
    unsigned long number;
    if (!colon || (size_t)(colon - *text) >= sizeof host) return false;
    memcpy(host, *text, colon - *text);
    host[colon - *text] = 0;
    *text = colon + 1;
    const char *address_text = strcmp(host, "localhost") ? host : "127.0.0.1";
    if (*host && inet_pton(AF_INET, address_text, address) != 1) return false;
    if (!take_number(text, 65535, &number)) return false;
    *port = number;
    return true;
}

bool forward_parse(const char *text, Forward *f, char *error, size_t error_size) {
    const char *at = text;
    *f = (Forward){0};
    if (!strncmp(at, "tcp:", 4))
        at += 4;
    else if (!strncmp(at, "udp:", 4))
        f->udp = true, at += 4;
    else if (*at == ':')
        at++; // the protocol left out: tcp
    else
        return FAIL("hostfwd=%.100s: begins with neither tcp: nor udp:", text);
    if (!take_end(&at, &f->host, &f->host_port) || *at++ != '-')
        return FAIL("hostfwd=%.100s: the host's side is [address]:port, then '-' (as in tcp::2222-:22)",
                    text);
    if (!take_end(&at, &f->guest, &f->guest_port) || *at)
        return FAIL("hostfwd=%.100s: the guest's side is [address]:port (as in tcp::2222-:22)", text);
    if (!f->guest_port) return FAIL("hostfwd=%.100s: the guest's port cannot be 0", text);
    return true;
}

void forward_print(const Forward *f, char *out, size_t size) {
    char host[INET_ADDRSTRLEN] = "*", guest[INET_ADDRSTRLEN] = "guest";
    if (f->host.s_addr) inet_ntop(AF_INET, &f->host, host, sizeof host);
    if (f->guest.s_addr) inet_ntop(AF_INET, &f->guest, guest, sizeof guest);
    snprintf(out, size, "%s %s:%u -> %s:%u", f->udp ? "udp" : "tcp", host, f->host_port, guest,
             f->guest_port);
}

static uint32_t class_mask(uint32_t address) {
    return address >> 31 == 0 ? 0xff000000 : address >> 30 == 2 ? 0xffff0000 : 0xffffff00;
}

static uint32_t parse_mask(const char *text) {
    struct in_addr m;
    unsigned long bits;
    if (inet_pton(AF_INET, text, &m) == 1) return ntohl(m.s_addr);
    if (!take_number(&text, 32, &bits) || *text || !bits) return 0;
    return ~0u << (32 - bits);
}

bool network_parse(const char *text, uint32_t *address, uint32_t *mask, char *error, size_t error_size) {
    char host[64];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    struct in_addr a;
    if (n >= sizeof host) return FAIL("net=%.100s: not a network", text);
    memcpy(host, text, n);
    host[n] = 0;
    if (inet_pton(AF_INET, host, &a) != 1)
        return FAIL("net=%.100s: no IPv4 network (as in 10.0.2.0/24)", text);
    *address = ntohl(a.s_addr);
    *mask = slash ? parse_mask(slash + 1) : class_mask(*address);
    // Ones, then zeroes; and room for the addresses that are in use.
    if (!*mask || (*mask | (*mask - 1)) != ~0u || ~*mask < 31)
        return FAIL("net=%.100s: the mask is /1 to /27 (as in 10.0.2.0/24)", text);
    return true;
}
