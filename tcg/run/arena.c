// SPDX-License-Identifier: MIT
// Chunked bump allocation for the block store.
#include <stdio.h>
#include <stdlib.h>
#include "tcg/run/arena.h"

enum { CHUNK = 1 << 20 };

typedef struct Chunk {
    struct Chunk *next;
    size_t used, size;
    _Alignas(16) unsigned char data[];
} Chunk;

struct Arena {
    Chunk *top;
    size_t used;
};

static Chunk *chunk_new(size_t n, Chunk *next) {
    Chunk *c = malloc(sizeof(*c) + n);
    if (!c) {
        fprintf(stderr, "myna: out of memory for translated blocks\n");
        abort();
    }
    *c = (Chunk){.next = next, .size = n};
    return c;
}

Arena *arena_new(void) {
    Arena *a = malloc(sizeof(*a));
    if (a)
        *a = (Arena){chunk_new(CHUNK, NULL), 0};
    return a;
}

void arena_reset(Arena *a) {
    while (a->top->next) {
        Chunk *c = a->top;
        a->top = c->next;
        free(c);
    }
    a->top->used = 0;
    a->used = 0;
}

size_t arena_used(const Arena *a) { return a->used; }

void arena_free(Arena *a) {
    if (!a)
        return;
    arena_reset(a);
    free(a->top);
    free(a);
}

void *arena_alloc(Arena *a, size_t n) {
    n = (n + 15) & ~(size_t)15;
    if (a->top->used + n > a->top->size)
        a->top = chunk_new(n > CHUNK ? n : CHUNK, a->top);
    void *p = a->top->data + a->top->used;
    a->top->used += n;
    a->used += n;
    return p;
}
