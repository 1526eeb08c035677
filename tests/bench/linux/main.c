// SPDX-License-Identifier: MIT
// Runs the rows named on the command line (all without any) and prints for each `start NAME`, then
// `NAME iterations seconds checksum`. Static, no dependencies: it is init's child in a busybox guest.
// `--exit` ends at once: the program that the exec row starts.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/linux/rows.h"

static const Row rows[] = {
    {"getppid", 500000, run_getppid},
    {"signal", 60000, run_signal},
    {"segv", 8000, run_segv},
    {"pipe", 8000, run_pipe},
    {"fork", 400, run_fork},
    {"exec", 150, run_exec},
    {"first-touch", 40, run_first_touch},
    {"copy-on-write", 30, run_copy_on_write},
    {"mprotect", 6000, run_mprotect},
    {"file", 15000, run_file},
    {"smp-alone", 16000, run_threads_alone},
    {"smp-shared", 200, run_threads_shared},
};

void give_up(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds_now(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static int is_wanted(const Row *row, int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], row->name))
            return 1;
    return argc == 1;
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "--exit"))
        return 7;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Row *row = &rows[i];
        if (!is_wanted(row, argc, argv))
            continue;
        printf("start %s\n", row->name);
        fflush(stdout);
        double start = seconds_now();
        uint64_t sum = row->run(row->iterations);
        printf("%s %u %.6f %016llx\n", row->name, row->iterations, seconds_now() - start, (unsigned long long)sum);
        fflush(stdout);
    }
    return 0;
}
