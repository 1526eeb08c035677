// SPDX-License-Identifier: MIT
// From sound devices to whoever listens. See audio.h.
#include "hw/host/audio.h"

void audio_init(Audio *a) {
    lock_init(&a->lock, LOCK_BACKEND, "audio");
    a->out = (AudioOut){0};
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
