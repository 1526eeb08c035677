// SPDX-License-Identifier: MIT
// The terminal of the window's text views: what ECMA-48's control functions do to the cells, scrolling and its history, UTF-8, answers, and that
// nothing written leads out of bounds (under sanitizers, random bytes).
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/random.h"
#include "tests/lib/suite.h"
#include "ui/text/terminal.h"

static Terminal t;

static void put(const char *text) { terminal_write(&t, (const uint8_t *)text, strlen(text)); }

static void check_row(unsigned y, const char *wanted) {
    char line[TERM_COLUMNS + 1];
    unsigned n = TERM_COLUMNS;
    for (unsigned x = 0; x < TERM_COLUMNS; x++) line[x] = t.row[y][x].c < 128 ? (char)t.row[y][x].c : '?';
    while (n && line[n - 1] == ' ') n--;
    line[n] = 0;
    ck_assert_str_eq(line, wanted);
}

static void setup(void) { terminal_reset(&t); }

START_TEST(test_sequences) {
    static const struct {
        const char *written, *first, *second;
    } rows[] = {
        {"one\r\ntwo", "one", "two"},
        {"abc\b\bX", "aXc", ""},
        {"a\tb", "a       b", ""},
        {"\033[2;3Hx\033[Hy", "y", "  x"},
        {"abcdef\033[3G\033[K", "ab", ""},
        {"abcdef\033[3G\033[1K", "   def", ""},
        {"abcdef\033[2Ktail", "      tail", ""},
        {"abcdef\033[2G\033[2Pz", "azef", ""},
        {"abcdef\033[2G\033[2@z", "az bcdef", ""},
        {"abcdef\033[2G\033[2X", "a  def", ""},
        {"one\r\ntwo\033[1;1H\033[L", "", "one"},
        {"one\r\ntwo\033[1;1H\033[M", "two", ""},
        {"one\r\ntwo\033[2J", "", ""},
        {"one\033[A\033[5Cx\033[2Dy\033[Bz", "one    yx", "        z"},
        {"one\033[s\033[5;5H\033[utwo\0337\033[9;9H\0338!", "onetwo!", ""},
        {"\033]0;a title\aone\033]8;;x\033\\two", "onetwo", ""},
        {"\033(Bone\033)0two\033=\033>", "onetwo", ""},
        {"one\033Dtwo\033M\rxx", "xxe", "   two"},
        {"\033[?2004h\033[>1;2c\033[!p\033[?1049hone", "one", ""},
        {"\033[38;5;9m\033[48;2;1;2;3mone\033[38m\033[38;5m!", "one!", ""},
        {"\033[99999999999;99999999999Hx\033[H\033[Ay", "y", ""},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa6 \xff \xc3x", "caf? ? ? ? ?x", ""},
    };
    setup();
    put(rows[_i].written);
    check_row(0, rows[_i].first);
    check_row(1, rows[_i].second);
}
END_TEST
enum { SEQUENCES = 22 };

START_TEST(test_wrap_and_scroll) {
    for (unsigned i = 0; i < TERM_COLUMNS; i++) put("w");
    ck_assert_uint_eq(t.y, 0); // only the next character wraps
    put("x\r\n");
    check_row(1, "x");
    for (unsigned i = 0; i < 2000; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%u\r\n", i);
        put(line);
    }
    check_row(TERM_ROWS - 2, "1999");
    ck_assert_uint_eq(t.nhistory, TERM_HISTORY);
    terminal_scroll(&t, 5000);
    ck_assert_uint_eq(t.back, TERM_HISTORY);
    terminal_scroll(&t, -5000);
    ck_assert_uint_eq(t.back, 0);
    put("\033[5;10r\033[10;1Hlast\r\n\r\n"); // a region of its own scrolls alone
    check_row(7, "last");
    check_row(TERM_ROWS - 2, "1999");
}
END_TEST

START_TEST(test_answers) {
    put("\033[3;7H\033[6n\033[5n\033[c");
    ck_assert_uint_eq(t.answer_size, 6 + 4 + 5);
    ck_assert_int_eq(memcmp(t.answer, "\033[3;7R\033[0n\033[?6c", 15), 0);
    for (unsigned i = 0; i < 100; i++) put("\033[6n"); // nobody takes them
    ck_assert_uint_le(t.answer_size, sizeof(t.answer));
}
END_TEST

START_TEST(test_pixels) {
    static uint32_t pixels[TERM_WIDTH * TERM_HEIGHT];
    put("\033[31;44mL\033[0;7m \033[?25l");
    terminal_draw(&t, pixels);
    ck_assert_uint_eq(pixels[TERM_WIDTH], 0xffcd3131);     // ink: the letter's upper left dot
    ck_assert_uint_eq(pixels[TERM_WIDTH + 1], 0xff3b78ff); // paper
    ck_assert_uint_eq(pixels[FONT_WIDTH], 0xffd0d0d0);     // reversed
    ck_assert_uint_eq(pixels[2 * FONT_WIDTH], 0xff000000); // no cursor
    put("\033[?25h");
    terminal_draw(&t, pixels);
    ck_assert_uint_eq(pixels[2 * FONT_WIDTH], 0xffd0d0d0);
}
END_TEST

START_TEST(test_random) {
    static uint32_t pixels[TERM_WIDTH * TERM_HEIGHT];
    static const char likely[] = "\033[;0123456789?@ABCDGHJKLMPSTXcdmnrsu\r\n\t\b";
    Random r = {(uint64_t)_i + 1};
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t n = random_next(&r);
        uint8_t byte = n & 0x700 ? (uint8_t)likely[n % (sizeof(likely) - 1)] : (uint8_t)n;
        terminal_write(&t, &byte, 1);
        if (!(n & 0xff000)) terminal_scroll(&t, (int)(n & 63) - 32);
    }
    ck_assert(t.x < TERM_COLUMNS && t.y < TERM_ROWS && t.top < t.bottom && t.bottom < TERM_ROWS);
    terminal_draw(&t, pixels);
}
END_TEST

int main(void) {
    Suite *s = suite_create("terminal");
    TCase *c = tcase_create("terminal");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_loop_test(c, test_sequences, 0, SEQUENCES);
    tcase_add_test(c, test_wrap_and_scroll);
    tcase_add_test(c, test_answers);
    tcase_add_test(c, test_pixels);
    tcase_add_loop_test(c, test_random, 0, 20);
    suite_add_tcase(s, c);
    return suite_run(s);
}
