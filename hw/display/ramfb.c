// SPDX-License-Identifier: MIT
// ramfb (QEMU, docs/specs and its fw_cfg file "etc/ramfb"): firmware or kernel writes where its frame buffer is,
// in which format and how wide; big-endian. What was written is the state, and it is fw_cfg's; it arrives with
// fw_cfg's lock held, so it waits in a box of its own until this device looks.
#include <endian.h>
#include <string.h>
#include "hw/core/system_bus.h"
#include "hw/display/framebuffer.h"
#include "hw/display/scan.h"
#include "hw/misc/fw_cfg.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

typedef struct __attribute__((packed)) RamfbConfig {
    uint64_t base;
    uint32_t fourcc, flags, width, height, stride;
} RamfbConfig;

typedef struct Ramfb { // no fields: see above
    Scan scan;
    Lock lock; // of the box
    RamfbConfig box;
    bool news;
} Ramfb;

#define FOURCC(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (uint32_t)(d) << 24)
static PixelFormat format_of(uint32_t fourcc) {
    switch (fourcc) { // drm_fourcc.h: named from the highest byte down
    case FOURCC('X', 'R', '2', '4'): return PIXEL_BGRX;
    case FOURCC('A', 'R', '2', '4'): return PIXEL_BGRX; // nothing is behind it
    case FOURCC('X', 'B', '2', '4'):
    case FOURCC('A', 'B', '2', '4'): return PIXEL_RGBX;
    case FOURCC('R', 'G', '2', '4'): return PIXEL_BGR;
    case FOURCC('R', 'G', '1', '6'): return PIXEL_RGB565;
    default: return PIXEL_NONE;
    }
}

// With fw_cfg's lock.
static void wrote(void *opaque, const uint8_t *data, size_t size) {
    Ramfb *r = opaque;
    lock_take(&r->lock);
    memcpy(&r->box, data, sizeof(r->box));
    r->news = true;
    lock_drop(&r->lock);
}

static void before(Device *d) {
    Ramfb *r = d->state;
    lock_take(&r->lock);
    RamfbConfig c = r->box;
    bool news = r->news;
    r->news = false;
    lock_drop(&r->lock);
    if (!news) return;
    uint32_t width = be32toh(c.width), height = be32toh(c.height), stride = be32toh(c.stride);
    PixelFormat format = format_of(be32toh(c.fourcc));
    if (!stride && width <= SCREEN_LARGEST) stride = width * pixel_size(format);
    if (!width)
        scan_hide(&r->scan); // a reset
    else if (!scan_show(&r->scan, be64toh(c.base), width, height, stride, format))
        log_print(LOG_GUEST_ERROR, "%s: %u by %u, stride %u, format 0x%x at 0x%llx cannot be shown", d->id,
                  width, height, stride, be32toh(c.fourcc), (unsigned long long)be64toh(c.base));
}

static Device *find_fw_cfg(Machine *m) {
    for (Device *d = m->devices; d; d = d->next)
        if (d->type == &fw_cfg_type) return d;
    return NULL;
}

static bool plug(Device *d, char *error, size_t error_size) {
    Ramfb *r = d->state;
    Device *fw_cfg = find_fw_cfg(d->machine);
    lock_init(&r->lock, LOCK_LEAF, "ramfb");
    if (!fw_cfg) return FAIL("ramfb: machine '%s' has no fw_cfg device", d->machine->board->name);
    return scan_plug(&r->scan, d, before, error, error_size) &&
           fw_cfg_add_writable(fw_cfg, "etc/ramfb", sizeof(RamfbConfig), wrote, r, error, error_size);
}

static void unplug(Device *d) { scan_unplug(&((Ramfb *)d->state)->scan); }
static void resume(Device *d) { scan_resume(d, &((Ramfb *)d->state)->scan); }

const DeviceType ramfb_type = {
    .name = "ramfb",
    .title = "display in memory that firmware names",
    .size = sizeof(Ramfb),
    .bus = &system_bus,
    .plug = plug,
    .unplug = unplug,
    .resume = resume,
};
