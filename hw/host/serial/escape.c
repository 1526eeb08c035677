// SPDX-License-Identifier: MIT
// The keys behind Ctrl-A, on every channel that has them: x ends Myna, c moves the keyboard to the next front
// (console, monitor), b (or s) sends a break, h helps, Ctrl-A twice is one Ctrl-A. Called for all input
// before anybody sees it, so the way out works even when the guest reads nothing.
#include "hw/host/serial/chan.h"
#include <stdlib.h>
#include <string.h>

enum { CTRL_A = 1 };

static void (*quit)(void *opaque);
static void *quit_opaque;

void serial_on_quit(void (*fn)(void *opaque), void *opaque) {
    quit = fn;
    quit_opaque = opaque;
}

static void help(Chan *c) {
    chan_print(c, "\r\nCtrl-A h       this help\r\n"
                  "Ctrl-A x       end Myna\r\n");
    if (c->nports > 1) chan_print(c, "Ctrl-A c       keyboard to the next: console, monitor\r\n");
    chan_print(c, "Ctrl-A b       send a break (also Ctrl-A s)\r\n"
                  "Ctrl-A Ctrl-A  send Ctrl-A\r\n");
}

static void next_focus(Chan *c) {
    if (c->nports < 2) return;
    c->focus = (c->focus + 1) % c->nports;
    chan_event(c, SERIAL_FOCUS);
}

static void leave(void) {
    if (quit) {
        quit(quit_opaque);
        return;
    }
    serial_restore_terminal();
    exit(0);
}

// One key after Ctrl-A. True: the byte itself goes to the guest.
static bool key(Chan *c, uint8_t byte) {
    switch (byte) {
    case CTRL_A: return true;
    case 'x': leave(); break;
    case 'c': next_focus(c); break;
    case 'b':
    case 's': chan_event(c, SERIAL_BREAK); break;
    case 'h':
    case '?': help(c); break;
    default: break; // nothing: better than a stray letter in the guest
    }
    return false;
}

static void give(ChanPort *p, uint8_t byte) {
    if (p->waiting < CHAN_IN) p->input[p->waiting++] = byte;
}

// Bytes for the port that had the focus at the start stay in place; after a switch they go to the other one.
size_t chan_escapes(Chan *c, uint8_t *bytes, size_t n) {
    size_t kept = 0;
    unsigned first = c->focus;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = bytes[i];
        bool pass = byte != CTRL_A;
        if (c->escaped) {
            c->escaped = false;
            pass = key(c, byte);
        } else if (byte == CTRL_A) {
            c->escaped = true;
        }
        if (!pass) continue;
        if (c->focus == first)
            bytes[kept++] = byte;
        else
            give(c->port[c->focus], byte);
    }
    return kept;
}
