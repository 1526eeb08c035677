// SPDX-License-Identifier: MIT
// Bytes from a debugger: the reader of packets and the notations inside them. What it takes as a packet must survive
// being framed and read again.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "ui/gdb_packet.h"

static void check_again(const GdbReader *r) {
    static GdbReader again;
    size_t size;
    char *frame = gdb_frame(r->data, r->n, &size);
    GdbInput last = GDB_NOTHING;
    again.state = 0;
    for (size_t i = 0; i < size; i++) last = gdb_read(&again, (uint8_t)frame[i]);
    free(frame);
    if (last == GDB_DAMAGED && size > GDB_PACKET_MAX) return; // escaping made it longer than a packet may be
    if (last != GDB_PACKET || again.n != r->n || memcmp(again.data, r->data, r->n)) abort();
}

static void take_all(const char *at) {
    uint8_t bytes[32];
    uint64_t value;
    int64_t thread;
    const char *a = at, *b = at, *c = at;
    gdb_take_hex(&a, &value);
    gdb_take_bytes(&b, bytes, sizeof(bytes));
    if (gdb_take_thread(&c, &thread) && (thread < -1 || thread > INT32_MAX)) abort();
    if (strlen(at) < (size_t)(a - at) || strlen(at) < (size_t)(b - at) || strlen(at) < (size_t)(c - at))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static GdbReader r;
    r.state = 0;
    for (size_t i = 0; i < size; i++) {
        if (gdb_read(&r, data[i]) != GDB_PACKET) continue;
        if (r.n > GDB_PACKET_MAX || r.data[r.n]) abort();
        take_all(r.data);
        check_again(&r);
    }
    return 0;
}
