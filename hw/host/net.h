// SPDX-License-Identifier: MIT
// A network of the outside world (user, socket, tap) as a network card sees it: whole Ethernet frames,
// without checksum.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Net Net;

struct Net {
    // from the guest; any thread, device lock may be held; copies
    void (*send)(Net *n, const uint8_t *frame, size_t size);
    void (*ready)(Net *n);                                   // the card takes frames again; any thread
    void (*close)(Net *n);
    char *id;
    // The card's half: loop's thread, no lock held. False: no room, keep the frame until `ready`.
    void *front;
    bool (*receive)(void *front, const uint8_t *frame, size_t size);
    void (*link)(void *front, bool up);                      // may be NULL
};
