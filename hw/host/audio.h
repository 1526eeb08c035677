// SPDX-License-Identifier: MIT
// What a machine plays and hears: 16-bit stereo at one rate, in real time as the machine's clock has it. A sound device plays
// and records, the ui may listen and speak; without it sound goes nowhere and silence comes, at the same pace.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "tcg/base/lock.h"

enum { AUDIO_RATE = 48000, AUDIO_CHANNELS = 2 };

typedef struct AudioOut {
    void *opaque;
    // frames of left and right; any thread, a device's lock may be held: never waits.
    void (*play)(void *opaque, const int16_t *samples, size_t frames);
} AudioOut;

typedef struct AudioIn {
    void *opaque;
    // Gives up to so many frames, as play: the rest is silence.
    size_t (*record)(void *opaque, int16_t *samples, size_t frames);
} AudioIn;

typedef struct Audio {
    Lock lock;
    AudioOut out;
    AudioIn in;
} Audio;

void audio_init(Audio *a);
void audio_destroy(Audio *a);
void audio_listen(Audio *a, const AudioOut *out); // NULL: nobody. On return the one before is called no more
void audio_speak(Audio *a, const AudioIn *in); // NULL: nobody. As audio_listen
void audio_record(Audio *a, int16_t *samples, size_t frames); // all of them
void audio_play(Audio *a, const int16_t *samples, size_t frames);
