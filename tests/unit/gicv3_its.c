// SPDX-License-Identifier: MIT
// The ITS (IHI 0069H, 5.2, 5.3): commands fill tables in guest memory, messages become LPIs by them, and nothing a guest puts there
// does harm.
#include <check.h>
#include "hw/core/reg.h"
#include "hw/intc/gicv3.h"
#include "hw/intc/gicv3_its.h"
#include "tests/lib/device_rig.h"
#include "tests/lib/suite.h"

enum { CTLR = 0, TYPER = 8, CBASER = 0x80, CWRITER = 0x88, CREADR = 0x90, BASER = 0x100, TRANSLATER = 0x10040, ITS = 0x8080000 };
enum { MOVI = 1, INT = 3, CLEAR = 4, MAPD = 8, MAPC = 9, MAPTI = 10, MAPI = 11, INV = 12, INVALL = 13, MOVALL = 14, DISCARD = 15 };
enum { RAM = 0x40000000, DEVICES = RAM, COLLECTIONS = RAM + 0x20000, QUEUE = RAM + 0x30000, ITT = RAM + 0x40000 };
enum { CONFIG = RAM + 0x50000, PENDING = RAM + 0x60000 };
#define VALID (1ull << 63)
#define IAR1 (3 << 14 | 12 << 7 | 12 << 3)

typedef struct Pair {
    Rig *its, *gic;
} Pair;

static void put(Pair *p, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3) {
    uint64_t word[4] = {w0, w1, w2, w3}, at = rig_read(p->its, CWRITER, 8);
    mem_write(p->its->machine->mem, QUEUE + at, word, 32);
    rig_write(p->its, CWRITER, (at + 32) % 0x1000, 8);
    ck_assert_uint_eq(rig_read(p->its, CREADR, 8), (at + 32) % 0x1000); // done at once, sense or nonsense
}
static void map_device(Pair *p, uint32_t device, unsigned bits) { put(p, MAPD | (uint64_t)device << 32, bits - 1, VALID | ITT, 0); }
static void map_collection(Pair *p, unsigned collection, unsigned core) { put(p, MAPC, 0, VALID | core << 16 | collection, 0); }
static void map_event(Pair *p, uint32_t device, uint32_t event, uint32_t lpi, unsigned collection) {
    put(p, MAPTI | (uint64_t)device << 32, event | (uint64_t)lpi << 32, collection, 0);
}
static bool message(Pair *p, uint32_t device, uint32_t event) { return device_msi(p->its->device, ITS + TRANSLATER, event, device); }

// A machine for each, one memory: the GIC's tables are looked for in the ITS's.
static Pair pair_new(uint64_t device_table) {
    char text[200];
    Pair p = {rig_new(&gicv3_its_type, ""), rig_new(&gicv3_type, "cores=2,its=on")};
    Mem *mem = p.its->machine->mem;
    ck_assert(mem_map_ram(mem, "ram", RAM, 1 << 20, false, text, sizeof(text)));
    ck_assert(device_map(p.its->device, ITS, text, sizeof(text)));
    gicv3_its_connect(p.its->device, p.gic->device);
    p.gic->device->machine = p.its->machine;
    rig_write(p.gic, 0, 3, 4);
    for (unsigned c = 0; c < 2; c++) {
        uint64_t frame = GICV3_REDIST + c * GICV3_REDIST_SIZE;
        rig_write(p.gic, frame + 0x70, CONFIG | 13, 8);
        rig_write(p.gic, frame + 0x78, PENDING + c * 0x10000, 8);
        rig_write(p.gic, frame, 1, 4);
        gicv3_write(p.gic->device, c, 3 << 14 | 4 << 7 | 6 << 3, 0xff);
        gicv3_write(p.gic->device, c, 3 << 14 | 12 << 7 | 12 << 3 | 7, 1);
    }
    for (unsigned i = 0; i < 100; i++) mem_write(mem, CONFIG + i, &(uint8_t){0xa1}, 1);
    rig_write(p.its, CBASER, VALID | QUEUE, 8);
    rig_write(p.its, BASER, device_table, 8);
    rig_write(p.its, BASER + 8, VALID | COLLECTIONS, 8);
    rig_write(p.its, CTLR, 1, 4);
    return p;
}
static void pair_free(Pair *p) {
    p->gic->device->machine = p->gic->machine;
    rig_free(p->gic);
    rig_free(p->its);
}
static uint64_t acknowledge(Pair *p, unsigned core) {
    uint64_t irq = 0;
    gicv3_read(p->gic->device, core, IAR1, &irq);
    gicv3_write(p->gic->device, core, IAR1 | 1, irq);
    return irq;
}

START_TEST(registers) {
    Rig *r = rig_new(&gicv3_its_type, "");
    ck_assert_msg(!reg_check(&gicv3_its_type), "%s", reg_check(&gicv3_its_type));
    ck_assert_uint_eq(rig_read(r, TYPER, 8), 1 | 7 << 4 | 15 << 8 | 15 << 13);
    ck_assert_uint_eq(rig_read(r, BASER, 8), 1ull << 56 | 7ull << 48 | 2 << 8);
    ck_assert_uint_eq(rig_read(r, BASER + 8, 8), 4ull << 56 | 7ull << 48 | 2 << 8);
    rig_write(r, BASER + 16, UINT64_MAX, 8);
    ck_assert_uint_eq(rig_read(r, BASER + 16, 8), 0);
    ck_assert_uint_eq(rig_read(r, CTLR, 4), 1u << 31);
    rig_write(r, CWRITER, 64, 8);
    rig_write(r, CBASER, VALID | 3, 8);
    ck_assert_uint_eq(rig_read(r, CWRITER, 8), 0);
    rig_write(r, CTLR, 1, 4);
    rig_write(r, CBASER, 0, 8); // fixed now
    ck_assert_uint_eq(rig_read(r, CBASER, 8), VALID | 3);
    rig_free(r);
}
END_TEST

START_TEST(messages_become_lpis) {
    Pair p = pair_new(VALID | DEVICES);
    map_collection(&p, 3, 1);
    map_device(&p, 0x100, 5);
    map_event(&p, 0x100, 31, 8195, 3);
    ck_assert(message(&p, 0x100, 31));
    ck_assert(p.gic->level[2] && !p.gic->level[0]);
    ck_assert_uint_eq(acknowledge(&p, 1), 8195);
    ck_assert(!device_msi(p.its->device, ITS + TRANSLATER + 4, 31, 0x100)); // not its address
    ck_assert(message(&p, 0x100, 30)); // its own, but nothing is mapped
    ck_assert(message(&p, 0x101, 31));
    ck_assert(message(&p, 0x100, 32));
    ck_assert(message(&p, UINT32_MAX, UINT32_MAX));
    ck_assert_uint_eq(acknowledge(&p, 1), 1023);
    put(&p, INT | 0x100ull << 32, 31, 0, 0);
    put(&p, CLEAR | 0x100ull << 32, 31, 0, 0);
    ck_assert(!p.gic->level[2]);
    put(&p, INT | 0x100ull << 32, 31, 0, 0);
    ck_assert_uint_eq(acknowledge(&p, 1), 8195);
    rig_write(p.its, CTLR, 0, 4);
    message(&p, 0x100, 31);
    ck_assert(!p.gic->level[2]);
    pair_free(&p);
}
END_TEST

START_TEST(what_is_pending_moves_along) {
    Pair p = pair_new(VALID | DEVICES);
    map_collection(&p, 0, 0);
    map_collection(&p, 1, 1);
    map_device(&p, 2, 4);
    map_event(&p, 2, 7, 8200, 0);
    put(&p, MAPI | 2ull << 32, 8201, 0, 0); // its event ID, too large for the table
    message(&p, 2, 7);
    put(&p, MOVI | 2ull << 32, 7, 1, 0);
    ck_assert(!p.gic->level[0] && p.gic->level[2]);
    put(&p, MOVALL, 0, 1 << 16, 0);
    ck_assert(p.gic->level[0] && !p.gic->level[2]);
    ck_assert_uint_eq(acknowledge(&p, 0), 8200);
    message(&p, 2, 7);
    ck_assert(p.gic->level[2]);
    put(&p, DISCARD | 2ull << 32, 7, 0, 0);
    ck_assert(!p.gic->level[2]);
    message(&p, 2, 7);
    ck_assert(!p.gic->level[2]);
    pair_free(&p);
}
END_TEST

START_TEST(configuration_is_read_again) {
    Pair p = pair_new(VALID | DEVICES);
    map_collection(&p, 0, 0);
    map_device(&p, 2, 4);
    map_event(&p, 2, 7, 8292, 0); // byte 100: off
    message(&p, 2, 7);
    ck_assert(!p.gic->level[0]);
    mem_write(p.its->machine->mem, CONFIG + 100, &(uint8_t){0xa1}, 1);
    put(&p, INV | 2ull << 32, 7, 0, 0);
    ck_assert(p.gic->level[0]);
    mem_write(p.its->machine->mem, CONFIG + 100, &(uint8_t){0xa0}, 1);
    put(&p, INVALL, 0, 0, 0);
    ck_assert(!p.gic->level[0]);
    pair_free(&p);
}
END_TEST

// The first level names pages; a device whose page is not there cannot be mapped.
START_TEST(a_device_table_may_have_two_levels) {
    Pair p = pair_new(VALID | 1ull << 62 | DEVICES);
    uint64_t page = VALID | (DEVICES + 0x1000);
    mem_write(p.its->machine->mem, DEVICES + 8 * 2, &page, 8); // devices 1024 to 1535
    map_collection(&p, 0, 0);
    map_device(&p, 1025, 4);
    map_event(&p, 1025, 0, 8192, 0);
    message(&p, 1025, 0);
    ck_assert(p.gic->level[0]);
    map_device(&p, 1, 4);
    map_event(&p, 1, 0, 8193, 0);
    put(&p, CLEAR | 1025ull << 32, 0, 0, 0);
    message(&p, 1, 0);
    ck_assert(!p.gic->level[0]);
    pair_free(&p);
}
END_TEST

START_TEST(nonsense_is_passed_over) {
    Pair p = pair_new(VALID | DEVICES);
    for (unsigned code = 0; code < 256; code++) put(&p, code | 0xffffffffull << 32, UINT64_MAX, UINT64_MAX, UINT64_MAX);
    map_collection(&p, 0, 7); // no such core
    put(&p, MAPD | 1ull << 32, 31, VALID | ITT, 0); // 32 bits of event
    put(&p, MAPD | 1ull << 32, 3, VALID | 0xf000000000000, 0); // a table where no memory is
    map_event(&p, 1, 0, 8192, 0);
    map_event(&p, 1, 0, 100, 0);
    message(&p, 1, 0);
    ck_assert(!p.gic->level[0]);
    rig_write(p.its, CWRITER, 0xfffe0, 8); // outside the queue: waits for a better one
    ck_assert_uint_ne(rig_read(p.its, CREADR, 8), 0xfffe0);
    rig_write(p.its, CTLR, 0, 4);
    rig_write(p.its, CBASER, UINT64_MAX, 8); // a queue that is no memory
    rig_write(p.its, CTLR, 1, 4);
    rig_write(p.its, CWRITER, 0x200, 8);
    ck_assert_uint_eq(rig_read(p.its, CREADR, 8), 0x200);
    pair_free(&p);
}
END_TEST

int main(void) {
    Suite *s = suite_create("gicv3_its");
    TCase *t = tcase_create("all");
    tcase_add_test(t, registers);
    tcase_add_test(t, messages_become_lpis);
    tcase_add_test(t, what_is_pending_moves_along);
    tcase_add_test(t, configuration_is_read_again);
    tcase_add_test(t, a_device_table_may_have_two_levels);
    tcase_add_test(t, nonsense_is_passed_over);
    suite_add_tcase(s, t);
    return suite_run(s);
}
