// SPDX-License-Identifier: MIT
// A bump allocator: everything is freed at once.
#pragma once
#include <stddef.h>

typedef struct Arena Arena;
Arena *arena_new(void);
void arena_free(Arena *a);
void arena_reset(Arena *a);            // frees what was allocated, keeps one chunk
size_t arena_used(const Arena *a);      // bytes allocated
void *arena_alloc(Arena *a, size_t n); // 16-byte aligned, not zeroed; never NULL (aborts when the host is out of memory)
