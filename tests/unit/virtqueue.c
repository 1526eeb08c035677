// SPDX-License-Identifier: MIT
// Split rings as a hostile driver writes them (Virtual I/O Device 1.2, 2.7): each bad index, length, address
// and chain breaks the queue and nothing else; good chains come out whole; notification and interrupt
// suppression.
#include "hw/virtio/virtqueue.h"
#include "tcg/base/log.h"
#include "tests/lib/suite.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 0x80000000, SIZE = 1 << 20, NUM = 8, AVAIL = BASE + 0x1000, USED = BASE + 0x2000 };
enum {
    DATA = BASE + 0x10000,
    NEXT = VIRTQ_DESC_NEXT,
    WRITE = VIRTQ_DESC_WRITE,
    INDIRECT = VIRTQ_DESC_INDIRECT
};

static Mem *mem;
static uint8_t *ram;
static VirtqRegs regs;
static Virtq q;
static VirtqElement e;

static void start(unsigned features) {
    regs = (VirtqRegs){.desc = BASE, .avail = AVAIL, .used = USED, .num = NUM};
    ck_assert(virtq_start(&q, mem, &regs, "test", features));
}

static void setup(void) {
    char error[200];
    mem = mem_new();
    ck_assert(mem_map_ram(mem, "ram", BASE, SIZE, false, error, sizeof error));
    ck_assert(mem_map_ram(mem, "rom", 0x1000, 0x1000, true, error, sizeof error));
    ram = mem_host(mem, BASE, SIZE, true);
    start(VIRTQ_INDIRECT | VIRTQ_EVENT_IDX);
}
static void teardown(void) { mem_free(mem); }

static void desc_at(uint64_t table, unsigned i, uint64_t addr, uint32_t len, unsigned flags, unsigned next) {
    VirtqDesc d = {addr, len, flags, next};
    memcpy(ram + (table - BASE) + 16 * i, &d, sizeof d);
}
static void desc(unsigned i, uint64_t addr, uint32_t len, unsigned flags, unsigned next) {
    desc_at(BASE, i, addr, len, flags, next);
}
static uint16_t *avail(void) { return (uint16_t *)(ram + (AVAIL - BASE)); }
static uint16_t *used(void) { return (uint16_t *)(ram + (USED - BASE)); }
static void offer(uint16_t head) {
    avail()[2 + avail()[1] % NUM] = head;
    avail()[1]++;
}

START_TEST(chain_comes_out_whole) {
    desc(3, DATA, 16, NEXT, 5);
    desc(5, DATA + 0x100, 0, NEXT, 1); // empty ones are skipped
    desc(1, DATA + 0x200, 32, NEXT | WRITE, 0);
    desc(0, DATA + 0x300, 1, WRITE, 0);
    memcpy(ram + 0x10000, "0123456789abcdef", 16);
    offer(3);
    ck_assert(virtq_pop(&q, &e));
    ck_assert_uint_eq(e.head, 3);
    ck_assert_uint_eq(e.nout, 1);
    ck_assert_uint_eq(e.nin, 2);
    ck_assert_uint_eq(e.out_bytes, 16);
    ck_assert_uint_eq(e.in_bytes, 33);
    char text[20] = "";
    ck_assert_uint_eq(virtq_gather(&e, 10, text, sizeof text), 6);
    ck_assert_str_eq(text, "abcdef");
    ck_assert_uint_eq(virtq_scatter(&q, &e, 30, "xyz123", 6), 3);
    ck_assert_mem_eq(ram + 0x10200 + 30, "xy", 2);
    ck_assert_int_eq(ram[0x10300], 'z');
    ck_assert(!virtq_pop(&q, &e));
    virtq_push(&q, 3, 33);
    ck_assert_uint_eq(used()[1], 1);
    uint32_t *entry = (uint32_t *)(used() + 2);
    ck_assert_uint_eq(entry[0], 3);
    ck_assert_uint_eq(entry[1], 33);
    ck_assert(!q.broken);
}
END_TEST

START_TEST(indirect_chain) {
    desc(2, DATA, 3 * 16, INDIRECT, 0);
    desc_at(DATA, 0, DATA + 0x400, 8, NEXT, 2);
    desc_at(DATA, 2, DATA + 0x500, 8, NEXT | WRITE, 1);
    desc_at(DATA, 1, DATA + 0x600, 8, WRITE, 7);
    offer(2);
    ck_assert(virtq_pop(&q, &e));
    ck_assert_uint_eq(e.nout, 1);
    ck_assert_uint_eq(e.nin, 2);
    ck_assert_ptr_eq(e.in[1].iov_base, ram + 0x10600);
}
END_TEST

// Each row makes one bad ring in descriptors 0.. and offers head 0.
typedef struct Bad {
    const char *what;
    VirtqDesc d[3];
} Bad;
static const Bad bad[] = {
    {"next outside the table", {{DATA, 4, NEXT, NUM}}},
    {"a loop", {{DATA, 4, NEXT, 1}, {DATA, 4, NEXT, 0}}},
    {"a loop of nothing", {{DATA, 0, NEXT, 0}}},
    {"readable after writable", {{DATA, 4, NEXT | WRITE, 1}, {DATA, 4, 0, 0}}},
    {"outside of RAM", {{BASE + SIZE, 4, 0, 0}}},
    {"over the end of RAM", {{BASE + SIZE - 4, 8, 0, 0}}},
    {"around the end of the address space", {{UINT64_MAX - 3, 8, 0, 0}}},
    {"writable ROM", {{0x1000, 4, WRITE, 0}}},
    {"indirect with next", {{DATA, 16, INDIRECT | NEXT, 1}, {DATA, 4, 0, 0}}},
    {"indirect of no descriptors", {{DATA, 0, INDIRECT, 0}}},
    {"indirect of half a descriptor", {{DATA, 24, INDIRECT, 0}}},
    {"indirect that is huge", {{BASE, (VIRTQ_MAX + 1) * 16, INDIRECT, 0}}},
    {"indirect table outside of RAM", {{BASE + SIZE - 16, 32, INDIRECT, 0}}},
    {"indirect in an indirect", {{BASE + 16, 16, INDIRECT, 0}, {DATA, 16, INDIRECT, 0}}},
    {"indirect that loops", {{BASE + 16, 16, INDIRECT, 0}, {DATA, 4, NEXT, 0}}},
    {"more than 4 GiB", {{BASE, 0x80000, NEXT, 1}, {BASE, 0xfff80001, 0, 0}}},
};

START_TEST(bad_chain_breaks_the_queue) {
    const Bad *b = &bad[_i];
    memcpy(ram, b->d, sizeof b->d);
    offer(0);
    ck_assert_msg(!virtq_pop(&q, &e), "%s", b->what);
    ck_assert_msg(q.broken, "%s", b->what);
    desc(0, DATA, 4, 0, 0);
    ck_assert(!virtq_pop(&q, &e)); // a broken queue stays so, even when mended
    start(0);
    ck_assert(virtq_pop(&q, &e)); // until it is started again
}
END_TEST

START_TEST(bad_indexes) {
    desc(0, DATA, 4, 0, 0);
    offer(NUM); // head outside the table
    ck_assert(!virtq_pop(&q, &e));
    ck_assert(q.broken);
    start(0);
    avail()[1] = NUM + 1; // more than fits
    ck_assert(!virtq_pending(&q));
    ck_assert(q.broken);
    start(0);
    avail()[1] = 0xffff; // behind us
    ck_assert(!virtq_pop(&q, &e));
    ck_assert(q.broken);
    start(0); // indirect was not negotiated
    memset(ram + 0x1000, 0, 64);
    desc(0, DATA, 16, INDIRECT, 0);
    offer(0);
    ck_assert(!virtq_pop(&q, &e));
    ck_assert(q.broken);
}
END_TEST

START_TEST(rings_must_be_in_ram_and_aligned) {
    const VirtqRegs good = {.desc = BASE, .avail = AVAIL, .used = USED, .num = NUM};
    VirtqRegs r[] = {good, good, good, good, good, good, good, good, good};
    r[0].num = 0;
    r[1].num = 3;
    r[2].num = 2 * VIRTQ_MAX;
    r[3].desc += 8;
    r[4].avail += 1;
    r[5].used += 2;
    r[6].desc = BASE + SIZE - 16;
    r[7].avail = BASE + SIZE;
    r[8].used = 0x1000; // ROM
    for (unsigned i = 0; i < sizeof r / sizeof r[0]; i++) {
        ck_assert_msg(!virtq_start(&q, mem, &r[i], "test", 0), "%u", i);
        ck_assert(!virtq_pending(&q));
        ck_assert(!virtq_pop(&q, &e));
    }
}
END_TEST

START_TEST(indexes_wrap) {
    desc(0, DATA, 4, 0, 0);
    regs.next_avail = regs.next_used = regs.signalled = 0xfffe;
    avail()[1] = used()[1] = 0xfffe;
    for (unsigned i = 0; i < 4; i++) {
        offer(0);
        ck_assert(virtq_pop(&q, &e));
        virtq_push(&q, 0, 0);
    }
    ck_assert_uint_eq(used()[1], 2);
    ck_assert_uint_eq(regs.next_avail, 2);
}
END_TEST

START_TEST(unpop_offers_again) {
    desc(0, DATA, 4, 0, 0);
    desc(1, DATA + 16, 4, 0, 0);
    offer(0), offer(1);
    ck_assert(virtq_pop(&q, &e));
    ck_assert(virtq_pop(&q, &e));
    virtq_unpop(&q, 2);
    ck_assert(virtq_pop(&q, &e));
    ck_assert_uint_eq(e.head, 0);
}
END_TEST

START_TEST(merged_entries_appear_together) {
    virtq_fill(&q, 0, 4, 100);
    virtq_fill(&q, 1, 5, 50);
    ck_assert_uint_eq(used()[1], 0);
    virtq_publish(&q, 2);
    ck_assert_uint_eq(used()[1], 2);
}
END_TEST

// 2.7.7.2 and 2.7.10: an interrupt exactly when the index passes used_event; without the feature, by the
// flag.
START_TEST(interrupt_suppression) {
    uint16_t *used_event = &avail()[2 + NUM], *avail_event = &used()[2 + 4 * NUM];
    *used_event = 2;
    for (unsigned i = 0; i < 5; i++) {
        virtq_push(&q, 0, 0);
        ck_assert_int_eq(virtq_must_signal(&q), i == 2);
    }
    desc(0, DATA, 4, 0, 0);
    offer(0);
    ck_assert(virtq_pop(&q, &e));
    ck_assert(!virtq_pending(&q));
    ck_assert_uint_eq(*avail_event, 1); // "notify me when you pass entry 1"
    start(0);
    virtq_push(&q, 0, 0);
    ck_assert(virtq_must_signal(&q));
    avail()[0] = 1;
    virtq_push(&q, 0, 0);
    ck_assert(!virtq_must_signal(&q));
}
END_TEST

START_TEST(legacy_layout) {
    VirtqRegs r = {.pfn = 0x80000, .align = 4096, .num = 256};
    ck_assert(virtq_place_legacy(&r, 4096)); // 2.7.2
    ck_assert_uint_eq(r.desc, 0x80000000);
    ck_assert_uint_eq(r.avail, 0x80001000);
    ck_assert_uint_eq(r.used, 0x80002000);
    r.align = 3000;
    ck_assert(!virtq_place_legacy(&r, 4096));
}
END_TEST

// Random bytes in all three rings: whatever happens, it ends, and what comes out lies in RAM.
START_TEST(random_rings) {
    unsigned seed = 1;
    for (unsigned round = 0; round < 3000; round++) {
        for (unsigned i = 0; i < 0x3000; i += 2)
            *(uint16_t *)(ram + i) = rand_r(&seed) % 3 ? rand_r(&seed) % 16 : rand_r(&seed);
        for (unsigned i = 0; i < NUM; i++)
            if (rand_r(&seed) % 4)
                desc(i, BASE + rand_r(&seed) % SIZE, rand_r(&seed) % 4096, rand_r(&seed) % 8,
                     rand_r(&seed) % 9);
        start(rand_r(&seed) % 4);
        avail()[1] = rand_r(&seed) % 10;
        for (unsigned i = 0; virtq_pop(&q, &e); i++) {
            ck_assert_uint_lt(i, NUM);
            for (unsigned k = 0; k < e.nout + e.nin; k++) {
                uint8_t *at = e.iov[k].iov_base;
                ck_assert(at >= ram && at + e.iov[k].iov_len <= ram + SIZE);
            }
        }
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("virtqueue");
    TCase *c = tcase_create("split");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, chain_comes_out_whole);
    tcase_add_test(c, indirect_chain);
    tcase_add_loop_test(c, bad_chain_breaks_the_queue, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(c, bad_indexes);
    tcase_add_test(c, rings_must_be_in_ram_and_aligned);
    tcase_add_test(c, indexes_wrap);
    tcase_add_test(c, unpop_offers_again);
    tcase_add_test(c, merged_entries_appear_together);
    tcase_add_test(c, interrupt_suppression);
    tcase_add_test(c, legacy_layout);
    tcase_add_test(c, random_rings);
    suite_add_tcase(s, c);
    return suite_run(s);
}
