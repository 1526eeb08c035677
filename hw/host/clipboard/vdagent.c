// SPDX-License-Identifier: MIT
// The client's side of the SPICE agent protocol, as the guest's spice-vdagent speaks it over the port com.redhat.spice.0:
// messages (protocol, type, opaque, size, data) cut into chunks (port, size, data), little-endian. Of it all the
// sizes of the screen (MONITORS), and the clipboard: each side announces that it has text (GRAB), the other asks for it when it wants it (REQUEST) and gets it
// (CLIPBOARD). A guest's text is asked for at once, since the desktop's clipboard wants it whole.
//
// Everything from the guest is hostile: a message longer than the longest text is skipped without being kept, what cannot
// be a chunk makes us deaf until the port is opened anew, and a guest that asks without reading is not answered.
// `write` and `front_open` come under the device's lock, which protects `in`; the lock protects what is on its way to
// the guest.
#include <stdlib.h>
#include <string.h>
#include "hw/core/loop.h"
#include "hw/host/clipboard.h"
#include "hw/host/screen.h"
#include "hw/host/serial.h"
#include "tcg/base/log.h"

enum { PORT_CLIENT = 1, PROTOCOL = 1, CHUNK_MOST = 2048, CHUNK_OURS = 1024, OUT_MOST = 4 * CLIPBOARD_MOST };
enum { HEAD = 20, CHUNK_HEAD = 8, IN_MOST = CLIPBOARD_MOST + 64 };
enum { MONITORS = 2, CLIPBOARD = 4, CAPABILITIES = 6, GRAB = 7, REQUEST = 8, RELEASE = 9, LONGEST = 14 }; // types of messages
enum { CAN_MONITORS = 1 << 1, CAN_DEMAND = 1 << 5, CAN_SELECT = 1 << 6, CAN_LONGEST = 1 << 10 };                  // capabilities
enum { TEXT = 1 };                                                                        // UTF-8

typedef struct Intake {
    uint8_t chunk[CHUNK_HEAD], head[HEAD];
    unsigned nchunk, nhead;
    uint32_t left; // of the chunk
    uint32_t size, have;
    uint8_t *data; // NULL: too long, skipped
    bool ours, deaf;
} Intake;

typedef struct Vdagent {
    Serial s; // first
    Clipboard *clipboard;
    ClipboardPeer peer;
    Screen *screen;
    ScreenFollower follower;
    Loop *loop;
    Intake in;
    bool open, asked; // asked for the guest's text
    _Atomic uint32_t can; // what the guest's agent announced
    Lock lock;
    uint8_t *out;
    size_t at, n, room; // n bytes from at on
    bool posted;
} Vdagent;

static uint32_t get32(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }
static void put32(uint8_t *p, uint32_t v) { memcpy(p, (uint8_t[]){v, v >> 8, v >> 16, v >> 24}, 4); }

// ---- to the guest

static size_t take_out(Vdagent *a, uint8_t *to, size_t most) {
    lock_take(&a->lock);
    size_t n = a->n < most ? a->n : most;
    if (n) memcpy(to, a->out + a->at, n);
    a->at += n;
    a->n -= n;
    if (!a->n) {
        free(a->out);
        a->out = NULL;
        a->at = a->room = 0;
    }
    lock_drop(&a->lock);
    return n;
}

static void pump(void *opaque) { // loop's thread
    Vdagent *a = opaque;
    uint8_t part[4096];
    lock_take(&a->lock);
    a->posted = false;
    lock_drop(&a->lock);
    while (a->s.can_receive) {
        size_t room = a->s.can_receive(a->s.front), n = take_out(a, part, room < sizeof(part) ? room : sizeof(part));
        if (!n) return;
        a->s.receive(a->s.front, part, n);
    }
}

static void ready(Serial *s) {
    Vdagent *a = (Vdagent *)s;
    lock_take(&a->lock);
    bool post = !a->posted && a->n;
    a->posted |= post;
    lock_drop(&a->lock);
    if (post) loop_post(a->loop, pump, a);
}

// With the lock, and room made.
static void append(Vdagent *a, const void *bytes, size_t n) {
    memcpy(a->out + a->at + a->n, bytes, n);
    a->n += n;
}

static bool make_room(Vdagent *a, size_t more) {
    if (a->n + more > OUT_MOST) return false;
    if (a->at + a->n + more <= a->room) return true;
    uint8_t *bigger = malloc(a->room = 2 * (a->n + more));
    if (a->n) memcpy(bigger, a->out + a->at, a->n);
    free(a->out);
    a->out = bigger;
    a->at = 0;
    return true;
}

// A message of two parts, in chunks.
static void send(Vdagent *a, uint32_t type, const void *first, size_t nfirst, const void *second, size_t nsecond) {
    size_t total = HEAD + nfirst + nsecond;
    uint8_t *message = calloc(1, total);
    put32(message, PROTOCOL);
    put32(message + 4, type);
    put32(message + 16, (uint32_t)(nfirst + nsecond));
    memcpy(message + HEAD, first, nfirst);
    if (nsecond) memcpy(message + HEAD + nfirst, second, nsecond);
    lock_take(&a->lock);
    bool ok = make_room(a, total + (total / CHUNK_OURS + 1) * CHUNK_HEAD);
    for (size_t done = 0, n; ok && done < total; done += n) {
        uint8_t chunk[CHUNK_HEAD];
        n = total - done < CHUNK_OURS ? total - done : CHUNK_OURS;
        put32(chunk, PORT_CLIENT);
        put32(chunk + 4, (uint32_t)n);
        append(a, chunk, sizeof(chunk));
        append(a, message + done, n);
    }
    lock_drop(&a->lock);
    free(message);
    if (!ok) log_print(LOG_GUEST_ERROR, "%s: the guest's agent does not read; a message is lost", a->s.id);
    ready(&a->s);
}

// Messages about the clipboard name the selection, of which only the clipboard itself is used, if both sides can.
static void send_about(Vdagent *a, uint32_t type, uint32_t kind, const void *data, size_t n) {
    uint8_t first[8] = {0};
    bool select = a->can & CAN_SELECT;
    put32(first + (select ? 4 : 0), kind);
    send(a, type, first, select ? 8 : 4, data, n);
}

static void announce(Vdagent *a, bool request) {
    uint8_t body[8];
    put32(body, request);
    put32(body + 4, CAN_MONITORS | CAN_DEMAND | CAN_SELECT | CAN_LONGEST);
    send(a, CAPABILITIES, body, sizeof(body), NULL, 0);
}

static void grab(void *opaque) { // loop's thread
    Vdagent *a = opaque;
    size_t size;
    char *text = clipboard_text(a->clipboard, &size);
    if (text && (a->can & CAN_DEMAND)) send_about(a, GRAB, TEXT, NULL, 0);
    free(text);
}

static void changed(void *opaque) { loop_post(((Vdagent *)opaque)->loop, grab, opaque); }

// Number of monitors, flags (1: places count), then height, width, depth, x, y of each: the heads side by side.
static void send_monitors(void *opaque) { // loop's thread
    Vdagent *a = opaque;
    uint8_t body[8 + SCREEN_HEADS * 20];
    uint32_t n = 0, x = 0, width, height;
    if (!(a->can & CAN_MONITORS)) return;
    for (unsigned head = 0; head < screen_heads(a->screen); head++) {
        if (!screen_wish(a->screen, head, &width, &height) || !width || !height) continue;
        uint8_t *at = body + 8 + n++ * 20;
        put32(at, height);
        put32(at + 4, width);
        put32(at + 8, 32);
        put32(at + 12, x);
        put32(at + 16, 0);
        x += width;
    }
    put32(body, n);
    put32(body + 4, 1);
    if (n) send(a, MONITORS, body, 8 + n * 20, NULL, 0);
}

static void wished(void *opaque) { loop_post(((Vdagent *)opaque)->loop, send_monitors, opaque); }

// ---- from the guest

static void take_capabilities(Vdagent *a, const uint8_t *data, uint32_t n) {
    uint8_t most[4];
    if (n < 8) return;
    a->can = get32(data + 4);
    if (get32(data)) announce(a, false);
    put32(most, CLIPBOARD_MOST);
    if (a->can & CAN_LONGEST) send(a, LONGEST, most, sizeof(most), NULL, 0);
    if (a->clipboard) changed(a);
    wished(a);
}

static void take_grab(Vdagent *a, const uint8_t *data, uint32_t n) {
    bool has_text = false;
    for (uint32_t i = 0; i + 4 <= n; i += 4) has_text |= get32(data + i) == TEXT;
    a->asked = has_text;
    if (has_text) send_about(a, REQUEST, TEXT, NULL, 0);
}

static void answer_request(Vdagent *a, uint32_t kind) {
    size_t size = 0;
    char *text = kind == TEXT ? clipboard_text(a->clipboard, &size) : NULL;
    send_about(a, CLIPBOARD, text ? TEXT : 0, text, size);
    free(text);
}

static void take_message(Vdagent *a, uint32_t type, const uint8_t *data, uint32_t n) {
    if (type == CAPABILITIES) {
        take_capabilities(a, data, n);
        return;
    }
    if (type != CLIPBOARD && type != GRAB && type != REQUEST) return; // replies, and what belongs to displays and files
    if (!a->clipboard || !(a->can & CAN_DEMAND)) return;
    if (a->can & CAN_SELECT) {
        if (n < 4 || data[0]) return; // the primary selection is the guest's own
        data += 4;
        n -= 4;
    }
    if (type == GRAB) take_grab(a, data, n);
    if (n < 4) return;
    if (type == REQUEST) answer_request(a, get32(data));
    if (type == CLIPBOARD && a->asked && get32(data) == TEXT) {
        a->asked = false;
        clipboard_offer(a->clipboard, &a->peer, (const char *)data + 4, n - 4);
    }
}

static void forget(Intake *in) {
    free(in->data);
    *in = (Intake){0};
}

static void begin_message(Intake *in) {
    in->size = get32(in->head + 16);
    in->have = 0;
    in->data = in->size <= IN_MOST ? malloc(in->size ? in->size : 1) : NULL;
}

static void end_message(Vdagent *a) {
    Intake *in = &a->in;
    if (in->data && get32(in->head) == PROTOCOL) take_message(a, get32(in->head + 4), in->data, in->size);
    free(in->data);
    in->data = NULL;
    in->nhead = 0;
}

// Bytes of the agent's own messages.
static void take_payload(Vdagent *a, const uint8_t *bytes, size_t n) {
    Intake *in = &a->in;
    while (n || (in->nhead == HEAD && in->have == in->size)) {
        size_t part = in->nhead < HEAD ? HEAD - in->nhead : in->size - in->have;
        if (part > n) part = n;
        if (in->nhead < HEAD) {
            memcpy(in->head + in->nhead, bytes, part);
            in->nhead += (unsigned)part;
            if (in->nhead == HEAD) begin_message(in);
        } else {
            if (in->data && part) memcpy(in->data + in->have, bytes, part);
            in->have += (uint32_t)part;
            if (in->have == in->size) end_message(a);
        }
        bytes += part;
        n -= part;
    }
}

static void begin_chunk(Vdagent *a) {
    Intake *in = &a->in;
    in->ours = get32(in->chunk) == PORT_CLIENT;
    in->left = get32(in->chunk + 4);
    in->nchunk = 0;
    in->deaf = in->left > CHUNK_MOST;
    if (in->deaf) log_print(LOG_GUEST_ERROR, "%s: a chunk of %u bytes is none of an agent's", a->s.id, in->left);
}

static size_t take_bytes(Serial *s, const uint8_t *bytes, size_t n) {
    Vdagent *a = (Vdagent *)s;
    Intake *in = &a->in;
    for (size_t done = 0, part; done < n && !in->deaf; done += part) {
        part = in->left ? in->left : (uint32_t)(CHUNK_HEAD - in->nchunk);
        if (part > n - done) part = n - done;
        if (in->left) {
            if (in->ours) take_payload(a, bytes + done, part);
            in->left -= (uint32_t)part;
        } else {
            memcpy(in->chunk + in->nchunk, bytes + done, part);
            in->nchunk += (unsigned)part;
            if (in->nchunk == CHUNK_HEAD) begin_chunk(a);
        }
    }
    return n;
}

static void front_open(Serial *s, bool open) {
    Vdagent *a = (Vdagent *)s;
    if (open == a->open) return;
    a->open = open;
    a->can = 0;
    a->asked = false;
    forget(&a->in);
    lock_take(&a->lock);
    a->n = 0;
    lock_drop(&a->lock);
    if (open) announce(a, true);
}

// ---- coming and going

static void free_agent(void *opaque) {
    Vdagent *a = opaque;
    forget(&a->in);
    free(a->out);
    lock_destroy(&a->lock);
    free(a->s.id);
    free(a);
}

// What was posted for it is in the queue before that.
static void close_agent(Serial *s) {
    Vdagent *a = (Vdagent *)s;
    if (a->clipboard) clipboard_leave(a->clipboard, &a->peer);
    screen_unfollow(a->screen, &a->follower);
    serial_detach(s);
    loop_post(a->loop, free_agent, a);
}

static const SerialOps ops = {.write = take_bytes, .ready = ready, .close = close_agent, .front_open = front_open};

Serial *vdagent_open(const char *id, Clipboard *clipboard, Screen *screen, Loop *loop) {
    Vdagent *a = calloc(1, sizeof(*a));
    a->s.ops = &ops;
    a->s.id = strdup(id);
    a->loop = loop;
    a->clipboard = clipboard;
    a->peer = (ClipboardPeer){.opaque = a, .changed = changed};
    a->screen = screen;
    a->follower = (ScreenFollower){.opaque = a, .wished = wished};
    lock_init(&a->lock, LOCK_BACKEND, "vdagent");
    if (clipboard) clipboard_join(clipboard, &a->peer);
    screen_follow(screen, &a->follower);
    return &a->s;
}
