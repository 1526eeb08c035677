// SPDX-License-Identifier: MIT
// Keys that are pressed together, by name: what the monitor's sendkey takes. Names are QEMU's (its type QKeyCode), of places on an American
// board; a number is that of the first PC scan code set, which is Linux' own up to 0x58.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHORD_KEYS = 16, CHORD_HOLD = 100, CHORD_LONGEST = 60000 }; // keys; ms

typedef struct Chord {
    uint16_t key[CHORD_KEYS]; // linux/input-event-codes.h, in the order of the text
    unsigned n;               // at least 1
    uint32_t hold_ms;
} Chord;

// "ctrl-alt-f1", and how many ms it is held: "ctrl-alt-f1 500". False: why, with the nearest name.
bool chord_parse(Chord *c, const char *text, char *error, size_t error_size);
