// SPDX-License-Identifier: MIT
// A byte stream of the outside world (terminal, socket, file, pty) as a device sees it: -serial, -chardev,
// HTIF and virtio consoles. The back end (hw/host/serial/) fills `ops`; the device that is plugged in fills
// the front half.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Serial Serial;
typedef struct Loop Loop;
typedef enum SerialEvent {
    SERIAL_OPENED, // somebody is at the other end
    SERIAL_CLOSED,
    SERIAL_BREAK,
    SERIAL_FOCUS, // of several fronts on one channel this one has the keyboard now
} SerialEvent;

typedef struct SerialOps {
    // Any thread, device lock held. Takes up to n bytes, never blocks, returns how many; the rest is the
    // caller's to try again when `drained` is called.
    size_t (*write)(Serial *s, const uint8_t *bytes, size_t n);
    void (*ready)(Serial *s); // the device can receive again: any thread, device lock may be held
    void (*close)(Serial *s); // loop's thread; restores the terminal
    // May be NULL. Any thread, device lock may be held.
    bool (*is_open)(Serial *s);              // is somebody at the other end? NULL: always
    void (*front_open)(Serial *s, bool open); // somebody in the guest has opened the port, or closed it
} SerialOps;

struct Serial {
    const SerialOps *ops;
    char *id;
    // Front half. All on the loop's thread, no lock held.
    void *front;
    size_t (*can_receive)(void *front);                           // how many bytes it takes now
    void (*receive)(void *front, const uint8_t *bytes, size_t n); // n <= can_receive
    void (*event)(void *front, SerialEvent event);                // may be NULL
    // the back end takes bytes again; may be NULL
    void (*drained)(void *front);
};

// Plugs a front in; with NULLs, pulls it out. No back end: nothing.
static inline void serial_attach(Serial *s, void *front, size_t (*can_receive)(void *front),
                                 void (*receive)(void *front, const uint8_t *bytes, size_t n),
                                 void (*event)(void *front, SerialEvent event), void (*drained)(void *front)) {
    if (!s) return;
    s->front = front;
    s->can_receive = can_receive;
    s->receive = receive;
    s->event = event;
    s->drained = drained;
}
static inline void serial_detach(Serial *s) { serial_attach(s, NULL, NULL, NULL, NULL, NULL); }

// Without a back end bytes go nowhere, at once.
static inline size_t serial_write(Serial *s, const uint8_t *bytes, size_t n) {
    return s ? s->ops->write(s, bytes, n) : n;
}
static inline void serial_ready(Serial *s) {
    if (s && s->ops->ready) s->ops->ready(s);
}
static inline bool serial_is_open(Serial *s) { return s && (!s->ops->is_open || s->ops->is_open(s)); }
static inline void serial_front_open(Serial *s, bool open) {
    if (s && s->ops->front_open) s->ops->front_open(s, open);
}

// ---- back ends

typedef enum SerialKind {
    SERIAL_NULL, // nobody, or a tap
    SERIAL_STDIO,
    SERIAL_FILE, // output only
    SERIAL_PIPE, // path.in and path.out if they exist, else path both ways
    SERIAL_PTY,
    SERIAL_TCP,
    SERIAL_UNIX,
    SERIAL_FD,
} SerialKind;

typedef struct SerialSpec {
    SerialKind kind;
    const char *id;
    const char *path;        // FILE, PIPE, UNIX
    const char *host, *port; // TCP; no host: every address (server), localhost (client)
    int fd;
    bool server;
    bool wait;            // a server waits for its client before the machine starts
    bool telnet;          // TCP servers
    bool mux;             // Ctrl-A escapes whatever the input is; several fronts
    bool signals;         // STDIO: Ctrl-C ends Myna instead of going to the guest
    bool append;          // FILE
    unsigned reconnect;   // seconds; a client tries again
    const char *log_file; // copy of all output
} SerialSpec;

// NULL with cause and fix in error. Before the loop starts, or on its thread.
Serial *serial_open(const SerialSpec *spec, Loop *loop, char *error, size_t error_size);
// Another front on the same channel (mux): output goes to the same place, Ctrl-A c moves the keyboard on.
Serial *serial_share(Serial *s);
const char *serial_where(const Serial *s); // "/dev/pts/3", "tcp:127.0.0.1:4321": what the user connects to
// The channel goes when the last of its fronts is closed. Writes out what is left. Loop not yet freed.
static inline void serial_close(Serial *s) {
    if (s && s->ops->close) s->ops->close(s);
}

// Somebody inside Myna who sees what fronts write on the channel, and types beside its far end: a window's text view.
typedef struct SerialTap {
    void *opaque;
    void (*output)(void *opaque, const uint8_t *bytes, size_t n); // any thread, the channel's lock held: takes leaf locks only
} SerialTap;
// One a channel; NULL pulls it out: on return it is called no more. False: there is no channel, or it has one.
bool serial_tap(Serial *s, const SerialTap *tap);
void serial_type(Serial *s, const uint8_t *bytes, size_t n); // any thread; what there is no room for is lost
bool serial_is_loose(const Serial *s);                      // nothing but a tap will ever see it

// Ctrl-A x on any channel: called on the loop's thread. Without it the process exits.
void serial_on_quit(void (*fn)(void *opaque), void *opaque);
// Puts the terminal back as it was: on every way out; safe in a signal handler.
void serial_restore_terminal(void);
