// SPDX-License-Identifier: MIT
// User networking: a whole network (gateway, DHCP, DNS, forwards) inside this process, through libslirp.
#pragma once
#include "hw/host/net.h"
#include "hw/host/net/forward.h"
#include <stdio.h>

typedef struct NetUserSpec {
    const char *id;
    const char *net, *host, *dns, *dhcp_start; // NULL: 10.0.2.0/24, .2, .3, .15
    const char *hostname, *domainname;         // what DHCP says
    const char *tftp, *bootfile;
    bool restricted; // the guest reaches nobody; forwards still work
    bool no_ipv4, no_ipv6;
    const char *const *hostfwd; // texts
    unsigned nhostfwd;
    const char *dump;    // packet dump, or NULL
    unsigned dump_bytes; // of each frame; 0: all
} NetUserSpec;

Net *net_user_open(const NetUserSpec *spec, char *error, size_t error_size);
// While it runs (hostfwd_add, hostfwd_remove of the monitor). A host port of 0 is replaced by the one chosen.
bool net_user_forward(Net *n, Forward *f, char *error, size_t error_size);
bool net_user_unforward(Net *n, const Forward *f);
// The i-th forward in force; false: there are fewer.
bool net_user_forwarded(Net *n, unsigned i, Forward *f);
void net_user_info(Net *n, FILE *to); // connections
