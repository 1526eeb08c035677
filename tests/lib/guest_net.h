// SPDX-License-Identifier: MIT
// The least TCP/IP a guest needs to try a network card or a network: DHCP, ARP, UDP, one TCP connection at a
// time. Frames go out and come in through two callbacks, so it runs over a Net or over a virtio card.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct GuestNet {
    void (*send)(void *opaque, const uint8_t *frame, size_t size);
    // The next frame within `wait_ms`; 0: none came.
    size_t (*receive)(void *opaque, uint8_t *frame, size_t max, int wait_ms);
    void *opaque;
    uint8_t mac[6], gateway_mac[6];
    uint32_t ip, gateway, dns; // host byte order
    char hostname[64];         // that DHCP gave
    // TCP
    uint16_t port, peer_port;
    uint32_t peer, sequence, acknowledge;
    bool checksums_wrong; // of any frame that came
} GuestNet;

bool guest_dhcp(GuestNet *g);
bool guest_arp(GuestNet *g, uint32_t ip, uint8_t mac[6]);
void guest_udp_send(GuestNet *g, uint32_t to, uint16_t from_port, uint16_t to_port, const void *data,
                    size_t n);
size_t guest_udp_receive(GuestNet *g, uint16_t port, void *data, size_t max); // within 5 s
bool guest_tcp_connect(GuestNet *g, uint32_t to, uint16_t port);              // false: refused or no answer
bool guest_tcp_accept(GuestNet *g, uint16_t port);                            // a client comes within 5 s
void guest_tcp_send(GuestNet *g, const void *data, size_t n);
size_t guest_tcp_receive(GuestNet *g, void *data, size_t max); // some bytes; 0: closed or none within 5 s
void guest_tcp_close(GuestNet *g);
