// SPDX-License-Identifier: MIT
// Files that live as long as the process: anonymous ones, by their names below /proc.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline char *memfile_make(const char *name, const void *bytes, size_t size) {
    static char path[16][64];
    static unsigned n;
    char *p = path[n++ % 16];
    int fd = memfd_create(name, 0);
    snprintf(p, sizeof(path[0]), "/proc/self/fd/%d", fd);
    FILE *to = fdopen(dup(fd), "wb");
    if (!to || fwrite(bytes, 1, size, to) != size || fclose(to)) abort();
    return p;
}

// A file of one word again and again.
static inline char *memfile_words(const char *name, uint32_t word, size_t size) {
    uint32_t *bytes = malloc(size);
    for (size_t i = 0; i < size / 4; i++) bytes[i] = word;
    char *path = memfile_make(name, bytes, size);
    free(bytes);
    return path;
}
