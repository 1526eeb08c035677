// SPDX-License-Identifier: MIT
// snapshot=on: writes go to an unlinked sparse file beside the untouched image and vanish with the process.
// One bit for each 4 KiB cluster says whether the overlay holds it. Writers exclude each other, since a
// cluster written in part is first copied up from the base; readers never wait: a bit is set only after its
// data is in place.
#include "hw/host/disk/impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLUSTER = 4096 };

static bool is_present(const Overlay *o, uint64_t c) {
    return __atomic_load_n(&o->present[c / 8], __ATOMIC_ACQUIRE) >> (c % 8) & 1;
}

static void set_present(Overlay *o, uint64_t first, uint64_t end) {
    for (uint64_t c = first; c < end; c++)
        __atomic_fetch_or(&o->present[c / 8], 1u << (c % 8), __ATOMIC_RELEASE);
}

static int temporary_file(void) {
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir) dir = "/var/tmp"; // not /tmp: that is often memory
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    char path[4096];
    if (snprintf(path, sizeof path, "%s/myna-XXXXXX", dir) >= (int)sizeof path) return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) unlink(path);
    return fd;
}

Overlay *overlay_open(uint64_t size, char *error, size_t error_size) {
    int fd = temporary_file();
    if (fd < 0 || ftruncate(fd, size)) {
        snprintf(error, error_size,
                 "cannot make the temporary file for snapshot=on: %s (set TMPDIR to a folder with space)",
                 strerror(errno));
        if (fd >= 0) close(fd);
        return NULL;
    }
    Overlay *o = calloc(1, sizeof *o);
    o->fd = fd;
    o->clusters = (size + CLUSTER - 1) / CLUSTER;
    o->present = calloc(1, o->clusters / 8 + 1);
    pthread_mutex_init(&o->write, NULL);
    return o;
}

void overlay_close(Overlay *o) {
    close(o->fd);
    pthread_mutex_destroy(&o->write);
    free(o->present);
    free(o);
}

int overlay_read(Overlay *o, int base, const DiskRequest *r) {
    for (uint64_t at = r->offset, end = r->offset + r->length; at < end;) {
        bool present = is_present(o, at / CLUSTER);
        uint64_t run = (at / CLUSTER + 1) * CLUSTER;
        while (run < end && is_present(o, run / CLUSTER) == present) run += CLUSTER;
        if (run > end) run = end;
        int error =
            raw_transfer(present ? o->fd : base, false, at, r->iov, r->niov, at - r->offset, run - at);
        if (error) return error;
        at = run;
    }
    return 0;
}

static int copy_up(Overlay *o, int base, uint64_t cluster) {
    if (is_present(o, cluster)) return 0;
    char data[CLUSTER];
    struct iovec iov = {data, CLUSTER};
    int error = raw_transfer(base, false, cluster * CLUSTER, &iov, 1, 0, CLUSTER);
    if (!error) error = raw_transfer(o->fd, true, cluster * CLUSTER, &iov, 1, 0, CLUSTER);
    if (!error) set_present(o, cluster, cluster + 1);
    return error;
}

// Copies up the clusters that [offset, offset + length) covers only in part.
static int copy_edges(Overlay *o, int base, uint64_t offset, uint64_t length) {
    uint64_t end = offset + length;
    int error = 0;
    if (offset % CLUSTER || length < CLUSTER) error = copy_up(o, base, offset / CLUSTER);
    if (!error && end % CLUSTER) error = copy_up(o, base, end / CLUSTER);
    return error;
}

int overlay_write(Overlay *o, int base, const DiskRequest *r) {
    if (!r->length) return 0;
    pthread_mutex_lock(&o->write);
    int error = copy_edges(o, base, r->offset, r->length);
    if (!error) error = raw_transfer(o->fd, true, r->offset, r->iov, r->niov, 0, r->length);
    if (!error) set_present(o, r->offset / CLUSTER, (r->offset + r->length + CLUSTER - 1) / CLUSTER);
    pthread_mutex_unlock(&o->write);
    return error;
}

int overlay_zero(Overlay *o, int base, uint64_t offset, uint64_t length) {
    if (!length) return 0;
    pthread_mutex_lock(&o->write);
    int error = copy_edges(o, base, offset, length);
    if (!error) error = raw_zero(o->fd, offset, length, true);
    if (!error) set_present(o, offset / CLUSTER, (offset + length + CLUSTER - 1) / CLUSTER);
    pthread_mutex_unlock(&o->write);
    return error;
}
