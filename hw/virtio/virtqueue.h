// SPDX-License-Identifier: MIT
// Split virtqueues (Virtual I/O Device 1.2, section 2.7) from the device's side. Everything in a ring is
// hostile: a bad index, length, address or chain breaks the queue, which then gives nothing until it is
// started again. The caller holds the device's lock.
#pragma once
#include "cpu/bus/mem.h"
#include <sys/uio.h>

enum { VIRTQ_MAX = 1024 }; // largest queue, longest chain

typedef struct VirtqRegs {      // saved
    uint64_t desc, avail, used; // guest addresses of the three parts
    uint32_t pfn,
        align;    // legacy: page number of all three, alignment of the used ring
    uint16_t num; // entries; 0: the largest
    uint16_t next_avail, next_used;
    uint16_t signalled; // next_used when an interrupt was last considered
    uint16_t vector; // PCI: MSI-X vector
    uint8_t ready;
    uint8_t pad[5];
} VirtqRegs;

typedef struct VirtqDesc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
} VirtqDesc;
enum { VIRTQ_DESC_NEXT = 1, VIRTQ_DESC_WRITE = 2, VIRTQ_DESC_INDIRECT = 4 };
enum { VIRTQ_INDIRECT = 1, VIRTQ_EVENT_IDX = 2 }; // what was negotiated

typedef struct Virtq { // follows from VirtqRegs: made by virtq_start
    VirtqRegs *regs;
    Mem *mem;
    bool live, broken, indirect, event_idx;
    uint16_t num;
    const char *name; // for messages
    // Host addresses. The host's memory behind RAM stays while a machine lives, so they stay
    // good.
    const VirtqDesc *desc;
    uint16_t *avail; // flags, idx, ring[num], used_event
    uint16_t *used;  // flags, idx, then pairs of 32 bits, then avail_event
} Virtq;

// A chain: out[] (the device reads) and in[] (the device writes) share one
// array.
typedef struct VirtqElement {
    uint16_t head;
    unsigned nout, nin;
    uint32_t out_bytes, in_bytes;
    struct iovec *in;          // = iov + nout
    uint64_t paddr[VIRTQ_MAX]; // of each entry
    struct iovec iov[VIRTQ_MAX];
} VirtqElement;

// Takes regs as they are. False (and broken) if the rings are not in RAM or not
// aligned.
bool virtq_start(Virtq *q, Mem *mem, VirtqRegs *regs, const char *name, unsigned features);
void virtq_stop(Virtq *q);
// Legacy: places the three parts behind one another from regs->pfn. False: they
// wrap.
bool virtq_place_legacy(VirtqRegs *regs, uint32_t page_size);

bool virtq_pending(Virtq *q); // is there anything to pop? Asks the driver for a
                              // notification if not
bool virtq_pop(Virtq *q, VirtqElement *e);
void virtq_unpop(Virtq *q, unsigned n); // the last n come again
// Used entries become visible with publish: several at once for a frame in
// merged buffers.
void virtq_fill(Virtq *q, unsigned i, uint16_t head, uint32_t written);
void virtq_publish(Virtq *q, unsigned n);
static inline void virtq_push(Virtq *q, uint16_t head, uint32_t written) {
    virtq_fill(q, 0, head, written);
    virtq_publish(q, 1);
}
bool virtq_must_signal(Virtq *q); // does the driver want an interrupt for what was published?

// Copies out of / into a chain from a byte offset; returns how much there was.
// Scatter tells memory.
size_t virtq_gather(const VirtqElement *e, size_t offset, void *to, size_t n);
size_t virtq_scatter(Virtq *q, const VirtqElement *e, size_t offset, const void *from, size_t n);
