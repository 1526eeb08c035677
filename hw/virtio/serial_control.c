// SPDX-License-Identifier: MIT
// The control queues of virtio-serial (Virtual I/O Device 1.2, 5.3.6.2): which ports there are, what they are called, who
// has opened them. What is still to be told is state of each port, not a list of messages: a driver that gives no
// buffers is told later, in the same order, and nothing grows.
#include "hw/virtio/serial_impl.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 256 };

static bool send(VirtioSerial *s, unsigned nr, uint16_t event, uint16_t value, const char *text) {
    uint8_t bytes[sizeof(ControlMessage) + NAME_MOST];
    ControlMessage c = {.id = nr, .event = event, .value = value};
    size_t n = text ? strlen(text) : 0;
    if (n > NAME_MOST) n = NAME_MOST;
    memcpy(bytes, &c, sizeof(c));
    if (n) memcpy(bytes + sizeof(c), text, n);
    if (!virtio_pop(&s->v, CONTROL_RX, &s->e)) return false;
    size_t put = virtq_scatter(&s->v.q[CONTROL_RX], &s->e, 0, bytes, sizeof(c) + n);
    virtq_push(&s->v.q[CONTROL_RX], s->e.head, (uint32_t)put);
    return true;
}

// False: no buffer was left. *any: something was told.
static bool tell_port(VirtioSerial *s, unsigned nr, bool *any) {
    static const struct {
        uint8_t due, event;
    } first[] = {{PORT_ADD_DUE, EVENT_PORT_ADD},
                 {PORT_CONSOLE_DUE, EVENT_CONSOLE_PORT},
                 {PORT_NAME_DUE, EVENT_PORT_NAME}};
    for (unsigned i = 0; i < 3; i++) {
        if (!(s->state[nr] & first[i].due)) continue;
        if (!send(s, nr, first[i].event, 1, first[i].due == PORT_NAME_DUE ? s->port[nr].name : NULL)) return false;
        s->state[nr] &= ~first[i].due;
        *any = true;
    }
    bool open = serial_is_open(s->port[nr].chardev);
    if (!(s->state[nr] & PORT_IS_READY) || (s->told[nr] & 1) == open) return true;
    if (!send(s, nr, EVENT_PORT_OPEN, open, NULL)) return false;
    s->told[nr] = open;
    return *any = true;
}

void serial_control_tell(VirtioSerial *s) {
    bool any = false;
    for (unsigned nr = 0; nr < PORTS; nr++)
        if (s->port[nr].kind && !tell_port(s, nr, &any)) break;
    if (any) virtio_signal(&s->v, CONTROL_RX);
}

static void set_open(VirtioSerial *s, Port *p, bool open) {
    s->state[p->nr] = (uint8_t)(open ? s->state[p->nr] | PORT_IS_OPEN : s->state[p->nr] & ~PORT_IS_OPEN);
    serial_front_open(p->chardev, open);
    if (open) serial_ready(p->chardev);
}

static void handle(VirtioSerial *s, const ControlMessage *c) {
    if (c->event == EVENT_DEVICE_READY) {
        for (unsigned nr = 0; c->value && nr < PORTS; nr++)
            if (s->port[nr].kind) s->state[nr] |= PORT_ADD_DUE;
        return;
    }
    Port *p = c->id < PORTS ? &s->port[c->id] : NULL;
    bool known = c->event == EVENT_PORT_READY || c->event == EVENT_PORT_OPEN;
    if (!p || !p->kind || !known) {
        log_print(LOG_GUEST_ERROR, "%s: control message %u for port %u", s->v.device->id, c->event, c->id);
    } else if (c->event == EVENT_PORT_OPEN) {
        set_open(s, p, c->value);
    } else if (c->value) {
        s->state[p->nr] |= PORT_IS_READY | (port_is_console(p) ? PORT_CONSOLE_DUE : 0) | (p->name ? PORT_NAME_DUE : 0);
        s->told[p->nr] = 0;
    }
}

void serial_control_take(VirtioSerial *s) {
    bool any = false;
    while (virtio_pop(&s->v, CONTROL_TX, &s->e)) {
        ControlMessage c;
        uint16_t head = s->e.head;
        if (virtq_gather(&s->e, 0, &c, sizeof(c)) == sizeof(c)) handle(s, &c);
        virtq_push(&s->v.q[CONTROL_TX], head, 0);
        any = true;
    }
    if (any) virtio_signal(&s->v, CONTROL_TX);
    serial_control_tell(s);
}
