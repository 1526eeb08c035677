// SPDX-License-Identifier: MIT
// Port forwards and IPv4 networks as the user writes them: hostfwd=tcp|udp:[addr]:port-[addr]:port,
// net=addr/bits.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Forward {
    bool udp;
    struct in_addr host, guest; // guest 0.0.0.0: the first address the guest gets by DHCP
    uint16_t host_port;         // 0: any that is free
    uint16_t guest_port;
} Forward;

bool forward_parse(const char *text, Forward *f, char *error, size_t error_size);
void forward_print(const Forward *f, char *out, size_t size); // "tcp 127.0.0.1:2222 -> guest:22"
// "10.0.2.0/24", "10.0.2.0/255.255.255.0" or "10.0.2.0" (its class): host byte order.
bool network_parse(const char *text, uint32_t *address, uint32_t *mask, char *error, size_t error_size);
