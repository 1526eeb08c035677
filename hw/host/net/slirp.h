// SPDX-License-Identifier: MIT
// Inside of user networking: libslirp on a port's thread (slirp.c) and what the user sees of it (user.c).
#pragma once
#include "hw/host/net/port.h"
#include "hw/host/net/user.h"
#ifdef HAVE_SLIRP
#include <slirp/libslirp.h>

typedef struct UserTimer {
    SlirpTimerCb fn;
    void *opaque;
    int64_t deadline_ms; // INT64_MAX: off
    struct UserTimer *next;
} UserTimer;

typedef struct User {
    Port port; // first
    Slirp *slirp;
    UserTimer *timers;
    Forward forward[64]; // in force
    unsigned nforwards;
    struct pollfd *fds; // between fill and dispatch
    unsigned nfds, most;
} User;

extern const SlirpCb user_callbacks;
extern const PortOps user_ops;
#endif
