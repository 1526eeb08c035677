// SPDX-License-Identifier: MIT
// See terminal.h. Control functions by their numbers in ECMA-48 (5th edition), colours as xterm has them. What is not known is skipped to its
// end, so it shows nothing.
#include "ui/text/terminal.h"
#include <stdio.h>
#include <string.h>

enum { INK = 7, PAPER = 0, REPLACEMENT = 0xfffd, ESC = 27 };

static void clear_cells(Terminal *t, TermCell *from, size_t n) {
    TermPen pen = {t->pen.ink, t->pen.paper, 0};
    for (size_t i = 0; i < n; i++) from[i] = (TermCell){' ', pen};
}

void terminal_reset(Terminal *t) {
    memset(t, 0, sizeof(*t));
    t->bottom = TERM_ROWS - 1;
    t->pen = t->saved_pen = (TermPen){INK, PAPER, 0};
    clear_cells(t, t->row[0], TERM_ROWS * TERM_COLUMNS);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }
static unsigned less(unsigned a, unsigned b) { return a > b ? a - b : 0; }

// ---- scrolling

static void keep(Terminal *t, const TermRow *row) {
    memcpy(t->history[t->next], row, sizeof(*row));
    t->next = (t->next + 1) % TERM_HISTORY;
    if (t->nhistory < TERM_HISTORY) t->nhistory++;
    if (t->back && t->back < t->nhistory) t->back++; // who reads the history goes on seeing the same
}

// Rows top to the region's end go up by n; new ones are empty.
static void scroll_up(Terminal *t, unsigned top, unsigned n) {
    unsigned rows = t->bottom + 1 - top;
    n = least(n, rows);
    for (unsigned i = 0; i < n && !top; i++) keep(t, &t->row[i]);
    memmove(t->row[top], t->row[top + n], (rows - n) * sizeof(TermRow));
    clear_cells(t, t->row[t->bottom + 1 - n], (size_t)n * TERM_COLUMNS);
}

static void scroll_down(Terminal *t, unsigned top, unsigned n) {
    unsigned rows = t->bottom + 1 - top;
    n = least(n, rows);
    memmove(t->row[top + n], t->row[top], (rows - n) * sizeof(TermRow));
    clear_cells(t, t->row[top], (size_t)n * TERM_COLUMNS);
}

static void line_feed(Terminal *t) {
    t->wrap = false;
    if (t->y == t->bottom)
        scroll_up(t, t->top, 1);
    else if (t->y < TERM_ROWS - 1)
        t->y++;
}

static void reverse_line_feed(Terminal *t) {
    t->wrap = false;
    if (t->y == t->top)
        scroll_down(t, t->top, 1);
    else if (t->y)
        t->y--;
}

// ---- characters

static void put(Terminal *t, uint32_t c) {
    if (t->wrap) {
        t->x = 0;
        line_feed(t);
    }
    t->row[t->y][t->x] = (TermCell){c, t->pen};
    t->wrap = t->x == TERM_COLUMNS - 1;
    if (!t->wrap) t->x++;
}

static void control(Terminal *t, uint8_t c) {
    switch (c) {
    case '\b': t->x = less(t->x, 1), t->wrap = false; break;
    case '\t': t->x = least((t->x / 8 + 1) * 8, TERM_COLUMNS - 1); break;
    case '\n':
    case '\v':
    case '\f': line_feed(t); break;
    case '\r': t->x = 0, t->wrap = false; break;
    case ESC: t->state = TERM_ESCAPE; break;
    }
}

static void text(Terminal *t, uint8_t c) {
    if (t->more && (c & 0xc0) == 0x80) {
        t->code = t->code << 6 | (c & 0x3f);
        if (!--t->more) put(t, t->code);
        return;
    }
    if (t->more) put(t, REPLACEMENT); // it was cut off
    t->more = c >= 0xf0 && c < 0xf8 ? 3 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xc0 && c < 0xe0 ? 1 : 0;
    t->code = t->more ? c & (0x3fu >> t->more) : c;
    if (c < ' ')
        control(t, c);
    else if (!t->more && c != 0x7f)
        put(t, c < 0x80 ? c : REPLACEMENT);
}

// ---- control sequences

static unsigned argument(const Terminal *t, unsigned i, unsigned preset) {
    return i < t->narguments && t->argument[i] ? t->argument[i] : preset;
}

static void go(Terminal *t, unsigned x, unsigned y) {
    t->x = least(x, TERM_COLUMNS - 1);
    t->y = least(y, TERM_ROWS - 1);
    t->wrap = false;
}

static void erase_in_line(Terminal *t, unsigned how) {
    TermCell *row = t->row[t->y];
    if (how == 0) clear_cells(t, row + t->x, TERM_COLUMNS - t->x);
    if (how == 1) clear_cells(t, row, t->x + 1);
    if (how == 2) clear_cells(t, row, TERM_COLUMNS);
}

static void erase(Terminal *t, unsigned how) {
    if (how < 2) erase_in_line(t, how);
    if (how == 0) clear_cells(t, t->row[t->y] + TERM_COLUMNS, (size_t)(TERM_ROWS - 1 - t->y) * TERM_COLUMNS);
    if (how == 1) clear_cells(t, t->row[0], (size_t)t->y * TERM_COLUMNS);
    if (how == 2) clear_cells(t, t->row[0], TERM_ROWS * TERM_COLUMNS);
    if (how == 3) t->nhistory = t->next = t->back = 0;
}

static void insert(Terminal *t, unsigned n) {
    TermCell *at = t->row[t->y] + t->x;
    n = least(n, TERM_COLUMNS - t->x);
    memmove(at + n, at, (TERM_COLUMNS - t->x - n) * sizeof(*at));
    clear_cells(t, at, n);
}

static void delete(Terminal *t, unsigned n) {
    TermCell *at = t->row[t->y] + t->x;
    n = least(n, TERM_COLUMNS - t->x);
    memmove(at, at + n, (TERM_COLUMNS - t->x - n) * sizeof(*at));
    clear_cells(t, t->row[t->y] + TERM_COLUMNS - n, n);
}

// 38 and 48: a colour of the 256, or red, green and blue, of which the nearest of the cube is taken. Returns the arguments used.
static unsigned long_colour(const Terminal *t, unsigned i, uint8_t *to) {
    const unsigned *a = t->argument + i;
    unsigned left = t->narguments - i;
    if (left >= 3 && a[1] == 5) return *to = (uint8_t)a[2], 3;
    if (left < 5 || a[1] != 2) return left;
    *to = (uint8_t)(16 + least(a[2], 255) * 6 / 256 * 36 + least(a[3], 255) * 6 / 256 * 6 + least(a[4], 255) * 6 / 256);
    return 5;
}

static void select_rendition(Terminal *t) {
    if (!t->narguments) t->argument[t->narguments++] = 0;
    for (unsigned i = 0; i < t->narguments; i++) {
        unsigned a = t->argument[i];
        if (a == 0) t->pen = (TermPen){INK, PAPER, 0};
        if (a == 1) t->pen.style |= TERM_BOLD;
        if (a == 7) t->pen.style |= TERM_REVERSE;
        if (a == 22) t->pen.style &= (uint8_t)~TERM_BOLD;
        if (a == 27) t->pen.style &= (uint8_t)~TERM_REVERSE;
        if (a >= 30 && a <= 37) t->pen.ink = (uint8_t)(a - 30);
        if (a >= 40 && a <= 47) t->pen.paper = (uint8_t)(a - 40);
        if (a >= 90 && a <= 97) t->pen.ink = (uint8_t)(a - 90 + 8);
        if (a >= 100 && a <= 107) t->pen.paper = (uint8_t)(a - 100 + 8);
        if (a == 38) i += long_colour(t, i, &t->pen.ink) - 1;
        if (a == 48) i += long_colour(t, i, &t->pen.paper) - 1;
        if (a == 39) t->pen.ink = INK;
        if (a == 49) t->pen.paper = PAPER;
    }
}

static void set_region(Terminal *t) {
    unsigned top = argument(t, 0, 1) - 1, bottom = argument(t, 1, TERM_ROWS) - 1;
    if (top >= bottom || bottom >= TERM_ROWS) return;
    t->top = top;
    t->bottom = bottom;
    go(t, 0, 0);
}

static void reply(Terminal *t, const char *text) {
    size_t n = strlen(text);
    if (t->answer_size + n > sizeof(t->answer)) return;
    memcpy(t->answer + t->answer_size, text, n);
    t->answer_size += n;
}

static void report(Terminal *t) {
    char where[32];
    if (argument(t, 0, 0) == 5) reply(t, "\033[0n");
    if (argument(t, 0, 0) != 6) return;
    snprintf(where, sizeof(where), "\033[%u;%uR", t->y + 1, t->x + 1);
    reply(t, where);
}

static void save(Terminal *t) { t->saved_x = t->x, t->saved_y = t->y, t->saved_pen = t->pen; }
static void restore(Terminal *t) {
    go(t, t->saved_x, t->saved_y);
    t->pen = t->saved_pen;
}

static void erase_characters(Terminal *t, unsigned n) { clear_cells(t, t->row[t->y] + t->x, least(n, TERM_COLUMNS - t->x)); }

static void change_lines(Terminal *t, void (*scroll)(Terminal *t, unsigned top, unsigned n), unsigned n) {
    if (t->y >= t->top && t->y <= t->bottom) scroll(t, t->y, n);
}

static void run_sequence(Terminal *t, uint8_t final) {
    unsigned n = argument(t, 0, 1), how = argument(t, 0, 0);
    if (t->mark) {
        if (t->mark == '?' && how == 25 && (final == 'h' || final == 'l')) t->hidden = final == 'l';
        return;
    }
    switch (final) {
    case '@': insert(t, n); break;
    case 'A': go(t, t->x, less(t->y, n)); break;
    case 'B':
    case 'e': go(t, t->x, t->y + least(n, TERM_ROWS)); break;
    case 'C':
    case 'a': go(t, t->x + least(n, TERM_COLUMNS), t->y); break;
    case 'D': go(t, less(t->x, n), t->y); break;
    case 'E': go(t, 0, t->y + least(n, TERM_ROWS)); break;
    case 'F': go(t, 0, less(t->y, n)); break;
    case 'G':
    case '`': go(t, n - 1, t->y); break;
    case 'd': go(t, t->x, n - 1); break;
    case 'H':
    case 'f': go(t, argument(t, 1, 1) - 1, n - 1); break;
    case 'J': erase(t, how); break;
    case 'K': erase_in_line(t, how); break;
    case 'L': change_lines(t, scroll_down, n); break;
    case 'M': change_lines(t, scroll_up, n); break;
    case 'P': delete(t, n); break;
    case 'S': scroll_up(t, t->top, n); break;
    case 'T': scroll_down(t, t->top, n); break;
    case 'X': erase_characters(t, n); break;
    case 'c': reply(t, "\033[?6c"); break; // a VT102
    case 'm': select_rendition(t); break;
    case 'n': report(t); break;
    case 'r': set_region(t); break;
    case 's': save(t); break;
    case 'u': restore(t); break;
    }
}

static void sequence(Terminal *t, uint8_t c) {
    enum { MOST = 9999 };
    if (c >= '0' && c <= '9') {
        if (!t->narguments) t->argument[t->narguments++] = 0;
        unsigned *last = &t->argument[t->narguments - 1];
        *last = least(*last * 10 + c - '0', MOST);
    } else if (c == ';' || c == ':') {
        if (!t->narguments) t->argument[t->narguments++] = 0;
        if (t->narguments < TERM_ARGUMENTS) t->argument[t->narguments++] = 0;
    } else if (c >= '<' && c <= '?') {
        t->mark = (char)c;
    } else if (c < ' ') {
        control(t, c); // carried out in mid-sequence, as terminals do
    } else if (c >= '@') {
        t->state = TERM_TEXT;
        run_sequence(t, c);
    } else {
        t->mark = ' '; // an intermediate byte: none of those known here
    }
}

static void escape(Terminal *t, uint8_t c) {
    t->state = TERM_TEXT;
    switch (c) {
    case '[':
        t->state = TERM_CSI;
        t->narguments = 0;
        t->mark = 0;
        break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': t->state = TERM_STRING; break;
    case '(':
    case ')':
    case '*':
    case '+':
    case '#':
    case '%': t->state = TERM_SKIP; break; // a character set: one more byte
    case '7': save(t); break;
    case '8': restore(t); break;
    case 'D': line_feed(t); break;
    case 'E': t->x = 0, line_feed(t); break;
    case 'M': reverse_line_feed(t); break;
    case 'c': terminal_reset(t); break;
    case ESC: t->state = TERM_ESCAPE; break;
    }
}

void terminal_write(Terminal *t, const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint8_t c = bytes[i];
        switch (t->state) {
        case TERM_TEXT: text(t, c); break;
        case TERM_ESCAPE: escape(t, c); break;
        case TERM_SKIP: t->state = TERM_TEXT; break;
        case TERM_CSI: sequence(t, c); break;
        case TERM_STRING: t->state = c == '\a' ? TERM_TEXT : c == ESC ? TERM_STRING_ESCAPE : TERM_STRING; break;
        case TERM_STRING_ESCAPE: t->state = c == '\\' ? TERM_TEXT : TERM_STRING; break;
        }
    }
}

void terminal_scroll(Terminal *t, int up) {
    int back = (int)t->back + up;
    t->back = back < 0 ? 0 : least((unsigned)back, t->nhistory);
}

// ---- pixels

static uint32_t colour(uint8_t n) {
    static const uint32_t first[16] = {0xff000000, 0xffcd3131, 0xff0dbc79, 0xffe5e510, 0xff3b78ff, 0xffbc3fbc, 0xff11a8cd, 0xffd0d0d0,
                                       0xff767676, 0xffff5555, 0xff23d18b, 0xfff5f543, 0xff7aa8ff, 0xffd670d6, 0xff29b8db, 0xffffffff};
    if (n < 16) return first[n];
    if (n >= 232) return 0xff080808 + (uint32_t)(n - 232) * 0x0a0a0a;
    uint32_t cube[3] = {(n - 16u) / 36, (n - 16u) / 6 % 6, (n - 16u) % 6}, rgb = 0xff;
    for (unsigned i = 0; i < 3; i++) rgb = rgb << 8 | (cube[i] ? cube[i] * 40 + 55 : 0);
    return rgb;
}

static const TermCell *shown_row(const Terminal *t, unsigned y) {
    if (y >= t->back) return t->row[y - t->back];
    return t->history[(t->next + TERM_HISTORY - (t->back - y)) % TERM_HISTORY];
}

void terminal_draw(const Terminal *t, uint32_t *pixels) {
    for (unsigned y = 0; y < TERM_ROWS; y++)
        for (unsigned x = 0; x < TERM_COLUMNS; x++) {
            TermCell cell = shown_row(t, y)[x];
            bool cursor = !t->hidden && x == t->x && y == t->y + t->back;
            uint8_t ink = cell.pen.ink < 8 && cell.pen.style & TERM_BOLD ? cell.pen.ink + 8 : cell.pen.ink;
            bool reverse = cursor != !!(cell.pen.style & TERM_REVERSE);
            font_draw(pixels + (size_t)y * FONT_HEIGHT * TERM_WIDTH + x * FONT_WIDTH, TERM_WIDTH, cell.c,
                      colour(reverse ? cell.pen.paper : ink), colour(reverse ? ink : cell.pen.paper));
        }
}
