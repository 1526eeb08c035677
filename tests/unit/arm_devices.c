// SPDX-License-Identifier: MIT
// Devices of Arm boards on their own: the PL011's FIFOs and interrupts (DDI 0183), the GICv2's priorities, targets and software
// interrupts (IHI 0048B).
#include <check.h>
#include "hw/core/reg.h"
#include "hw/gpio/key.h"
#include "hw/gpio/pl061.h"
#include "hw/intc/gicv2.h"
#include "hw/intc/gicv2m.h"
#include "hw/rtc/pl031.h"
#include "hw/uart/pl011.h"
#include "tests/lib/device_rig.h"

START_TEST(tables_are_sound) {
    const DeviceType *const types[] = {&pl011_type, &gicv2_type, &pl031_type, &gicv2m_type};
    for (unsigned i = 0; i < 4; i++) {
        const char *fault = reg_check(types[i]);
        ck_assert_msg(!fault, "%s", fault);
        fault = types[i]->fields ? fields_check(types[i]->fields) : NULL;
        ck_assert_msg(!fault, "%s", fault);
    }
}
END_TEST

enum { DR = 0, FR = 0x18, LCR_H = 0x2c, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44 };

START_TEST(pl011_receives) {
    Rig *r = rig_new(&pl011_type, "chardev=rig");
    ck_assert_uint_eq(rig_read(r, FR, 4), 0x97);
    rig_write(r, LCR_H, 0x70, 4); // FIFOs
    rig_write(r, IMSC, 0x50, 4);
    rig_receive(r, (const uint8_t *)"0123456789abcdefgh", 18);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, MIS, 4), 0x50);
    ck_assert_uint_eq(rig_read(r, FR, 4) & 0x50, 0x40); // full
    for (int i = 0; i < 9; i++) ck_assert_uint_eq(rig_read(r, DR, 2), (uint64_t)('0' + i));
    ck_assert_uint_eq(rig_read(r, MIS, 4), 0x40); // below the trigger: time-out
    for (int i = 0; i < 7; i++) rig_read(r, DR, 4);
    ck_assert(!r->level[0]);
    ck_assert_uint_eq(rig_read(r, FR, 4) & 0x10, 0x10);
    rig_free(r);
}
END_TEST

// Drivers write bytes and half words to UARTDR; what waits to be read stays.
START_TEST(pl011_narrow_writes_read_nothing) {
    Rig *r = rig_new(&pl011_type, "chardev=rig");
    rig_write(r, LCR_H, 0x10, 4);
    rig_receive(r, (const uint8_t *)"xyz", 3);
    for (unsigned size = 1; size <= 4; size *= 2) rig_write(r, DR, 'a', size);
    ck_assert_uint_eq(r->nsent, 3);
    ck_assert_uint_eq(rig_read(r, DR, 1), 'x');
    ck_assert_uint_eq(rig_read(r, DR, 2), 'y');
    ck_assert_uint_eq(rig_read(r, DR, 4), 'z');
    rig_free(r);
}
END_TEST

START_TEST(pl011_transmits) {
    Rig *r = rig_new(&pl011_type, "chardev=rig");
    rig_write(r, LCR_H, 0x10, 4);
    rig_write(r, IMSC, 0x20, 4);
    ck_assert(!r->level[0]);
    r->accepts = 0;
    for (int i = 0; i < 16; i++) rig_write(r, DR, 'a' + (uint64_t)i, 1);
    ck_assert_uint_eq(rig_read(r, FR, 4) & 0xa8, 0x28); // busy, full
    r->accepts = RIG_BYTES;
    r->serial.drained(r->serial.front);
    ck_assert_uint_eq(r->nsent, 16);
    ck_assert(r->level[0]);
    rig_write(r, ICR, 0x20, 4);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

enum { D_CTLR = 0, ISENABLER = 0x100, ISPENDR = 0x200, IPRIORITYR = 0x400, ITARGETSR = 0x800, ICFGR = 0xc00, SGIR = 0xf00 };
enum { C = 0x10000, CTLR = C, PMR = C + 4, IAR = C + 0xc, EOIR = C + 0x10, RPR = C + 0x14, HPPIR = C + 0x18 };
static void gic_wire(Rig *r, unsigned n, bool level) {
    Irq in = device_input(r->device, n);
    irq_set(&in, level);
}
static Rig *gic_new(const char *props) {
    Rig *r = rig_new(&gicv2_type, props);
    rig_write(r, D_CTLR, 1, 4);
    rig_write(r, CTLR, 1, 4);
    rig_write(r, PMR, 0xf0, 4);
    return r;
}

START_TEST(gic_level_interrupt) {
    Rig *r = gic_new("cores=1");
    gic_wire(r, 1, true); // ID 33
    ck_assert(!r->level[0]);
    rig_write(r, ISENABLER + 4, 2, 4);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, HPPIR, 4), 33);
    ck_assert_uint_eq(rig_read(r, IAR, 4), 33);
    ck_assert(!r->level[0]); // active
    ck_assert_uint_eq(rig_read(r, IAR, 4), 1023);
    rig_write(r, EOIR, 33, 4);
    ck_assert(r->level[0]); // the wire is still high
    rig_read(r, IAR, 4);
    gic_wire(r, 1, false);
    rig_write(r, EOIR, 33, 4);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

START_TEST(gic_edge_interrupt) {
    Rig *r = gic_new("cores=1");
    rig_write(r, ICFGR + 8, 8, 4); // ID 33
    rig_write(r, ISENABLER + 4, 2, 4);
    gic_wire(r, 1, true);
    gic_wire(r, 1, false);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, IAR, 4), 33);
    rig_write(r, EOIR, 33, 4);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

START_TEST(gic_preempts_by_priority) {
    Rig *r = gic_new("cores=1");
    rig_write(r, ISENABLER + 4, 6, 4);
    rig_write(r, IPRIORITYR + 33, 0xa0, 1);
    rig_write(r, IPRIORITYR + 34, 0x40, 1);
    gic_wire(r, 1, true);
    ck_assert_uint_eq(rig_read(r, IAR, 4), 33);
    ck_assert_uint_eq(rig_read(r, RPR, 4), 0xa0);
    gic_wire(r, 2, true);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, IAR, 4), 34);
    ck_assert_uint_eq(rig_read(r, RPR, 4), 0x40);
    gic_wire(r, 2, false);
    rig_write(r, EOIR, 34, 4);
    ck_assert_uint_eq(rig_read(r, RPR, 4), 0xa0);
    rig_write(r, EOIR, 33, 4);
    ck_assert_uint_eq(rig_read(r, RPR, 4), 0xff);
    rig_write(r, PMR, 0xa0, 4); // masks priority 0xa0
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

// Without a core's thread accesses are core 0's.
START_TEST(gic_software_interrupts_and_targets) {
    Rig *r = gic_new("cores=2");
    rig_write(r, SGIR, 1 << 16 | 5, 4);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, IAR, 4), 5);
    rig_write(r, EOIR, 5, 4);
    ck_assert(!r->level[0]);
    rig_write(r, ISENABLER + 4, 2, 4);
    gic_wire(r, 1, true);
    ck_assert(!r->level[0]); // nobody's
    rig_write(r, ITARGETSR + 33, 1, 1);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, ITARGETSR, 4), 0x01010101);
    rig_free(r);
}
END_TEST

// An interrupt's number, written by a device or by a core, is an edge of its wire; other numbers and addresses are nobody's.
START_TEST(gicv2m_turns_messages_into_edges) {
    char text[200];
    Rig *r = rig_new(&gicv2m_type, "first-spi=48");
    ck_assert(device_map(r->device, 0x8020000, text, sizeof(text)));
    ck_assert_uint_eq(rig_read(r, 8, 4), 80 << 16 | GICV2M_SPIS);
    rig_write(r, 0x40, 80, 4);
    ck_assert_uint_eq(r->edges, 2);
    ck_assert(!r->level[0]);
    ck_assert(device_msi(r->device, 0x8020040, 87, 8));
    ck_assert_uint_eq(r->edges, 4);
    ck_assert(device_msi(r->device, 0x8020040, 79, 8));
    ck_assert(device_msi(r->device, 0x8020040, 144, 8));
    ck_assert(!device_msi(r->device, 0x8020044, 80, 8));
    ck_assert_uint_eq(r->edges, 4);
    rig_free(r);
    r = rig_new(&gicv2m_type, "");
    Rig *gic = gic_new("cores=1");
    for (unsigned i = 0; i < GICV2M_SPIS; i++) device_wire(r->device, i, gic->device, 48 + i);
    rig_write(gic, ICFGR + 0x14, 0x2, 4); // ID 80
    rig_write(gic, ISENABLER + 8, 1 << 16, 4);
    rig_write(r, 0x40, 80, 2);
    ck_assert(gic->level[0]);
    ck_assert_uint_eq(rig_read(gic, IAR, 4), 80);
    ck_assert(!gic->level[0]);
    rig_free(r);
    rig_free(gic);
}
END_TEST

enum { RTC_DR = 0, RTC_MR = 4, RTC_LR = 8, RTC_IMSC = 0x10, RTC_MIS = 0x18, RTC_ICR = 0x1c };
START_TEST(pl031_keeps_time) {
    Rig *r = rig_new(&pl031_type, "");
    clock_wall_at_zero(r->machine->clock, 1000 * 1000000000ull);
    uint64_t start = rig_read(r, RTC_DR, 4);
    ck_assert_uint_ge(start, 1000);
    rig_step(r, 5000000000);
    ck_assert_uint_eq(rig_read(r, RTC_DR, 4), start + 5);
    rig_write(r, RTC_LR, 70, 4);
    ck_assert_uint_eq(rig_read(r, RTC_DR, 4), 70);
    rig_write(r, RTC_IMSC, 1, 4);
    rig_write(r, RTC_MR, 73, 4);
    rig_step(r, 2000000000);
    ck_assert(!r->level[0]);
    rig_step(r, 1000000000);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, RTC_MIS, 4), 1);
    rig_write(r, RTC_ICR, 1, 4);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

// DDI 0190: lines are inputs or outputs; edges are kept, levels are not; address bits 9:2 mask data.
enum { GPIO_DIR = 0x400, GPIO_IS = 0x404, GPIO_IBE = 0x408, GPIO_IEV = 0x40c, GPIO_IE = 0x410, GPIO_RIS = 0x414, GPIO_MIS = 0x418, GPIO_IC = 0x41c };
START_TEST(pl061_lines) {
    Rig *r = rig_new(&pl061_type, "");
    rig_write(r, GPIO_DIR, 0x0f, 4);
    rig_write(r, 0x3fc, 0xff, 4);
    ck_assert_uint_eq(rig_read(r, 0x3fc, 4), 0x0f);
    rig_write(r, 1 << 2, 0, 4); // line 0 alone
    ck_assert_uint_eq(rig_read(r, 0x3fc, 4), 0x0e);
    gic_wire(r, 7, true);
    ck_assert_uint_eq(rig_read(r, 0x3fc, 4), 0x8e);
    ck_assert_uint_eq(rig_read(r, 0x80 << 2, 4), 0x80);
    rig_write(r, GPIO_IC, 0xff, 4);
    rig_write(r, GPIO_IE, 0xff, 4);
    rig_write(r, GPIO_IEV, 0x40, 4); // line 6: rising, line 7: falling
    gic_wire(r, 6, true);
    ck_assert(r->level[0]);
    ck_assert_uint_eq(rig_read(r, GPIO_MIS, 4), 0x40);
    gic_wire(r, 6, false);
    rig_write(r, GPIO_IC, 0x40, 4);
    ck_assert(!r->level[0]);
    gic_wire(r, 7, false);
    ck_assert_uint_eq(rig_read(r, GPIO_RIS, 4), 0x80);
    rig_write(r, GPIO_IC, 0x80, 4);
    rig_write(r, GPIO_IBE, 0x20, 4);
    gic_wire(r, 5, true);
    rig_write(r, GPIO_IC, 0x20, 4);
    gic_wire(r, 5, false);
    ck_assert_uint_eq(rig_read(r, GPIO_RIS, 4), 0x20);
    rig_write(r, GPIO_IS, 0xf0, 4); // levels: 6 high, others low
    ck_assert_uint_eq(rig_read(r, GPIO_RIS, 4), 0xb0);
    rig_free(r);
}
END_TEST

START_TEST(the_power_key_lets_go) {
    Rig *r = rig_new(&gpio_key_type, "");
    ck_assert(!r->level[0]);
    gpio_key_press(r->device);
    ck_assert(r->level[0]);
    rig_step(r, 50000000);
    gpio_key_press(r->device); // again: longer
    rig_step(r, 60000000);
    ck_assert(r->level[0]);
    rig_step(r, 40000000);
    ck_assert(!r->level[0]);
    rig_free(r);
}
END_TEST

// With one core there is nobody else to target, whatever was written.
START_TEST(gic_of_one_core_takes_everything) {
    Rig *r = gic_new("cores=1");
    rig_write(r, ISENABLER + 4, 2, 4);
    rig_write(r, ITARGETSR + 32, 0x0103020f, 4);
    ck_assert_uint_eq(rig_read(r, ITARGETSR + 32, 4), 0x01010001);
    rig_write(r, ITARGETSR + 33, 0, 1);
    gic_wire(r, 1, true);
    ck_assert(r->level[0]);
    rig_free(r);
}
END_TEST

int main(void) {
    Suite *s = suite_create("arm-devices");
    TCase *t = tcase_create("all");
    tcase_add_test(t, tables_are_sound);
    tcase_add_test(t, pl011_receives);
    tcase_add_test(t, pl011_narrow_writes_read_nothing);
    tcase_add_test(t, pl011_transmits);
    tcase_add_test(t, pl031_keeps_time);
    tcase_add_test(t, gic_level_interrupt);
    tcase_add_test(t, gic_edge_interrupt);
    tcase_add_test(t, gic_preempts_by_priority);
    tcase_add_test(t, gic_software_interrupts_and_targets);
    tcase_add_test(t, gic_of_one_core_takes_everything);
    tcase_add_test(t, pl061_lines);
    tcase_add_test(t, the_power_key_lets_go);
    tcase_add_test(t, gicv2m_turns_messages_into_edges);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
