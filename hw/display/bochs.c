// SPDX-License-Identifier: MIT
// bochs-display: the display of Bochs' VBE extensions on PCI (QEMU's docs/specs/standard-vga), without VGA: BAR 0 is the frame buffer,
// BAR 2 registers: an EDID block, the DISPI registers, byte order. U-Boot, EDK2 and Linux (bochs-drm) have drivers.
//
// Every register takes any value; what they make together is shown if it lies in the frame buffer, else nothing is. Guests draw without
// telling, so the memory is compared with what is shown (hw/display/scan.h), whether its BAR is mapped or not.
#include <string.h>
#include "hw/display/edid.h"
#include "hw/display/framebuffer.h"
#include "hw/display/scan.h"
#include "hw/pci/pci.h"
#include "tcg/base/fail.h"
#include "tcg/base/log.h"

enum { ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET, MEMORY_64K, DISPI };
enum { ID_VALUE = 0xb0c5, IS_ENABLED = 1, ENDIAN_LITTLE = 0x1e1e1e1e, ENDIAN_BIG = (int)0xbebebebe };
enum { PAGE = 4096, MB = 1 << 20 };

typedef struct Bochs {
    uint16_t dispi[DISPI];
    uint8_t big_endian, pad;
    // wiring
    Scan scan;
    uint32_t xres, yres;
    uint64_t vgamem;
    uint8_t *ram;
    bool stale; // what is shown does not follow from the registers any more
    uint8_t edid[EDID_SIZE];
} Bochs;

// ---- registers

static uint64_t dispi_get(Device *d, unsigned i) {
    const Bochs *b = d->state;
    return i == ID ? ID_VALUE : i == MEMORY_64K ? b->vgamem >> 16 : b->dispi[i];
}
static void dispi_set(Device *d, unsigned i, uint64_t value) {
    Bochs *b = d->state;
    b->dispi[i] = (uint16_t)value;
    b->stale = true;
}

static uint64_t edid_get(Device *d, unsigned i) { return ((Bochs *)d->state)->edid[i]; }
static void ignore(Device *d, unsigned i, uint64_t value) {} // where VGA's ports would be, which drivers write to unblank
static uint64_t extended_size_get(Device *d, unsigned i) { return 8; }
static uint64_t endian_get(Device *d, unsigned i) { return ((Bochs *)d->state)->big_endian ? (uint32_t)ENDIAN_BIG : ENDIAN_LITTLE; }
static void endian_set(Device *d, unsigned i, uint64_t value) {
    Bochs *b = d->state;
    if ((uint32_t)value == ENDIAN_LITTLE || (uint32_t)value == (uint32_t)ENDIAN_BIG) b->big_endian = (uint32_t)value != ENDIAN_LITTLE;
    b->stale = true;
}

static const Reg rows[] = {
    {0x000, "edid", 1, REG_RO, .get = edid_get, .count = EDID_SIZE},
    {0x400, "vga", 1, REG_RW, .set = ignore, .count = 32},
    {0x500, "dispi", 2, REG_RW, REG_FIELD_ARRAY(Bochs, dispi), .count = DISPI, .get = dispi_get, .set = dispi_set},
    {0x600, "extended_size", 4, REG_RO, .get = extended_size_get},
    {0x604, "endian", 4, REG_RW, .get = endian_get, .set = endian_set},
};
static const RegBank bank = {rows, sizeof(rows) / sizeof(rows[0])};
static const RegBank *const banks[] = {&bank};

// ---- what is shown

static PixelFormat format_of(const Bochs *b) {
    if (b->dispi[BPP] == 32) return b->big_endian ? PIXEL_XRGB : PIXEL_BGRX;
    return b->dispi[BPP] == 16 && !b->big_endian ? PIXEL_RGB565 : PIXEL_NONE;
}

static bool show(Bochs *b) {
    PixelFormat format = format_of(b);
    uint32_t width = b->dispi[XRES], stride = b->dispi[VIRT_WIDTH] > width ? b->dispi[VIRT_WIDTH] : width;
    stride *= pixel_size(format);
    uint64_t offset = (uint64_t)b->dispi[Y_OFFSET] * stride + (uint64_t)b->dispi[X_OFFSET] * pixel_size(format);
    return offset < b->vgamem &&
           scan_show_memory(&b->scan, b->ram + offset, b->vgamem - offset, width, b->dispi[YRES], stride, format);
}

static void before(Device *d) {
    Bochs *b = d->state;
    if (!b->stale) return;
    b->stale = false;
    if (!(b->dispi[ENABLE] & IS_ENABLED))
        scan_hide(&b->scan);
    else if (!show(b))
        log_print(LOG_GUEST_ERROR, "%s: %u by %u in %u, %u bits a pixel, from %u,%u cannot be shown", d->id, b->dispi[XRES],
                  b->dispi[YRES], b->dispi[VIRT_WIDTH], b->dispi[BPP], b->dispi[X_OFFSET], b->dispi[Y_OFFSET]);
}

// ---- entries

static bool plug(Device *d, char *error, size_t error_size) {
    static const PciInfo info = {.vendor = 0x1234, .device = 0x1111, .subsystem_vendor = 0x1af4, .subsystem = 0x1100,
                                 .class_code = 0x038000, .revision = 2};
    Bochs *b = d->state;
    if (b->vgamem < MB / 4 || b->vgamem > 256 * MB || (b->vgamem & (b->vgamem - 1)))
        return FAIL("%s: vgamem=%llu: a power of two from 256k to 256M is expected", d->type->name, (unsigned long long)b->vgamem);
    if (!pci_init(d, &info, error, error_size)) return false;
    PciBar *memory = pci_add_ram_bar(d, 0, b->vgamem);
    if (!memory) return FAIL("%s: the host has no room for %llu MiB", d->type->name, (unsigned long long)b->vgamem / MB);
    b->ram = memory->ram;
    pci_add_bar(d, 2, PCI_BAR_MEMORY, PAGE, banks, 1);
    edid_make(b->edid, 0, b->xres, b->yres);
    return scan_plug(&b->scan, d, before, error, error_size);
}

static void unplug(Device *d) {
    scan_unplug(&((Bochs *)d->state)->scan);
    pci_free_ram(d);
}
static void resume(Device *d) { scan_resume(d, &((Bochs *)d->state)->scan); }
static void reset(Device *d) {
    Bochs *b = d->state;
    b->stale = true;
    if (b->ram) memset(b->ram, 0, b->vgamem);
}

// The frame buffer is saved as those of its pages that are not zero: number, bytes; then a number that is none.
static bool is_zero(const uint8_t *page) {
    static const uint8_t zero[PAGE];
    return !memcmp(page, zero, PAGE);
}
static void save(Device *d, Bytes *out) {
    const Bochs *b = d->state;
    for (uint32_t i = 0; i < b->vgamem / PAGE; i++) {
        if (is_zero(b->ram + (size_t)i * PAGE)) continue;
        bytes_put(out, &i, sizeof(i));
        bytes_put(out, b->ram + (size_t)i * PAGE, PAGE);
    }
    bytes_put(out, &(uint32_t){UINT32_MAX}, sizeof(uint32_t));
}

static bool load(Device *d, Bytes *in, char *error, size_t error_size) {
    Bochs *b = d->state;
    uint32_t i = 0;
    reset(d);
    while (bytes_take(in, &i, sizeof(i)) && i < b->vgamem / PAGE)
        if (!bytes_take(in, b->ram + (size_t)i * PAGE, PAGE)) return FAIL("%s: the image ends in the frame buffer", d->id);
    return i == UINT32_MAX || FAIL("%s: the image's frame buffer has a page %u", d->id, i);
}

static const Field fields[] = {FIELD_ARRAY(Bochs, dispi, 0), FIELD(Bochs, big_endian, 0), FIELD_PAD(Bochs, pad)};
static const Fields bochs_fields = FIELDS("bochs-display", 1, fields, offsetof(Bochs, scan));
static const Prop props[] = {
    PROP(Bochs, xres, PROP_U32, "1280", "width that the monitor prefers"),
    PROP(Bochs, yres, PROP_U32, "800", "height"),
    PROP(Bochs, vgamem, PROP_U64, "16M", "bytes of the frame buffer"),
};
const DeviceType bochs_display_type = {
    .name = "bochs-display",
    .title = "display with a frame buffer on PCI",
    .size = sizeof(Bochs),
    .fields = &bochs_fields,
    .props = props,
    .nprops = sizeof(props) / sizeof(props[0]),
    .bus = &pci_bus,
    .plug = plug,
    .unplug = unplug,
    .reset = reset,
    .resume = resume,
    .save = save,
    .load = load,
};
