// SPDX-License-Identifier: MIT
// Packets of gdb's remote protocol: "$data#cs", where cs is the sum of data's bytes in two hex digits and }
// escapes a byte (xor 0x20). Outside of packets: + and - acknowledge, 0x03 interrupts.
#include "ui/gdb_packet.h"
#include <stdlib.h>

enum { OUTSIDE, DATA, SUM1, SUM2 };
enum { INTERRUPT = 3, ESCAPE = '}', ESCAPE_XOR = 0x20 };

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void begin(GdbReader *r) {
    r->state = DATA;
    r->sum = 0;
    r->n = 0;
    r->too_long = false;
}

static void unescape(GdbReader *r) {
    size_t kept = 0;
    for (size_t i = 0; i < r->n; i++)
        r->data[kept++] =
            r->data[i] == ESCAPE && i + 1 < r->n ? (char)(r->data[++i] ^ ESCAPE_XOR) : r->data[i];
    r->n = kept;
    r->data[kept] = 0;
}

static GdbInput outside(GdbReader *r, uint8_t byte) {
    switch (byte) {
    case '$': begin(r); return GDB_NOTHING;
    case INTERRUPT: return GDB_INTERRUPT;
    case '+': return GDB_ACK;
    case '-': return GDB_NACK;
    default: return GDB_NOTHING;
    }
}

GdbInput gdb_read(GdbReader *r, uint8_t byte) {
    int digit = hex_digit((char)byte);
    switch (r->state) {
    case DATA:
        if (byte == '$') {
            begin(r); // the last one was cut off
        } else if (byte == '#') {
            r->state = SUM1;
        } else {
            r->sum = (uint8_t)(r->sum + byte);
            if (r->n < GDB_PACKET_MAX)
                r->data[r->n++] = (char)byte;
            else
                r->too_long = true;
        }
        return GDB_NOTHING;
    case SUM1:
        r->state = SUM2;
        r->sent_sum = digit < 0 ? 0 : (uint8_t)(digit << 4);
        r->too_long |= digit < 0;
        return GDB_NOTHING;
    case SUM2:
        r->state = OUTSIDE;
        if (digit < 0 || r->too_long || (uint8_t)(r->sent_sum | digit) != r->sum) return GDB_DAMAGED;
        unescape(r);
        return GDB_PACKET;
    default: return outside(r, byte);
    }
}

char *gdb_frame(const char *text, size_t n, size_t *size) {
    static const char hex[] = "0123456789abcdef";
    char *out = malloc(2 * n + 4), *at = out;
    uint8_t sum = 0;
    *at++ = '$';
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool special = c == '$' || c == '#' || c == ESCAPE || c == '*';
        if (special) *at++ = ESCAPE, sum += ESCAPE;
        *at = special ? (char)(c ^ ESCAPE_XOR) : c;
        sum = (uint8_t)(sum + (uint8_t)*at++);
    }
    *at++ = '#';
    *at++ = hex[sum >> 4];
    *at++ = hex[sum & 15];
    *size = (size_t)(at - out);
    return out;
}

// ---- notations

bool gdb_take_hex(const char **at, uint64_t *value) {
    unsigned n = 0;
    *value = 0;
    for (int d; n < 16 && (d = hex_digit(**at)) >= 0; n++, ++*at) *value = *value << 4 | (unsigned)d;
    return n > 0;
}

bool gdb_take_char(const char **at, char c) {
    if (**at != c || !c) return false;
    ++*at;
    return true;
}

bool gdb_take_bytes(const char **at, uint8_t *to, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit((*at)[0]), low = high < 0 ? -1 : hex_digit((*at)[1]);
        if (low < 0) return false;
        to[i] = (uint8_t)(high << 4 | low);
        *at += 2;
    }
    return true;
}

static bool take_number(const char **at, int64_t *number) {
    uint64_t value;
    if (gdb_take_char(at, '-')) return *number = -1, gdb_take_hex(at, &value) && value == 1;
    if (!gdb_take_hex(at, &value) || value > INT32_MAX) return false;
    *number = (int64_t)value;
    return true;
}

bool gdb_take_thread(const char **at, int64_t *thread) {
    int64_t process;
    if (!gdb_take_char(at, 'p')) return take_number(at, thread);
    if (!take_number(at, &process)) return false;
    *thread = -1; // "p1": all of its threads
    return !gdb_take_char(at, '.') || take_number(at, thread);
}

void gdb_put_hex(FILE *to, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) fprintf(to, "%02x", ((const uint8_t *)bytes)[i]);
}
