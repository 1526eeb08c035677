// SPDX-License-Identifier: MIT
// Inside of hw/host/serial. A channel is a pair of descriptors on the event loop with a ring of output; a
// port is what one device sees of it, with the input that device has not taken yet. A channel that is shared
// has several ports, of which one has the keyboard.
#pragma once
#include "hw/core/loop.h"
#include "hw/host/serial.h"
#include "tcg/base/lock.h"
#include <stdio.h>

typedef struct Chan Chan;
enum { CHAN_PORTS = 4, CHAN_OUT = 65536, CHAN_IN = 4096 };

typedef struct ChanPort {
    Serial s; // first
    Chan *chan;
    size_t waiting; // bytes of input
    uint8_t input[CHAN_IN];
} ChanPort;

typedef struct ChanKind {   // loop's thread
    void (*lost)(Chan *c);  // end of file or an error: the descriptors are closed already
    void (*close)(Chan *c); // for good; may be NULL
    // Takes protocol bytes out of input in place, returns what is left; may be NULL.
    size_t (*filter)(Chan *c, uint8_t *bytes, size_t n);
} ChanKind;

struct Chan {
    Loop *loop;
    const ChanKind *kind;
    void *own; // the kind's; freed with free()
    char *where;
    FILE *log;
    ChanPort *port[CHAN_PORTS];
    unsigned nports, open_ports, focus;
    // Loop's thread.
    int in, out; // -1: none
    Watch *rx, *tx;
    bool plain_in;     // a file: always readable, and no watch
    bool blocking_out; // could not be made non-blocking: small writes after poll
    bool socket, telnet;
    bool keep_output;      // the end of the input is no end of the channel
    bool escapes, escaped; // Ctrl-A is special; it was the last byte
    bool closed;
    Lock lock; // protects what follows
    bool connected;
    SerialTap tap; // output NULL: none
    bool flush_posted, pump_posted, refused; // refused: a port wants `drained`
    size_t head, count;
    uint8_t ring[CHAN_OUT];
};

Chan *chan_new(const SerialSpec *spec, Loop *loop, const ChanKind *kind);
// Both descriptors are the channel's from now on (they may be the same). Calls fronts with SERIAL_OPENED.
void chan_connect(Chan *c, int in, int out);
void chan_disconnect(Chan *c);               // closes them; SERIAL_CLOSED
void chan_print(Chan *c, const char *text);  // to the user, among the output
void chan_event(Chan *c, SerialEvent event); // to the front with the focus
void chan_free(Chan *c);                     // one that was never used

// escape.c: Ctrl-A keys. Returns what is left for the guest.
size_t chan_escapes(Chan *c, uint8_t *bytes, size_t n);

// terminal.c
bool terminal_raw(int fd, bool signals); // false: no terminal, or not ours to change (background)

// The kinds: NULL with a message.
Chan *chan_open_stdio(const SerialSpec *s, Loop *l, char *error, size_t error_size);
Chan *chan_open_file(const SerialSpec *s, Loop *l, char *error, size_t error_size); // FILE, PIPE, FD, NULL
Chan *chan_open_pty(const SerialSpec *s, Loop *l, char *error, size_t error_size);
Chan *chan_open_socket(const SerialSpec *s, Loop *l, char *error, size_t error_size);
