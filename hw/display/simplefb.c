// SPDX-License-Identifier: MIT
// simple-framebuffer (Linux: bindings/display/simple-framebuffer.yaml): memory of its own that the device tree
// says is shown. Kernels with the driver built in have a console on it from early on. The board says where.
#include <inttypes.h>
#include "hw/core/system_bus.h"
#include "hw/display/framebuffer.h"
#include "hw/display/scan.h"
#include "tcg/base/fail.h"

enum { LARGEST = 32 << 20 }; // bytes that boards have room for

typedef struct SimpleFb { // no fields: it is memory
    Scan scan;
    uint32_t xres, yres;
    uint64_t base;
} SimpleFb;

static bool plug(Device *d, char *error, size_t error_size) {
    SimpleFb *s = d->state;
    uint64_t size = ((uint64_t)s->xres * s->yres * 4 + 4095) & ~4095ull;
    if (!s->xres || !s->yres || s->xres > SCREEN_LARGEST || s->yres > SCREEN_LARGEST || size > LARGEST)
        return FAIL("simple-framebuffer: xres=%u,yres=%u: up to %d MiB of pixels are possible", s->xres,
                    s->yres, LARGEST >> 20);
    if (!scan_plug(&s->scan, d, NULL, error, error_size) ||
        !mem_map_ram(d->machine->mem, d->id, s->base, size, false, error, error_size))
        return false;
    d->base = s->base; // unmapped with the device
    return scan_show(&s->scan, s->base, s->xres, s->yres, s->xres * 4, PIXEL_BGRX) ||
           FAIL("simple-framebuffer: no memory");
}

static void unplug(Device *d) { scan_unplug(&((SimpleFb *)d->state)->scan); }
static void resume(Device *d) { scan_resume(d, &((SimpleFb *)d->state)->scan); }

static void fdt(Device *d, Fdt *f) {
    const SimpleFb *s = d->state;
    dt_begin(f, "framebuffer@%" PRIx64, s->base);
    dt_string(f, "compatible", "simple-framebuffer");
    dt_reg(f, s->base, (uint64_t)s->xres * s->yres * 4);
    dt_u32(f, "width", s->xres);
    dt_u32(f, "height", s->yres);
    dt_u32(f, "stride", s->xres * 4);
    dt_string(f, "format", "x8r8g8b8");
    dt_end(f);
}

static const Prop props[] = {
    PROP(SimpleFb, xres, PROP_U32, "1024", "width"),
    PROP(SimpleFb, yres, PROP_U32, "768", "height"),
    PROP(SimpleFb, base, PROP_U64, NULL, "address: the board's choice"),
};
const DeviceType simple_framebuffer_type = {
    .name = "simple-framebuffer",
    .title = "display in memory that the device tree describes",
    .size = sizeof(SimpleFb),
    .props = props,
    .nprops = sizeof(props) / sizeof(props[0]),
    .bus = &system_bus,
    .plug = plug,
    .unplug = unplug,
    .resume = resume,
    .fdt = fdt,
};
