// SPDX-License-Identifier: MIT
// The user's keyboard and pointer to the devices that hear them, and virtio-input (Virtual I/O Device 1.2, 5.8)
// from there to the driver: configuration, events that wait for buffers, keys let go of together.
#include <check.h>
#include <linux/input.h>
#include <linux/virtio_input.h>
#include <string.h>
#include "hw/host/chord.h"
#include "hw/virtio/devices.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"
#include "ui/sdl/keys.h"

static struct virtio_input_config config(Driver *v, uint8_t select, uint8_t subsel) {
    struct virtio_input_config c;
    device_write(v->d, 0x100, select, 1);
    device_write(v->d, 0x101, subsel, 1);
    for (unsigned i = 0; i < sizeof(c); i++) ((uint8_t *)&c)[i] = (uint8_t)device_read(v->d, 0x100 + i, 1);
    return c;
}

static bool has(const struct virtio_input_config *c, unsigned code) {
    return code / 8 < c->size && c->u.bitmap[code / 8] >> code % 8 & 1;
}

START_TEST(test_configuration) {
    Machine *m = driver_machine();
    Driver v;
    driver_start(&v, driver_device(m, &virtio_tablet_device, ""), UINT64_MAX);
    struct virtio_input_config c = config(&v, VIRTIO_INPUT_CFG_ID_NAME, 0);
    ck_assert_uint_eq(c.size, strlen("Myna virtio tablet"));
    c = config(&v, VIRTIO_INPUT_CFG_EV_BITS, EV_ABS);
    ck_assert(has(&c, ABS_X) && has(&c, ABS_Y) && !has(&c, ABS_Z));
    c = config(&v, VIRTIO_INPUT_CFG_EV_BITS, EV_KEY);
    ck_assert(has(&c, BTN_LEFT) && has(&c, BTN_RIGHT) && !has(&c, KEY_A));
    c = config(&v, VIRTIO_INPUT_CFG_ABS_INFO, ABS_Y);
    ck_assert_uint_eq(c.u.abs.max, INPUT_AXIS);
    c = config(&v, VIRTIO_INPUT_CFG_ABS_INFO, ABS_Z);
    ck_assert_uint_eq(c.size, 0);
    c = config(&v, 200, 200);
    ck_assert_uint_eq(c.size, 0);
    machine_free(m);
}
END_TEST

static void give_buffers(Driver *v, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        Seg in = {DRIVER_DATA + 8 * (v->q[0].next_desc % v->q[0].num), 8};
        driver_add(v, 0, NULL, 0, &in, 1);
    }
}

static bool next_event(Driver *v, struct virtio_input_event *e) {
    uint16_t head;
    uint32_t length;
    if (!driver_used(v, 0, &head, &length)) return false;
    ck_assert_uint_eq(length, 8);
    memcpy(e, driver_ram(v, DRIVER_DATA + 8 * head), 8);
    return true;
}

static void check_event(Driver *v, unsigned type, unsigned code, uint32_t value) {
    struct virtio_input_event e;
    ck_assert(next_event(v, &e));
    ck_assert_uint_eq(e.type, type);
    ck_assert_uint_eq(e.code, code);
    ck_assert_uint_eq(e.value, value);
}

START_TEST(test_keys) {
    Machine *m = driver_machine();
    Driver v;
    driver_start(&v, driver_device(m, &virtio_keyboard_device, ""), UINT64_MAX);
    struct virtio_input_event e;
    input_key(&m->input, KEY_Q, true); // nobody gave a buffer yet
    give_buffers(&v, 2);
    ck_assert(!next_event(&v, &e));
    driver_kick(&v, 0);
    check_event(&v, EV_KEY, KEY_Q, 1);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    input_key(&m->input, KEY_Q, false);
    give_buffers(&v, 10);
    driver_kick(&v, 0);
    check_event(&v, EV_KEY, KEY_Q, 0);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    input_key(&m->input, KEY_A, true);
    input_key(&m->input, KEY_A, true); // still down
    input_key(&m->input, KEY_LEFTSHIFT, true);
    check_event(&v, EV_KEY, KEY_A, 1);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    check_event(&v, EV_KEY, KEY_LEFTSHIFT, 1);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    ck_assert(!next_event(&v, &e));
    ck_assert(driver_interrupted(&v));
    input_release_all(&m->input); // four buffers are left, in the order of the codes
    check_event(&v, EV_KEY, KEY_A, 0);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    check_event(&v, EV_KEY, KEY_LEFTSHIFT, 0);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    input_key(&m->input, INPUT_CODES + 5, true); // no such key
    ck_assert(!next_event(&v, &e));
    machine_free(m);
}
END_TEST

// More than can wait: what is told is whole groups, the first ones; and none while no driver runs.
START_TEST(test_overflow) {
    Machine *m = driver_machine();
    Driver v;
    struct virtio_input_event e;
    unsigned groups = 0;
    Device *d = driver_device(m, &virtio_tablet_device, "");
    input_button(&m->input, BTN_LEFT, true);
    driver_start(&v, d, UINT64_MAX);
    for (unsigned i = 0; i < 1000; i++) input_point(&m->input, i, i + 1);
    for (bool more = true; more;) {
        give_buffers(&v, 6);
        driver_kick(&v, 0);
        more = false;
        while (next_event(&v, &e)) {
            more = true;
            ck_assert_uint_eq(e.type, EV_ABS);
            ck_assert_uint_eq(e.value, groups);
            check_event(&v, EV_ABS, ABS_Y, groups + 1);
            check_event(&v, EV_SYN, SYN_REPORT, 0);
            groups++;
        }
    }
    ck_assert_uint_eq(groups, 1024 / 3);
    machine_free(m);
}
END_TEST

START_TEST(test_pointers) {
    Machine *m = driver_machine();
    Driver v;
    driver_start(&v, driver_device(m, &virtio_mouse_device, ""), UINT64_MAX);
    ck_assert(!input_has(&m->input, INPUT_ABSOLUTE) && input_has(&m->input, INPUT_RELATIVE));
    give_buffers(&v, 8);
    input_point(&m->input, 5, 6); // no tablet
    input_move(&m->input, -3, 0);
    input_move(&m->input, 0, 0);
    input_wheel(&m->input, 1, 0);
    check_event(&v, EV_REL, REL_X, (uint32_t)-3);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    check_event(&v, EV_REL, REL_WHEEL, (uint32_t)-1);
    check_event(&v, EV_SYN, SYN_REPORT, 0);
    machine_free(m);
}
END_TEST

START_TEST(test_lamps) {
    Machine *m = driver_machine();
    Driver v;
    uint16_t head;
    uint32_t length;
    driver_start(&v, driver_device(m, &virtio_keyboard_device, ""), UINT64_MAX);
    Seg out = {DRIVER_DATA, 8};
    driver_add(&v, 1, &out, 1, NULL, 0);
    driver_kick(&v, 1);
    ck_assert(driver_used(&v, 1, &head, &length));
    machine_free(m);
}
END_TEST

// HID usages of some keys whose place matters: letters, the key beside Enter, beside left Shift, AltGr.
START_TEST(test_scancodes) {
    ck_assert_uint_eq(key_from_usage(4), KEY_A);
    ck_assert_uint_eq(key_from_usage(29), KEY_Z);
    ck_assert_uint_eq(key_from_usage(39), KEY_0);
    ck_assert_uint_eq(key_from_usage(40), KEY_ENTER);
    ck_assert_uint_eq(key_from_usage(56), KEY_SLASH);
    ck_assert_uint_eq(key_from_usage(57), KEY_CAPSLOCK);
    ck_assert_uint_eq(key_from_usage(69), KEY_F12);
    ck_assert_uint_eq(key_from_usage(82), KEY_UP);
    ck_assert_uint_eq(key_from_usage(99), KEY_KPDOT);
    ck_assert_uint_eq(key_from_usage(100), KEY_102ND);
    ck_assert_uint_eq(key_from_usage(115), KEY_F24);
    ck_assert_uint_eq(key_from_usage(129), KEY_VOLUMEDOWN);
    ck_assert_uint_eq(key_from_usage(230), KEY_RIGHTALT);
    ck_assert_uint_eq(key_from_usage(231), KEY_RIGHTMETA);
    ck_assert_uint_eq(key_from_usage(0), 0);
    ck_assert_uint_eq(key_from_usage(70000), 0);
}
END_TEST

static void parses(const char *text, unsigned n, const uint16_t *keys, uint32_t hold_ms) {
    char error[300] = "";
    Chord c;
    ck_assert_msg(chord_parse(&c, text, error, sizeof(error)), "%s: %s", text, error);
    ck_assert_uint_eq(c.n, n);
    for (unsigned i = 0; i < n; i++) ck_assert_uint_eq(c.key[i], keys[i]);
    ck_assert_uint_eq(c.hold_ms, hold_ms);
}

static void fails(const char *text, const char *part) {
    char error[300] = "";
    Chord c;
    ck_assert(!chord_parse(&c, text, error, sizeof(error)));
    ck_assert_msg(strstr(error, part), "%s: %s", text, error);
}

START_TEST(test_chords) { // as QEMU's sendkey
    parses("ctrl-alt-f1", 3, (uint16_t[]){KEY_LEFTCTRL, KEY_LEFTALT, KEY_F1}, 100);
    parses("ctrl_r-alt_r-delete 1500", 3, (uint16_t[]){KEY_RIGHTCTRL, KEY_RIGHTALT, KEY_DELETE}, 1500);
    parses("0x1e", 1, (uint16_t[]){KEY_A}, 100);
    parses("shift-<", 2, (uint16_t[]){KEY_LEFTSHIFT, KEY_102ND}, 100);
    parses("0-9-kp_0-lang1-ac_home", 5, (uint16_t[]){KEY_0, KEY_9, KEY_KP0, KEY_HANGEUL, KEY_HOMEPAGE}, 100);
    fails("ctlr-x", "unknown key 'ctlr'; did you mean 'ctrl'?");
    fails("Return", "unknown key 'Return'");
    fails("", "name is missing");
    fails("a-", "name is missing");
    fails("ctrl--a", "minus");
    fails("0x59", "0x1 to 0x58");
    fails("0x", "key number '0x'");
    fails("a 0", "held for 1 to 60000 ms");
    fails("a -1", "held for");
    fails("a 60001", "held for");
    fails("a 99999999999999999999", "held for");
    fails("a 5x", "held for");
    fails("a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q", "no more than 16 keys");
    fails("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "no key has a name as long");
}
END_TEST

static void pass(Machine *m, uint64_t ms) { clock_step(m->clock, clock_now(m->clock) + ms * 1000000); }

START_TEST(test_typist) { // one chord after another, each for its time; released in reverse
    Machine *m = driver_machine();
    Driver v;
    char error[300];
    Chord first, second;
    struct virtio_input_event e;
    driver_start(&v, driver_device(m, &virtio_keyboard_device, ""), UINT64_MAX);
    ck_assert(chord_parse(&first, "shift-a 300", error, sizeof(error)) && chord_parse(&second, "a", error, sizeof(error)));
    give_buffers(&v, 12);
    driver_kick(&v, 0);
    ck_assert(typist_type(m->typist, &first) && typist_type(m->typist, &second));
    static const uint16_t codes[] = {KEY_LEFTSHIFT, KEY_A, KEY_A, KEY_LEFTSHIFT, KEY_A, KEY_A}, values[] = {1, 1, 0, 0, 1, 0}, times[] = {0, 0, 299, 0, 10, 99};
    for (unsigned i = 0; i < 6; i++) {
        if (times[i]) {
            pass(m, times[i] - 1);
            ck_assert(!next_event(&v, &e));
            pass(m, times[i] == 10 ? 1 : 2);
        }
        check_event(&v, EV_KEY, codes[i], values[i]);
        check_event(&v, EV_SYN, SYN_REPORT, 0);
    }
    ck_assert(!next_event(&v, &e));
    unsigned n = 0;
    while (typist_type(m->typist, &second)) n++;
    ck_assert_uint_eq(n, 256);
    pass(m, 256 * 120);
    ck_assert(typist_type(m->typist, &first)); // all were typed; this one's keys are down at the end
    machine_free(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("input");
    TCase *t = tcase_create("input");
    tcase_add_test(t, test_configuration);
    tcase_add_test(t, test_keys);
    tcase_add_test(t, test_overflow);
    tcase_add_test(t, test_pointers);
    tcase_add_test(t, test_lamps);
    tcase_add_test(t, test_scancodes);
    tcase_add_test(t, test_chords);
    tcase_add_test(t, test_typist);
    suite_add_tcase(s, t);
    return suite_run(s);
}
