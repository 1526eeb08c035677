// SPDX-License-Identifier: MIT
// A line editor for streams that have no terminal driver of their own: echo, backspace, history.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_MAX_BYTES = 1024, LINE_HISTORY = 32 };
typedef struct Line {
    char text[LINE_MAX_BYTES]; // what is typed so far, NUL-terminated
    size_t n;
    unsigned escape; // inside ESC [ x
    char last;       // to take CR LF as one
    char *history[LINE_HISTORY];
    unsigned nhistory, at;
    void (*echo)(void *opaque, const char *bytes, size_t n);
    void *opaque;
} Line;

// One byte of input. True: a line is complete in `text`; call line_clear when it was used.
bool line_byte(Line *l, uint8_t byte);
void line_clear(Line *l);
void line_free(Line *l);
