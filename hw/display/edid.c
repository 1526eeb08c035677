// SPDX-License-Identifier: MIT
// One block of VESA E-EDID release A, revision 2 (EDID 1.4): digital input, one detailed timing of the preferred
// mode (section 3.10.2) with reduced blanking, a range of rates, name and serial number. Called by display
// devices. A mode that a detailed timing cannot hold (4095 pixels a side) is described by the nearest it can;
// guests take the exact one from the device itself.
#include "hw/display/edid.h"
#include <stdio.h>
#include <string.h>

enum { H_BLANK = 160, V_BLANK = 40, RATE = 60, DPI = 96 };

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t to_mm(uint32_t pixels) { return least(pixels * 254 / 10 / DPI, 4095); }

// 3.10.2: low bytes, then the high nibbles of pairs.
static void put_timing(uint8_t *d, uint32_t width, uint32_t height) {
    uint64_t clock = (uint64_t)(width + H_BLANK) * (height + V_BLANK) * RATE / 10000; // of 10 kHz
    uint32_t mm_w = to_mm(width), mm_h = to_mm(height);
    enum { H_FRONT = 48, H_SYNC = 32, V_FRONT = 3, V_SYNC = 6 }; // VESA CVT 1.2, reduced blanking
    if (clock > 0xffff) clock = 0xffff;
    d[0] = (uint8_t)clock;
    d[1] = (uint8_t)(clock >> 8);
    d[2] = (uint8_t)width;
    d[3] = H_BLANK;
    d[4] = (uint8_t)(width >> 8 << 4);
    d[5] = (uint8_t)height;
    d[6] = V_BLANK;
    d[7] = (uint8_t)(height >> 8 << 4);
    d[8] = H_FRONT;
    d[9] = H_SYNC;
    d[10] = V_FRONT << 4 | V_SYNC;
    d[12] = (uint8_t)mm_w;
    d[13] = (uint8_t)mm_h;
    d[14] = (uint8_t)(mm_w >> 8 << 4 | mm_h >> 8);
    d[17] = 0x1a; // separate sync, horizontal positive
}

// 3.10.3: a display descriptor of up to 13 characters, ended by a line feed and filled with spaces.
static void put_text(uint8_t *d, uint8_t tag, const char *text) {
    size_t n = strlen(text);
    memset(d, 0, 5);
    d[3] = tag;
    memset(d + 5, ' ', 13);
    memcpy(d + 5, text, n > 13 ? 13 : n);
    if (n < 13) d[5 + n] = '\n';
}

static void put_range(uint8_t *d) {
    static const uint8_t range[18] = {0,   0, 0,    0xfd, 0,   50,  125, 30,  160,
                                      240, 1, '\n', ' ',  ' ', ' ', ' ', ' ', ' '};
    memcpy(d, range, sizeof(range));
}

void edid_make(uint8_t e[EDID_SIZE], unsigned head, uint32_t width, uint32_t height) {
    static const uint8_t magic[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    // 3.7: sRGB's primaries and white point
    static const uint8_t colours[10] = {0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54};
    char serial[14];
    uint8_t sum = 0;
    width = least(width, 4095);
    height = least(height, 4095);
    memset(e, 0, EDID_SIZE);
    memcpy(e, magic, sizeof(magic));
    uint16_t maker = ('M' - '@') << 10 | ('Y' - '@') << 5 | ('N' - '@'); // 3.4.1, big-endian
    e[8] = (uint8_t)(maker >> 8);
    e[9] = (uint8_t)maker;
    e[10] = 1;
    e[12] = (uint8_t)(head + 1);
    e[17] = 2026 - 1990;
    e[18] = 1;
    e[19] = 4;
    e[20] = 0xa5; // digital, 8 bits a colour, DisplayPort
    e[21] = (uint8_t)least(to_mm(width) / 10, 255);
    e[22] = (uint8_t)least(to_mm(height) / 10, 255);
    e[23] = 120;  // gamma 2.2
    e[24] = 0x06; // sRGB, the first timing is the preferred one
    memcpy(e + 25, colours, sizeof(colours));
    e[35] = 0x21;          // 640x480, 800x600 at 60 Hz
    e[36] = 0x08;          // 1024x768 at 60 Hz
    memset(e + 38, 1, 16); // no standard timings
    put_timing(e + 54, width, height);
    put_range(e + 72);
    put_text(e + 90, 0xfc, "Myna");
    snprintf(serial, sizeof(serial), "%u", head + 1);
    put_text(e + 108, 0xff, serial);
    for (unsigned i = 0; i < EDID_SIZE - 1; i++) sum += e[i];
    e[127] = (uint8_t)-sum;
}
