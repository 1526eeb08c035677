// SPDX-License-Identifier: MIT
// virtio sound (Virtual I/O Device 1.2, section 5.14): one playback stream, 16 bits, mono or stereo, 48 kHz. Queue 0
// carries control requests, 1 events (none are sent), 2 what is played, 3 what is recorded (no stream offers that).
//
// A running stream is played by the machine's own clock: a timer takes as many frames from the guest's buffers as
// have become due, and gives back those that are through. What is due and not there is silence. So nothing is in
// flight: a buffer stays in the ring until all of it was played, and `position` says how far that is.
#include <endian.h>
#include <linux/virtio_snd.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/fail.h"

enum { CONTROL = VIRTIO_SND_VQ_CONTROL, TX = VIRTIO_SND_VQ_TX, RX = VIRTIO_SND_VQ_RX };
enum { IDLE, SET, PREPARED, RUNNING, STOPPED }; // 5.14.6.6.1
enum { TICK = 10000000, BLOCK = 256 };          // ns; frames converted at once

typedef struct VirtioSnd {
    VirtioRegs regs;
    uint64_t begun;  // virtual time at which the stream began to run
    uint64_t played; // frames since then, silence included
    uint32_t stream, channels, position, pad;
    // wiring
    Virtio v;
    char *audiodev;
    DeviceTimer *timer;
    VirtqElement e;
} VirtioSnd;

static uint64_t features(Virtio *v) { return 0; }

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    struct virtio_snd_config c = {.streams = 1};
    memcpy(to, &c, sizeof(c));
    return sizeof(c);
}

// ---- playing

// Ends the buffer in s->e.
static void give_back(VirtioSnd *s, unsigned queue, uint32_t status) {
    struct virtio_snd_pcm_status answer = {.status = status};
    size_t n = virtq_scatter(&s->v.q[queue], &s->e,
                             s->e.in_bytes >= sizeof(answer) ? s->e.in_bytes - sizeof(answer) : 0, &answer,
                             sizeof(answer));
    virtq_push(&s->v.q[queue], s->e.head, (uint32_t)n);
}

static size_t frame_size(const VirtioSnd *s) { return 2 * s->channels; }

static void play_frames(VirtioSnd *s, const int16_t *samples, size_t n) {
    int16_t stereo[2 * BLOCK];
    for (size_t i = 0; i < n; i++) {
        stereo[2 * i] = samples[i * s->channels];
        stereo[2 * i + 1] = samples[i * s->channels + s->channels - 1];
    }
    audio_play(&s->v.device->machine->audio, stereo, n);
}

// Of the buffer in s->e, up to `due` frames; returns how many. What is less than a frame at its end is nothing.
static uint64_t play_buffer(VirtioSnd *s, uint64_t due) {
    uint64_t done = 0;
    while (done < due) {
        int16_t samples[2 * BLOCK];
        size_t wanted = (due - done < BLOCK ? (size_t)(due - done) : BLOCK) * frame_size(s);
        size_t got = virtq_gather(&s->e, sizeof(struct virtio_snd_pcm_xfer) + s->position, samples, wanted);
        size_t frames = got / frame_size(s);
        if (!frames) break;
        play_frames(s, samples, frames);
        s->position += (uint32_t)(frames * frame_size(s));
        done += frames;
    }
    return done;
}

static bool played_out(const VirtioSnd *s) {
    return sizeof(struct virtio_snd_pcm_xfer) + s->position + frame_size(s) > s->e.out_bytes;
}

static bool is_ours(const VirtioSnd *s) {
    struct virtio_snd_pcm_xfer x = {.stream_id = UINT32_MAX};
    return virtq_gather(&s->e, 0, &x, sizeof(x)) == sizeof(x) && x.stream_id == 0;
}

static void play_due(VirtioSnd *s) {
    uint64_t now = clock_now(s->v.device->machine->clock);
    uint64_t due = (uint64_t)((unsigned __int128)(now - s->begun) * AUDIO_RATE / 1000000000) - s->played;
    bool any = false;
    s->played += due;
    while (due && virtio_pop(&s->v, TX, &s->e)) {
        bool good = is_ours(s);
        if (good) due -= play_buffer(s, due);
        if (good && !played_out(s)) {
            virtq_unpop(&s->v.q[TX], 1);
            break;
        }
        give_back(s, TX, good ? VIRTIO_SND_S_OK : VIRTIO_SND_S_BAD_MSG);
        s->position = 0;
        any = true;
    }
    if (any) virtio_signal(&s->v, TX);
}

static void tick(Device *d, unsigned i) {
    VirtioSnd *s = d->state;
    if (s->stream != RUNNING) return;
    play_due(s);
    device_timer_set(s->timer, clock_now(d->machine->clock) + TICK);
}

// 5.14.6.6.5: a release is answered when every buffer has been given back.
static void return_all(VirtioSnd *s, unsigned queue, uint32_t status) {
    bool any = false;
    while (virtio_pop(&s->v, queue, &s->e)) give_back(s, queue, status), any = true;
    if (any) virtio_signal(&s->v, queue);
}

// ---- control requests

static uint32_t set_params(VirtioSnd *s, const struct virtio_snd_pcm_set_params *p) {
    if (s->stream == RUNNING || s->stream == STOPPED) return VIRTIO_SND_S_BAD_MSG;
    if (!p->period_bytes || p->buffer_bytes % p->period_bytes || !p->channels) return VIRTIO_SND_S_BAD_MSG;
    if (p->features || p->channels > AUDIO_CHANNELS || p->format != VIRTIO_SND_PCM_FMT_S16 ||
        p->rate != VIRTIO_SND_PCM_RATE_48000)
        return VIRTIO_SND_S_NOT_SUPP;
    s->channels = p->channels;
    s->stream = SET;
    return VIRTIO_SND_S_OK;
}

static uint32_t change(VirtioSnd *s, uint32_t code) {
    uint32_t now = s->stream;
    switch (code) {
    case VIRTIO_SND_R_PCM_PREPARE:
        if (now == IDLE || now == RUNNING) return VIRTIO_SND_S_BAD_MSG;
        s->stream = PREPARED;
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_START:
        if (now != PREPARED && now != STOPPED) return VIRTIO_SND_S_BAD_MSG;
        s->stream = RUNNING;
        s->begun = clock_now(s->v.device->machine->clock);
        s->played = 0;
        device_timer_set(s->timer, s->begun + TICK);
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_STOP:
        if (now != RUNNING) return VIRTIO_SND_S_BAD_MSG;
        s->stream = STOPPED;
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_RELEASE:
        if (now != PREPARED && now != STOPPED) return VIRTIO_SND_S_BAD_MSG;
        s->stream = SET;
        s->position = 0;
        return VIRTIO_SND_S_OK;
    }
    return VIRTIO_SND_S_NOT_SUPP;
}

typedef union Request {
    struct virtio_snd_hdr hdr;
    struct virtio_snd_query_info query;
    struct virtio_snd_pcm_hdr pcm;
    struct virtio_snd_pcm_set_params params;
} Request;

typedef struct Answer {
    struct virtio_snd_hdr hdr;
    struct virtio_snd_pcm_info info;
} __attribute__((packed)) Answer;

static uint32_t tell_info(const Request *r, Answer *to) {
    const struct virtio_snd_query_info *q = &r->query;
    if (q->start_id || q->count != 1 || q->size < sizeof(to->info)) return VIRTIO_SND_S_BAD_MSG;
    to->info.formats = 1ull << VIRTIO_SND_PCM_FMT_S16;
    to->info.rates = 1ull << VIRTIO_SND_PCM_RATE_48000;
    to->info.direction = VIRTIO_SND_D_OUTPUT;
    to->info.channels_min = 1;
    to->info.channels_max = AUDIO_CHANNELS;
    return VIRTIO_SND_S_OK;
}

static uint32_t run(VirtioSnd *s, const Request *r, size_t size, Answer *to) {
    uint32_t code = r->hdr.code;
    bool query = code == VIRTIO_SND_R_PCM_INFO, set = code == VIRTIO_SND_R_PCM_SET_PARAMS;
    size_t least = query ? sizeof(r->query) : set ? sizeof(r->params) : sizeof(r->pcm);
    if (size < least) return VIRTIO_SND_S_BAD_MSG;
    if (query) return tell_info(r, to);
    if (code < VIRTIO_SND_R_PCM_INFO || code > VIRTIO_SND_R_PCM_STOP)
        return VIRTIO_SND_S_NOT_SUPP; // no jacks, no maps
    if (r->pcm.stream_id) return VIRTIO_SND_S_BAD_MSG;
    return set ? set_params(s, &r->params) : change(s, code);
}

static void control(VirtioSnd *s) {
    bool any = false;
    while (virtio_pop(&s->v, CONTROL, &s->e)) {
        Request r = {0};
        Answer to = {0};
        size_t size = virtq_gather(&s->e, 0, &r, sizeof(r));
        uint32_t code = run(s, &r, size, &to);
        bool info = r.hdr.code == VIRTIO_SND_R_PCM_INFO && code == VIRTIO_SND_S_OK;
        to.hdr.code = code;
        size_t put = virtq_scatter(&s->v.q[CONTROL], &s->e, 0, &to, info ? sizeof(to) : sizeof(to.hdr));
        uint16_t head = s->e.head;
        if (r.hdr.code == VIRTIO_SND_R_PCM_RELEASE && code == VIRTIO_SND_S_OK)
            return_all(s, TX, VIRTIO_SND_S_OK);
        virtq_push(&s->v.q[CONTROL], head, (uint32_t)put);
        any = true;
    }
    if (any) virtio_signal(&s->v, CONTROL);
}

static void notify(Virtio *v, unsigned queue) {
    VirtioSnd *s = v->device->state;
    if (queue == CONTROL) control(s);
    if (queue == RX) return_all(s, RX, VIRTIO_SND_S_IO_ERR);
    // What is to be played waits for its time.
}

// ---- entries

static const VirtioOps ops = {
    .id = 25,
    .nqueues = 4,
    .queue_max = 64,
    .modern_only = true,
    .features = features,
    .config = config,
    .notify = notify,
};

static bool plug(Device *d, char *error, size_t error_size) {
    VirtioSnd *s = d->state;
    s->timer = device_timer(d, tick, 0);
    return virtio_plug(d, error, error_size);
}

static bool load(Device *d, Bytes *in, char *error, size_t error_size) {
    VirtioSnd *s = d->state;
    if (s->stream > STOPPED || (s->stream != IDLE && (!s->channels || s->channels > AUDIO_CHANNELS)))
        return FAIL("%s: no stream can be in that state", d->id);
    if (s->stream == RUNNING) device_timer_set(s->timer, clock_now(d->machine->clock));
    return true;
}

static const Field fields[] = {VIRTIO_FIELDS(VirtioSnd),      FIELD(VirtioSnd, begun, 0),
                               FIELD(VirtioSnd, played, 0),   FIELD(VirtioSnd, stream, IDLE),
                               FIELD(VirtioSnd, channels, 0), FIELD(VirtioSnd, position, 0),
                               FIELD(VirtioSnd, pad, 0)};
static const Fields snd_fields = FIELDS("virtio-snd", 1, fields, offsetof(VirtioSnd, v));
static const Prop props[] = {
    PROP(VirtioSnd, audiodev, PROP_STRING, NULL,
         "the -audiodev; all of a machine's sound goes to the one there is"),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...)                                                                           \
    {                                                                                                        \
        .type = {.name = NAME,                                                                               \
                 .title = "virtio sound, playback",                                                          \
                 .size = sizeof(VirtioSnd),                                                                  \
                 .fields = &snd_fields,                                                                      \
                 .props = props,                                                                             \
                 .nprops = 1,                                                                                \
                 .plug = plug,                                                                               \
                 .load = load,                                                                               \
                 .resume = virtio_kick_all,                                                                  \
                 __VA_ARGS__},                                                                               \
        .ops = &ops, .transport = &TRANSPORT, .virtio = offsetof(VirtioSnd, v),                              \
    }
const VirtioType virtio_snd_device = TYPE("virtio-snd-device", virtio_mmio, VIRTIO_MMIO);
const VirtioType virtio_snd_pci = TYPE("virtio-snd-pci", virtio_pci, VIRTIO_PCI);
