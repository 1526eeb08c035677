// SPDX-License-Identifier: MIT
// tcg/base: fields (every byte named once; save and load; hostile images), near names, log channels,
// retirement by epoch.
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/epoch.h"
#include "tcg/base/fields.h"
#include "tcg/base/log.h"
#include "tcg/base/near.h"
#include "tests/lib/suite.h"

typedef struct Thing {
    uint64_t count;
    uint32_t level[3];
    uint8_t mode;
    uint8_t pad[3];
    void *wiring;
} Thing;
static const char *const level_names[] = {"low", "mid", "high"};
static const Field thing_table[] = {
    FIELD(Thing, count, 7),
    FIELD_NAMED(Thing, level, 3, level_names),
    FIELD(Thing, mode, 0),
    FIELD_PAD(Thing, pad),
};
static const Fields thing = FIELDS("thing", 2, thing_table, offsetof(Thing, wiring));

START_TEST(fields_cover_every_byte_once) {
    ck_assert_ptr_null(fields_check(&thing));
    Fields hole = thing, overlap = thing, beyond = thing;
    hole.nfields--; // the padding is in no field
    ck_assert_str_eq(fields_check(&hole), "thing: byte 21 is in no field");
    Field twice[] = {thing_table[0], thing_table[1], thing_table[2], thing_table[3], thing_table[2]};
    overlap.fields = twice;
    overlap.nfields = 5;
    ck_assert_str_eq(fields_check(&overlap), "thing: byte 20 is in 'mode' and in 'mode'");
    beyond.size = 20;
    ck_assert_str_eq(fields_check(&beyond), "thing: field 'mode' reaches into the wiring");
}
END_TEST

START_TEST(fields_reset_save_load) {
    Thing a = {.wiring = &a}, b = {0};
    char error[200];
    fields_reset(&thing, &a);
    ck_assert_uint_eq(a.count, 7);
    ck_assert_uint_eq(a.level[2], 3);
    ck_assert_ptr_eq(a.wiring, &a);
    a.level[1] = 0x12345678;
    a.mode = 9;
    ck_assert_str_eq(fields_diff(&thing, &a, &b), "count");
    Bytes image = {0};
    fields_save(&thing, &a, &image);
    ck_assert(fields_load(&thing, &b, &image, error, sizeof(error)));
    ck_assert_ptr_null(fields_diff(&thing, &a, &b));
    ck_assert_uint_eq(image.at, image.size);
    b.level[2]++;
    ck_assert_str_eq(fields_diff(&thing, &a, &b), "high");
    bytes_free(&image);
}
END_TEST

// An image cut at any byte, or with any byte changed, is refused or loads; on refusal the state is untouched.
START_TEST(fields_load_survives_hostile_images) {
    Thing a, b, before;
    char error[200];
    fields_reset(&thing, &a);
    Bytes image = {0};
    fields_save(&thing, &a, &image);
    for (size_t n = 0; n < image.size; n++) {
        Bytes cut = {.data = image.data, .size = n};
        memset(&b, 0x55, sizeof(b));
        before = b;
        ck_assert(!fields_load(&thing, &b, &cut, error, sizeof(error)));
        ck_assert_int_eq(memcmp(&b, &before, sizeof(b)), 0);
    }
    for (size_t n = 0; n < image.size; n++) {
        image.data[n] ^= 0xff;
        Bytes changed = {.data = image.data, .size = image.size};
        before = b;
        if (!fields_load(&thing, &b, &changed, error, sizeof(error)))
            ck_assert_int_eq(memcmp(&b, &before, sizeof(b)), 0);
        image.data[n] ^= 0xff;
    }
    bytes_free(&image);
}
END_TEST

START_TEST(fields_load_old_image_keeps_reset_value) {
    static const Field old_table[] = {FIELD(Thing, count, 7)};
    static const Field new_table[] = {
        FIELD(Thing, count, 7),
        {.name = "mode", .offset = offsetof(Thing, mode), .size = 1, .count = 1, .since = 2, .reset = 4}};
    static const Fields old = FIELDS("thing", 1, old_table, 8), new = FIELDS("thing", 2, new_table, 21);
    Thing a = {.count = 5}, b = {0};
    char error[200];
    Bytes image = {0};
    fields_save(&old, &a, &image);
    ck_assert(fields_load(&new, &b, &image, error, sizeof(error)));
    ck_assert_uint_eq(b.count, 5);
    ck_assert_uint_eq(b.mode, 4);
    bytes_free(&image);
    fields_save(&new, &b, &image);
    ck_assert(!fields_load(&old, &a, &image, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "version 2"));
    bytes_free(&image);
    static const Fields later = {"thing", 2, new_table, 2, 21, .oldest = 2}; // no longer reads what version 1 was
    fields_save(&old, &a, &image);
    ck_assert(!fields_load(&later, &b, &image, error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "version 1"));
    bytes_free(&image);
}
END_TEST

START_TEST(near_names) {
    static const char *const names[] = {"virt", "spike", "sifive_u", NULL, "none"};
    ck_assert_uint_eq(near_distance("vrit", "virt"), 1); // neighbours swapped
    ck_assert_uint_eq(near_distance("", "abc"), 3);
    ck_assert_str_eq(near_name("vrit", names, 5), "virt");
    ck_assert_str_eq(near_name("SPIKE", names, 5), "spike");
    ck_assert_ptr_null(near_name("raspberry", names, 5));
    char error[100];
    near_error(error, sizeof(error), "machine", "vrit", names, 5, "-M help lists all");
    ck_assert_str_eq(error, "unknown machine 'vrit'; did you mean 'virt'? (-M help lists all)");
    near_error(error, 12, "machine", "vrit", names, 5, "cut short, not overrun");
    ck_assert_str_eq(error, "unknown mac");
}
END_TEST

START_TEST(log_channels) {
    char error[200];
    ck_assert(log_set("in_asm,int", error, sizeof(error)));
    ck_assert(log_on(LOG_IN_ASM) && log_on(LOG_INT) && !log_on(LOG_MMU));
    ck_assert(!log_set("in_amS", error, sizeof(error)));
    ck_assert_ptr_nonnull(strstr(error, "did you mean 'in_asm'?"));
    ck_assert(log_on(LOG_IN_ASM)); // refused texts change nothing
    ck_assert(log_set("", error, sizeof(error)));
    ck_assert(!log_on(LOG_IN_ASM));
}
END_TEST

static void count_up(void *arg) { __atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST); }

START_TEST(epoch_waits_for_awake_readers_only) {
    int freed = 0;
    EpochReader *r = epoch_join();
    epoch_retire(count_up, &freed);
    ck_assert_int_eq(freed, 0); // we may still hold it
    epoch_quiet(r);
    epoch_collect();
    ck_assert_int_eq(freed, 1);
    epoch_leave(r);
    epoch_retire(count_up, &freed);
    ck_assert_int_eq(freed, 2); // asleep
    epoch_part(r);
    epoch_read();
    epoch_read();
    epoch_retire(count_up, &freed);
    epoch_read_done();
    epoch_collect();
    ck_assert_int_eq(freed, 2); // the outer bracket is still open
    epoch_read_done();
    epoch_collect();
    ck_assert_int_eq(freed, 3);
}
END_TEST

static _Atomic(int *) shared;
static _Atomic bool reading = true;
static void *reader(void *arg) {
    EpochReader *r = epoch_join();
    long sum = 0;
    for (unsigned i = 0; reading; i++) {
        int *p = shared;
        sum += *p; // a freed one is what the sanitizer would report
        ck_assert_int_ge(*p, 1);
        if (i % 8 == 0) epoch_leave(r), epoch_enter(r);
        epoch_quiet(r);
    }
    epoch_part(r);
    return NULL;
}
static void free_int(void *p) {
    *(int *)p = -1;
    free(p);
}
START_TEST(epoch_under_threads) {
    pthread_t thread[2];
    shared = malloc(sizeof(int));
    *shared = 1;
    for (int i = 0; i < 2; i++) pthread_create(&thread[i], NULL, reader, NULL);
    for (int i = 0; i < 20000; i++) {
        int *next = malloc(sizeof(int)), *old = shared;
        *next = 1 + i;
        shared = next;
        epoch_retire(free_int, old);
    }
    reading = false;
    for (int i = 0; i < 2; i++) pthread_join(thread[i], NULL);
    epoch_collect();
    free(shared);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");
    tcase_add_test(t, fields_cover_every_byte_once);
    tcase_add_test(t, fields_reset_save_load);
    tcase_add_test(t, fields_load_survives_hostile_images);
    tcase_add_test(t, fields_load_old_image_keeps_reset_value);
    tcase_add_test(t, near_names);
    tcase_add_test(t, log_channels);
    tcase_add_test(t, epoch_waits_for_awake_readers_only);
    tcase_add_test(t, epoch_under_threads);
    suite_add_tcase(s, t);
    return suite_run(s);
}
