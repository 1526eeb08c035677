// SPDX-License-Identifier: MIT
// Huge pages for guest RAM, where the guest uses enough of one: a host page of 2 MiB takes 100 us and more to clear, which a guest
// that touches a few pages here and there would wait for, and keep.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { HUGE_SIZE = 2 << 20 };

// Of one mapping: the part of it that holds whole huge pages.
typedef struct Huge {
    uint8_t *start;
    uint64_t n;
    struct HugeChunk { _Atomic uint8_t met, parts, used; } *chunk; // how often CPUs were sent to each, to which eighths of it, and how many these are
} Huge;

// [host, +size), of which nothing was touched yet. False: out of memory.
bool huge_begin(Huge *h, uint8_t *host, uint64_t size);
void huge_end(Huge *h);
// A CPU begins to use the 4 KiB page at host. Any thread.
void huge_meet(Huge *h, uint8_t *host);
// All of [host, +size) is about to be written.
void huge_expect(Huge *h, uint8_t *host, uint64_t size);
