// SPDX-License-Identifier: MIT
// How translated code reads virtual time without a call. cpu/bus/clock.c fills it and alone changes it; tcg only knows how to read it.
//
// While `begun` equals `done`, a TSC that is at most `span` beyond `from` stands for base + (TSC - from) * rate / 2^64 nanoseconds.
// A reader takes `done` first, the rest and the TSC after it, and `begun` last; where these differ, or the TSC lies elsewhere, it asks `read`.
#pragma once
#include <stdatomic.h>
#include <stdint.h>

typedef struct Ticker Ticker;
struct Ticker {
    _Atomic uint32_t begun, done;
    _Atomic uint64_t from, span, rate, base;
    _Atomic uint64_t shift; // of the platform's counter, in ticks
    // Nanoseconds if tick_ns is 0, else the platform's counter, of that many nanoseconds a tick. Any thread.
    uint64_t (*read)(const Ticker *t, uint64_t tick_ns);
};

extern const Ticker ticker_none; // for a vCPU without a clock: always 0
