// SPDX-License-Identifier: MIT
// See cut.h.
#include "ui/vnc/cut.h"
#include <stdint.h>
#include <stdlib.h>

char *utf8_from_latin1(const char *text, size_t n, size_t *out) {
    char *to = malloc(2 * n + 1);
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c >= 0x80) to[(*out)++] = (char)(0xc0 | c >> 6);
        to[(*out)++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    to[*out] = 0;
    return to;
}

char *latin1_from_utf8(const char *text, size_t n, size_t *out) {
    char *to = malloc(n + 1);
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c >> 6 == 2) continue; // the rest of a sequence
        int two = (c == 0xc2 || c == 0xc3) && i + 1 < n;
        to[(*out)++] = (char)(c < 0x80 ? c : two ? (c & 3) << 6 | (text[i + 1] & 0x3f) : '?');
    }
    to[*out] = 0;
    return to;
}
