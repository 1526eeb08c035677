// SPDX-License-Identifier: MIT
// gdb's remote protocol below the commands: packets out of a byte stream, and the notations inside them.
// Knows no socket and no machine. gdb manual, "Remote Protocol", Overview. Everything here is hostile.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { GDB_PACKET_MAX = 0x4000 };
typedef enum GdbInput {
    GDB_NOTHING,   // go on
    GDB_PACKET,    // `data`, `n` hold a packet with a good checksum
    GDB_DAMAGED,   // wrong checksum, or too long
    GDB_INTERRUPT, // Ctrl-C
    GDB_ACK,
    GDB_NACK,
} GdbInput;

typedef struct GdbReader {
    unsigned state;
    uint8_t sum, sent_sum;
    bool too_long;
    size_t n;
    char data[GDB_PACKET_MAX + 1]; // NUL-terminated, unescaped
} GdbReader;
GdbInput gdb_read(GdbReader *r, uint8_t byte);

// "$text#sum" with what must be escaped escaped. malloc'd; *size without a NUL.
char *gdb_frame(const char *text, size_t n, size_t *size);

// ---- notations. Each moves *at past what it took; false: not there.
bool gdb_take_hex(const char **at, uint64_t *value); // up to 16 digits
bool gdb_take_char(const char **at, char c);
bool gdb_take_bytes(const char **at, uint8_t *to, size_t n); // 2n hex digits
// "p1.2", "2", "-1": thread number, 0 any, -1 all.
bool gdb_take_thread(const char **at, int64_t *thread);
void gdb_put_hex(FILE *to, const void *bytes, size_t n);
