// SPDX-License-Identifier: MIT
// One test for every device: random register accesses, time, wires and input; save; load into a fresh device;
// the same stimuli to both; every read, output level and byte sent must be equal, and so the state at the
// end. Then the test is tested: a changed field must show.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hw/core/reg.h"
#include "hw/display/framebuffer.h"
#include "hw/gpio/key.h"
#include "hw/gpio/pl061.h"
#include "hw/intc/aclint.h"
#include "hw/intc/gicv2.h"
#include "hw/intc/gicv3.h"
#include "hw/intc/gicv3_its.h"
#include "hw/intc/plic.h"
#include "hw/misc/finisher.h"
#include "hw/misc/fw_cfg.h"
#include "hw/misc/htif.h"
#include "hw/misc/pflash.h"
#include "hw/pci/host.h"
#include "hw/rtc/goldfish.h"
#include "hw/rtc/pl031.h"
#include "hw/uart/ns16550.h"
#include "hw/uart/pl011.h"
#include "hw/virtio/devices.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

static const struct Subject {
    const DeviceType *type;
    const char *props;
    unsigned inputs; // wires it listens to
} subjects[] = {
    {&ns16550_type, "chardev=rig", 0}, {&plic_type, "harts=2", 96},    {&aclint_type, "harts=3", 0},
    {&goldfish_rtc_type, "", 0},       {&htif_type, "chardev=rig", 0}, {&finisher_type, "", 0},
    {&gicv2_type, "cores=2", GIC_SPIS + 64}, {&gicv3_type, "cores=2,its=on", GIC_SPIS + 64},
    {&gicv3_its_type, "", 0}, {&pl061_type, "", 8}, {&gpio_key_type, "", 0}, {&pl011_type, "chardev=rig", 0}, {&pl031_type, "", 0},
    {&aclint_sswi_type, "harts=3", 0}, {&fw_cfg_type, "", 0}, {&pflash_type, "", 0},
    // Those whose answers come on the calling thread; tests/unit/virtio.c saves a disk with requests waiting.
    {&virtio_rng_device.type, "", 0},
    {&virtio_rng_device.type, "force-legacy=off", 0},
    {&virtio_net_device.type, "force-legacy=off", 0},
    {&virtio_serial_device.type, "chardev=rig,force-legacy=off", 0},
    {&virtio_serial_device.type, "port0=console,port2=port,port2.chardev=rig,port2.name=x,force-legacy=off", 0},
    {&virtio_gpu_device.type, "max_outputs=2", 0},
    {&virtio_keyboard_device.type, "", 0},
    {&virtio_multitouch_device.type, "", 0},
    {&virtio_snd_device.type, "", 0},
    {&virtio_rng_pci.type, "", 0},
    {&virtio_rng_pci.type, "disable-modern=on", 0},
    {&virtio_net_pci.type, "disable-legacy=on", 0},
    {&virtio_serial_pci.type, "chardev=rig", 0},
    {&pcie_root_port_type, "", 0},
    {&bochs_display_type, "vgamem=256k", 0},
    {&virtio_gpu_pci.type, "", 0},
    {&virtio_keyboard_pci.type, "", 0},
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]), SEEDS = 20, BEFORE = 300, AFTER = 300 };

static uint64_t random_state;
static uint64_t random_next(void) { // xorshift64*
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1d;
}
static uint64_t below(uint64_t n) { return random_next() >> 11 % 64 ? (random_next() >> 8) % n : 0; }

typedef struct Stimulus {
    enum { READ, WRITE, TIME, WIRE, INPUT, DRAIN, CORE_READ, CORE_WRITE } kind;
    uint64_t offset, value;
    unsigned size;
} Stimulus;

static uint64_t random_row(const Reg *regs, unsigned n, uint64_t window) {
    if (!n || below(20) == 0) return below(window ? window : 1);
    const Reg *r = &regs[below(n)];
    uint64_t element = r->count ? below(below(2) ? r->count : r->count < 5 ? r->count : 5) : 0;
    return r->offset + element * (r->stride ? r->stride : r->width) + (below(4) ? 0 : below(r->width));
}

// A PCI function has banks: number 7 is its configuration space, the others its BARs.
enum { BANK = 1 << 16, CONFIG = 7 * BANK };
static uint64_t random_pci(Device *d) {
    const Pci *p = pci_of(d);
    const PciBar *b = &p->bar[below(PCI_BARS)];
    if (!b->kind || below(2)) return CONFIG + random_row(p->rows, p->config.nregs, below(8) ? 256 : PCI_CONFIG_SIZE);
    uint64_t pages = b->size >> 12, page = below(pages > PCI_PAGES ? PCI_PAGES : pages ? pages : 1);
    const RegBank *bank = b->bank[page];
    return b->index * BANK + page * 4096 + (bank ? random_row(bank->regs, bank->nregs, 4096) : 0);
}

static uint64_t random_offset(Device *d) {
    const DeviceType *type = d->type;
    return d->bus_state && type->bus->settled ? random_pci(d) : random_row(type->regs, type->nregs, type->window);
}

// Small numbers, near-by times and anything else, so that fields and compare registers are hit.
static uint64_t random_value(void) {
    switch (below(4)) {
    case 0: return below(256);
    case 1: return 10 + below(2000);
    case 2: return (uint64_t)-1;
    default: return random_next() >> below(64);
    }
}

// Redistributors belong to no row of the distributor; CPU interfaces are reached by cores.
static void gicv3_stimulus(Stimulus *x) {
    static const uint32_t frames[] = {0, 8, 0x14, 0x70, 0x78, 0x10080, 0x10100, 0x10180, 0x10200, 0x10280, 0x10300, 0x10380, 0x10400, 0x10c04};
    static const uint16_t numbers[] = {0xc230, 0xc640, 0xc641, 0xc643, 0xc644, 0xc648, 0xc659, 0xc65d, 0xc65f, 0xc660, 0xc661, 0xc663, 0xc664, 0xc666, 0xc667};
    uint64_t roll = below(4);
    if (x->kind > WRITE || roll == 0) return;
    x->size = 4;
    if (roll == 1) {
        x->offset = GICV3_REDIST + below(2) * GICV3_REDIST_SIZE + frames[below(sizeof(frames) / 4)] + 4 * (below(6) == 0);
        return;
    }
    x->kind = x->kind == READ ? CORE_READ : CORE_WRITE;
    x->offset = numbers[below(sizeof(numbers) / 2)];
    x->size = (unsigned)below(2); // the core
    if (below(3) == 0) x->value = below(40);
}

static Stimulus random_stimulus(const struct Subject *s, Device *d) {
    Stimulus x = {.offset = random_offset(d), .value = random_value(), .size = 1u << below(4)};
    uint64_t roll = below(20);
    x.kind = roll < 7    ? READ
             : roll < 14 ? WRITE
             : roll < 16 ? TIME
             : roll < 17 ? DRAIN
             : s->inputs ? WIRE
                         : INPUT;
    if (x.kind == TIME) x.value = below(400000);
    if (x.kind == WIRE) x.offset = below(s->inputs);
    // The PLIC's enable words belong to no row.
    if (s->type == &plic_type && below(4) == 0)
        x.offset = 0x2000 + 0x80 * below(5) + 4 * below(3), x.size = 4;
    if (s->type == &gicv3_type) gicv3_stimulus(&x);
    if (s->type == &pflash_type) { // commands, most of them at a few places
        static const uint8_t commands[] = {0x20, 0xd0, 0xd0, 0xd0, 0x40, 0xe8, 0x70, 0x90, 0x98, 0xff, 0x50, 0x60, 2, 0};
        x.offset = below(3) * 256 + below(64) * 4;
        if (below(3)) x.value = commands[below(sizeof(commands))];
    }
    return x;
}

static uint64_t apply_pci(Rig *r, const Stimulus *x) {
    unsigned offset = (unsigned)(x->offset & (BANK - 1) & -x->size), size = x->size;
    const PciBar *b = x->offset < CONFIG ? &pci_of(r->device)->bar[x->offset / BANK] : NULL;
    uint64_t value = 0;
    if (!b && x->kind == READ) return rig_config_read(r, offset, size > 4 ? 4 : size);
    if (!b) rig_config_write(r, offset, x->value, size > 4 ? 4 : size);
    if (!b) return 0;
    device_enter(r->device);
    if (x->kind == READ) value = pci_bar_read(r->device, b, offset, size);
    else pci_bar_write(r->device, b, offset, x->value, size);
    device_leave(r->device);
    return value;
}

// What a read gives is the result; of anything else, nothing.
static uint64_t apply(Rig *r, const Stimulus *x) {
    uint8_t bytes[8];
    memcpy(bytes, &x->value, 8);
    if (r->host && x->kind <= WRITE) return apply_pci(r, x);
    switch (x->kind) {
    case READ: return r->device->type->window ? rig_read(r, x->offset, x->size) : 0;
    case WRITE:
        if (r->device->type->window) rig_write(r, x->offset, x->value, x->size);
        return 0;
    case CORE_READ: {
        uint64_t value = 0;
        gicv3_read(r->device, x->size, (unsigned)x->offset, &value);
        return value;
    }
    case CORE_WRITE: gicv3_write(r->device, x->size, (unsigned)x->offset, x->value); return 0;
    case TIME: rig_step(r, x->value); return 0;
    case WIRE:
        r->device->type->input ? r->device->type->input(r->device, (unsigned)x->offset, x->value & 1)
                               : (void)0;
        device_enter(r->device), device_leave(r->device);
        return 0;
    case INPUT:
        if (r->device->type == &gpio_key_type) gpio_key_press(r->device);
        rig_receive(r, bytes, x->size);
        return 0;
    case DRAIN:
        r->accepts = x->value & 3 ? RIG_BYTES : 0;
        if (r->serial.drained) r->serial.drained(r->serial.front);
        return 0;
    }
    return 0;
}

static const Fields *bus_fields(const DeviceType *type) { return type->bus ? type->bus->fields : NULL; }

// NULL, or what differs between two devices that should be the same.
static const char *differ(Rig *a, Rig *b) {
    const Fields *f = a->device->type->fields, *bus = bus_fields(a->device->type);
    if (a->messages != b->messages) return "the messages sent";
    if (memcmp(a->level, b->level, sizeof(a->level))) return "an output";
    if (a->nsent != b->nsent || memcmp(a->sent, b->sent, a->nsent)) return "the bytes sent";
    const char *what = f ? fields_diff(f, a->device->state, b->device->state) : NULL;
    return what || !bus ? what : fields_diff(bus, a->device->bus_state, b->device->bus_state);
}

static Rig *copy(const struct Subject *s, Rig *a) {
    char error[300] = "";
    Rig *b = rig_new(s->type, s->props);
    clock_set(b->machine->clock, clock_now(a->machine->clock));
    Bytes image = {0};
    if (a->host) memcpy(mem_host(b->machine->mem, RIG_RAM, RIG_RAM_SIZE, true), mem_host(a->machine->mem, RIG_RAM, RIG_RAM_SIZE, false), RIG_RAM_SIZE);
    device_save(a->device, &image);
    ck_assert_msg(device_load(b->device, &image, error, sizeof(error)), "%s: %s", s->type->name, error);
    bytes_free(&image);
    if (s->type == &pflash_type) // saved beside the fields
        memcpy(pflash_block(b->device, 0), pflash_block(a->device, 0), PFLASH_BLOCK);
    b->accepts = a->accepts;
    memcpy(b->sent, a->sent, a->nsent);
    b->nsent = a->nsent;
    b->messages = a->messages;
    return b;
}

static void warm_up(Rig *a, const struct Subject *s, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        Stimulus x = random_stimulus(s, a->device);
        apply(a, &x);
    }
}

// Runs both; NULL or the first difference.
static const char *run_both(const struct Subject *s, Rig *a, Rig *b) {
    static char text[100];
    for (unsigned i = 0; i < AFTER; i++) {
        Stimulus x = random_stimulus(s, a->device);
        uint64_t va = apply(a, &x), vb = apply(b, &x);
        const char *what = differ(a, b);
        if (va == vb && !what) continue;
        snprintf(text, sizeof(text), "step %u (kind %d, offset 0x%lx): %s", i, x.kind,
                 (unsigned long)x.offset, what ? what : "the value read");
        return text;
    }
    return NULL;
}

START_TEST(tables_are_sound) {
    const DeviceType *type = subjects[_i].type;
    if (type->fields) ck_assert_msg(!fields_check(type->fields), "%s", fields_check(type->fields));
    if (bus_fields(type)) ck_assert_msg(!fields_check(bus_fields(type)), "%s", fields_check(bus_fields(type)));
    ck_assert_msg(!reg_check(type), "%s", reg_check(type));
}
END_TEST

START_TEST(save_and_load_change_nothing) {
    const struct Subject *s = &subjects[_i];
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        random_state = seed * 0x9e3779b97f4a7c15;
        Rig *a = rig_new(s->type, s->props);
        warm_up(a, s, BEFORE);
        Rig *b = copy(s, a);
        ck_assert_msg(!differ(a, b), "%s, seed %u, just loaded: %s", s->type->name, seed, differ(a, b));
        const char *what = run_both(s, a, b);
        ck_assert_msg(!what, "%s, seed %u: %s", s->type->name, seed, what);
        rig_free(a);
        rig_free(b);
    }
}
END_TEST

// Every field of a table, one bit wrong: refused when loaded, or seen by the comparison.
static void change_fields(const struct Subject *s, const Fields *f, bool of_bus) {
    for (unsigned i = 0; f && i < f->nfields; i++) {
        if (f->fields[i].pad) continue;
        random_state = 77;
        Rig *a = rig_new(s->type, s->props);
        warm_up(a, s, BEFORE);
        Rig *b = copy(s, a);
        uint8_t *at = (uint8_t *)(of_bus ? b->device->bus_state : b->device->state) + f->fields[i].offset;
        *at ^= 2; // bit 0 of a PLIC enable word is hardwired
        ck_assert_str_eq(differ(a, b) ? differ(a, b) : "nothing",
                         f->fields[i].count > 1 ? differ(a, b) : f->fields[i].name);
        char error[300];
        Bytes image = {0};
        device_save(b->device, &image);
        Rig *c = copy(s, a);
        bool loaded = device_load(c->device, &image, error, sizeof(error));
        ck_assert_msg(!loaded || differ(a, c), "%s: field %s is not in the image", s->type->name,
                      f->fields[i].name);
        bytes_free(&image);
        rig_free(a);
        rig_free(b);
        rig_free(c);
    }
}

START_TEST(a_changed_field_is_seen) {
    change_fields(&subjects[_i], subjects[_i].type->fields, false);
    change_fields(&subjects[_i], bus_fields(subjects[_i].type), true);
}
END_TEST

int main(void) {
    Suite *s = suite_create("device_state");
    TCase *t = tcase_create("devices");
    tcase_add_loop_test(t, tables_are_sound, 0, SUBJECTS);
    tcase_add_loop_test(t, save_and_load_change_nothing, 0, SUBJECTS);
    tcase_add_loop_test(t, a_changed_field_is_seen, 0, SUBJECTS);
    suite_add_tcase(s, t);
    return suite_run(s);
}
