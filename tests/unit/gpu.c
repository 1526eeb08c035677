// SPDX-License-Identifier: MIT
// virtio-gpu (Virtual I/O Device 1.2, 5.7) from the driver's side to the picture: known patterns in each pixel
// format, through pieces of memory, offsets, strides, views, heads and cursors, compared pixel by pixel; what
// clients are told; sizes and commands that make no sense; saving and loading.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/gpu_driver.h"
#include "tests/lib/suite.h"

enum { W = 40, H = 30, OK = VIRTIO_GPU_RESP_OK_NODATA };
#define RECT(x, y, w, h) ((struct virtio_gpu_rect){(x), (y), (w), (h)})
#define ALL              RECT(0, 0, W, H)

// A colour that tells where it belongs.
static uint32_t colour(unsigned x, unsigned y) {
    return 0xff000000 | (x * 5 + 3) << 16 | (y * 7 + 1) << 8 | ((x * y + 11) & 255);
}

// The formats of the spec and which byte of a pixel is red, green, blue.
static const struct {
    uint32_t format;
    uint8_t r, g, b;
} formats[] = {
    {VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 2, 1, 0}, {VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 2, 1, 0},
    {VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 1, 2, 3}, {VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 1, 2, 3},
    {VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 1, 2}, {VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 3, 2, 1},
    {VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 3, 2, 1}, {VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 1, 2},
};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static void put_pixel(GpuRig *g, uint64_t at, unsigned f, uint32_t rgb) {
    uint8_t bytes[4] = {0x5a, 0x5a, 0x5a, 0x5a};
    bytes[formats[f].r] = (uint8_t)(rgb >> 16);
    bytes[formats[f].g] = (uint8_t)(rgb >> 8);
    bytes[formats[f].b] = (uint8_t)rgb;
    if (!g->driver.d) driver_start(&g->driver, g->device, UINT64_MAX);
    memcpy(driver_ram(&g->driver, at), bytes, 4);
}

static void put_pattern(GpuRig *g, uint64_t at, unsigned f, unsigned stride) {
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) put_pixel(g, at + y * stride + x * 4, f, colour(x, y));
}

static Picture *capture(GpuRig *g, unsigned head) { return screen_capture(g->machine->screen, head); }

static uint32_t rgb_at(Picture *p, unsigned x, unsigned y) { return *picture_at(p, x, y) & 0xffffff; }

static void check_view(GpuRig *g, unsigned head, unsigned left, unsigned top, unsigned width,
                       unsigned height) {
    Picture *p = capture(g, head);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->width, width);
    ck_assert_uint_eq(p->height, height);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            ck_assert_uint_eq(rgb_at(p, x, y), colour(left + x, top + y) & 0xffffff);
    picture_drop(p);
}

// A resource in pieces that end in the middle of pixels.
static void make_resource(GpuRig *g, uint32_t id, unsigned f) {
    Seg pieces[3] = {{GPU_PIXELS, 1001}, {GPU_PIXELS + 1001, 2002}, {GPU_PIXELS + 3003, W * H * 4 - 3003}};
    put_pattern(g, GPU_PIXELS, f, W * 4);
    ck_assert_uint_eq(gpu_create_2d(g, id, formats[f].format, W, H), OK);
    ck_assert_uint_eq(gpu_attach_pieces(g, id, 3, pieces), OK);
}

START_TEST(test_format) {
    GpuRig g = gpu_rig("");
    make_resource(&g, 1, (unsigned)_i);
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, ALL, 0), OK);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 1, ALL), OK);
    check_view(&g, 0, 0, 0, W, H);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 1, RECT(7, 3, 20, 11)), OK);
    check_view(&g, 0, 7, 3, 20, 11);
    machine_free(g.machine);
}
END_TEST

START_TEST(test_part_of_a_transfer) {
    GpuRig g = gpu_rig("");
    make_resource(&g, 1, 1);
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, RECT(5, 4, 10, 6), (4 * W + 5) * 4), OK);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 1, ALL), OK);
    Picture *p = capture(&g, 0);
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) {
            bool in = x >= 5 && x < 15 && y >= 4 && y < 10;
            ck_assert_uint_eq(rgb_at(p, x, y), in ? colour(x, y) & 0xffffff : 0);
        }
    picture_drop(p);
    machine_free(g.machine);
}
END_TEST

static uint32_t create_blob(GpuRig *g, uint32_t id, uint64_t size, uint64_t at, uint32_t bytes) {
    struct {
        struct virtio_gpu_resource_create_blob c;
        struct virtio_gpu_mem_entry entry;
    } b = {.c = {.resource_id = id, .blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST, .nr_entries = 1, .size = size},
           .entry = {at, bytes, 0}};
    return gpu_command(g, 0, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, &b, sizeof(b));
}

static uint32_t show_blob(GpuRig *g, uint32_t id, uint32_t format, uint32_t stride, uint32_t offset,
                          struct virtio_gpu_rect r) {
    struct virtio_gpu_set_scanout_blob c = {
        .r = r, .resource_id = id, .width = W, .height = H, .format = format};
    c.strides[0] = stride;
    c.offsets[0] = offset;
    return gpu_command(g, 0, VIRTIO_GPU_CMD_SET_SCANOUT_BLOB, &c, sizeof(c));
}

START_TEST(test_blob) {
    enum { STRIDE = 256, OFFSET = 4096 + 64, SIZE = OFFSET + STRIDE * H };
    unsigned f = (unsigned)_i;
    GpuRig g = gpu_rig("max_outputs=2");
    put_pattern(&g, GPU_PIXELS + OFFSET, f, STRIDE);
    ck_assert_uint_eq(create_blob(&g, 9, SIZE, GPU_PIXELS, SIZE), OK);
    ck_assert_uint_eq(show_blob(&g, 9, formats[f].format, STRIDE, OFFSET, RECT(2, 1, 30, 20)), OK);
    check_view(&g, 0, 2, 1, 30, 20);
    // What the guest draws shows when it is flushed, and no more than was flushed.
    put_pixel(&g, GPU_PIXELS + OFFSET + 10 * STRIDE + 10 * 4, f, 0x123456);
    put_pixel(&g, GPU_PIXELS + OFFSET + 15 * STRIDE + 10 * 4, f, 0x123456);
    ck_assert_uint_eq(gpu_flush_rect(&g, 9, RECT(0, 0, W, 12)), OK);
    Picture *p = capture(&g, 0);
    ck_assert_uint_eq(rgb_at(p, 8, 9), 0x123456);
    ck_assert_uint_eq(rgb_at(p, 8, 14), colour(10, 15) & 0xffffff);
    picture_drop(p);
    // Beyond the blob, rows closer than they are wide.
    ck_assert_uint_eq(show_blob(&g, 9, formats[f].format, STRIDE, OFFSET + STRIDE, ALL),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(show_blob(&g, 9, formats[f].format, W * 4 - 1, 0, ALL),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    machine_free(g.machine);
}
END_TEST

START_TEST(test_heads) {
    GpuRig g = gpu_rig("max_outputs=4");
    make_resource(&g, 1, 0);
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, ALL, 0), OK);
    for (unsigned i = 0; i < 4; i++) ck_assert_uint_eq(gpu_scanout(&g, i, 1, RECT(i, 2 * i, 10 + i, 9)), OK);
    for (unsigned i = 0; i < 4; i++) check_view(&g, i, i, 2 * i, 10 + i, 9);
    ck_assert_uint_eq(gpu_scanout(&g, 4, 1, ALL), VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID);
    ck_assert_uint_eq(gpu_scanout(&g, 2, 0, ALL), OK); // off
    ck_assert_ptr_null(capture(&g, 2));
    struct virtio_gpu_resource_unref u = {.resource_id = 1}; // takes the others along
    ck_assert_uint_eq(gpu_command(&g, 0, VIRTIO_GPU_CMD_RESOURCE_UNREF, &u, sizeof(u)), OK);
    ck_assert_ptr_null(capture(&g, 0));
    machine_free(g.machine);
}
END_TEST

// Half-transparent red of 64 by 64, its hot spot in its middle.
static void show_cursor(GpuRig *g, int x, int y) {
    Seg piece = {GPU_PIXELS + 0x100000, CURSOR_SIDE * CURSOR_SIDE * 4};
    uint32_t *pixels = (uint32_t *)driver_ram(&g->driver, piece.paddr);
    for (unsigned i = 0; i < CURSOR_SIDE * CURSOR_SIDE; i++) pixels[i] = 0x80ff0000;
    ck_assert_uint_eq(gpu_create_2d(g, 77, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, CURSOR_SIDE, CURSOR_SIDE), OK);
    ck_assert_uint_eq(gpu_attach_pieces(g, 77, 1, &piece), OK);
    ck_assert_uint_eq(gpu_transfer_rect(g, 77, RECT(0, 0, CURSOR_SIDE, CURSOR_SIDE), 0), OK);
    ck_assert_uint_eq(gpu_set_cursor(g, 0, 77, x, y, 32, 32), OK);
}

static void check_cursor(GpuRig *g, int left, int top) {
    Picture *p = capture(g, 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            uint32_t under = colour((unsigned)x, (unsigned)y), r = under >> 16 & 255, b = under >> 8 & 255,
                     c = under & 255;
            bool in = x >= left && x < left + CURSOR_SIDE && y >= top && y < top + CURSOR_SIDE;
            uint32_t over = ((255 * 128 + r * 127 + 127) / 255) << 16 | ((b * 127 + 127) / 255) << 8 |
                            (c * 127 + 127) / 255;
            ck_assert_uint_eq(rgb_at(p, (unsigned)x, (unsigned)y), in ? over : under & 0xffffff);
        }
    picture_drop(p);
}

START_TEST(test_cursor) {
    GpuRig g = gpu_rig("");
    make_resource(&g, 1, 1);
    gpu_transfer_rect(&g, 1, ALL, 0);
    gpu_scanout(&g, 0, 1, ALL);
    show_cursor(&g, 10, 5);
    check_cursor(&g, 10, 5);
    struct virtio_gpu_update_cursor move = {.pos = {0, (uint32_t)-50, (uint32_t)-40, 0}};
    ck_assert_uint_eq(gpu_command(&g, 1, VIRTIO_GPU_CMD_MOVE_CURSOR, &move, sizeof(move)), OK);
    check_cursor(&g, -50, -40);
    ck_assert_uint_eq(gpu_set_cursor(&g, 0, 0, 0, 0, 0, 0), OK); // hidden
    check_view(&g, 0, 0, 0, W, H);
    ck_assert_uint_ne(gpu_set_cursor(&g, 0, 1, 0, 0, 0, 0), OK); // not 64 by 64
    machine_free(g.machine);
}
END_TEST

// ---- what clients are told

static unsigned wakes;
static void on_wake(void *opaque) { wakes++; }

static unsigned take(GpuRig *g, ScreenClient *c, Rect *damage) {
    screen_take(g->machine->screen);
    unsigned what = screen_what(g->machine->screen, c, 0, damage);
    screen_drop(g->machine->screen);
    return what;
}

static void check_rect(Rect r, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
    ck_assert_uint_eq(r.x, x);
    ck_assert_uint_eq(r.y, y);
    ck_assert_uint_eq(r.width, width);
    ck_assert_uint_eq(r.height, height);
}

START_TEST(test_damage) {
    GpuRig g = gpu_rig("");
    ScreenClient c = {.wake = on_wake};
    Rect d;
    make_resource(&g, 1, 1);
    screen_attach(g.machine->screen, &c);
    take(&g, &c, &d);
    wakes = 0;
    gpu_scanout(&g, 0, 1, RECT(10, 10, 20, 10));
    ck_assert_uint_eq(take(&g, &c, &d), SCREEN_PIXELS | SCREEN_SIZE);
    check_rect(d, 0, 0, 20, 10);
    gpu_flush_rect(&g, 1, RECT(0, 0, 9, 9)); // not in view
    ck_assert_uint_eq(take(&g, &c, &d), 0);
    gpu_flush_rect(&g, 1, RECT(0, 0, 12, 12));
    gpu_flush_rect(&g, 1, RECT(20, 15, 20, 1));
    ck_assert_uint_eq(take(&g, &c, &d), SCREEN_PIXELS);
    check_rect(d, 0, 0, 20, 6);
    ck_assert_uint_eq(wakes, 2);               // once for each time there was news
    gpu_scanout(&g, 0, 1, RECT(0, 0, 20, 10)); // another place of the same size
    ck_assert_uint_eq(take(&g, &c, &d), SCREEN_PIXELS);
    gpu_flush_rect(&g, 1, ALL);
    gpu_scanout(&g, 0, 1, RECT(0, 0, 5, 5)); // smaller: no damage of the old size is left
    take(&g, &c, &d);
    check_rect(d, 0, 0, 5, 5);
    screen_detach(g.machine->screen, &c);
    machine_free(g.machine);
}
END_TEST

static struct virtio_gpu_resp_display_info display_info(GpuRig *g) {
    struct virtio_gpu_ctrl_hdr c = {0};
    struct virtio_gpu_resp_display_info info;
    ck_assert_uint_eq(gpu_command(g, 0, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &c, sizeof(c)),
                      VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
    memcpy(&info, driver_ram(&g->driver, GPU_ANSWER), sizeof(info));
    return info;
}

START_TEST(test_mode_request) {
    GpuRig g = gpu_rig("xres=800,yres=600,max_outputs=2");
    struct virtio_gpu_resp_display_info info = display_info(&g);
    ck_assert_uint_eq(info.pmodes[0].r.width, 800);
    ck_assert_uint_eq(info.pmodes[1].r.x, 800);
    ck_assert_uint_eq(info.pmodes[2].enabled, 0);
    ck_assert_uint_eq(driver_reg(&g.driver, 0x100), 0);
    screen_request_mode(g.machine->screen, 0, 1000, 700);
    ck_assert(driver_interrupted(&g.driver));
    ck_assert_uint_eq(driver_reg(&g.driver, 0x100), VIRTIO_GPU_EVENT_DISPLAY);
    device_write(g.device, 0x104, VIRTIO_GPU_EVENT_DISPLAY, 4);
    ck_assert_uint_eq(driver_reg(&g.driver, 0x100), 0);
    info = display_info(&g);
    ck_assert_uint_eq(info.pmodes[0].r.width, 1000);
    ck_assert_uint_eq(info.pmodes[0].r.height, 700);
    screen_request_mode(g.machine->screen, 0, 1000, 700); // as it is
    screen_request_mode(g.machine->screen, 0, UINT32_MAX, 1);
    screen_request_mode(g.machine->screen, 7, 100, 100);
    ck_assert_uint_eq(driver_reg(&g.driver, 0x100), 0);
    for (unsigned i = 0; i < 1000; i++) screen_request_mode(g.machine->screen, i % 2, 100 + i, 200 + i);
    ck_assert_uint_eq(display_info(&g).pmodes[1].r.height, 1199);
    machine_free(g.machine);
}
END_TEST

START_TEST(test_edid) {
    GpuRig g = gpu_rig("xres=1920,yres=1080");
    struct virtio_gpu_cmd_get_edid c = {.scanout = 0};
    struct virtio_gpu_resp_edid e;
    ck_assert_uint_eq(gpu_command(&g, 0, VIRTIO_GPU_CMD_GET_EDID, &c, sizeof(c)), VIRTIO_GPU_RESP_OK_EDID);
    memcpy(&e, driver_ram(&g.driver, GPU_ANSWER), sizeof(e));
    ck_assert_uint_eq(e.size, 128);
    uint8_t sum = 0;
    for (unsigned i = 0; i < 128; i++) sum += e.edid[i];
    ck_assert_uint_eq(sum, 0);
    const uint8_t *t = e.edid + 54; // the preferred timing, E-EDID 3.10.2
    ck_assert_uint_eq(t[2] | (t[4] >> 4) << 8, 1920);
    ck_assert_uint_eq(t[5] | (t[7] >> 4) << 8, 1080);
    c.scanout = 1;
    ck_assert_uint_eq(gpu_command(&g, 0, VIRTIO_GPU_CMD_GET_EDID, &c, sizeof(c)),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    machine_free(g.machine);
}
END_TEST

// ---- what makes no sense

START_TEST(test_absurd) {
    GpuRig g = gpu_rig("max_hostmem=1M");
    struct virtio_gpu_ctrl_hdr h = {0};
    Seg outside = {0x1000, 4096}, far = {DRIVER_RAM + DRIVER_RAM_SIZE - 4096, 8192}, one = {GPU_PIXELS, 64};
    ck_assert_uint_eq(gpu_create_2d(&g, 0, 1, 8, 8), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 5, 8, 8), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 1, 0, 8), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 1, UINT32_MAX, UINT32_MAX), VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 1, 600, 600),
                      VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY); // more than max_hostmem
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 1, 16, 16), OK);
    ck_assert_uint_eq(gpu_create_2d(&g, 1, 1, 16, 16), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(gpu_attach_pieces(&g, 1, 1, &outside), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_attach_pieces(&g, 1, 1, &far), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_attach_pieces(&g, 2, 1, &one), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, RECT(0, 0, 16, 16), 0),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER); // no memory
    ck_assert_uint_eq(gpu_attach_pieces(&g, 1, 1, &one), OK);
    ck_assert_uint_eq(gpu_attach_pieces(&g, 1, 1, &one), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER); // has some
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, RECT(0, 0, 16, 16), 0),
                      OK); // less than needed: the rest stays
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, RECT(0, 0, 16, 16), UINT64_MAX - 3),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_transfer_rect(&g, 1, RECT(UINT32_MAX, 0, 2, 1), 0),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 1, RECT(0, 0, 17, 16)), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 1, RECT(0, 0, 0, 0)), VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_scanout(&g, 0, 3, RECT(0, 0, 1, 1)), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    ck_assert_uint_eq(gpu_flush_rect(&g, 1, RECT(1, 1, UINT32_MAX, UINT32_MAX)),
                      VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(gpu_command(&g, 0, 0xdead, &h, sizeof(h)), VIRTIO_GPU_RESP_ERR_UNSPEC);
    ck_assert_uint_eq(gpu_command(&g, 0, VIRTIO_GPU_CMD_SET_SCANOUT, &h, sizeof(h)),
                      VIRTIO_GPU_RESP_ERR_UNSPEC); // cut
    ck_assert_uint_eq(gpu_command(&g, 1, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &h, sizeof(h)),
                      VIRTIO_GPU_RESP_ERR_UNSPEC); // wrong queue
    // Small resources count too: the host's memory ends before its patience does.
    uint32_t last = OK;
    for (uint32_t id = 10; last == OK && id < 10000; id++) last = gpu_create_2d(&g, id, 1, 1, 1);
    ck_assert_uint_eq(last, VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    machine_free(g.machine);
}
END_TEST

START_TEST(test_fence) {
    GpuRig g = gpu_rig("");
    struct virtio_gpu_ctrl_hdr h = {.flags = VIRTIO_GPU_FLAG_FENCE, .fence_id = 0x123456789abc, .ctx_id = 5},
                               answer;
    gpu_command(&g, 0, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &h, sizeof(h));
    memcpy(&answer, driver_ram(&g.driver, GPU_ANSWER), sizeof(answer));
    ck_assert_uint_eq(answer.flags, VIRTIO_GPU_FLAG_FENCE);
    ck_assert_uint_eq(answer.fence_id, 0x123456789abc);
    ck_assert_uint_eq(answer.ctx_id, 5);
    machine_free(g.machine);
}
END_TEST

// ---- saving

static void load_into(GpuRig *to, const Bytes *image, size_t size, bool good) {
    char error[300];
    uint8_t *copy = malloc(size + 1); // so that a sanitizer sees what is read past the end
    memcpy(copy, image->data, size);
    Bytes cut = {.data = copy, .size = size};
    ck_assert_int_eq(device_load(to->device, &cut, error, sizeof(error)), good);
    free(copy);
}

START_TEST(test_save) {
    GpuRig a = gpu_rig("max_outputs=2"), b = gpu_rig("max_outputs=2");
    Bytes image = {0};
    make_resource(&a, 1, 1);
    gpu_transfer_rect(&a, 1, ALL, 0);
    gpu_scanout(&a, 0, 1, RECT(1, 2, 30, 20));
    show_cursor(&a, 3, 4);
    ck_assert_uint_eq(create_blob(&a, 5, 8192, GPU_PIXELS, 8192), OK);
    device_save(a.device, &image);
    Picture *before = capture(&a, 0);
    uint8_t *ram = driver_ram(&a.driver, DRIVER_RAM);
    memcpy(mem_host(b.machine->mem, DRIVER_RAM, DRIVER_RAM_SIZE, true), ram, DRIVER_RAM_SIZE);
    load_into(&b, &image, image.size, true);
    Picture *after = capture(&b, 0);
    ck_assert_ptr_nonnull(after);
    ck_assert_int_eq(memcmp(before->pixels, after->pixels, 30 * 20 * 4), 0);
    driver_continue(&b.driver, b.device, &a.driver);
    ck_assert_uint_eq(gpu_transfer_rect(&b, 1, RECT(0, 0, 1, 1), 0), OK); // its memory is still known
    ck_assert_uint_eq(gpu_create_2d(&b, 5, 1, 1, 1), VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    for (size_t cut = 0; cut < image.size; cut += 97) load_into(&b, &image, cut, false);
    ck_assert_ptr_null(capture(&b, 0));
    picture_drop(before);
    picture_drop(after);
    bytes_free(&image);
    machine_free(a.machine);
    machine_free(b.machine);
}
END_TEST

int main(void) {
    Suite *s = suite_create("gpu");
    TCase *t = tcase_create("gpu");
    tcase_add_loop_test(t, test_format, 0, FORMATS);
    tcase_add_loop_test(t, test_blob, 0, FORMATS);
    tcase_add_test(t, test_part_of_a_transfer);
    tcase_add_test(t, test_heads);
    tcase_add_test(t, test_cursor);
    tcase_add_test(t, test_damage);
    tcase_add_test(t, test_mode_request);
    tcase_add_test(t, test_edid);
    tcase_add_test(t, test_absurd);
    tcase_add_test(t, test_fence);
    tcase_add_test(t, test_save);
    suite_add_tcase(s, t);
    return suite_run(s);
}
