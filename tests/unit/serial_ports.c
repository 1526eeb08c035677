// SPDX-License-Identifier: MIT
// virtio-serial's ports (Virtual I/O Device 1.2, 5.3.6.2) and the clipboard behind one of them: what a driver is told, in
// order; opening, closing and data of each port; a scripted agent that speaks SPICE's agent protocol, copying both
// ways, and one that speaks nonsense.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "hw/host/clipboard.h"
#include "hw/host/screen.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/serial_impl.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"

enum { TOLD = DRIVER_DATA, INPUT = DRIVER_DATA + 0x10000, OUTPUT = DRIVER_DATA + 0x20000, SLOT = 2048, AGENT_RX = 4, AGENT_TX = 5 };

static Machine *m;
static Driver v;
static Serial *agent;
static uint8_t stream[3 << 20]; // what came to the guest's agent
static size_t nstream;

// ---- a driver

static void give(unsigned queue, uint64_t at, unsigned n) {
    for (unsigned i = 0; i < n; i++) driver_add(&v, queue, NULL, 0, &(Seg){at + i * SLOT, SLOT}, 1);
    driver_kick(&v, queue);
}

static void tell(uint32_t id, uint16_t event, uint16_t value) {
    ControlMessage c = {id, event, value};
    uint16_t head;
    uint32_t length;
    memcpy(driver_ram(&v, OUTPUT), &c, sizeof(c));
    driver_add(&v, 3, &(Seg){OUTPUT, sizeof(c)}, 1, NULL, 0);
    driver_kick(&v, 3);
    ck_assert(driver_used(&v, 3, &head, &length));
}

// The next message of the device, as "id event value text"; "" if there is none.
static const char *told(void) {
    static char text[300];
    static unsigned next;
    ControlMessage c;
    uint16_t head;
    uint32_t length;
    if (!v.q[2].seen_used) next = 0;
    if (!driver_used(&v, 2, &head, &length)) return "";
    uint8_t *at = driver_ram(&v, TOLD + next++ * SLOT);
    memcpy(&c, at, sizeof(c));
    snprintf(text, sizeof(text), "%u %u %u %.*s", c.id, c.event, c.value, (int)(length - sizeof(c)), (char *)at + sizeof(c));
    return text;
}

static void start(const char *props, bool with_agent) {
    m = driver_machine();
    v = (Driver){0};
    nstream = 0;
    agent = with_agent ? vdagent_open("agent", &m->clipboard, m->screen, m->loop) : NULL;
    if (agent) machine_add_end(m, PROP_SERIAL, "agent", agent);
    driver_start(&v, driver_device(m, &virtio_serial_device, props), UINT64_MAX);
    loop_start(m->loop);
}

static void finish(void) { machine_free(m); }

START_TEST(ports_are_told_as_they_are) {
    start("force-legacy=off,port0=console,port1=port,port1.name=com.redhat.spice.0,port1.chardev=agent,port5=port", true);
    tell(0, EVENT_DEVICE_READY, 1);
    ck_assert_str_eq(told(), ""); // no buffers yet
    give(2, TOLD, 12);
    ck_assert_str_eq(told(), "0 1 1 ");
    ck_assert_str_eq(told(), "1 1 1 ");
    ck_assert_str_eq(told(), "5 1 1 ");
    tell(1, EVENT_PORT_READY, 1);
    ck_assert_str_eq(told(), "1 7 1 com.redhat.spice.0");
    ck_assert_str_eq(told(), "1 6 1 "); // somebody is at the other end
    tell(0, EVENT_PORT_READY, 1);
    ck_assert_str_eq(told(), "0 4 1 ");
    tell(5, EVENT_PORT_READY, 1);
    tell(6, EVENT_PORT_READY, 1); // there is none
    tell(1u << 31, EVENT_PORT_OPEN, 1);
    tell(1, 99, 1);
    ck_assert_str_eq(told(), "");
    finish();
}
END_TEST

START_TEST(bad_properties_are_refused) {
    static const char *const bad[] = {"port1=pert", "port1.chardev=c", "max_ports=0", "max_ports=8", "max_ports=2,port2=port"};
    m = driver_machine();
    static const SerialOps none;
    static Serial s = {.ops = &none};
    machine_add_end(m, PROP_SERIAL, "c", &s);
    for (unsigned i = 0; i < 5; i++) {
        char error[300];
        Device *d = device_new(m, &virtio_serial_device.type, "bad");
        ck_assert(device_set_all(d, bad[i], error, sizeof(error)));
        ck_assert_msg(!device_plug(d, error, sizeof(error)), "%s", bad[i]);
        device_free(d);
    }
    finish();
}
END_TEST

// ---- a scripted agent

static void look(void *serial) { agent->ops->ready(serial); }

static void collect(void) {
    uint16_t head;
    uint32_t length;
    static unsigned next;
    for (unsigned i = 0; i < 2; i++) loop_call(m->loop, look, agent); // what the first one posts is done when the second one is
    if (!v.q[AGENT_RX].seen_used) next = 0;
    while (driver_used(&v, AGENT_RX, &head, &length)) {
        uint64_t at = INPUT + next++ % 8 * SLOT;
        memcpy(stream + nstream, driver_ram(&v, at), length);
        nstream += length;
        driver_add(&v, AGENT_RX, NULL, 0, &(Seg){at, SLOT}, 1);
        driver_kick(&v, AGENT_RX);
    }
}

static void put(const void *bytes, size_t n) {
    uint16_t head;
    uint32_t length;
    memcpy(driver_ram(&v, OUTPUT), bytes, n);
    driver_add(&v, AGENT_TX, &(Seg){OUTPUT, (uint32_t)n}, 1, NULL, 0);
    driver_kick(&v, AGENT_TX);
    ck_assert(driver_used(&v, AGENT_TX, &head, &length));
}

// A message in chunks of `piece` bytes.
static void say(uint32_t type, const void *data, uint32_t n, uint32_t piece) {
    static uint8_t message[2 << 20];
    uint32_t head[5] = {1, type, 0, 0, n};
    memcpy(message, head, sizeof(head));
    memcpy(message + sizeof(head), data, n);
    for (uint32_t done = 0, part; done < n + sizeof(head); done += part) {
        uint8_t chunk[8 + 2048];
        part = n + (uint32_t)sizeof(head) - done < piece ? n + (uint32_t)sizeof(head) - done : piece;
        memcpy(chunk, (uint32_t[]){1, part}, 8);
        memcpy(chunk + 8, message + done, part);
        put(chunk, 8 + part);
    }
}

// Takes one message of type `type` off the stream: its data, *n bytes. The chunks are undone in place.
static const uint8_t *heard(uint32_t type, uint32_t *n) {
    static uint8_t message[2 << 20];
    size_t have = 0, at = 0;
    uint32_t head[5] = {0}, chunk[2];
    for (unsigned tries = 0; tries < 1000 && (have < 20 || have < 20 + head[4]); tries++) {
        collect();
        while (at + 8 <= nstream && (have < 20 || have < 20 + head[4])) {
            memcpy(chunk, stream + at, 8);
            ck_assert_uint_eq(chunk[0], 1);
            ck_assert_uint_le(chunk[1], 2048);
            if (at + 8 + chunk[1] > nstream) break;
            memcpy(message + have, stream + at + 8, chunk[1]);
            have += chunk[1];
            at += 8 + chunk[1];
            if (have >= 20) memcpy(head, message, 20);
        }
    }
    ck_assert_uint_ge(have, 20);
    ck_assert_uint_eq(head[1], type);
    memmove(stream, stream + at, nstream - at);
    nstream -= at;
    *n = head[4];
    return message + 20;
}

static void quiet(void) {
    collect();
    ck_assert_uint_eq(nstream, 0);
}

static void start_agent(void) {
    uint32_t n;
    start("force-legacy=off,port1=port,port1.chardev=agent", true);
    give(2, TOLD, 4);
    give(AGENT_RX, INPUT, 8);
    tell(0, EVENT_DEVICE_READY, 1);
    tell(1, EVENT_PORT_READY, 1);
    quiet();
    tell(1, EVENT_PORT_OPEN, 1);
    const uint8_t *body = heard(6, &n); // ANNOUNCE_CAPABILITIES, which asks for ours
    ck_assert_mem_eq(body, ((uint32_t[]){1, 1 << 1 | 1 << 5 | 1 << 6 | 1 << 10}), 8);
    say(6, (uint32_t[]){1, 1 << 5 | 1 << 6 | 1 << 10}, 8, 2048);
    ck_assert_uint_eq(*heard(6, &n), 0);
    ck_assert_mem_eq(heard(14, &n), (uint32_t[]){CLIPBOARD_MOST}, 4);
    quiet();
}

static unsigned news;
static void on_news(void *opaque) { news++; }

START_TEST(text_is_copied_out_of_the_guest) {
    size_t size;
    uint32_t n;
    ClipboardPeer peer = {.changed = on_news};
    start_agent();
    news = 0;
    clipboard_join(&m->clipboard, &peer);
    say(7, (uint32_t[]){0, 2, 1}, 12, 2048); // GRAB: a picture and a text
    ck_assert_mem_eq(heard(8, &n), ((uint32_t[]){0, 1}), 8);
    char data[3000] = {0};
    data[4] = 1;
    memset(data + 8, 'x', sizeof(data) - 8);
    memcpy(data + 8, "gr\303\274n", 5);
    say(4, data, sizeof(data), _i);
    char *text = clipboard_text(&m->clipboard, &size);
    ck_assert_uint_eq(size, sizeof(data) - 8);
    ck_assert_mem_eq(text, data + 8, size);
    ck_assert_uint_eq(news, 1);
    free(text);
    memcpy(data + 8, "twice", 5);
    say(4, data, sizeof(data), 2048); // nobody asked
    say(7, (uint32_t[]){1, 1}, 8, 2048); // the primary selection
    quiet();
    ck_assert_uint_eq(news, 1);
    clipboard_leave(&m->clipboard, &peer);
    finish();
}
END_TEST

START_TEST(text_is_copied_into_the_guest) {
    uint32_t n;
    size_t size = _i ? CLIPBOARD_MOST : 5;
    char *text = malloc(size);
    memset(text, 'q', size);
    start_agent();
    clipboard_offer(&m->clipboard, NULL, text, size);
    ck_assert_mem_eq(heard(7, &n), ((uint32_t[]){0, 1}), 8); // GRAB
    say(8, (uint32_t[]){0, 1}, 8, 2048);
    const uint8_t *body = heard(4, &n);
    ck_assert_uint_eq(n, 8 + size);
    ck_assert_mem_eq(body, ((uint32_t[]){0, 1}), 8);
    ck_assert_mem_eq(body + 8, text, size);
    say(8, (uint32_t[]){0, 2}, 8, 2048); // a picture: there is none
    heard(4, &n);
    ck_assert_uint_eq(n, 8);
    clipboard_offer(&m->clipboard, NULL, text, size); // nothing new
    quiet();
    // An agent that comes later hears of it too.
    tell(1, EVENT_PORT_OPEN, 0);
    tell(1, EVENT_PORT_OPEN, 1);
    heard(6, &n);
    say(6, (uint32_t[]){0, 1 << 5}, 8, 7);
    ck_assert_mem_eq(heard(7, &n), (uint32_t[]){1}, 4); // it cannot tell selections apart
    free(text);
    finish();
}
END_TEST

// What a user wishes of the screen reaches an agent that can, and one that comes later.
START_TEST(sizes_are_told_to_the_agent) {
    uint32_t n;
    ScreenFront front = {0};
    start_agent();
    ck_assert_int_eq(screen_add(m->screen, &front, 2), 0);
    screen_request_mode(m->screen, 1, 800, 600);
    quiet(); // it did not say that it can
    tell(1, EVENT_PORT_OPEN, 0);
    tell(1, EVENT_PORT_OPEN, 1);
    heard(6, &n);
    say(6, (uint32_t[]){0, 1 << 1}, 8, 2048);
    ck_assert_mem_eq(heard(2, &n), ((uint32_t[]){1, 1, 600, 800, 32, 0, 0}), 28);
    screen_request_mode(m->screen, 0, 1024, 768);
    ck_assert_mem_eq(heard(2, &n), ((uint32_t[]){2, 1, 768, 1024, 32, 0, 0, 600, 800, 32, 1024, 0}), 48);
    screen_request_mode(m->screen, 0, 0, 0); // off
    ck_assert_mem_eq(heard(2, &n), ((uint32_t[]){1, 1, 600, 800, 32, 0, 0}), 28);
    screen_request_mode(m->screen, 2, 640, 480); // there is none
    quiet();
    finish();
}
END_TEST

START_TEST(nonsense_of_an_agent_harms_nobody) {
    uint32_t n;
    size_t size;
    start_agent();
    clipboard_offer(&m->clipboard, NULL, "text", 4);
    heard(7, &n);
    put((uint32_t[]){2, 16, 1, 2, 3, 4}, 24); // another port's chunk
    put((uint32_t[]){1, 20, 7, 4, 0, 0, 0}, 28); // another protocol
    put((uint32_t[]){1, 20, 1, 4, 0, 0, 1 << 30}, 28); // a message of a gigabyte, of which little comes
    uint8_t chunk[8 + 2048] = {1, 0, 0, 0, 0, 8};
    for (unsigned i = 0; i < 1500; i++) put(chunk, sizeof(chunk));
    tell(1, EVENT_PORT_OPEN, 0);
    tell(1, EVENT_PORT_OPEN, 1);
    heard(6, &n);
    say(6, (uint32_t[]){0, 1 << 5}, 8, 1);
    heard(7, &n);
    for (unsigned type = 0; type < 20; type++) say(type, "\1", 1, 2048);
    say(7, (uint32_t[]){1}, 4, 2048);
    heard(8, &n);
    say(4, (uint32_t[]){1, 0xffffffff}, 8, 2048); // no UTF-8
    put((uint32_t[]){1, 4096, 0}, 12); // no chunk
    say(7, (uint32_t[]){1}, 4, 2048);
    quiet();
    char *text = clipboard_text(&m->clipboard, &size);
    ck_assert_str_eq(text, "text");
    free(text);
    finish();
}
END_TEST

// One that asks and never reads is left without answers at some point.
START_TEST(an_agent_that_does_not_read) {
    char *text = malloc(CLIPBOARD_MOST);
    memset(text, 'q', CLIPBOARD_MOST);
    start_agent();
    clipboard_offer(&m->clipboard, NULL, text, CLIPBOARD_MOST);
    for (unsigned i = 0; i < 50; i++) say(8, (uint32_t[]){0, 1}, 8, 2048);
    unsigned answers = 0;
    for (unsigned i = 0; i < 8000; i++) {
        size_t before = nstream;
        collect();
        answers += nstream != before;
        nstream = 0;
    }
    ck_assert_uint_gt(answers, 0);
    free(text);
    finish();
}
END_TEST

START_TEST(texts_that_are_none) {
    static const char *const bad[] = {"\200", "a\300\200", "\355\240\200", "\364\220\200\200", "\360\200\200\200", "\342\202", "\377", ""};
    static const char *const good[] = {"a", "\302\200", "\337\277", "\340\240\200", "\355\237\277", "\356\200\200", "\360\220\200\200", "\364\217\277\277"};
    size_t size;
    Clipboard c = {0};
    clipboard_init(&c);
    for (unsigned i = 0; i < 8; i++) clipboard_offer(&c, NULL, bad[i], strlen(bad[i]));
    ck_assert_ptr_null(clipboard_text(&c, &size));
    for (unsigned i = 0; i < 8; i++) {
        clipboard_offer(&c, NULL, good[i], strlen(good[i]));
        char *text = clipboard_text(&c, &size);
        ck_assert_str_eq(text, good[i]);
        free(text);
    }
    clipboard_destroy(&c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("serial_ports");
    TCase *t = tcase_create("ports");
    tcase_add_test(t, ports_are_told_as_they_are);
    tcase_add_test(t, bad_properties_are_refused);
    suite_add_tcase(s, t);
    t = tcase_create("agent");
    tcase_add_loop_test(t, text_is_copied_out_of_the_guest, 20, 24);
    tcase_add_loop_test(t, text_is_copied_into_the_guest, 0, 2);
    tcase_add_test(t, sizes_are_told_to_the_agent);
    tcase_add_test(t, nonsense_of_an_agent_harms_nobody);
    tcase_add_test(t, an_agent_that_does_not_read);
    tcase_add_test(t, texts_that_are_none);
    suite_add_tcase(s, t);
    return suite_run(s);
}
