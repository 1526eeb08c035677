// SPDX-License-Identifier: MIT
// virtio GPU (Virtual I/O Device 1.2, section 5.7), 2D: queue 0 carries commands, queue 1 the cursor's. Every
// command is done at once, on the vCPU that notified: what it costs is copying pixels, and another thread would
// have to wait for the same memory. So nothing is in flight outside the saved state, and fences are answered by
// the response itself.
//
// A head's preferred size begins as xres by yres; a client of the screen may ask for another one, which the
// guest is told by the display event of the configuration space.
#include <stddef.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/display/edid.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/gpu_impl.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { CONTROL = 0, CURSOR = 1 };

static uint64_t features(Virtio *v) {
    const VirtioGpu *g = v->device->state;
    return (g->edid ? 1ull << VIRTIO_GPU_F_EDID : 0) | (g->blob ? 1ull << VIRTIO_GPU_F_RESOURCE_BLOB : 0);
}

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    const VirtioGpu *g = v->device->state;
    struct virtio_gpu_config c = {.events_read = g->events, .num_scanouts = g->nheads};
    memcpy(to, &c, sizeof(c));
    return sizeof(c);
}

static void config_write(Virtio *v, unsigned offset, uint32_t value, unsigned size) {
    VirtioGpu *g = v->device->state;
    if (offset == offsetof(struct virtio_gpu_config, events_clear) && size == 4)
        g->events &= ~value;
    else
        log_print(LOG_GUEST_ERROR, "%s: configuration byte %u is read-only", v->device->id, offset);
}

// ---- commands

typedef union Request {
    struct virtio_gpu_ctrl_hdr hdr;
    struct virtio_gpu_resource_create_2d create;
    struct virtio_gpu_resource_unref unref;
    struct virtio_gpu_set_scanout scanout;
    struct virtio_gpu_resource_flush flush;
    struct virtio_gpu_transfer_to_host_2d transfer;
    struct virtio_gpu_resource_attach_backing attach;
    struct virtio_gpu_resource_detach_backing detach;
    struct virtio_gpu_cmd_get_edid edid;
    struct virtio_gpu_resource_create_blob blob;
    struct virtio_gpu_set_scanout_blob scanout_blob;
    struct virtio_gpu_update_cursor cursor;
} Request;

typedef union Response {
    struct virtio_gpu_ctrl_hdr hdr;
    struct virtio_gpu_resp_display_info displays;
    struct virtio_gpu_resp_edid edid;
} Response;

static uint32_t get_displays(VirtioGpu *g, Response *to) {
    for (unsigned i = 0, x = 0; i < g->nheads; i++) {
        to->displays.pmodes[i].r = (struct virtio_gpu_rect){x, 0, g->mode[i].width, g->mode[i].height};
        to->displays.pmodes[i].enabled = g->mode[i].width != 0;
        x += g->mode[i].width;
    }
    return VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

static uint32_t get_edid(VirtioGpu *g, const Request *c, Response *to) {
    uint32_t head = c->edid.scanout;
    if (!g->edid) return VIRTIO_GPU_RESP_ERR_UNSPEC;
    if (head >= g->nheads) return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    bool on = g->mode[head].width;
    to->edid.size = EDID_SIZE;
    edid_make(to->edid.edid, head, on ? g->mode[head].width : g->xres, on ? g->mode[head].height : g->yres);
    return VIRTIO_GPU_RESP_OK_EDID;
}

// A command has at least this many bytes.
static size_t request_size(uint32_t type) {
    switch (type) {
    case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D: return sizeof(struct virtio_gpu_resource_create_2d);
    case VIRTIO_GPU_CMD_RESOURCE_UNREF: return sizeof(struct virtio_gpu_resource_unref);
    case VIRTIO_GPU_CMD_SET_SCANOUT: return sizeof(struct virtio_gpu_set_scanout);
    case VIRTIO_GPU_CMD_RESOURCE_FLUSH: return sizeof(struct virtio_gpu_resource_flush);
    case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D: return sizeof(struct virtio_gpu_transfer_to_host_2d);
    case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING: return sizeof(struct virtio_gpu_resource_attach_backing);
    case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING: return sizeof(struct virtio_gpu_resource_detach_backing);
    case VIRTIO_GPU_CMD_GET_EDID: return sizeof(struct virtio_gpu_cmd_get_edid);
    case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB: return sizeof(struct virtio_gpu_resource_create_blob);
    case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB: return sizeof(struct virtio_gpu_set_scanout_blob);
    case VIRTIO_GPU_CMD_UPDATE_CURSOR:
    case VIRTIO_GPU_CMD_MOVE_CURSOR: return sizeof(struct virtio_gpu_update_cursor);
    default: return sizeof(struct virtio_gpu_ctrl_hdr);
    }
}

static uint32_t run(VirtioGpu *g, const Request *c, Response *to) {
    bool blob = virtio_has(&g->v, 1ull << VIRTIO_GPU_F_RESOURCE_BLOB);
    switch (c->hdr.type) {
    case VIRTIO_GPU_CMD_GET_DISPLAY_INFO: return get_displays(g, to);
    case VIRTIO_GPU_CMD_GET_EDID: return get_edid(g, c, to);
    case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D: return gpu_create(g, &c->create);
    case VIRTIO_GPU_CMD_RESOURCE_UNREF: return gpu_destroy(g, c->unref.resource_id);
    case VIRTIO_GPU_CMD_SET_SCANOUT: return gpu_set_scanout(g, &c->scanout);
    case VIRTIO_GPU_CMD_RESOURCE_FLUSH: return gpu_flush(g, &c->flush);
    case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D: return gpu_transfer(g, &c->transfer);
    case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
        return gpu_attach(g, c->attach.resource_id, c->attach.nr_entries, sizeof(c->attach));
    case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING: return gpu_detach(g, c->detach.resource_id);
    case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB:
        return blob ? gpu_create_blob(g, &c->blob) : VIRTIO_GPU_RESP_ERR_UNSPEC;
    case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
        return blob ? gpu_set_scanout_blob(g, &c->scanout_blob) : VIRTIO_GPU_RESP_ERR_UNSPEC;
    case VIRTIO_GPU_CMD_UPDATE_CURSOR:
    case VIRTIO_GPU_CMD_MOVE_CURSOR: return gpu_cursor(g, &c->cursor);
    default: return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
}

static size_t response_size(uint32_t type) {
    return type == VIRTIO_GPU_RESP_OK_DISPLAY_INFO ? sizeof(struct virtio_gpu_resp_display_info)
           : type == VIRTIO_GPU_RESP_OK_EDID       ? sizeof(struct virtio_gpu_resp_edid)
                                                   : sizeof(struct virtio_gpu_ctrl_hdr);
}

// Runs the request in g->e; returns how many bytes of answer were written.
static uint32_t answer(VirtioGpu *g, unsigned queue) {
    Request c = {0};
    Response to = {0};
    size_t size = virtq_gather(&g->e, 0, &c, sizeof(c));
    bool cursor = c.hdr.type == VIRTIO_GPU_CMD_UPDATE_CURSOR || c.hdr.type == VIRTIO_GPU_CMD_MOVE_CURSOR;
    bool whole = size >= sizeof(c.hdr) && size >= request_size(c.hdr.type) && cursor == (queue == CURSOR);
    uint32_t type = whole ? run(g, &c, &to) : VIRTIO_GPU_RESP_ERR_UNSPEC;
    if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC)
        log_print(LOG_GUEST_ERROR, "%s: command 0x%x of %zu bytes: error 0x%x", g->v.device->id, c.hdr.type,
                  size, type);
    to.hdr.type = type;
    if (c.hdr.flags & VIRTIO_GPU_FLAG_FENCE) {
        to.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
        to.hdr.fence_id = c.hdr.fence_id;
        to.hdr.ctx_id = c.hdr.ctx_id;
    }
    return (uint32_t)virtq_scatter(&g->v.q[queue], &g->e, 0, &to, response_size(type));
}

static void notify(Virtio *v, unsigned queue) {
    VirtioGpu *g = v->device->state;
    bool any = false;
    while (virtio_pop(v, queue, &g->e)) {
        uint32_t written = answer(g, queue);
        virtq_push(&v->q[queue], g->e.head, written);
        any = true;
    }
    if (any) virtio_signal(v, queue);
}

static void reset(Virtio *v) {
    VirtioGpu *g = v->device->state;
    gpu_all_off(g);
    gpu_drop_all(g);
}

// ---- the screen's side

static void request_mode(void *opaque, unsigned head, uint32_t width, uint32_t height) {
    VirtioGpu *g = opaque;
    enum { SMALLEST = 16 };
    if (head >= g->nheads || width > SCREEN_LARGEST || height > SCREEN_LARGEST) return;
    if ((width || height) && (width < SMALLEST || height < SMALLEST)) return;
    device_enter(g->v.device);
    if (g->mode[head].width != width || g->mode[head].height != height) {
        g->mode[head].width = width;
        g->mode[head].height = height;
        g->events |= VIRTIO_GPU_EVENT_DISPLAY;
        virtio_config_changed(&g->v);
    }
    device_leave(g->v.device);
}

// ---- entries

static const VirtioOps ops = {
    .id = 16,
    .nqueues = 2,
    .queue_max = 256,
    .modern_only = true,
    .features = features,
    .config = config,
    .config_write = config_write,
    .notify = notify,
    .reset = reset,
};

static bool check_props(const VirtioGpu *g, char *error, size_t error_size) {
    if (!g->nheads || g->nheads > GPU_HEADS)
        return FAIL("virtio-gpu: max_outputs=%u: 1 to %d are possible", g->nheads, GPU_HEADS);
    if (g->xres < 16 || g->yres < 16 || g->xres > SCREEN_LARGEST || g->yres > SCREEN_LARGEST)
        return FAIL("virtio-gpu: xres=%u,yres=%u: 16 to %d pixels are possible", g->xres, g->yres,
                    SCREEN_LARGEST);
    return true;
}

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioGpu *g = d->state;
    ScreenFront front = {g, request_mode, NULL};
    g->first = -1;
    if (!check_props(g, error, error_size) || !virtio_plug(d, error, error_size)) return false;
    g->first = screen_add(d->machine->screen, &front, g->nheads);
    if (g->first < 0) return FAIL("virtio-gpu: the machine has more than %d heads", SCREEN_HEADS);
    for (unsigned i = 0; i < g->nheads; i++) g->mode[i].width = g->xres, g->mode[i].height = g->yres;
    return true;
}

static void unplug(Device *d) {
    VirtioGpu *g = d->state;
    if (!g->v.device) return;
    gpu_drop_all(g);
    if (g->first >= 0) screen_remove(d->machine->screen, (unsigned)g->first, g->nheads);
}

static void save(Device *d, Bytes *out) { gpu_save_resources(d->state, out); }
static bool load(Device *d, Bytes *in, char *error, size_t error_size) {
    return gpu_load_resources(d->state, in, error, error_size);
}

#define HEAD_FIELDS(i)                                                                                       \
    FIELD(VirtioGpu, head[i].resource, 0), FIELD(VirtioGpu, head[i].x, 0), FIELD(VirtioGpu, head[i].y, 0),   \
        FIELD(VirtioGpu, head[i].width, 0), FIELD(VirtioGpu, head[i].height, 0),                             \
        FIELD(VirtioGpu, head[i].blob_width, 0), FIELD(VirtioGpu, head[i].blob_height, 0),                   \
        FIELD(VirtioGpu, head[i].blob_format, 0), FIELD(VirtioGpu, head[i].blob_stride, 0),                  \
        FIELD(VirtioGpu, head[i].blob_offset, 0), FIELD(VirtioGpu, head[i].cursor_on, 0),                    \
        FIELD(VirtioGpu, head[i].cursor_x, 0), FIELD(VirtioGpu, head[i].cursor_y, 0),                        \
        FIELD(VirtioGpu, head[i].hot_x, 0), FIELD(VirtioGpu, head[i].hot_y, 0),                              \
        FIELD_ARRAY(VirtioGpu, head[i].cursor, 0)
static const Field fields[] = {VIRTIO_FIELDS(VirtioGpu),
                               FIELD(VirtioGpu, events, 0),
                               FIELD(VirtioGpu, pad, 0),
                               HEAD_FIELDS(0),
                               HEAD_FIELDS(1),
                               HEAD_FIELDS(2),
                               HEAD_FIELDS(3)};
static const Fields gpu_fields = FIELDS("virtio-gpu", 1, fields, offsetof(VirtioGpu, v));
static const Prop props[] = {
    {"max_outputs", PROP_U32, offsetof(VirtioGpu, nheads), "1", "heads"},
    PROP(VirtioGpu, xres, PROP_U32, "1280", "preferred width"),
    PROP(VirtioGpu, yres, PROP_U32, "800", "preferred height"),
    PROP(VirtioGpu, edid, PROP_BOOL, "on", "tell the guest about the monitor"),
    PROP(VirtioGpu, blob, PROP_BOOL, "on", "show guest memory without a copy by the guest"),
    {"max_hostmem", PROP_U64, offsetof(VirtioGpu, limit), "256M", "what the guest's pictures may take"},
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...)                                                                           \
    {                                                                                                        \
        .type = {.name = NAME,                                                                               \
                 .title = "virtio display, 2D",                                                              \
                 .size = sizeof(VirtioGpu),                                                                  \
                 .fields = &gpu_fields,                                                                      \
                 .props = props,                                                                             \
                 .nprops = sizeof(props) / sizeof(props[0]),                                                 \
                 .plug = plug,                                                                               \
                 .unplug = unplug,                                                                           \
                 .save = save,                                                                               \
                 .load = load,                                                                               \
                 .resume = virtio_kick_all,                                                                  \
                 __VA_ARGS__},                                                                               \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioGpu, v),                              \
    }
const VirtioType virtio_gpu_device = TYPE("virtio-gpu-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_gpu_pci = TYPE("virtio-gpu-pci", virtio_pci, VIRTIO_PCI);
