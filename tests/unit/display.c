// SPDX-License-Identifier: MIT
// Displays that are memory: ramfb, told by fw_cfg's DMA where and how (each format, strides, offsets, nonsense,
// reset, saving), and simple-framebuffer. What the screen shows is compared with what lies in memory.
#include <check.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include "hw/display/framebuffer.h"
#include "hw/misc/fw_cfg.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"

enum { W = 24, H = 10, DMA = DRIVER_DATA, CONFIG = DRIVER_DATA + 0x100, FRAME = DRIVER_DATA + 0x1000 };

typedef struct Rig {
    Machine *machine;
    Device *fw_cfg, *ramfb;
    uint16_t key;
} Rig;

static Device *add(Machine *m, const DeviceType *type, const char *props) {
    char error[300];
    Device *d = device_new(m, type, type->name);
    ck_assert_msg(device_set_all(d, props, error, sizeof(error)) && device_plug(d, error, sizeof(error)),
                  "%s", error);
    return d;
}

static uint8_t *ram(const Rig *r, uint64_t at) { return mem_host(r->machine->mem, at, 1, true); }

// The directory's entry of the file, through the registers.
static uint16_t find_file(Rig *r, const char *name) {
    uint8_t entry[64], count[4];
    device_write(r->fw_cfg, 8, htobe16(FW_CFG_DIRECTORY), 2);
    for (unsigned i = 0; i < 4; i++) count[i] = (uint8_t)device_read(r->fw_cfg, 0, 1);
    for (unsigned n = 0; n < count[3]; n++) {
        for (unsigned i = 0; i < 64; i++) entry[i] = (uint8_t)device_read(r->fw_cfg, 0, 1);
        if (!strcmp((char *)entry + 8, name)) return (uint16_t)(entry[4] << 8 | entry[5]);
    }
    ck_abort_msg("there is no file %s", name);
}

static Rig rig_new(void) {
    Rig r = {.machine = driver_machine()};
    r.fw_cfg = add(r.machine, &fw_cfg_type, "");
    r.ramfb = add(r.machine, &ramfb_type, "");
    device_reset(r.fw_cfg);
    r.key = find_file(&r, "etc/ramfb");
    return r;
}

// One DMA write of the item; what control says afterwards.
static uint32_t dma_write(Rig *r, const void *data, uint32_t size) {
    struct {
        uint32_t control, length;
        uint64_t address;
    } request = {htobe32((uint32_t)r->key << 16 | 8 | 16), htobe32(size), htobe64(CONFIG)};
    memcpy(ram(r, CONFIG), data, size);
    memcpy(ram(r, DMA), &request, sizeof(request));
    device_write(r->fw_cfg, 0x10, 0, 4);
    device_write(r->fw_cfg, 0x14, htobe32(DMA), 4);
    memcpy(&request, ram(r, DMA), sizeof(request));
    return be32toh(request.control);
}

typedef struct __attribute__((packed)) Config {
    uint64_t base;
    uint32_t fourcc, flags, width, height, stride;
} Config;

static uint32_t show(Rig *r, uint64_t base, const char *fourcc, uint32_t width, uint32_t height,
                     uint32_t stride) {
    uint32_t code;
    memcpy(&code, fourcc, 4);
    Config c = {htobe64(base), htobe32(code), 0, htobe32(width), htobe32(height), htobe32(stride)};
    return dma_write(r, &c, sizeof(c));
}

static const struct {
    const char *fourcc;
    uint8_t size, r, g, b;
} formats[] = {{"XR24", 4, 2, 1, 0}, {"AR24", 4, 2, 1, 0}, {"XB24", 4, 0, 1, 2},
               {"AB24", 4, 0, 1, 2}, {"RG24", 3, 2, 1, 0}, {"RG16", 2, 0, 0, 0}};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

// Colours that 16 bits hold exactly.
static uint32_t colour(unsigned x, unsigned y) {
    unsigned r = x & 31, g = (x + 2 * y) & 63, b = y & 31;
    return (r << 3 | r >> 2) << 16 | (g << 2 | g >> 4) << 8 | (b << 3 | b >> 2);
}

static void put(Rig *r, unsigned f, uint64_t base, uint32_t stride, unsigned x, unsigned y, uint32_t c) {
    uint8_t *at = ram(r, base + y * stride + x * formats[f].size);
    if (formats[f].size == 2) {
        unsigned v = (c >> 19 & 31) << 11 | (c >> 10 & 63) << 5 | (c >> 3 & 31);
        at[0] = (uint8_t)v;
        at[1] = (uint8_t)(v >> 8);
        return;
    }
    at[formats[f].r] = (uint8_t)(c >> 16);
    at[formats[f].g] = (uint8_t)(c >> 8);
    at[formats[f].b] = (uint8_t)c;
}

static Picture *capture(Rig *r) { return screen_capture(r->machine->screen, 0); }

static void check_pattern(Rig *r) {
    Picture *p = capture(r);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->width, W);
    ck_assert_uint_eq(p->height, H);
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) ck_assert_uint_eq(*picture_at(p, x, y), 0xff000000 | colour(x, y));
    picture_drop(p);
}

START_TEST(test_format) {
    unsigned f = (unsigned)_i;
    for (unsigned extra = 0; extra < 20;
         extra += 7) { // strides that are no whole number of pixels, any start
        Rig r = rig_new();
        uint32_t stride = W * formats[f].size + extra;
        for (unsigned y = 0; y < H; y++)
            for (unsigned x = 0; x < W; x++) put(&r, f, FRAME + extra, stride, x, y, colour(x, y));
        ck_assert_ptr_null(capture(&r));
        ck_assert_uint_eq(show(&r, FRAME + extra, formats[f].fourcc, W, H, extra ? stride : 0), 0);
        check_pattern(&r);
        put(&r, f, FRAME + extra, stride, 3, 4, 0xffffff); // drawn later
        Picture *p = capture(&r);
        ck_assert_uint_eq(*picture_at(p, 3, 4), 0xffffffff);
        picture_drop(p);
        machine_free(r.machine);
    }
}
END_TEST

START_TEST(test_nonsense) {
    Rig r = rig_new();
    show(&r, FRAME, "XR24", 0, H, 0);
    ck_assert_ptr_null(capture(&r));
    show(&r, FRAME, "XR24", UINT32_MAX, UINT32_MAX, UINT32_MAX);
    ck_assert_ptr_null(capture(&r));
    show(&r, FRAME, "XR24", W, H, W * 4 - 1); // rows overlap
    ck_assert_ptr_null(capture(&r));
    show(&r, FRAME, "nope", W, H, 0);
    ck_assert_ptr_null(capture(&r));
    show(&r, 0x1000, "XR24", W, H, 0); // not RAM
    ck_assert_ptr_null(capture(&r));
    show(&r, DRIVER_RAM + DRIVER_RAM_SIZE - W * H * 4 + 1, "XR24", W, H, 0); // a byte too far
    ck_assert_ptr_null(capture(&r));
    show(&r, DRIVER_RAM + DRIVER_RAM_SIZE - W * H * 4, "XR24", W, H, 0);
    Picture *p = capture(&r);
    ck_assert_ptr_nonnull(p);
    picture_drop(p);
    uint8_t long_one[sizeof(Config) + 1] = {0};
    ck_assert_uint_ne(dma_write(&r, long_one, sizeof(long_one)), 0); // more than the file holds
    r.key = FW_CFG_SIGNATURE;
    ck_assert_uint_ne(dma_write(&r, long_one, 4), 0); // no file that is written
    machine_free(r.machine);
}
END_TEST

START_TEST(test_reset_and_save) {
    Rig a = rig_new(), b = rig_new();
    Bytes image = {0};
    char error[300];
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) put(&a, 0, FRAME, W * 4, x, y, colour(x, y));
    show(&a, FRAME, "XR24", W, H, 0);
    check_pattern(&a);
    device_save(a.fw_cfg, &image);
    memcpy(ram(&b, DRIVER_RAM), ram(&a, DRIVER_RAM), DRIVER_RAM_SIZE);
    ck_assert_msg(device_load(b.fw_cfg, &image, error, sizeof(error)), "%s", error);
    check_pattern(&b);
    Bytes cut = {.data = image.data, .size = image.size - 1};
    ck_assert(!device_load(b.fw_cfg, &cut, error, sizeof(error)));
    device_reset(a.fw_cfg);
    ck_assert_ptr_null(capture(&a));
    bytes_free(&image);
    machine_free(a.machine);
    machine_free(b.machine);
}
END_TEST

static unsigned wakes;
static void on_wake(void *opaque) { wakes++; }

// Somebody watches: a timer finds what the guest drew, and tells of those rows alone.
START_TEST(test_watched) {
    Rig r = rig_new();
    ScreenClient c = {.wake = on_wake};
    Rect d;
    Clock *clock = r.machine->clock;
    show(&r, FRAME, "XR24", W, H, 0);
    screen_attach(r.machine->screen, &c);
    ramfb_type.resume(r.ramfb);
    clock_step(clock, clock_now(clock) + 1000000000);
    screen_take(r.machine->screen);
    screen_what(r.machine->screen, &c, 0, &d);
    screen_drop(r.machine->screen);
    put(&r, 0, FRAME, W * 4, 5, 6, 0x123456);
    clock_step(clock, clock_now(clock) + 300000000);
    screen_take(r.machine->screen);
    ck_assert_uint_eq(screen_what(r.machine->screen, &c, 0, &d), SCREEN_PIXELS);
    screen_drop(r.machine->screen);
    ck_assert_uint_eq(d.y, 6);
    ck_assert_uint_eq(d.height, 1);
    screen_detach(r.machine->screen, &c);
    machine_free(r.machine);
}
END_TEST

START_TEST(test_simple_framebuffer) {
    Machine *m = driver_machine();
    Device *d = add(m, &simple_framebuffer_type, "xres=24,yres=10,base=0x1000000");
    uint32_t *pixels = (uint32_t *)mem_host(m->mem, 0x1000000, W * H * 4, true);
    for (unsigned i = 0; i < W * H; i++) pixels[i] = colour(i % W, i / W);
    check_pattern(&(Rig){.machine = m});
    device_free(d);
    ck_assert_ptr_null(mem_host(m->mem, 0x1000000, 4, false));
    machine_free(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("display");
    TCase *t = tcase_create("display");
    tcase_add_loop_test(t, test_format, 0, FORMATS);
    tcase_add_test(t, test_nonsense);
    tcase_add_test(t, test_reset_and_save);
    tcase_add_test(t, test_watched);
    tcase_add_test(t, test_simple_framebuffer);
    suite_add_tcase(s, t);
    return suite_run(s);
}
