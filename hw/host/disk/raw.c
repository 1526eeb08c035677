// SPDX-License-Identifier: MIT
// Exact transfers between a file and an iovec, and holes in files. Called by the disk workers and the
// overlay. Short reads and writes are continued, EINTR is retried, the end of the file reads as zeros (a raw
// image need not be a multiple of a sector). An iovec entry never changes: requests may be run again.
#include "hw/host/disk/impl.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 64 };

// Fills out[] with the pieces of [skip, skip + length) of the iovec, as many as fit; returns how many and
// sets *bytes.
static unsigned iov_window(const struct iovec *iov, unsigned niov, uint64_t skip, uint64_t length,
                           struct iovec *out, uint64_t *bytes) {
    unsigned n = 0;
    *bytes = 0;
    for (unsigned i = 0; i < niov && n < BATCH && *bytes < length; i++) {
        if (skip >= iov[i].iov_len) {
            skip -= iov[i].iov_len;
            continue;
        }
        uint64_t part = iov[i].iov_len - skip;
        if (part > length - *bytes) part = length - *bytes;
        out[n++] = (struct iovec){(char *)iov[i].iov_base + skip, part};
        *bytes += part;
        skip = 0;
    }
    return n;
}

int raw_transfer(int fd, bool write, uint64_t offset, const struct iovec *iov, unsigned niov, uint64_t skip,
                 uint64_t length) {
    while (length) {
        struct iovec batch[BATCH];
        uint64_t bytes;
        unsigned n = iov_window(iov, niov, skip, length, batch, &bytes);
        if (!n) return EINVAL; // the iovec is shorter than the request
        ssize_t done = write ? pwritev(fd, batch, n, offset) : preadv(fd, batch, n, offset);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return errno;
        if (done == 0 && write) return ENOSPC;
        if (done == 0) { // end of file
            for (unsigned i = 0; i < n; i++) memset(batch[i].iov_base, 0, batch[i].iov_len);
            done = bytes;
        }
        offset += done, skip += done, length -= done;
    }
    return 0;
}

static int write_zeros(int fd, uint64_t offset, uint64_t length) {
    static char zeros[65536];
    struct iovec iov[16];
    for (unsigned i = 0; i < 16; i++) iov[i] = (struct iovec){zeros, sizeof zeros};
    while (length) {
        uint64_t part = length < sizeof zeros * 16 ? length : sizeof zeros * 16;
        int error = raw_transfer(fd, true, offset, iov, 16, 0, part);
        if (error) return error;
        offset += part, length -= part;
    }
    return 0;
}

static int fallocate_retry(int fd, int mode, uint64_t offset, uint64_t length) {
    int r;
    do r = fallocate(fd, mode, offset, length);
    while (r && errno == EINTR);
    return r ? errno : 0;
}

static bool not_possible(int error) {
    return error == EOPNOTSUPP || error == ENODEV || error == EINVAL || error == ENOSYS;
}

int raw_zero(int fd, uint64_t offset, uint64_t length, bool unmap) {
    if (!length) return 0;
    int mode = unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
    int error = fallocate_retry(fd, mode | FALLOC_FL_KEEP_SIZE, offset, length);
    return not_possible(error) ? write_zeros(fd, offset, length) : error;
}

int raw_discard(int fd, uint64_t offset, uint64_t length) {
    if (!length) return 0;
    int error = fallocate_retry(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
    return not_possible(error) ? 0 : error; // advice only: a file system without holes keeps the data
}
