// SPDX-License-Identifier: MIT
// See hw/host/chord.h.
#include "hw/host/chord.h"
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"
#include "tcg/base/near.h"

// clang-format off
#define KEYS(ROW)                                                                                                                                              \
    ROW(shift, LEFTSHIFT) ROW(shift_r, RIGHTSHIFT) ROW(ctrl, LEFTCTRL) ROW(ctrl_r, RIGHTCTRL) ROW(alt, LEFTALT) ROW(alt_r, RIGHTALT)                           \
    ROW(meta_l, LEFTMETA) ROW(meta_r, RIGHTMETA) ROW(menu, MENU) ROW(compose, COMPOSE) ROW(esc, ESC) ROW(tab, TAB) ROW(ret, ENTER) ROW(spc, SPACE)             \
    ROW(backspace, BACKSPACE) ROW(insert, INSERT) ROW(delete, DELETE) ROW(home, HOME) ROW(end, END) ROW(pgup, PAGEUP) ROW(pgdn, PAGEDOWN)                      \
    ROW(up, UP) ROW(down, DOWN) ROW(left, LEFT) ROW(right, RIGHT) ROW(caps_lock, CAPSLOCK) ROW(num_lock, NUMLOCK) ROW(scroll_lock, SCROLLLOCK)                 \
    ROW(print, SYSRQ) ROW(sysrq, SYSRQ) ROW(pause, PAUSE)                                                                                                      \
    ROW(1, 1) ROW(2, 2) ROW(3, 3) ROW(4, 4) ROW(5, 5) ROW(6, 6) ROW(7, 7) ROW(8, 8) ROW(9, 9) ROW(0, 0)                                                        \
    ROW(a, A) ROW(b, B) ROW(c, C) ROW(d, D) ROW(e, E) ROW(f, F) ROW(g, G) ROW(h, H) ROW(i, I) ROW(j, J) ROW(k, K) ROW(l, L) ROW(m, M) ROW(n, N) ROW(o, O)      \
    ROW(p, P) ROW(q, Q) ROW(r, R) ROW(s, S) ROW(t, T) ROW(u, U) ROW(v, V) ROW(w, W) ROW(x, X) ROW(y, Y) ROW(z, Z)                                              \
    ROW(minus, MINUS) ROW(equal, EQUAL) ROW(bracket_left, LEFTBRACE) ROW(bracket_right, RIGHTBRACE) ROW(semicolon, SEMICOLON)                                  \
    ROW(apostrophe, APOSTROPHE) ROW(grave_accent, GRAVE) ROW(backslash, BACKSLASH) ROW(comma, COMMA) ROW(dot, DOT) ROW(slash, SLASH) ROW(less, 102ND)          \
    ROW(f1, F1) ROW(f2, F2) ROW(f3, F3) ROW(f4, F4) ROW(f5, F5) ROW(f6, F6) ROW(f7, F7) ROW(f8, F8) ROW(f9, F9) ROW(f10, F10) ROW(f11, F11) ROW(f12, F12)      \
    ROW(f13, F13) ROW(f14, F14) ROW(f15, F15) ROW(f16, F16) ROW(f17, F17) ROW(f18, F18) ROW(f19, F19) ROW(f20, F20) ROW(f21, F21) ROW(f22, F22)                \
    ROW(f23, F23) ROW(f24, F24)                                                                                                                                \
    ROW(kp_0, KP0) ROW(kp_1, KP1) ROW(kp_2, KP2) ROW(kp_3, KP3) ROW(kp_4, KP4) ROW(kp_5, KP5) ROW(kp_6, KP6) ROW(kp_7, KP7) ROW(kp_8, KP8) ROW(kp_9, KP9)      \
    ROW(kp_add, KPPLUS) ROW(kp_subtract, KPMINUS) ROW(kp_multiply, KPASTERISK) ROW(asterisk, KPASTERISK) ROW(kp_divide, KPSLASH)                               \
    ROW(kp_decimal, KPDOT) ROW(kp_enter, KPENTER) ROW(kp_equals, KPEQUAL) ROW(kp_comma, KPCOMMA)                                                               \
    ROW(ro, RO) ROW(yen, YEN) ROW(henkan, HENKAN) ROW(muhenkan, MUHENKAN) ROW(hiragana, HIRAGANA) ROW(katakanahiragana, KATAKANAHIRAGANA)                      \
    ROW(lang1, HANGEUL) ROW(lang2, HANJA)                                                                                                                      \
    ROW(stop, STOP) ROW(again, AGAIN) ROW(props, PROPS) ROW(undo, UNDO) ROW(front, FRONT) ROW(copy, COPY) ROW(open, OPEN) ROW(paste, PASTE)                    \
    ROW(find, FIND) ROW(cut, CUT) ROW(lf, LINEFEED) ROW(help, HELP) ROW(power, POWER) ROW(sleep, SLEEP) ROW(wake, WAKEUP)                                      \
    ROW(audionext, NEXTSONG) ROW(audioprev, PREVIOUSSONG) ROW(audiostop, STOPCD) ROW(audioplay, PLAYPAUSE) ROW(audiomute, MUTE)                                \
    ROW(volumeup, VOLUMEUP) ROW(volumedown, VOLUMEDOWN) ROW(mediaselect, MEDIA) ROW(mail, MAIL) ROW(calculator, CALC) ROW(computer, COMPUTER)                  \
    ROW(ac_home, HOMEPAGE) ROW(ac_back, BACK) ROW(ac_forward, FORWARD) ROW(ac_refresh, REFRESH) ROW(ac_bookmarks, BOOKMARKS)
#define NAME(name, key) #name,
#define CODE(name, key) KEY_##key,
static const char *const names[] = {KEYS(NAME)};
static const uint16_t codes[] = {KEYS(CODE)};
// clang-format on
enum { NAMES = sizeof(codes) / sizeof(codes[0]), NUMBERS_END = 0x59 };

static unsigned code_of(const char *name) {
    for (unsigned i = 0; i < NAMES; i++)
        if (!strcmp(names[i], name)) return codes[i];
    return 0;
}

// 0 (false) with an error. A word as long as any name, or longer.
static unsigned key_of(const char *word, char *error, size_t error_size) {
    char *end;
    if (!strncmp(word, "0x", 2)) {
        unsigned long n = strtoul(word + 2, &end, 16);
        if (end != word + 2 && !*end && n && n < NUMBERS_END) return (unsigned)n;
        return FAIL("key number '%s': 0x1 to 0x%x, other keys have names", word, NUMBERS_END - 1);
    }
    unsigned code = code_of(!strcmp(word, "<") ? "less" : word);
    if (!code) near_error(error, error_size, "key", word, names, NAMES, "names as QEMU's sendkey has them: a, ret, spc, f1, pgup, ctrl_r, kp_add, …");
    return code;
}

static bool parse_hold(Chord *c, const char *text, char *error, size_t error_size) {
    char *end;
    unsigned long ms = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || ms < 1 || ms > CHORD_LONGEST) return FAIL("keys are held for 1 to %d ms, not '%.40s'", CHORD_LONGEST, text);
    c->hold_ms = (uint32_t)ms;
    return true;
}

bool chord_parse(Chord *c, const char *text, char *error, size_t error_size) {
    *c = (Chord){.hold_ms = CHORD_HOLD};
    for (bool more = true; more;) {
        char word[32];
        size_t n = strcspn(text, "- ");
        if (!n) return FAIL("a key's name is missing: keys are joined by '-', such as ctrl-alt-f1; that key itself is 'minus'");
        if (n >= sizeof(word)) return FAIL("no key has a name as long as '%.40s'", text);
        snprintf(word, sizeof(word), "%.*s", (int)n, text);
        if (c->n == CHORD_KEYS) return FAIL("no more than %d keys are pressed together", CHORD_KEYS);
        if (!(c->key[c->n++] = (uint16_t)key_of(word, error, error_size))) return false;
        more = text[n] == '-';
        text += n + more;
    }
    text += strspn(text, " ");
    return !*text || parse_hold(c, text, error, error_size);
}
