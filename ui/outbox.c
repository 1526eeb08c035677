// SPDX-License-Identifier: MIT
// Monitor answers and gdb packets can be longer than what a socket takes at once. Both write here; order is
// kept.
#include "ui/outbox.h"
#include <stdlib.h>
#include <string.h>

void outbox_flush(Outbox *o) {
    size_t sent = o->n ? serial_write(o->serial, o->bytes, o->n) : 0;
    memmove(o->bytes, o->bytes + sent, o->n - sent);
    o->n -= sent;
}

void outbox_put(Outbox *o, const void *bytes, size_t n) {
    if (!o->n) {
        size_t sent = serial_write(o->serial, bytes, n);
        bytes = (const uint8_t *)bytes + sent;
        n -= sent;
    }
    if (!n) return;
    if (o->n + n > o->room) {
        o->room = 2 * (o->n + n);
        o->bytes = realloc(o->bytes, o->room);
    }
    memcpy(o->bytes + o->n, bytes, n);
    o->n += n;
}

void outbox_clear(Outbox *o) {
    free(o->bytes);
    o->bytes = NULL;
    o->n = o->room = 0;
}
