// SPDX-License-Identifier: MIT
// virtio block device (Virtual I/O Device 1.2, section 5.2): read, write, flush, get-id, discard,
// write-zeroes.
//
// A notification only kicks the disk. Its workers come for requests (next_request), run them with no lock
// held and report (request_done), so the vCPU never waits and what no worker has taken yet is still in the
// ring when the machine is saved. A request remembers the epoch it was taken in: after a reset it is dropped.
// The reset itself waits until no worker touches guest memory any more.
#include "hw/core/machine.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/log.h"
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, SEGMENTS = 254, ID_BYTES = 20, MOST_SECTORS = 1 << 22 };
enum { F_SEG_MAX = 1 << 2, F_GEOMETRY = 1 << 4, F_RO = 1 << 5, F_BLK_SIZE = 1 << 6, F_FLUSH = 1 << 9 };
enum { F_TOPOLOGY = 1 << 10, F_CONFIG_WCE = 1 << 11, F_DISCARD = 1 << 13, F_WRITE_ZEROES = 1 << 14 };
enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8, T_DISCARD = 11, T_WRITE_ZEROES = 13 };
enum { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2 };

typedef struct BlkRequest {
    DiskRequest r;
    struct VirtioBlk *blk;
    struct BlkRequest *next;
    uint32_t epoch;
    VirtqElement e;
} BlkRequest;

typedef struct VirtioBlk {
    VirtioRegs regs;
    uint8_t write_cache; // as the driver set it through the configuration space
    uint8_t pad[7];
    // wiring
    Virtio v;
    Disk *drive;
    char *serial;
    uint32_t logical_block_size, physical_block_size;
    BlkRequest *free;
    unsigned in_flight;
    pthread_cond_t idle; // in_flight became 0; with the device's lock
    bool paused;
} VirtioBlk;

static VirtioBlk *blk_of(Virtio *v) { return v->device->state; }

static uint64_t features(Virtio *v) {
    VirtioBlk *b = blk_of(v);
    uint64_t f = F_SEG_MAX | F_GEOMETRY | F_BLK_SIZE | F_FLUSH | F_TOPOLOGY | F_CONFIG_WCE;
    if (disk_read_only(b->drive)) return f | F_RO;
    return f | F_DISCARD | F_WRITE_ZEROES;
}

typedef struct __attribute__((packed)) Config {
    uint64_t capacity;
    uint32_t size_max, seg_max;
    uint16_t cylinders;
    uint8_t heads, sectors;
    uint32_t blk_size;
    uint8_t physical_exp, alignment_offset;
    uint16_t min_io;
    uint32_t opt_io;
    uint8_t wce, unused;
    uint16_t num_queues;
    uint32_t max_discard, max_discard_seg, discard_align;
    uint32_t max_zeroes, max_zeroes_seg;
    uint8_t zeroes_may_unmap, unused2[3];
} Config;

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    VirtioBlk *b = blk_of(v);
    uint64_t sectors = disk_size(b->drive) / SECTOR, cylinders = sectors / (16 * 63);
    unsigned exp = 0;
    while (b->logical_block_size << exp < b->physical_block_size) exp++;
    Config c = {
        .capacity = sectors,
        .seg_max = SEGMENTS,
        .cylinders = cylinders > 16383 ? 16383
                     : cylinders < 2   ? 2
                                       : cylinders,
        .heads = 16,
        .sectors = 63,
        .blk_size = b->logical_block_size,
        .physical_exp = exp,
        .wce = b->write_cache,
        .num_queues = 1,
        .max_discard = MOST_SECTORS,
        .max_discard_seg = 1,
        .discard_align = b->logical_block_size / SECTOR,
        .max_zeroes = MOST_SECTORS,
        .max_zeroes_seg = 1,
        .zeroes_may_unmap = 1,
    };
    memcpy(to, &c, sizeof c);
    return sizeof c;
}

static void config_write(Virtio *v, unsigned offset, uint32_t value, unsigned size) {
    if (offset == offsetof(Config, wce) && size == 1)
        blk_of(v)->write_cache = value & 1;
    else
        log_print(LOG_GUEST_ERROR, "%s: configuration byte %u is read-only", v->device->id, offset);
}

// The write cache is on if the driver can flush it and has not switched it off.
static bool write_through(VirtioBlk *b) {
    if (!virtio_has(&b->v, F_FLUSH) && !virtio_has(&b->v, F_CONFIG_WCE)) return true;
    return virtio_has(&b->v, F_CONFIG_WCE) && !b->write_cache;
}

// ---- requests: with the lock

static BlkRequest *request_new(VirtioBlk *b) {
    BlkRequest *q = b->free;
    if (q)
        b->free = q->next;
    else
        q = malloc(sizeof *q);
    q->blk = b;
    return q;
}

static void request_free(BlkRequest *q) {
    q->next = q->blk->free;
    q->blk->free = q;
}

static void finish(BlkRequest *q, uint8_t status, uint32_t written) {
    VirtioBlk *b = q->blk;
    virtq_scatter(&b->v.q[0], &q->e, q->e.in_bytes - 1, &status, 1);
    virtq_push(&b->v.q[0], q->e.head, written + 1);
    virtio_signal(&b->v, 0);
    request_free(q);
}

// The number of bytes in front of the iovec goes; entries may become empty.
static void skip_bytes(struct iovec *iov, unsigned n, size_t skip) {
    for (unsigned i = 0; i < n && skip; i++) {
        size_t part = iov[i].iov_len < skip ? iov[i].iov_len : skip;
        iov[i].iov_base = (char *)iov[i].iov_base + part;
        iov[i].iov_len -= part;
        skip -= part;
    }
}

static bool range_is_bad(VirtioBlk *b, uint64_t sector, uint64_t bytes) {
    uint64_t size = disk_size(b->drive);
    if (bytes % SECTOR == 0 && sector <= size / SECTOR && bytes <= size - sector * SECTOR) return false;
    log_print(LOG_GUEST_ERROR, "%s: sector %" PRIu64 ", %" PRIu64 " bytes is outside the disk",
              b->v.device->id, sector, bytes);
    return true;
}

static int prepare_transfer(BlkRequest *q, bool write, uint64_t sector) {
    VirtqElement *e = &q->e;
    uint64_t bytes = write ? e->out_bytes - 16u : e->in_bytes - 1u;
    if (range_is_bad(q->blk, sector, bytes)) return S_IOERR;
    if (write) skip_bytes(e->iov, e->nout, 16);
    q->r.op = write ? DISK_WRITE : DISK_READ;
    q->r.offset = sector * SECTOR;
    q->r.length = bytes;
    q->r.iov = write ? e->iov : e->in;
    q->r.niov = write ? e->nout : e->nin;
    q->r.through = write && write_through(q->blk);
    return -1;
}

// DISCARD and WRITE_ZEROES: one segment of sector, number, flags.
static int prepare_range(BlkRequest *q, bool zero) {
    struct {
        uint64_t sector;
        uint32_t count, flags;
    } s;
    if (q->e.out_bytes != 16 + sizeof s) return q->e.out_bytes > 16 + sizeof s ? S_IOERR : S_UNSUPP;
    virtq_gather(&q->e, 16, &s, sizeof s);
    if (s.flags & ~(zero ? 1u : 0u)) return S_UNSUPP;
    if (s.count > MOST_SECTORS || range_is_bad(q->blk, s.sector, (uint64_t)s.count * SECTOR)) return S_IOERR;
    q->r.op = zero ? DISK_ZERO : DISK_DISCARD;
    q->r.unmap = s.flags & 1;
    q->r.offset = s.sector * SECTOR;
    q->r.length = (uint64_t)s.count * SECTOR;
    return -1;
}

static int get_id(BlkRequest *q) {
    char id[ID_BYTES] = {0};
    const char *serial = q->blk->serial ? q->blk->serial : "";
    memcpy(id, serial, strnlen(serial, ID_BYTES));
    size_t n = q->e.in_bytes - 1 < ID_BYTES ? q->e.in_bytes - 1 : ID_BYTES;
    virtq_scatter(&q->blk->v.q[0], &q->e, 0, id, n);
    return S_OK;
}

// Makes a DiskRequest of the chain and returns -1, or the status if it is
// answered at once.
static int prepare(BlkRequest *q) {
    struct {
        uint32_t type, unused;
        uint64_t sector;
    } h;
    virtq_gather(&q->e, 0, &h, sizeof h);
    bool changes = h.type == T_OUT || h.type == T_DISCARD || h.type == T_WRITE_ZEROES;
    if (changes && disk_read_only(q->blk->drive)) return S_IOERR;
    switch (h.type) {
    case T_IN: return prepare_transfer(q, false, h.sector);
    case T_OUT: return prepare_transfer(q, true, h.sector);
    case T_FLUSH: return q->r.op = DISK_FLUSH, -1;
    case T_GET_ID: return get_id(q);
    case T_DISCARD: return prepare_range(q, false);
    case T_WRITE_ZEROES: return prepare_range(q, true);
    default: return S_UNSUPP;
    }
}

// ---- on the disk's workers

static void request_done(DiskRequest *r, int error) {
    BlkRequest *q = r->opaque;
    VirtioBlk *b = q->blk;
    Device *d = b->v.device;
    uint32_t read = r->op == DISK_READ ? r->length : 0;
    if (read) // before the lock: it may walk much translated code
        for (unsigned i = q->e.nout; i < q->e.nout + q->e.nin; i++)
            mem_written(d->machine->mem, q->e.paddr[i], q->e.iov[i].iov_len);
    if (error) log_print(LOG_BLOCK, "%s: request at %" PRIu64 ": %s", d->id, r->offset, strerror(error));
    device_enter(d);
    if (q->epoch == b->v.epoch)
        finish(q, error ? S_IOERR : S_OK, read);
    else
        request_free(q);
    if (!--b->in_flight) pthread_cond_broadcast(&b->idle);
    device_leave(d);
}

// Pops until a chain needs the disk; the others are answered here.
static BlkRequest *take(VirtioBlk *b) {
    for (;;) {
        BlkRequest *q = request_new(b);
        if (!virtio_pop(&b->v, 0, &q->e)) {
            request_free(q);
            return NULL;
        }
        if (q->e.out_bytes < 16 || q->e.in_bytes < 1) {
            virtio_broken(&b->v, "request without header or status byte");
            request_free(q);
            return NULL;
        }
        q->epoch = b->v.epoch;
        q->r = (DiskRequest){.done = request_done, .opaque = q};
        int status = prepare(q);
        if (status < 0) return q;
        finish(q, status, status == S_OK ? (q->e.in_bytes - 1 < ID_BYTES ? q->e.in_bytes - 1 : ID_BYTES) : 0);
    }
}

static DiskRequest *next_request(void *opaque, bool *more) {
    VirtioBlk *b = opaque;
    device_enter(b->v.device);
    BlkRequest *q = take(b);
    if (q) b->in_flight++;
    *more = q && virtio_pending(&b->v, 0);
    device_leave(b->v.device);
    return q ? &q->r : NULL;
}

// ---- entries

static void notify(Virtio *v, unsigned queue) {
    VirtioBlk *b = blk_of(v);
    disk_kick(b->drive);
}

static void settle(Virtio *v) {
    VirtioBlk *b = blk_of(v);
    while (b->in_flight) pthread_cond_wait(&b->idle, &v->device->lock.mutex);
}

static const VirtioOps ops = {
    .id = 2,
    .nqueues = 1,
    .queue_max = 256,
    .features = features,
    .config = config,
    .config_write = config_write,
    .notify = notify,
    .settle = settle,
};

static bool good_block_size(uint32_t n) { return n >= SECTOR && n <= 32768 && !(n & (n - 1)); }

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioBlk *b = d->state;
    if (!b->drive) {
        snprintf(error, error_size, "%s: no disk (say drive=ID of a -drive if=none,id=ID,file=...)",
                 d->type->name);
        return false;
    }
    if (!good_block_size(b->logical_block_size) || !good_block_size(b->physical_block_size) ||
        b->physical_block_size < b->logical_block_size) {
        snprintf(error, error_size,
                 "%s: block sizes are powers of two from 512 to 32768, the "
                 "physical one not "
                 "below the logical one",
                 d->type->name);
        return false;
    }
    if (!virtio_plug(d, error, error_size)) return false;
    pthread_cond_init(&b->idle, NULL);
    disk_source(b->drive, next_request, b);
    return true;
}

static void unplug(Device *d) {
    VirtioBlk *b = d->state;
    if (!b->v.device) return;
    if (!b->paused) disk_pause(b->drive);
    disk_source(b->drive, NULL, NULL);
    disk_resume(b->drive);
    for (BlkRequest *q; (q = b->free);) {
        b->free = q->next;
        free(q);
    }
    pthread_cond_destroy(&b->idle);
}

static void drain(Device *d) {
    VirtioBlk *b = d->state;
    if (!b->paused) disk_pause(b->drive);
    b->paused = true;
}

static void resume(Device *d) {
    VirtioBlk *b = d->state;
    if (b->paused) disk_resume(b->drive);
    b->paused = false;
    virtio_kick_all(d);
}

static const Field fields[] = {
    VIRTIO_FIELDS(VirtioBlk),
    FIELD(VirtioBlk, write_cache, 1),
    FIELD_PAD(VirtioBlk, pad),
};
static const Fields blk_fields = FIELDS("virtio-blk", 1, fields, offsetof(VirtioBlk, v));

static const Prop props[] = {
    PROP(VirtioBlk, drive, PROP_DISK, NULL, "the disk"),
    PROP(VirtioBlk, serial, PROP_STRING, NULL, "what the guest reads as its serial number, 20 bytes"),
    PROP(VirtioBlk, logical_block_size, PROP_U32, "512", "bytes of the guest's blocks"),
    PROP(VirtioBlk, physical_block_size, PROP_U32, "512", "bytes the guest should align to"),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...) \
    { \
        .type = {.name = NAME, .title = "virtio disk", \
        .size = sizeof(VirtioBlk), .fields = &blk_fields, .props = props, \
        .nprops = sizeof props / sizeof props[0], .plug = plug, .unplug = unplug, .drain = drain, \
        .resume = resume, __VA_ARGS__}, \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioBlk, v), \
    }
const VirtioType virtio_blk_device = TYPE("virtio-blk-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_blk_pci = TYPE("virtio-blk-pci", virtio_pci, VIRTIO_PCI);
