// SPDX-License-Identifier: MIT
// A disk of the outside world (raw, qcow2, ...) as a device sees it: requests go in from any thread,
// completions come on the loop's.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

typedef struct Disk Disk;
typedef enum DiskOp { DISK_READ, DISK_WRITE, DISK_FLUSH, DISK_DISCARD, DISK_ZERO } DiskOp;

// Owned by the caller until `done` was called. The iovec points to guest RAM.
typedef struct DiskRequest {
    DiskOp op;
    uint64_t offset, size;   // bytes
    struct iovec *iov;
    unsigned niov;
    void (*done)(struct DiskRequest *r); // loop's thread, no lock held; `result` is 0 or -errno
    int result;
    void *opaque;
} DiskRequest;

struct Disk {
    void (*submit)(Disk *d, DiskRequest *r); // any thread, device lock may be held; never blocks
    void (*drain)(Disk *d);                  // waits until nothing is in flight; loop's thread
    void (*close)(Disk *d);
    char *id;
    uint64_t size;                           // bytes
    uint32_t block_size;                     // of the guest's sectors: 512 or 4096
    bool read_only, can_discard;
};
