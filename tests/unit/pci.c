// SPDX-License-Identifier: MIT
// PCI as firmware and drivers see it: headers and ids, capabilities, BARs sized, placed and contested, decoding, pins, MSI-X, bus
// mastering, virtio through each of its interfaces, bridges. Accesses go through the memory map as a CPU's do.
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/reg.h"
#include "hw/pci/host.h"
#include "hw/virtio/devices.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

enum { COMMAND = 4, STATUS = 6, BAR0 = 0x10, BAR1 = 0x14, BAR4 = 0x20, IO = 1, MEMORY = 2, MASTER = 4, NO_INTX = 0x400 };
enum { MODERN = 0x40100000, TABLE = 0x40200000, LEGACY_PORT = 0x1000, PENDING = 0x800 };

static Rig *r;
static void setup(void) { r = rig_new(&virtio_rng_pci.type, ""); }
static void teardown(void) { rig_free(r); }

static uint64_t config(unsigned offset, unsigned size) { return rig_config_read(r, offset, size) & ((1ull << 8 * size) - 1); }
static void set_config(unsigned offset, unsigned size, uint64_t value) { rig_config_write(r, offset, value, size); }
static uint64_t get(uint64_t at, unsigned size) {
    uint64_t value = 0;
    ck_assert(mem_io_read(r->machine->mem, at, size, &value));
    return value;
}
static void put(uint64_t at, unsigned size, uint64_t value) { ck_assert(mem_io_write(r->machine->mem, at, size, value)); }
static uint64_t ecam(unsigned bus, unsigned devfn, unsigned offset, unsigned size) {
    return get(RIG_ECAM + (bus << 20) + (devfn << 12) + offset, size);
}
static void set_ecam(unsigned bus, unsigned devfn, unsigned offset, unsigned size, uint64_t value) {
    put(RIG_ECAM + (bus << 20) + (devfn << 12) + offset, size, value);
}

// BARs where the enums say, everything on.
static void place(void) {
    set_config(BAR0, 4, LEGACY_PORT);
    set_config(BAR1, 4, TABLE);
    set_config(BAR4, 4, MODERN);
    set_config(BAR4 + 4, 4, 0);
    set_config(COMMAND, 2, IO | MEMORY | MASTER);
}

START_TEST(headers_are_qemus) {
    static const struct {
        const VirtioType *type;
        const char *props;
        uint32_t id, subsystem, class_revision;
    } cases[] = {
        {&virtio_rng_pci, "", 0x10051af4, 0x00041af4, 0x00ff0000},
        {&virtio_net_pci, "", 0x10001af4, 0x00011af4, 0x02000000},
        {&virtio_serial_pci, "chardev=rig", 0x10031af4, 0x00031af4, 0x07800000},
        {&virtio_net_pci, "disable-legacy=on", 0x10411af4, 0x11001af4, 0x02000001},
        {&virtio_net_pci, "disable-modern=on", 0x10001af4, 0x00011af4, 0x02000000},
    };
    ck_assert_uint_eq(ecam(0, 0, 0, 4), 0x00081b36);
    ck_assert_uint_eq(ecam(0, 0, 8, 4), 0x06000000);
    ck_assert_uint_eq(ecam(0, 0, STATUS, 2) & 0x10, 0);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rig_free(r);
        r = rig_new(&cases[i].type->type, cases[i].props);
        ck_assert_uint_eq(config(0, 4), cases[i].id);
        ck_assert_uint_eq(config(0x2c, 4), cases[i].subsystem);
        ck_assert_uint_eq(config(8, 4), cases[i].class_revision);
        ck_assert_uint_eq(config(0x3c, 2), 0x100); // INTA
        ck_assert(config(STATUS, 2) & 0x10);
    }
}
END_TEST

// Newest first; each virtio capability says which page of BAR 4 it is.
START_TEST(capabilities_form_a_list) {
    static const uint8_t at[] = {0x98, 0x84, 0x70, 0x60, 0x50, 0x40}, type[] = {0, 5, 2, 4, 3, 1};
    static const uint32_t page[] = {0, 0, 0x3000, 0x2000, 0x1000, 0};
    unsigned next = config(0x34, 1);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_uint_eq(next, at[i]);
        ck_assert_uint_eq(config(next, 1), i ? 9 : 0x11);
        if (i) ck_assert_uint_eq(config(next + 3, 1), type[i]);
        if (i > 1) ck_assert_uint_eq(config(next + 4, 1), 4);
        if (i > 1) ck_assert_uint_eq(config(next + 8, 4), page[i]);
        next = config(next + 1, 1);
    }
    ck_assert_uint_eq(next, 0);
    ck_assert_uint_eq(config(0x98 + 2, 2), 1); // two vectors
    ck_assert_uint_eq(config(0x98 + 4, 4), 1);
    ck_assert_uint_eq(config(0x98 + 8, 4), 0x801);
    ck_assert_uint_eq(config(0x70 + 16, 4), 4); // bytes a queue
}
END_TEST

START_TEST(rows_are_sound) {
    const char *fault = reg_check_bank("config", &pci_of(r->device)->config, PCI_CONFIG_SIZE);
    ck_assert_msg(!fault, "%s", fault);
    for (unsigned i = 0; i < PCI_BARS; i++)
        for (unsigned k = 0; k < PCI_PAGES; k++) {
            const RegBank *b = pci_of(r->device)->bar[i].bank[k];
            fault = b ? reg_check_bank("bar", b, 4096) : NULL;
            ck_assert_msg(!fault, "%s", fault);
        }
}
END_TEST

START_TEST(bars_tell_their_size) {
    static const uint32_t sizes[PCI_BARS] = {0xffffffe1, 0xfffff000, 0, 0, 0xffffc00c, 0xffffffff};
    for (unsigned i = 0; i < PCI_BARS; i++) {
        set_config(BAR0 + 4 * i, 4, 0xffffffff);
        ck_assert_uint_eq(config(BAR0 + 4 * i, 4), sizes[i]);
        set_config(BAR0 + 4 * i, 4, 0);
    }
    set_config(0x30, 4, 0xfffff800); // no option ROM
    ck_assert_uint_eq(config(0x30, 4), 0);
}
END_TEST

// Bytes and half words, accesses across registers, what is not there.
START_TEST(configuration_in_any_size) {
    ck_assert_uint_eq(config(0, 1), 0xf4);
    ck_assert_uint_eq(config(1, 1), 0x1a);
    ck_assert_uint_eq(config(2, 2), 0x1005);
    uint64_t value;
    ck_assert(mem_io_read(r->machine->mem, RIG_ECAM + 0x8000, 8, &value));
    ck_assert_uint_eq(value, (uint64_t)0x00100000 << 32 | 0x10051af4);
    ck_assert(mem_io_read(r->machine->mem, RIG_ECAM + 0x8001, 4, &value)); // not aligned: bytes
    ck_assert_uint_eq(value, 0x0010051a);
    set_config(BAR4 + 1, 1, 0xc1);
    ck_assert_uint_eq(config(BAR4, 4), 0xc00c);
    set_config(BAR4 + 2, 2, 0x4010);
    ck_assert_uint_eq(config(BAR4, 4), 0x4010c00c);
    set_config(0, 4, 0x12345678);
    ck_assert_uint_eq(config(0, 4), 0x10051af4);
    set_config(COMMAND, 2, 0xffff);
    ck_assert_uint_eq(config(COMMAND, 2), 0x507);
    ck_assert_uint_eq(ecam(0, 2 << 3, 0, 4), 0xffffffff);
    ck_assert_uint_eq(ecam(0, 1 << 3 | 1, 0, 2), 0xffff);
    ck_assert_uint_eq(ecam(1, 0, 0, 1), 0xff);
    set_ecam(7, 3, COMMAND, 4, 7);
    ck_assert_uint_eq(config(0x100, 4), 0xffffffff); // no Express function
}
END_TEST

START_TEST(decoding_follows_the_command_register) {
    place();
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 1); // num_queues
    ck_assert_uint_eq(get(RIG_PIO + LEGACY_PORT + 12, 2), 8);
    set_config(COMMAND, 2, IO);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 0xffff);
    ck_assert_uint_eq(get(RIG_PIO + LEGACY_PORT + 12, 2), 8);
    set_config(COMMAND, 2, MEMORY);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 1);
    ck_assert_uint_eq(get(RIG_PIO + LEGACY_PORT + 12, 2), 0xffff);
    set_config(BAR4 + 4, 4, 4); // into the upper window
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 0xffff);
    ck_assert_uint_eq(get((4ull << 32) + MODERN + 0x12, 2), 1);
    device_reset(r->device);
    ck_assert_uint_eq(get((4ull << 32) + MODERN + 0x12, 2), 0xffff);
    ck_assert_uint_eq(config(COMMAND, 2), 0);
}
END_TEST

// Over memory, over what is no window, over the bridge, at zero: nowhere, and what is there stays.
START_TEST(bars_in_the_way) {
    static const uint32_t bad[] = {RIG_RAM, RIG_ECAM, 0, 0xffffc000, RIG_PIO, 0x7fffffff + 1u - 0x1000};
    uint64_t *word = (uint64_t *)mem_host(r->machine->mem, RIG_RAM + 0x10, 8, true);
    *word = 0x1122334455667788;
    place();
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_config(BAR4, 4, bad[i]);
        ck_assert_uint_eq(get(RIG_RAM + 0x10, 8), 0x1122334455667788);
        ck_assert_ptr_eq(mem_host(r->machine->mem, RIG_RAM + 0x10, 8, true), word);
        ck_assert_uint_eq(config(0, 4), 0x10051af4);
        MemRegion region[32];
        unsigned n = mem_regions(r->machine->mem, region, 32);
        bool there = false;
        for (unsigned k = 0; k < n; k++) there |= strstr(region[k].name, "bar 4") != NULL;
        ck_assert_msg(there == (bad[i] == 0x7ffff000), "0x%x", bad[i]); // rounded down to its size, it is in the window
    }
    set_config(BAR4, 4, MODERN);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 1);
}
END_TEST

// The function that was there first keeps a contested place; when it goes the other one is seen.
START_TEST(bars_over_each_other) {
    char error[200];
    Device *second = pci_host_plug(r->host, &virtio_net_pci.type, "", "", error, sizeof(error));
    ck_assert_msg(second, "%s", error);
    device_reset(second);
    place();
    set_ecam(0, 2 << 3, BAR4, 4, MODERN);
    set_ecam(0, 2 << 3, COMMAND, 2, MEMORY);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 1);
    set_config(BAR1, 4, MODERN); // its own one, too
    ck_assert_uint_eq(get(MODERN, 4), 0); // a table now: an address of 0
    set_config(BAR1, 4, TABLE);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 1);
    set_config(BAR4, 4, MODERN + 0x200000);
    ck_assert_uint_eq(get(MODERN + 0x12, 2), 2); // the card has two queues
    ck_assert_uint_eq(get(MODERN + 0x200012, 2), 1);
}
END_TEST

START_TEST(pins_are_rotated_and_can_be_masked) {
    char error[200];
    static const unsigned slots[] = {2, 3, 4, 7};
    place();
    for (unsigned i = 0; i < 4; i++) {
        char props[32];
        snprintf(props, sizeof(props), "addr=%x", slots[i]);
        Device *d = pci_host_plug(r->host, &virtio_rng_pci.type, "", props, error, sizeof(error));
        ck_assert_msg(d, "%s", error);
        device_enter(d);
        virtio_of(d)->regs->isr = 1;
        device_leave(d);
        ck_assert(r->level[RIG_FIRST_PIN + slots[i] % 4]);
        if (slots[i] == 3) { // 7 shares its wire
            ck_assert(ecam(0, 3 << 3, STATUS, 2) & 8);
            set_ecam(0, 3 << 3, COMMAND, 2, NO_INTX);
            ck_assert(!r->level[RIG_FIRST_PIN + 3]);
            ck_assert(ecam(0, 3 << 3, STATUS, 2) & 8);
            set_ecam(0, 3 << 3, COMMAND, 2, 0);
            ck_assert(r->level[RIG_FIRST_PIN + 3]);
        }
    }
    set_ecam(0, 7 << 3, COMMAND, 2, NO_INTX);
    ck_assert(r->level[RIG_FIRST_PIN + 3]); // the other one still pulls
    set_ecam(0, 3 << 3, COMMAND, 2, NO_INTX);
    ck_assert(!r->level[RIG_FIRST_PIN + 3]);
}
END_TEST

static void notify(unsigned vector) {
    device_enter(r->device);
    pci_msix_notify(r->device, vector);
    device_leave(r->device);
}

START_TEST(messages) {
    enum { CONTROL = 0x98 + 2, ENABLE = 0x8000, MASK_ALL = 0x4000 };
    place();
    put(TABLE + 16, 4, RIG_MESSAGES + 0x40);
    put(TABLE + 24, 4, 0x55);
    notify(1);
    ck_assert_uint_eq(get(TABLE + PENDING, 4), 0); // not enabled
    set_config(CONTROL, 2, ENABLE);
    ck_assert_uint_eq(config(CONTROL, 2), ENABLE | 1);
    notify(1);
    ck_assert_uint_eq(get(TABLE + PENDING, 4), 2); // vectors start masked
    put(TABLE + 28, 4, 0);
    ck_assert_uint_eq(r->nmessages, 1);
    ck_assert_uint_eq(r->last_address, RIG_MESSAGES + 0x40);
    ck_assert_uint_eq(r->last_data, 0x55);
    ck_assert_uint_eq(r->last_source, 8);
    ck_assert_uint_eq(get(TABLE + PENDING, 4), 0);
    set_config(CONTROL, 2, ENABLE | MASK_ALL);
    notify(1);
    ck_assert_uint_eq(r->nmessages, 1);
    set_config(COMMAND, 2, MEMORY);
    set_config(CONTROL, 2, ENABLE);
    ck_assert_uint_eq(r->nmessages, 1); // may not write to memory
    set_config(COMMAND, 2, MEMORY | MASTER);
    ck_assert_uint_eq(r->nmessages, 2);
    put(TABLE + 16, 4, RIG_RAM + 0x100); // to memory
    put(TABLE + 24, 4, 0xabcdef01);
    notify(1);
    ck_assert_uint_eq(*(uint32_t *)mem_host(r->machine->mem, RIG_RAM + 0x100, 4, false), 0xabcdef01);
    put(TABLE + 16, 8, 0xfee00000); // to nobody
    notify(1);
    notify(2), notify(31), notify(32), notify(0xffff); // there are two
    ck_assert_uint_eq(r->nmessages, 2);
    device_enter(r->device); // no pin meanwhile
    virtio_of(r->device)->regs->isr = 1;
    device_leave(r->device);
    ck_assert(!r->level[RIG_FIRST_PIN + 1]);
    set_config(CONTROL, 2, 0);
    ck_assert(r->level[RIG_FIRST_PIN + 1]);
    for (unsigned i = 0; i < 4096; i += 4) put(TABLE + i, 4, 0xffffffff); // out of range too
    for (unsigned i = 0; i < 4096; i += 8) get(TABLE + i, 8);
}
END_TEST

// ---- virtio

enum { DESC = RIG_RAM, AVAIL = RIG_RAM + 0x80, USED = RIG_RAM + 0x1000, BUFFER = RIG_RAM + 0x2000, QUEUE_MAX = 8 };
static void *ram(uint64_t at) { return mem_host(r->machine->mem, at, 1, true); }

// One buffer for the entropy device; `n` counts them.
static void offer(unsigned n) {
    uint64_t desc[2] = {BUFFER, 64 | (uint64_t)2 << 32}; // the device writes
    memcpy(ram(DESC), desc, sizeof(desc));
    uint16_t *avail = ram(AVAIL);
    avail[2 + (n - 1) % QUEUE_MAX] = 0;
    avail[1] = n;
}
static unsigned used(void) { return ((uint16_t *)ram(USED))[1]; }

static void start_modern(unsigned vector) {
    put(MODERN + 0x14, 1, 0);
    put(MODERN + 0x14, 1, 3);
    put(MODERN + 0x08, 4, 1);
    put(MODERN + 0x0c, 4, 1); // VERSION_1
    put(MODERN + 0x14, 1, 11);
    ck_assert_uint_eq(get(MODERN + 0x14, 1), 11);
    put(MODERN + 0x16, 2, 0);
    ck_assert_uint_eq(get(MODERN + 0x18, 2), QUEUE_MAX);
    put(MODERN + 0x1a, 2, vector);
    put(MODERN + 0x20, 4, DESC), put(MODERN + 0x24, 4, 0);
    put(MODERN + 0x28, 8, AVAIL);
    put(MODERN + 0x30, 4, USED), put(MODERN + 0x34, 4, 0);
    ck_assert_uint_eq(get(MODERN + 0x20, 8), DESC);
    put(MODERN + 0x1c, 2, 1);
    put(MODERN + 0x14, 1, 15);
}

START_TEST(modern_interface) {
    place();
    put(MODERN, 4, 1);
    ck_assert_uint_eq(get(MODERN + 4, 4), 1); // VERSION_1
    put(MODERN + 0x10, 2, 7);
    ck_assert_uint_eq(get(MODERN + 0x10, 2), 0xffff); // there is no vector 7
    start_modern(0xffff);
    ck_assert_uint_eq(get(MODERN + 0x1a, 2), 0xffff);
    offer(1);
    put(MODERN + 0x3000, 2, 0);
    ck_assert_uint_eq(used(), 1);
    ck_assert(r->level[RIG_FIRST_PIN + 1]);
    ck_assert_uint_eq(get(MODERN + 0x1000, 1), 1);
    ck_assert(!r->level[RIG_FIRST_PIN + 1]); // reading has acknowledged
    put(MODERN + 0x16, 2, 9);
    ck_assert_uint_eq(get(MODERN + 0x18, 2), 0);
    put(MODERN + 0x1c, 2, 1); // no such queue
    put(MODERN + 0x3004, 4, 1);
    set_config(0x98 + 2, 2, 0x8000);
    put(TABLE + 16, 8, RIG_MESSAGES);
    put(TABLE + 28, 4, 0);
    memset(ram(USED), 0, 4);
    start_modern(1);
    ck_assert_uint_eq(get(MODERN + 0x1a, 2), 1);
    offer(1);
    put(MODERN + 0x3000, 4, 0);
    ck_assert_uint_eq(used(), 1);
    ck_assert_uint_eq(r->nmessages, 1);
    ck_assert(!r->level[RIG_FIRST_PIN + 1]);
}
END_TEST

START_TEST(legacy_interface) {
    enum { PORT = RIG_PIO + LEGACY_PORT };
    place();
    ck_assert_uint_eq(get(PORT + 12, 2), QUEUE_MAX);
    put(PORT + 18, 1, 3);
    put(PORT + 4, 4, 0xffffffff);
    ck_assert_uint_eq(get(PORT + 4, 4), get(PORT, 4)); // only what is offered
    put(PORT + 4, 4, 0);
    put(PORT + 14, 2, 0);
    put(PORT + 8, 4, RIG_RAM >> 12);
    ck_assert_uint_eq(get(PORT + 8, 4), RIG_RAM >> 12);
    put(PORT + 18, 1, 7);
    offer(1);
    put(PORT + 16, 2, 0);
    ck_assert_uint_eq(used(), 1);
    ck_assert(r->level[RIG_FIRST_PIN + 1]);
    ck_assert_uint_eq(get(PORT + 19, 1), 1);
    ck_assert(!r->level[RIG_FIRST_PIN + 1]);
    set_config(0x98 + 2, 2, 0x8000); // two more registers
    put(PORT + 22, 2, 1);
    ck_assert_uint_eq(get(PORT + 22, 2), 1);
    put(PORT + 20, 2, 5);
    ck_assert_uint_eq(get(PORT + 20, 2), 0xffff);
    put(PORT + 18, 1, 0);
    ck_assert_uint_eq(get(PORT + 22, 2), 0xffff);
    put(PORT + 8, 4, 0xfffffff0); // a queue that is not in RAM
    put(PORT + 18, 1, 7);
    put(PORT + 16, 2, 0);
    ck_assert(get(PORT + 18, 1) & 64); // needs a reset
}
END_TEST

// Without bus mastering nothing is read or written; what waited is done when it comes.
START_TEST(no_master_no_memory) {
    place();
    start_modern(0xffff);
    set_config(COMMAND, 2, MEMORY);
    offer(1);
    put(MODERN + 0x3000, 2, 0);
    ck_assert_uint_eq(used(), 0);
    ck_assert(!r->level[RIG_FIRST_PIN + 1]);
    set_config(COMMAND, 2, MEMORY | MASTER);
    ck_assert_uint_eq(used(), 1);
    ck_assert(r->level[RIG_FIRST_PIN + 1]);
}
END_TEST

// 4.1.4.9: BARs through configuration space, also with decoding off.
START_TEST(window_into_bars) {
    enum { CAP = 0x84 };
    set_config(CAP + 4, 1, 4);
    set_config(CAP + 8, 4, 0x12);
    set_config(CAP + 12, 4, 2);
    ck_assert_uint_eq(config(CAP + 8, 4), 0x12);
    ck_assert_uint_eq(config(CAP + 16, 2), 1); // num_queues
    set_config(CAP + 8, 4, 0x14);
    set_config(CAP + 12, 4, 1);
    set_config(CAP + 16, 1, 3);
    ck_assert_uint_eq(config(CAP + 16, 1), 3); // status
    place();
    ck_assert_uint_eq(get(MODERN + 0x14, 1), 3);
    static const uint32_t bad[][3] = {{9, 0, 4}, {2, 0, 4}, {4, 0x4000, 4}, {4, 0xffffffff, 1}, {4, 1, 2}, {0, 0x1000, 4}, {255, 0, 1}};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_config(CAP + 4, 1, bad[i][0]);
        set_config(CAP + 8, 4, bad[i][1]);
        set_config(CAP + 12, 4, bad[i][2]);
        set_config(CAP + 16, bad[i][2], 0xffffffff);
        ck_assert_uint_eq(config(CAP + 16, bad[i][2]), 0);
    }
}
END_TEST

// One thread moves a BAR, another uses it where it may be: each access is answered, by the function or by nobody.
static void *reader(void *stop) {
    while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
        for (unsigned i = 0; i < 4; i++) {
            uint64_t value = 0;
            if (!mem_io_read(r->machine->mem, MODERN + i * 0x4000 + 0x12, 2, &value) || (value != 1 && value != 0xffff)) return "bad";
            mem_io_write(r->machine->mem, MODERN + i * 0x4000 + 0x3000, 2, 0);
        }
    return NULL;
}
START_TEST(moves_under_use) {
    bool stop = false;
    void *bad[2];
    pthread_t thread[2];
    place();
    for (unsigned i = 0; i < 2; i++) pthread_create(&thread[i], NULL, reader, &stop);
    for (unsigned i = 0; i < 3000; i++) {
        set_config(BAR4, 4, MODERN + i % 4 * 0x4000);
        if (i % 7 == 0) set_config(COMMAND, 2, i % 2 ? MEMORY | MASTER : IO);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(thread[i], &bad[i]);
        ck_assert_ptr_null(bad[i]);
    }
}
END_TEST

START_TEST(behind_a_root_port) {
    char error[200];
    enum { PORT = 2 << 3, BUS = 5, AT = 0x41000000 };
    Device *port = pci_host_plug(r->host, &pcie_root_port_type, "pcie.0", "id=rp,slot=3", error, sizeof(error));
    ck_assert_msg(port, "%s", error);
    Device *d = pci_host_plug(r->host, &virtio_rng_pci.type, "rp", "", error, sizeof(error));
    ck_assert_msg(d, "%s", error);
    device_reset(port), device_reset(d);
    const char *fault = reg_check_bank("config", &pci_of(port)->config, PCI_CONFIG_SIZE);
    ck_assert_msg(!fault, "%s", fault);
    ck_assert_uint_eq(ecam(0, PORT, 0, 4), 0x000c1b36);
    ck_assert_uint_eq(ecam(0, PORT, 8, 4), 0x06040000);
    ck_assert_uint_eq(ecam(0, PORT, 0xe, 1), 1);
    ck_assert_uint_eq(ecam(0, PORT, 0x44, 4), 0x00001b36);              // subsystem
    ck_assert_uint_eq(ecam(0, PORT, 0x48, 4) & 0xffff00ff, 0x01420010); // Express, root port with a slot
    ck_assert_uint_eq(ecam(0, PORT, 0x100, 4), 0);                      // no extended capability
    ck_assert_uint_eq(ecam(BUS, 0, 0, 4), 0xffffffff);
    set_ecam(0, PORT, 0x18, 4, 0x00000000 | BUS << 8 | BUS << 16);
    ck_assert_uint_eq(ecam(BUS, 0, 0, 4), 0x10441af4); // modern only, there may be no I/O ports
    ck_assert_uint_eq(ecam(BUS, 1 << 3, 0, 4), 0xffffffff);
    set_ecam(BUS, 0, BAR4, 4, AT);
    set_ecam(BUS, 0, COMMAND, 2, MEMORY | MASTER);
    ck_assert_uint_eq(get(AT + 0x12, 2), 0xffff); // the port does not forward
    set_ecam(0, PORT, 0x24, 4, 0x4100 | 0x4100 << 16);
    set_ecam(0, PORT, COMMAND, 2, MEMORY | MASTER);
    ck_assert_uint_eq(get(AT + 0x12, 2), 1);
    set_ecam(0, PORT, 0x24, 4, 0x4000fff1);
    ck_assert_uint_eq(get(AT + 0x12, 2), 0xffff);
    set_ecam(0, PORT, 0x20, 4, 0x4100 | 0x4110 << 16); // the other window
    ck_assert_uint_eq(get(AT + 0x12, 2), 1);
    ck_assert_uint_eq(pci_requester(d), BUS << 8);
    device_enter(d);
    virtio_of(d)->regs->isr = 1;
    device_leave(d);
    ck_assert(r->level[RIG_FIRST_PIN + 2]);
    set_ecam(0, PORT, 0x18, 4, 0xff0000); // loops of bus numbers
    set_ecam(0, PORT, 0x18, 4, 0);
    ecam(200, 0, 0, 4);
}
END_TEST

int main(void) {
    Suite *s = suite_create("pci");
    TCase *t = tcase_create("pci");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, headers_are_qemus);
    tcase_add_test(t, capabilities_form_a_list);
    tcase_add_test(t, rows_are_sound);
    tcase_add_test(t, bars_tell_their_size);
    tcase_add_test(t, configuration_in_any_size);
    tcase_add_test(t, decoding_follows_the_command_register);
    tcase_add_test(t, bars_in_the_way);
    tcase_add_test(t, bars_over_each_other);
    tcase_add_test(t, pins_are_rotated_and_can_be_masked);
    tcase_add_test(t, messages);
    tcase_add_test(t, modern_interface);
    tcase_add_test(t, legacy_interface);
    tcase_add_test(t, no_master_no_memory);
    tcase_add_test(t, window_into_bars);
    tcase_add_test(t, moves_under_use);
    tcase_add_test(t, behind_a_root_port);
    suite_add_tcase(s, t);
    return suite_run(s);
}
