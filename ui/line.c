// SPDX-License-Identifier: MIT
// The monitor's line editor, for a shared console or a socket, where no library owns the terminal. Editing is
// at the end of the line only; Ctrl-U clears, Ctrl-W takes a word, arrows up and down walk the history.
#include "ui/line.h"
#include <stdlib.h>
#include <string.h>

enum { CTRL_C = 3, BACKSPACE = 8, CTRL_U = 21, CTRL_W = 23, ESCAPE = 27, DELETE = 127 };
enum { ESCAPE_NONE, ESCAPE_SEEN, ESCAPE_BRACKET };

static void echo(Line *l, const char *text, size_t n) {
    if (l->echo) l->echo(l->opaque, text, n);
}

static void rub_out(Line *l, size_t count) {
    for (; count && l->n; count--) {
        l->text[--l->n] = 0;
        echo(l, "\b \b", 3);
    }
}

static void replace(Line *l, const char *text) {
    rub_out(l, l->n);
    size_t n = strlen(text);
    if (n >= LINE_MAX_BYTES) n = LINE_MAX_BYTES - 1;
    memcpy(l->text, text, n);
    l->text[l->n = n] = 0;
    echo(l, l->text, n);
}

static void take_word(Line *l) {
    while (l->n && l->text[l->n - 1] == ' ') rub_out(l, 1);
    while (l->n && l->text[l->n - 1] != ' ') rub_out(l, 1);
}

static void walk_history(Line *l, bool up) {
    if (up && l->at > 0)
        replace(l, l->history[--l->at]);
    else if (!up && l->at < l->nhistory)
        replace(l, ++l->at < l->nhistory ? l->history[l->at] : "");
}

static void remember(Line *l) {
    if (l->n && (!l->nhistory || strcmp(l->history[l->nhistory - 1], l->text))) {
        if (l->nhistory == LINE_HISTORY) {
            free(l->history[0]);
            memmove(l->history, l->history + 1, sizeof(l->history) - sizeof(l->history[0]));
            l->nhistory--;
        }
        l->history[l->nhistory++] = strdup(l->text);
    }
    l->at = l->nhistory;
}

// True: the byte belongs to an escape sequence.
static bool escape(Line *l, uint8_t byte) {
    if (byte == ESCAPE) return l->escape = ESCAPE_SEEN, true;
    if (l->escape == ESCAPE_SEEN) return l->escape = byte == '[' ? ESCAPE_BRACKET : ESCAPE_NONE, true;
    if (l->escape != ESCAPE_BRACKET) return false;
    if (byte >= '0' && byte <= '?') return true; // parameters
    l->escape = ESCAPE_NONE;
    if (byte == 'A' || byte == 'B') walk_history(l, byte == 'A');
    return true;
}

bool line_byte(Line *l, uint8_t byte) {
    char last = l->last;
    l->last = (char)byte;
    if (escape(l, byte)) return false;
    if (byte == '\n' && last == '\r') return false;
    if (byte == '\r' || byte == '\n') {
        echo(l, "\r\n", 2);
        remember(l);
        return true;
    }
    if (byte == BACKSPACE || byte == DELETE)
        rub_out(l, 1);
    else if (byte == CTRL_U || byte == CTRL_C)
        rub_out(l, l->n);
    else if (byte == CTRL_W)
        take_word(l);
    else if (byte >= ' ' && l->n + 1 < LINE_MAX_BYTES) {
        l->text[l->n++] = (char)byte;
        l->text[l->n] = 0;
        echo(l, l->text + l->n - 1, 1);
    }
    return false;
}

void line_clear(Line *l) {
    l->n = 0;
    l->text[0] = 0;
}

void line_free(Line *l) {
    for (unsigned i = 0; i < l->nhistory; i++) free(l->history[i]);
    l->nhistory = 0;
}
