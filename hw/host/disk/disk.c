// SPDX-License-Identifier: MIT
// Opens an image, checks and locks it, and runs one request. Called by boards and block devices through
// hw/host/disk.h. Locking: a writer holds an open-file-description write lock on the whole file, a reader a
// read lock on its first byte; so two writers, or a writer and a reader, never meet, and other emulators that
// lock bytes of the image notice our writer.
#include "hw/host/disk/impl.h"
#include "hw/host/holder.h"
#include "tcg/base/fail.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512 };

// The formats people have lying about; each would be destroyed by writing to it as a raw disk.
static const char *other_format(int fd) {
    static const struct {
        const char *name, *magic;
        unsigned length, offset;
    } formats[] = {
        {"qcow2", "QFI\xfb", 4, 0},
        {"vmdk", "KDMV", 4, 0},
        {"vhdx", "vhdxfile", 8, 0},
        {"vdi", "\x7f\x10\xda\xbe", 4, 0x40},
    };
    char head[128] = {0};
    if (pread(fd, head, sizeof head, 0) < 16) return NULL;
    for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (!memcmp(head + formats[i].offset, formats[i].magic, formats[i].length)) return formats[i].name;
    return NULL;
}

static bool lock_file(Disk *d, bool write, char *error, size_t error_size) {
    struct flock lock = {.l_type = write ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_len = write ? 0 : 1};
    if (!fcntl(d->fd, F_OFD_SETLK, &lock)) return true;
    if (errno != EAGAIN && errno != EACCES) return true; // a file system without locks
    char who[128];
    holder_of_file(d->file, who, sizeof who);
    return FAIL("'%s' is in use by %s; two machines writing one image would destroy it "
                "(use a copy, or snapshot=on once the other has it open read-only)",
                d->file, who);
}

static bool open_file(Disk *d, const DiskSpec *spec, bool write, char *error, size_t error_size) {
    d->fd = open(spec->file, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (d->fd >= 0) return true;
    if (errno == ENOENT)
        return FAIL("no disk image '%s' (make one with: truncate -s 8G '%s')", spec->file, spec->file);
    if (write && (errno == EACCES || errno == EROFS || errno == EPERM))
        return FAIL("'%s' cannot be written: %s (use readonly=on or snapshot=on)", spec->file,
                    strerror(errno));
    return FAIL("cannot open disk image '%s': %s", spec->file, strerror(errno));
}

static bool find_size(Disk *d, char *error, size_t error_size) {
    struct stat s;
    if (fstat(d->fd, &s)) return FAIL("cannot read the size of '%s': %s", d->file, strerror(errno));
    if (S_ISBLK(s.st_mode)) {
        if (ioctl(d->fd, BLKGETSIZE64, &d->file_size))
            return FAIL("cannot read the size of '%s': %s", d->file, strerror(errno));
    } else if (S_ISREG(s.st_mode)) {
        d->file_size = s.st_size;
    } else {
        return FAIL("'%s' is neither a file nor a block device", d->file);
    }
    if (!d->file_size)
        return FAIL("disk image '%s' is empty (give it a size: truncate -s 8G '%s')", d->file, d->file);
    d->size = (d->file_size + SECTOR - 1) / SECTOR * SECTOR;
    return true;
}

static bool open_image(Disk *d, const DiskSpec *spec, char *error, size_t error_size) {
    bool write = !spec->read_only && !spec->snapshot;
    if (!open_file(d, spec, write, error, error_size) || !find_size(d, error, error_size)) return false;
    const char *format = spec->raw ? NULL : other_format(d->fd);
    if (format)
        return FAIL("'%s' is a %s image, which is not supported yet (convert it: qemu-img convert -O raw "
                    "'%s' disk.raw)",
                    d->file, format, d->file);
    if (!spec->no_lock && !lock_file(d, write, error, error_size)) return false;
    if (spec->snapshot && !spec->read_only) {
        d->overlay = overlay_open(d->size, error, error_size);
        return d->overlay != NULL;
    }
    return true;
}

static void free_disk(Disk *d) {
    if (d->overlay) overlay_close(d->overlay);
    if (d->fd >= 0) close(d->fd);
    free(d->file);
    free(d);
}

Disk *disk_open(const DiskSpec *spec, char *error, size_t error_size) {
    Disk *d = calloc(1, sizeof *d);
    d->file = strdup(spec->file);
    d->fd = -1;
    d->read_only = spec->read_only;
    d->discard = spec->discard;
    d->no_flush = spec->no_flush;
    if (!open_image(d, spec, error, error_size)) {
        free_disk(d);
        return NULL;
    }
    unsigned n = spec->workers ? spec->workers : 4, most = sizeof d->workers / sizeof d->workers[0];
    if (!workers_start(d, n < most ? n : most)) {
        snprintf(error, error_size, "cannot start threads for '%s': %s", d->file, strerror(errno));
        workers_stop(d);
        free_disk(d);
        return NULL;
    }
    return d;
}

void disk_close(Disk *d) {
    if (!d) return;
    disk_pause(d);
    workers_stop(d);
    if (!d->read_only && !d->overlay && !d->no_flush) fdatasync(d->fd);
    free_disk(d);
}

uint64_t disk_size(const Disk *d) { return d->size; }
bool disk_read_only(const Disk *d) { return d->read_only; }
const char *disk_file(const Disk *d) { return d->file; }

DiskStats disk_stats(const Disk *d) {
    DiskStats s;
    const uint64_t *from = (const uint64_t *)&d->stats;
    for (unsigned i = 0; i < sizeof s / 8; i++)
        ((uint64_t *)&s)[i] = __atomic_load_n(from + i, __ATOMIC_RELAXED);
    return s;
}

static void count(Disk *d, const DiskRequest *r, int error) {
    uint64_t *counter = r->op == DISK_READ    ? &d->stats.reads
                        : r->op == DISK_WRITE ? &d->stats.writes
                        : r->op == DISK_FLUSH ? &d->stats.flushes
                                              : &d->stats.discards;
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
    if (r->op == DISK_READ) __atomic_fetch_add(&d->stats.read_bytes, r->length, __ATOMIC_RELAXED);
    if (r->op == DISK_WRITE) __atomic_fetch_add(&d->stats.write_bytes, r->length, __ATOMIC_RELAXED);
    if (error) __atomic_fetch_add(&d->stats.errors, 1, __ATOMIC_RELAXED);
}

static int flush(Disk *d) {
    if (d->read_only || d->overlay || d->no_flush) return 0;
    return fdatasync(d->fd) ? errno : 0;
}

static int run(Disk *d, const DiskRequest *r) {
    if (r->op == DISK_FLUSH) return flush(d);
    if (r->offset > d->size || r->length > d->size - r->offset) return EINVAL;
    if (r->op != DISK_READ && d->read_only) return EROFS;
    switch (r->op) {
    case DISK_READ:
        return d->overlay ? overlay_read(d->overlay, d->fd, r)
                          : raw_transfer(d->fd, false, r->offset, r->iov, r->niov, 0, r->length);
    case DISK_WRITE:
        return d->overlay ? overlay_write(d->overlay, d->fd, r)
                          : raw_transfer(d->fd, true, r->offset, r->iov, r->niov, 0, r->length);
    case DISK_ZERO:
        return d->overlay ? overlay_zero(d->overlay, d->fd, r->offset, r->length)
                          : raw_zero(d->fd, r->offset, r->length, r->unmap && d->discard);
    case DISK_DISCARD: return !d->discard || d->overlay ? 0 : raw_discard(d->fd, r->offset, r->length);
    default: return EINVAL;
    }
}

int disk_run(Disk *d, const DiskRequest *r) {
    int error = run(d, r);
    if (!error && r->through) error = flush(d);
    count(d, r, error);
    return error;
}
