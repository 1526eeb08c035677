// SPDX-License-Identifier: MIT
// Output to a byte stream that may be slow: what the stream does not take waits here. Loop's thread.
#pragma once
#include "hw/host/serial.h"

typedef struct Outbox {
    Serial *serial;
    uint8_t *bytes;
    size_t n, room;
} Outbox;

void outbox_put(Outbox *o, const void *bytes, size_t n);
void outbox_flush(Outbox *o); // the stream takes bytes again (Serial.drained)
void outbox_clear(Outbox *o); // the other end is gone
