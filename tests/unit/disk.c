// SPDX-License-Identifier: MIT
// Disk images: exact transfers, the end of the file, read-only, holes, the throw-away overlay against a
// model, locking between two openers, workers with many requests in flight, the pull source and pausing.
#include "hw/host/disk.h"
#include "tests/lib/suite.h"
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64];
static char error[512];

static void setup(void) {
    strcpy(path, "/var/tmp/myna-disk-XXXXXX");
    int fd = mkstemp(path);
    ck_assert(fd >= 0);
    uint8_t page[4096];
    for (int i = 0; i < 64; i++) {
        memset(page, i + 1, sizeof page);
        ck_assert_int_eq(write(fd, page, sizeof page), sizeof page);
    }
    close(fd);
}
static void teardown(void) { unlink(path); }

static Disk *open_with(DiskSpec spec) {
    spec.file = path;
    Disk *d = disk_open(&spec, error, sizeof error);
    ck_assert_msg(d != NULL, "%s", error);
    return d;
}

static int one(Disk *d, DiskOp op, uint64_t offset, void *data, uint64_t length) {
    struct iovec iov = {data, length};
    DiskRequest r = {.op = op, .offset = offset, .length = length, .iov = &iov, .niov = 1, .unmap = true};
    return disk_run(d, &r);
}

START_TEST(many_odd_segments) {
    Disk *d = open_with((DiskSpec){0});
    static uint8_t out[200000], in[200000];
    for (unsigned i = 0; i < sizeof out; i++) out[i] = i * 7 + i / 256;
    struct iovec iov[300];
    unsigned n = 0;
    uint64_t total = 0;
    for (; n < 300; n++)
        iov[n] = (struct iovec){out + total, n * 3 % 701}, total += iov[n].iov_len; // some are empty
    DiskRequest w = {.op = DISK_WRITE, .offset = 512, .length = total, .iov = iov, .niov = n};
    ck_assert_int_eq(disk_run(d, &w), 0);
    ck_assert_int_eq(one(d, DISK_READ, 512, in, total), 0);
    ck_assert_mem_eq(in, out, total);
    ck_assert_int_eq(one(d, DISK_READ, 0, in, 512), 0);
    ck_assert_uint_eq(in[511], 1); // the sector before is untouched
    DiskRequest lie = {.op = DISK_READ, .offset = 0, .length = total + 1, .iov = iov, .niov = n};
    ck_assert_int_eq(disk_run(d, &lie), EINVAL); // an iovec shorter than the request
    disk_close(d);
}
END_TEST

START_TEST(end_of_file) {
    ck_assert_int_eq(truncate(path, 1000), 0); // no multiple of a sector
    Disk *d = open_with((DiskSpec){0});
    ck_assert_uint_eq(disk_size(d), 1024);
    uint8_t in[512];
    memset(in, 0xee, sizeof in);
    ck_assert_int_eq(one(d, DISK_READ, 512, in, 512), 0);
    ck_assert_uint_eq(in[487], 1);
    ck_assert_uint_eq(in[488], 0);
    ck_assert_uint_eq(in[511], 0);
    ck_assert_int_eq(one(d, DISK_READ, 1024, in, 512), EINVAL);
    ck_assert_int_eq(one(d, DISK_READ, UINT64_MAX - 255, in, 512), EINVAL);
    ck_assert_int_eq(one(d, DISK_WRITE, 768, in, 512), EINVAL);
    disk_close(d);
}
END_TEST

START_TEST(read_only_refuses_writes) {
    Disk *d = open_with((DiskSpec){.read_only = true});
    uint8_t b[512] = {0};
    ck_assert_int_eq(one(d, DISK_WRITE, 0, b, 512), EROFS);
    ck_assert_int_eq(one(d, DISK_ZERO, 0, NULL, 512), EROFS);
    ck_assert_int_eq(one(d, DISK_DISCARD, 0, NULL, 512), EROFS);
    ck_assert_int_eq(one(d, DISK_READ, 0, b, 512), 0);
    ck_assert_uint_eq(b[0], 1);
    disk_close(d);
}
END_TEST

START_TEST(discard_gives_space_back) {
    Disk *d = open_with((DiskSpec){.discard = true});
    struct stat before, after;
    stat(path, &before);
    ck_assert_int_eq(one(d, DISK_DISCARD, 65536, NULL, 65536), 0);
    ck_assert_int_eq(one(d, DISK_FLUSH, 0, NULL, 0), 0);
    stat(path, &after);
    uint8_t b[512];
    ck_assert_int_eq(one(d, DISK_READ, 65536, b, 512), 0);
    if (after.st_blocks < before.st_blocks) ck_assert_uint_eq(b[0], 0); // the file system makes holes
    ck_assert_int_eq(one(d, DISK_ZERO, 0, NULL, 4096 + 512), 0);
    ck_assert_int_eq(one(d, DISK_READ, 4096, b, 512), 0);
    ck_assert_uint_eq(b[0] | b[511], 0);
    ck_assert_int_eq(one(d, DISK_READ, 4096 + 512, b, 512), 0);
    ck_assert_uint_eq(b[0], 2);
    disk_close(d);
    stat(path, &after);
    ck_assert_int_eq(after.st_size, before.st_size);
}
END_TEST

// Random writes, zeroes and reads through the overlay match a model; the file does not change by a byte.
START_TEST(overlay_matches_model) {
    enum { SIZE = 64 * 4096 };
    static uint8_t model[SIZE], file[SIZE], data[40000];
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(pread(fd, model, SIZE, 0), SIZE);
    Disk *d = open_with((DiskSpec){.snapshot = true});
    unsigned seed = 7;
    for (int i = 0; i < 2000; i++) {
        uint64_t offset = (uint64_t)(rand_r(&seed) % (SIZE / 512)) * 512;
        uint64_t length = (uint64_t)(rand_r(&seed) % 70 + 1) * 512;
        if (length > SIZE - offset) length = SIZE - offset;
        switch (rand_r(&seed) % 3) {
        case 0:
            for (unsigned k = 0; k < length; k++) data[k] = rand_r(&seed);
            ck_assert_int_eq(one(d, DISK_WRITE, offset, data, length), 0);
            memcpy(model + offset, data, length);
            break;
        case 1:
            ck_assert_int_eq(one(d, DISK_READ, offset, data, length), 0);
            ck_assert_mem_eq(data, model + offset, length);
            break;
        case 2:
            if (i % 8) break;
            ck_assert_int_eq(one(d, DISK_ZERO, offset, NULL, length), 0);
            memset(model + offset, 0, length);
            break;
        }
    }
    disk_close(d);
    ck_assert_int_eq(pread(fd, file, SIZE, 0), SIZE);
    for (int i = 0; i < 64; i++) ck_assert_uint_eq(file[i * 4096 + 77], i + 1);
    close(fd);
}
END_TEST

START_TEST(two_writers_are_refused) {
    Disk *d = open_with((DiskSpec){0});
    DiskSpec again = {.file = path};
    ck_assert_ptr_null(disk_open(&again, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "in use by this process"));
    again.snapshot = true; // a reader beside a writer sees a torn image
    ck_assert_ptr_null(disk_open(&again, error, sizeof error));
    again.no_lock = true;
    Disk *forced = disk_open(&again, error, sizeof error);
    ck_assert_ptr_nonnull(forced);
    disk_close(forced);
    disk_close(d);
    Disk *a = open_with((DiskSpec){.read_only = true}), *b = open_with((DiskSpec){.snapshot = true});
    again = (DiskSpec){.file = path};
    ck_assert_ptr_null(disk_open(&again, error, sizeof error)); // a writer beside readers
    disk_close(a);
    disk_close(b);
}
END_TEST

START_TEST(holder_is_named) {
    int ready[2];
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (!child) {
        DiskSpec spec = {.file = path};
        Disk *d = disk_open(&spec, error, sizeof error);
        if (write(ready[1], d ? "y" : "n", 1) != 1) _exit(1);
        pause();
        _exit(0);
    }
    char answer;
    ck_assert_int_eq(read(ready[0], &answer, 1), 1);
    DiskSpec spec = {.file = path};
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    char want[32];
    snprintf(want, sizeof want, "(pid %d)", (int)child);
    ck_assert_msg(strstr(error, want) != NULL, "%s", error);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]), close(ready[1]);
}
END_TEST

START_TEST(clear_refusals) {
    DiskSpec spec = {.file = "/nonexistent/disk"};
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "no disk image"));
    spec.file = "/";
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    spec.file = "/dev/null";
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    spec.file = path;
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "empty"));
    FILE *f = fopen(path, "w");
    fprintf(f, "QFI\xfb%0100d", 0);
    fclose(f);
    ck_assert_ptr_null(disk_open(&spec, error, sizeof error));
    ck_assert_ptr_nonnull(strstr(error, "qcow2"));
    spec.raw = true;
    Disk *d = disk_open(&spec, error, sizeof error);
    ck_assert_ptr_nonnull(d);
    disk_close(d);
}
END_TEST

typedef struct Tally {
    pthread_mutex_t lock;
    pthread_cond_t all;
    unsigned done, errors;
} Tally;
static void count_done(DiskRequest *r, int e) {
    Tally *t = r->opaque;
    pthread_mutex_lock(&t->lock);
    t->done++;
    t->errors += e != 0;
    pthread_cond_signal(&t->all);
    pthread_mutex_unlock(&t->lock);
}

START_TEST(many_in_flight) {
    enum { N = 500 };
    Disk *d = open_with((DiskSpec){.workers = 8});
    Tally t = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
    static uint8_t data[N][512];
    struct iovec iov[N];
    DiskRequest r[N];
    for (unsigned i = 0; i < N; i++) {
        memset(data[i], i * 3 + 1, 512);
        iov[i] = (struct iovec){data[i], 512};
        r[i] = (DiskRequest){.op = DISK_WRITE,
                             .offset = i * 512,
                             .length = 512,
                             .iov = &iov[i],
                             .niov = 1,
                             .done = count_done,
                             .opaque = &t};
        disk_submit(d, &r[i]);
    }
    disk_pause(d);
    ck_assert_uint_eq(t.done, N); // pausing waited for all of them
    ck_assert_uint_eq(t.errors, 0);
    disk_resume(d);
    for (unsigned i = 0; i < N; i++) {
        uint8_t back[512];
        ck_assert_int_eq(one(d, DISK_READ, i * 512, back, 512), 0);
        ck_assert_mem_eq(back, data[i], 512);
    }
    ck_assert_uint_eq(disk_stats(d).writes, N);
    disk_close(d);
}
END_TEST

typedef struct Source {
    Tally tally;
    pthread_mutex_t lock;
    unsigned left;
    DiskRequest r[64];
    struct iovec iov[64];
    uint8_t data[64][512];
} Source;
static DiskRequest *next_request(void *opaque, bool *more) {
    Source *s = opaque;
    pthread_mutex_lock(&s->lock);
    DiskRequest *r = s->left ? &s->r[--s->left] : NULL;
    *more = s->left > 0;
    pthread_mutex_unlock(&s->lock);
    return r;
}

START_TEST(source_is_pulled_only_when_running) {
    Disk *d = open_with((DiskSpec){0});
    static Source s;
    pthread_mutex_init(&s.lock, NULL);
    pthread_mutex_init(&s.tally.lock, NULL);
    pthread_cond_init(&s.tally.all, NULL);
    for (unsigned i = 0; i < 64; i++) {
        s.iov[i] = (struct iovec){s.data[i], 512};
        s.r[i] = (DiskRequest){.op = DISK_READ,
                               .offset = i * 4096,
                               .length = 512,
                               .iov = &s.iov[i],
                               .niov = 1,
                               .done = count_done,
                               .opaque = &s.tally};
    }
    disk_source(d, next_request, &s);
    disk_pause(d);
    s.left = 64;
    disk_kick(d);
    usleep(20000);
    ck_assert_uint_eq(s.left, 64); // nothing is taken while paused
    disk_resume(d);
    pthread_mutex_lock(&s.tally.lock);
    while (s.tally.done < 64) pthread_cond_wait(&s.tally.all, &s.tally.lock);
    pthread_mutex_unlock(&s.tally.lock);
    for (unsigned i = 0; i < 64; i++) ck_assert_uint_eq(s.data[i][5], i + 1);
    disk_close(d);
}
END_TEST

int main(void) {
    Suite *s = suite_create("disk");
    TCase *c = tcase_create("disk");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, many_odd_segments);
    tcase_add_test(c, end_of_file);
    tcase_add_test(c, read_only_refuses_writes);
    tcase_add_test(c, discard_gives_space_back);
    tcase_add_test(c, overlay_matches_model);
    tcase_add_test(c, two_writers_are_refused);
    tcase_add_test(c, holder_is_named);
    tcase_add_test(c, clear_refusals);
    tcase_add_test(c, many_in_flight);
    tcase_add_test(c, source_is_pulled_only_when_running);
    suite_add_tcase(s, c);
    return suite_run(s);
}
