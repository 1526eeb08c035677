// SPDX-License-Identifier: MIT
// Disk images as block devices use them: byte offsets, requests with an iovec (usually guest memory), answers
// from worker threads. Ordering is the guest's business: requests run at once and finish in any order; FLUSH
// covers the writes that finished before it.
//
// Two ways in. Devices that hold one request at a time call disk_submit. Queue devices (virtio-blk, NVMe,
// AHCI) give a source: after disk_kick the workers call `next` themselves until it has nothing more, so a
// request costs one thread hop and what nobody has taken yet is still in the guest's ring when the machine is
// saved.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

typedef struct Disk Disk;
typedef struct DiskRequest DiskRequest;

typedef enum DiskOp { DISK_READ, DISK_WRITE, DISK_FLUSH, DISK_DISCARD, DISK_ZERO } DiskOp;

struct DiskRequest {
    DiskOp op;
    bool unmap;              // ZERO: the space may be given back
    bool through;            // WRITE: on stable storage before it is done
    uint64_t offset, length; // bytes; READ and WRITE: length is the iovec's total
    const struct iovec *iov; // stays alive until done
    unsigned niov;
    void (*done)(DiskRequest *r, int error); // on a worker thread, no lock held; 0 or an errno
    void *opaque;
    DiskRequest *next; // private
};

typedef struct DiskSpec {
    const char *file;
    bool read_only;
    bool snapshot;    // writes go to a throw-away overlay, the file is only read
    bool discard;     // DISCARD gives space back; otherwise it is accepted and ignored
    bool no_flush;    // cache=unsafe: FLUSH does nothing
    bool no_lock;     // file.locking=off
    bool raw;         // format=raw was said: do not look whether it is another format
    unsigned workers; // 0: 4
} DiskSpec;

typedef struct DiskStats {
    uint64_t reads, read_bytes, writes, write_bytes, flushes, discards, errors;
} DiskStats;

// NULL with cause and fix in error.
Disk *disk_open(const DiskSpec *spec, char *error, size_t error_size);
void disk_close(Disk *d);          // finishes what is in flight, flushes
uint64_t disk_size(const Disk *d); // bytes, a multiple of 512
bool disk_read_only(const Disk *d);
const char *disk_file(const Disk *d);
DiskStats disk_stats(const Disk *d);

void disk_submit(Disk *d, DiskRequest *r); // any thread
// `next` runs on a worker, no lock held: the next request or NULL; *more says whether another is waiting
// already.
void disk_source(Disk *d, DiskRequest *(*next)(void *opaque, bool *more), void *opaque);
void disk_kick(Disk *d); // any thread, never blocks
// Takes nothing more from the source and returns when nothing is in flight; submitted requests are finished.
// Nests.
void disk_pause(Disk *d);
void disk_resume(Disk *d);
// The same work without a thread, for loaders and tests: an errno.
int disk_run(Disk *d, const DiskRequest *r);
