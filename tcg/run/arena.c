// SPDX-License-Identifier: MIT
// Chunked bump allocation for the block store.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "tcg/run/arena.h"

typedef struct Chunk {
    struct Chunk *next;
    size_t used, size; // of data
    _Alignas(16) unsigned char data[];
} Chunk;

enum { CHUNK = (1 << 20) - sizeof(Chunk) };

struct Arena {
    Chunk *top;
    size_t used;
};

// Straight from the host, where it goes back to when blocks are evicted.
static Chunk *chunk_new(size_t n, Chunk *next) {
    Chunk *c = mmap(NULL, sizeof(*c) + n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (c == MAP_FAILED) {
        fprintf(stderr, "myna: out of memory for translated blocks\n");
        abort();
    }
    *c = (Chunk){.next = next, .size = n};
    return c;
}

static void chunk_free(Chunk *c) { munmap(c, sizeof(*c) + c->size); }

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
        chunk_free(c);
    }
    a->top->used = 0;
    a->used = 0;
}

size_t arena_used(const Arena *a) { return a->used; }

void arena_free(Arena *a) {
    if (!a)
        return;
    arena_reset(a);
    chunk_free(a->top);
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
