// SPDX-License-Identifier: MIT
// From the user's hands to the devices of input.h. Which keys are held is known here, so that a source which
// loses the focus can let go of all of them and nothing is told twice.
#include "hw/host/input.h"
#include <linux/input-event-codes.h>
#include <string.h>

void input_init(Input *in) { lock_init(&in->lock, LOCK_LEAF, "input"); }
void input_destroy(Input *in) { lock_destroy(&in->lock); }

void input_add(Input *in, InputSink *s) {
    s->next = in->sinks;
    in->sinks = s;
}

void input_remove(Input *in, InputSink *s) {
    InputSink **at = &in->sinks;
    while (*at && *at != s) at = &(*at)->next;
    if (*at) *at = s->next;
}

static const InputSink *find(const Input *in, unsigned kind) {
    for (const InputSink *s = in->sinks; s; s = s->next)
        if (s->kinds & kind) return s;
    return NULL;
}
bool input_has(const Input *in, unsigned kind) { return find(in, kind); }

// e has room for one more.
static void send(const InputSink *s, InputEvent *e, unsigned n) {
    e[n] = (InputEvent){EV_SYN, SYN_REPORT, 0};
    if (s) s->events(s->opaque, e, n + 1);
}

// False: it was so already.
static bool hold(Input *in, unsigned code, bool down) {
    uint8_t bit = (uint8_t)(1 << code % 8);
    lock_take(&in->lock);
    bool was = in->held[code / 8] & bit;
    in->held[code / 8] = down ? in->held[code / 8] | bit : in->held[code / 8] & ~bit;
    lock_drop(&in->lock);
    return was != down;
}

static const InputSink *pointer(const Input *in) {
    const InputSink *s = find(in, INPUT_ABSOLUTE);
    return s ? s : find(in, INPUT_RELATIVE);
}

static void press(Input *in, const InputSink *to, unsigned code, bool down) {
    InputEvent e[2] = {{EV_KEY, (uint16_t)code, down}};
    if (code && code < INPUT_CODES && hold(in, code, down)) send(to, e, 1);
}

void input_key(Input *in, unsigned code, bool down) { press(in, find(in, INPUT_KEYS), code, down); }
void input_button(Input *in, unsigned code, bool down) { press(in, pointer(in), code, down); }

void input_point(Input *in, uint32_t x, uint32_t y) {
    InputEvent e[3] = {{EV_ABS, ABS_X, x}, {EV_ABS, ABS_Y, y}};
    send(find(in, INPUT_ABSOLUTE), e, 2);
}

void input_move(Input *in, int dx, int dy) {
    InputEvent e[3];
    unsigned n = 0;
    if (dx) e[n++] = (InputEvent){EV_REL, REL_X, (uint32_t)dx};
    if (dy) e[n++] = (InputEvent){EV_REL, REL_Y, (uint32_t)dy};
    if (n) send(find(in, INPUT_RELATIVE), e, n);
}

void input_wheel(Input *in, int down, int right) {
    InputEvent e[3];
    unsigned n = 0;
    if (down) e[n++] = (InputEvent){EV_REL, REL_WHEEL, (uint32_t)-down};
    if (right) e[n++] = (InputEvent){EV_REL, REL_HWHEEL, (uint32_t)right};
    if (n) send(pointer(in), e, n);
}

void input_touch(Input *in, unsigned finger, bool down, uint32_t x, uint32_t y) {
    InputEvent e[8] = {{EV_ABS, ABS_MT_SLOT, finger},
                       {EV_ABS, ABS_MT_TRACKING_ID, down ? finger : UINT32_MAX}};
    unsigned n = 2;
    if (down) {
        e[n++] = (InputEvent){EV_ABS, ABS_MT_POSITION_X, x};
        e[n++] = (InputEvent){EV_ABS, ABS_MT_POSITION_Y, y};
    }
    if (!finger) { // for guests that know one finger only
        e[n++] = (InputEvent){EV_KEY, BTN_TOUCH, down};
        if (down) {
            e[n++] = (InputEvent){EV_ABS, ABS_X, x};
            e[n++] = (InputEvent){EV_ABS, ABS_Y, y};
        }
    }
    send(find(in, INPUT_TOUCH), e, n);
}

void input_release_all(Input *in) {
    uint8_t held[INPUT_CODES / 8];
    lock_take(&in->lock);
    memcpy(held, in->held, sizeof(held));
    lock_drop(&in->lock);
    for (unsigned code = 1; code < INPUT_CODES; code++)
        if (held[code / 8] >> code % 8 & 1) {
            bool button = code >= BTN_MISC && code < KEY_OK;
            button ? input_button(in, code, false) : input_key(in, code, false);
        }
}
