// SPDX-License-Identifier: MIT
// A frame buffer in guest memory whose changes nobody tells: it is compared, row by row, with what is shown. The
// device looks often while something changes and somebody watches, seldom otherwise.
#pragma once
#include "hw/core/machine.h"

typedef struct Scan {
    Device *device;
    DeviceTimer *timer;
    int head; // of the screen; -1: none
    // Under the device's lock; picture NULL: nothing is shown.
    const uint8_t *from;
    uint32_t width, height, stride;
    PixelFormat format;
    Picture *picture;
    unsigned quiet; // looks in a row without a change
    // Before each look, with the device's lock: the device may show something else. May be NULL.
    void (*before)(Device *d);
} Scan;

// For a device's plug; false: the screen has no more heads.
bool scan_plug(Scan *s, Device *d, void (*before)(Device *d), char *error, size_t error_size);
void scan_unplug(Scan *s);
// With the device's lock. False, and nothing is shown: absurd sizes, or not in RAM.
bool scan_show(Scan *s, uint64_t base, uint32_t width, uint32_t height, uint32_t stride, PixelFormat format);
// The same of memory of the device's own: `size` bytes at `from`.
bool scan_show_memory(Scan *s, const uint8_t *from, uint64_t size, uint32_t width, uint32_t height, uint32_t stride, PixelFormat format);
void scan_hide(Scan *s);
void scan_resume(Device *d, Scan *s); // no lock held: for DeviceType.resume
