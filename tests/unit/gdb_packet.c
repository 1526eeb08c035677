// SPDX-License-Identifier: MIT
// Packets of gdb's remote protocol, by the examples and rules of gdb's manual ("Overview").
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/suite.h"
#include "ui/gdb_packet.h"

static GdbReader r;

static GdbInput feed(const char *text, size_t n) {
    GdbInput last = GDB_NOTHING;
    for (size_t i = 0; i < n; i++) {
        last = gdb_read(&r, (uint8_t)text[i]);
        if (i + 1 < n) ck_assert_int_eq(last, GDB_NOTHING);
    }
    return last;
}

START_TEST(test_packets) {
    r.state = 0;
    ck_assert_int_eq(feed("$OK#9a", 6), GDB_PACKET);
    ck_assert_str_eq(r.data, "OK");
    ck_assert_int_eq(feed("$#00", 4), GDB_PACKET); // empty
    ck_assert_uint_eq(r.n, 0);
    ck_assert_int_eq(feed("noise$OK#9A", 11),
                     GDB_PACKET); // between packets nothing counts; upper-case digits do
    ck_assert_int_eq(feed("$cut off$OK#9a", 14), GDB_PACKET);
    ck_assert_int_eq(feed("+", 1), GDB_ACK);
    ck_assert_int_eq(feed("-", 1), GDB_NACK);
    ck_assert_int_eq(feed("\x03", 1), GDB_INTERRUPT);
}
END_TEST

START_TEST(test_damaged) {
    r.state = 0;
    ck_assert_int_eq(feed("$OK#9b", 6), GDB_DAMAGED);
    ck_assert_int_eq(feed("$OK#g0", 6), GDB_DAMAGED);
    ck_assert_int_eq(feed("$OK#0g", 6), GDB_DAMAGED);
    ck_assert_int_eq(feed("$OK#9a", 6), GDB_PACKET); // and goes on
}
END_TEST

START_TEST(test_too_long) {
    char *text = malloc(GDB_PACKET_MAX + 100);
    unsigned sum = 0;
    r.state = 0;
    for (unsigned i = 0; i < GDB_PACKET_MAX + 1; i++) text[i] = i ? 'a' : '$';
    for (unsigned i = 1; i < GDB_PACKET_MAX + 1; i++) sum += 'a';
    sprintf(text + GDB_PACKET_MAX + 1, "#%02x", sum & 0xff);
    ck_assert_int_eq(feed(text, GDB_PACKET_MAX + 4), GDB_PACKET);
    ck_assert_uint_eq(r.n, GDB_PACKET_MAX);
    text[GDB_PACKET_MAX + 1] = 'a';
    sprintf(text + GDB_PACKET_MAX + 2, "#%02x", (sum + 'a') & 0xff);
    ck_assert_int_eq(feed(text, GDB_PACKET_MAX + 5), GDB_DAMAGED);
    free(text);
}
END_TEST

START_TEST(test_frame_round_trip) {
    char text[256];
    size_t size;
    for (unsigned i = 0; i < 256; i++) text[i] = (char)i;
    char *frame = gdb_frame(text, 256, &size);
    r.state = 0;
    ck_assert_int_eq(feed(frame, size), GDB_PACKET);
    ck_assert_uint_eq(r.n, 256);
    ck_assert_mem_eq(r.data, text, 256);
    free(frame);
    frame = gdb_frame("OK", 2, &size);
    ck_assert_uint_eq(size, 6);
    ck_assert_mem_eq(frame, "$OK#9a", 6);
    free(frame);
}
END_TEST

START_TEST(test_threads) {
    static const struct {
        const char *text;
        int64_t thread;
        bool ok;
    } cases[] = {{"p1.2", 2, true}, {"p1.-1", -1, true},   {"-1", -1, true},  {"0", 0, true},
                 {"1f", 31, true},  {"p1", -1, true},      {"p1.", 0, false}, {"-2", 0, false},
                 {"p", 0, false},   {"x", 0, false},       {"", 0, false},    {"p-1.1", 1, true},
                 {"p1.0", 0, true}, {"80000000", 0, false}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = cases[i].text;
        int64_t thread;
        bool ok = gdb_take_thread(&at, &thread);
        ck_assert_msg(ok == cases[i].ok, "%s", cases[i].text);
        if (ok) ck_assert_msg(thread == cases[i].thread, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(test_hex) {
    const char *at = "1234567890abcdef0,";
    uint64_t value;
    uint8_t bytes[2];
    ck_assert(gdb_take_hex(&at, &value)); // sixteen digits at most
    ck_assert_uint_eq(value, 0x1234567890abcdef);
    ck_assert_int_eq(*at, '0');
    at = "a1b";
    ck_assert(!gdb_take_bytes(&at, bytes, 2)); // half a byte is missing
    at = "A1b2";
    ck_assert(gdb_take_bytes(&at, bytes, 2));
    ck_assert_uint_eq(bytes[0] << 8 | bytes[1], 0xa1b2);
    ck_assert(!*at && !gdb_take_char(&at, 0)); // never past the end
}
END_TEST

int main(void) {
    Suite *s = suite_create("gdb_packet");
    TCase *t = tcase_create("all");
    tcase_add_test(t, test_packets);
    tcase_add_test(t, test_damaged);
    tcase_add_test(t, test_too_long);
    tcase_add_test(t, test_frame_round_trip);
    tcase_add_test(t, test_threads);
    tcase_add_test(t, test_hex);
    suite_add_tcase(s, t);
    return suite_run(s);
}
