// SPDX-License-Identifier: MIT
// A byte stream of the outside world (terminal, socket, file, pty) as a device sees it: -serial, -chardev,
// HTIF and virtio consoles. The back end (hw/host/serial.c) fills `ops`; the device that is plugged in fills
// the front half.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Serial Serial;
typedef enum SerialEvent { SERIAL_OPENED, SERIAL_CLOSED, SERIAL_BREAK } SerialEvent;

typedef struct SerialOps {
    // Any thread, device lock held. Takes up to n bytes, never blocks, returns how many; the rest is the
    // caller's to try again when `drained` is called.
    size_t (*write)(Serial *s, const uint8_t *bytes, size_t n);
    void (*ready)(Serial *s); // the device can receive again: any thread, device lock may be held
    void (*close)(Serial *s); // loop's thread; restores the terminal
} SerialOps;

struct Serial {
    const SerialOps *ops;
    char *id;
    // Front half. All on the loop's thread, no lock held.
    void *front;
    size_t (*can_receive)(void *front);                            // how many bytes it takes now
    void (*receive)(void *front, const uint8_t *bytes, size_t n);  // n <= can_receive
    void (*event)(void *front, SerialEvent event);                 // may be NULL
    // the back end takes bytes again; may be NULL
    void (*drained)(void *front);
};

// Without a back end bytes go nowhere, at once.
static inline size_t serial_write(Serial *s, const uint8_t *bytes, size_t n)
{
    return s ? s->ops->write(s, bytes, n) : n;
}
static inline void serial_ready(Serial *s)
{
    if (s && s->ops->ready)
        s->ops->ready(s);
}
