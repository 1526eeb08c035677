// SPDX-License-Identifier: MIT
// What all CPUs have beside their family's fields, and virtual time: saved, loaded into others, refused when hostile.
#include <check.h>
#include <string.h>
#include "cpu/cpu.h"
#include "tests/lib/riscv_hart.h"
#include "tests/lib/suite.h"

static char error[300];

START_TEST(cpu_goes_around) {
    Hart one, other;
    hart_open(&one, "rv64");
    hart_open(&other, "rv64");
    Cpu *a = one.cpu, *b = other.cpu;
    Bytes image = {0};
    one.s->x[10] = 77;
    one.s->mscratch = 5;
    a->vcpu->pc = 0x80001234;
    a->vcpu->waiting = true;
    cpu_power(a, false);
    cpu_save(a, &image);
    ck_assert_msg(cpu_load(b, &image, error, sizeof(error)), "%s", error);
    ck_assert_uint_eq(b->vcpu->pc, 0x80001234);
    ck_assert(b->vcpu->waiting && !b->powered_on);
    ck_assert_uint_eq(other.s->x[10], 77);
    ck_assert_uint_eq(other.s->mscratch, 5);
    bytes_free(&image);
    hart_close(&one);
    hart_close(&other);
}
END_TEST

// Every byte of the image, changed: refused or loaded, never worse. An odd pc is refused.
START_TEST(hostile_images) {
    Hart one, other;
    hart_open(&one, "rv64");
    hart_open(&other, "rv64");
    Cpu *a = one.cpu, *b = other.cpu;
    Bytes image = {0};
    a->vcpu->pc = 0x80001235;
    cpu_save(a, &image);
    ck_assert(!cpu_load(b, &image, error, sizeof(error)));
    ck_assert_uint_eq(b->vcpu->pc, 0);
    for (size_t i = 0; i < image.size; i += i < 200 ? 1 : 37) {
        Bytes copy = {0};
        bytes_put(&copy, image.data, image.size);
        copy.data[i] ^= 0x81;
        if (!cpu_load(b, &copy, error, sizeof(error))) ck_assert_uint_eq(b->vcpu->pc, 0);
        bytes_free(&copy);
    }
    for (size_t n = 0; n < image.size; n += 61) {
        Bytes copy = {0};
        bytes_put(&copy, image.data, n);
        ck_assert(!cpu_load(b, &copy, error, sizeof(error)));
        bytes_free(&copy);
    }
    bytes_free(&image);
    hart_close(&one);
    hart_close(&other);
}
END_TEST

START_TEST(clock_goes_around) {
    Clock *a = clock_new(), *b = clock_new();
    Bytes image = {0};
    clock_pause(a, true);
    clock_pause(b, true);
    clock_set(a, 123456789);
    clock_wall_at_zero(a, 1700000000000000000);
    clock_save(a, &image);
    ck_assert(clock_load(b, &image, error, sizeof(error)));
    ck_assert_uint_eq(clock_now(b), 123456789);
    ck_assert_uint_eq(clock_wall(b), 1700000000123456789);
    bytes_free(&image);
    image = (Bytes){0};
    clock_set(a, UINT64_MAX - 5);
    clock_save(a, &image);
    ck_assert(!clock_load(b, &image, error, sizeof(error)));
    ck_assert_uint_eq(clock_now(b), 123456789);
    bytes_free(&image);
    clock_free(a);
    clock_free(b);
}
END_TEST

START_TEST(the_counter_is_moved) {
    Clock *c = clock_new();
    clock_pause(c, true);
    clock_set(c, 1000);
    ck_assert_uint_eq(clock_ticks(c, 100), 10);
    ck_assert_uint_eq(clock_ticks_when(c, 100, 15), 1500);
    ck_assert(clock_ticks_shift(c, 90) && !clock_ticks_shift(c, 90));
    ck_assert_uint_eq(clock_ticks(c, 100), 100);
    ck_assert_uint_eq(clock_ticks_when(c, 100, 100), 0);
    ck_assert_uint_eq(clock_ticks_when(c, 100, 105), 1500);
    ck_assert_uint_eq(clock_ticks_when(c, 100, UINT64_MAX), UINT64_MAX); // centuries
    clock_ticks_shift(c, -8ull);
    ck_assert_uint_eq(clock_ticks_when(c, 100, 3), 1100);
    clock_ticks_shift(c, -12ull); // the counter stands before its wrap
    ck_assert_uint_eq(clock_ticks(c, 100), -2ull);
    ck_assert_uint_eq(clock_ticks_when(c, 100, 3), 0);
    clock_free(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("cpu_state");
    TCase *t = tcase_create("cpu_state");
    tcase_add_test(t, cpu_goes_around);
    tcase_add_test(t, hostile_images);
    tcase_add_test(t, clock_goes_around);
    tcase_add_test(t, the_counter_is_moved);
    suite_add_tcase(s, t);
    return suite_run(s);
}
