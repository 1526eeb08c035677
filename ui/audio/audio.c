// SPDX-License-Identifier: MIT
// See audio.h. A WAV file holds what was played while a stream ran, one after the other. SDL2's queue is kept short:
// what the host's sound card has no time for is left out rather than heard late; so is what the microphone said while nobody
// recorded. A microphone is asked for, stopped, at the start, and runs from the first recording on.
#include "ui/audio/audio.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "tcg/base/fail.h"
#include "ui/sdl/api.h"

enum { FRAME = 2 * AUDIO_CHANNELS, LONGEST = AUDIO_RATE / 5 * FRAME }; // bytes; a fifth of a second

struct AudioDev {
    Machine *machine;
    FILE *wav;
    uint32_t written; // bytes of sound
    uint32_t device;  // SDL's; 0: none
    uint32_t microphone;
    bool recording;
    FILE *in; // -audiodev wav,in-path=
};

// ---- a file

typedef struct WavHeader {
    char riff[4];
    uint32_t size;
    char wave[8];
    uint32_t format_size;
    uint16_t pcm, channels;
    uint32_t rate, bytes_a_second;
    uint16_t frame, bits;
    char data[4];
    uint32_t data_size;
} WavHeader;

static WavHeader header_of(uint32_t written) {
    return (WavHeader){"RIFF", 36 + written, "WAVEfmt ", 16, 1, AUDIO_CHANNELS, AUDIO_RATE, AUDIO_RATE * FRAME, FRAME, 16, "data", written};
}

static bool put_header(AudioDev *a) {
    WavHeader h = header_of(a->written);
    return fseek(a->wav, 0, SEEK_SET) == 0 && fwrite(&h, sizeof(h), 1, a->wav) == 1;
}

static void play_wav(void *opaque, const int16_t *samples, size_t frames) {
    AudioDev *a = opaque;
    if (a->written > UINT32_MAX - 64 - frames * FRAME) return; // as long as such a file can be
    a->written += (uint32_t)(fwrite(samples, FRAME, frames, a->wav) * FRAME);
}

// What is recorded: the file's frames, then silence.
static size_t record_wav(void *opaque, int16_t *samples, size_t frames) {
    return fread(samples, FRAME, frames, ((AudioDev *)opaque)->in);
}

static bool open_in(AudioDev *a, const char *path, char *error, size_t error_size) {
    WavHeader h, ours = header_of(0);
    if (!(a->in = fopen(path, "rb"))) return FAIL("-audiodev wav,in-path=%s: %s", path, strerror(errno));
    bool same = fread(&h, sizeof(h), 1, a->in) == 1 && !memcmp(h.riff, ours.riff, 4) && !memcmp(h.wave, ours.wave, 8) && h.pcm == ours.pcm &&
                h.channels == ours.channels && h.rate == ours.rate && h.bits == ours.bits && !memcmp(h.data, ours.data, 4);
    if (!same) return FAIL("-audiodev wav,in-path=%s: a plain WAV file is expected: 16 bits, stereo, %d Hz", path, AUDIO_RATE);
    audio_speak(&a->machine->audio, &(AudioIn){a, record_wav});
    return true;
}

static bool open_wav(AudioDev *a, const AudioSpec *spec, char *error, size_t error_size) {
    if (spec->in_path && !open_in(a, spec->in_path, error, error_size)) return false;
    a->wav = fopen(spec->path, "wb");
    return (a->wav && put_header(a)) || FAIL("-audiodev wav,path=%s: %s", spec->path, strerror(errno));
}

// ---- the sound card

#ifdef HAVE_SDL2
static void play_sdl(void *opaque, const int16_t *samples, size_t frames) {
    AudioDev *a = opaque;
    if (sdl.GetQueuedAudioSize(a->device) < LONGEST)
        sdl.QueueAudio(a->device, samples, (uint32_t)(frames * FRAME));
}

static size_t record_sdl(void *opaque, int16_t *samples, size_t frames) {
    AudioDev *a = opaque;
    if (!a->recording) sdl.PauseAudioDevice(a->microphone, 0);
    a->recording = true;
    uint32_t late = sdl.GetQueuedAudioSize(a->microphone);
    for (int16_t past[256 * AUDIO_CHANNELS]; late > LONGEST && late > frames * FRAME + sizeof(past);)
        late -= sdl.DequeueAudio(a->microphone, past, sizeof(past));
    return sdl.DequeueAudio(a->microphone, samples, (uint32_t)(frames * FRAME)) / FRAME;
}

// None is no trouble: silence is recorded.
static void open_microphone(AudioDev *a, const SDL_AudioSpec *wanted) {
    if ((a->microphone = sdl.OpenAudioDevice(NULL, 1, wanted, NULL, 0)))
        audio_speak(&a->machine->audio, &(AudioIn){a, record_sdl});
}
static bool open_sdl(AudioDev *a, char *error, size_t error_size) {
    SDL_AudioSpec wanted = {
        .freq = AUDIO_RATE, .format = AUDIO_S16LSB, .channels = AUDIO_CHANNELS, .samples = 1024};
    if (!sdl_load(error, error_size)) return false;
    if (sdl.Init(SDL_INIT_AUDIO) || !(a->device = sdl.OpenAudioDevice(NULL, 0, &wanted, NULL, 0)))
        return FAIL("no sound: %s", sdl.GetError());
    sdl.PauseAudioDevice(a->device, 0);
    open_microphone(a, &wanted);
    return true;
}

static void close_sdl(AudioDev *a) {
    if (a->device) sdl.CloseAudioDevice(a->device);
    if (a->microphone) sdl.CloseAudioDevice(a->microphone);
}
#else
static void play_sdl(void *opaque, const int16_t *samples, size_t frames) {}
static bool open_sdl(AudioDev *a, char *error, size_t error_size) { return sdl_load(error, error_size); }
static void close_sdl(AudioDev *a) {}
#endif

AudioDev *audiodev_open(Machine *m, const AudioSpec *spec, char *error, size_t error_size) {
    if (spec->kind == AUDIO_NONE) return NULL;
    AudioDev *a = calloc(1, sizeof(*a));
    a->machine = m;
    bool wav = spec->kind == AUDIO_WAV;
    if (!(wav ? open_wav(a, spec, error, error_size) : open_sdl(a, error, error_size))) {
        audiodev_close(a);
        return NULL;
    }
    audio_listen(&m->audio, &(AudioOut){a, wav ? play_wav : play_sdl});
    return a;
}

void audiodev_close(AudioDev *a) {
    if (!a) return;
    audio_listen(&a->machine->audio, NULL);
    audio_speak(&a->machine->audio, NULL);
    if (a->in) fclose(a->in);
    if (a->wav) {
        bool ok = put_header(a); // the sizes are known now
        if (fclose(a->wav) || !ok)
            fprintf(stderr, "myna: -audiodev wav: the file is not whole: %s\n", strerror(errno));
    }
    close_sdl(a);
    free(a);
}
