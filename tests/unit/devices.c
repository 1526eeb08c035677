// SPDX-License-Identifier: MIT
// What each device's manual says, and what the register framework promises to all of them.
#include <check.h>
#include <string.h>
#include "hw/core/reg.h"
#include "hw/intc/aclint.h"
#include "hw/intc/plic.h"
#include "hw/misc/finisher.h"
#include "hw/misc/htif.h"
#include "hw/rtc/goldfish.h"
#include "hw/uart/ns16550.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

// ---- the framework

typedef struct Demo {
    uint32_t rw, w1c, w1s, rc;
    uint64_t wide;
    uint16_t array[4];
    // wiring
    uint32_t number;
    uint64_t size;
    bool flag;
    char *text;
} Demo;
static const Field demo_table[] = {FIELD(Demo, rw, 0x11), FIELD(Demo, w1c, 0xff),
                                   FIELD(Demo, w1s, 0),   FIELD(Demo, rc, 5),
                                   FIELD(Demo, wide, 0),  FIELD_ARRAY(Demo, array, 0)};
static const Fields demo_fields = FIELDS("demo", 1, demo_table, offsetof(Demo, number));
static const Reg demo_regs[] = {
    {0x00, "RW", 4, REG_RW, REG_FIELD(Demo, rw), .mask = 0xff00ff},
    {0x04, "W1C", 4, REG_W1C, REG_FIELD(Demo, w1c), .mask = 0x0f},
    {0x08, "W1S", 4, REG_W1S, REG_FIELD(Demo, w1s), .mask = 0x0f},
    {0x0c, "RC", 4, REG_RC, REG_FIELD(Demo, rc)},
    {0x10, "WIDE", 8, REG_RW, REG_FIELD(Demo, wide), .mask = REG_ALL},
    {0x18, "RO", 4, REG_RO, REG_FIELD(Demo, rw)},
    {0x1c, "WO", 4, REG_WO, REG_FIELD(Demo, rw), .mask = REG_ALL},
    {0x20, "ARRAY", 2, REG_RW, REG_FIELD_ARRAY(Demo, array), .mask = REG_ALL, .count = 4, .stride = 8},
};
static const Prop demo_props[] = {
    PROP(Demo, number, PROP_U32, "7", ""),
    PROP(Demo, size, PROP_U64, NULL, ""),
    PROP(Demo, flag, PROP_BOOL, NULL, ""),
    PROP(Demo, text, PROP_STRING, "hello", ""),
};
static void demo_update(Device *d) { device_irq(d, 0, ((Demo *)d->state)->w1s != 0); }
static const DeviceType demo = {.name = "demo",
                                .size = sizeof(Demo),
                                .fields = &demo_fields,
                                .regs = demo_regs,
                                .nregs = 8,
                                .window = 0x100,
                                .props = demo_props,
                                .nprops = 4,
                                .update = demo_update};

START_TEST(access_rules) {
    Rig *r = rig_new(&demo, "");
    ck_assert_ptr_null(reg_check(&demo));
    rig_write(r, 0, 0xffffffff, 4);
    ck_assert_uint_eq(rig_read(r, 0, 4), 0xff00ff);
    rig_write(r, 4, 0x3c, 4);
    ck_assert_uint_eq(rig_read(r, 4, 4), 0xf3); // only masked ones clear
    rig_write(r, 8, 0x12, 4);
    ck_assert_uint_eq(rig_read(r, 8, 4), 0x02);
    ck_assert(r->level[0]); // update ran
    ck_assert_uint_eq(rig_read(r, 0xc, 4), 5);
    ck_assert_uint_eq(rig_read(r, 0xc, 4), 0);
    rig_write(r, 0x18, 1, 4);
    ck_assert_uint_eq(rig_read(r, 0x18, 4), 0xff00ff); // read-only
    rig_write(r, 0x1c, 0x77, 4);
    ck_assert_uint_eq(rig_read(r, 0x1c, 4), 0); // write-only
    ck_assert_uint_eq(rig_read(r, 0, 4), 0x77);
    ck_assert_uint_eq(rig_read(r, 0x80, 4), 0); // no register: zero, no harm
    rig_write(r, 0x80, 1, 4);
    rig_free(r);
}
END_TEST

START_TEST(access_sizes) {
    Rig *r = rig_new(&demo, "");
    rig_write(r, 0x10, 0x1122334455667788, 8);
    ck_assert_uint_eq(rig_read(r, 0x14, 4), 0x11223344); // half of a wide one
    rig_write(r, 0x14, 0xaabbccdd, 4);
    ck_assert_uint_eq(rig_read(r, 0x10, 8), 0xaabbccdd55667788); // the other half stays
    ck_assert_uint_eq(rig_read(r, 0x13, 1), 0x55);
    rig_write(r, 0x00, 0x0f00000003, 8); // two registers at once
    ck_assert_uint_eq(rig_read(r, 0, 4), 3);
    ck_assert_uint_eq(rig_read(r, 4, 4), 0xf0);
    rig_write(r, 0x04, 0xff, 1);
    ck_assert_uint_eq(rig_read(r, 4, 4), 0xf0);
    rig_write(r, 0x30, 0xbeef, 2);
    ck_assert_uint_eq(rig_read(r, 0x30, 2), 0xbeef);
    ck_assert_uint_eq(((Demo *)r->device->state)->array[2], 0xbeef);
    ck_assert_uint_eq(rig_read(r, 0x32, 2), 0); // between two elements
    rig_free(r);
}
END_TEST

START_TEST(properties) {
    char error[300];
    Rig *r = rig_new(&demo, "");
    Demo *d = r->device->state;
    ck_assert_uint_eq(d->number, 7);
    ck_assert_str_eq(d->text, "hello");
    ck_assert(device_set_all(r->device, "number=0x10,size=2M,flag,text=a,,b,id=mine", error, sizeof(error)));
    ck_assert_uint_eq(d->number, 16);
    ck_assert_uint_eq(d->size, 2 << 20);
    ck_assert(d->flag);
    ck_assert_str_eq(d->text, "a,b");
    ck_assert_str_eq(r->device->id, "mine");
    ck_assert(!device_set(r->device, "nubmer", "1", error, sizeof(error)));
    ck_assert_str_eq(error, "unknown property of 'demo': 'nubmer'; did you mean 'number'?");
    ck_assert(!device_set(r->device, "number", "4294967296", error, sizeof(error)));
    ck_assert(!device_set(r->device, "number", "-1", error, sizeof(error)));
    ck_assert(!device_set(r->device, "number", "12x", error, sizeof(error)));
    ck_assert(!device_set(r->device, "size", "99999999999T", error, sizeof(error)));
    ck_assert(!device_set(r->device, "flag", "maybe", error, sizeof(error)));
    rig_free(r);
}
END_TEST

// ---- 16550

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };
START_TEST(uart_sends_and_receives) {
    Rig *r = rig_new(&ns16550_type, "chardev=rig");
    ck_assert_uint_eq(rig_read(r, LSR, 1), 0x60);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 1);
    rig_write(r, RBR, 'A', 1);
    ck_assert_uint_eq(r->sent[0], 'A');
    rig_write(r, IER, 1, 1);
    rig_receive(r, (const uint8_t *)"xyz", 3);
    ck_assert_uint_eq(r->serial.can_receive(r->serial.front), 0); // no FIFO: one byte
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 4);
    ck_assert_uint_eq(rig_read(r, RBR, 1), 'x');
    ck_assert(!r->level[0]);
    rig_write(r, IIR, 0x81, 1); // FIFOs, trigger at 8
    rig_receive(r, (const uint8_t *)"0123456789abcdefgh", 18);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 0xc4);
    for (int i = 0; i < 9; i++) rig_read(r, RBR, 1);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 0xcc); // below the trigger: time-out
    for (int i = 0; i < 7; i++) rig_read(r, RBR, 1);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 0xc1);
    ck_assert_uint_eq(rig_read(r, LSR, 1) & 1, 0);
    rig_free(r);
}
END_TEST

START_TEST(uart_transmitter_empty_interrupt) {
    Rig *r = rig_new(&ns16550_type, "chardev=rig");
    rig_write(r, IIR, 1, 1);
    rig_write(r, IER, 2, 1);
    ck_assert(r->level[0]); // enabled while empty
    ck_assert_uint_eq(rig_read(r, IIR, 1), 0xc2);
    ck_assert(!r->level[0]); // reading it was the acknowledgement
    r->accepts = 0;
    for (int i = 0; i < 16; i++) rig_write(r, RBR, 'a' + (uint64_t)i, 1);
    ck_assert_uint_eq(rig_read(r, LSR, 1) & 0x60, 0);
    ck_assert(!r->level[0]);
    r->accepts = RIG_BYTES;
    r->serial.drained(r->serial.front);
    ck_assert_uint_eq(r->nsent, 16);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, LSR, 1) & 0x60, 0x60);
    rig_free(r);
}
END_TEST

START_TEST(uart_loopback_divisor_break) {
    Rig *r = rig_new(&ns16550_type, "chardev=rig");
    rig_write(r, LCR, 0x83, 1);
    rig_write(r, 0, 0x34, 1);
    rig_write(r, 1, 0x12, 1);
    ck_assert_uint_eq(rig_read(r, 0, 1), 0x34);
    ck_assert_uint_eq(rig_read(r, 1, 1), 0x12);
    rig_write(r, LCR, 3, 1);
    ck_assert_uint_eq(rig_read(r, IER, 1), 0);
    rig_write(r, MCR, 0x1b, 1); // loop, OUT2, RTS, DTR
    ck_assert_uint_eq(rig_read(r, MSR, 1) & 0xf0, 0xb0);
    rig_write(r, RBR, 'L', 1);
    ck_assert_uint_eq(r->nsent, 0);
    ck_assert_uint_eq(rig_read(r, RBR, 1), 'L');
    rig_write(r, MCR, 0x10, 1); // outputs fall: CTS, DSR, DCD changed
    ck_assert_uint_eq(rig_read(r, MSR, 1), 0x0b);
    ck_assert_uint_eq(rig_read(r, MSR, 1), 0);
    rig_write(r, MCR, 0, 1);
    rig_write(r, IER, 4, 1);
    r->serial.event(r->serial.front, SERIAL_BREAK);
    ck_assert_uint_eq(rig_read(r, IIR, 1), 6);
    ck_assert_uint_eq(rig_read(r, LSR, 1) & 0x11, 0x11);
    ck_assert(!r->level[0]);
    rig_write(r, SCR, 0x5a, 1);
    ck_assert_uint_eq(rig_read(r, SCR, 1), 0x5a);
    rig_free(r);
}
END_TEST

// ---- PLIC

enum { THRESHOLD0 = 0x200000, CLAIM0 = 0x200004, CLAIM1 = 0x201004, ENABLE0 = 0x2000, ENABLE1 = 0x2080 };
static void plic_wire(Rig *r, unsigned n, bool level) {
    device_enter(r->device);
    r->device->type->input(r->device, n, level);
    device_leave(r->device);
}

START_TEST(plic_priorities_and_contexts) {
    Rig *r = rig_new(&plic_type, "harts=1");
    for (unsigned s = 1; s < 50; s++) rig_write(r, 4 * s, 1, 4);
    rig_write(r, 4 * 40, 15, 4);
    ck_assert_uint_eq(rig_read(r, 4 * 40, 4), 7); // three bits
    rig_write(r, ENABLE0, 0xffffffff, 4);
    ck_assert_uint_eq(rig_read(r, ENABLE0, 4), 0xfffffffe); // source 0 does not exist
    rig_write(r, ENABLE0 + 4, 0xffffffff, 4);
    rig_write(r, ENABLE1, 1 << 10, 4);
    plic_wire(r, 12, true);
    plic_wire(r, 10, true);
    plic_wire(r, 40, true);
    ck_assert(r->level[0] && r->level[1]);
    ck_assert_uint_eq(rig_read(r, 0x1000, 4), 1 << 10 | 1 << 12);
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 40); // highest priority
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 10); // then lowest number
    ck_assert(!r->level[1]);                       // whoever claims first has it
    ck_assert_uint_eq(rig_read(r, CLAIM1, 4), 0);
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 12);
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 0);
    rig_write(r, CLAIM0, 12, 4);
    ck_assert(r->level[0]); // its wire is still high: pending again
    plic_wire(r, 12, false);
    ck_assert(r->level[0]); // forwarded already, so still pending
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 12);
    rig_write(r, CLAIM0, 12, 4);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

START_TEST(plic_threshold_masks_but_claim_ignores_it) {
    Rig *r = rig_new(&plic_type, "harts=1");
    rig_write(r, 4 * 5, 3, 4);
    rig_write(r, ENABLE0, 1 << 5, 4);
    rig_write(r, THRESHOLD0, 3, 4);
    plic_wire(r, 5, true);
    ck_assert(!r->level[0]);
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 5);
    rig_write(r, CLAIM0, 6, 4); // not enabled here: ignored
    rig_write(r, CLAIM0, 5, 4);
    rig_write(r, THRESHOLD0, 2, 4);
    ck_assert(r->level[0]);
    rig_write(r, 4 * 5, 0, 4); // priority 0: never
    ck_assert(!r->level[0]);
    ck_assert_uint_eq(rig_read(r, CLAIM0, 4), 0);
    rig_free(r);
}
END_TEST

// ---- CLINT, RTC, finisher, HTIF

START_TEST(clint_software_and_timer) {
    Rig *r = rig_new(&aclint_type, "harts=2");
    rig_write(r, 4, 0xffffffff, 4);
    ck_assert_uint_eq(rig_read(r, 4, 4), 1);
    ck_assert(r->level[2] && !r->level[0]);
    uint64_t now = rig_read(r, 0xbff8, 8);
    ck_assert_uint_eq(now, 10); // 1000 ns
    rig_write(r, 0x4000, now + 5, 4);
    rig_write(r, 0x4004, 0, 4);
    ck_assert(!r->level[1]);
    rig_step(r, 499);
    ck_assert(!r->level[1]);
    rig_step(r, 1);
    ck_assert(r->level[1] && !r->level[3]);
    rig_write(r, 0x4000, UINT64_MAX, 8);
    ck_assert(!r->level[1]);
    rig_write(r, 0xbff8, 0, 8); // software may move mtime
    ck_assert_uint_eq(rig_read(r, 0xbff8, 8), 0);
    rig_write(r, 0x4008, 3, 8);
    rig_step(r, 300);
    ck_assert(r->level[3]);
    ck_assert_uint_eq(rig_read(r, 0xbffc, 4), 0);
    rig_free(r);
}
END_TEST

START_TEST(sswi_sends_edges) {
    Rig *r = rig_new(&aclint_sswi_type, "harts=2");
    rig_write(r, 4, 1, 4);
    ck_assert_uint_eq(r->edges, 2); // up and down
    ck_assert(!r->level[1]);
    ck_assert_uint_eq(rig_read(r, 4, 4), 0);
    rig_write(r, 4, 0xfffffffe, 4); // bit 0 alone
    rig_write(r, 8, 1, 4);          // no such hart
    ck_assert_uint_eq(r->edges, 2);
    rig_write(r, 0, 1, 4);
    rig_write(r, 0, 1, 4);
    ck_assert_uint_eq(r->edges, 6);
    rig_free(r);
}
END_TEST

START_TEST(goldfish_time_and_alarm) {
    Rig *r = rig_new(&goldfish_rtc_type, "");
    uint64_t low = rig_read(r, 0, 4), high = rig_read(r, 4, 4), t = high << 32 | low;
    ck_assert_uint_eq(t, 1700000000000001000);
    rig_write(r, 0x10, 1, 4);
    rig_write(r, 0x0c, (t + 5000) >> 32, 4);
    rig_write(r, 0x08, (uint32_t)(t + 5000), 4);
    ck_assert_uint_eq(rig_read(r, 0x18, 4), 1);
    rig_step(r, 4999);
    ck_assert(!r->level[0]);
    rig_step(r, 1);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, 0x18, 4), 0);
    rig_write(r, 0x1c, 1, 4);
    ck_assert(!r->level[0]);
    rig_write(r, 4, 1, 4);
    rig_write(r, 0, 2, 4); // set the time
    ck_assert_uint_eq(rig_read(r, 0, 4), 2);
    ck_assert_uint_eq(rig_read(r, 4, 4), 1);
    rig_free(r);
}
END_TEST

START_TEST(finisher_ends_the_machine) {
    Rig *r = rig_new(&finisher_type, "");
    rig_write(r, 0, 42 << 16 | 0x3333, 4);
    loop_start(r->machine->loop);
    ck_assert_int_eq(machine_wait(r->machine), 42);
    rig_free(r);
}
END_TEST

START_TEST(htif_console_and_exit) {
    char error[200];
    Rig *r = rig_new(&htif_type, "chardev=rig");
    Mem *m = r->machine->mem;
    mem_map_ram(m, "ram", 0x80000000, 0x10000, false, error, sizeof(error));
    htif_attach(r->device, 0x80001000, 0x80001040);
    volatile uint64_t *tohost = (uint64_t *)mem_host(m, 0x80001000, 8, true), *fromhost = tohost + 8;
    *tohost = 1ull << 56 | 1ull << 48 | 'H';
    rig_step(r, 2000000);
    ck_assert_uint_eq(*tohost, 0);
    ck_assert_uint_eq(r->sent[0], 'H');
    *tohost = 1ull << 56; // getchar
    rig_step(r, 2000000);
    ck_assert_uint_eq(*fromhost, 0); // nobody typed
    rig_receive(r, (const uint8_t *)"k", 1);
    rig_step(r, 2000000);
    ck_assert_uint_eq(*fromhost, 1ull << 56 | 0x100 | 'k');
    *fromhost = 0;
    uint64_t call[8] = {64, 1, 0x80002000, 5};
    mem_write(m, 0x80002000, "world", 5);
    mem_write(m, 0x80003000, call, sizeof(call));
    *tohost = 0x80003000;
    rig_step(r, 2000000);
    ck_assert_int_eq(memcmp(r->sent + 1, "world", 5), 0);
    ck_assert_uint_eq(*fromhost, 1);
    *tohost = 3 << 1 | 1;
    rig_step(r, 2000000);
    loop_start(r->machine->loop);
    ck_assert_int_eq(machine_wait(r->machine), 3);
    rig_free(r);
}
END_TEST

static void count_rises(void *opaque, unsigned n, bool level) { *(unsigned *)opaque += level ? n : 0; }

START_TEST(wire_that_comes_late) {
    Rig *r = rig_new(&demo, ""); // a backend may be at work before the board has wired the device
    unsigned rises = 0;
    device_write(r->device, 0x08, 1, 4);
    device_wire_to(r->device, 0, (Irq){count_rises, &rises, 5});
    ck_assert_uint_eq(rises, 0);
    device_enter(r->device);
    device_leave(r->device);
    ck_assert_uint_eq(rises, 5); // the level it had
    device_enter(r->device);
    device_leave(r->device);
    ck_assert_uint_eq(rises, 5);
    rig_free(r);
}
END_TEST

int main(void) {
    Suite *s = suite_create("devices");
    TCase *t = tcase_create("devices");
    tcase_add_test(t, access_rules);
    tcase_add_test(t, access_sizes);
    tcase_add_test(t, properties);
    tcase_add_test(t, wire_that_comes_late);
    tcase_add_test(t, uart_sends_and_receives);
    tcase_add_test(t, uart_transmitter_empty_interrupt);
    tcase_add_test(t, uart_loopback_divisor_break);
    tcase_add_test(t, plic_priorities_and_contexts);
    tcase_add_test(t, plic_threshold_masks_but_claim_ignores_it);
    tcase_add_test(t, clint_software_and_timer);
    tcase_add_test(t, sswi_sends_edges);
    tcase_add_test(t, goldfish_time_and_alarm);
    tcase_add_test(t, finisher_ends_the_machine);
    tcase_add_test(t, htif_console_and_exit);
    suite_add_tcase(s, t);
    return suite_run(s);
}
