// SPDX-License-Identifier: MIT
// A text terminal of 80 by 25 characters with scrollback: what a program writes to it (ECMA-48 as consoles use it, UTF-8) becomes cells,
// cells become pixels. What is written is hostile: nothing it says leads out of bounds. One thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ui/text/font.h"

enum { TERM_COLUMNS = 80, TERM_ROWS = 25, TERM_HISTORY = 1000, TERM_ARGUMENTS = 16 };
enum { TERM_WIDTH = TERM_COLUMNS * FONT_WIDTH, TERM_HEIGHT = TERM_ROWS * FONT_HEIGHT };
enum { TERM_BOLD = 1, TERM_REVERSE = 2 };

typedef struct TermPen {
    uint8_t ink, paper, style; // colours of xterm's 256
} TermPen;
typedef struct TermCell {
    uint32_t c;
    TermPen pen;
} TermCell;
typedef TermCell TermRow[TERM_COLUMNS];

typedef struct Terminal {
    TermRow row[TERM_ROWS], history[TERM_HISTORY];
    unsigned nhistory, next;    // lines kept; where the next one goes
    unsigned back;              // lines of history that are shown above
    unsigned x, y, top, bottom; // cursor; scrolling region, bottom is its last row
    unsigned saved_x, saved_y;
    TermPen pen, saved_pen;
    bool wrap;   // the last column is written: the next character goes to the next line
    bool hidden; // the cursor
    // parser
    enum { TERM_TEXT, TERM_ESCAPE, TERM_SKIP, TERM_CSI, TERM_STRING, TERM_STRING_ESCAPE } state;
    unsigned argument[TERM_ARGUMENTS], narguments;
    char mark; // '?' and the like behind ESC [
    uint32_t code;
    unsigned more; // bytes of a UTF-8 character that are still to come
    // What it answers to questions (where is the cursor?); the owner takes it and sets the size to 0.
    char answer[64];
    size_t answer_size;
} Terminal;

void terminal_reset(Terminal *t);
void terminal_write(Terminal *t, const uint8_t *bytes, size_t n);
void terminal_scroll(Terminal *t, int up); // through the history, lines
// TERM_WIDTH by TERM_HEIGHT pixels 0xAARRGGBB.
void terminal_draw(const Terminal *t, uint32_t *pixels);
