// SPDX-License-Identifier: MIT
// bochs-display from the guest's side of the bus to the picture: its registers, formats, strides and offsets; absurd values;
// a frame buffer that is moved with its contents, and nothing left where it was; its contents saved.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "hw/display/framebuffer.h"
#include "hw/pci/pci.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

enum { XRES = 1, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET };
enum { FRAME = RIG_MMIO + 0x1000000, MMIO = RIG_MMIO, ELSEWHERE = RIG_MMIO + 0x2000000, BAR0 = 0x10, BAR2 = 0x18, COMMAND = 4 };

static Rig *r;

static uint64_t peek(uint64_t at, unsigned size) {
    uint64_t value = 0;
    ck_assert(mem_io_read(r->machine->mem, at, size, &value));
    return value;
}
static void poke(uint64_t at, uint64_t value, unsigned size) { ck_assert(mem_io_write(r->machine->mem, at, size, value)); }
static void set(unsigned index, unsigned value) { poke(MMIO + 0x500 + 2 * index, value, 2); }
static uint8_t *frame(uint64_t base) { return mem_host(r->machine->mem, base, 1 << 20, true); }

static void start(void) {
    r = rig_new(&bochs_display_type, "vgamem=1M,xres=1024,yres=600");
    rig_config_write(r, BAR0, FRAME, 4);
    rig_config_write(r, BAR2, MMIO, 4);
    rig_config_write(r, COMMAND, PCI_COMMAND_MEMORY, 2);
}

static void mode(unsigned width, unsigned height, unsigned virt, unsigned bpp, unsigned x, unsigned y) {
    set(ENABLE, 0);
    set(XRES, width);
    set(YRES, height);
    set(VIRT_WIDTH, virt);
    set(BPP, bpp);
    set(X_OFFSET, x);
    set(Y_OFFSET, y);
    set(ENABLE, 0x41);
}

START_TEST(what_it_is) {
    start();
    ck_assert_uint_eq(rig_config_read(r, 0, 4), 0x11111234);
    ck_assert_uint_eq(rig_config_read(r, 8, 4), 0x03800002);
    ck_assert_uint_eq(rig_config_read(r, BAR0, 4), FRAME | 8); // prefetchable
    rig_config_write(r, BAR0, 0xffffffff, 4);
    ck_assert_uint_eq(rig_config_read(r, BAR0, 4), 0xfff00008); // 1 MiB
    ck_assert_uint_eq(peek(MMIO + 0x500, 2), 0xb0c5);
    ck_assert_uint_eq(peek(MMIO + 0x514, 2), 16);
    ck_assert_uint_eq(peek(MMIO + 0x600, 4), 8);
    ck_assert_uint_eq(peek(MMIO + 0x604, 4), 0x1e1e1e1e);
    ck_assert_uint_eq(peek(MMIO, 8), 0x00ffffffffffff00); // EDID
    ck_assert_uint_eq(peek(MMIO + 54 + 2, 1), 1024 & 0xff);
    rig_free(r);
}
END_TEST

static void paint(unsigned n) {
    for (unsigned i = 0; i < n; i++) frame(FRAME)[i] = (uint8_t)(i * 7 + i / 256);
}

// Every pixel of what is shown against what its bytes say.
START_TEST(what_is_shown) {
    static const struct {
        unsigned width, height, virt, bpp, x, y;
        bool big;
    } cases[] = {{64, 48, 0, 32, 0, 0, false},  {64, 48, 64, 32, 0, 0, true},   {33, 21, 100, 32, 0, 0, false},
                 {33, 21, 100, 32, 7, 5, false}, {64, 48, 80, 16, 3, 100, false}, {1, 1, 0, 32, 0, 0, false}};
    start();
    paint(1 << 18);
    for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        poke(MMIO + 0x604, cases[k].big ? 0xbebebebe : 0x1e1e1e1e, 4);
        mode(cases[k].width, cases[k].height, cases[k].virt, cases[k].bpp, cases[k].x, cases[k].y);
        Picture *p = screen_capture(r->machine->screen, 0);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq(p->width, cases[k].width);
        ck_assert_uint_eq(p->height, cases[k].height);
        unsigned virt = cases[k].virt > cases[k].width ? cases[k].virt : cases[k].width, size = cases[k].bpp / 8;
        for (unsigned y = 0; y < p->height; y++)
            for (unsigned x = 0; x < p->width; x++) {
                const uint8_t *b = frame(FRAME) + ((cases[k].y + y) * virt + cases[k].x + x) * size;
                uint32_t wanted = cases[k].big ? b[1] << 16 | b[2] << 8 | b[3] : b[2] << 16 | b[1] << 8 | b[0];
                if (size == 2) {
                    unsigned v = b[0] | b[1] << 8, red = v >> 11, green = v >> 5 & 63, blue = v & 31;
                    wanted = (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2);
                }
                ck_assert_uint_eq(*picture_at(p, x, y) & 0xffffff, wanted);
            }
        picture_drop(p);
    }
    set(ENABLE, 0);
    ck_assert_ptr_null(screen_capture(r->machine->screen, 0));
    rig_free(r);
}
END_TEST

START_TEST(nonsense_shows_nothing) {
    unsigned seed = 3;
    start();
    mode(64, 48, 0, 24, 0, 0);
    ck_assert_ptr_null(screen_capture(r->machine->screen, 0));
    mode(0xffff, 0xffff, 0xffff, 32, 0xffff, 0xffff);
    ck_assert_ptr_null(screen_capture(r->machine->screen, 0));
    mode(512, 512, 512, 32, 0, 0); // all of it
    picture_drop(screen_capture(r->machine->screen, 0));
    mode(512, 512, 512, 32, 1, 0); // and a pixel more
    ck_assert_ptr_null(screen_capture(r->machine->screen, 0));
    for (unsigned i = 0; i < 3000; i++) {
        unsigned value = (unsigned)rand_r(&seed);
        poke(MMIO + 0x400 + (unsigned)rand_r(&seed) % 0x300, value & 1 ? value % 600 : value, 1u << rand_r(&seed) % 3);
        if (i % 16 == 0) picture_drop(screen_capture(r->machine->screen, 0));
    }
    rig_free(r);
}
END_TEST

static struct {
    uint64_t base, size;
    unsigned n;
} gone;
static void on_unmapped(void *opaque, uint64_t base, uint64_t size) {
    gone.base = base;
    gone.size = size;
    gone.n++;
}

START_TEST(the_frame_buffer_is_moved) {
    uint64_t value;
    start();
    gone.n = 0;
    mem_listen_unmapped(r->machine->mem, on_unmapped, NULL);
    poke(FRAME + 0x1000, 0x12345678, 4);
    uint8_t *host = frame(FRAME);
    mode(64, 48, 0, 32, 0, 0);
    rig_config_write(r, BAR0, ELSEWHERE, 4);
    ck_assert_uint_eq(gone.n, 1); // who remembers where it was is told
    ck_assert_uint_eq(gone.base, FRAME);
    ck_assert_uint_eq(gone.size, 1 << 20);
    ck_assert_ptr_null(frame(FRAME));
    ck_assert_uint_eq(peek(FRAME, 4), 0xffffffff);
    ck_assert_uint_eq(peek(ELSEWHERE + 0x1000, 4), 0x12345678);
    ck_assert_ptr_eq(frame(ELSEWHERE), host);
    rig_config_write(r, BAR0, RIG_RAM, 4); // over RAM, outside the windows: nowhere
    ck_assert_ptr_null(frame(ELSEWHERE));
    ck_assert(mem_read(r->machine->mem, RIG_RAM, &value, 8));
    rig_config_write(r, BAR0, MMIO & ~0xfffffull, 4); // over the registers, which come later in the list
    rig_config_write(r, COMMAND, 0, 2);
    Picture *p = screen_capture(r->machine->screen, 0); // decoding is off; it is shown all the same
    ck_assert_ptr_nonnull(p);
    picture_drop(p);
    rig_config_write(r, BAR0, FRAME, 4);
    rig_config_write(r, COMMAND, PCI_COMMAND_MEMORY, 2);
    ck_assert_uint_eq(peek(FRAME + 0x1000, 4), 0x12345678);
    rig_free(r);
}
END_TEST

START_TEST(its_contents_are_saved) {
    char error[300];
    Bytes image = {0};
    start();
    mode(64, 48, 0, 32, 0, 0);
    paint(9000);
    device_save(r->device, &image);
    ck_assert_uint_lt(image.size, 20000);
    Rig *old = r;
    start();
    frame(FRAME)[1 << 19] = 1;
    ck_assert_msg(device_load(r->device, &image, error, sizeof(error)), "%s", error);
    ck_assert_mem_eq(pci_of(r->device)->bar[0].ram, pci_of(old->device)->bar[0].ram, 1 << 20);
    Picture *p = screen_capture(r->machine->screen, 0);
    ck_assert_uint_eq(p->width, 64);
    picture_drop(p);
    for (size_t size = image.size; size-- > image.size - 5000;) {
        Bytes cut = {.data = image.data, .size = size};
        ck_assert(!device_load(r->device, &cut, error, sizeof(error)));
    }
    bytes_free(&image);
    rig_free(old);
    rig_free(r);
}
END_TEST

START_TEST(bad_sizes_are_refused) {
    static const char *const bad[] = {"vgamem=0", "vgamem=3M", "vgamem=512M", "vgamem=128k"};
    start();
    for (unsigned i = 0; i < 4; i++) {
        char error[300];
        Device *d = device_new(r->machine, &bochs_display_type, "bad");
        ck_assert(device_set_all(d, bad[i], error, sizeof(error)));
        ck_assert(!device_plug(d, error, sizeof(error)));
        ck_assert_ptr_nonnull(strstr(error, "vgamem="));
        device_free(d);
    }
    rig_free(r);
}
END_TEST

int main(void) {
    Suite *s = suite_create("bochs");
    TCase *t = tcase_create("display");
    tcase_add_test(t, what_it_is);
    tcase_add_test(t, what_is_shown);
    tcase_add_test(t, nonsense_shows_nothing);
    tcase_add_test(t, the_frame_buffer_is_moved);
    tcase_add_test(t, its_contents_are_saved);
    tcase_add_test(t, bad_sizes_are_refused);
    suite_add_tcase(s, t);
    return suite_run(s);
}
