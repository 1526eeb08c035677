// SPDX-License-Identifier: MIT
// -audiodev: where a machine's sound goes, and where it comes from.
#pragma once
#include "hw/core/machine.h"

typedef enum AudioKind { AUDIO_NONE, AUDIO_WAV, AUDIO_SDL } AudioKind;
typedef struct AudioSpec {
    AudioKind kind;
    char *path, *in_path; // AUDIO_WAV: what is played, what is recorded (NULL: silence)
} AudioSpec;

typedef struct AudioDev AudioDev;
// Main thread. NULL: nothing is to be heard; with a message in error if that is because it cannot.
AudioDev *audiodev_open(Machine *m, const AudioSpec *spec, char *error, size_t error_size);
void audiodev_close(AudioDev *a); // finishes the file; NULL: nothing
