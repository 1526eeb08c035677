// SPDX-License-Identifier: MIT
// Keyboards and pointers as the user moves them, and the devices that take what they say. Events are those of
// Linux' evdev (linux/input-event-codes.h), because the guests' devices speak it too and it numbers physical
// keys, not characters. Sinks are added before the machine runs and stay; sources call from any thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "tcg/base/lock.h"

typedef struct InputEvent {
    uint16_t type, code;
    uint32_t value;
} InputEvent;

enum { INPUT_KEYS = 1, INPUT_RELATIVE = 2, INPUT_ABSOLUTE = 4, INPUT_TOUCH = 8 };
enum { INPUT_AXIS = 0x7fff };                   // an absolute axis ends here
enum { INPUT_CODES = 0x300, INPUT_GROUP = 16 }; // key codes; events that go together at most

typedef struct InputSink { // a device's half
    void *opaque;
    unsigned kinds; // INPUT_x that it takes
    // Events that belong together, ended by SYN_REPORT. Any thread, no lock held.
    void (*events)(void *opaque, const InputEvent *e, unsigned n);
    struct InputSink *next;
} InputSink;

typedef struct Input {
    Lock lock; // of `held`
    InputSink *sinks;
    uint8_t held[INPUT_CODES / 8];
} Input;

void input_init(Input *in);
void input_destroy(Input *in);
void input_add(Input *in, InputSink *s); // the last one added takes what several could
void input_remove(Input *in, InputSink *s);
bool input_has(const Input *in, unsigned kind);

void input_key(Input *in, unsigned code, bool down);    // KEY_x; pressed again: a repeat, left out
void input_button(Input *in, unsigned code, bool down); // BTN_x, to the pointer
void input_point(Input *in, uint32_t x, uint32_t y);    // absolute, 0..INPUT_AXIS
void input_move(Input *in, int dx, int dy);             // relative
void input_wheel(Input *in, int down, int right);
void input_touch(Input *in, unsigned finger, bool down, uint32_t x, uint32_t y); // finger < 10
void input_release_all(Input *in); // keys and buttons: the user's focus is elsewhere
