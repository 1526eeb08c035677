// SPDX-License-Identifier: MIT
// Call stacks with how often each was met, and their picture: a flame graph. Frames grow from the outermost call at the bottom; a frame's
// width is its share of all samples. Not thread-safe.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Flame Flame;
Flame *flame_new(void);
void flame_free(Flame *f);
// One stack, outermost first. Names are copied.
void flame_add(Flame *f, const char *const *names, unsigned n, uint64_t samples);
uint64_t flame_total(const Flame *f);
void flame_svg(const Flame *f, const char *title, FILE *to);
// "outer;inner 12" a line, as other tools of this kind read it.
void flame_folded(const Flame *f, FILE *to);
