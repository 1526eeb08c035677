// SPDX-License-Identifier: MIT
// Networks whose frames travel as datagrams on a descriptor: a connected socket, a tap.
#pragma once
#include "hw/host/net.h"

// Takes over fd. Each datagram is a frame.
Net *net_link_open(const char *id, int fd, const char *dump, char *error, size_t error_size);
bool net_pair_open(Net *pair[2], char *error, size_t error_size); // two that see each other's frames
