// SPDX-License-Identifier: MIT
// The virtio device core: device status and feature negotiation (Virtual I/O Device 1.2, 2.1, 2.2, 3.1),
// starting and stopping of queues, configuration space, interrupts. Called by the transports for the driver's
// side and by the devices for theirs, always under the device's lock.
//
// VirtioRegs is all the state there is; `Virtio.q` follows from it (virtio_loaded makes it again). A
// queue counts as started when it has its addresses: legacy drivers kick before they set DRIVER_OK.
#include "hw/virtio/virtio.h"
#include "hw/core/machine.h"
#include "tcg/base/log.h"
#include <stdio.h>
#include <string.h>

uint64_t virtio_offered(Virtio *v) {
    uint64_t common = VIRTIO_F_INDIRECT | VIRTIO_F_EVENT_IDX;
    if (v->legacy) common |= VIRTIO_F_ANY_LAYOUT;
    if (v->modern) common |= VIRTIO_F_VERSION_1;
    return common | v->ops->features(v);
}

bool virtio_has(const Virtio *v, uint64_t feature) { return v->regs->driver_features & feature; }

void virtio_set_features(Virtio *v, unsigned word, uint32_t bits) {
    if (word > 1) {
        if (bits) log_print(LOG_GUEST_ERROR, "%s: feature word %u", v->device->id, word);
        return;
    }
    if (v->regs->status & VIRTIO_FEATURES_OK) {
        log_print(LOG_GUEST_ERROR, "%s: features written after FEATURES_OK", v->device->id);
        return;
    }
    uint64_t *f = &v->regs->driver_features;
    *f = word ? (uint32_t)*f | (uint64_t)bits << 32 : (*f & ~0xffffffffull) | bits;
    if (!v->modern) *f &= virtio_offered(v); // there is no FEATURES_OK to refuse with
}

static void stop_queues(Virtio *v) {
    for (unsigned i = 0; i < VIRTIO_QUEUES; i++) virtq_stop(&v->q[i]);
}

static void reset_device(Virtio *v) {
    v->epoch++;
    stop_queues(v);
    if (v->ops->settle) v->ops->settle(v);
    if (v->ops->reset) v->ops->reset(v);
    VirtioRegs old = *v->regs;
    fields_reset(v->device->type->fields, v->device->state);
    v->regs->page_size = old.page_size; // a legacy driver sets it once
    v->regs->generation = old.generation;
    v->regs->window_bar = old.window_bar; // the transport's, not the device's
    v->regs->window_offset = old.window_offset;
    v->regs->window_length = old.window_length;
}

void virtio_set_status(Virtio *v, uint32_t status) {
    VirtioRegs *r = v->regs;
    status &= 0xff;
    if (!status) {
        reset_device(v);
        return;
    }
    if ((status & ~r->status & VIRTIO_FEATURES_OK) && (r->driver_features & ~virtio_offered(v))) {
        log_print(LOG_GUEST_ERROR, "%s: driver takes features 0x%llx that were not offered", v->device->id,
                  (unsigned long long)(r->driver_features & ~virtio_offered(v)));
        status &= ~VIRTIO_FEATURES_OK;
    }
    bool begins = (status & ~r->status) & VIRTIO_DRIVER_OK;
    r->status = status | (r->status & VIRTIO_NEEDS_RESET);
    if (begins)
        for (unsigned i = 0; i < v->ops->nqueues; i++) virtio_notify(v, i);
}

Virtq *virtio_selected(Virtio *v) {
    return v->regs->queue_sel < v->ops->nqueues ? &v->q[v->regs->queue_sel] : NULL;
}

void virtio_set_queue_size(Virtio *v, uint32_t n) {
    uint32_t i = v->regs->queue_sel;
    bool good = n && n <= v->ops->queue_max && !(n & (n - 1));
    if (i < v->ops->nqueues && good && !v->q[i].live)
        v->regs->q[i].num = n;
    else
        log_print(LOG_GUEST_ERROR, "%s: queue %u cannot have %u entries now", v->device->id, i, n);
}

static bool start_queue(Virtio *v, unsigned i) {
    VirtqRegs *r = &v->regs->q[i];
    if (!r->num) r->num = v->ops->queue_max;
    unsigned features = (virtio_has(v, VIRTIO_F_INDIRECT) ? VIRTQ_INDIRECT : 0) |
                        (virtio_has(v, VIRTIO_F_EVENT_IDX) ? VIRTQ_EVENT_IDX : 0);
    return virtq_start(&v->q[i], v->device->machine->mem, r, v->device->id, features);
}

void virtio_queue_start(Virtio *v, unsigned i) {
    v->regs->q[i].ready = 1;
    if (!start_queue(v, i)) virtio_broken(v, "queue cannot be used");
}

void virtio_queue_stop(Virtio *v, unsigned i) {
    v->epoch++; // what is in flight belongs to the old ring
    virtq_stop(&v->q[i]);
    if (v->ops->settle) v->ops->settle(v);
    if (v->ops->reset) v->ops->reset(v);
    v->regs->q[i] = (VirtqRegs){.num = v->regs->q[i].num, .vector = v->regs->q[i].vector};
}

bool virtio_running(const Virtio *v, unsigned queue) {
    return v->q[queue].live && !v->q[queue].broken && v->dma &&
           !(v->regs->status & (VIRTIO_NEEDS_RESET | VIRTIO_FAILED));
}

void virtio_notify(Virtio *v, uint32_t queue) {
    if (queue >= v->ops->nqueues)
        log_print(LOG_GUEST_ERROR, "%s: notify of queue %u", v->device->id, queue);
    else if (virtio_running(v, queue))
        v->ops->notify(v, queue);
}

void virtio_broken(Virtio *v, const char *why) {
    log_print(LOG_GUEST_ERROR, "%s: %s; the device needs a reset", v->device->id, why);
    if (v->regs->status & VIRTIO_NEEDS_RESET) return;
    v->regs->status |= VIRTIO_NEEDS_RESET;
    if (v->regs->status & VIRTIO_DRIVER_OK) v->transport->signal(v, VIRTIO_ISR_CONFIG, 0);
}

bool virtio_pending(Virtio *v, unsigned queue) {
    bool pending = virtio_running(v, queue) && virtq_pending(&v->q[queue]);
    if (v->q[queue].broken) virtio_broken(v, "a ring is bad");
    return pending;
}

bool virtio_pop(Virtio *v, unsigned queue, VirtqElement *e) {
    bool got = virtio_running(v, queue) && virtq_pop(&v->q[queue], e);
    if (v->q[queue].broken) virtio_broken(v, "a ring is bad");
    return got;
}

void virtio_signal(Virtio *v, unsigned queue) {
    if (virtq_must_signal(&v->q[queue])) v->transport->signal(v, VIRTIO_ISR_QUEUE, queue);
}

void virtio_config_changed(Virtio *v) {
    v->regs->generation++;
    if (v->regs->status & VIRTIO_DRIVER_OK) v->transport->signal(v, VIRTIO_ISR_CONFIG, 0);
}

uint64_t virtio_config_read(Virtio *v, uint64_t offset, unsigned size) {
    uint8_t config[VIRTIO_CONFIG] = {0};
    unsigned length = v->ops->config ? v->ops->config(v, config) : 0;
    if (offset >= length || size > length - offset) {
        log_print(LOG_GUEST_ERROR, "%s: configuration read at %llu", v->device->id,
                  (unsigned long long)offset);
        if (offset >= VIRTIO_CONFIG || size > VIRTIO_CONFIG - offset) return 0;
    }
    uint64_t value = 0;
    memcpy(&value, config + offset, size);
    return value;
}

void virtio_config_write(Virtio *v, uint64_t offset, uint64_t value, unsigned size) {
    uint8_t config[VIRTIO_CONFIG] = {0};
    unsigned length = v->ops->config ? v->ops->config(v, config) : 0;
    if (v->ops->config_write && size <= 4 && offset < length && size <= length - offset)
        v->ops->config_write(v, offset, value, size);
    else
        log_print(LOG_GUEST_ERROR, "%s: configuration write at %llu", v->device->id,
                  (unsigned long long)offset);
}

void virtio_init(Device *d, bool legacy, bool modern) {
    const VirtioType *type = (const VirtioType *)d->type;
    Virtio *v = virtio_of(d);
    v->device = d;
    v->regs = d->state;
    v->ops = type->ops;
    v->transport = type->transport;
    v->legacy = legacy;
    v->modern = modern;
    v->dma = true;
}

bool virtio_plug(Device *d, char *error, size_t error_size) {
    return ((const VirtioType *)d->type)->transport->plug(d, error, error_size);
}

void virtio_set_dma(Virtio *v, bool on) {
    if (v->dma == on) return;
    v->dma = on;
    if (!on && v->ops->settle) v->ops->settle(v);
    for (unsigned i = 0; on && i < v->ops->nqueues; i++) virtio_notify(v, i);
}

void virtio_reset(Device *d) {
    Virtio *v = virtio_of(d);
    if (v->ops) reset_device(v);
}

bool virtio_loaded(Device *d, char *error, size_t error_size) {
    Virtio *v = virtio_of(d);
    v->epoch++;
    stop_queues(v);
    for (unsigned i = 0; i < VIRTIO_QUEUES; i++) {
        if (!v->regs->q[i].ready) continue;
        bool broken = v->regs->status & VIRTIO_NEEDS_RESET; // such a queue was saved as it was
        if (i < v->ops->nqueues && v->regs->q[i].num <= v->ops->queue_max && (start_queue(v, i) || broken))
            continue;
        snprintf(error, error_size, "%s: queue %u of the image cannot be used", d->id, i);
        stop_queues(v);
        return false;
    }
    return true;
}

void virtio_kick_all(Device *d) {
    Virtio *v = virtio_of(d);
    device_enter(d);
    for (unsigned i = 0; i < v->ops->nqueues; i++) virtio_notify(v, i);
    device_leave(d);
}
