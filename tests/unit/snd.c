// SPDX-License-Identifier: MIT
// virtio-snd (Virtual I/O Device 1.2, 5.14) from the driver's side to what is heard: the states of a stream, each frame
// once and in order at the pace of the machine's clock, over buffers of any size; nonsense; a stream saved in mid-buffer.
#include <check.h>
#include <linux/virtio_snd.h>
#include <stdlib.h>
#include <string.h>
#include "hw/virtio/devices.h"
#include "tests/lib/suite.h"
#include "tests/lib/virtio_driver.h"

enum {
    COMMAND = DRIVER_DATA,
    ANSWER = DRIVER_DATA + 0x1000,
    STATUS = DRIVER_DATA + 0x2000,
    SOUND = DRIVER_DATA + 0x10000,
    MOST = 100000
};

static int16_t heard[MOST][2];
static size_t nheard;
static void hear(void *opaque, const int16_t *samples, size_t frames) {
    ck_assert_uint_le(nheard + frames, MOST);
    memcpy(heard[nheard], samples, frames * 4);
    nheard += frames;
}

typedef struct Rig {
    Machine *machine;
    Device *device;
    Driver driver;
    unsigned buffers;
} Rig;

static Rig rig_new(void) {
    Rig r = {.machine = driver_machine()};
    r.device = driver_device(r.machine, &virtio_snd_device, "");
    audio_listen(&r.machine->audio, &(AudioOut){NULL, hear});
    nheard = 0;
    return r;
}

static uint32_t ask(Rig *r, void *command, uint32_t size) {
    uint16_t head;
    uint32_t length, code;
    if (!r->driver.d) driver_start(&r->driver, r->device, UINT64_MAX);
    memcpy(driver_ram(&r->driver, COMMAND), command, size);
    Seg out = {COMMAND, size}, in = {ANSWER, 256};
    driver_add(&r->driver, 0, &out, 1, &in, 1);
    driver_kick(&r->driver, 0);
    ck_assert(driver_used(&r->driver, 0, &head, &length));
    memcpy(&code, driver_ram(&r->driver, ANSWER), 4);
    return code;
}

static uint32_t stream; // that commands are for

static uint32_t simple(Rig *r, uint32_t code) {
    struct virtio_snd_pcm_hdr h = {{code}, stream};
    return ask(r, &h, sizeof(h));
}

static uint32_t set_params(Rig *r, unsigned channels, unsigned format, unsigned rate) {
    struct virtio_snd_pcm_set_params p = {.hdr = {{VIRTIO_SND_R_PCM_SET_PARAMS}, stream},
                                          .buffer_bytes = 4096,
                                          .period_bytes = 1024,
                                          .channels = (uint8_t)channels,
                                          .format = (uint8_t)format,
                                          .rate = (uint8_t)rate};
    return ask(r, &p, sizeof(p));
}

static void prepare(Rig *r, unsigned channels) {
    ck_assert_uint_eq(set_params(r, channels, VIRTIO_SND_PCM_FMT_S16, VIRTIO_SND_PCM_RATE_48000),
                      VIRTIO_SND_S_OK);
    ck_assert_uint_eq(simple(r, VIRTIO_SND_R_PCM_PREPARE), VIRTIO_SND_S_OK);
}

// A buffer of n samples that count on from `first`.
static void add_sound(Rig *r, unsigned first, unsigned n, uint32_t stream) {
    uint64_t at = SOUND + 0x4000 * (r->buffers++ % 4);
    memcpy(driver_ram(&r->driver, at), &stream, 4);
    for (unsigned i = 0; i < n; i++) {
        int16_t s = (int16_t)(first + i);
        memcpy(driver_ram(&r->driver, at + 4 + 2 * i), &s, 2);
    }
    Seg out = {at, 4 + 2 * n}, in = {STATUS, 8};
    driver_add(&r->driver, VIRTIO_SND_VQ_TX, &out, 1, &in, 1);
    driver_kick(&r->driver, VIRTIO_SND_VQ_TX);
}

static unsigned given_back(Rig *r) {
    uint16_t head;
    uint32_t length;
    unsigned n = 0;
    while (driver_used(&r->driver, VIRTIO_SND_VQ_TX, &head, &length)) n++;
    return n;
}

static void step(Rig *r, uint64_t ms) {
    clock_step(r->machine->clock, clock_now(r->machine->clock) + ms * 1000000);
}

START_TEST(test_pace) {
    Rig r = rig_new();
    prepare(&r, 2);
    add_sound(&r, 0, 1000, 0); // 500 frames, then 1000
    add_sound(&r, 1000, 2000, 0);
    step(&r, 1000);
    ck_assert_uint_eq(nheard, 0); // not begun
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_START), VIRTIO_SND_S_OK);
    step(&r, 10);
    ck_assert_uint_eq(nheard, 480);
    ck_assert_uint_eq(given_back(&r), 0);
    step(&r, 10);
    ck_assert_uint_eq(nheard, 960);
    ck_assert_uint_eq(given_back(&r), 1);
    step(&r, 30);
    ck_assert_uint_eq(nheard, 1500); // all there was
    ck_assert_uint_eq(given_back(&r), 1);
    for (unsigned i = 0; i < 1500; i++) {
        ck_assert_int_eq(heard[i][0], (int)(2 * i));
        ck_assert_int_eq(heard[i][1], (int)(2 * i + 1));
    }
    step(&r, 500); // nothing was there in time: that is past
    add_sound(&r, 3000, 2000, 0);
    step(&r, 10);
    ck_assert_uint_eq(nheard, 1980);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_STOP), VIRTIO_SND_S_OK);
    step(&r, 100);
    ck_assert_uint_eq(nheard, 1980);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_RELEASE), VIRTIO_SND_S_OK);
    ck_assert_uint_eq(given_back(&r), 1);
    machine_free(r.machine);
}
END_TEST

START_TEST(test_mono) {
    Rig r = rig_new();
    prepare(&r, 1);
    add_sound(&r, 5, 480, 0);
    simple(&r, VIRTIO_SND_R_PCM_START);
    step(&r, 10);
    ck_assert_uint_eq(nheard, 480);
    for (unsigned i = 0; i < 480; i++) ck_assert(heard[i][0] == (int)(5 + i) && heard[i][1] == (int)(5 + i));
    machine_free(r.machine);
}
END_TEST

START_TEST(test_nonsense) {
    Rig r = rig_new();
    struct virtio_snd_query_info q = {{VIRTIO_SND_R_PCM_INFO}, 0, 1, sizeof(struct virtio_snd_pcm_info)};
    ck_assert_uint_eq(ask(&r, &q, sizeof(q)), VIRTIO_SND_S_OK);
    q.count = 2;
    ck_assert_uint_eq(ask(&r, &q, sizeof(q)), VIRTIO_SND_S_OK);
    q.count = 3;
    ck_assert_uint_eq(ask(&r, &q, sizeof(q)), VIRTIO_SND_S_BAD_MSG);
    q.count = 1;
    q.start_id = UINT32_MAX;
    ck_assert_uint_eq(ask(&r, &q, sizeof(q)), VIRTIO_SND_S_BAD_MSG);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_JACK_INFO), VIRTIO_SND_S_NOT_SUPP);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_START), VIRTIO_SND_S_BAD_MSG); // out of order
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_RELEASE), VIRTIO_SND_S_BAD_MSG);
    ck_assert_uint_eq(set_params(&r, 0, VIRTIO_SND_PCM_FMT_S16, VIRTIO_SND_PCM_RATE_48000),
                      VIRTIO_SND_S_BAD_MSG);
    ck_assert_uint_eq(set_params(&r, 9, VIRTIO_SND_PCM_FMT_S16, VIRTIO_SND_PCM_RATE_48000),
                      VIRTIO_SND_S_NOT_SUPP);
    ck_assert_uint_eq(set_params(&r, 2, VIRTIO_SND_PCM_FMT_FLOAT, VIRTIO_SND_PCM_RATE_48000),
                      VIRTIO_SND_S_NOT_SUPP);
    ck_assert_uint_eq(set_params(&r, 2, VIRTIO_SND_PCM_FMT_S16, 255), VIRTIO_SND_S_NOT_SUPP);
    uint32_t cut = VIRTIO_SND_R_PCM_START;
    ck_assert_uint_eq(ask(&r, &cut, 3), VIRTIO_SND_S_BAD_MSG);
    prepare(&r, 2);
    simple(&r, VIRTIO_SND_R_PCM_START);
    add_sound(&r, 0, 100, 7); // no such stream
    Seg tiny = {SOUND, 1};
    driver_add(&r.driver, VIRTIO_SND_VQ_TX, &tiny, 1, NULL, 0); // not even a header, no room for a status
    step(&r, 20);
    ck_assert_uint_eq(given_back(&r), 2);
    ck_assert_uint_eq(nheard, 0);
    machine_free(r.machine);
}
END_TEST

START_TEST(test_save) {
    Rig a = rig_new(), b = rig_new();
    Bytes image = {0};
    char error[300];
    prepare(&a, 2);
    add_sound(&a, 0, 3000, 0);
    simple(&a, VIRTIO_SND_R_PCM_START);
    step(&a, 10);
    device_save(a.device, &image);
    memcpy(mem_host(b.machine->mem, DRIVER_RAM, DRIVER_RAM_SIZE, true), driver_ram(&a.driver, DRIVER_RAM),
           DRIVER_RAM_SIZE);
    clock_set(b.machine->clock, clock_now(a.machine->clock));
    ck_assert_msg(device_load(b.device, &image, error, sizeof(error)), "%s", error);
    step(&b, 10);
    ck_assert_uint_eq(nheard, 960); // 480 of each
    for (unsigned i = 0; i < 960; i++) ck_assert_int_eq(heard[i][0], (int)(2 * i));
    bytes_free(&image);
    machine_free(a.machine);
    machine_free(b.machine);
}
END_TEST

// ---- recording

static size_t nsaid;
static size_t say(void *opaque, int16_t *samples, size_t frames) { // counts: left up, right down; 700 frames and no more
    size_t n = frames < 700 - nsaid ? frames : 700 - nsaid;
    for (size_t i = 0; i < n; i++, nsaid++) {
        samples[2 * i] = (int16_t)(1000 + nsaid);
        samples[2 * i + 1] = (int16_t)(3000 - nsaid);
    }
    return n;
}

static void add_room(Rig *r, unsigned bytes, uint32_t id) {
    uint64_t at = SOUND + 0x4000 * (r->buffers++ % 4);
    memcpy(driver_ram(&r->driver, at), &id, 4);
    memset(driver_ram(&r->driver, at + 16), 0xee, bytes + 8);
    driver_add(&r->driver, VIRTIO_SND_VQ_RX, &(Seg){at, 4}, 1, (Seg[]){{at + 16, bytes}, {at + 16 + bytes, 8}}, 2);
    driver_kick(&r->driver, VIRTIO_SND_VQ_RX);
}

static unsigned recorded(Rig *r, uint32_t *length) {
    uint16_t head;
    unsigned n = 0;
    while (driver_used(&r->driver, VIRTIO_SND_VQ_RX, &head, length)) n++;
    return n;
}

START_TEST(test_record) {
    Rig r = rig_new();
    uint32_t length, status;
    unsigned channels = _i;
    audio_speak(&r.machine->audio, &(AudioIn){NULL, say});
    nsaid = 0;
    stream = 1;
    prepare(&r, channels);
    add_room(&r, 960 * channels, 1); // 480 frames each
    add_room(&r, 960 * channels + 1, 1);
    add_room(&r, 0, 1); // room for nothing
    add_room(&r, 100, 0); // the other stream's
    step(&r, 100);
    ck_assert_uint_eq(nsaid, 0);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_START), VIRTIO_SND_S_OK);
    step(&r, 10);
    ck_assert_uint_eq(nsaid, 480);
    ck_assert_uint_eq(recorded(&r, &length), 1);
    ck_assert_uint_eq(length, 960 * channels + 8);
    memcpy(&status, driver_ram(&r.driver, SOUND + 16 + 960 * channels), 4);
    ck_assert_uint_eq(status, VIRTIO_SND_S_OK);
    step(&r, 20);
    ck_assert_uint_eq(nsaid, 700);
    ck_assert_uint_eq(recorded(&r, &length), 3);
    for (unsigned i = 0; i < 960; i++) {
        int16_t s[2];
        memcpy(s, driver_ram(&r.driver, SOUND + 16 + (i / 480) * 0x4000 + (i % 480) * 2 * channels), 2 * channels);
        ck_assert_int_eq(s[0], i >= 700 ? 0 : channels == 1 ? 2000 : (int)(1000 + i)); // silence after what was said
    }
    ck_assert_uint_eq(*driver_ram(&r.driver, SOUND + 16 + 0x4000 + 960 * channels), 0xee); // less than a frame
    ck_assert_uint_eq(nheard, 0);
    add_room(&r, 960, 1);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_STOP), VIRTIO_SND_S_OK);
    step(&r, 100);
    ck_assert_uint_eq(simple(&r, VIRTIO_SND_R_PCM_RELEASE), VIRTIO_SND_S_OK);
    ck_assert_uint_eq(recorded(&r, &length), 1);
    ck_assert_uint_eq(length, 8);
    stream = 0;
    machine_free(r.machine);
}
END_TEST

int main(void) {
    Suite *s = suite_create("snd");
    TCase *t = tcase_create("snd");
    tcase_add_test(t, test_pace);
    tcase_add_test(t, test_mono);
    tcase_add_test(t, test_nonsense);
    tcase_add_test(t, test_save);
    tcase_add_loop_test(t, test_record, 1, 3);
    suite_add_tcase(s, t);
    return suite_run(s);
}
