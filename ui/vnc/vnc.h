// SPDX-License-Identifier: MIT
// A VNC server for one head (RFC 6143), on a unix socket or a port, through libvncserver on a thread of its own:
// a client that is slow or stops in mid-message holds up other clients, never the guest.
#pragma once
#include "hw/core/machine.h"

typedef struct VncSpec {
    char *address;       // "unix:PATH", ":N", "HOST:N"; N is a display: port 5900 + N
    char *password_file; // its first line; NULL: no password
    unsigned head;
} VncSpec;

typedef struct Vnc Vnc;
Vnc *vnc_open(Machine *m, const VncSpec *spec, char *error,
              size_t error_size); // listens; NULL with a message
void vnc_close(Vnc *v);
