// SPDX-License-Identifier: MIT
// cpu/bus: the memory map (overlap, look-up, splitting and widening, ROM, listeners, changes under readers)
// and virtual time.
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cpu/bus/clock.h"
#include "cpu/bus/mem.h"
#include "tests/lib/suite.h"

static char error[300];

typedef struct Box { // remembers the accesses it got
    unsigned n;
    uint64_t offset[8], value[8];
    unsigned size[8];
} Box;
static uint64_t box_read(void *opaque, uint64_t offset, unsigned size) {
    Box *b = opaque;
    b->offset[b->n % 8] = offset;
    b->size[b->n++ % 8] = size;
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) value |= (offset + i + 1) << i * 8; // byte k of the window is k + 1
    return value;
}
static void box_write(void *opaque, uint64_t offset, uint64_t value, unsigned size) {
    Box *b = opaque;
    b->offset[b->n % 8] = offset;
    b->value[b->n % 8] = value;
    b->size[b->n++ % 8] = size;
}

START_TEST(map_refuses_overlap_and_wrap) {
    Mem *m = mem_new();
    ck_assert(mem_map_ram(m, "ram", 0x80000000, 0x10000, false, error, sizeof(error)));
    ck_assert(!mem_map_ram(m, "rom", 0x8000ffff, 1, true, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "'rom'"));
    ck_assert_ptr_nonnull(strstr(error, "overlaps 'ram'"));
    ck_assert(!mem_map_ram(m, "wrap", UINT64_MAX - 4, 16, false, error, sizeof(error)));
    ck_assert(!mem_map_ram(m, "nothing", 0, 0, false, error, sizeof(error)));
    ck_assert(mem_map_ram(m, "next", 0x80010000, 0x1000, false, error, sizeof(error)));
    ck_assert(mem_map_ram(m, "before", 0x7ffff000, 0x1000, false, error, sizeof(error)));
    MemRegion r[4];
    ck_assert_uint_eq(mem_regions(m, r, 4), 3);
    ck_assert_str_eq(r[0].name, "before");
    ck_assert_str_eq(r[2].name, "next");
    mem_unmap(m, "next");
    ck_assert(!mem_exists(m, 0x80010000, 1));
    ck_assert(mem_exists(m, 0x7ffff000, 0x11000));
    mem_free(m);
}
END_TEST

// What lies under others gets what they do not take, also after they went; it overlaps nothing.
START_TEST(regions_under_others) {
    Mem *m = mem_new();
    Box under = {0}, over = {0};
    static const MemOps ops = {box_read, box_write};
    uint64_t v;
    ck_assert(mem_map_under(m, "under", 0x10000, 0x10000, &ops, &under, error, sizeof(error)));
    ck_assert(mem_map_io(m, "over", 0x14000, 0x100, &ops, &over, NULL, error, sizeof(error)));
    ck_assert(mem_map_ram(m, "ram", 0x20000, 0x1000, false, error, sizeof(error)));
    ck_assert(mem_io_read(m, 0x14000, 4, &v) && over.n == 1 && under.n == 0);
    ck_assert(mem_io_read(m, 0x14100, 4, &v) && over.n == 1 && under.n == 1);
    ck_assert_uint_eq(under.offset[0], 0x4100);
    ck_assert(mem_io_write(m, 0x13ffc, 4, 7) && under.n == 2);
    ck_assert(mem_io_read(m, 0x14010, 1, &v) && over.n == 2);
    MemRegion r[4];
    ck_assert_uint_eq(mem_regions(m, r, 4), 3);
    ck_assert_str_eq(r[0].name, "over");
    ck_assert_str_eq(r[2].name, "under");
    mem_unmap(m, "over");
    ck_assert(mem_io_read(m, 0x14000, 4, &v) && under.n == 3);
    ck_assert(!mem_io_read(m, 0xffff, 1, &v));
    mem_unmap(m, "under");
    ck_assert(!mem_io_read(m, 0x14000, 4, &v));
    ck_assert(mem_io_read(m, 0x20000, 4, &v));
    mem_free(m);
}
END_TEST

static uint64_t written_at, written_size;
static void on_written(void *opaque, uint64_t paddr, uint64_t size) {
    written_at = paddr, written_size = size;
}

START_TEST(ram_and_rom) {
    Mem *m = mem_new();
    mem_map_ram(m, "rom", 0x1000, 0x1000, true, error, sizeof(error));
    mem_map_ram(m, "ram", 0x2000, 0x1000, false, error, sizeof(error));
    mem_listen(m, on_written, NULL);
    ck_assert_ptr_null(mem_host(m, 0x1ffc, 8, false)); // two regions are never one piece of host memory
    ck_assert_ptr_null(mem_host(m, 0x1000, 8, true));
    ck_assert_ptr_nonnull(mem_host(m, 0x1000, 0x1000, false));
    ck_assert_uint_eq((uintptr_t)mem_host(m, 0x2000, 1, true) & 0xfff, 0);
    uint8_t a[16] = "across regions", b[16] = {0};
    ck_assert(!mem_write(m, 0x1ff8, a, 16)); // DMA does not write ROM
    ck_assert(mem_load_rom(m, 0x1ff8, a, 16));
    ck_assert_uint_eq(written_at, 0x2000);
    ck_assert_uint_eq(written_size, 8);
    ck_assert(mem_read(m, 0x1ff8, b, 16));
    ck_assert_mem_eq(a, b, 16);
    ck_assert(!mem_read(m, 0x2ff8, b, 16));
    ck_assert(mem_io_write(m, 0x1ff8, 1, 'x')); // a CPU's write to ROM is ignored
    uint64_t v;
    ck_assert(mem_io_read(m, 0x1ff8, 1, &v));
    ck_assert_uint_eq(v, 'a');
    mem_free(m);
}
END_TEST

// huge.c: a chunk that becomes one host page keeps its bytes, and so do its neighbours; writes of any length and alignment work.
START_TEST(huge_pages_keep_what_is_there) {
    enum { MIB = 1 << 20 };
    Mem *m = mem_new();
    ck_assert(mem_map_ram(m, "ram", 0x80001000, 7 * MIB, false, error, sizeof(error)));
    uint8_t *text = malloc(5 * MIB);
    for (unsigned i = 0; i < 5 * MIB; i++) text[i] = (uint8_t)(i * 7 + (i >> 12));
    ck_assert(mem_write(m, 0x80123457, text, 5 * MIB));
    for (unsigned round = 0; round < 70; round++)
        for (uint64_t page = 0x80001000; page < 0x80001000 + 7 * MIB; page += 64 << 10) {
            bool writable = false;
            uint8_t *host = mem_page(m, page, &writable);
            ck_assert(host && writable);
            host[0xfff] = (uint8_t)(page >> 16);
        }
    for (unsigned i = 0; i < 5 * MIB; i += 4093) {
        uint64_t at = 0x80123457 + i;
        uint8_t got;
        ck_assert(mem_read(m, at, &got, 1));
        if ((at & 0xffff) != 0x1fff) ck_assert_uint_eq(got, text[i]);
    }
    for (uint64_t page = 0x80001000; page < 0x80001000 + 7 * MIB; page += 64 << 10) {
        uint8_t got;
        ck_assert(mem_read(m, page + 0xfff, &got, 1) && got == (uint8_t)(page >> 16));
    }
    free(text);
    mem_free(m);
}
END_TEST

START_TEST(io_splits_and_widens) {
    Mem *m = mem_new();
    Box narrow = {0}, wide = {0};
    static const MemOps narrow_ops = {box_read, box_write, 1, 4}, wide_ops = {box_read, box_write, 4, 8};
    mem_map_io(m, "narrow", 0x1000, 0x100, &narrow_ops, &narrow, NULL, error, sizeof(error));
    mem_map_io(m, "wide", 0x2000, 0x10, &wide_ops, &wide, NULL, error, sizeof(error));
    uint64_t v;
    ck_assert(mem_io_read(m, 0x1010, 8, &v)); // two accesses of four
    ck_assert_uint_eq(v, 0x1817161514131211);
    ck_assert_uint_eq(narrow.n, 2);
    narrow.n = 0;
    ck_assert(mem_io_read(m, 0x1001, 4, &v)); // misaligned: 1, 2, 1
    ck_assert_uint_eq(v, 0x05040302);
    ck_assert_uint_eq(narrow.n, 3);
    ck_assert_uint_eq(narrow.size[1], 2);
    narrow.n = 0;
    ck_assert(mem_io_write(m, 0x1004, 8, 0x1122334455667788));
    ck_assert_uint_eq(narrow.value[0], 0x55667788);
    ck_assert_uint_eq(narrow.value[1], 0x11223344);
    ck_assert(mem_io_read(m, 0x2006, 1, &v)); // widened to the register
    ck_assert_uint_eq(v, 7);
    ck_assert_uint_eq(wide.offset[0], 4);
    ck_assert_uint_eq(wide.size[0], 4);
    ck_assert(!mem_io_read(m, 0x200c, 8, &v)); // leaves the window
    ck_assert(!mem_io_write(m, 0x3000, 4, 0));
    mem_free(m);
}
END_TEST

static Mem *busy;
static _Atomic bool go_on = true;
static void *look_up(void *arg) {
    while (go_on) {
        uint64_t v;
        if (mem_io_read(busy, 0x5008, 4, &v)) ck_assert_uint_eq(v, 0x0c0b0a09);
        ck_assert_ptr_nonnull(mem_host(busy, 0x2000, 8, false));
    }
    return NULL;
}
START_TEST(map_changes_under_readers) {
    static Box box;
    static const MemOps ops = {box_read, box_write, 1, 8};
    Lock lock;
    lock_init(&lock, LOCK_DEVICE, "box");
    busy = mem_new();
    mem_map_ram(busy, "ram", 0x2000, 0x1000, false, error, sizeof(error));
    pthread_t thread[2];
    for (int i = 0; i < 2; i++) pthread_create(&thread[i], NULL, look_up, NULL);
    for (int i = 0; i < 5000; i++) {
        ck_assert(mem_map_io(busy, "box", 0x5000, 0x100, &ops, &box, &lock, error, sizeof(error)));
        mem_unmap(busy, "box");
    }
    go_on = false;
    for (int i = 0; i < 2; i++) pthread_join(thread[i], NULL);
    mem_free(busy);
    lock_destroy(&lock);
}
END_TEST

static int fired[4], nfired;
static void fire(void *opaque) { fired[nfired++] = (int)(intptr_t)opaque; }
static int woken;
static uint64_t woken_for;
static void wake(void *opaque, uint64_t deadline) { woken += deadline != UINT64_MAX, woken_for = deadline; }

START_TEST(clock_deadlines) {
    Clock *c = clock_new();
    clock_on_earlier(c, wake, NULL);
    clock_pause(c, true);
    uint64_t t = clock_now(c);
    Timer *a = timer_new(c, fire, (void *)1), *b = timer_new(c, fire, (void *)2);
    usleep(1000);
    ck_assert_uint_eq(clock_now(c), t); // stopped
    timer_set(a, t + 10);
    timer_set(b, UINT64_MAX - 1);
    ck_assert_int_eq(woken, 0); // time stands still
    ck_assert_uint_eq(clock_next(c), UINT64_MAX);
    clock_run_due(c);
    ck_assert_int_eq(nfired, 0);
    clock_pause(c, false);
    ck_assert_uint_eq(woken_for, t + 10);
    timer_set(b, t + 20); // not the nearest
    ck_assert_int_eq(woken, 1);
    timer_set(b, UINT64_MAX - 1);
    ck_assert_uint_eq(clock_next(c), t + 10);
    while (clock_now(c) < t + 10) {}
    clock_run_due(c);
    ck_assert_int_eq(nfired, 1);
    ck_assert_int_eq(fired[0], 1);
    ck_assert_uint_eq(timer_deadline(a), UINT64_MAX);
    clock_set(c, 5000000000);
    ck_assert_uint_ge(clock_now(c), 5000000000);
    ck_assert_uint_lt(clock_now(c), 65000000000);
    timer_free(b);
    clock_free(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("mem");
    TCase *t = tcase_create("mem");
    tcase_add_test(t, map_refuses_overlap_and_wrap);
    tcase_add_test(t, regions_under_others);
    tcase_add_test(t, ram_and_rom);
    tcase_add_test(t, huge_pages_keep_what_is_there);
    tcase_add_test(t, io_splits_and_widens);
    tcase_add_test(t, map_changes_under_readers);
    tcase_add_test(t, clock_deadlines);
    suite_add_tcase(s, t);
    return suite_run(s);
}
