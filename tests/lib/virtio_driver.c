// SPDX-License-Identifier: MIT
// The driver of virtio_driver.h. Register numbers are spelled out: it is the device's row table that is
// tested.
#include "tests/lib/virtio_driver.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Board nothing = {.name = "nothing", .max_cpus = 1, .default_ram = DRIVER_RAM_SIZE};
static MachineSpec spec;

Machine *driver_machine(void) {
    char error[256];
    Machine *m = machine_new(&spec, &nothing);
    m->ncpus = 0;
    if (!mem_map_ram(m->mem, "ram", DRIVER_RAM, DRIVER_RAM_SIZE, false, error, sizeof error)) abort();
    return m;
}

Device *driver_device(Machine *m, const VirtioType *type, const char *props) {
    char error[512];
    Device *d = device_new(m, &type->type, "virtio-test");
    if (device_set_all(d, props, error, sizeof error) && device_plug(d, error, sizeof error)) return d;
    fprintf(stderr, "driver_device: %s\n", error);
    abort();
}

static void irq(void *opaque, unsigned n, bool level) {
    Driver *v = opaque;
    if (level && !__atomic_load_n(&v->level, __ATOMIC_SEQ_CST))
        __atomic_fetch_add(&v->edges, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&v->level, level, __ATOMIC_SEQ_CST);
}

// Takes over the device's line, which may be moving just now.
static void wire(Driver *v, Device *d, const Driver *before) {
    device_wire_to(d, 0, (Irq){0});
    Driver fresh = before ? *before : (Driver){0};
    fresh.d = d;
    fresh.level = fresh.edges = 0;
    *v = fresh;
    device_wire_to(d, 0, (Irq){irq, v, 0});
    device_enter(d);
    device_leave(d);
}

bool driver_interrupted(Driver *v) {
    for (unsigned i = 0; i < 10000; i++) {
        if (__atomic_load_n(&v->level, __ATOMIC_SEQ_CST)) return true;
        usleep(1000);
    }
    return false;
}

uint8_t *driver_ram(const Driver *v, uint64_t paddr) { return mem_host(v->d->machine->mem, paddr, 1, true); }
uint32_t driver_reg(Driver *v, unsigned offset) { return device_read(v->d, offset, 4); }
static void set(Driver *v, unsigned offset, uint32_t value) { device_write(v->d, offset, value, 4); }

static void negotiate(Driver *v, uint64_t wanted) {
    uint64_t offered = 0;
    for (unsigned i = 0; i < 2; i++) {
        set(v, 0x014, i);
        offered |= (uint64_t)driver_reg(v, 0x010) << 32 * i;
    }
    v->features = offered & wanted;
    for (unsigned i = 0; i < 2; i++) {
        set(v, 0x024, i);
        set(v, 0x020, v->features >> 32 * i);
    }
}

static void setup_queue(Driver *v, unsigned i, bool legacy) {
    DriverQueue *q = &v->q[i];
    uint64_t base = DRIVER_RAM + 0x10000 * i;
    *q = (DriverQueue){
        .num = DRIVER_NUM, .desc = base, .avail = base + 16 * DRIVER_NUM, .used = base + 0x1000};
    memset(driver_ram(v, base), 0, 0x2000);
    set(v, 0x030, i);
    if (driver_reg(v, 0x034) < DRIVER_NUM) q->num = driver_reg(v, 0x034), q->avail = base + 16 * q->num;
    set(v, 0x038, q->num);
    if (legacy) {
        set(v, 0x03c, 4096);
        set(v, 0x040, base / 4096);
        return;
    }
    uint64_t address[3] = {q->desc, q->avail, q->used};
    for (unsigned k = 0; k < 3; k++) {
        set(v, 0x080 + 0x10 * k, address[k]);
        set(v, 0x084 + 0x10 * k, address[k] >> 32);
    }
    set(v, 0x044, 1);
}

void driver_start(Driver *v, Device *d, uint64_t wanted) {
    wire(v, d, NULL);
    bool legacy = driver_reg(v, 0x004) == 1;
    set(v, 0x070, 0);
    set(v, 0x070, 3);
    negotiate(v, wanted);
    if (!legacy) set(v, 0x070, 11);
    if (!legacy && !(driver_reg(v, 0x070) & 8)) abort(); // refused what it offered
    if (legacy) set(v, 0x028, 4096);
    for (unsigned i = 0; i < VIRTIO_QUEUES; i++) {
        set(v, 0x030, i);
        if (driver_reg(v, 0x034)) setup_queue(v, i, legacy);
    }
    set(v, 0x070, legacy ? 7 : 15);
}

void driver_continue(Driver *v, Device *d, const Driver *before) { wire(v, d, before); }

static void put_desc(Driver *v, DriverQueue *q, unsigned i, VirtqDesc d) {
    memcpy(driver_ram(v, q->desc + 16 * i), &d, sizeof d);
}

uint16_t driver_add(Driver *v, unsigned queue, const Seg *out, unsigned nout, const Seg *in, unsigned nin) {
    DriverQueue *q = &v->q[queue];
    uint16_t head = q->next_desc % q->num, n = nout + nin;
    for (unsigned i = 0; i < n; i++) {
        Seg s = i < nout ? out[i] : in[i - nout];
        uint16_t flags = (i < nout ? 0 : VIRTQ_DESC_WRITE) | (i + 1 < n ? VIRTQ_DESC_NEXT : 0);
        put_desc(v, q, (q->next_desc + i) % q->num,
                 (VirtqDesc){s.paddr, s.len, flags, (q->next_desc + i + 1) % q->num});
    }
    q->next_desc += n;
    uint16_t *avail = (uint16_t *)driver_ram(v, q->avail);
    avail[2 + q->avail_idx % q->num] = head;
    __atomic_store_n(&avail[1], ++q->avail_idx, __ATOMIC_RELEASE);
    return head;
}

void driver_kick(Driver *v, unsigned queue) { set(v, 0x050, queue); }

bool driver_used(Driver *v, unsigned queue, uint16_t *head, uint32_t *len) {
    DriverQueue *q = &v->q[queue];
    uint16_t *used = (uint16_t *)driver_ram(v, q->used);
    if (__atomic_load_n(&used[1], __ATOMIC_ACQUIRE) == q->seen_used) return false;
    uint32_t *entry = (uint32_t *)(used + 2) + 2 * (q->seen_used++ % q->num);
    *head = entry[0];
    *len = entry[1];
    return true;
}

bool driver_wait(Driver *v, unsigned queue, uint16_t *head, uint32_t *len) {
    for (unsigned i = 0; i < 10000; i++) {
        if (driver_used(v, queue, head, len)) return true;
        usleep(1000);
    }
    return false;
}
