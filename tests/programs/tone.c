// SPDX-License-Identifier: MIT
// A guest's program: plays a tone through the kernel's own ALSA interface, or records and says which tone it heard; no library
// needed. tone HZ MILLISECONDS, tone record MILLISECONDS
#include <fcntl.h>
#include <math.h>
#include <sound/asound.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { RATE = 48000, PERIOD = 1024, PERIODS = 6 };

static void set_mask(struct snd_pcm_hw_params *p, int which, unsigned bit) {
    struct snd_mask *m = &p->masks[which - SNDRV_PCM_HW_PARAM_FIRST_MASK];
    memset(m, 0, sizeof(*m));
    m->bits[bit / 32] = 1u << bit % 32;
}

static void set_number(struct snd_pcm_hw_params *p, int which, unsigned n) {
    struct snd_interval *i = &p->intervals[which - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
    i->min = i->max = n;
    i->integer = 1;
}

static int setup(int fd, unsigned start) {
    struct snd_pcm_hw_params p;
    memset(&p, 0, sizeof(p));
    for (unsigned i = 0; i < sizeof(p.masks) / sizeof(p.masks[0]); i++)
        memset(&p.masks[i], 0xff, sizeof(p.masks[i]));
    for (unsigned i = 0; i < sizeof(p.intervals) / sizeof(p.intervals[0]); i++) p.intervals[i].max = ~0u;
    p.rmask = ~0u;
    set_mask(&p, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
    set_mask(&p, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
    set_number(&p, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
    set_number(&p, SNDRV_PCM_HW_PARAM_RATE, RATE);
    set_number(&p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD);
    set_number(&p, SNDRV_PCM_HW_PARAM_PERIODS, PERIODS);
    // It starts when the buffer is full, so that a busy machine has time.
    struct snd_pcm_sw_params s = {.period_step = 1,
                                  .avail_min = PERIOD,
                                  .start_threshold = start,
                                  .boundary = PERIOD * PERIODS,
                                  .stop_threshold = PERIOD * PERIODS,
                                  .proto = SNDRV_PCM_VERSION};
    return ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &p) || ioctl(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &s) ||
           ioctl(fd, SNDRV_PCM_IOCTL_PREPARE);
}

// Prints frequency and loudness of the part that is not silent.
static void measure(short (*s)[2], long n) {
    long first = 0, last = n - 1, ups = 0, from = 0, to = 0;
    double energy = 0;
    while (first < n && abs(s[first][0]) < 1000) first++;
    while (last > first && abs(s[last][0]) < 1000) last--;
    for (long i = first + 1; i <= last; i++) {
        energy += (double)s[i][0] * s[i][0];
        if (s[i - 1][0] >= 0 || s[i][0] < 0) continue;
        if (!ups++) from = i;
        to = i;
    }
    if (ups < 2) puts("silence");
    else
        printf("%.1f Hz for %ld ms, %.0f loud\n", (double)RATE * (double)(ups - 1) / (double)(to - from), (last - first) / 48,
               sqrt(energy / (double)(last - first)));
}

static int record(long frames) {
    int fd = open("/dev/snd/pcmC0D0c", O_RDONLY);
    if (fd < 0 || setup(fd, 1)) return perror("tone: record"), 1;
    short (*s)[2] = calloc((size_t)frames + PERIOD, sizeof(*s));
    for (long at = 0; at < frames; at += PERIOD) {
        struct snd_xferi x = {0, s[at], PERIOD};
        if (ioctl(fd, SNDRV_PCM_IOCTL_READI_FRAMES, &x)) return perror("tone: read"), 1;
    }
    measure(s, frames);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 2 && !strcmp(argv[1], "record")) return record(atol(argv[2]) * (RATE / 1000));
    double hz = argc > 1 ? atof(argv[1]) : 440;
    long frames = (argc > 2 ? atol(argv[2]) : 1000) * (RATE / 1000), at = 0;
    short block[PERIOD][2];
    int fd = open("/dev/snd/pcmC0D0p", O_WRONLY);
    if (fd < 0 || setup(fd, PERIOD * PERIODS)) return perror("tone"), 1;
    while (at < frames) {
        for (int i = 0; i < PERIOD; i++)
            block[i][0] = block[i][1] = (short)(12000 * sin(2 * M_PI * hz * (double)(at + i) / RATE));
        struct snd_xferi x = {0, block, PERIOD};
        if (ioctl(fd, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &x)) return perror("tone: write"), 1;
        at += PERIOD;
    }
    return ioctl(fd, SNDRV_PCM_IOCTL_DRAIN) ? perror("tone: drain"), 1 : 0;
}
