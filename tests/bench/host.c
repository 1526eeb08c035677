// SPDX-License-Identifier: MIT
// Runs one kernel natively and prints the line the guests print, so that tools/bench can set native time and checksum
// beside theirs.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "tests/bench/kernels/kernel.h"

void *arena_alloc(size_t size) {
    static char *arena;
    static size_t used;
    void *at;

    if (!arena) {
        arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (arena == MAP_FAILED) {
            perror("arena");
            exit(1);
        }
    }
    at = arena + used;
    used += (size + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE;
    if (used > ARENA_SIZE) {
        fprintf(stderr, "%s: arena used up\n", kernel.name);
        exit(1);
    }
    return at;
}

static double seconds_now(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(void) {
    if (kernel.prepare)
        kernel.prepare();
    printf("start %s\n", kernel.name);
    fflush(stdout);
    double start = seconds_now();
    uint64_t sum = kernel.run(kernel.iterations);
    double end = seconds_now();
    printf("%s %u %.6f %016llx\n", kernel.name, kernel.iterations, end - start, (unsigned long long)sum);
    return 0;
}
