// SPDX-License-Identifier: MIT
// What every network back end shares: a thread that polls descriptors, the way to the card and its frames,
// queues of frames in both directions, pausing, a packet dump.
#pragma once
#include "hw/host/net.h"
#include <poll.h>
#include <pthread.h>

typedef struct Port Port;
typedef struct Pcap Pcap;

typedef struct PortOps { // all on the port's thread, no lock held
    // A frame from the guest.
    void (*send)(Port *p, const uint8_t *frame, size_t size);
    // What to poll; may shorten the wait.
    unsigned (*fill)(Port *p, struct pollfd *fds, unsigned max, int *timeout_ms);
    void (*dispatch)(Port *p, const struct pollfd *fds, unsigned n); // polled
    void (*close)(Port *p); // the thread has ended: free what is yours
} PortOps;

typedef struct PortFrame {
    struct PortFrame *next;
    size_t size;
    uint8_t bytes[];
} PortFrame;
typedef struct PortQueue {
    PortFrame *head, **tail;
    unsigned n;
} PortQueue;

enum { PORT_FDS = 1024 };
struct Port {
    Net net; // first
    const PortOps *ops;
    pthread_t thread;
    int wake; // eventfd
    Pcap *dump;
    uint64_t dropped; // frames for which no queue had room

    pthread_mutex_t lock; // protects all below
    pthread_cond_t returned;
    NetFront front;
    bool calling, kicked, ready, quit, awake, paused;
    PortQueue out, in;       // from `send`, and what the card had no room for
    void (*call)(void *arg); // runs on the thread
    void *call_arg;
    // The thread's own. Not on its stack or in thread-local storage: what every thread has must fit the small stacks of those that
    // libraries make (SDL's audio).
    uint8_t frame[NET_FRAME];
    struct pollfd fds[PORT_FDS];
};

// Fills p (allocated by the back end, whose struct starts with a Port) and starts the thread; p->net.close
// ends it. On false the back end frees p.
bool port_start(Port *p, const char *id, const PortOps *ops, char *error, size_t error_size);
void port_deliver(Port *p, const uint8_t *frame, size_t size); // to the guest; port's thread only
void port_call(Port *p, void (*fn)(void *arg), void *arg);     // runs fn on the port's thread and waits

// pcap.c: the classic capture format.
Pcap *pcap_open(const char *file, unsigned most_bytes, char *error, size_t error_size);
void pcap_write(Pcap *c, const uint8_t *frame, size_t size);
void pcap_close(Pcap *c);
