// SPDX-License-Identifier: MIT
// The GICv3 on its own (IHI 0069H): distributor, redistributors, CPU interfaces, LPIs in guest memory.
#include <check.h>
#include <string.h>
#include "hw/core/reg.h"
#include "hw/intc/gicv3.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

#define ICC(crm, op2) (3 << 14 | 12 << 7 | (crm) << 3 | (op2))
enum {
    PMR = 3 << 14 | 4 << 7 | 6 << 3, IAR0 = ICC(8, 0), EOIR0 = ICC(8, 1), HPPIR0 = ICC(8, 2), BPR0 = ICC(8, 3), AP0R0 = ICC(8, 4),
    AP1R0 = ICC(9, 0), DIR = ICC(11, 1), RPR = ICC(11, 3), SGI1R = ICC(11, 5), SGI0R = ICC(11, 7), IAR1 = ICC(12, 0),
    EOIR1 = ICC(12, 1), HPPIR1 = ICC(12, 2), BPR1 = ICC(12, 3), CTLR = ICC(12, 4), SRE = ICC(12, 5), IGRPEN0 = ICC(12, 6),
    IGRPEN1 = ICC(12, 7),
};
enum {
    D_CTLR = 0, D_TYPER = 4, IGROUPR = 0x80, ISENABLER = 0x100, ICENABLER = 0x180, ISPENDR = 0x200, ICPENDR = 0x280, ISACTIVER = 0x300,
    ICACTIVER = 0x380, IPRIORITYR = 0x400, ICFGR = 0xc00, IROUTER = 0x6000,
};
enum { RD = GICV3_REDIST, RD1 = GICV3_REDIST + GICV3_REDIST_SIZE, SGI = 0x10000 };
enum { IRQ0, FIQ0, IRQ1, FIQ1 };

static uint64_t core_read(Rig *r, unsigned core, unsigned number) {
    uint64_t value = 0x5555;
    ck_assert(gicv3_read(r->device, core, number, &value));
    return value;
}
static void core_write(Rig *r, unsigned core, unsigned number, uint64_t value) {
    ck_assert(gicv3_write(r->device, core, number, value));
}
static void wire(Rig *r, unsigned n, bool level) {
    Irq in = device_input(r->device, n);
    irq_set(&in, level);
}

// Two cores that take everything of group 1: shared interrupt 33, and all private ones.
static Rig *gic_new(const char *props) {
    Rig *r = rig_new(&gicv3_type, props);
    rig_write(r, D_CTLR, 3, 4);
    for (unsigned w = 4; w < 36; w += 4) rig_write(r, IGROUPR + w, UINT32_MAX, 4);
    for (unsigned c = 0; c < 2; c++) {
        rig_write(r, RD + c * GICV3_REDIST_SIZE + SGI + IGROUPR, UINT32_MAX, 4);
        rig_write(r, RD + c * GICV3_REDIST_SIZE + SGI + ISENABLER, UINT32_MAX, 4);
        core_write(r, c, PMR, 0xff);
        core_write(r, c, IGRPEN0, 1);
        core_write(r, c, IGRPEN1, 1);
    }
    rig_write(r, ISENABLER + 4, 2, 4);
    return r;
}

START_TEST(tables_are_sound) {
    ck_assert_msg(!reg_check(&gicv3_type), "%s", reg_check(&gicv3_type));
    ck_assert_msg(!fields_check(gicv3_type.fields), "%s", fields_check(gicv3_type.fields));
}
END_TEST

// One security state, affinity routing always on: interrupts 0 to 31 are not the distributor's.
START_TEST(the_distributor_is_what_it_says) {
    Rig *r = rig_new(&gicv3_type, "cores=2");
    ck_assert_uint_eq(rig_read(r, D_CTLR, 4), 0x50);
    rig_write(r, D_CTLR, UINT32_MAX, 4);
    ck_assert_uint_eq(rig_read(r, D_CTLR, 4), 0x53);
    ck_assert_uint_eq(rig_read(r, D_TYPER, 4), 8 | 15 << 19 | 3 << 24);
    ck_assert_uint_eq(rig_read(r, 0xffe8, 4), 0x3b);
    ck_assert_uint_eq(rig_read(r, RD + 0xffe8, 4), 0x3b);
    ck_assert_uint_eq(rig_read(r, RD + 8, 8), 0);
    ck_assert_uint_eq(rig_read(r, RD1 + 8, 8), 1ull << 32 | 1 << 8 | 1 << 4); // affinity, number, last
    rig_write(r, ISENABLER, UINT32_MAX, 4);
    rig_write(r, IPRIORITYR, 0xa0a0a0a0, 4);
    ck_assert_uint_eq(rig_read(r, ISENABLER, 4), 0);
    ck_assert_uint_eq(rig_read(r, IPRIORITYR, 4), 0);
    rig_write(r, IPRIORITYR + 33, 0xff, 1);
    ck_assert_uint_eq(rig_read(r, IPRIORITYR + 32, 4), 0xf800); // five bits
    rig_write(r, IROUTER + 8 * 33, UINT64_MAX, 8);
    ck_assert_uint_eq(rig_read(r, IROUTER + 8 * 33, 8), 0xff00ffffff); // no 1-of-N
    ck_assert_uint_eq(rig_read(r, RD + 0x14, 4), 6);
    rig_write(r, RD + 0x14, 0, 4);
    ck_assert_uint_eq(rig_read(r, RD + 0x14, 4), 0);
    rig_free(r);
}
END_TEST

START_TEST(a_level_stays_until_the_wire_falls) {
    Rig *r = gic_new("cores=2");
    wire(r, 1, true); // ID 33
    ck_assert(r->level[IRQ0] && !r->level[FIQ0] && !r->level[IRQ1]);
    ck_assert_uint_eq(core_read(r, 0, HPPIR1), 33);
    ck_assert_uint_eq(core_read(r, 0, HPPIR0), 1023);
    ck_assert_uint_eq(core_read(r, 0, IAR0), 1023); // not group 0's
    ck_assert_uint_eq(core_read(r, 1, IAR1), 1023); // not routed there
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    ck_assert(!r->level[IRQ0]);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 1023);
    ck_assert_uint_eq(rig_read(r, ISACTIVER + 4, 4), 2);
    core_write(r, 0, EOIR1, 33);
    ck_assert(r->level[IRQ0]);
    core_read(r, 0, IAR1);
    wire(r, 1, false);
    core_write(r, 0, EOIR1, 33);
    ck_assert(!r->level[IRQ0]);
    rig_free(r);
}
END_TEST

START_TEST(an_edge_is_latched_and_follows_its_route) {
    Rig *r = gic_new("cores=2");
    rig_write(r, ICFGR + 8, 8, 4);
    rig_write(r, IROUTER + 8 * 33, 1, 8);
    wire(r, 1, true);
    wire(r, 1, false);
    ck_assert(!r->level[IRQ0] && r->level[IRQ1]);
    rig_write(r, IROUTER + 8 * 33, 2, 8); // nobody
    ck_assert(!r->level[IRQ1]);
    rig_write(r, IROUTER + 8 * 33, 0, 8);
    ck_assert(r->level[IRQ0]);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    wire(r, 1, true); // again while active: pending behind it
    core_write(r, 0, EOIR1, 33);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    core_write(r, 0, EOIR1, 33);
    ck_assert(!r->level[IRQ0]);
    rig_free(r);
}
END_TEST

START_TEST(groups_are_lines) {
    Rig *r = gic_new("cores=2");
    rig_write(r, IGROUPR + 4, ~2u, 4);
    wire(r, 1, true);
    ck_assert(r->level[FIQ0] && !r->level[IRQ0]);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 1023);
    core_write(r, 0, IGRPEN0, 0);
    ck_assert(!r->level[FIQ0]);
    core_write(r, 0, IGRPEN0, 1);
    ck_assert_uint_eq(core_read(r, 0, IAR0), 33);
    ck_assert_uint_eq(core_read(r, 0, AP0R0), 1);
    core_write(r, 0, EOIR1, 33); // the other group's: nothing
    ck_assert_uint_eq(core_read(r, 0, AP0R0), 1);
    wire(r, 1, false);
    core_write(r, 0, EOIR0, 33);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0xff);
    rig_free(r);
}
END_TEST

// A group 0 interrupt that no core takes does not stand in the way of group 1.
START_TEST(a_disabled_group_hides_nothing) {
    Rig *r = gic_new("cores=2");
    rig_write(r, ISENABLER + 4, 6, 4);
    rig_write(r, IGROUPR + 4, ~2u, 4);
    rig_write(r, IPRIORITYR + 34, 0x80, 1);
    core_write(r, 0, IGRPEN0, 0);
    wire(r, 1, true);
    wire(r, 2, true);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 34);
    rig_free(r);
}
END_TEST

START_TEST(priorities_preempt) {
    Rig *r = gic_new("cores=2");
    rig_write(r, ISENABLER + 4, 6, 4);
    rig_write(r, IPRIORITYR + 33, 0xa0, 1);
    rig_write(r, IPRIORITYR + 34, 0x90, 1);
    wire(r, 1, true);
    core_write(r, 0, BPR1, 6); // groups of 64: 0x80 for both
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0x80);
    wire(r, 2, true);
    ck_assert(!r->level[IRQ0]);
    wire(r, 2, false);
    core_write(r, 0, EOIR1, 33);
    core_write(r, 0, BPR1, 0);
    ck_assert_uint_eq(core_read(r, 0, BPR1), 3); // the least there is
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0xa0);
    wire(r, 2, true);
    ck_assert(r->level[IRQ0]);
    core_write(r, 0, PMR, 0x90);
    ck_assert(!r->level[IRQ0]);
    core_write(r, 0, PMR, 0x98);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 34);
    ck_assert_uint_eq(core_read(r, 0, AP1R0), 1u << 18 | 1u << 20);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0x90);
    core_write(r, 0, EOIR1, 34);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0xa0);
    core_write(r, 0, EOIR1, 33);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0xff);
    rig_free(r);
}
END_TEST

START_TEST(one_binary_point_for_both_groups) {
    Rig *r = gic_new("cores=2");
    core_write(r, 0, BPR0, 0);
    ck_assert_uint_eq(core_read(r, 0, BPR0), 2);
    core_write(r, 0, BPR0, 4);
    core_write(r, 0, CTLR, 1);
    ck_assert_uint_eq(core_read(r, 0, CTLR), 1 | 4 << 8 | 1 << 15);
    ck_assert_uint_eq(core_read(r, 0, BPR1), 5);
    core_write(r, 0, BPR1, 7); // ignored
    core_write(r, 0, CTLR, 0);
    ck_assert_uint_eq(core_read(r, 0, BPR1), 3);
    ck_assert_uint_eq(core_read(r, 0, SRE), 7);
    rig_free(r);
}
END_TEST

START_TEST(end_and_deactivation_may_be_two) {
    Rig *r = gic_new("cores=2");
    core_write(r, 0, CTLR, 2);
    wire(r, 1, true);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 33);
    core_write(r, 0, EOIR1, 33);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0xff);
    ck_assert_uint_eq(rig_read(r, ISACTIVER + 4, 4), 2);
    ck_assert(!r->level[IRQ0]);
    core_write(r, 1, CTLR, 2);
    core_write(r, 1, DIR, 33); // another core may
    ck_assert(r->level[IRQ0]);
    ck_assert_uint_eq(rig_read(r, ISACTIVER + 4, 4), 0);
    core_write(r, 0, DIR, 1023);
    core_write(r, 0, EOIR1, 0xffffff);
    rig_free(r);
}
END_TEST

START_TEST(software_interrupts_reach_a_list) {
    Rig *r = gic_new("cores=2");
    core_write(r, 0, SGI1R, 5 << 24 | 3);
    ck_assert(r->level[IRQ0] && r->level[IRQ1]);
    ck_assert_uint_eq(core_read(r, 1, IAR1), 5);
    core_write(r, 1, EOIR1, 5);
    ck_assert(!r->level[IRQ1]);
    core_read(r, 0, IAR1);
    core_write(r, 0, EOIR1, 5);
    core_write(r, 0, SGI1R, 1ull << 40 | 7 << 24); // all but itself
    ck_assert(!r->level[IRQ0] && r->level[IRQ1]);
    ck_assert_uint_eq(core_read(r, 1, IAR1), 7);
    core_write(r, 1, EOIR1, 7);
    core_write(r, 0, SGI0R, 5 << 24 | 3); // it is of group 1
    core_write(r, 0, SGI1R, 1 << 16 | 5 << 24 | 3); // another cluster
    core_write(r, 0, SGI1R, 1ull << 44 | 5 << 24 | 3); // cores 16 and on
    core_write(r, 0, SGI1R, 5 << 24 | 0xfffc); // cores there are none of
    ck_assert(!r->level[IRQ0] && !r->level[IRQ1]);
    rig_write(r, RD1 + SGI + ISPENDR, 1 << 3, 4);
    ck_assert_uint_eq(rig_read(r, RD1 + SGI + ISPENDR, 4), 8);
    ck_assert_uint_eq(core_read(r, 1, IAR1), 3);
    rig_free(r);
}
END_TEST

START_TEST(private_interrupts_are_each_cores_own) {
    Rig *r = gic_new("cores=2");
    wire(r, GIC_PPI(1, 27), true);
    ck_assert(!r->level[IRQ0] && r->level[IRQ1]);
    ck_assert_uint_eq(rig_read(r, RD1 + SGI + ISPENDR, 4), 1u << 27);
    ck_assert_uint_eq(rig_read(r, RD + SGI + ISPENDR, 4), 0);
    rig_write(r, RD1 + SGI + ICENABLER, 1u << 27, 4);
    ck_assert(!r->level[IRQ1]);
    rig_write(r, RD1 + SGI + ICFGR, 0, 4);
    ck_assert_uint_eq(rig_read(r, RD1 + SGI + ICFGR, 4), 0xaaaaaaaa); // software interrupts are edges
    rig_free(r);
}
END_TEST

// ---- LPIs
enum { CONFIG = 0x40000000, PENDING = 0x40010000, RAM = 0x40000000 };
static Rig *lpi_new(void) {
    char text[200];
    Rig *r = gic_new("cores=2,its=on");
    ck_assert(mem_map_ram(r->machine->mem, "ram", RAM, 1 << 20, false, text, sizeof(text)));
    rig_write(r, RD + 0x70, CONFIG | 15, 8);
    rig_write(r, RD + 0x78, PENDING, 8);
    rig_write(r, RD1 + 0x70, CONFIG | 15, 8);
    rig_write(r, RD1 + 0x78, PENDING + 0x10000, 8);
    return r;
}
static void configure(Rig *r, unsigned irq, uint8_t byte) { mem_write(r->machine->mem, CONFIG + irq - 8192, &byte, 1); }
static unsigned pending_byte(Rig *r, unsigned irq) {
    uint8_t byte;
    mem_read(r->machine->mem, PENDING + irq / 8, &byte, 1);
    return byte >> irq % 8 & 1;
}

START_TEST(lpis_live_in_memory) {
    Rig *r = lpi_new();
    configure(r, 8200, 0xa1);
    configure(r, 65535, 0x81);
    configure(r, 9000, 0x80); // off
    gicv3_lpi_set(r->device, 0, 8200, true); // not while LPIs are off
    ck_assert(!r->level[IRQ0] && !pending_byte(r, 8200));
    uint8_t bit = 1u << 8200 % 8;
    mem_write(r->machine->mem, PENDING + 8200 / 8, &bit, 1);
    rig_write(r, RD, 1, 4);
    rig_write(r, RD + 0x70, 0, 8); // fixed now
    ck_assert_uint_eq(rig_read(r, RD + 0x70, 8), CONFIG | 15);
    ck_assert(r->level[IRQ0]);
    gicv3_lpi_set(r->device, 0, 65535, true);
    gicv3_lpi_set(r->device, 0, 9000, true);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 65535);
    ck_assert_uint_eq(core_read(r, 0, RPR), 0x80);
    ck_assert(!pending_byte(r, 65535));
    core_write(r, 0, EOIR1, 65535);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 8200);
    core_write(r, 0, EOIR1, 8200);
    ck_assert(!r->level[IRQ0]);
    configure(r, 9000, 0x81);
    gicv3_lpi_changed(r->device);
    ck_assert_uint_eq(core_read(r, 0, HPPIR1), 9000);
    gicv3_lpi_set(r->device, 0, 9000, false);
    ck_assert(!r->level[IRQ0]);
    gicv3_lpi_set(r->device, 0, 100, true);
    gicv3_lpi_set(r->device, 0, 65536, true);
    gicv3_lpi_set(r->device, 7, 8200, true);
    ck_assert(!r->level[IRQ0]);
    rig_free(r);
}
END_TEST

START_TEST(lpis_move) {
    Rig *r = lpi_new();
    for (unsigned i = 8192; i < 9000; i++) configure(r, i, 0xa1);
    rig_write(r, RD, 1, 4);
    rig_write(r, RD1, 1, 4);
    gicv3_lpi_set(r->device, 0, 8200, true);
    gicv3_lpi_move(r->device, 0, 1, 8201); // not pending
    ck_assert(r->level[IRQ0] && !r->level[IRQ1]);
    gicv3_lpi_move(r->device, 0, 1, 8200);
    ck_assert(!r->level[IRQ0] && r->level[IRQ1]);
    gicv3_lpi_set(r->device, 1, 8999, true);
    gicv3_lpi_move_all(r->device, 1, 0);
    ck_assert(r->level[IRQ0] && !r->level[IRQ1]);
    gicv3_lpi_move_all(r->device, 0, 9);
    gicv3_lpi_move_all(r->device, 9, 0);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 8200);
    core_write(r, 0, EOIR1, 8200);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 8999);
    rig_free(r);
}
END_TEST

// Tables that are no memory: nothing is pending, nothing breaks.
START_TEST(lpi_tables_may_be_anywhere) {
    Rig *r = gic_new("cores=2,its=on");
    rig_write(r, RD + 0x70, UINT64_MAX, 8);
    rig_write(r, RD + 0x78, UINT64_MAX, 8);
    rig_write(r, RD, 1, 4);
    gicv3_lpi_set(r->device, 0, 8200, true);
    gicv3_lpi_move_all(r->device, 0, 1);
    ck_assert(!r->level[IRQ0]);
    ck_assert_uint_eq(core_read(r, 0, IAR1), 1023);
    rig_free(r);
}
END_TEST

START_TEST(registers_that_are_none) {
    Rig *r = gic_new("cores=2");
    uint64_t value;
    ck_assert(!gicv3_read(r->device, 0, ICC(8, 5), &value)); // ICC_AP0R1_EL1: five bits of priority need one
    ck_assert(!gicv3_write(r->device, 0, ICC(9, 1), 0));
    ck_assert_uint_eq(rig_read(r, RD + 7 * GICV3_REDIST_SIZE + 8, 8), 7ull << 32 | 7 << 8);
    rig_write(r, 0xf00, 5, 4); // GICD_SGIR does nothing here
    ck_assert(!r->level[IRQ0]);
    rig_free(r);
}
END_TEST

int main(void) {
    Suite *s = suite_create("gicv3");
    TCase *t = tcase_create("all");
    tcase_add_test(t, tables_are_sound);
    tcase_add_test(t, the_distributor_is_what_it_says);
    tcase_add_test(t, a_level_stays_until_the_wire_falls);
    tcase_add_test(t, an_edge_is_latched_and_follows_its_route);
    tcase_add_test(t, groups_are_lines);
    tcase_add_test(t, a_disabled_group_hides_nothing);
    tcase_add_test(t, priorities_preempt);
    tcase_add_test(t, one_binary_point_for_both_groups);
    tcase_add_test(t, end_and_deactivation_may_be_two);
    tcase_add_test(t, software_interrupts_reach_a_list);
    tcase_add_test(t, private_interrupts_are_each_cores_own);
    tcase_add_test(t, lpis_live_in_memory);
    tcase_add_test(t, lpis_move);
    tcase_add_test(t, lpi_tables_may_be_anywhere);
    tcase_add_test(t, registers_that_are_none);
    suite_add_tcase(s, t);
    return suite_run(s);
}
