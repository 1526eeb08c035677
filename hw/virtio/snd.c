// SPDX-License-Identifier: MIT
// virtio sound (Virtual I/O Device 1.2, section 5.14): stream 0 plays, stream 1 records, 16 bits, mono or stereo, 48 kHz.
// Queue 0 carries control requests, 1 events (none are sent), 2 what is played, 3 what is recorded.
//
// A running stream goes by the machine's own clock: a timer takes as many frames from the guest's buffers, or puts as
// many into them, as have become due, and gives back those that are through. What is due and not there is silence, or
// lost. So nothing is in flight: a buffer stays in the ring until all of it is done, and `position` says how far that is.
#include <endian.h>
#include <linux/virtio_snd.h>
#include <string.h>
#include "hw/core/machine.h"
#include "hw/virtio/devices.h"
#include "hw/virtio/mmio.h"
#include "hw/virtio/pci.h"
#include "tcg/base/fail.h"

enum { CONTROL = VIRTIO_SND_VQ_CONTROL, TX = VIRTIO_SND_VQ_TX, RX = VIRTIO_SND_VQ_RX };
enum { OUT, IN, STREAMS };
enum { IDLE, SET, PREPARED, RUNNING, STOPPED }; // 5.14.6.6.1
enum { TICK = 10000000, BLOCK = 256 };          // ns; frames converted at once

typedef struct Stream {
    uint64_t begun; // virtual time at which it began to run
    uint64_t done;  // frames since then, silence included
    uint32_t state, channels, position, pad;
} Stream;

typedef struct VirtioSnd {
    VirtioRegs regs;
    Stream stream[STREAMS];
    // wiring
    Virtio v;
    char *audiodev;
    DeviceTimer *timer;
    VirtqElement e;
} VirtioSnd;

static uint64_t features(Virtio *v) { return 0; }

static unsigned config(Virtio *v, uint8_t to[VIRTIO_CONFIG]) {
    struct virtio_snd_config c = {.streams = STREAMS};
    memcpy(to, &c, sizeof(c));
    return sizeof(c);
}

// ---- what both do

// Of the buffer in s->e: what is recorded there. The status follows it.
static uint32_t record_room(const VirtioSnd *s) {
    return s->e.in_bytes > sizeof(struct virtio_snd_pcm_status) ? s->e.in_bytes - (uint32_t)sizeof(struct virtio_snd_pcm_status) : 0;
}

// Ends the buffer in s->e, which holds `data` bytes.
static void give_back(VirtioSnd *s, unsigned queue, uint32_t status, uint32_t data) {
    struct virtio_snd_pcm_status answer = {.status = status};
    size_t n = virtq_scatter(&s->v.q[queue], &s->e, record_room(s), &answer, sizeof(answer));
    virtq_push(&s->v.q[queue], s->e.head, (uint32_t)n + data);
}

static size_t frame_size(const Stream *st) { return 2 * st->channels; }

static bool is_for(const VirtioSnd *s, uint32_t stream) {
    struct virtio_snd_pcm_xfer x = {.stream_id = UINT32_MAX};
    return virtq_gather(&s->e, 0, &x, sizeof(x)) == sizeof(x) && x.stream_id == stream;
}

// ---- playing

static void play_frames(VirtioSnd *s, const int16_t *samples, size_t n) {
    int16_t stereo[2 * BLOCK];
    unsigned channels = s->stream[OUT].channels;
    for (size_t i = 0; i < n; i++) {
        stereo[2 * i] = samples[i * channels];
        stereo[2 * i + 1] = samples[i * channels + channels - 1];
    }
    audio_play(&s->v.device->machine->audio, stereo, n);
}

// Of the buffer in s->e, up to `due` frames; returns how many. What is less than a frame at its end is nothing.
static uint64_t play_buffer(VirtioSnd *s, uint64_t due) {
    Stream *st = &s->stream[OUT];
    uint64_t done = 0;
    while (done < due) {
        int16_t samples[2 * BLOCK];
        size_t wanted = (due - done < BLOCK ? (size_t)(due - done) : BLOCK) * frame_size(st);
        size_t got = virtq_gather(&s->e, sizeof(struct virtio_snd_pcm_xfer) + st->position, samples, wanted);
        size_t frames = got / frame_size(st);
        if (!frames) break;
        play_frames(s, samples, frames);
        st->position += (uint32_t)(frames * frame_size(st));
        done += frames;
    }
    return done;
}

static bool played_out(const VirtioSnd *s) {
    const Stream *st = &s->stream[OUT];
    return sizeof(struct virtio_snd_pcm_xfer) + st->position + frame_size(st) > s->e.out_bytes;
}

// ---- recording

static size_t record_frames(VirtioSnd *s, int16_t *samples, size_t n) {
    int16_t stereo[2 * BLOCK];
    audio_record(&s->v.device->machine->audio, stereo, n);
    if (s->stream[IN].channels == 2) memcpy(samples, stereo, n * sizeof(stereo[0]) * 2);
    for (size_t i = 0; s->stream[IN].channels == 1 && i < n; i++) samples[i] = (int16_t)((stereo[2 * i] + stereo[2 * i + 1]) / 2);
    return n * frame_size(&s->stream[IN]);
}

// Into the buffer in s->e, up to `due` frames; returns how many. Room for less than a frame stays as it is.
static uint64_t record_buffer(VirtioSnd *s, uint64_t due) {
    Stream *st = &s->stream[IN];
    uint64_t done = 0;
    while (done < due && st->position + frame_size(st) <= record_room(s)) {
        int16_t samples[2 * BLOCK];
        size_t n = (record_room(s) - st->position) / frame_size(st), left = (size_t)(due - done < BLOCK ? due - done : BLOCK);
        n = n < left ? n : left;
        st->position += (uint32_t)virtq_scatter(&s->v.q[RX], &s->e, st->position, samples, record_frames(s, samples, n));
        done += n;
    }
    return done;
}

static bool recorded_full(const VirtioSnd *s) { return s->stream[IN].position + frame_size(&s->stream[IN]) > record_room(s); }

// ---- the clock

static void run_due(VirtioSnd *s, unsigned i) {
    Stream *st = &s->stream[i];
    unsigned queue = i == OUT ? TX : RX;
    uint64_t now = clock_now(s->v.device->machine->clock);
    uint64_t due = (uint64_t)((unsigned __int128)(now - st->begun) * AUDIO_RATE / 1000000000) - st->done;
    bool any = false;
    st->done += due;
    while (due && virtio_pop(&s->v, queue, &s->e)) {
        bool good = is_for(s, i);
        if (good) due -= i == OUT ? play_buffer(s, due) : record_buffer(s, due);
        if (good && !(i == OUT ? played_out(s) : recorded_full(s))) {
            virtq_unpop(&s->v.q[queue], 1);
            break;
        }
        give_back(s, queue, good ? VIRTIO_SND_S_OK : VIRTIO_SND_S_BAD_MSG, i == IN && good ? st->position : 0);
        st->position = 0;
        any = true;
    }
    if (any) virtio_signal(&s->v, queue);
}

static void tick(Device *d, unsigned n) {
    VirtioSnd *s = d->state;
    bool running = false;
    for (unsigned i = 0; i < STREAMS; i++) {
        if (s->stream[i].state != RUNNING) continue;
        run_due(s, i);
        running = true;
    }
    if (running) device_timer_set(s->timer, clock_now(d->machine->clock) + TICK);
}

// 5.14.6.6.5: a release is answered when every buffer has been given back.
static void return_all(VirtioSnd *s, unsigned queue, uint32_t status) {
    bool any = false;
    while (virtio_pop(&s->v, queue, &s->e)) give_back(s, queue, status, 0), any = true;
    if (any) virtio_signal(&s->v, queue);
}

// ---- control requests

static uint32_t set_params(Stream *st, const struct virtio_snd_pcm_set_params *p) {
    if (st->state == RUNNING || st->state == STOPPED) return VIRTIO_SND_S_BAD_MSG;
    if (!p->period_bytes || p->buffer_bytes % p->period_bytes || !p->channels) return VIRTIO_SND_S_BAD_MSG;
    if (p->features || p->channels > AUDIO_CHANNELS || p->format != VIRTIO_SND_PCM_FMT_S16 ||
        p->rate != VIRTIO_SND_PCM_RATE_48000)
        return VIRTIO_SND_S_NOT_SUPP;
    st->channels = p->channels;
    st->state = SET;
    return VIRTIO_SND_S_OK;
}

static uint32_t change(VirtioSnd *s, Stream *st, uint32_t code) {
    uint32_t now = st->state;
    switch (code) {
    case VIRTIO_SND_R_PCM_PREPARE:
        if (now == IDLE || now == RUNNING) return VIRTIO_SND_S_BAD_MSG;
        st->state = PREPARED;
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_START:
        if (now != PREPARED && now != STOPPED) return VIRTIO_SND_S_BAD_MSG;
        st->state = RUNNING;
        st->begun = clock_now(s->v.device->machine->clock);
        st->done = 0;
        device_timer_set(s->timer, st->begun + TICK);
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_STOP:
        if (now != RUNNING) return VIRTIO_SND_S_BAD_MSG;
        st->state = STOPPED;
        return VIRTIO_SND_S_OK;
    case VIRTIO_SND_R_PCM_RELEASE:
        if (now != PREPARED && now != STOPPED) return VIRTIO_SND_S_BAD_MSG;
        st->state = SET;
        st->position = 0;
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
    struct virtio_snd_pcm_info info[STREAMS];
} __attribute__((packed)) Answer;

static uint32_t tell_info(const Request *r, Answer *to) {
    const struct virtio_snd_query_info *q = &r->query;
    if (q->start_id >= STREAMS || !q->count || q->count > STREAMS - q->start_id || q->size < sizeof(to->info[0]))
        return VIRTIO_SND_S_BAD_MSG;
    for (unsigned i = 0; i < q->count; i++)
        to->info[i] = (struct virtio_snd_pcm_info){
            .formats = 1ull << VIRTIO_SND_PCM_FMT_S16,
            .rates = 1ull << VIRTIO_SND_PCM_RATE_48000,
            .direction = q->start_id + i == OUT ? VIRTIO_SND_D_OUTPUT : VIRTIO_SND_D_INPUT,
            .channels_min = 1,
            .channels_max = AUDIO_CHANNELS,
        };
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
    if (r->pcm.stream_id >= STREAMS) return VIRTIO_SND_S_BAD_MSG;
    Stream *st = &s->stream[r->pcm.stream_id];
    return set ? set_params(st, &r->params) : change(s, st, code);
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
        size_t length = sizeof(to.hdr) + (info ? r.query.count * sizeof(to.info[0]) : 0);
        size_t put = virtq_scatter(&s->v.q[CONTROL], &s->e, 0, &to, length);
        uint16_t head = s->e.head;
        if (r.hdr.code == VIRTIO_SND_R_PCM_RELEASE && code == VIRTIO_SND_S_OK)
            return_all(s, r.pcm.stream_id == OUT ? TX : RX, VIRTIO_SND_S_OK);
        virtq_push(&s->v.q[CONTROL], head, (uint32_t)put);
        any = true;
    }
    if (any) virtio_signal(&s->v, CONTROL);
}

static void notify(Virtio *v, unsigned queue) {
    VirtioSnd *s = v->device->state;
    if (queue == CONTROL) control(s); // buffers wait for their time
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
    for (unsigned i = 0; i < STREAMS; i++) {
        const Stream *st = &s->stream[i];
        if (st->state > STOPPED || st->channels > AUDIO_CHANNELS || (st->state != IDLE && !st->channels))
            return FAIL("%s: no stream can be in that state", d->id);
        if (st->state == RUNNING) device_timer_set(s->timer, clock_now(d->machine->clock));
    }
    return true;
}

#define STREAM_FIELDS(i)                                                                                     \
    FIELD(VirtioSnd, stream[i].begun, 0), FIELD(VirtioSnd, stream[i].done, 0), FIELD(VirtioSnd, stream[i].state, IDLE), \
        FIELD(VirtioSnd, stream[i].channels, 0), FIELD(VirtioSnd, stream[i].position, 0), FIELD(VirtioSnd, stream[i].pad, 0)
static const Field fields[] = {VIRTIO_FIELDS(VirtioSnd), STREAM_FIELDS(OUT), STREAM_FIELDS(IN)};
static const Fields snd_fields = FIELDS("virtio-snd", 2, fields, offsetof(VirtioSnd, v));
static const Prop props[] = {
    PROP(VirtioSnd, audiodev, PROP_STRING, NULL,
         "the -audiodev; all of a machine's sound goes to the one there is"),
};

// The same device on each transport.
#define TYPE(NAME, TRANSPORT, ...)                                                                           \
    {                                                                                                        \
        .type = {.name = NAME,                                                                               \
                 .title = "virtio sound, playback and recording",                                                          \
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
