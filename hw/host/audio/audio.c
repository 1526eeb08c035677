// SPDX-License-Identifier: MIT
// Between sound devices and whoever listens and speaks. See audio.h.
#include "hw/host/audio.h"
#include <string.h>

void audio_init(Audio *a) {
    lock_init(&a->lock, LOCK_BACKEND, "audio");
    a->out = (AudioOut){0};
    a->in = (AudioIn){0};
}

void audio_destroy(Audio *a) { lock_destroy(&a->lock); }

void audio_listen(Audio *a, const AudioOut *out) {
    lock_take(&a->lock);
    a->out = out ? *out : (AudioOut){0};
    lock_drop(&a->lock);
}

void audio_play(Audio *a, const int16_t *samples, size_t frames) {
    lock_take(&a->lock);
    if (a->out.play) a->out.play(a->out.opaque, samples, frames);
    lock_drop(&a->lock);
}

void audio_speak(Audio *a, const AudioIn *in) {
    lock_take(&a->lock);
    a->in = in ? *in : (AudioIn){0};
    lock_drop(&a->lock);
}

void audio_record(Audio *a, int16_t *samples, size_t frames) {
    lock_take(&a->lock);
    size_t n = a->in.record ? a->in.record(a->in.opaque, samples, frames) : 0;
    lock_drop(&a->lock);
    memset(samples + n * AUDIO_CHANNELS, 0, (frames - n) * AUDIO_CHANNELS * sizeof(*samples));
}
