// SPDX-License-Identifier: MIT
// Inside of hw/host/disk: the image (raw file, overlay) and the workers that run requests on it.
#pragma once
#include "hw/host/disk.h"
#include <pthread.h>

// A throw-away layer: clusters written live in an unlinked sparse file, one bit each says so.
typedef struct Overlay {
    int fd;
    uint64_t clusters;
    uint8_t *present;      // bits, set after the data is there; read without the lock
    pthread_mutex_t write; // one writer at a time: a partial cluster is copied up first
} Overlay;

struct Disk {
    char *file;
    int fd;
    uint64_t size, file_size; // capacity (rounded up to a sector) and the file's own length
    bool read_only, discard, no_flush;
    Overlay *overlay; // or NULL
    DiskStats stats;  // atomics

    pthread_mutex_t lock; // protects all below
    pthread_cond_t work, idle;
    DiskRequest *head, **tail;
    DiskRequest *(*next)(void *opaque, bool *more);
    void *source;
    unsigned active, sleeping, paused;
    bool kicked, stop;
    unsigned nworkers;
    pthread_t workers[32];
};

// raw.c: exact transfers over an iovec; `skip` bytes into it. Reading past the end of the file gives zeros.
// An errno.
int raw_transfer(int fd, bool write, uint64_t offset, const struct iovec *iov, unsigned niov, uint64_t skip,
                 uint64_t length);
int raw_zero(int fd, uint64_t offset, uint64_t length, bool unmap);
int raw_discard(int fd, uint64_t offset, uint64_t length);

// overlay.c
Overlay *overlay_open(uint64_t size, char *error, size_t error_size);
void overlay_close(Overlay *o);
int overlay_read(Overlay *o, int base, const DiskRequest *r);
int overlay_write(Overlay *o, int base, const DiskRequest *r);
int overlay_zero(Overlay *o, int base, uint64_t offset, uint64_t length);

// work.c
bool workers_start(Disk *d, unsigned n);
void workers_stop(Disk *d);
