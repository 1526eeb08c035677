// SPDX-License-Identifier: MIT
// Split virtqueues, device side (Virtual I/O Device 1.2, section 2.7; legacy layout 2.7.2). Called by the
// virtio devices under their lock.
//
// The driver writes the rings while we read them, so each value is read once into a local and checked there.
// A chain is walked at most as many steps as there are descriptors, which ends every loop. When a check fails
// the queue is broken: it is logged once as a guest error, and the device core asks for a reset.
#include "hw/virtio/virtqueue.h"
#include "tcg/base/log.h"
#include <string.h>

static bool break_queue(Virtq *q, const char *why, uint64_t value) {
    q->broken = true;
    log_print(LOG_GUEST_ERROR, "%s: bad ring: %s (0x%llx)", q->name, why, (unsigned long long)value);
    return false;
}

bool virtq_place_legacy(VirtqRegs *r, uint32_t page_size) {
    uint64_t base = (uint64_t)r->pfn * page_size, align = r->align ? r->align : 4096;
    if (align & (align - 1)) return false;
    r->desc = base;
    r->avail = base + 16ull * r->num;
    r->used = (r->avail + 6 + 2ull * r->num + align - 1) & -align;
    return true;
}

bool virtq_start(Virtq *q, Mem *mem, VirtqRegs *regs, const char *name, unsigned features) {
    *q = (Virtq){.regs = regs, .mem = mem, .name = name, .num = regs->num};
    q->indirect = features & VIRTQ_INDIRECT;
    q->event_idx = features & VIRTQ_EVENT_IDX;
    if (!q->num || q->num > VIRTQ_MAX || (q->num & (q->num - 1)))
        return break_queue(q, "size is no power of two up to the maximum", q->num);
    if (regs->desc % 16) return break_queue(q, "descriptor table is not aligned", regs->desc);
    if (regs->avail % 2) return break_queue(q, "available ring is not aligned", regs->avail);
    if (regs->used % 4) return break_queue(q, "used ring is not aligned", regs->used);
    q->desc = (const void *)mem_host(mem, regs->desc, 16ull * q->num, false);
    q->avail = (void *)mem_host(mem, regs->avail, 6 + 2ull * q->num, false);
    q->used = (void *)mem_host(mem, regs->used, 6 + 8ull * q->num, true);
    if (!q->desc) return break_queue(q, "descriptor table is not in RAM", regs->desc);
    if (!q->avail) return break_queue(q, "available ring is not in RAM", regs->avail);
    if (!q->used) return break_queue(q, "used ring is not in RAM", regs->used);
    q->live = true;
    return true;
}

void virtq_stop(Virtq *q) { q->live = q->broken = false; }

static uint16_t avail_index(const Virtq *q) { return __atomic_load_n(&q->avail[1], __ATOMIC_ACQUIRE); }

// avail_event stands behind the used ring: "notify me when you pass this
// index".
static void ask_for_notification(Virtq *q) {
    uint16_t *avail_event = q->used + 2 + 4 * q->num;
    __atomic_store_n(avail_event, q->regs->next_avail, __ATOMIC_RELAXED);
    mem_written(q->mem, q->regs->used + 4 + 8ull * q->num, 2);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool virtq_pending(Virtq *q) {
    if (!q->live || q->broken) return false;
    uint16_t waiting = avail_index(q) - q->regs->next_avail;
    if (!waiting && q->event_idx) {
        ask_for_notification(q);
        waiting = avail_index(q) - q->regs->next_avail; // it may have come before the driver saw our wish
    }
    if (waiting > q->num) return break_queue(q, "more available than there are entries", waiting);
    return waiting != 0;
}

static bool add_segment(Virtq *q, VirtqElement *e, const VirtqDesc *d) {
    bool write = d->flags & VIRTQ_DESC_WRITE;
    if (!write && e->nin) return break_queue(q, "readable descriptor after a writable one", d->addr);
    if (!d->len) return true; // carries nothing
    unsigned n = e->nout + e->nin;
    if (n == VIRTQ_MAX) return break_queue(q, "chain is too long", n);
    uint32_t *total = write ? &e->in_bytes : &e->out_bytes;
    if (d->len > UINT32_MAX - *total) return break_queue(q, "chain is longer than 4 GiB", d->len);
    uint8_t *host = mem_host(q->mem, d->addr, d->len, write);
    if (!host) return break_queue(q, "buffer is not in RAM", d->addr);
    e->iov[n] = (struct iovec){host, d->len};
    e->paddr[n] = d->addr;
    *total += d->len;
    if (write)
        e->nin++;
    else
        e->nout++;
    return true;
}

// Walks `table` of n descriptors from `i`. An indirect one is only met in the
// ring's own table.
static bool walk(Virtq *q, VirtqElement *e, const VirtqDesc *table, unsigned n, unsigned i, bool nested) {
    for (unsigned steps = 0;; steps++) {
        if (i >= n) return break_queue(q, "descriptor index is outside the table", i);
        if (steps == n) return break_queue(q, "chain is a loop", i);
        VirtqDesc d;
        memcpy(&d, &table[i], sizeof d);
        if (d.flags & VIRTQ_DESC_INDIRECT) {
            if (nested || !q->indirect || (d.flags & VIRTQ_DESC_NEXT))
                return break_queue(q, "indirect descriptor where none may be", d.flags);
            if (!d.len || d.len % 16 || d.len / 16 > VIRTQ_MAX)
                return break_queue(q, "length of the indirect table", d.len);
            const VirtqDesc *inner = (const void *)mem_host(q->mem, d.addr, d.len, false);
            if (!inner) return break_queue(q, "indirect table is not in RAM", d.addr);
            return walk(q, e, inner, d.len / 16, 0, true);
        }
        if (!add_segment(q, e, &d)) return false;
        if (!(d.flags & VIRTQ_DESC_NEXT)) return true;
        i = d.next;
    }
}

bool virtq_pop(Virtq *q, VirtqElement *e) {
    if (!virtq_pending(q)) return false;
    uint16_t slot = q->regs->next_avail % q->num;
    e->head = __atomic_load_n(&q->avail[2 + slot], __ATOMIC_RELAXED);
    e->nout = e->nin = 0;
    e->out_bytes = e->in_bytes = 0;
    if (!walk(q, e, q->desc, q->num, e->head, false)) return false;
    e->in = e->iov + e->nout;
    q->regs->next_avail++;
    return true;
}

void virtq_unpop(Virtq *q, unsigned n) { q->regs->next_avail -= n; }

void virtq_fill(Virtq *q, unsigned i, uint16_t head, uint32_t written) {
    unsigned slot = (uint16_t)(q->regs->next_used + i) % q->num;
    uint32_t entry[2] = {head, written};
    memcpy(q->used + 2 + 4 * slot, entry, sizeof entry);
    mem_written(q->mem, q->regs->used + 4 + 8ull * slot, 8);
}

void virtq_publish(Virtq *q, unsigned n) {
    q->regs->next_used += n;
    __atomic_store_n(&q->used[1], q->regs->next_used, __ATOMIC_RELEASE);
    mem_written(q->mem, q->regs->used, 4);
}

bool virtq_must_signal(Virtq *q) {
    if (!q->live) return false;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); // our index first, then the driver's wish
    uint16_t before = q->regs->signalled, now = q->regs->next_used;
    q->regs->signalled = now;
    if (!q->event_idx) return !(__atomic_load_n(&q->avail[0], __ATOMIC_RELAXED) & 1);
    uint16_t event = __atomic_load_n(&q->avail[2 + q->num], __ATOMIC_RELAXED); // used_event
    return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

size_t virtq_gather(const VirtqElement *e, size_t offset, void *to, size_t n) {
    size_t done = 0;
    for (unsigned i = 0; i < e->nout && done < n; i++) {
        size_t length = e->iov[i].iov_len;
        if (offset >= length) {
            offset -= length;
            continue;
        }
        size_t part = length - offset < n - done ? length - offset : n - done;
        memcpy((char *)to + done, (char *)e->iov[i].iov_base + offset, part);
        done += part;
        offset = 0;
    }
    return done;
}

size_t virtq_scatter(Virtq *q, const VirtqElement *e, size_t offset, const void *from, size_t n) {
    size_t done = 0;
    for (unsigned i = e->nout; i < e->nout + e->nin && done < n; i++) {
        size_t length = e->iov[i].iov_len;
        if (offset >= length) {
            offset -= length;
            continue;
        }
        size_t part = length - offset < n - done ? length - offset : n - done;
        memcpy((char *)e->iov[i].iov_base + offset, (const char *)from + done, part);
        mem_written(q->mem, e->paddr[i] + offset, part);
        done += part;
        offset = 0;
    }
    return done;
}
