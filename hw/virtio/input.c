// SPDX-License-Identifier: MIT
// virtio input (Virtual I/O Device 1.2, section 5.8): keyboard, mouse, tablet and multitouch screen. Queue 0
// takes events to the guest, eight bytes a buffer; queue 1 brings its lamps. Which events a device can send is a
// list of ranges in a table; the configuration space is made of it.
//
// What the guest has no buffers for yet waits here, so that fast typing (or pasting) loses nothing; when that is
// full, events that belong together are left out together, so that a key is never half told. A guest whose driver
// does not run misses what is typed.
#include <linux/input.h>
#include <linux/virtio_input.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { EVENTS = 0, STATUS = 1, WAITING = 1024 };

typedef struct CodeRange {
    uint16_t type, first, last; // last 0: the table ends
} CodeRange;

typedef struct InputKind {
    VirtioOps ops; // first: what a transport knows of it
    const char *name;
    unsigned takes; // INPUT_x
    uint16_t product;
    bool direct; // the picture is under the finger
    CodeRange codes[12];
} InputKind;

typedef struct VirtioInput {
    VirtioRegs regs;
    uint8_t select, subsel, pad[2];
    uint32_t nwaiting;
    uint64_t waiting[WAITING]; // as the guest will read them: type, code, value
    // wiring
    Virtio v;
    InputSink sink;
    VirtqElement e;
} VirtioInput;

static const InputKind *kind_of(const Virtio *v) { return (const InputKind *)v->ops; }
static uint64_t features(Virtio *v) { return 0; }

// ---- configuration

static void set_bit(uint8_t *bitmap, unsigned code, uint8_t *size) {
    bitmap[code / 8] |= (uint8_t)(1 << code % 8);
    if (code / 8 >= *size) *size = (uint8_t)(code / 8 + 1);
}

static void config_events(const InputKind *k, struct virtio_input_config *c) {
    for (const CodeRange *r = k->codes; r->last; r++)
        for (unsigned code = r->first; r->type == c->subsel && code <= r->last && code < 1024; code++)
            set_bit(c->u.bitmap, code, &c->size);
}

static void config_axis(const InputKind *k, struct virtio_input_config *c) {
    for (const CodeRange *r = k->codes; r->last; r++) {
        if (r->type != EV_ABS || c->subsel < r->first || c->subsel > r->last) continue;
        bool small = c->subsel == ABS_MT_SLOT || c->subsel == ABS_MT_TRACKING_ID;
        c->u.abs.max = small ? 9 : INPUT_AXIS;
        c->size = sizeof(c->u.abs);
    }
}

static void config_fill(const InputKind *k, struct virtio_input_config *c) {
    switch (c->select) {
    case VIRTIO_INPUT_CFG_ID_NAME:
        c->size = (uint8_t)strlen(k->name);
        memcpy(c->u.string, k->name, c->size);
        break;
    case VIRTIO_INPUT_CFG_ID_DEVIDS:
        c->u.ids = (struct virtio_input_devids){BUS_VIRTUAL, 0x0627, k->product, 1};
        c->size = sizeof(c->u.ids);
        break;
    case VIRTIO_INPUT_CFG_PROP_BITS:
        if (k->direct) set_bit(c->u.bitmap, INPUT_PROP_DIRECT, &c->size);
        break;
    case VIRTIO_INPUT_CFG_EV_BITS: config_events(k, c); break;
    case VIRTIO_INPUT_CFG_ABS_INFO: config_axis(k, c); break;
    }
}

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    const VirtioInput *in = v->device->state;
    struct virtio_input_config c = {.select = in->select, .subsel = in->subsel};
    config_fill(kind_of(v), &c);
    memcpy(to, &c, sizeof(c));
    return sizeof(c);
}

static void config_write(Virtio *v, unsigned offset, uint32_t value, unsigned size) {
    VirtioInput *in = v->device->state;
    if (offset == offsetof(struct virtio_input_config, select)) {
        in->select = (uint8_t)value;
        if (size >= 2) in->subsel = (uint8_t)(value >> 8);
    } else if (offset == offsetof(struct virtio_input_config, subsel)) {
        in->subsel = (uint8_t)value;
    } else {
        log_print(LOG_GUEST_ERROR, "%s: configuration byte %u is read-only", v->device->id, offset);
    }
}

// ---- queues

static void give_events(VirtioInput *in) {
    uint32_t n = 0;
    for (; n < in->nwaiting && virtio_pop(&in->v, EVENTS, &in->e); n++) {
        size_t put = virtq_scatter(&in->v.q[EVENTS], &in->e, 0, &in->waiting[n], sizeof(in->waiting[n]));
        virtq_push(&in->v.q[EVENTS], in->e.head, (uint32_t)put);
    }
    if (!n) return;
    in->nwaiting -= n;
    memmove(in->waiting, in->waiting + n, in->nwaiting * sizeof(in->waiting[0]));
    virtio_signal(&in->v, EVENTS);
}

static void notify(Virtio *v, unsigned queue) {
    VirtioInput *in = v->device->state;
    bool any = false;
    if (queue == EVENTS) {
        give_events(in);
        return;
    }
    while (virtio_pop(v, STATUS, &in->e)) { // lamps, which no window shows
        virtq_push(&v->q[STATUS], in->e.head, 0);
        any = true;
    }
    if (any) virtio_signal(v, STATUS);
}

static void take_events(void *opaque, const InputEvent *e, unsigned n) {
    VirtioInput *in = opaque;
    device_enter(in->v.device);
    bool listens = in->v.regs->status & VIRTIO_DRIVER_OK;
    for (unsigned i = 0; listens && n <= WAITING - in->nwaiting && i < n; i++) {
        struct virtio_input_event wire = {e[i].type, e[i].code, e[i].value};
        memcpy(&in->waiting[in->nwaiting + i], &wire, sizeof(wire));
    }
    if (listens && n <= WAITING - in->nwaiting) in->nwaiting += n;
    if (listens) give_events(in);
    device_leave(in->v.device);
}

// An image is hostile.
static bool load(Device *d, Bytes *image, char *error, size_t error_size) {
    VirtioInput *in = d->state;
    return in->nwaiting <= WAITING || FAIL("%s: more events are waiting than can", d->id);
}

// ---- entries

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioInput *in = d->state;
    if (!virtio_plug(d, error, error_size)) return false;
    in->sink = (InputSink){.opaque = in, .kinds = kind_of(&in->v)->takes, .events = take_events};
    input_add(&d->machine->input, &in->sink);
    return true;
}

static void unplug(Device *d) {
    VirtioInput *in = d->state;
    if (in->sink.events) input_remove(&d->machine->input, &in->sink);
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioInput),       FIELD(VirtioInput, select, 0),
                               FIELD(VirtioInput, subsel, 0),    FIELD_PAD(VirtioInput, pad),
                               FIELD(VirtioInput, nwaiting, 0),  FIELD_ARRAY(VirtioInput, waiting, 0)};
static const Fields input_fields = FIELDS("virtio-input", 1, fields, offsetof(VirtioInput, v));

#define INPUT_OPS                                                                                            \
    .ops = {                                                                                                 \
        .id = 18,                                                                                            \
        .nqueues = 2,                                                                                        \
        .queue_max = 64,                                                                                     \
        .modern_only = true,                                                                                 \
        .features = features,                                                                                \
        .config = config,                                                                                    \
        .config_write = config_write,                                                                        \
        .notify = notify,                                                                                    \
    }
static const InputKind keyboard = {
    INPUT_OPS,
    .name = "Myna virtio keyboard",
    .takes = INPUT_KEYS,
    .product = 1,
    .codes = {{EV_KEY, KEY_ESC, KEY_MICMUTE},
              {EV_LED, LED_NUML, LED_SCROLLL},
              {EV_REP, REP_DELAY, REP_PERIOD}},
};
static const InputKind mouse = {
    INPUT_OPS,
    .name = "Myna virtio mouse",
    .takes = INPUT_RELATIVE,
    .product = 2,
    .codes = {{EV_KEY, BTN_LEFT, BTN_TASK}, {EV_REL, REL_X, REL_Y}, {EV_REL, REL_HWHEEL, REL_WHEEL}},
};
static const InputKind tablet = {
    INPUT_OPS,
    .name = "Myna virtio tablet",
    .takes = INPUT_ABSOLUTE,
    .product = 3,
    .codes = {{EV_KEY, BTN_LEFT, BTN_TASK}, {EV_ABS, ABS_X, ABS_Y}, {EV_REL, REL_HWHEEL, REL_WHEEL}},
};
static const InputKind multitouch = {
    INPUT_OPS,
    .name = "Myna virtio touch screen",
    .takes = INPUT_TOUCH,
    .product = 4,
    .direct = true,
    .codes = {{EV_KEY, BTN_TOUCH, BTN_TOUCH},
              {EV_ABS, ABS_X, ABS_Y},
              {EV_ABS, ABS_MT_SLOT, ABS_MT_SLOT},
              {EV_ABS, ABS_MT_POSITION_X, ABS_MT_POSITION_Y},
              {EV_ABS, ABS_MT_TRACKING_ID, ABS_MT_TRACKING_ID}},
};

// The same devices on each transport.
#define TYPE(NAME, TITLE, KIND, TRANSPORT, ...)                                                              \
    {                                                                                                        \
        .type = {.name = NAME,                                                                               \
                 .title = TITLE,                                                                             \
                 .size = sizeof(VirtioInput),                                                                \
                 .fields = &input_fields,                                                                    \
                 .plug = plug,                                                                               \
                 .unplug = unplug,                                                                           \
                 .load = load,                                                                               \
                 .resume = virtio_kick_all,                                                                  \
                 __VA_ARGS__},                                                                               \
        .ops = &KIND.ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioInput, v),                       \
    }
#define MMIO_TYPE(NAME, TITLE, KIND) TYPE("virtio-" NAME "-device", TITLE, KIND, virtio_mmio, VIRTIO_MMIO)
const VirtioType virtio_keyboard_device = MMIO_TYPE("keyboard", "virtio keyboard", keyboard);
const VirtioType virtio_mouse_device = MMIO_TYPE("mouse", "virtio mouse: relative", mouse);
const VirtioType virtio_tablet_device = MMIO_TYPE("tablet", "virtio tablet: an absolute pointer", tablet);
const VirtioType virtio_multitouch_device =
    MMIO_TYPE("multitouch", "virtio touch screen, ten fingers", multitouch);
#define PCI_TYPE(NAME, TITLE, KIND) TYPE("virtio-" NAME "-pci", TITLE, KIND, virtio_pci, VIRTIO_PCI)
const VirtioType virtio_keyboard_pci = PCI_TYPE("keyboard", "virtio keyboard", keyboard);
const VirtioType virtio_mouse_pci = PCI_TYPE("mouse", "virtio mouse: relative", mouse);
const VirtioType virtio_tablet_pci = PCI_TYPE("tablet", "virtio tablet: an absolute pointer", tablet);
const VirtioType virtio_multitouch_pci = PCI_TYPE("multitouch", "virtio touch screen, ten fingers", multitouch);
