// SPDX-License-Identifier: MIT
// A network of the outside world (user networking, a socket) as a network card sees it: whole Ethernet frames
// without checksum. The back end has a thread of its own, on which it calls the card; the card's lock is not
// held then.
//
// Two ways out. Simple cards call `send` with one frame. Cards with rings call `kick`, and the back end's
// thread takes frames with `next` until there are none: one thread hop, no copy in between, and what nobody
// took is still in the guest's ring when it is saved.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Net Net;
enum { NET_FRAME = 65550 }; // the largest frame passed either way

typedef struct NetFront { // the card's half: back end's thread, no lock held
    void *opaque;
    bool (*receive)(void *opaque, const uint8_t *frame,
                    size_t size); // false: no room, offered again after `ready`
    size_t (*next)(void *opaque, uint8_t *frame,
                   size_t max);          // 0: nothing to send. NULL: the card only uses `send`
    void (*link)(void *opaque, bool up); // may be NULL
} NetFront;

struct Net {
    // Any thread, the card's lock may be held; none of them blocks.
    void (*send)(Net *n, const uint8_t *frame, size_t size); // copies; a full queue drops, as a wire does
    void (*kick)(Net *n);                                    // the card has frames for `next`
    void (*ready)(Net *n);                                   // the card can receive again
    // No lock held.
    void (*attach)(
        Net *n,
        const NetFront *front); // copies it; NULL: unplugged. On return the old front is called no more
    void (*pause)(Net *n, bool paused); // paused: on return no call to the card is under way, and none begins
    void (*close)(Net *n);
    char *id;
    _Atomic uint64_t sent, received; // bytes of frames of the card, and to it
    bool big_frames; // takes TCP segments of up to 64 KiB from the card and cuts them itself
};
