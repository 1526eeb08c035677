// SPDX-License-Identifier: MIT
// The NOR flash as software drives it: query, identity, erase, program by words and by buffer, its errors, and an
// image that follows.
#include "hw/misc/pflash.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

#define BOTH(x) ((x) | (uint32_t)(x) << 16) // the same for both chips
static Rig *r;
static char error[400];

static void setup(void) { r = rig_new(&pflash_type, ""); }
static void teardown(void) { rig_free(r); }
static void put(uint32_t at, uint32_t value) { rig_write(r, at, value, 4); }
static uint32_t get(uint32_t at) { return (uint32_t)rig_read(r, at, 4); }
static uint32_t status(void) {
    put(0, BOTH(0x70));
    uint32_t value = get(0x1234);
    put(0, BOTH(0x50));
    put(0, BOTH(0xff));
    return value;
}

START_TEST(query_tells_the_geometry) {
    static const struct {
        unsigned at, value;
    } wanted[] = {{0x10, 'Q'}, {0x11, 'R'}, {0x12, 'Y'}, {0x13, 1}, {0x14, 0}, {0x15, 0x31}, {0x27, 24}, {0x2a, 11},
                  {0x2c, 1}, {0x2d, 127}, {0x2e, 0}, {0x2f, 0}, {0x30, 2}, {0x31, 'P'}, {0x32, 'R'}, {0x33, 'I'}};
    put(0x55 * 4, BOTH(0x98));
    for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        ck_assert_uint_eq(get(wanted[i].at * 4), BOTH(wanted[i].value));
    ck_assert_uint_eq(rig_read(r, 0x10 * 4, 1), 'Q');
    ck_assert_uint_eq(rig_read(r, 0x10 * 4 + 2, 2), 'Q'); // the other chip
    ck_assert_uint_eq(get(0x4000), 0);
    put(0, BOTH(0x90));
    ck_assert_uint_eq(get(0), BOTH(0x89));
    ck_assert_uint_eq(get(4), BOTH(0x18));
    ck_assert_uint_eq(get(8), 0); // not locked
    put(0, BOTH(0xff));
    ck_assert_uint_eq(get(0x40), 0xffffffff);
}
END_TEST

START_TEST(the_larger_one_says_so) {
    Rig *small = r;
    r = rig_new(&pflash_64_type, "");
    put(0x55 * 4, BOTH(0x98));
    ck_assert_uint_eq(get(0x27 * 4), BOTH(25));
    ck_assert_uint_eq(get(0x2d * 4), BOTH(255));
    put(0, BOTH(0xff));
    ck_assert(pflash_fill(r->device, "firmware", 8, error, sizeof(error)));
    ck_assert_uint_eq(get(0), 0x6d726966);
    ck_assert_uint_eq(get(8), 0xffffffff);
    ck_assert_uint_eq(get(PFLASH_SIZE_64 - 4), 0xffffffff);
    ck_assert(!pflash_fill(r->device, "", PFLASH_SIZE_64 + 1, error, sizeof(error)));
    rig_free(r);
    r = small;
}
END_TEST

START_TEST(erase_and_program) {
    put(0x40100, BOTH(0x40));
    put(0x40100, 0x12345678);
    ck_assert_uint_eq(get(0x40100), BOTH(0x80)); // reads show the status
    ck_assert_uint_eq(status(), BOTH(0x80));
    ck_assert_uint_eq(get(0x40100), 0x12345678);
    put(0x40100, BOTH(0x10)); // the other code; bits are only cleared
    put(0x40100, 0xff00ff00);
    put(0, BOTH(0xff));
    ck_assert_uint_eq(get(0x40100), 0x12005600);
    put(0x7fffc, BOTH(0x40));
    put(0x7fffc, 0);
    put(0x80000, BOTH(0x40)); // the next block
    put(0x80000, 0);
    put(0x5a5a4, BOTH(0x20)); // anywhere in the block
    put(0x5a5a4, BOTH(0xd0));
    ck_assert_uint_eq(status(), BOTH(0x80));
    ck_assert_uint_eq(get(0x40100), 0xffffffff);
    ck_assert_uint_eq(get(0x7fffc), 0xffffffff);
    ck_assert_uint_eq(get(0x80000), 0);
}
END_TEST

START_TEST(buffer_program) {
    put(0x1000, BOTH(0xe8));
    ck_assert_uint_eq(get(0x1000), BOTH(0x80)); // a buffer is there
    put(0x1000, BOTH(3));
    for (uint32_t i = 0; i < 4; i++) put(0x1008 + 4 * i, 0x01010101 * i);
    put(0x1000, BOTH(0xd0));
    ck_assert_uint_eq(status(), BOTH(0x80));
    ck_assert_uint_eq(get(0x1004), 0xffffffff);
    for (uint32_t i = 0; i < 4; i++) ck_assert_uint_eq(get(0x1008 + 4 * i), 0x01010101 * i);
    ck_assert_uint_eq(get(0x1018), 0xffffffff);
    put(0x1000, BOTH(0xe8)); // no confirmation: nothing happens, and both error bits say so
    put(0x1000, 0);
    put(0x1000, 0);
    put(0x1000, BOTH(0xff));
    ck_assert_uint_eq(status(), BOTH(0xb0));
    ck_assert_uint_eq(get(0x1000), 0xffffffff);
    put(0x1000, BOTH(0xe8)); // data that leaves the buffer
    put(0x1000, BOTH(1));
    put(0x2000, 0);
    ck_assert_uint_eq(status(), BOTH(0xb0));
    put(0x1000, BOTH(0xe8)); // more words than there are
    put(0x1000, BOTH(0x7fff));
    ck_assert_uint_eq(status(), BOTH(0xb0));
    ck_assert_uint_eq(status(), BOTH(0x80)); // cleared
}
END_TEST

static DiskSpec image(const char *name, off_t size) {
    static char path[2][64];
    static unsigned n;
    snprintf(path[++n & 1], sizeof(path[0]), "/tmp/myna-pflash-%s-%d", name, (int)getpid());
    int fd = open(path[n & 1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert(fd >= 0 && !ftruncate(fd, size) && pwrite(fd, "firmware", 8, 0) == 8);
    close(fd);
    return (DiskSpec){.file = path[n & 1]};
}

static bool plug(const DiskSpec *spec) {
    Disk *disk = disk_open(spec, error, sizeof(error));
    ck_assert_msg(disk, "%s", error);
    ck_assert(machine_add_end(r->machine, PROP_DISK, spec->read_only ? "ro" : "rw", disk));
    r->device = device_new(r->machine, &pflash_type, "flash");
    return device_set_all(r->device, spec->read_only ? "drive=ro" : "drive=rw", error, sizeof(error)) &&
           device_plug(r->device, error, sizeof(error)) && (device_reset(r->device), true);
}

START_TEST(image_follows) {
    char bytes[9] = "";
    DiskSpec spec = image("rw", PFLASH_SIZE);
    ck_assert_msg(plug(&spec), "%s", error);
    ck_assert_uint_eq(get(0), 0x6d726966); // "firm"
    put(4, BOTH(0x40));
    put(4, 0);
    put(0x40000, BOTH(0x20));
    put(0x40000, BOTH(0xd0));
    int fd = open(spec.file, O_RDONLY);
    ck_assert(pread(fd, bytes, 8, 0) == 8 && !memcmp(bytes, "firm\0\0\0\0", 8));
    ck_assert(pread(fd, bytes, 8, 0x7fff8) == 8 && !memcmp(bytes, "\xff\xff\xff\xff\xff\xff\xff\xff", 8));
    ck_assert(pread(fd, bytes, 8, 0x80000) == 8 && !memcmp(bytes, "\0\0\0\0\0\0\0\0", 8));
    close(fd);
    unlink(spec.file);
}
END_TEST

START_TEST(read_only_image) {
    DiskSpec spec = image("ro", PFLASH_SIZE);
    spec.read_only = true;
    ck_assert_msg(plug(&spec), "%s", error);
    put(0, BOTH(0x40));
    put(0, 0);
    ck_assert_uint_eq(status(), BOTH(0x92));
    put(0, BOTH(0x20));
    put(0, BOTH(0xd0));
    ck_assert_uint_eq(status(), BOTH(0xa2));
    ck_assert_uint_eq(get(0), 0x6d726966);
    unlink(spec.file);
}
END_TEST

START_TEST(wrong_size) {
    DiskSpec spec = image("small", 1 << 20);
    ck_assert(!plug(&spec));
    ck_assert_ptr_nonnull(strstr(error, "truncate -s 32M"));
    unlink(spec.file);
}
END_TEST

int main(void) {
    Suite *s = suite_create("pflash");
    TCase *t = tcase_create("pflash");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, query_tells_the_geometry);
    tcase_add_test(t, the_larger_one_says_so);
    tcase_add_test(t, erase_and_program);
    tcase_add_test(t, buffer_program);
    tcase_add_test(t, image_follows);
    tcase_add_test(t, read_only_image);
    tcase_add_test(t, wrong_size);
    suite_add_tcase(s, t);
    return suite_run(s);
}
