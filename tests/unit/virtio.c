// SPDX-License-Identifier: MIT
// The virtio-mmio devices as a driver sees them: negotiation, legacy and version 2, disk requests of every
// kind, entropy, console with a back end that fills up, bad requests, reset under way, save and load.
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/core/reg.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALL = -1, SECTORS = 256, DATA = DRIVER_DATA };
enum { T_IN, T_OUT, T_FLUSH = 4, T_GET_ID = 8, T_DISCARD = 11, T_WRITE_ZEROES = 13 };

static Machine *m;
static Disk *disk;
static Driver v;
static char path[64];

static void open_disk(DiskSpec spec) {
    char error[300];
    strcpy(path, "/var/tmp/myna-virtio-XXXXXX");
    int fd = mkstemp(path);
    uint8_t sector[512];
    for (unsigned i = 0; i < SECTORS; i++) {
        memset(sector, i + 1, sizeof sector);
        ck_assert_int_eq(write(fd, sector, sizeof sector), sizeof sector);
    }
    close(fd);
    spec.file = path;
    disk = disk_open(&spec, error, sizeof error);
    ck_assert_msg(disk != NULL, "%s", error);
    machine_add_end(m, PROP_DISK, "d0", disk);
}

static void setup(void) { m = driver_machine(); }
static void teardown(void) {
    machine_free(m);
    if (disk) unlink(path);
    disk = NULL;
}

static void start_blk(DiskSpec spec, const char *props, uint64_t features) {
    open_disk(spec);
    driver_start(&v, driver_device(m, &virtio_blk_device, props), features);
}

static Seg header(unsigned slot, uint32_t type, uint64_t sector) {
    uint64_t at = DATA + slot * 0x100;
    uint32_t h[2] = {type, 0};
    memcpy(driver_ram(&v, at), h, 8);
    memcpy(driver_ram(&v, at + 8), &sector, 8);
    *driver_ram(&v, at + 0x80) = 0xee;
    return (Seg){at, 16};
}
static Seg status_at(unsigned slot) { return (Seg){DATA + slot * 0x100 + 0x80, 1}; }

// One request with one data segment; returns the status byte, *len the used length.
static unsigned request(uint32_t type, uint64_t sector, Seg data, bool in, uint32_t *len) {
    Seg out[2] = {header(0, type, sector), data}, to[2] = {data, status_at(0)};
    uint16_t head, done;
    uint32_t n;
    if (in)
        head = driver_add(&v, 0, out, 1, to + (data.len == 0), data.len ? 2 : 1);
    else
        head = driver_add(&v, 0, out, data.len ? 2 : 1, to + 1, 1);
    driver_kick(&v, 0);
    ck_assert(driver_wait(&v, 0, &done, &n));
    ck_assert_uint_eq(done, head);
    if (len) *len = n;
    return *driver_ram(&v, DATA + 0x80);
}

START_TEST(tables_are_sound) {
    const VirtioType *types[] = {&virtio_blk_device, &virtio_net_device, &virtio_serial_device,
                                 &virtio_rng_device};
    for (unsigned i = 0; i < 4; i++) {
        const char *fault = fields_check(types[i]->type.fields);
        ck_assert_msg(!fault, "%s: %s", types[i]->type.name, fault);
        fault = reg_check(&types[i]->type);
        ck_assert_msg(!fault, "%s", fault);
    }
    ck_assert_ptr_null(reg_check(&virtio_mmio_empty));
}
END_TEST

// Loop: 0 legacy, 1 version 2, 2 version 2 without EVENT_IDX and INDIRECT.
static const struct {
    const char *props;
    uint64_t features;
} modes[] = {
    {"drive=d0,serial=ABC", ALL},
    {"drive=d0,serial=ABC,force-legacy=off", ALL},
    {"drive=d0,serial=ABC,force-legacy=off", ALL & ~(VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT)},
};

START_TEST(disk_requests) {
    start_blk((DiskSpec){.discard = true}, modes[_i].props, modes[_i].features);
    uint32_t len;
    ck_assert_uint_eq(driver_reg(&v, 0x000), 0x74726976);
    ck_assert_uint_eq(driver_reg(&v, 0x004), _i ? 2 : 1);
    ck_assert_uint_eq(driver_reg(&v, 0x008), 2);
    ck_assert_uint_eq(driver_reg(&v, 0x100), SECTORS); // capacity
    ck_assert_uint_eq(device_read(v.d, 0x100, 8), SECTORS);
    ck_assert_uint_eq(device_read(v.d, 0x100 + 18, 1), 16); // heads
    ck_assert_uint_eq(driver_reg(&v, 0x100 + 20), 512);

    Seg data = {DATA + 0x1000, 1024};
    ck_assert_uint_eq(request(T_IN, 7, data, true, &len), 0);
    ck_assert_uint_eq(len, 1025);
    ck_assert_uint_eq(*driver_ram(&v, data.paddr), 8);
    ck_assert_uint_eq(*driver_ram(&v, data.paddr + 1023), 9);
    ck_assert(driver_interrupted(&v));
    ck_assert_uint_eq(driver_reg(&v, 0x060), 1);
    device_write(v.d, 0x064, 1, 4);
    ck_assert(!v.level);

    memset(driver_ram(&v, data.paddr), 0x5a, 1024);
    ck_assert_uint_eq(request(T_OUT, 100, data, false, &len), 0);
    ck_assert_uint_eq(len, 1);
    ck_assert_uint_eq(request(T_FLUSH, 0, (Seg){0}, false, NULL), 0);
    memset(driver_ram(&v, data.paddr), 0, 1024);
    ck_assert_uint_eq(request(T_IN, 100, data, true, NULL), 0);
    ck_assert_uint_eq(*driver_ram(&v, data.paddr + 1023), 0x5a);

    ck_assert_uint_eq(request(T_GET_ID, 0, (Seg){data.paddr, 20}, true, NULL), 0);
    ck_assert_str_eq((char *)driver_ram(&v, data.paddr), "ABC");
    uint64_t range[2] = {100, 1};
    memcpy(driver_ram(&v, data.paddr), range, 16);
    ck_assert_uint_eq(request(T_WRITE_ZEROES, 0, (Seg){data.paddr, 16}, false, NULL), 0);
    ck_assert_uint_eq(request(T_DISCARD, 0, (Seg){data.paddr, 16}, false, NULL), 0);
    ck_assert_uint_eq(request(T_IN, 100, data, true, NULL), 0);
    ck_assert_uint_eq(*driver_ram(&v, data.paddr), 0);
    ck_assert_uint_eq(*driver_ram(&v, data.paddr + 512), 0x5a);
}
END_TEST

START_TEST(disk_refusals) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    Seg data = {DATA + 0x1000, 512};
    ck_assert_uint_eq(request(T_IN, SECTORS, data, true, NULL), 1);
    ck_assert_uint_eq(request(T_IN, UINT64_MAX, data, true, NULL), 1);
    ck_assert_uint_eq(request(T_IN, UINT64_MAX / 512 + 1, data, true, NULL), 1); // wraps as bytes
    ck_assert_uint_eq(request(T_OUT, SECTORS - 1, (Seg){data.paddr, 1024}, false, NULL), 1);
    ck_assert_uint_eq(request(T_IN, 0, (Seg){data.paddr, 100}, true, NULL), 1); // no sectors
    ck_assert_uint_eq(request(99, 0, data, true, NULL), 2);
    uint32_t range[4] = {0, 0, 1, 8}; // a flag nobody knows
    memcpy(driver_ram(&v, data.paddr), range, 16);
    ck_assert_uint_eq(request(T_WRITE_ZEROES, 0, (Seg){data.paddr, 16}, false, NULL), 2);
    range[2] = 1u << 31, range[3] = 0;
    memcpy(driver_ram(&v, data.paddr), range, 16);
    ck_assert_uint_eq(request(T_WRITE_ZEROES, 0, (Seg){data.paddr, 16}, false, NULL), 1);
    ck_assert_uint_eq(driver_reg(&v, 0x070) & VIRTIO_NEEDS_RESET, 0);
}
END_TEST

START_TEST(read_only_disk) {
    start_blk((DiskSpec){.read_only = true}, "drive=d0,force-legacy=off", ALL);
    ck_assert(v.features & 1 << 5);
    ck_assert_uint_eq(request(T_OUT, 0, (Seg){DATA + 0x1000, 512}, false, NULL), 1);
    ck_assert_uint_eq(request(T_IN, 0, (Seg){DATA + 0x1000, 512}, true, NULL), 0);
}
END_TEST

START_TEST(many_requests_in_flight) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    for (unsigned round = 0; round < 200; round++) {
        for (unsigned i = 0; i < 5; i++) {
            Seg out = header(i, T_IN, (round + i) % SECTORS),
                in[2] = {{DATA + 0x2000 + i * 512, 512}, status_at(i)};
            driver_add(&v, 0, &out, 1, in, 2);
        }
        driver_kick(&v, 0);
        uint16_t head;
        uint32_t len;
        for (unsigned i = 0; i < 5; i++) ck_assert(driver_wait(&v, 0, &head, &len));
        for (unsigned i = 0; i < 5; i++) {
            ck_assert_uint_eq(*driver_ram(&v, DATA + i * 0x100 + 0x80), 0);
            ck_assert_uint_eq(*driver_ram(&v, DATA + 0x2000 + i * 512), (uint8_t)((round + i) % SECTORS + 1));
        }
        v.q[0].next_desc = 0;
    }
}
END_TEST

START_TEST(bad_ring_needs_reset) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    Seg out = {0x10, 16}, in = status_at(0);
    driver_add(&v, 0, &out, 1, &in, 1);
    driver_kick(&v, 0);
    for (unsigned i = 0; i < 5000 && !(driver_reg(&v, 0x070) & VIRTIO_NEEDS_RESET); i++) usleep(1000);
    ck_assert_uint_eq(driver_reg(&v, 0x070) & VIRTIO_NEEDS_RESET, VIRTIO_NEEDS_RESET);
    ck_assert_uint_eq(driver_reg(&v, 0x060), VIRTIO_ISR_CONFIG);
    driver_start(&v, v.d, ALL); // resets
    ck_assert_uint_eq(request(T_IN, 3, (Seg){DATA + 0x1000, 512}, true, NULL), 0);
    Seg tiny = {DATA, 8}; // no header
    driver_add(&v, 0, &tiny, 1, &in, 1);
    driver_kick(&v, 0);
    for (unsigned i = 0; i < 5000 && !(driver_reg(&v, 0x070) & VIRTIO_NEEDS_RESET); i++) usleep(1000);
    ck_assert_uint_eq(driver_reg(&v, 0x070) & VIRTIO_NEEDS_RESET, VIRTIO_NEEDS_RESET);
}
END_TEST

// A reset while requests are under way: nothing of before comes afterwards.
START_TEST(reset_under_way) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned i = 0; i < 5; i++) {
            Seg out = header(i, T_IN, i), in[2] = {{DATA + 0x2000 + i * 512, 512}, status_at(i)};
            driver_add(&v, 0, &out, 1, in, 2);
        }
        driver_kick(&v, 0);
        if (round % 3) usleep(round * 3);
        driver_start(&v, v.d, ALL);
        memset(driver_ram(&v, DATA + 0x2000), 0xdd, 5 * 512);
        usleep(200);
        for (unsigned i = 0; i < 5 * 512; i++) ck_assert_uint_eq(*driver_ram(&v, DATA + 0x2000 + i), 0xdd);
        uint16_t head;
        uint32_t len;
        ck_assert(!driver_used(&v, 0, &head, &len));
    }
}
END_TEST

START_TEST(features_that_were_not_offered) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    device_write(v.d, 0x070, 0, 4);
    device_write(v.d, 0x070, 3, 4);
    device_write(v.d, 0x024, 0, 4);
    device_write(v.d, 0x020, 1u << 31, 4);
    device_write(v.d, 0x070, 11, 4);
    ck_assert_uint_eq(driver_reg(&v, 0x070), 3); // FEATURES_OK refused
}
END_TEST

START_TEST(saved_queue_goes_on) {
    start_blk((DiskSpec){0}, "drive=d0,force-legacy=off", ALL);
    ck_assert_uint_eq(request(T_IN, 3, (Seg){DATA + 0x1000, 512}, true, NULL), 0);
    v.d->type->drain(v.d);
    Seg out = header(1, T_IN, 9), in[2] = {{DATA + 0x3000, 512}, status_at(1)};
    uint16_t head = driver_add(&v, 0, &out, 1, in, 2), done;
    uint32_t len;
    driver_kick(&v, 0);
    usleep(20000);
    ck_assert(!driver_used(&v, 0, &done, &len)); // drained: nothing more is begun
    Bytes image = {0};
    device_save(v.d, &image);
    device_free(v.d);
    Device *d = driver_device(m, &virtio_blk_device, "drive=d0,force-legacy=off");
    Driver old = v;
    driver_continue(&v, d, &old);
    char error[200];
    ck_assert_msg(device_load(d, &image, error, sizeof error), "%s", error);
    ck_assert(driver_interrupted(&v)); // the interrupt nobody took
    d->type->resume(d);
    ck_assert(driver_wait(&v, 0, &done, &len));
    ck_assert_uint_eq(done, head);
    ck_assert_uint_eq(*driver_ram(&v, DATA + 0x3000), 10);

    image.at = 0; // again, with a ring outside of RAM
    ck_assert(device_load(d, &image, error, sizeof error));
    Bytes bad = {0};
    ((VirtioRegs *)d->state)->q[0].desc = 0x1000;
    device_save(d, &bad);
    ck_assert(!device_load(d, &bad, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "queue 0"));
    bytes_free(&image);
    bytes_free(&bad);
}
END_TEST

START_TEST(entropy) {
    driver_start(&v, driver_device(m, &virtio_rng_device, "force-legacy=off"), ALL);
    Seg in[2] = {{DATA, 64}, {DATA + 0x100, 64}};
    uint16_t head;
    uint32_t len;
    driver_add(&v, 0, NULL, 0, in, 2);
    driver_kick(&v, 0);
    ck_assert(driver_wait(&v, 0, &head, &len));
    ck_assert_uint_eq(len, 128);
    unsigned same = 0;
    for (unsigned i = 0; i < 64; i++) same += *driver_ram(&v, DATA + i) == *driver_ram(&v, DATA + 0x100 + i);
    ck_assert_uint_lt(same, 16);
}
END_TEST

// A back end that takes `room` bytes and no more.
typedef struct Slow {
    Serial s;
    size_t room, got;
    char text[64];
} Slow;
static size_t slow_write(Serial *s, const uint8_t *bytes, size_t n) {
    Slow *w = (Slow *)s;
    if (n > w->room) n = w->room;
    memcpy(w->text + w->got, bytes, n);
    w->got += n;
    w->room -= n;
    return n;
}
static const SerialOps slow_ops = {.write = slow_write};

START_TEST(console) {
    static Slow w; // outlives the device
    w = (Slow){.s = {.ops = &slow_ops}, .room = 3};
    machine_add_end(m, PROP_SERIAL, "c0", &w.s);
    driver_start(&v, driver_device(m, &virtio_serial_device, "chardev=c0,force-legacy=off"), ALL);
    uint16_t head;
    uint32_t len;
    Seg out[2] = {{DATA, 6}, {DATA + 16, 6}}, in = {DATA + 32, 4};
    memcpy(driver_ram(&v, DATA), "hello ", 6);
    memcpy(driver_ram(&v, DATA + 16), "world!", 6);
    driver_add(&v, 1, out, 2, NULL, 0);
    driver_kick(&v, 1);
    ck_assert(!driver_used(&v, 1, &head, &len)); // it is only out in part
    ck_assert_uint_eq(w.got, 3);
    w.room = 5;
    w.s.drained(w.s.front);
    ck_assert_uint_eq(w.got, 8);
    w.room = 50;
    w.s.drained(w.s.front);
    ck_assert(driver_used(&v, 1, &head, &len));
    ck_assert_str_eq(w.text, "hello world!");

    ck_assert_uint_eq(w.s.can_receive(w.s.front), 0);
    driver_add(&v, 0, NULL, 0, &in, 1);
    ck_assert_uint_eq(w.s.can_receive(w.s.front), 4);
    w.s.receive(w.s.front, (const uint8_t *)"ok", 2);
    ck_assert(driver_used(&v, 0, &head, &len));
    ck_assert_uint_eq(len, 2);
    ck_assert_mem_eq(driver_ram(&v, DATA + 32), "ok", 2);
    device_write(v.d, 0x108, '#', 4); // emerg_wr
    ck_assert_str_eq(w.text, "hello world!#");
}
END_TEST

// Random accesses to every register, in both interfaces: no crash, and the device still works after a reset.
START_TEST(random_registers) {
    start_blk((DiskSpec){0}, _i ? "drive=d0,force-legacy=off" : "drive=d0", ALL);
    unsigned seed = 5 + _i;
    for (unsigned i = 0; i < 20000; i++) {
        unsigned size = 1u << rand_r(&seed) % 4, offset = rand_r(&seed) % 0x200 & -size;
        uint64_t value = rand_r(&seed) % 4 ? rand_r(&seed) % 16u : DRIVER_RAM + (rand_r(&seed) & 0xffff000u);
        if (rand_r(&seed) % 2)
            device_write(v.d, offset, value, size);
        else
            device_read(v.d, offset, size);
    }
    driver_start(&v, v.d, ALL);
    ck_assert_uint_eq(request(T_IN, 3, (Seg){DATA + 0x1000, 512}, true, NULL), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("virtio");
    TCase *c = tcase_create("mmio");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, tables_are_sound);
    tcase_add_loop_test(c, disk_requests, 0, 3);
    tcase_add_test(c, disk_refusals);
    tcase_add_test(c, read_only_disk);
    tcase_add_test(c, many_requests_in_flight);
    tcase_add_test(c, bad_ring_needs_reset);
    tcase_add_test(c, reset_under_way);
    tcase_add_test(c, features_that_were_not_offered);
    tcase_add_test(c, saved_queue_goes_on);
    tcase_add_test(c, entropy);
    tcase_add_test(c, console);
    tcase_add_loop_test(c, random_registers, 0, 2);
    suite_add_tcase(s, c);
    return suite_run(s);
}
