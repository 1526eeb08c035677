// SPDX-License-Identifier: MIT
// Networks whose frames travel as datagrams on a descriptor: two machines directly (UDP, Unix sockets), a
// tap.
#pragma once
#include "hw/host/net.h"

// Takes over fd. Each datagram is a frame.
Net *net_link_open(const char *id, int fd, const char *dump, char *error, size_t error_size);
// -netdev dgram,local...,remote...: "address:port" both, IPv4.
Net *net_dgram_open(const char *id, const char *local, const char *remote, const char *dump, char *error,
                    size_t error_size);
bool net_pair_open(Net *pair[2], char *error, size_t error_size); // two that see each other's frames
